import BMSDrivers
import BatteryModel
import TestSupport
import Testing

@Suite("Renogy: real answers")
struct RenogyGoldenTests {
    @Test("hold", arguments: RenogyGolden.all)
    func hold(_ golden: GoldenAnswer) {
        #expect(golden.problems(with: Renogy.driver) == [])
    }

    @Test("asks for blocks that packs have answered")
    func questions() {
        let driver = Renogy.driver
        #expect(driver.asks(0, 0xF7) == hex("F7 03 13 B2 00 0B B4 38"))
        #expect(driver.asks(1, 0x30) == hex("30 03 13 88 00 22 45 5C"))
        #expect(driver.asks(4, 0x30) == hex("30 03 13 F0 00 1C 44 95"))
    }

    @Test(
        "what cannot be is refused whole",
        arguments: [
            // A discharge limit above zero: the sign would not be what is known of it.
            (
                0,
                "30 03 16 F1 DE 01 E6 00 00 B6 54 00 00 C3 50 00 00 02 2B 01 A0 15 7C 15 7C FF 05"
            ),
            // 17 sensors where there is room for 16: the last could be the warmest.
            (
                1,
                """
                30 03 44 00 04 00 21 00 21 00 21 00 21 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00
                00 00 00 00 00 00 11 00 AA 00 AA 00 AA 00 AA 00 AA 00 AA 00 AA 00 AA 00 AA 00 AA 00 AA 00 AA 00
                AA 00 AA 00 AA 00 AA EB DC
                """
            ),
        ])
    func refused(_ poll: Int, _ bytes: String) {
        var reading = PackReading()
        #expect(throws: AnswerError.self) {
            try Renogy.driver.decode(hex(bytes).span, poll, PackReading.sampleTime, &reading)
        }
        #expect(reading[.current] == nil && reading[.configuredCells] == nil)
    }
}

/// Captures of an RBT100LFP12-BT over Bluetooth: patman15/aiobmsble, tests/bms/test_renogy_bms.py.
///
/// Registers on RS485, read one by one, around which the frames have been put here: RBT100LFP12SH-G1 from
/// Grmume/renogy-smart-battery, README.md at 7ed0d26; RBT50LFP48S from a fork of it "updated to match V1.7".
enum RenogyGolden {
    static let all: [GoldenAnswer] = live + slow

    private static let live: [GoldenAnswer] = [
        GoldenAnswer(
            source: "RBT50LFP48S discharging, frame computed around the registers of the dump",
            kind: .computed,
            poll: "status", address: 0x30,
            hex: "30 03 16 F1 DE 01 E6 00 00 B6 54 00 00 C3 50 00 00 02 2B 01 A0 15 7C EA 84 BF 77",
            values: [
                .current: -36_180, .packVoltage: 48_600, .remainingCapacity: 46_676, .fullCapacity: 50_000,
                .soc: 933, .cycles: 0, .chargeVoltageLimit: 55_500, .chargeCurrentLimit: 55_000,
                .dischargeCurrentLimit: 55_000,
            ], differsBecause: "the lower end of its voltage is not kept"),
        GoldenAnswer(
            source: "RBT100LFP12SH-G1 charging, frame computed around the registers of the dump",
            kind: .computed,
            poll: "status", address: 0xF7,
            hex: "F7 03 16 05 CA 00 88 00 01 6B 48 00 01 86 A0 00 00 00 94 00 64 13 88 D8 F0 7B B5",
            values: [
                .current: 14_820, .packVoltage: 13_600, .remainingCapacity: 93_000, .fullCapacity: 100_000,
                .soc: 930, .cycles: 0, .chargeVoltageLimit: 14_800, .chargeCurrentLimit: 50_000,
                .dischargeCurrentLimit: 100_000,
            ], differsBecause: "the lower end of its voltage is not kept"),
        GoldenAnswer(
            source: "4 cells, 2 sensors", poll: "cells", address: 0x30,
            hex: """
                30 03 44 00 04 00 23 00 21 00 21 00 21 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00
                00 00 00 00 00 00 02 00 AA 00 AA 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00
                00 00 00 00 00 00 00 25 74
                """,
            values: [.configuredCells: 4, .temperature1: 170, .temperature2: 170],
            differsBecause: "tenths of a volt are not read as cells"),
        GoldenAnswer(
            source: "RBT50LFP48S, 15 cells and sensors, frame computed around the registers of the dump",
            kind: .computed, poll: "cells", address: 0x30,
            hex: """
                30 03 44 00 0F 00 20 00 20 00 20 00 20 00 20 00 20 00 20 00 20 00 20 00 20 00 20 00 20 00 20 00
                20 00 20 00 00 00 0F 00 DC 00 DC 00 DC 00 DC 00 DC 00 DC 00 DC 00 DC 00 E6 00 E6 00 E6 00 E6 00
                E6 00 E6 00 E6 00 00 B8 0A
                """,
            values: [.configuredCells: 15, .temperature1: 230, .temperature2: 220],
            differsBecause: "of so many sensors the warmest and the coldest are kept"),
        GoldenAnswer(
            source: "RBT50LFP48S with both MOSFETs on, frame computed around the registers of the dump",
            kind: .computed, poll: "alarms", address: 0x30,
            hex: "30 03 14 00 00 00 00 00 00 00 00 00 00 00 00 00 0E 02 00 00 00 00 C0 D7 9C",
            values: [.chargeSwitch: 1, .dischargeSwitch: 1], alarms: AlarmSet(),
            differsBecause: "status bits of a healthy pack are not kept"),
        GoldenAnswer(
            source:
                "-, cell 2 low, cell over-voltage, charging not permitted, pack high, the sixteenth sensor warm",
            kind: .computed, poll: "alarms", address: 0x30,
            hex: "30 03 14 00 00 00 04 80 00 00 00 00 00 00 01 01 06 00 00 01 08 00 80 31 4D",
            values: [.chargeSwitch: 0, .dischargeSwitch: 1], alarms: troubled,
            differsBecause: "which cell it was is not kept"),
    ]

