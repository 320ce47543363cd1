import BatteryModel
import TestSupport
import Testing

/// Instants, intervals and the age of readings.
@Suite struct TimeTests {
    struct Sum: Sendable {
        var name: String
        var got: Int64
        var expected: Int64
    }

    static let sums: [Sum] = [
        Sum(name: "1 s", got: Interval.seconds(1).nanoseconds, expected: 1_000_000_000),
        Sum(name: "1 ms", got: Interval.milliseconds(1).nanoseconds, expected: 1_000_000),
        Sum(name: "1 us", got: Interval.microseconds(1).nanoseconds, expected: 1_000),
        Sum(name: "-2 s", got: Interval.seconds(-2).nanoseconds, expected: -2_000_000_000),
        Sum(name: "most seconds", got: Interval.seconds(.max).nanoseconds, expected: .max),
        Sum(name: "least seconds", got: Interval.seconds(.min).nanoseconds, expected: .min),
        Sum(name: "most milliseconds", got: Interval.milliseconds(.max).nanoseconds, expected: .max),
        Sum(name: "least microseconds", got: Interval.microseconds(.min).nanoseconds, expected: .min),
        Sum(name: "1999 ms in s", got: Interval.milliseconds(1_999).seconds, expected: 1),
        Sum(name: "1999 us in ms", got: Interval.microseconds(1_999).milliseconds, expected: 1),
        Sum(name: "1999 ns in us", got: Interval(nanoseconds: 1_999).microseconds, expected: 1),
        Sum(name: "sum", got: (span(3) + span(4)).nanoseconds, expected: 7),
        Sum(name: "difference", got: (span(3) - span(4)).nanoseconds, expected: -1),
        Sum(name: "product", got: (span(-3) * 4).nanoseconds, expected: -12),
        Sum(name: "sum beyond the top", got: (span(.max) + span(1)).nanoseconds, expected: .max),
        Sum(name: "sum beyond the bottom", got: (span(.min) + span(-1)).nanoseconds, expected: .min),
        Sum(name: "difference beyond the top", got: (span(.max) - span(-1)).nanoseconds, expected: .max),
        Sum(name: "difference beyond the bottom", got: (span(.min) - span(1)).nanoseconds, expected: .min),
        Sum(name: "product beyond the top", got: (span(.min) * -1).nanoseconds, expected: .max),
        Sum(name: "product beyond the bottom", got: (span(.max) * -2).nanoseconds, expected: .min),
        Sum(name: "later", got: (at(5) + span(7)).nanoseconds, expected: 12),
        Sum(name: "later than the clock", got: (at(.max - 1) + span(2)).nanoseconds, expected: .max),
        Sum(name: "earlier than the clock", got: (at(.min + 1) + span(-2)).nanoseconds, expected: .min),
        Sum(name: "passed", got: (at(12) - at(5)).nanoseconds, expected: 7),
        Sum(name: "passed backwards", got: (at(5) - at(12)).nanoseconds, expected: -7),
        Sum(name: "passed too much", got: (at(.max) - at(-1)).nanoseconds, expected: .max),
        Sum(name: "passed too much backwards", got: (at(-2) - at(.max)).nanoseconds, expected: .min),
        Sum(name: "age", got: Reading(1, at: at(5)).age(at: at(12)).nanoseconds, expected: 7),
        Sum(name: "age of the future", got: Reading(1, at: at(12)).age(at: at(5)).nanoseconds, expected: 0),
        Sum(
            name: "age of the farthest future", got: Reading(1, at: at(.max)).age(at: at(.min)).nanoseconds,
            expected: 0),
    ]

    @Test(arguments: sums) func `time is counted in nanoseconds and stops at the ends`(sum: Sum) {
        #expect(sum.got == sum.expected, "\(sum.name)")
    }

    @Test func `instants and intervals are ordered by their nanoseconds`() {
        #expect(Self.at(1) < Self.at(2) && !(Self.at(2) < Self.at(2)))
        #expect(Self.span(-1) < .zero && !(Self.span(0) < .zero))
    }

    @Test(arguments: [(9, 42), (10, 42), (11, nil)])
    func `a reading is given out up to the age that is allowed, that age included`(age: Int64, value: Int?) {
        var clock = ManualClock()
        let reading = Reading(42, at: clock.now)
        clock.advance(by: .seconds(age))
        #expect(reading.value(at: clock.now, noOlderThan: .seconds(10)) == value)
    }

    static func span(_ nanoseconds: Int64) -> Interval { Interval(nanoseconds: nanoseconds) }
    static func at(_ nanoseconds: Int64) -> Instant { Instant(nanoseconds: nanoseconds) }
}
