public import BatteryModel

/// How long the answers of a pack took, in steps of a quarter of an octave from 0.25 ms to 4 s.
public struct TurnaroundTimes: Sendable {
    /// Everything below 2⁸ µs is one step; behind it four for each octave.
    private static let firstOctave = 8
    private static let steps = 57

    private var counts: InlineArray<57, UInt32> = InlineArray(repeating: 0)
    private var total: UInt64 = 0

    /// No answer yet.
    public init() {}

    /// Takes note of an answer.
    mutating func add(_ time: Interval) {
        let step = Self.step(of: UInt64(max(time.microseconds, 0)))
        // Half of all that is known is worth as much as all of it; by then it has answered for a century.
        if counts[step] == .max { halve() }
        counts[step] += 1
        total += 1
    }

    /// The time within which so many of a thousand answers came, rounded up to its step; `nil` before the first.
    public func within(permille: UInt64) -> Interval? {
        guard total > 0 else { return nil }
        let wanted = (total * min(permille, 1_000) + 999) / 1_000
        var seen: UInt64 = 0
        for step in 0..<Self.steps {
            seen += UInt64(counts[step])
            if seen >= max(wanted, 1) { return .microseconds(Int64(Self.end(of: step))) }
        }
        return nil
    }

    private mutating func halve() {
        total = 0
        for step in 0..<Self.steps {
            counts[step] /= 2
            total += UInt64(counts[step])
        }
    }

    private static func step(of microseconds: UInt64) -> Int {
        guard microseconds >> UInt64(firstOctave) > 0 else { return 0 }
        let octave = 63 - microseconds.leadingZeroBitCount
        let quarter = Int(microseconds >> UInt64(octave - 2)) & 3
        return min((octave - firstOctave) * 4 + quarter + 1, steps - 1)
    }

    private static func end(of step: Int) -> UInt64 {
        guard step > 0 else { return 1 << UInt64(firstOctave) }
        let (octave, quarter) = ((step - 1) / 4 + firstOctave, (step - 1) % 4)
        return UInt64(5 + quarter) << UInt64(octave - 2)
    }
}
