import BMSDrivers
import BatteryModel
import Testing

/// Two answers of a pack, and whether the second is old.
struct JKTicks: Sendable, CustomTestStringConvertible {
    var story: String
    /// Tenths of a second since boot in the first answer, which comes at 0 s.
    var before: UInt32
    /// The same in the second.
    var after: UInt32
    /// Seconds between the two.
    var elapsed: Double
    var isFrozen: Bool

    var testDescription: String { story }
}

@Suite struct JKTicksTests {
    static let rows: [JKTicks] = [
        JKTicks(
            story: "7.2 s of a master's cycle, slave 7 of the captured bus", before: 24_826_731,
            after: 24_826_803, elapsed: 7.2, isFrozen: false),
        JKTicks(story: "asked again at once", before: 5000, after: 5000, elapsed: 0.4, isFrozen: false),
        JKTicks(story: "the same answer again", before: 5000, after: 5000, elapsed: 0.5, isFrozen: true),
        JKTicks(
            story: "the same answer an hour later", before: 5000, after: 5000, elapsed: 3600, isFrozen: true),
        JKTicks(story: "an older answer", before: 5000, after: 4995, elapsed: 1, isFrozen: true),
        JKTicks(story: "one tick in two seconds", before: 5000, after: 5001, elapsed: 2, isFrozen: true),
        JKTicks(story: "a second late", before: 5000, after: 5010, elapsed: 2, isFrozen: false),
        JKTicks(story: "late by 1 s and 2 %", before: 5000, after: 5970, elapsed: 100, isFrozen: false),
        JKTicks(story: "late by more", before: 5000, after: 5969, elapsed: 100, isFrozen: true),
        JKTicks(story: "ahead after an old answer", before: 5000, after: 5300, elapsed: 1, isFrozen: false),
        JKTicks(story: "started anew", before: 5000, after: 20, elapsed: 5, isFrozen: false),
        JKTicks(
            story: "started anew, but longer ago than possible", before: 5000, after: 100, elapsed: 5,
            isFrozen: true),
        JKTicks(
            story: "started anew soon after a start", before: 50, after: 1000, elapsed: 300, isFrozen: false),
        JKTicks(
            story: "slept for a quarter of an hour", before: 5000, after: 5010, elapsed: 900, isFrozen: false),
        JKTicks(
            story: "another BMS at this address", before: 900_000, after: 5000, elapsed: 601, isFrozen: false),
    ]

    @Test("an answer whose ticks stand still is old", arguments: rows)
    func ticks(_ row: JKTicks) throws {
        let before = try decoded(answer(with: row.before), JKQuestion.status)
        var reading = before
        do {
            try JKPB.driver.decode(answer(with: row.after).span, JKQuestion.status, at(row.elapsed), &reading)
            #expect(!row.isFrozen)
            #expect(reading[.packVoltage]?.at == at(row.elapsed))
        } catch AnswerError.frozen {
            #expect(row.isFrozen)
            #expect(reading[.packVoltage]?.at == at(0))
        }
    }

    @Test("ticks beyond 31 bits are not held against a pack")
    func manyTicks() throws {
        let before = try decoded(answer(with: 0x9000_0000), JKQuestion.status)
        #expect(before.value(.uptime) == nil)
        #expect(throws: Never.self) {
            try decoded(answer(with: 0x9000_0000), JKQuestion.status, at: at(9), after: before)
        }
    }

    @Test("settings come again unchanged and are believed")
    func settings() throws {
        let before = try decoded(bytes(JKFrames.statusA1), JKQuestion.status)
        let first = try decoded(bytes(JKFrames.settingsA2), JKQuestion.settings, at: at(1), after: before)
        let second = try decoded(bytes(JKFrames.settingsA2), JKQuestion.settings, at: at(61), after: first)
        #expect(second[.chargeLimit]?.at == at(61))
    }

    private func answer(with ticks: UInt32) -> [UInt8] {
        let field = (0..<4).map { UInt8(truncatingIfNeeded: ticks >> UInt32(8 * $0)) }
        return record(bytes(JKFrames.statusB1), with: field, at: 0xF0)
    }
}
