import BMSDrivers
import BatteryModel
import TestSupport
import Testing

@Suite("EG4 LL: real answers")
struct EG4LLGoldenTests {
    @Test("hold", arguments: EG4LLGolden.all)
    func hold(_ golden: GoldenAnswer) {
        #expect(golden.problems(with: EG4LL.driver) == [])
    }

    @Test("what is no pack by itself, or counts otherwise, is refused", arguments: EG4LLGolden.refused)
    func refused(_ why: String, _ hex: String) throws {
        let driver = EG4LL.driver
        let poll = try #require(driver.question("pack"))
        var reading = PackReading()
        #expect(throws: AnswerError.self, "\(why)") {
            try driver.decode(TestSupport.hex(hex).span, poll, PackReading.sampleTime, &reading)
        }
        #expect(reading[.packVoltage] == nil)
    }

    @Test("near freezing a sensor that reads 0 is believed", arguments: [Int32(0), 30, -50, 60, -60])
    func freezing(_ others: Int32) throws {
        let driver = EG4LL.driver
        let poll = try #require(driver.question("pack"))
        var told = PackReading.sample(address: 1)
        for sensor in 0..<3 {
            told[PackReading.cellSensor(sensor)] = Reading(others, at: PackReading.sampleTime)
        }
        told[.temperature4] = nil
        var heard = PackReading()
        try driver.decode(driver.answers(poll, 1, told).span, poll, PackReading.sampleTime, &heard)
        #expect(heard[.temperature1]?.value == others)
        #expect(heard[.temperature4]?.value == (abs(others) <= 50 ? 0 : nil))
    }
}

/// Captures: the vendor's protocol in gonzalop/wombatt (docs/ref) and its tests, and patman15/aiobmsble
/// (tests/bms/test_eg4_bms.py, Apache-2.0).
enum EG4LLGolden {
    static let all: [GoldenAnswer] = [
        GoldenAnswer(
            source: "LFP-51.2V100Ah-V1.0, charging: pack", poll: "pack", address: 2,
            hex:
                "02 03 4E 14 F6 00 78 0D 1A 0D 19 0D 1B 0D 1B 0D 1A 0D 1B 0D 1A 0D 1B 0D 1A 0D 1B 0D 1A 0D 1A 0D 1A 0D 1B 0D 1A 0D 1A 00 19 00 1B 00 18 00 61 00 64 00 64 00 61 00 01 00 00 00 00 00 00 00 00 00 0B 15 75 2A 00 18 18 18 18 00 00 00 10 03 E8 00 00 4E 71",
            values: [
                .packVoltage: 53_660, .current: 1_200, .mosfetTemperature: 250, .chargeCurrentLimit: 100_000,
                .soh: 1_000, .soc: 970, .cycles: 11, .fullCapacity: 100_000, .temperature1: 240,
                .temperature2: 240, .temperature3: 240, .temperature4: 240, .configuredCells: 16,
                .designCapacity: 100_000,
            ],
            cells: [
                3_354, 3_353, 3_355, 3_355, 3_354, 3_355, 3_354, 3_355, 3_354, 3_355, 3_354, 3_354, 3_354,
                3_355, 3_354, 3_354,
            ], alarms: AlarmSet(), differsBecause: other),
        GoldenAnswer(
            source: "published values of a pack of 280 Ah, frame computed: pack", kind: .computed,
            poll: "pack",
            address: 2,
            hex:
                "02 03 4E 14 CF FB C8 0D 01 0D 01 0D 01 0D 01 0D 01 0D 01 0D 01 0D 01 0D 01 0D 01 0D 01 0D 01 0D 01 0D 01 0D 01 0D 01 00 16 00 15 00 17 00 DC 00 64 00 64 00 4C 00 02 00 00 00 00 00 00 00 00 00 39 3C 14 DC 00 15 14 15 15 00 00 00 10 0A F0 00 00 06 54",
            values: [
                .packVoltage: 53_270, .current: -10_800, .mosfetTemperature: 220,
                .chargeCurrentLimit: 100_000,
                .soh: 1_000, .soc: 760, .cycles: 57, .fullCapacity: 280_000, .temperature1: 210,
                .temperature2: 200, .temperature3: 210, .temperature4: 210, .configuredCells: 16,
                .designCapacity: 280_000,
            ], cells: Array(repeating: 3_329, count: 16), alarms: AlarmSet(), differsBecause: other),
        GoldenAnswer(
            source: "captured data with bits set, frame computed: pack", kind: .computed, poll: "pack",
            address: 2,
            hex:
                "02 03 4E 14 F6 00 78 0D 1A 0D 19 0D 1B 0D 1B 0D 1A 0D 1B 0D 1A 0D 1B 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 19 00 1B 00 18 00 61 00 64 00 64 00 61 00 01 00 02 84 00 00 04 00 00 00 0B 15 75 2A 00 18 18 18 18 00 00 00 08 03 E8 00 00 F1 7F",
            values: [
                .packVoltage: 53_660, .current: 1_200, .mosfetTemperature: 250, .chargeCurrentLimit: 100_000,
                .soh: 1_000, .soc: 970, .cycles: 11, .fullCapacity: 100_000, .temperature1: 240,
                .temperature2: 240, .temperature3: 240, .temperature4: 240, .configuredCells: 8,
                .designCapacity: 100_000,
            ],
            cells: [3_354, 3_353, 3_355, 3_355, 3_354, 3_355, 3_354, 3_355], alarms: someAlarms,
            differsBecause: other),
        GoldenAnswer(
            source: "LFP-51.2V100Ah-V1.0: identity", poll: "identity", address: 2,
            hex:
                "02 03 2E 4C 46 50 2D 35 31 2E 32 56 31 30 30 41 68 2D 56 31 2E 30 00 00 00 00 00 5A 30 32 54 30 34 32 30 32 32 2D 31 30 2D 32 36 00 00 00 00 00 00 48 18",
            identity: [.model: "LFP-51.2V100Ah-V1.0", .firmware: "Z02T04", .serial: "2022-10-26"]),
    ]

    private static let other = "status, remaining charge and the pack's own temperatures are not kept"

    private static let someAlarms: AlarmSet = {
        var alarms = AlarmSet.protections(.chargeUnderTemperature, .currentSensorFault)
        alarms.raise(.cellOverVoltage, .warning)
        alarms.raise(.undocumented, .info)
        return alarms
    }()

    /// Why, and the answer.
    static let refused: [(String, String)] = [
        (
            "captured over Bluetooth, a pack of four cells that counts its currents in 0.1 A",
            "01 03 4E 05 2C FF C2 0C EE 0C F1 0C ED 0C F1 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 11 00 11 00 11 00 00 02 EE 00 64 00 30 00 02 00 00 00 00 00 00 00 00 00 01 00 00 00 00 11 C8 00 00 00 00 00 04 00 00 00 00 95 A4"
        ),
        (
            "computed from published values, a whole chain",
            "01 03 4E 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 62 00 00 00 4F 14 CE F3 F8 00 17 75 30 01 D0 48 20 02 11 00 00 00 39 00 00 00 63 15 E0 00 00 75 30 00 00 0D 02 0D 00 E9 D3"
        ),
    ]
}
