import BMSDrivers
import BatteryModel
import TestSupport
import Testing

@Suite("Heltec: answers")
struct HeltecGoldenTests {
    @Test("hold", arguments: HeltecGolden.all)
    func hold(_ golden: GoldenAnswer) {
        #expect(golden.problems(with: Heltec.driver) == [])
    }

    @Test("a board of more cells than are asked for is refused")
    func tooManyCells() {
        var reading = PackReading()
        let answer = hex("01 03 0A 11 01 38 CE 00 00 D2 04 00 00 2C B1")
        #expect(throws: AnswerError.self) {
            try Heltec.driver.decode(answer.span, 0, PackReading.sampleTime, &reading)
        }
    }

    @Test("cells count only once their number is known")
    func unknownNumber() throws {
        var reading = PackReading()
        try Heltec.driver.decode(hex(HeltecGolden.fourCells).span, 1, PackReading.sampleTime, &reading)
        #expect(reading.cellMillivolts == nil)
    }

    @Test("asks for cells and name as the known reader does")
    func questions() {
        #expect(Heltec.driver.asks(1, 1) == hex("01 03 00 51 00 10 15 D7"))
        #expect(Heltec.driver.asks(6, 1) == hex("01 03 00 07 00 0D 35 CE"))
    }
}

/// No frame has been captured; these are computed from the table of registers.
enum HeltecGolden {
    static let fourCells =
        "01 03 20 E4 0C E5 0C E6 0C E7 0C 00 00 00 00 00 00"
        + " 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 D4 A5"

    static let all: [GoldenAnswer] = [
        GoldenAnswer(
            source: "-, 16 cells, 12.34 A out of the pack", kind: .computed, poll: "pack", address: 1,
            hex: "01 03 0A 10 01 38 CE 00 00 D2 04 00 00 7D 74",
            values: [.configuredCells: 16, .packVoltage: 52_792, .current: -12_340],
            differsBecause: "the chemistry is not kept"),
        GoldenAnswer(
            source: "-, 4 cells", kind: .computed, poll: "cells", address: 1, hex: fourCells,
            known: [.configuredCells: 4], cells: [3_300, 3_301, 3_302, 3_303],
            differsBecause: "a board with so few cells says so elsewhere"),
        GoldenAnswer(
            source: "-", kind: .computed, poll: "state", address: 1,
            hex: "01 03 12 41 46 3E 3D 00 00 00 00 00 00 00 00 F0 0A F0 0A 4E 63 E3 C4",
            values: [
                .mosfetTemperature: 300, .temperature1: 210, .temperature2: 220, .designCapacity: 280_000,
                .soc: 780, .soh: 990,
            ], differsBecause: "the balancer's temperature and the other capacity are not kept"),
        GoldenAnswer(
            source: "-, nothing blocked", kind: .computed, poll: "alarms", address: 1,
            hex: "01 03 0C 00 00 00 00 00 00 00 00 00 00 00 00 93 70",
            values: [.chargeSwitch: 1, .dischargeSwitch: 1],
            alarms: AlarmSet()),
        GoldenAnswer(
            source: "-, a cell is empty, discharging is blocked, and the board has a fault", kind: .computed,
            poll: "alarms", address: 1, hex: "01 03 0C 00 00 00 20 00 00 00 00 02 00 01 00 0A 99",
            values: [.chargeSwitch: 1, .dischargeSwitch: 0],
            alarms: .protections(.cellUnderVoltage, .internalCommunication),
            differsBecause: "which fault it is is not kept"),
        GoldenAnswer(
            source: "-", kind: .computed, poll: "voltage settings", address: 1,
            hex: "01 03 08 42 0E 00 00 00 00 C4 09 6D 38",
            values: [.cellOverVoltage: 3_650, .cellUnderVoltage: 2_500]),
        GoldenAnswer(
            source: "-", kind: .computed, poll: "current settings", address: 1,
            hex: "01 03 08 10 27 00 00 00 00 98 3A 28 0A",
            values: [.chargeLimit: 100_000, .dischargeLimit: 150_000]),
        GoldenAnswer(
            source: "-", kind: .computed, poll: "identity", address: 1,
            hex: """
                01 03 1A 48 54 2D 31 36 53 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 6A
                F5
                """, identity: [.hardware: "HT-16S"]),
    ]
}
