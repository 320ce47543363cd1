import BatteryModel

/// How many frames to the inverter came through within the last minute.
struct LinkQuality: Sendable {
    /// What is counted.
    struct Counts: Sendable, Equatable {
        /// Frames that the link took.
        var sent: UInt32 = 0
        /// Frames that it did not take.
        var refused: UInt32 = 0
        /// Frames that it took and lost.
        var lost: UInt32 = 0
        /// Error frames of the controller.
        var errorFrames: UInt32 = 0
        /// Times the controller left the bus.
        var busOff: UInt32 = 0

        /// Counts never go round; a second with so many events is bad enough as it is.
        fileprivate mutating func add(_ other: Counts) {
            sent = Self.sum(sent, other.sent)
            refused = Self.sum(refused, other.refused)
            lost = Self.sum(lost, other.lost)
            errorFrames = Self.sum(errorFrames, other.errorFrames)
            busOff = Self.sum(busOff, other.busOff)
        }

        private static func sum(_ one: UInt32, _ other: UInt32) -> UInt32 {
            let (sum, overflow) = one.addingReportingOverflow(other)
            return overflow ? .max : sum
        }
    }

    /// Whether too much is lost; begins below ``poorBelow`` or with a bus-off, ends from ``goodFrom`` on.
    private(set) var isPoor = false

    private var seconds: InlineArray<60, Counts> = InlineArray(repeating: Counts())
    private var second: Int64 = 0

    /// Below this part of the frames, in thousandths, the link is poor.
    static let poorBelow: Int32 = 950
    /// From this part on it is good again.
    static let goodFrom: Int32 = 980
    /// With fewer frames and errors than this within the minute nothing is said about it.
    static let enough: UInt64 = 20

    /// Notes what has happened.
    mutating func note(_ counts: Counts, at now: Instant) {
        advance(to: now)
        seconds[Int(second % 60)].add(counts)
    }

    /// What happened within the last minute.
    func lastMinute(at now: Instant) -> Counts {
        var copy = self
        copy.advance(to: now)
        var sum = Counts()
        for index in copy.seconds.indices { sum.add(copy.seconds[index]) }
        return sum
    }

    /// The part of the frames that came through within the last minute, in thousandths; `nil` if there were too few.
    ///
    /// An error frame counts as a frame that failed.
    func permille(at now: Instant) -> Int32? {
        let counts = lastMinute(at: now)
        let tried = UInt64(counts.sent) + UInt64(counts.refused) + UInt64(counts.errorFrames)
        guard tried >= Self.enough else { return nil }
        let through = counts.sent > counts.lost ? UInt64(counts.sent - counts.lost) : 0
        return Int32(through * 1_000 / tried)
    }

    /// Judges anew; returns whether the judgement has changed.
    mutating func judge(at now: Instant) -> Bool {
        let before = isPoor
        let part = permille(at: now)
        if lastMinute(at: now).busOff > 0 {
            isPoor = true
        } else if isPoor {
            isPoor = part.map { $0 < Self.goodFrom } ?? false
        } else {
            isPoor = part.map { $0 < Self.poorBelow } ?? false
        }
        return isPoor != before
    }

    private mutating func advance(to now: Instant) {
        let current = now.nanoseconds / 1_000_000_000
        guard current > second else { return }
        for step in 1...min(current - second, 60) { seconds[Int((second + step) % 60)] = Counts() }
        second = current
    }
}
