import BMSDrivers
import BatteryModel
import BusCodec
import TestSupport
import Testing

@Suite("Daly: real answers")
struct DalyGoldenTests {
    @Test("hold", arguments: DalyGolden.all)
    func hold(_ golden: GoldenAnswer) {
        #expect(golden.problems(with: Daly.driver) == [])
    }

    @Test("the questions are those of the document")
    func questions() {
        let driver = Daly.driver
        #expect(driver.asks(driver.question("pack") ?? 0, 1) == hex("A5 40 90 08 00 00 00 00 00 00 00 00 7D"))
        #expect(driver.asks(driver.question("pack") ?? 0, 2) == hex("A5 41 90 08 00 00 00 00 00 00 00 00 7E"))
        #expect(
            driver.asks(driver.question("failures") ?? 0, 1) == hex("A5 40 98 08 00 00 00 00 00 00 00 00 85"))
    }

    @Test(
        "above 1 A the sign of the current follows the state",
        arguments: [
            // Captured from one pack: discharging.
            ("A5 01 93 08 02 01 01 78 00 03 CB 40 CB", "A5 01 90 08 02 14 00 00 75 45 03 78 89", 0, -2_100),
            // Computed: the same current while the board says that it charges, or that it does nothing.
            ("A5 01 93 08 01 01 01 78 00 03 CB 40 CA", "A5 01 90 08 02 14 00 00 75 45 03 78 89", 0, 2_100),
            ("A5 01 93 08 00 01 01 78 00 03 CB 40 C9", "A5 01 90 08 02 14 00 00 75 45 03 78 89", 0, -2_100),
            // Computed: below the middle while the board says that it discharges.
            ("A5 01 93 08 02 01 01 78 00 03 CB 40 CB", "A5 01 90 08 02 14 00 00 75 1B 03 78 5F", 0, -2_100),
            // Computed: 1 A is no proof, and neither is a state of long ago.
            ("A5 01 93 08 01 01 01 78 00 03 CB 40 CA", "A5 01 90 08 02 14 00 00 75 3A 03 78 7E", 0, -1_000),
            ("A5 01 93 08 01 01 01 78 00 03 CB 40 CA", "A5 01 90 08 02 14 00 00 75 45 03 78 89", 3, -2_100),
        ])
    func sign(_ state: String, _ pack: String, _ secondsLater: Int64, _ milliamps: Int32) throws {
        let driver = Daly.driver
        var reading = PackReading()
        let now = Instant(nanoseconds: 1_000_000_000)
        try driver.decode(hex(state).span, driver.question("state") ?? 0, now, &reading)
        try driver.decode(
            hex(pack).span, driver.question("pack") ?? 0, now + .seconds(secondsLater), &reading)
        #expect(reading[.current]?.value == milliamps)
    }

    @Test("cells are refused while their number is not known, and when some of them are missing")
    func incomplete() {
        let cells = hex(DalyGolden.cells)
        #expect(throws: AnswerError.signal(.missing(signal: SignalName("cells")))) {
            try decode(cells, known: [:])
        }
        #expect(throws: AnswerError.wrongLength(needed: 78, got: 65)) {
            try decode(Array(cells.prefix(65)), known: [.configuredCells: 16])
        }
        #expect(throws: AnswerError.wrongStructure) {
            try decode(Array(cells.dropFirst(13)), known: [.configuredCells: 15])
        }
    }

    @Test("where a frame is missing an answer ends, and what follows without its beginning is none")
    func gap() {
        let cells = hex(DalyGolden.cells)
        let torn = Array(cells[..<26] + cells[39...])
        let found = Daly.driver.scan(torn.span, false, true)
        guard case .item(let item, let length) = found else {
            Issue.record("found \(found)")
            return
        }
        #expect(item.kind == .answer && item.code == 2 && length == 26)
        guard case .item(let rest, 39) = Daly.driver.scan(torn.span.extracting(26..<65), false, true) else {
            Issue.record("the rest is not found")
            return
        }
        #expect(rest.kind == .other)
        #expect(throws: AnswerError.wrongLength(needed: 26, got: 65)) {
            try decode(torn, known: [.configuredCells: 15])
        }
    }

    @Test("the bogus answer of a board that wakes up is refused")
    func bogus() {
        var reading = PackReading()
        #expect(throws: AnswerError.self) {
            try Daly.driver.decode(
                hex("A5 01 90 08 02 10 00 00 00 00 03 BC 0F").span, Daly.driver.question("pack") ?? 0,
                Instant(nanoseconds: 0), &reading)
        }
        #expect(reading[.packVoltage] == nil)
    }

    private func decode(_ answer: [UInt8], known: [PackField: Int32]) throws(AnswerError) {
        let now = Instant(nanoseconds: 1_000_000_000)
        var reading = PackReading()
        for (field, value) in known { reading[field] = Reading(value, at: now) }
        try Daly.driver.decode(answer.span, Daly.driver.question("cells") ?? 0, now, &reading)
    }
}

/// Captured answers.
///
/// Those named mpp-solar are in jblance/mpp-solar, tests/integration/test_protocol_daly.py (a pack of sixteen cells;
/// that project decodes them to the same numbers). The others are answers that users of mpp-solar,
/// dreadnought/python-daly-bms and Louisvdw/dbus-serialbattery have posted. No serial number stands in any of them.
enum DalyGolden {
    static let leftOver = "the last bytes are left over from the answer before"