    private static let slow: [GoldenAnswer] = [
        GoldenAnswer(
            source: "RBT50LFP48S, frame computed around the registers of the dump", kind: .computed,
            poll: "settings", address: 0x30,
            hex: """
                30 03 2C 00 25 00 24 00 1E 00 1C 02 26 01 F4 00 1E 00 00 2E E0 15 7C 13 EC 02 2B 02 1C 01 C9 01
                A0 02 58 02 26 FF 9C FF 38 D1 20 EA 84 EC 14 95 64
                """,
            values: [
                .cellOverVoltage: 3_700, .cellUnderVoltage: 2_800, .chargeOverTemperature: 550,
                .chargeUnderTemperature: 0, .chargeLimit: 55_000, .dischargeOverTemperature: 600,
                .dischargeLimit: 55_000,
            ], differsBecause: "releases and second steps are not kept"),
        GoldenAnswer(
            source: "RBT100LFP12SH-G1, frame computed around the registers of the dump", kind: .computed,
            poll: "settings", address: 0xF7,
            hex: """
                F7 03 2C 00 25 00 23 00 1E 00 19 02 26 01 F4 00 32 00 00 2E E0 27 10 17 70 00 94 00 8E 00 78 00
                64 02 58 01 F4 FF 9C FF 06 C5 68 CD 38 D5 08 A0 03
                """,
            values: [
                .cellOverVoltage: 3_700, .cellUnderVoltage: 2_500, .chargeOverTemperature: 550,
                .chargeUnderTemperature: 0, .chargeLimit: 100_000, .dischargeOverTemperature: 600,
                .dischargeLimit: 130_000,
            ], differsBecause: "releases and second steps are not kept"),
        GoldenAnswer(
            source: "identity", poll: "identity", address: 0x30,
            hex: """
                30 03 38 00 00 00 00 00 06 00 00 00 00 00 C8 32 30 32 31 30 35 32 36 00 00 00 00 00 00 00 00 20
                20 20 20 20 20 20 20 52 42 54 31 30 30 4C 46 50 31 32 2D 42 54 20 20 30 31 30 30 55 2F
                """,
            identity: [.serial: "20210526", .model: "RBT100LFP12-BT", .firmware: "0100"],
            differsBecause: "states are read elsewhere, versions not kept"),
    ]

    private static var troubled: AlarmSet {
        var alarms = AlarmSet.protections(.cellOverVoltage)
        for kind in [AlarmKind.cellUnderVoltage, .packOverVoltage, .batteryOverTemperature] {
            alarms.raise(kind, .warning)
        }
        alarms.raise(.undocumented, .info)
        return alarms
    }
}
