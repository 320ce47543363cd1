import BMSDrivers
public import BatteryModel
public import ChargeControl

/// A setting of a pack's BMS that is to get a value.
public struct SettingChange: Sendable, Hashable {
    /// The pack, by its place in the configuration.
    public var pack: Int
    /// What is set.
    public var field: PackField
    /// The value, in the unit of ``field``.
    public var value: Int32

    /// Makes a change.
    public init(pack: Int, field: PackField, value: Int32) {
        self.pack = pack
        self.field = field
        self.value = value
    }
}

/// Why a setting is not written; nothing was sent.
public enum SettingRefusal: Error, Sendable, Hashable {
    /// There is no such pack.
    case unknownPack
    /// The driver has no proven way to write it.
    case notWritable
    /// The operator has not allowed it for this pack.
    case notAllowed
    /// The value is outside of what the BMS may be sent.
    case outOfRange(ClosedRange<Int32>)
    /// Another master asks on this line, and two must not.
    case listening
    /// The pack has not been heard within the time in which readings are fresh.
    case notFresh
    /// The BMS has not said what is set now, so nobody could tell what was changed.
    case notKnown
    /// It is set already.
    case alreadySet
    /// Another setting is being written.
    case busy
    /// It would contradict the configuration, which the BMS does not now.
    case contradicts(Contradiction)
}

/// A setting that was written, or is being written: what the audit says about it.
public struct SettingRecord: Sendable, Hashable {
    /// The number of the write since the start, counted from 1.
    public var number: UInt64
    /// What was to be set.
    public var change: SettingChange
    /// What was set before, in the unit of the field.
    public var old: Int32
    /// Who wanted it.
    public var by: String
    /// When it was ordered.
    public var at: Instant
    /// What became of it; `nil` while it is under way.
    public var outcome: Outcome?

    /// What became of a write.
    public enum Outcome: Sendable, Hashable {
        /// The BMS confirmed it, and says that it is set.
        case written
        /// The BMS did not confirm it, and says that it is set.
        case writtenUnconfirmed
        /// The BMS refused it with this code and is set as before.
        case refused(code: UInt8)
        /// The BMS is set to something else; it may have confirmed the request or not.
        case notKept(found: Int32, wasConfirmed: Bool)
        /// It was sent, and the BMS does not say what it is set to.
        case unknown
        /// The line never was free; nothing was sent.
        case notSent

        init(_ write: SettingWrite) {
            guard write.wasSent else {
                self = .notSent
                return
            }
            guard let found = write.readBack else {
                self = .unknown
                return
            }
            if found == write.value {
                self = write.reply == .confirmed ? .written : .writtenUnconfirmed
            } else if case .refused(let code) = write.reply {
                self = .refused(code: code)
            } else {
                self = .notKept(found: found, wasConfirmed: write.reply == .confirmed)
            }
        }

        /// Whether the setting has its new value.
        public var isWritten: Bool { self == .written || self == .writtenUnconfirmed }
    }
}