    static let cells = """
        A5 01 95 08 01 0C FD 0C FE 0C FE 40 A1 A5 01 95 08 02 0C FE 0C FE 0C FE 40 A3 \
        A5 01 95 08 03 0C FE 0C FE 0C FE 40 A4 A5 01 95 08 04 0C FE 0C FC 0C FE 40 A3 \
        A5 01 95 08 05 0C FE 0C FF 0C FE 40 A7 A5 01 95 08 06 0C FC 00 00 00 00 40 91
        """

    private static let empty = """
        A5 01 95 08 07 00 00 00 00 00 00 40 8A A5 01 95 08 08 00 00 00 00 00 00 40 8B \
        A5 01 95 08 09 00 00 00 00 00 00 40 8C A5 01 95 08 0A 00 00 00 00 00 00 40 8D \
        A5 01 95 08 0B 00 00 00 00 00 00 40 8E A5 01 95 08 0C 00 00 00 00 00 00 40 8F \
        A5 01 95 08 0D 00 00 00 00 00 00 40 90 A5 01 95 08 0E 00 00 00 00 00 00 40 91 \
        A5 01 95 08 0F 00 00 00 00 00 00 40 92 A5 01 95 08 10 00 00 00 00 00 00 40 93
        """

    private static let millivolts: [UInt16] = [
        3_325, 3_326, 3_326, 3_326, 3_326, 3_326, 3_326, 3_326, 3_326, 3_326, 3_324, 3_326, 3_326, 3_327,
        3_326, 3_324,
    ]

    static let all: [GoldenAnswer] = [
        GoldenAnswer(
            source: "52.8 V, 6.3 A", poll: "pack", address: 1, hex: "A5 01 90 08 02 10 00 00 75 6F 03 BC F3",
            values: [.packVoltage: 52_800, .current: -6_300, .soc: 956]),
        GoldenAnswer(
            source: "26.5 V, 15.9 A", poll: "pack", address: 1, hex: "A5 01 90 08 01 09 00 00 75 CF 03 0A 99",
            values: [.packVoltage: 26_500, .current: -15_900, .soc: 778]),
        GoldenAnswer(
            source: "mpp-solar: 53.2 V, 2.1 A, discharging", poll: "pack", address: 1,
            hex: "A5 01 90 08 02 14 00 00 75 45 03 78 89",
            values: [.packVoltage: 53_200, .current: -2_100, .soc: 888]),
        GoldenAnswer(
            source: "discharging, both MOSFETs on, 248.640 Ah", poll: "state", address: 1,
            hex: "A5 01 93 08 02 01 01 78 00 03 CB 40 CB",
            values: [
                .controlWord: 0x02_0101, .chargeSwitch: 1, .dischargeSwitch: 1, .remainingCapacity: 248_640,
            ],
            differsBecause: "a board counts its answers"),
        GoldenAnswer(
            source: "mpp-solar: stationary, both MOSFETs on, 172.760 Ah", poll: "state", address: 1,
            hex: "A5 01 93 08 00 01 01 9A 00 02 A2 D8 59",
            values: [
                .controlWord: 0x00_0101, .chargeSwitch: 1, .dischargeSwitch: 1, .remainingCapacity: 172_760,
            ],
            differsBecause: "a board counts its answers"),
        GoldenAnswer(
            source: "mpp-solar: 16 cells, one sensor, no charger, 3 cycles", poll: "counts", address: 1,
            hex: "A5 01 94 08 10 01 00 00 00 00 03 40 96",
            values: [.configuredCells: 16, .sensorsPresent: 0b10, .chargerPlugged: 0, .cycles: 3],
            differsBecause: leftOver),
        GoldenAnswer(
            source: "mpp-solar: the six of its frames that a board sends on UART by the document",
            kind: .computed, poll: "cells", address: 1, hex: cells,
            known: [.configuredCells: 16], cells: millivolts, differsBecause: leftOver),
        GoldenAnswer(
            source: "mpp-solar: 16 cells in frames for 48", poll: "cells", address: 1,
            hex: cells + " " + empty, known: [.configuredCells: 16], cells: millivolts,
            differsBecause: leftOver),
        GoldenAnswer(
            source: "one sensor, 15 °C", poll: "temperatures", address: 1,
            hex: "A5 01 96 08 01 37 00 00 00 00 00 00 7C", known: [.sensorsPresent: 0b10],
            values: [.temperature1: 150]),
        GoldenAnswer(
            source: "bits of every byte but the last", kind: .computed, poll: "failures", address: 1,
            hex: "A5 01 98 08 0A 11 08 01 10 02 04 00 80",
            values: [.alarmWord: 0x0A11_0801], alarms: failures,
            differsBecause: "some failures have several bits"),
        GoldenAnswer(
            source: "no failure, a code", kind: .computed, poll: "failures", address: 1,
            hex: "A5 01 98 08 00 00 00 00 00 00 00 40 86", values: [.alarmWord: 0], alarms: AlarmSet(),
            differsBecause: leftOver),
        GoldenAnswer(
            source: "280 Ah, 3.2 V", kind: .computed, poll: "rated", address: 1,
            hex: "A5 01 50 08 00 04 45 C0 00 00 0C 80 93", values: [.designCapacity: 280_000],
            differsBecause: "the nominal voltage of a cell is not told"),
    ]

    private static var failures: AlarmSet {
        var alarms = AlarmSet.protections(
            .cellOverVoltage, .cellUnderVoltage, .dischargeOverCurrent, .chargeSwitchFault,
            .internalCommunication, .chargeShortCircuit, .dischargeShortCircuit)
        alarms.raise(.chargeOverTemperature, .warning)
        alarms.raise(.dischargeOverTemperature, .warning)
        alarms.raise(.imbalance, .warning)
        return alarms
    }
}
