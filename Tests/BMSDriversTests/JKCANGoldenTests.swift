import BMSDrivers
import BatteryModel
import BusCodec
import TestSupport
import Testing

@Suite("JK on CAN: real frames")
struct JKCANGoldenTests {
    @Test("hold", arguments: JKCANGolden.all)
    func hold(_ golden: GoldenAnswer) {
        #expect(golden.problems(with: JKCAN.driver) == [])
    }
}

/// The examples of the vendor's documents, and captured frames.
///
/// Documents: `syssi/esphome-jk-bms`, docs/BMS-CAN Communication protocol.pdf (V1); V2.1 as a public DBC file and its
/// test quote it. Captured from a pack of sixteen cells and 280 Ah: `jean-luc1203/jkbms-rs485-addon`,
/// Documentation/CAN protocole. No serial number stands in any of them.
enum JKCANGolden {
    private static let padded = "frames are filled up to eight bytes"
    private static let placeless = "numbers of sensors and the mean are not kept, and frames are filled up"

    static let all: [GoldenAnswer] = captured + document + computed

    private static let captured: [GoldenAnswer] = [
        GoldenAnswer(
            source: "280 Ah: 53.1 V, charged with 1.8 A, 81 %", poll: "status",
            hex: "2F4#13 02 B2 0F 51 00 00 00",
            values: [.packVoltage: 53_100, .current: 1_800, .soc: 810]),
        GoldenAnswer(
            source: "280 Ah: 3.327 V in cell 6, 3.324 V in cell 1", poll: "cell extremes",
            hex: "4F4#FF 0C 06 FC 0C 01 00 00",
            values: [
                .highestCell: 3_327, .highestCellNumber: 6, .lowestCell: 3_324, .lowestCellNumber: 1,
            ]),
        GoldenAnswer(
            source: "280 Ah: 22 °C everywhere", poll: "temperature extremes",
            hex: "5F4#48 01 48 00 48 00 00 00", values: [.temperature7: 220, .temperature8: 220],
            differsBecause: placeless),
        GoldenAnswer(
            source: "280 Ah: 227.3 Ah of 280 Ah, 35 cycles", poll: "capacity",
            hex: "18F128F4#E1 08 F0 0A 6B 80 23 00",
            values: [.remainingCapacity: 227_300, .fullCapacity: 280_000, .cycles: 35],
            differsBecause: "the charge turned over is not kept"),
        GoldenAnswer(
            source: "project test: 56.4 V, charged with 12.3 A, 99 %", poll: "status",
            hex: "2F4#34 02 1B 10 63 00 00 00",
            values: [.packVoltage: 56_400, .current: 12_300, .soc: 990]),
    ]

