import BMSDrivers
import BatteryModel
import Testing

@Suite("JBD UP: real answers")
struct JBDUpGoldenTests {
    @Test("hold", arguments: JBDUpGolden.all)
    func hold(_ golden: GoldenAnswer) {
        #expect(golden.problems(with: JBDUp.driver) == [])
    }
}

/// Captures of two UP16S020 in one chain: syssi/esphome-jbd-bms (docs/pdus/JBD-UP16S020-two-devices.txt,
/// tests/components/jbd_bms_up/frames.h, Apache-2.0).
///
/// Both boards tell the same serial number.
enum JBDUpGolden {
    private static let other = "the extreme temperatures and undocumented bytes are not kept"

    static let all: [GoldenAnswer] = [
        GoldenAnswer(
            source: "UP16S020, master, idle; the limits of two packs are not its own: status", poll: "status",
            address: 1,
            hex:
                "01 78 10 00 10 A0 00 9E 14 C5 00 00 00 04 93 E0 17 CF 17 CF 27 10 27 10 02 C6 02 D6 00 00 00 64 00 00 00 00 00 00 00 00 00 03 00 04 00 0C 00 03 0D 03 00 08 0C F5 0C FB 00 04 02 C8 00 02 02 C0 02 C4 02 48 07 D0 01 C0 07 D0 00 10 0C FE 0C F6 0D 03 0C F6 0C F8 0C FB 0D 00 0C F5 0C FC 0C FB 0C FE 0C FB 0C FC 0C FD 0C FD 0C FA 00 04 02 C5 02 C0 02 C6 02 C8 00 00 00 00 0C 04 4A 42 44 34 38 31 30 30 30 30 30 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 02 00 03 5A A6 00 00 00 00 00 00 6A 2E",
            values: [
                .packVoltage: 53_170, .current: 0, .soc: 610, .chargeSwitch: 1, .dischargeSwitch: 1,
                .prechargeSwitch: 0, .heater: 0,
                .soh: 1_000, .designCapacity: 100_000, .fullCapacity: 100_000, .chargeVoltageLimit: 58_400,
                .configuredCells: 16,
                .remainingCapacity: 60_950, .mosfetTemperature: 210,
                .ambientTemperature: 226, .cycles: 12, .highestCellNumber: 3, .highestCell: 3_331,
                .lowestCellNumber: 8, .lowestCell: 3_317, .averageCell: 3_323, .temperature1: 209,
                .temperature2: 204, .temperature3: 210, .temperature4: 212,
            ],
            cells: [
                3_326, 3_318, 3_331, 3_318, 3_320, 3_323, 3_328, 3_317, 3_324, 3_323, 3_326, 3_323, 3_324,
                3_325, 3_325, 3_322,
            ],
            identity: [.firmware: "12.4", .serial: "JBD48100000"], alarms: AlarmSet(), differsBecause: other),
        GoldenAnswer(
            source: "UP16S020, slave, told by the master: status", poll: "status", address: 2,
            hex:
                "02 78 10 00 10 A0 00 96 14 C9 14 C9 00 04 93 E0 1C 84 1C 9F 27 10 27 10 02 CA 02 DA 00 00 00 64 00 00 00 00 00 00 00 00 00 03 00 00 00 02 00 04 0D 01 00 01 0C FA 0C FD 00 03 02 D0 00 02 02 C9 02 CC 02 48 03 E8 01 C0 03 E8 00 10 0C FA 0C FF 0C FB 0D 01 0C FF 0C FC 0C FC 0D 00 0C FB 0C FE 0D 00 0C FC 0C FF 0C FE 0D 00 0C FD 00 04 02 CA 02 C9 02 D0 02 CE 00 00 00 00 00 04 4A 42 44 34 38 31 30 30 30 30 30 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 01 00 02 BC C0",
            values: [
                .packVoltage: 53_210, .current: 0, .soc: 730, .chargeSwitch: 1, .dischargeSwitch: 1,
                .prechargeSwitch: 0, .heater: 0,
                .chargeCurrentLimit: 100_000, .dischargeCurrentLimit: 100_000,
                .soh: 1_000, .designCapacity: 100_000, .fullCapacity: 100_000, .chargeVoltageLimit: 58_400,
                .configuredCells: 16,
                .remainingCapacity: 73_270, .mosfetTemperature: 214, .ambientTemperature: 230, .cycles: 2,
                .highestCellNumber: 4, .highestCell: 3_329, .lowestCellNumber: 1, .lowestCell: 3_322,
                .averageCell: 3_325, .temperature1: 214, .temperature2: 213, .temperature3: 220,
                .temperature4: 218,
            ],
            cells: [
                3_322, 3_327, 3_323, 3_329, 3_327, 3_324, 3_324, 3_328, 3_323, 3_326, 3_328, 3_324, 3_327,
                3_326, 3_328, 3_325,
            ],
            identity: [.serial: "JBD48100000"], alarms: AlarmSet(), differsBecause: other),
        GoldenAnswer(
            source: "UP16S020, master: own limits", poll: "own limits", address: 1,
            hex:
                "01 45 00 00 00 54 00 74 00 10 0C FE 0C F6 0D 03 0C F6 0C F7 0C FB 0D 00 0C F5 0C FC 0C FB 0C FE 0C FB 0C FC 0C FD 0C FD 0C FA 0D 03 0C F5 14 C5 00 00 00 00 0B 7F 0B 77 27 10 17 CF 00 0C 00 3C 00 64 00 00 00 00 00 03 00 00 42 4A 34 44 31 38 30 30 30 30 00 30 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 03 E8 03 E8 00 08 0B 7D 0B 8D 04 04 0B 7C 0B 77 0B 7D 0B 7F 0A 07",
            values: [.chargeCurrentLimit: 100_000, .dischargeCurrentLimit: 100_000],
            differsBecause: "everything else stands in the status"),
        GoldenAnswer(
            source: "captured data, discharging, with bits set, frame computed: status", kind: .computed,
            poll: "status", address: 1,
            hex:
                "01 78 10 00 10 A0 00 9E 14 C5 00 00 00 04 63 A7 17 CF 17 CF 27 10 27 10 02 C6 02 D6 00 00 00 64 02 00 02 00 00 10 20 00 00 01 00 04 00 0C 00 03 0D 03 00 08 0C F5 0C FB 00 04 02 C8 00 02 02 C0 02 C4 02 48 07 D0 01 C0 07 D0 00 10 0C FE 0C F6 0D 03 0C F6 0C F8 0C FB 0D 00 0C F5 0C FC 0C FB 0C FE 0C FB 0C FC 0C FD 0C FD 0C FA 00 04 02 C5 02 C0 02 C6 02 C8 00 00 00 00 0C 04 4A 42 44 34 38 31 30 30 30 30 30 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 02 00 03 5A A6 00 00 00 00 00 00 77 34",
            values: [
                .packVoltage: 53_170, .current: -123_450, .soc: 610, .chargeSwitch: 0, .dischargeSwitch: 1,
                .prechargeSwitch: 0, .heater: 0,
                .soh: 1_000, .designCapacity: 100_000, .fullCapacity: 100_000, .chargeVoltageLimit: 58_400,
                .configuredCells: 16,
                .remainingCapacity: 60_950, .mosfetTemperature: 210,
                .ambientTemperature: 226, .cycles: 12, .highestCellNumber: 3, .highestCell: 3_331,
                .lowestCellNumber: 8, .lowestCell: 3_317, .averageCell: 3_323, .temperature1: 209,
                .temperature2: 204, .temperature3: 210, .temperature4: 212,
            ],
            cells: [
                3_326, 3_318, 3_331, 3_318, 3_320, 3_323, 3_328, 3_317, 3_324, 3_323, 3_326, 3_323, 3_324,
                3_325, 3_325, 3_322,
            ],
            identity: [.firmware: "12.4", .serial: "JBD48100000"], alarms: someAlarms, differsBecause: other),
    ]

    private static let someAlarms: AlarmSet = {
        var alarms = AlarmSet.protections(.chargeUnderTemperature)
        alarms.raise(.imbalance, .warning)
        alarms.raise(.undocumented, .info)
        return alarms
    }()
}
