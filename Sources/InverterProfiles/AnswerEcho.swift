public import BatteryModel

/// Tells the battery side on a line whether what looks like its last answer is that answer come back.
///
/// Many adapters hear what they send. Most answers cannot be taken for questions, but the confirmation of a Modbus write
/// of one register is the same, byte for byte, as the write. Whoever answered its echo would hear the next echo, and so on
/// for ever; whoever took the inverter's next write of the same value for an echo would leave it without an answer.
public struct AnswerEcho: Sendable {
    /// So long after its last byte has left the wire the echo of an answer may still arrive.
    ///
    /// It is heard while it is sent. A serial adapter holds bytes back for up to 16 ms and a converter in the network
    /// may collect them as long again; no inverter asks again as soon.
    public static let latest = Interval.milliseconds(50)
    /// So often a question that looks like the last answer is answered later than that without another one between.
    ///
    /// Whoever missed the answer asks so again. What goes on is an echo that comes late.
    public static let mostRepeats = 3
    /// After this time nothing is an echo.
    public static let forgottenAfter = Interval.seconds(2)

    private var leftWireAt: Instant?
    private var repeats = 0

    /// An echo of nothing.
    public init() {}

    /// Notes that an answer was sent, the last byte of which leaves the wire at `end`.
    public mutating func sent(until end: Instant) { leftWireAt = end }

    /// Tells whether a frame that was heard is an echo.
    ///
    /// - Parameters:
    ///   - kind: What the frame is.
    ///   - isSame: Whether it has the bytes of the last answer.
    ///   - now: When it was heard.
    /// - Returns: Whether it must be met with silence.
    public mutating func isHeard(in kind: SerialFrame.Kind, isSame: Bool, at now: Instant) -> Bool {
        guard isSame, let leftWireAt, now - leftWireAt <= Self.forgottenAfter else {
            repeats = 0
            return false
        }
        switch kind {
        case .answer, .refusal: return true
        case .question, .write, .unknown: break
        }
        guard now - leftWireAt > Self.latest else {
            // Where echoes come in time, what comes later is none.
            repeats = 0
            return true
        }
        repeats += 1
        return repeats > Self.mostRepeats
    }
}
