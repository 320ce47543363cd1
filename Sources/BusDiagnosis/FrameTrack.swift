public import BatteryModel
public import BusCodec

/// What was heard of one identifier.
public struct FrameTrack: Sendable {
    /// The identifier, with bit 31 set for 29 bits.
    public let container: UInt32
    /// Number of data frames.
    public internal(set) var count: UInt64 = 0
    /// Number of requests for data.
    public internal(set) var requests: UInt64 = 0
    /// When the first and the last came.
    public internal(set) var first: Instant, last: Instant
    /// Where in the recording the first and the last stand.
    public internal(set) var firstPlace: Int, lastPlace: Int
    /// How far apart they came.
    public internal(set) var gaps = GapHistogram()
    /// Where the frame stands that came after the longest gap.
    public internal(set) var longestGapPlace = 0
    /// The lengths that were seen: bit n for n bytes.
    public internal(set) var lengths: UInt16 = 0
    /// The frame that came last, and the one before that said something else.
    public internal(set) var frame: CANFrame, before: CANFrame?
    /// How often it said something else than the time before.
    public internal(set) var changes: UInt64 = 0
    /// When it last began to say something else.
    public internal(set) var changedAt: Instant
    /// How often it changed back to what it had said before the change.
    public internal(set) var returns: UInt64 = 0
    /// Which of the eight bytes have ever changed: bit n for byte n.
    public internal(set) var movingBytes: UInt8 = 0

    init(_ frame: CANFrame, at now: Instant, place: Int) {
        container = Self.container(of: frame)
        (first, last, changedAt) = (now, now, now)
        (firstPlace, lastPlace) = (place, place)
        self.frame = frame
    }

    /// The identifier without the mark of 29 bits.
    public var identifier: UInt32 { container & 0x1FFF_FFFF }
    /// Whether it has 29 bits.
    public var isExtended: Bool { container >> 31 != 0 }
    /// The shortest and the longest length that was seen; 0 before any.
    public var shortestLength: Int { lengths == 0 ? 0 : lengths.trailingZeroBitCount }
    /// The longest length that was seen; 0 before any.
    public var longestLength: Int { lengths == 0 ? 0 : 15 - lengths.leadingZeroBitCount }

    /// The mark under which a frame is kept.
    static func container(of frame: CANFrame) -> UInt32 {
        frame.isExtended ? frame.identifier | 0x8000_0000 : frame.identifier
    }

    /// Notes a frame; returns whether it says something else than the last.
    mutating func note(_ frame: CANFrame, at now: Instant, place: Int) -> Bool {
        guard frame.kind == .data else {
            requests += 1
            return false
        }
        // Not by a function: what was heard of the identifier would be copied for it.
        let isNews = count == 0 || frame.word != self.frame.word || frame.length != self.frame.length
        if count > 0 {
            if isNews { noteChange(frame, at: now) }
            if now >= last, gaps.note(now - last) { longestGapPlace = place }
        }
        count &+= 1
        (last, lastPlace) = (now, place)
        lengths |= 1 << UInt16(frame.length)
        self.frame = frame
        return isNews
    }

    private mutating func noteChange(_ new: CANFrame, at now: Instant) {
        changes &+= 1
        changedAt = now
        if let before, before == new { returns &+= 1 }
        let moved = new.word ^ frame.word
        for byte in 0..<8 where moved >> UInt64(8 * byte) & 0xFF != 0 { movingBytes |= 1 << UInt8(byte) }
        before = frame
    }
}
