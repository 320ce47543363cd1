/// A point on the monotonic clock that goes on counting while the machine is suspended.
///
/// Only the edge that reads bytes makes instants from a real clock; everything below it is handed them, so the
/// same code runs on recorded time.
public struct Instant: Sendable, Hashable, Comparable {
    /// Nanoseconds since an arbitrary origin that does not change while the program runs.
    public var nanoseconds: Int64

    /// Makes an instant from nanoseconds since the clock's origin.
    public init(nanoseconds: Int64) {
        self.nanoseconds = nanoseconds
    }

    /// Tells whether `lhs` is earlier than `rhs`.
    public static func < (lhs: Instant, rhs: Instant) -> Bool {
        lhs.nanoseconds < rhs.nanoseconds
    }

    /// The instant `interval` later; stops at the ends of the clock's range instead of overflowing.
    public static func + (start: Instant, interval: Interval) -> Instant {
        Instant(nanoseconds: (Interval(nanoseconds: start.nanoseconds) + interval).nanoseconds)
    }

    /// The time that passed from `start` to `end`; negative if `end` is earlier.
    public static func - (end: Instant, start: Instant) -> Interval {
        Interval(nanoseconds: end.nanoseconds) - Interval(nanoseconds: start.nanoseconds)
    }
}

/// A length of time, exact to the nanosecond and small enough for a microcontroller.
///
/// The standard library's `Duration` is a 128-bit number of attoseconds; on a 32-bit target every comparison of
/// it is a library call. Arithmetic stops at the ends of the range, some 292 years, instead of overflowing.
public struct Interval: Sendable, Hashable, Comparable {
    /// The length in nanoseconds.
    public var nanoseconds: Int64

    /// Makes an interval from nanoseconds.
    public init(nanoseconds: Int64) {
        self.nanoseconds = nanoseconds
    }

    /// No time at all.
    public static let zero = Interval(nanoseconds: 0)

    /// An interval of whole seconds.
    public static func seconds(_ count: Int64) -> Interval {
        Interval(nanoseconds: 1_000_000_000) * count
    }

    /// An interval of whole milliseconds.
    public static func milliseconds(_ count: Int64) -> Interval {
        Interval(nanoseconds: 1_000_000) * count
    }

    /// An interval of whole microseconds.
    public static func microseconds(_ count: Int64) -> Interval {
        Interval(nanoseconds: 1_000) * count
    }

    /// The length in whole seconds, cut off.
    public var seconds: Int64 { nanoseconds / 1_000_000_000 }

    /// The length in whole milliseconds, cut off.
    public var milliseconds: Int64 { nanoseconds / 1_000_000 }

    /// The length in whole microseconds, cut off.
    public var microseconds: Int64 { nanoseconds / 1_000 }

    /// Tells whether `lhs` is shorter than `rhs`.
    public static func < (lhs: Interval, rhs: Interval) -> Bool {
        lhs.nanoseconds < rhs.nanoseconds
    }

    /// The two lengths one after the other.
    public static func + (lhs: Interval, rhs: Interval) -> Interval {
        let (sum, overflow) = lhs.nanoseconds.addingReportingOverflow(rhs.nanoseconds)
        return Interval(nanoseconds: overflow ? end(isNegative: rhs.nanoseconds < 0) : sum)
    }

    /// What is left of `lhs` after `rhs`; negative if `rhs` is longer.
    public static func - (lhs: Interval, rhs: Interval) -> Interval {
        let (difference, overflow) = lhs.nanoseconds.subtractingReportingOverflow(rhs.nanoseconds)
        return Interval(nanoseconds: overflow ? end(isNegative: lhs.nanoseconds < 0) : difference)
    }

    /// The length `factor` times over.
    public static func * (interval: Interval, factor: Int64) -> Interval {
        let (product, overflow) = interval.nanoseconds.multipliedReportingOverflow(by: factor)
        let isNegative = (interval.nanoseconds < 0) != (factor < 0)
        return Interval(nanoseconds: overflow ? end(isNegative: isNegative) : product)
    }

    private static func end(isNegative: Bool) -> Int64 { isNegative ? .min : .max }
}
