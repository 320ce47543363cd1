import BMSDrivers
import BatteryModel
import TestSupport
import Testing

@Suite("Daren: real answers")
struct DarenGoldenTests {
    @Test("hold", arguments: DarenGolden.all)
    func hold(_ golden: GoldenAnswer) {
        #expect(golden.problems(with: Daren.driver) == [])
    }

    @Test("asks as in the capture")
    func question() {
        #expect(Daren.driver.asks(0, 1) == Array("~22014A42E00201FD28\r".utf8))
    }

    @Test("an answer with other numbers of cells or sensors is refused", arguments: [(5, "0F"), (44, "05")])
    func otherNumbers(_ place: Int, _ number: String) {
        let bytes = TelecomAnswer.bytes(DarenGolden.captured, with: number, at: place)
        var reading = PackReading()
        #expect(throws: AnswerError.wrongStructure) {
            try Daren.driver.decode(bytes.span, 0, PackReading.sampleTime, &reading)
        }
    }

    @Test("a bit that nobody has documented is worth knowing", arguments: [68, 72])
    func undocumentedBits(_ place: Int) throws {
        let bytes = TelecomAnswer.bytes(DarenGolden.captured, with: "01", at: place)
        var reading = PackReading()
        try Daren.driver.decode(bytes.span, 0, PackReading.sampleTime, &reading)
        #expect(reading.alarms?.value.infos.contains(.undocumented) == true)
    }
}

extension DarenGoldenTests {
    @Test("a battery with other than sixteen cells stays silent", arguments: [15, 16])
    func fifteen(_ cells: Int32) {
        var reading = PackReading.sample(address: 1)
        reading[.configuredCells] = Reading(cells, at: PackReading.sampleTime)
        #expect(Daren.driver.answers(0, 1, reading).isEmpty == (cells == 15))
    }
}

/// Capture: syssi/esphome-pace-bms, issue 37.
enum DarenGolden {
    static let captured =
        "~22014A00E0C600053D1407100C840C850C850C840C850C850C850C850C850C850C840C840C850C850C840C84014A01360136040136014001400136000000000064012976058F0047000000000000008000230000000000000000000000000000000000000000000000D58B"

    static let all: [GoldenAnswer] = [
        GoldenAnswer(
            source: "16 cells, 106 Ah, nearly empty", poll: "status", address: 1, text: captured,
            values: [
                .soc: 134, .packVoltage: 51_270, .configuredCells: 16, .ambientTemperature: 330,
                .mosfetTemperature: 310, .temperature1: 310, .temperature2: 320, .temperature3: 320,
                .temperature4: 310, .current: 0, .soh: 1_000, .fullCapacity: 106_140,
                .remainingCapacity: 14_230, .cycles: 71, .chargeSwitch: 1, .dischargeSwitch: 1,
            ],
            cells: [
                3_204, 3_205, 3_205, 3_204, 3_205, 3_205, 3_205, 3_205, 3_205, 3_205, 3_204, 3_204, 3_205,
                3_205, 3_204, 3_204,
            ],
            alarms: AlarmSet(), differsBecause: "SOC is kept in tenths, low SOC is no alarm"),
        GoldenAnswer(
            source: "the same, discharging with alarms, a cold sensor and the charge MOSFET off",
            kind: .computed,
            poll: "status", address: 1,
            text:
                "~22014A00E0C600053D1407100C840C850C850C840C850C850C850C850C850C850C840C840C850C850C840C84014A0136013604FFC9014001400136FB2E00000064012976058F0047010100080022000200020000000000000000000000000000000000000000000000D509",
            values: [
                .soc: 134, .packVoltage: 51_270, .configuredCells: 16, .ambientTemperature: 330,
                .mosfetTemperature: 310, .temperature1: -55, .temperature2: 320, .temperature3: 320,
                .temperature4: 310, .current: -12_340, .soh: 1_000, .fullCapacity: 106_140,
                .remainingCapacity: 14_230, .cycles: 71, .chargeSwitch: 0, .dischargeSwitch: 1,
            ],
            cells: [
                3_204, 3_205, 3_205, 3_204, 3_205, 3_205, 3_205, 3_205, 3_205, 3_205, 3_204, 3_204, 3_205,
                3_205, 3_204, 3_204,
            ],
            alarms: alarms, differsBecause: "SOC is kept in tenths; one bit is not documented"),
    ]

    /// What the computed answer says.
    private static var alarms: AlarmSet {
        var alarms = AlarmSet.protections(
            .cellOverVoltage, .chargeShortCircuit, .dischargeShortCircuit, .chargeUnderTemperature,
            .internalCommunication)
        alarms.raise(.imbalance, .warning)
        alarms.raise(.undocumented, .info)
        return alarms
    }
}
