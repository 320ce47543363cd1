import BMSDrivers
import BatteryModel
import BusCodec
import TestSupport
import Testing

/// What the drivers of the telecom family have in common, and what a single golden answer cannot show.
@Suite("BMS drivers of the telecom family")
struct TelecomDriverTests {
    /// A battery that knows what both answers say, and the alarms with which it repeats the second one exactly.
    struct Pair: Sendable, CustomTestStringConvertible {
        var driver: BMSDriver
        var address: UInt8
        var status: String
        var alarms: String
        var testDescription: String { "\(driver.sheet.id)" }
    }

    /// The golden tables say where these come from; the alarms of all but PACE are computed by the documents.
    static let pairs: [Pair] = [
        Pair(
            driver: SeplosV2.driver, address: 1, status: SeplosV2Golden.all[1].text,
            // A cell is low: event 2, bit 2, and the code of the lowest, which is the fourth.
            alarms: "~20014600806200011000000001000000000000000000000000060000000000000000"
                + "140004000000000300000000000000000000000000EB2E"),
        Pair(
            driver: Pylontech.driver, address: 2, status: PylontechGolden.all[1].text,
            // The eleventh cell and the module are too high.
            alarms: "~20024600C04000020F000000000000000000000200000000050000000000000200010E000000F164"),
        Pair(
            driver: Pylontech.driver, address: 2, status: PylontechGolden.all[4].text,
            // The fifth of eight cells is too low; the answer is as long as one with settings.
            alarms: "~20024600B0320002080000000001000000050000000000000000020E000000F414"),
        Pair(
            driver: PACE.driver, address: 1, status: PACEGolden.all[0].text, alarms: PACEGolden.all[3].text),
        Pair(
            driver: PACEV20.driver, address: 1, status: PACEV20Golden.all[1].text,
            // The MOSFETs are too warm.
            alarms: "~20014A007054000110000000000000000000000000000000000400000000000000000900001000000003"
                + "000000000000EDC5"),
    ]

    @Test("a battery that knows its cells writes its alarms as it read them", arguments: pairs)
    func alarms(_ pair: Pair) throws {
        var reading = PackReading()
        try pair.driver.read(pair.status, "status", into: &reading)
        try pair.driver.read(pair.alarms, "alarms", into: &reading)
        reading[.busAddress] = Reading(Int32(pair.address), at: now)
        let written = pair.driver.answers(pair.driver.question("alarms") ?? 0, pair.address, reading)
        #expect(String(decoding: written, as: UTF8.self) == pair.alarms + "\r")
    }

    @Test("an answer to one question is not taken for that to another", arguments: pairs)
    func confusion(_ pair: Pair) {
        for poll in 0..<pair.driver.pollCount {
            let name = "\(pair.driver.poll(poll).name)"
            var reading = PackReading()
            if name != "status" {
                #expect(throws: AnswerError.self) { try pair.driver.read(pair.status, name, into: &reading) }
            }
            if name != "alarms" {
                #expect(throws: AnswerError.self) { try pair.driver.read(pair.alarms, name, into: &reading) }
            }
            #expect(reading.cellMillivolts == nil && reading.alarms == nil && reading.identity == nil)
        }
    }

    @Test("an answer that counts other fields is another protocol", arguments: pairs)
    func otherFields(_ pair: Pair) throws {
        let uncounted = pair.testDescription == "pace-v20" ? 2 : 0
        let place = pair.testDescription == "pace-v20" ? 10 : 6
        let text = Array(pair.status)
        let number = { (byte: Int) in Int(String(text[(13 + 2 * byte)...(14 + 2 * byte)]), radix: 16) }
        let cells = try #require(number(2))
        let sensors = try #require(number(3 + 2 * cells)) + uncounted
        let fields = 4 + 2 * cells + 2 * sensors
        let told = try #require(number(fields + place))
        for (count, isOurs) in [(told, true), (told + 1, false)] {
            let hex = "0" + String(count, radix: 16, uppercase: true)
            let bytes = TelecomAnswer.bytes(pair.status, with: String(hex.suffix(2)), at: fields + place)
            var reading = PackReading()
            do {
                try pair.driver.decode(bytes.span, pair.driver.question("status") ?? 0, now, &reading)
                #expect(isOurs, "\(count) fields")
            } catch {
                #expect(!isOurs, "\(error)")
            }
        }
    }

    @Test("a late status whose eighth cell looks like a number of sensors is not taken for alarms")
    func lateStatus() throws {
        // A captured status of a US2000 with 3.355 V in that cell; 27 sensors would end eight bytes before the end.
        let status =
            "~20024600C06E00020F0D1F0D200D200D200D200D200D210D1B0D200D210D220D200D220D220D210"
            + "50BCD0BAF0BAF0BAF0BAF0015C4E88AAC02C350004FE583"
        var reading = PackReading()
        #expect(throws: AnswerError.self) { try Pylontech.driver.read(status, "alarms", into: &reading) }
        try Pylontech.driver.read(status, "status", into: &reading)
        #expect(reading.cells[7] == 3_355)
    }

