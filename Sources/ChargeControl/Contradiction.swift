public import BatteryModel

/// Something that a BMS is set to and that does not go with the configuration.
///
/// It changes no limit: every rule that is safe to apply has been applied already. It tells people what to change.
public struct Contradiction: Sendable, Hashable {
    /// What does not go together.
    public enum Kind: UInt8, Sendable {
        /// The number of cells differs.
        case cellCount
        /// The pack says that it has another address than the one under which it answers.
        case address
        /// The BMS is set to another chemistry.
        case chemistry
        /// The BMS protects a cell against over-voltage before the bank is full.
        case overVoltageTooLow
        /// The BMS protects a cell against over-voltage later than its chemistry bears.
        case overVoltageTooHigh
        /// The BMS protects a cell against under-voltage before the bank is empty.
        case underVoltageTooHigh
        /// The capacity differs.
        case capacity
        /// The BMS allows less charge current than the configuration.
        case chargeLimit
        /// The BMS allows less discharge current than the configuration.
        case dischargeLimit
        /// The cells never reach the voltage from which the BMS balances.
        case balanceStart
        /// The cells never reach the voltage at which the BMS counts as full.
        case fullCell
        /// The BMS would ask an inverter for a higher charge voltage.
        case chargeVoltage
        /// The CAN port of the BMS speaks to inverters by itself.
        case canProtocol
        /// A serial port of the BMS speaks to inverters by itself.
        case uartProtocol
        /// The BMS protects itself against a charge current that the configuration allows.
        case chargeOverCurrent
        /// The BMS protects itself against a discharge current that the configuration allows.
        case dischargeOverCurrent

        /// Number of kinds; they are numbered from 0.
        public static let count = 16
    }

    /// What does not go together.
    public var kind: Kind
    /// What the BMS is set to with it.
    public var field: PackField
    /// The number the BMS is set to, in the unit of ``field``.
    public var found: Int32
    /// What it was compared with, in the unit of ``field``; for a protocol of the BMS the same as ``found``.
    public var wanted: Int32

    /// Makes a contradiction.
    public init(_ kind: Kind, _ field: PackField, found: Int32, wanted: Int32) {
        self.kind = kind
        self.field = field
        self.found = found
        self.wanted = wanted
    }

    /// How serious it is: a warning where the BMS will act in a way that the operator does not expect, information where
    /// the bank is only used less well, or where something must not be wired.
    public var level: AlarmLevel {
        switch kind {
        case .cellCount, .address, .chemistry, .overVoltageTooLow, .overVoltageTooHigh, .underVoltageTooHigh,
            .chargeOverCurrent, .dischargeOverCurrent:
            .warning
        case .capacity, .chargeLimit, .dischargeLimit, .balanceStart, .fullCell, .chargeVoltage,
            .canProtocol, .uartProtocol:
            .info
        }
    }
}

/// What is known of a pack and its configuration when the two are compared.
public struct SettingsView: Sendable {
    /// What the pack has reported; what it is set to holds until it says otherwise.
    public var reading: PackReading
    /// What the operator says about the pack.
    public var pack: PackSettings
    /// How the bank is treated.
    public var control: ControlSettings
    /// The address under which it is asked; `nil` where it has none.
    public var address: UInt8?
    /// Whether the protocol selected for its CAN port is one that inverters understand.
    public var speaksCAN: Bool
    /// Whether the protocol selected for its first serial port is one that inverters understand.
    public var speaksUART: Bool

    /// Makes a view.
    public init(
        reading: PackReading, pack: PackSettings, control: ControlSettings, address: UInt8?,
        speaksCAN: Bool = false, speaksUART: Bool = false
    ) {
        self.reading = reading
        self.pack = pack
        self.control = control
        self.address = address
        self.speaksCAN = speaksCAN
        self.speaksUART = speaksUART
    }

    /// What the BMS is set to with `field`; `nil` if it has not said so.
    func found(_ field: PackField) -> Int32? { reading[field]?.value }

    /// What the configuration says that a setting of the BMS can be compared with, in the unit of the field; `nil` where
    /// nothing in it can.
    public func configured(_ field: PackField) -> Int32? {
        switch field {
        case .chargeLimit, .chargeOverCurrent: pack.chargeMilliamps
        case .dischargeLimit, .dischargeOverCurrent: pack.dischargeMilliamps
        case .designCapacity: pack.capacityMilliampHours
        case .configuredCells: pack.cells
        case .busAddress: address.map { Int32($0) }
        case .cellOverVoltage, .balanceStart, .fullCell, .requestedChargeCell:
            control.chargeVoltageMillivoltsPerCell
        case .cellUnderVoltage: control.dischargeVoltageMillivoltsPerCell
        case .requestedFloatCell: control.stages.floatMillivoltsPerCell
        default: nil
        }
    }
}

/// What a pack is set to that does not go with the configuration, at most one of each kind.
public struct Contradictions: Sendable {
    private var places: InlineArray<16, Contradiction?> = InlineArray(repeating: nil)

    /// Nothing.
    public init() {}

    /// Compares what a pack is set to with the configuration.
    public init(_ view: borrowing SettingsView) {
        for index in ContradictionRules.all.indices {
            guard let found = ContradictionRules.all[index].evaluate(view) else { continue }
            places[Int(found.kind.rawValue)] = found
        }
    }

    /// The contradiction of a kind; `nil` if there is none.
    public subscript(kind: Contradiction.Kind) -> Contradiction? { places[Int(kind.rawValue)] }
}
