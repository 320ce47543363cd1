import BMSDrivers
import BatteryModel
import BusCodec
import TestSupport
import Testing

@Suite("ANT of 2019: real answers")
struct ANT2019GoldenTests {
    @Test("hold", arguments: ANT2019Golden.all)
    func hold(_ golden: GoldenAnswer) {
        #expect(golden.problems(with: ANT2019.driver) == [])
    }

    @Test("asks as on a line, and hears the other ways to ask")
    func questions() {
        #expect(ANT2019.driver.asks(0, 0) == hex("5A 5A 00 00 00 00"))
        for (question, poll) in [
            ("DB DB 00 00 00 00", 0), ("5A 5A 00 00 01 01", 0), ("5A 5A 05 00 00 05", nil),
        ] {
            guard case .item(let item, let length) = ANT2019.driver.scan(hex(question).span, true, true)
            else {
                Issue.record("\(question) is not heard")
                continue
            }
            #expect(item.kind == .request && item.poll == poll && length == 6)
        }
    }
}

/// Captures: syssi/esphome-ant-bms, docs/pdus (the first over Bluetooth), and patman15/aiobmsble, tests.
enum ANT2019Golden {
    private static let unexplained = "power and MOSFET voltages are not kept"

    static let all: [GoldenAnswer] = [
        GoldenAnswer(
            source: "14 cells, 170 Ah, discharging; the charge left falls in the next answer", poll: "status",
            hex: """
                AA 55 AA FF 01 E8 0D AA 0D 9C 0D A4 0D 8E 0D 9C 0D 90 0D B4 0D 97 0D B5 0D B5 0D A8 0D 91 0D 9E
                0D 8C 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00
                00 00 00 00 00 00 00 00 00 50 29 0A 21 FE 80 04 19 58 93 00 A9 84 0F 00 FA 08 31 00 16 00 15 00
                15 00 15 00 15 00 15 01 01 00 03 E8 00 17 00 00 00 01 86 09 0D B5 0E 0D 8C 0D 9F 0E 00 00 00 70
                00 6B 02 AC 00 00 00 00 40 01 15 F4
                """,
            values: [
                .configuredCells: 14, .temperature1: 210, .temperature2: 210, .temperature3: 210,
                .temperature4: 210, .mosfetTemperature: 220, .packVoltage: 48_800, .current: -8_000,
                .soc: 410, .designCapacity: 170_000, .remainingCapacity: 68_770, .throughput: 11_109_391,
                .uptime: 163_860_970, .highestCellNumber: 9, .lowestCellNumber: 14, .averageCell: 3_487,
                .chargeSwitch: 1, .dischargeSwitch: 1,
            ],
            cells: [
                3_498, 3_484, 3_492, 3_470, 3_484, 3_472, 3_508, 3_479, 3_509, 3_509, 3_496, 3_473, 3_486,
                3_468,
            ],
            alarms: AlarmSet(), differsBecause: unexplained),
        GoldenAnswer(
            source: "a board since 2021 with 16 cells, two sensors not fitted", poll: "status",
            hex: """
                AA 55 AA FF 02 7D 0F 8F 0F 8F 0F 8E 0F 8D 0F 8D 0F 8F 0F 90 0F 90 0F 8E 0F 90 0F 8F 0F 8C 0F 8C
                0F 8E 0F 8D 0F 8F 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00
                00 00 00 00 00 00 00 00 00 00 54 0D F2 8E 80 0B A4 F0 4E 00 04 34 E2 00 17 B7 66 00 17 00 19 00
                15 00 16 FF D8 FF D8 01 01 00 00 00 00 00 FF 00 00 00 00 07 0F 90 10 0F 8C 0F 8E 10 00 02 00 7F
                00 7B 02 AF 00 00 00 00 00 00 19 A4
                """,
            values: [
                .configuredCells: 16, .temperature1: 210, .temperature2: 220, .mosfetTemperature: 230,
                .packVoltage: 63_700, .current: 0, .soc: 840, .designCapacity: 234_000,
                .remainingCapacity: 195_359, .throughput: 275_682, .uptime: 15_542_780, .highestCellNumber: 7,
                .lowestCellNumber: 16, .averageCell: 3_982, .chargeSwitch: 1, .dischargeSwitch: 1,
            ],
            cells: [
                3_983, 3_983, 3_982, 3_981, 3_981, 3_983, 3_984, 3_984, 3_982, 3_984, 3_983, 3_980, 3_980,
                3_982, 3_981, 3_983,
            ],
            alarms: AlarmSet(), differsBecause: unexplained),
        GoldenAnswer(
            source:
                "the first, charging, -5 °C, charge MOSFET off for a cell, discharge MOSFET for a short circuit",
            kind: .computed, poll: "status",
            hex: """
                AA 55 AA FF 01 E8 0D AA 0D 9C 0D A4 0D 8E 0D 9C 0D 90 0D B4 0D 97 0D B5 0D B5 0D A8 0D 91 0D 9E
                0D 8C 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00
                00 00 00 00 00 00 FF FF FF 83 29 0A 21 FE 80 04 19 58 93 00 A9 84 0F 00 FA 08 31 00 16 00 15 00
                15 00 15 FF FB 00 15 02 0C 00 03 E8 00 17 00 00 00 01 86 09 0D B5 0E 0D 8C 0D 9F 0E 00 00 00 70
                00 6B 02 AC 00 00 00 00 40 01 1B 15
                """,
            values: [
                .configuredCells: 14, .temperature1: 210, .temperature2: 210, .temperature3: -50,
                .temperature4: 210, .mosfetTemperature: 220, .packVoltage: 48_800, .current: 12_500,
                .soc: 410, .designCapacity: 170_000, .remainingCapacity: 68_770, .throughput: 11_109_391,
                .uptime: 163_860_970, .highestCellNumber: 9, .lowestCellNumber: 14, .averageCell: 3_487,
                .chargeSwitch: 0, .dischargeSwitch: 0,
            ],
            cells: [
                3_498, 3_484, 3_492, 3_470, 3_484, 3_472, 3_508, 3_479, 3_509, 3_509, 3_496, 3_473, 3_486,
                3_468,
            ],
            alarms: .protections(.cellOverVoltage, .dischargeShortCircuit), differsBecause: unexplained),
    ]
}
