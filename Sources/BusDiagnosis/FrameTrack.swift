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

    /// The mark under which a frame is kept.
    static func container(of frame: CANFrame) -> UInt32 {
        frame.isExtended ? frame.identifier | 0x8000_0000 : frame.identifier
    }

    mutating func note(_ frame: CANFrame, at now: Instant, place: Int) {
        guard frame.kind == .data else {
            requests += 1
            return
        }
        if count > 0 { noteChange(frame, at: now) }
        if count > 0, now >= last { gaps.note(now - last) }
        count += 1
        (last, lastPlace) = (now, place)
        lengths |= 1 << UInt16(frame.length)
        self.frame = frame
    }

    private mutating func noteChange(_ new: CANFrame, at now: Instant) {
        guard new != frame else { return }
        changes += 1
        changedAt = now
        if let before, before == new { returns += 1 }
        for byte in 0..<8 where new.bytes[byte] != frame.bytes[byte] { movingBytes |= 1 << UInt8(byte) }
        before = frame
    }
}
