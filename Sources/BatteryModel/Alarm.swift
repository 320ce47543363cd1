/// What is wrong, whoever noticed it.
public enum AlarmKind: UInt8, Sendable, Hashable {
    /// A cell above its limit.
    case cellOverVoltage
    /// A cell below its limit.
    case cellUnderVoltage
    /// The pack above its limit.
    case packOverVoltage
    /// The pack below its limit.
    case packUnderVoltage
    /// Charged with too much current.
    case chargeOverCurrent
    /// Discharged with too much current.
    case dischargeOverCurrent
    /// Short circuit seen while charging.
    case chargeShortCircuit
    /// Short circuit seen while discharging.
    case dischargeShortCircuit
    /// Too warm to charge.
    case chargeOverTemperature
    /// Too cold to charge.
    case chargeUnderTemperature
    /// Too warm to discharge.
    case dischargeOverTemperature
    /// Too cold to discharge.
    case dischargeUnderTemperature
    /// The battery is too warm, in no stated direction.
    case batteryOverTemperature
    /// The power board is too warm.
    case mosfetOverTemperature
    /// Number of cells found differs from the number set in the BMS.
    case cellCountMismatch
    /// The current sensor does not work.
    case currentSensorFault
    /// A temperature sensor does not work.
    case temperatureSensorFault
    /// The processors inside the BMS do not understand each other.
    case internalCommunication
    /// The charge switch cannot be relied on.
    case chargeSwitchFault
    /// The discharge switch cannot be relied on, or did not close.
    case dischargeSwitchFault
    /// A balance lead has too much resistance.
    case wireResistance
    /// The limiter between parallel packs does not work.
    case parallelLimiterFault
    /// The cells lie too far apart.
    case imbalance
    /// The positioning module is gone.
    case positionLost
    /// The BMS raised a bit nobody has documented.
    case undocumented

    /// The pack's last complete reading is older than it should be.
    case packStale
    /// The pack's last complete reading is so old that the pack has left the bank.
    case packLost
    /// No pack can be relied on.
    case bankLost
    /// A value jumped or contradicts another.
    case implausible
    /// A rule has no value to work with.
    case inputMissing
    /// The voltages of the packs lie too far apart to be joined.
    case connectRefused
    /// The firmware is none that has been proven.
    case firmwareUnknown
    /// What the BMS is set to contradicts the configuration.
    case settingsMismatch
    /// The inverter has not been heard within its time.
    case inverterSilent
    /// The link to the inverter does not work.
    case inverterLinkDown
    /// A frame is withheld because a value is not known or does not fit the inverter's protocol.
    case notRepresentable
    /// The inverter does not keep to the limits it was told.
    case limitsIgnored
    /// The bank stands well above the voltage the inverter was told.
    case voltageIgnored
    /// Somebody else speaks to the inverter with the battery's identifiers.
    case secondBattery
    /// Many frames to or from the inverter fail.
    case linkPoor
    /// A BMS goes on reporting the same state of charge while charge flows.
    case socStuck
    /// The shunt is not heard.
    case shuntLost
    /// What was remembered over the restart could not be read.
    case memoryDamaged

    /// Number of kinds; they are numbered from 0.
    public static let count = 43
}

/// How serious an alarm is.
public enum AlarmLevel: UInt8, Sendable, Hashable, Comparable {
    /// Worth knowing.
    case info
    /// Coming close to a limit, or less certain than it should be.
    case warning
    /// A limit is broken; current is being refused.
    case protection

    /// Tells whether `lhs` is less serious than `rhs`.
    public static func < (lhs: AlarmLevel, rhs: AlarmLevel) -> Bool { lhs.rawValue < rhs.rawValue }
}

/// Any number of kinds of alarm, as one word.
public struct AlarmMask: Sendable, Hashable {
    /// Bit `kind.rawValue` stands for `kind`.
    public var bits: UInt64

    /// Makes a mask from its bits.
    public init(bits: UInt64 = 0) { self.bits = bits }

    /// The mask of one kind.
    public init(_ kind: AlarmKind) { bits = 1 << UInt64(kind.rawValue) }

    /// The mask of two kinds.
    public init(_ first: AlarmKind, _ second: AlarmKind) {
        bits = AlarmMask(first).bits | AlarmMask(second).bits
    }

    /// Tells whether it holds no kind.
    public var isEmpty: Bool { bits == 0 }

    /// Tells whether it holds `kind`.
    public func contains(_ kind: AlarmKind) -> Bool { bits & AlarmMask(kind).bits != 0 }

    /// Tells whether the two have a kind in common.
    public func intersects(_ other: AlarmMask) -> Bool { bits & other.bits != 0 }

    /// The kinds of both.
    public func union(_ other: AlarmMask) -> AlarmMask { AlarmMask(bits: bits | other.bits) }

    /// The kinds that are in this one and not in `other`.
    public func subtracting(_ other: AlarmMask) -> AlarmMask { AlarmMask(bits: bits & ~other.bits) }
}

/// The alarms of one pack, or of the bank: the kinds that stand at each level.
public struct AlarmSet: Sendable, Hashable {
    /// Kinds at level info.
    public var infos = AlarmMask()
    /// Kinds at level warning.
    public var warnings = AlarmMask()
    /// Kinds at level protection.
    public var protections = AlarmMask()

    /// No alarm.
    public init() {}

    /// Tells whether nothing stands.
    public var isEmpty: Bool { infos.isEmpty && warnings.isEmpty && protections.isEmpty }

    /// The kinds that stand at `level`.
    public subscript(level: AlarmLevel) -> AlarmMask {
        get {
            switch level {
            case .info: infos
            case .warning: warnings
            case .protection: protections
            }
        }
        set {
            switch level {
            case .info: infos = newValue
            case .warning: warnings = newValue
            case .protection: protections = newValue
            }
        }
    }

    /// Raises `kind` at `level`.
    public mutating func raise(_ kind: AlarmKind, _ level: AlarmLevel) {
        self[level] = self[level].union(AlarmMask(kind))
    }

    /// Adds all alarms of `other`.
    public mutating func formUnion(_ other: AlarmSet) {
        infos = infos.union(other.infos)
        warnings = warnings.union(other.warnings)
        protections = protections.union(other.protections)
    }

    /// The most serious level at which `kind` stands; `nil` if it does not.
    public func level(of kind: AlarmKind) -> AlarmLevel? {
        if protections.contains(kind) { return .protection }
        if warnings.contains(kind) { return .warning }
        return infos.contains(kind) ? .info : nil
    }
}