    private static let document: [GoldenAnswer] = [
        GoldenAnswer(
            source: "27.5 V, 56.7 A, 51 %", kind: .document, poll: "status", hex: "2F4#13 01 D7 11 33",
            values: [.packVoltage: 27_500, .current: 56_700, .soc: 510], differsBecause: padded),
        GoldenAnswer(
            source: "V1: the same, 100 h left", kind: .document, poll: "status",
            hex: "2F4#13 01 D7 11 33 00 64 00",
            values: [.packVoltage: 27_500, .current: 56_700, .soc: 510],
            differsBecause: "the time left is not kept"),
        GoldenAnswer(
            source: "2.700 V in cell 5, 2.450 V in cell 8", kind: .document, poll: "cell extremes",
            hex: "4F4#8C 0A 05 92 09 08",
            values: [
                .highestCell: 2_700, .highestCellNumber: 5, .lowestCell: 2_450, .lowestCellNumber: 8,
            ], differsBecause: padded),
        GoldenAnswer(
            source: "22 °C and -3 °C", kind: .document, poll: "temperature extremes",
            hex: "5F4#48 06 2F 01 3F", values: [.temperature7: 220, .temperature8: -30],
            differsBecause: placeless),
        GoldenAnswer(
            source: "cell over-voltage level 3, SOC low level 2", kind: .document, poll: "alarms",
            hex: "7F4#03 00 20 00", values: [.alarmLevels: 0x0020_0003],
            alarms: .warnings(.cellOverVoltage), differsBecause: padded),
        GoldenAnswer(
            source: "V1: the same, pack under-voltage level 1", kind: .document, poll: "alarms",
            hex: "7F4#43 00 20 00", values: [.alarmLevels: 0x0020_0043],
            alarms: .warnings(.cellOverVoltage, beside: .protections(.packUnderVoltage)),
            differsBecause: padded),
        GoldenAnswer(
            source: "30 Ah of 40 Ah", kind: .document, poll: "capacity",
            hex: "18F128F4#2C 01 90 01 E8 03 00 64",
            // The document means 100 cycles; the other byte order is that of the captured frame.
            values: [.remainingCapacity: 30_000, .fullCapacity: 40_000, .cycles: 25_600],
            differsBecause: "the charge turned over is not kept"),
        GoldenAnswer(
            source: "22 °C, 21 °C, 30 °C", kind: .document, poll: "temperatures",
            hex: "18F228F4#07 48 47 50 FF FF",
            values: [.temperature1: 220, .temperature2: 210, .mosfetTemperature: 300],
            differsBecause: padded),
        GoldenAnswer(
            source: "bits 1, 12, 13 and 16", kind: .document, poll: "faults", hex: "18F328F4#02 30 01",
            values: [.alarmWord: 0x01_3002],
            alarms: .protections(
                .mosfetOverTemperature, .packUnderVoltage, .cellUnderVoltage, .dischargeOverCurrent,
                .chargeSwitchFault, .dischargeOverTemperature),
            differsBecause: "some kinds have several bits"),
        GoldenAnswer(
            source: "200 s, heater 2.6 A, SOH 100 %", kind: .document, poll: "state",
            hex: "18F428F4#C8 00 00 00 28 0A 64",
            values: [.uptime: 2_000, .heaterCurrent: 2_600, .soh: 1_000], differsBecause: padded),
        GoldenAnswer(
            source: "charging on, discharging off, balancing, heating", kind: .document, poll: "switches",
            hex: "18F528F4#3D",
            values: [.chargeSwitch: 1, .dischargeSwitch: 0, .balancing: 1, .heater: 1, .chargerPlugged: 1],
            differsBecause: padded),
        GoldenAnswer(
            source: "four cells", kind: .document, poll: "cells", hex: "18E028F4#AD 0E AB 0E A3 0E A6 0E",
            cells: [3_757, 3_755, 3_747, 3_750], times: 2),
        GoldenAnswer(
            source: "84.0 V, 20.0 A, charger on", kind: .document, poll: "charge request",
            hex: "1806E5F4#03 48 00 C8 00 00",
            values: [.chargeVoltageLimit: 84_000, .chargeCurrentLimit: 20_000], differsBecause: padded),
    ]

    private static let computed: [GoldenAnswer] = [
        GoldenAnswer(
            source: "address 1", kind: .computed, poll: "status", address: 1,
            hex: "2F5#13 02 B2 0F 51 00 00 00",
            values: [.packVoltage: 53_100, .current: 1_800, .soc: 810]),
        GoldenAnswer(
            source: "address 15, charger off", kind: .computed, poll: "charge request", address: 15,
            hex: "1806E603#03 48 00 C8 01 00 00 00",
            values: [.chargeVoltageLimit: 84_000, .chargeCurrentLimit: 0],
            differsBecause: "the current is not kept"),
        GoldenAnswer(
            source: "a password that was not changed", kind: .computed, poll: "faults",
            hex: "18F328F4#00 00 08 00 00 00 00 00", values: [.alarmWord: 0x08_0000], alarms: AlarmSet(),
            differsBecause: "nothing is wrong"),
    ]
}

extension AlarmSet {
    /// Some warnings beside other alarms.
    static func warnings(_ kinds: AlarmKind..., beside others: AlarmSet = AlarmSet()) -> AlarmSet {
        var alarms = others
        for kind in kinds { alarms.raise(kind, .warning) }
        return alarms
    }
}
