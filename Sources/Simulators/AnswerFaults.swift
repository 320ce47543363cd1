public import BatteryModel

/// How a simulated pack misbehaves on the line; any of these at once.
public struct AnswerFaults: Sendable, Hashable {
    /// It does not answer.
    public var isSilent = false
    /// It gives the answers of the moment at which it froze, again and again.
    public var isFrozen = false
    /// It answers as if it had this address; `nil` for its own.
    public var answersAs: UInt8?
    /// Number of random bytes before each answer.
    public var noiseBytes = 0
    /// One bit of each answer is flipped.
    public var hasBadChecksum = false
    /// How much later than usual it answers.
    public var lateBy = Interval.zero
    /// It refuses with this code, on lines that speak Modbus; on others it is silent.
    public var refusesWith: UInt8?
    /// It answers twice.
    public var answersTwice = false
    /// What it does wrong when a setting is written; `nil` if nothing.
    public var writeFault: WriteFault?

    /// How a pack misbehaves when a setting is written.
    public enum WriteFault: Sendable, Hashable {
        /// It refuses with this code and keeps what it had.
        case refuses(code: UInt8)
        /// It confirms and keeps what it had.
        case forgets
        /// It does as it is told and says nothing.
        case losesConfirmation
        /// It neither does nor says anything.
        case ignores
    }

    /// No fault.
    public init() {}

    /// A pack that does not answer.
    public static var silent: AnswerFaults { AnswerFaults(\.isSilent, true) }
    /// A pack that repeats old answers.
    public static var frozen: AnswerFaults { AnswerFaults(\.isFrozen, true) }
    /// A pack whose answers are damaged.
    public static var badChecksum: AnswerFaults { AnswerFaults(\.hasBadChecksum, true) }
    /// A pack that answers twice.
    public static var twice: AnswerFaults { AnswerFaults(\.answersTwice, true) }

    /// Noise before each answer.
    public static func noise(bytes: Int) -> AnswerFaults { AnswerFaults(\.noiseBytes, bytes) }

    /// A pack that answers late.
    public static func late(by delay: Interval) -> AnswerFaults { AnswerFaults(\.lateBy, delay) }

    /// A pack that answers under another address.
    public static func wrongAddress(_ address: UInt8) -> AnswerFaults { AnswerFaults(\.answersAs, address) }

    /// A pack that refuses every question.
    public static func refused(code: UInt8) -> AnswerFaults { AnswerFaults(\.refusesWith, code) }

    private init<Value>(_ path: WritableKeyPath<AnswerFaults, Value>, _ value: Value) {
        self[keyPath: path] = value
    }
}
