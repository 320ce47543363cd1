/// What the control remembers over a restart.
///
/// Lengths of time, not instants: the clock that instants come from begins anew with every boot. ``name(_:)`` names every
/// number, so that whoever keeps the memory need not know what is in it.
public struct ControlMemory: Sendable, Equatable {
    /// Number of values.
    public static let count = bankCount + 16 * packCount

    /// Number of values of the bank, and of each pack.
    private static let bankCount = 30
    private static let packCount = 3

    /// The values by their place, as ``name(_:)`` counts them; `nil` where nothing is known.
    private var values: InlineArray<78, Int64?> = InlineArray(repeating: nil)

    /// Nothing remembered.
    public init() {}

    /// The value at a place, as ``name(_:)`` counts them.
    public subscript(index: Int) -> Int64? {
        get { values[index] }
        set { values[index] = newValue }
    }

    subscript(key: Key) -> Int64? {
        get { values[Int(key.rawValue)] }
        set { values[Int(key.rawValue)] = newValue }
    }

    subscript(key: PackKey, pack: Int) -> Int64? {
        get { values[Self.bankCount + pack * Self.packCount + Int(key.rawValue)] }
        set { values[Self.bankCount + pack * Self.packCount + Int(key.rawValue)] = newValue }
    }

    /// When it was written down, in seconds since the beginning of 1970; `nil` if the clock was not known.
    public var savedAtUnixSeconds: Int64? { self[.savedAt] }

    /// Tells whether two memories hold the same.
    public static func == (lhs: ControlMemory, rhs: ControlMemory) -> Bool {
        for index in 0..<count where lhs.values[index] != rhs.values[index] { return false }
        return true
    }

    /// The name of the value at a place; the values of packs have the pack, counted from 1, before the point.
    public static func name(_ index: Int) -> (pack: Int?, name: StaticString) {
        if let key = Key(rawValue: UInt8(clamping: index)), index < bankCount { return (nil, key.name) }
        let place = index - bankCount
        return (place / packCount + 1, PackKey(rawValue: UInt8(place % packCount))?.name ?? "unknown")
    }
}

extension ControlMemory {
    /// The values of the bank.
    enum Key: UInt8 {
        case stage, absorbed, balanced, sinceFull, floated, savedAt
        case chargeVoltage, floatVoltage
        case chargeLatched, dischargeLatched, refusing, isFull, held
        case soc, counted
        case stoppedByIgnoring, voltageCap, packsWhenFull, settling, hasBeenFull
        case pauseCharge, pauseChargeFor
        case pauseDischarge, pauseDischargeFor
        case capCharge, capChargeFor
        case capDischarge, capDischargeFor
        case forceCharge, forceChargeFor

        var name: StaticString {
            switch self {
            case .stage: "stage"
            case .absorbed: "absorbed_ms"
            case .balanced: "balanced_ms"
            case .sinceFull: "since_full_ms"
            case .floated: "floated_ms"
            case .savedAt: "saved_unix_s"
            case .chargeVoltage: "charge_voltage_uv"
            case .floatVoltage: "float_voltage_uv"
            case .chargeLatched: "charge_latched"
            case .dischargeLatched: "discharge_latched"
            case .refusing: "refusing"
            case .isFull: "drawn_since_full"
            case .held: "held"
            case .soc: "soc_said"
            case .counted: "soc_counted"
            case .stoppedByIgnoring: "stopped_by_ignoring"
            case .voltageCap: "voltage_cap_mv"
            case .packsWhenFull: "packs_soc_when_full"
            case .settling: "settling"
            case .hasBeenFull: "has_been_full"
            case .pauseCharge: "pause_charge"
            case .pauseChargeFor: "pause_charge_ms"
            case .pauseDischarge: "pause_discharge"
            case .pauseDischargeFor: "pause_discharge_ms"
            case .capCharge: "cap_charge_ma"
            case .capChargeFor: "cap_charge_ms"
            case .capDischarge: "cap_discharge_ma"
            case .capDischargeFor: "cap_discharge_ms"
            case .forceCharge: "force_charge"
            case .forceChargeFor: "force_charge_ms"
            }
        }
    }

    /// The values of one pack.
    enum PackKey: UInt8 {
        case share, soc, flowed

        var name: StaticString {
            switch self {
            case .share: "share_ppm"
            case .soc: "soc_permille"
            case .flowed: "flowed_mams"
            }
        }
    }
}
