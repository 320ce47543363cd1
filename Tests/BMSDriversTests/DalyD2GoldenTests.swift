import BMSDrivers
import BatteryModel
import TestSupport
import Testing

@Suite("Daly 0xD2 Modbus: real answers")
struct DalyD2GoldenTests {
    @Test("hold", arguments: DalyD2Golden.all)
    func hold(_ golden: GoldenAnswer) {
        #expect(golden.problems(with: DalyD2.driver) == [])
    }

    @Test("the questions are those of the map")
    func questions() {
        let driver = DalyD2.driver
        #expect(driver.asks(driver.question("status") ?? 0, 0xD2) == hex("D2 03 00 00 00 3E D7 B9"))
        #expect(driver.asks(driver.question("long_status") ?? 0, 0xD2) == hex("D2 03 00 00 00 50 56 55"))
        #expect(driver.asks(driver.question("settings") ?? 0, 0xD2) == hex("D2 03 00 80 00 29 96 5F"))
    }

    @Test("a board that answers 62 registers where 80 were asked for is not believed")
    func short() {
        var reading = PackReading()
        #expect(throws: AnswerError.wrongLength(needed: 160, got: 124)) {
            try DalyD2.driver.decode(
                hex(DalyD2Golden.short).span, DalyD2.driver.question("long_status") ?? 0,
                Instant(nanoseconds: 0), &reading)
        }
    }
}

/// Captures: boards of the "D2" generation over Bluetooth (syssi/esphome-daly-bms, docs/pdus and tests).
enum DalyD2Golden {
    static let short = """
        D2 03 7C 0C DC 0C DB 0C DC 0C DC 0C DC 0C DC 0C DE 0C DC 0C DC 0C DC 0C DC 0C DC 0C DC 0C \
        DC 0C DE 0C DC 0C DC 0C DC 0C DC 0C DC 0C DC 0C DE 0C DC 0C DC 00 00 00 00 00 00 00 00 00 \
        00 00 00 00 00 00 00 00 38 00 36 00 38 00 38 00 00 00 00 00 00 00 00 03 16 75 30 01 4D 0C \
        DE 0C DB 00 38 00 36 00 00 04 15 00 18 00 04 00 00 00 00 00 01 00 01 0C DC 00 03 00 00 00 \
        00 00 00 00 00 00 00 49 67
        """

