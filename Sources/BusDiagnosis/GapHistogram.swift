public import BatteryModel

/// How far apart things came, in little memory: quarters of an octave from a millisecond to a minute.
public struct GapHistogram: Sendable {
    /// Number of gaps.
    public private(set) var count: UInt64 = 0
    /// The shortest and the longest; `nil` without any.
    public private(set) var shortest: Interval?, longest: Interval?

    private var buckets: InlineArray<66, UInt32> = InlineArray(repeating: 0)

    /// No gaps yet.
    public init() {}

    /// Counts a gap; returns whether it is the longest so far.
    @discardableResult
    public mutating func note(_ gap: Interval) -> Bool {
        count &+= 1
        buckets[Self.bucket(of: gap)] &+= 1
        shortest = min(shortest ?? gap, gap)
        guard gap > (longest ?? Interval(nanoseconds: -1)) else { return false }
        longest = gap
        return true
    }

    /// The gap that a share of all gaps does not exceed; `nil` without any.
    ///
    /// It lies in the right quarter of an octave, and between the shortest and the longest; where in it is taken for
    /// even.
    public func percentile(_ percent: UInt64) -> Interval? {
        guard count > 0, let shortest, let longest else { return nil }
        let wanted = max(1, (count * percent + 99) / 100)
        var seen: UInt64 = 0
        for index in buckets.indices {
            let here = UInt64(buckets.span[index])
            guard seen + here < wanted else {
                let from = max(Self.start(of: index), shortest), to = min(Self.start(of: index + 1), longest)
                let step = max((to - from).nanoseconds, 0) / Int64(here * 2)
                return from + Interval(nanoseconds: step * Int64(2 * (wanted - seen) - 1))
            }
            seen += here
        }
        return longest
    }

    /// The gap in the middle.
    public var median: Interval? { percentile(50) }

    /// How many gaps were longer than `limit`, counted to the end of the quarter of an octave it lies in.
    public func countLonger(than limit: Interval) -> UInt64 {
        var seen: UInt64 = 0
        for index in Self.bucket(of: limit) + 1..<buckets.count { seen += UInt64(buckets.span[index]) }
        return seen
    }

    private static func bucket(of gap: Interval) -> Int {
        let units = gap.nanoseconds / 250_000
        guard units >= 4 else { return 0 }
        let octave = 63 - units.leadingZeroBitCount
        let quarter = Int(units >> Int64(octave - 2)) & 3
        return min(1 + (octave - 2) * 4 + quarter, 65)
    }

    /// The shortest gap that is counted in a bucket; of the one behind the last it is none that is ever seen.
    private static func start(of bucket: Int) -> Interval {
        guard bucket > 0 else { return .zero }
        guard bucket < 66 else { return Interval(nanoseconds: .max) }
        let (octave, quarter) = ((bucket - 1) / 4, (bucket - 1) % 4)
        return Interval(nanoseconds: Int64(4 + quarter) << Int64(octave) * 250_000)
    }
}
