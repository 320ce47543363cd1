/// Follows the times of a recording, also where somebody has set the clock or pieces stand in the wrong order.
public struct RecordedTime: Sendable, Equatable {
    /// Where the times go back, or leap.
    public struct Jump: Sendable, Equatable {
        /// A line counted from 1; in binary files a byte counted from 0.
        public var place: Int
        /// The time before, see ``RecordedItem/nanoseconds``.
        public var before: Int64
        /// The time that stands there.
        public var after: Int64
    }

    /// Going back by no more than this is no jump: what several links have brought is not always written in its order.
    private static let mostBack: Int64 = 1_000_000_000
    /// A silence is shorter than this, a day.
    private static let mostForward: Int64 = 86_400_000_000_000

    /// How many jumps there were.
    public private(set) var jumps = 0
    /// The first of them.
    public private(set) var first: Jump?
    /// The latest time since the last jump; the least there is before the first.
    private var latest = Int64.min
    /// What all jumps so far have taken away.
    private var shift: Int64 = 0

    /// Has seen no time.
    public init() {}

    /// Takes the next time of the recording.
    ///
    /// - Parameters:
    ///   - nanoseconds: The time as it is recorded.
    ///   - place: Where it stands.
    /// - Returns: The time on a clock that nobody sets: a jump takes no time there.
    @discardableResult
    @inline(__always)
    public mutating func take(_ nanoseconds: Int64, place: Int) -> Int64 {
        let passed = nanoseconds &- latest
        if passed > 0, passed <= Self.mostForward {
            latest = nanoseconds
        } else if passed > 0 || passed < -Self.mostBack {
            jump(to: nanoseconds, place)
        }
        return nanoseconds &+ shift
    }

    @inline(never)
    private mutating func jump(to nanoseconds: Int64, _ place: Int) {
        if latest != .min {
            jumps += 1
            if first == nil { first = Jump(place: place, before: latest, after: nanoseconds) }
            shift = shift &+ (latest &- nanoseconds)
        }
        latest = nanoseconds
    }
}
