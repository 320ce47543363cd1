import BMSDrivers
import BatteryModel
import TestSupport
import Testing

@Suite("Felicity: answers")
struct FelicityGoldenTests {
    @Test("hold", arguments: FelicityGolden.all)
    func hold(_ golden: GoldenAnswer) {
        #expect(golden.problems(with: Felicity.driver) == [])
    }

    @Test("asks for the blocks of known readers")
    func questions() {
        #expect(Felicity.driver.asks(0, 1) == hex("01 03 13 02 00 0A 60 89"))
        #expect(Felicity.driver.asks(1, 1) == hex("01 03 13 1C 00 04 81 4B"))
        #expect(Felicity.driver.asks(2, 1) == hex("01 03 13 2A 00 14 60 89"))
    }
}

/// No frame has been captured; these are computed from the table of registers.
enum FelicityGolden {
    static let all: [GoldenAnswer] = [
        GoldenAnswer(
            source: "-, 5.0 A out of the pack, both directions permitted", kind: .computed, poll: "pack",
            address: 1, hex: "01 03 14 00 05 00 00 00 00 00 00 14 B4 00 32 00 00 00 00 00 1E 00 50 31 32",
            values: [
                .chargeSwitch: 1, .dischargeSwitch: 1, .packVoltage: 53_000, .current: -5_000,
                .mosfetTemperature: 300, .soc: 800,
            ], alarms: AlarmSet()),
        GoldenAnswer(
            source: "-, 10.0 A into the pack, charging not permitted, three faults, no sensor on the board",
            kind: .computed, poll: "pack", address: 1,
            hex: "01 03 14 00 04 00 00 02 44 00 00 14 B4 FF 9C 00 00 00 00 7F FF 00 64 00 3D",
            values: [
                .chargeSwitch: 0, .dischargeSwitch: 1, .packVoltage: 53_000, .current: 10_000, .soc: 1_000,
            ],
            alarms: .protections(
                .cellOverVoltage, .mosfetOverTemperature, .chargeUnderTemperature, .dischargeUnderTemperature)
        ),
        GoldenAnswer(
            source: "-", kind: .computed, poll: "limits", address: 1,
            hex: "01 03 08 16 80 12 C0 03 E8 05 DC 14 E3",
            values: [
                .chargeVoltageLimit: 57_600, .chargeCurrentLimit: 100_000, .dischargeCurrentLimit: 150_000,
            ], differsBecause: "the lower end of its voltage is not kept"),
        GoldenAnswer(
            source: "-, 8 cells and 2 sensors fitted", kind: .computed, poll: "cells", address: 1,
            hex: """
                01 03 28 0C E4 0C E5 0C E6 0C E7 0C E8 0C E9 0C EA 0C EB 7F FF 7F FF 7F FF 7F FF 7F FF 7F
                FF 7F FF 7F FF 00 19 FF FB 7F FF 7F FF 7B E5
                """,
            values: [.temperature1: 250, .temperature2: -50],
            cells: [3_300, 3_301, 3_302, 3_303, 3_304, 3_305, 3_306, 3_307]),
        GoldenAnswer(
            source: "-", kind: .computed, poll: "firmware", address: 1, hex: "01 03 02 01 A2 38 6D",
            identity: [.firmware: "418"], differsBecause: "the version is not written"),
    ]
}