    @Test("each driver refuses the status of the others", arguments: pairs)
    func strangers(_ pair: Pair) {
        for other in Self.pairs where other.testDescription != pair.testDescription {
            var reading = PackReading()
            #expect(throws: AnswerError.self) { try pair.driver.read(other.status, "status", into: &reading) }
        }
    }

    @Test("a board with another number of sensors: all of them count as the cells'")
    func sensors() throws {
        var reading = PackReading()
        try PACE.driver.read(
            "~25014600F03E0001040CE40CE40CE40CE4030BA40B9A0BD600003390138803271000012710F06E", "status",
            into: &reading)
        #expect(reading[.temperature1]?.value == 250 && reading[.temperature3]?.value == 300)
        #expect(reading[.temperature4] == nil && reading[.mosfetTemperature] == nil)
    }

    @Test("what is measured with a fault is a protection, a maker's own code is worth knowing")
    func codes() throws {
        var reading = PackReading()
        try PACE.driver.read(
            "~25014600903400010400F08000060000000000F0000000000006000000000000F399", "alarms", into: &reading)
        var expected = AlarmSet.protections(.internalCommunication, .temperatureSensorFault)
        expected.raise(.undocumented, .info)
        #expect(reading.alarms?.value == expected)
    }

    @Test(
        "what stands on the line is what it is",
        arguments: [
            ("~20024642E00202FD33", LineItem(.request, address: 2, poll: 0)),
            ("~20024642E002FFFD09", LineItem(.request, address: 2)),
            ("~200246610000FDAB", LineItem(.request, address: 2)),
            ("~200246040000FDAE", LineItem(.refusal, address: 2, code: 4)),
            ("~200246900000FDA9", LineItem(.refusal, address: 2, code: 0x90)),
            ("~20014A420000FDA2", LineItem(.other, address: 1)),
            // What a JK answers to noise.
            ("~7E0F01020000FD8B", LineItem(.other, address: 0x0F)),
        ])
    func items(_ text: String, _ expected: LineItem) {
        let bytes = Array(text.utf8) + [0x0D]
        guard case .item(let item, let length) = Pylontech.driver.scan(bytes.span, true, true) else {
            Issue.record("not found")
            return
        }
        #expect(item == expected && length == bytes.count)
    }

    @Test(
        "a battery tells its version, refuses what it does not know, and never obeys",
        arguments: [
            ("~2002464F0000FD98", "~200246000000FDB2"), ("~2802464F0000FD90", "~280246000000FDAA"),
            ("~200246610000FDAB", "~200246040000FDAE"), ("~20024642E002FFFD09", "~200246060000FDAC"),
            ("~20024694D01202D002B79800FAFF06F993", "~200246040000FDAE"),
            // To another address, and an answer.
            ("~20034642E00203FD31", ""), ("~200246040000FDAE", ""),
        ])
    func battery(_ question: String, _ expected: String) {
        var buffer = AnswerBuffer()
        let bytes = Array(question.utf8) + [0x0D]
        Pylontech.driver.answer(bytes.span, PackReading.sample(address: 2), &buffer)
        #expect(String(decoding: buffer.array, as: UTF8.self) == (expected.isEmpty ? "" : expected + "\r"))
    }

    private let now = Instant(nanoseconds: 1_000_000_000)
}

/// Answers of the telecom family, spoiled.
enum TelecomAnswer {
    /// An answer without its carriage return, with another byte at `place` of its INFO and the sum that belongs to it.
    static func bytes(_ answer: String, with byte: String, at place: Int) -> [UInt8] {
        var text = Array(answer.utf8)
        text.replaceSubrange((13 + 2 * place)..<(15 + 2 * place), with: Array(byte.utf8))
        let frame: [UInt8] = Array(text[1..<(text.count - 4)])
        let check = String(0 &- frame.reduce(UInt16(0)) { $0 &+ UInt16($1) }, radix: 16, uppercase: true)
        return [0x7E] + frame + Array(check.utf8) + [0x0D]
    }
}

extension BMSDriver {
    /// Has the answer `text`, without its carriage return, read as one to question `name`.
    fileprivate func read(_ text: String, _ name: String, into reading: inout PackReading) throws {
        let bytes = Array(text.utf8) + [0x0D]
        try decode(bytes.span, question(name) ?? 0, Instant(nanoseconds: 1_000_000_000), &reading)
    }
}