    static let all: [GoldenAnswer] = [
        GoldenAnswer(
            source: "80 registers, sixteen cells, discharging", poll: "long_status", address: 0xD2,
            hex: """
                D2 03 A0 0C D1 0C D2 0C D3 0C D3 0C D3 0C D2 0C D3 0C D3 0C D3 0C D3 0C D3 0C D3 0C D3 0C \
                D3 0C D3 0C D3 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 \
                00 00 00 00 00 00 00 00 35 00 35 00 35 00 35 00 00 00 00 00 00 00 00 02 0D 75 17 02 31 0C \
                D3 0C D1 00 35 00 35 00 02 04 9A 00 10 00 04 00 3C 00 00 00 01 00 01 0C D2 00 02 00 83 00 \
                00 00 00 00 00 00 00 00 00 00 00 75 30 00 00 00 37 00 00 00 00 00 00 00 00 00 00 00 00 00 \
                00 00 00 00 00 00 00 00 00 00 00 00 00 54 55
                """,
            values: [
                .packVoltage: 52_500, .current: -2_500, .soc: 561, .highestCell: 3_283, .lowestCell: 3_281,
                .remainingCapacity: 117_800, .configuredCells: 16, .cycles: 60, .balancing: 0,
                .chargeSwitch: 1, .dischargeSwitch: 1, .averageCell: 3_282, .cellSpread: 2, .alarmWord: 0,
                .temperature1: 130, .temperature2: 130, .temperature3: 130, .temperature4: 130,
                .balanceCurrent: 0, .mosfetTemperature: 150,
            ],
            cells: [
                3_281, 3_282, 3_283, 3_283, 3_283, 3_282, 3_283, 3_283, 3_283, 3_283, 3_283, 3_283, 3_283,
                3_283, 3_283, 3_283,
            ], alarms: AlarmSet()),
        GoldenAnswer(
            source: "62 registers, 24 cells at rest", poll: "status", address: 0xD2, hex: short,
            values: status(current: 0, alarmWord: 0), cells: many, alarms: AlarmSet()),
        GoldenAnswer(
            source: "the same, charging, with failures", kind: .computed, poll: "status", address: 0xD2,
            hex: """
                D2 03 7C 0C DC 0C DB 0C DC 0C DC 0C DC 0C DC 0C DE 0C DC 0C DC 0C DC 0C DC 0C DC 0C DC 0C \
                DC 0C DE 0C DC 0C DC 0C DC 0C DC 0C DC 0C DC 0C DE 0C DC 0C DC 00 00 00 00 00 00 00 00 00 \
                00 00 00 00 00 00 00 00 38 00 36 00 38 00 38 00 00 00 00 00 00 00 00 03 16 75 AB 01 4D 0C \
                DE 0C DB 00 38 00 36 00 01 04 15 00 18 00 04 00 00 00 00 00 01 00 01 0C DC 00 03 00 00 08 \
                20 01 03 00 04 01 00 AE BE
                """,
            values: status(current: 12_300, alarmWord: 0x0820_0103), cells: many, alarms: failures,
            differsBecause: "some failures have several bits"),
        GoldenAnswer(
            source: "settings by the vendor's table", kind: .computed, poll: "settings", address: 0xD2,
            hex: """
                D2 03 52 0A F0 0C 80 00 01 00 00 00 00 00 00 00 00 00 00 00 00 00 00 0E 10 0D DE 0E 42 0A \
                F0 09 C4 02 38 02 48 01 C0 01 90 79 18 79 E0 71 48 70 80 00 5A 00 5F 00 2D 00 28 00 64 00 \
                69 00 1E 00 14 01 F4 03 20 00 0A 00 0F 0D 48 00 14 00 01 00 01 01 F4 00 7D 27 29
                """,
            values: [
                .designCapacity: 280_000, .batteryType: 0, .cellOverVoltage: 3_650, .cellUnderVoltage: 2_500,
                .chargeOverTemperature: 550, .chargeUnderTemperature: 0, .dischargeOverTemperature: 650,
                .balanceStart: 3_400, .balanceTrigger: 20,
            ], differsBecause: "what is not read is not written"),
    ]

    private static let many: [UInt16] = [
        3_292, 3_291, 3_292, 3_292, 3_292, 3_292, 3_294, 3_292, 3_292, 3_292, 3_292, 3_292, 3_292, 3_292,
        3_294, 3_292, 3_292, 3_292, 3_292, 3_292, 3_292, 3_294, 3_292, 3_292,
    ]

    private static func status(current: Int32, alarmWord: Int32) -> [PackField: Int32] {
        [
            .packVoltage: 79_000, .current: current, .soc: 333, .highestCell: 3_294, .lowestCell: 3_291,
            .remainingCapacity: 104_500, .configuredCells: 24, .cycles: 0, .balancing: 0, .chargeSwitch: 1,
            .dischargeSwitch: 1, .averageCell: 3_292, .cellSpread: 3, .alarmWord: alarmWord,
            .temperature1: 160, .temperature2: 140, .temperature3: 160, .temperature4: 160,
        ]
    }

    private static var failures: AlarmSet {
        var alarms = AlarmSet.protections(
            .cellUnderVoltage, .dischargeOverTemperature, .imbalance, .temperatureSensorFault,
            .currentSensorFault)
        alarms.raise(.chargeOverCurrent, .warning)
        alarms.raise(.imbalance, .warning)
        return alarms
    }
}
