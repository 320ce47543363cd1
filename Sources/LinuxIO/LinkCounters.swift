/// What happened on a link since it was made.
public struct LinkCounters: Sendable, Equatable {
    /// Bytes received, for CAN the payload bytes.
    public var bytesIn: UInt64 = 0
    /// Bytes handed to the system, for CAN the payload bytes.
    public var bytesOut: UInt64 = 0
    /// CAN frames received, without error frames.
    public var framesIn: UInt64 = 0
    /// CAN frames handed to the system.
    public var framesOut: UInt64 = 0
    /// Messages or frames that had to wait for room.
    public var delayed: UInt64 = 0
    /// Messages or frames not sent: the link was not open, the queue was full, or they had become too old in it.
    public var dropped: UInt64 = 0
    /// Times the link failed, or failed to open.
    public var errors: UInt64 = 0
    /// Error frames of the CAN controller.
    public var errorFrames: UInt64 = 0
    /// Times the CAN controller went off the bus.
    public var busOff: UInt64 = 0
    /// Times the link was open again after a failure.
    public var reopened: UInt64 = 0
    /// Commands or frames an SLCAN adapter refused; callers for whom no seat was free.
    public var refused: UInt64 = 0
    /// Messages from a CAN socket that were no CAN frame.
    public var malformed: UInt64 = 0

    /// Makes counts of zero.
    public init() {}
}
