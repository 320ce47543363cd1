import BMSDrivers
import BatteryModel
import BusCodec
import TestSupport
import Testing

@Suite("PACE Modbus: real answers")
struct PaceModbusGoldenTests {
    @Test("hold", arguments: PaceModbusGolden.all)
    func hold(_ golden: GoldenAnswer) {
        #expect(golden.problems(with: PaceModbus.driver) == [])
    }

    @Test("the layout that begins with the number of cells is refused")
    func newerLayout() throws {
        let driver = PaceModbus.driver
        let poll = try #require(driver.question("cells"))
        let answer = hex(
            "01 03 2C 00 04 0C FF 0D 02 0D 02 0D 01 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 E1 5D"
        )
        var reading = PackReading()
        #expect(throws: AnswerError.signal(.outOfRange(signal: SignalName("cell"), value: 4))) {
            try driver.decode(answer.span, poll, PackReading.sampleTime, &reading)
        }
        #expect(reading.cellMillivolts == nil)
    }
}

/// Captures of JK packs: victorstoica114/sigrok-pylon-bms-decoders (analysis/out); the frame of the newer layout has
/// the values of a capture in patman15/aiobmsble (tests/bms/test_gobel_bms.py, Apache-2.0).
enum PaceModbusGolden {
    static let all: [GoldenAnswer] = [
        GoldenAnswer(
            source: "16-cell JK set to PACE, discharging: pack", poll: "pack", address: 1,
            hex:
                "01 03 1A FF B4 15 DE 00 59 00 64 01 BF 01 F4 01 F4 00 00 00 00 00 00 00 00 0E 00 00 00 CF C7",
            values: [
                .packVoltage: 55_980, .current: -760, .soc: 890, .soh: 1_000, .remainingCapacity: 4_470,
                .fullCapacity: 5_000, .designCapacity: 5_000, .cycles: 0, .chargeSwitch: 1,
                .dischargeSwitch: 1, .heater: 0,
            ], alarms: AlarmSet(), differsBecause: "that it discharges is not kept"),
        GoldenAnswer(
            source: "16-cell JK set to WOW: pack", poll: "pack", address: 1,
            hex:
                "01 03 1A 00 00 16 4C 00 57 00 64 01 B0 01 F4 01 F4 00 00 00 00 00 00 00 00 0C 00 00 00 AD 7C",
            values: [
                .packVoltage: 57_080, .current: 0, .soc: 870, .soh: 1_000, .remainingCapacity: 4_320,
                .fullCapacity: 5_000, .designCapacity: 5_000, .cycles: 0, .chargeSwitch: 1,
                .dischargeSwitch: 1, .heater: 0,
            ], alarms: AlarmSet()),
        GoldenAnswer(
            source: "protections of V1.3, numbers made up; nobody has captured them", kind: .computed,
            poll: "protections", address: 1,
            hex:
                "01 03 6E E1 00 E4 20 D2 F0 00 00 0E 10 0E 42 0D 48 00 00 00 00 00 00 00 00 00 00 0A F0 09 C4 0B 54 00 00 00 00 00 6E 00 00 00 00 00 D2 00 00 00 00 00 00 00 00 02 58 02 26 00 00 02 8A 02 58 00 00 FF CE 00 00 00 00 00 00 00 00 00 00 03 E8 03 52 00 00 00 00 00 00 00 00 00 00 00 00 0D 48 00 1E 00 00 00 00 0C 4E 00 00 00 00 00 00 00 00 00 00 F3 69",
            values: [
                .cellOverVoltage: 3_650, .cellOverVoltageRelease: 3_400, .cellUnderVoltage: 2_500,
                .cellUnderVoltageRelease: 2_900, .chargeOverCurrent: 110_000, .dischargeOverCurrent: 210_000,
                .chargeOverTemperature: 600, .chargeOverTemperatureRelease: 550,
                .dischargeOverTemperature: 650, .dischargeOverTemperatureRelease: 600,
                .chargeUnderTemperature: -50, .chargeUnderTemperatureRelease: 0,
                .mosfetOverTemperature: 1_000, .mosfetOverTemperatureRelease: 850, .balanceStart: 3_400,
                .balanceTrigger: 30, .sleepCell: 3_150,
            ], differsBecause: "the alarm levels before the protections are not kept"),
        GoldenAnswer(
            source: "16-cell JK set to WOW: cells", poll: "cells", address: 1,
            hex:
                "01 03 2C 0D F2 0D ED 0D EF 0D EE 0D EF 0D F1 0D EE 0D EE 0D EF 0D EF 0D EF 0D F1 0D F2 0D F3 0D F2 0D F1 01 3D 01 3B 01 39 01 40 01 28 01 3C B9 70",
            values: [
                .temperature1: 317, .temperature2: 315, .temperature3: 313, .temperature4: 320,
                .mosfetTemperature: 296, .ambientTemperature: 316,
            ],
            cells: [
                3_570, 3_565, 3_567, 3_566, 3_567, 3_569, 3_566, 3_566, 3_567, 3_567, 3_567, 3_569, 3_570,
                3_571, 3_570, 3_569,
            ]),
        GoldenAnswer(
            source: "16-cell JK set to PACE: cells", poll: "cells", address: 1,
            hex:
                "01 03 2C 0D AE 0D A9 0D AC 0D AC 0D AC 0D AC 0D A9 0D AA 0D AA 0D AA 0D AC 0D AA 0D AD 0D AC 0D AC 0D AC 01 36 01 34 01 32 01 38 01 20 01 35 99 36",
            values: [
                .temperature1: 310, .temperature2: 308, .temperature3: 306, .temperature4: 312,
                .mosfetTemperature: 288, .ambientTemperature: 309,
            ],
            cells: [
                3_502, 3_497, 3_500, 3_500, 3_500, 3_500, 3_497, 3_498, 3_498, 3_498, 3_500, 3_498, 3_501,
                3_500, 3_500, 3_500,
            ]),
        GoldenAnswer(
            source: "from the vendor's table: pack", kind: .computed, poll: "pack", address: 1,
            hex:
                "01 03 1A FB 2E 14 C0 00 57 00 63 44 5C 4E 20 4E 20 00 7B 00 00 00 00 00 00 0E 00 00 03 7A AA",
            values: [
                .packVoltage: 53_120, .current: -12_340, .soc: 870, .soh: 990, .remainingCapacity: 175_000,
                .fullCapacity: 200_000, .designCapacity: 200_000, .cycles: 123, .chargeSwitch: 1,
                .dischargeSwitch: 1, .heater: 0,
            ], alarms: AlarmSet(), differsBecause: "that it discharges and balances is not kept"),
        GoldenAnswer(
            source: "from the vendor's table, bits 12 and 14 of warnings and protections: pack",
            kind: .computed, poll: "pack", address: 1,
            hex:
                "01 03 1A FB 2E 14 C0 00 57 00 63 44 5C 4E 20 4E 20 00 7B 00 00 50 02 50 01 08 20 00 00 2C 85",
            values: [
                .packVoltage: 53_120, .current: -12_340, .soc: 870, .soh: 990, .remainingCapacity: 175_000,
                .fullCapacity: 200_000, .designCapacity: 200_000, .cycles: 123, .chargeSwitch: 0,
                .dischargeSwitch: 1, .heater: 0,
            ], alarms: someAlarms,
            differsBecause:
                "cold surroundings are too cold to charge and to discharge, which has bits of its own"),
        GoldenAnswer(
            source: "from the vendor's table, one sensor below 0 °C: cells", kind: .computed, poll: "cells",
            address: 1,
            hex:
                "01 03 2C 0C F8 0C F9 0C FA 0C FB 0C FC 0C FD 0C FE 0C FF 0D 00 0D 01 0D 02 0D 03 0D 04 0D 05 0D 06 0D 07 00 FB 00 FC 00 F9 FF FB 01 18 01 09 A7 5E",
            values: [
                .temperature1: 251, .temperature2: 252, .temperature3: 249, .temperature4: -5,
                .mosfetTemperature: 280, .ambientTemperature: 265,
            ],
            cells: [
                3_320, 3_321, 3_322, 3_323, 3_324, 3_325, 3_326, 3_327, 3_328, 3_329, 3_330, 3_331, 3_332,
                3_333, 3_334, 3_335,
            ]),
        GoldenAnswer(
            source: "the same with eight cells", kind: .computed, poll: "cells", address: 1,
            hex:
                "01 03 2C 0C F8 0C F9 0C FA 0C FB 0C FC 0C FD 0C FE 0C FF 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 FB 00 FC 00 F9 FF FB 01 18 01 09 5C EE",
            values: [
                .temperature1: 251, .temperature2: 252, .temperature3: 249, .temperature4: -5,
                .mosfetTemperature: 280, .ambientTemperature: 265,
            ],
            cells: [3_320, 3_321, 3_322, 3_323, 3_324, 3_325, 3_326, 3_327]),
        GoldenAnswer(
            source: "from the vendor's table: identity", kind: .computed, poll: "identity", address: 1,
            hex:
                "01 03 28 50 31 36 53 31 30 30 41 2D 31 38 31 32 2D 31 2E 30 30 20 00 31 38 31 32 31 30 31 33 38 30 33 30 39 44 20 20 20 20 20 20 BA 9E",
            identity: [.firmware: "P16S100A-1812-1.00", .serial: "1812101380309D"],
            differsBecause: "texts are filled up with zeros, not spaces"),
    ]

    private static let someAlarms: AlarmSet = {
        var alarms = AlarmSet.protections(
            .cellOverVoltage, .mosfetOverTemperature, .chargeUnderTemperature, .dischargeUnderTemperature,
            .internalCommunication)
        for kind in [AlarmKind.cellUnderVoltage, .batteryOverTemperature, .mosfetOverTemperature] {
            alarms.raise(kind, .warning)
        }
        return alarms
    }()
}
