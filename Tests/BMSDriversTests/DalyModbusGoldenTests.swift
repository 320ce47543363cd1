import BMSDrivers
import BatteryModel
import TestSupport
import Testing

@Suite("Daly 0x81 Modbus: real answers")
struct DalyModbusGoldenTests {
    @Test("hold", arguments: DalyModbusGolden.all)
    func hold(_ golden: GoldenAnswer) {
        #expect(golden.problems(with: DalyModbus.driver) == [])
    }

    @Test("the questions are those that were captured")
    func questions() {
        let driver = DalyModbus.driver
        #expect(driver.asks(driver.question("cells") ?? 0, 1) == hex("81 03 00 00 00 40 5B FA"))
        #expect(driver.asks(driver.question("status") ?? 0, 1) == hex("81 03 00 41 00 3E 8B CE"))
    }

    @Test("the answer to another question is refused")
    func other() {
        var reading = PackReading()
        #expect(throws: AnswerError.wrongLength(needed: 128, got: 2)) {
            try DalyModbus.driver.decode(
                hex("51 03 02 FF FF 79 F8").span, 0, Instant(nanoseconds: 0), &reading)
        }
    }

    @Test("a protection is written as level 2, and read again")
    func levels() throws {
        let driver = DalyModbus.driver
        let now = Instant(nanoseconds: 1_000_000_000)
        var told = PackReading.sample(address: 1)
        told.alarms = Reading(AlarmSet.protections(.cellUnderVoltage, .mosfetOverTemperature), at: now)
        let answer = driver.answers(1, 1, told)
        // Cells under-voltage in bits 3 to 5 of register 0x6D.
        #expect(answer[3 + 2 * (0x6D - 0x41) + 1] == 2 << 3)
        var heard = PackReading()
        try driver.decode(answer.span, 1, now, &heard)
        #expect(heard.alarms == told.alarms)
    }
}

/// Captures: syssi/esphome-daly-bms, tests/components/daly_bms_ble/frames_p81_ess_dl_bms.h (Apache-2.0), with that
/// project's decoding; board ESS-DL-BMS, hardware ESS41_0323, while it discharges.
enum DalyModbusGolden {
    static let all: [GoldenAnswer] = [
        GoldenAnswer(
            source: "P81_CELLS_FRAME", poll: "cells", address: 1,
            hex: """
                51 03 80 0C F4 0C F0 0C F3 0C F2 0C F3 0C F1 0C F3 0C F3 0C F0 0C F3 0C F3 0C F4 0C F3 0C \
                F3 0C F3 0C F5 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 \
                00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 \
                00 00 00 00 00 00 00 00 00 00 3E 00 3E 00 3E 00 3E 00 00 00 00 00 00 00 00 02 12 74 D7 03 \
                60 00 B6 00 10 00 04 0C F5 00 10 99 EF
                """,
            values: [
                .packVoltage: 53_000, .current: -8_900, .soc: 864, .configuredCells: 16, .temperature1: 220,
                .temperature2: 220, .temperature3: 220, .temperature4: 220, .highestCell: 3_317,
                .highestCellNumber: 16,
            ],
            cells: [
                3_316, 3_312, 3_315, 3_314, 3_315, 3_313, 3_315, 3_315, 3_312, 3_315, 3_315, 3_316, 3_315,
                3_315, 3_315, 3_317,
            ], differsBecause: "register 0x3B counts"),
        GoldenAnswer(
            source: "P81_STATUS_FRAME: discharging; a single pack has no link to others", poll: "status",
            address: 1,
            hex: """
                51 03 7C 00 09 00 05 00 3E 00 04 00 3E 00 01 00 00 00 02 00 00 00 00 0A 98 00 07 00 07 00 \
                00 00 00 00 00 00 00 00 01 00 01 00 00 00 00 00 00 0C F2 01 D7 00 00 00 40 00 46 00 00 00 \
                00 FF FF 00 00 75 30 1A 06 02 14 02 21 0B 4B 04 02 00 00 00 00 00 80 00 00 74 BE 00 11 03 \
                5F 00 00 00 00 00 00 00 80 00 00 00 00 00 00 FF FF FF FF FF FF FF FF FF FF FF FF FF FF FF \
                FF 00 FF FF FF 00 02 B8 AC
                """,
            values: status(alarmWord: 0), alarms: AlarmSet(), differsBecause: unknown),
        GoldenAnswer(
            source: "P81_STATUS_FRAME with faults of both styles", kind: .computed, poll: "status",
            address: 1,
            hex: """
                51 03 7C 00 09 00 05 00 3E 00 04 00 3E 00 01 00 00 00 02 00 00 00 00 0A 98 00 07 00 07 00 \
                00 00 00 00 00 00 00 00 01 00 01 00 00 00 00 00 00 0C F2 01 D7 00 00 00 40 00 46 00 00 00 \
                00 FF FF 00 00 75 30 1A 06 02 14 02 21 0B 4B 04 02 02 08 00 00 00 00 00 00 74 BE 00 11 03 \
                5F 01 09 00 02 00 00 00 00 00 00 FF FF 00 10 FF FF FF FF FF FF FF FF FF FF FF FF FF FF FF \
                FF 00 FF FF FF 00 02 1B E0
                """,
            values: status(alarmWord: 0x0208_0000), alarms: faults, differsBecause: unknown),
        GoldenAnswer(
            source: "P81_VERSION_FRAME, composed by its project from captured texts; serial number removed",
            kind: .computed, poll: "version", address: 1,
            hex: """
                51 03 94 34 31 5F 32 36 30 33 32 31 5F 30 33 32 33 45 53 53 2D 44 4C 2D 42 4D 53 00 00 00 \
                00 45 53 53 34 31 5F 30 33 32 33 00 00 00 00 32 31 30 4C 43 30 30 30 30 30 30 30 30 30 00 \
                00 00 00 00 00 00 00 00 00 20 20 20 20 32 30 32 36 30 33 32 36 00 00 00 00 00 00 00 00 00 \
                00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 \
                00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 \
                00 D7 58
                """,
            identity: [.firmware: "41_260321_0323ESS-DL-BMS", .hardware: "ESS41_0323"],
            differsBecause: "serial number and date are not told"),
    ]

    private static let unknown = "half of the registers have no meaning here"

    private static func status(alarmWord: Int32) -> [PackField: Int32] {
        [
            .lowestCellNumber: 9, .cellSpread: 5, .remainingCapacity: 271_200, .cycles: 7, .chargeSwitch: 1,
            .dischargeSwitch: 1, .prechargeSwitch: 0, .heater: 0, .averageCell: 3_314,
            .mosfetTemperature: 240, .alarmWord: alarmWord,
        ]
    }

    /// Register 0x72 is 0xFFFF and so says nothing.
    private static var faults: AlarmSet {
        var alarms = AlarmSet.protections(.cellOverVoltage, .chargeUnderTemperature, .chargeSwitchFault)
        alarms.raise(.cellOverVoltage, .warning)
        alarms.raise(.cellUnderVoltage, .warning)
        alarms.raise(.imbalance, .warning)
        return alarms
    }
}
