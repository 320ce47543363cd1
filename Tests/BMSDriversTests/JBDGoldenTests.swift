import BMSDrivers
import BatteryModel
import Testing

@Suite("JBD: real answers")
struct JBDGoldenTests {
    @Test("hold", arguments: JBDGolden.all)
    func hold(_ golden: GoldenAnswer) {
        #expect(golden.problems(with: JBD.driver) == [])
    }
}

/// Captures: syssi/esphome-jbd-bms (docs/pdus, tests/components/jbd_bms/frames.h); the vendor's examples stand in its
/// protocol V4.
enum JBDGolden {
    private static let alone = "the number of cells stands in another answer"

    static let all: [GoldenAnswer] = [
        GoldenAnswer(
            source: "JBD-SP04S034, version 8.0: status", poll: "status",
            hex:
                "DD 03 00 1D 06 18 00 00 01 F2 01 F4 00 00 2C 7C 00 00 00 00 00 00 80 64 03 04 03 0B 8B 0B 8A 0B 84 FA 8D 77",
            values: [
                .packVoltage: 15_600, .current: 0, .remainingCapacity: 4_980, .fullCapacity: 5_000,
                .cycles: 0,
                .alarmWord: 0, .soc: 1_000, .chargeSwitch: 1, .dischargeSwitch: 1, .configuredCells: 4,
                .temperature1: 224, .temperature2: 223, .temperature3: 217,
            ], identity: [.firmware: "8.0"], alarms: AlarmSet(), differsBecause: alone),
        GoldenAnswer(
            source: "JBD-SP04S034: cells", poll: "cells", hex: "DD 04 00 08 0F 45 0F 3D 0F 37 0F 3D FE C6 77",
            cells: [3_909, 3_901, 3_895, 3_901]),
        GoldenAnswer(
            source: "JBD-SP04S034: model", poll: "model",
            hex:
                "DD 05 00 19 4A 42 44 2D 53 50 30 34 53 30 33 34 2D 4C 34 53 2D 32 30 30 41 2D 42 2D 55 FA 08 77",
            identity: [.model: "JBD-SP04S034-L4S-200A-B-U"]),
        GoldenAnswer(
            source: "SP25S003 without sensors: status", poll: "status",
            hex: "DD 03 00 17 00 00 00 00 00 00 27 10 00 00 2C 50 00 00 00 00 00 00 20 00 01 10 00 FF 05 77",
            values: [
                .packVoltage: 0, .current: 0, .remainingCapacity: 0, .fullCapacity: 100_000, .cycles: 0,
                .alarmWord: 0,
                .soc: 0, .chargeSwitch: 1, .dischargeSwitch: 0, .configuredCells: 16,
            ], identity: [.firmware: "2.0"], alarms: AlarmSet(), differsBecause: alone),
        GoldenAnswer(
            source: "DP04S007 over Bluetooth, with more behind the sensors: status", poll: "status",
            hex:
                "DD 03 00 22 05 5F 00 00 4A DF 4E 20 00 02 2D 14 00 00 00 00 00 00 23 60 03 04 01 0B B1 00 00 00 4E 20 4A DF 00 00 FA C2 77",
            values: [
                .packVoltage: 13_750, .current: 0, .remainingCapacity: 191_670, .fullCapacity: 200_000,
                .cycles: 2,
                .alarmWord: 0, .soc: 960, .chargeSwitch: 1, .dischargeSwitch: 1, .configuredCells: 4,
                .temperature1: 262,
            ], identity: [.firmware: "2.3"], alarms: AlarmSet(), differsBecause: alone),
        GoldenAnswer(
            source: "vendor's example, discharging", kind: .document, poll: "status",
            hex:
                "DD 03 00 1F 19 DF F8 24 0D A5 0F A0 00 02 24 91 00 00 00 00 00 00 12 57 03 11 04 0B 98 0B A9 0B 96 0B 97 F8 9A 77",
            values: [
                .packVoltage: 66_230, .current: -20_120, .remainingCapacity: 34_930, .fullCapacity: 40_000,
                .cycles: 2,
                .alarmWord: 0, .soc: 870, .chargeSwitch: 1, .dischargeSwitch: 1, .configuredCells: 17,
                .temperature1: 237, .temperature2: 254, .temperature3: 235, .temperature4: 236,
            ], identity: [.firmware: "1.2"], alarms: AlarmSet(), differsBecause: alone),
        GoldenAnswer(
            source: "vendor's example: 17 cells", kind: .document, poll: "cells",
            hex:
                "DD 04 00 22 0E C8 0E C8 0E CB 0E CF 0E CA 0E C7 0E CA 0E CD 0E C9 0E CA 0E CB 0E CB 0E C8 0E CC 0E C8 0E C9 0E C9 F1 87 77",
            cells: [
                3_784, 3_784, 3_787, 3_791, 3_786, 3_783, 3_786, 3_789, 3_785, 3_786, 3_787, 3_787, 3_784,
                3_788, 3_784,
                3_785, 3_785,
            ]),
        GoldenAnswer(
            source: "captured data of a full pack, frame computed: cell over-voltage, charge MOSFET off",
            kind: .computed, poll: "status",
            hex:
                "DD 03 00 1D 05 94 00 00 6D 60 6D 60 00 08 2C 7C 00 00 00 00 00 01 80 64 02 04 03 0B 82 0B 7C 0B 77 FA 7C 77",
            values: [
                .packVoltage: 14_280, .current: 0, .remainingCapacity: 280_000, .fullCapacity: 280_000,
                .cycles: 8,
                .alarmWord: 1, .soc: 1_000, .chargeSwitch: 0, .dischargeSwitch: 1, .configuredCells: 4,
                .temperature1: 215, .temperature2: 209, .temperature3: 204,
            ], identity: [.firmware: "8.0"], alarms: .protections(.cellOverVoltage), differsBecause: alone),
    ]
}
