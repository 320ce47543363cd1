import BatteryModel

/// A protection that is set in the BMS, and how the current falls on the way there.
///
/// When the BMS cuts, the inverter loses its battery under load. So the inverter is asked for less before.
struct ProtectionApproach: Sendable {
    enum Measure: Sendable {
        case highestCell, lowestCell, warmest, coldest, mosfet
    }

    /// What the BMS would report when it cuts; raised as a warning on the way there.
    var kind: AlarmKind
    /// Where the BMS says at what value it cuts.
    var setting: PackField
    var measure: Measure
    var limitsCharge: Bool
    var limitsDischarge: Bool
    /// So far before the setting the current begins to fall, in the unit of the setting.
    var begins: Int32
    /// So far before the setting nothing flows any more.
    var ends: Int32

    /// The protections of a BMS that have a value to come close to.
    static let rows: [6 of ProtectionApproach] = [
        .init(
            kind: .cellOverVoltage, setting: .cellOverVoltage, measure: .highestCell, limitsCharge: true,
            limitsDischarge: false, begins: 60, ends: 20),
        .init(
            kind: .cellUnderVoltage, setting: .cellUnderVoltage, measure: .lowestCell, limitsCharge: false,
            limitsDischarge: true, begins: 150, ends: 30),
        .init(
            kind: .chargeOverTemperature, setting: .chargeOverTemperature, measure: .warmest,
            limitsCharge: true, limitsDischarge: false, begins: 50, ends: 10),
        .init(
            kind: .chargeUnderTemperature, setting: .chargeUnderTemperature, measure: .coldest,
            limitsCharge: true, limitsDischarge: false, begins: 30, ends: 5),
        .init(
            kind: .dischargeOverTemperature, setting: .dischargeOverTemperature, measure: .warmest,
            limitsCharge: false, limitsDischarge: true, begins: 50, ends: 10),
        .init(
            kind: .mosfetOverTemperature, setting: .mosfetOverTemperature, measure: .mosfet,
            limitsCharge: true, limitsDischarge: true, begins: 100, ends: 30),
    ]

    /// A setting that no BMS could have is none.
    func isPlausible(_ value: Int32) -> Bool {
        setting.unit == .millivolts
            ? Plausibility.cellMillivolts.contains(value) : (-500...1_500).contains(value)
    }

    /// Whether it cuts above its setting; otherwise below.
    private var isUpper: Bool { measure != .lowestCell && measure != .coldest }

    /// How far `value` still is from the setting, in the unit of both.
    func distance(of value: Int32, from setting: Int32) -> Int32 {
        Int32(clamping: isUpper ? Int64(setting) - Int64(value) : Int64(value) - Int64(setting))
    }

    /// The part of the current that is allowed at a distance, in thousandths.
    func permille(atDistance distance: Int32) -> Int32 {
        let width = Int64(begins - ends)
        return Int32(min(max((Int64(distance) - Int64(ends)) * 1_000 / width, 0), 1_000))
    }

    /// What the value must fall below, or rise above, for the whole current to be allowed.
    func rise(from setting: Int32) -> RiseCondition {
        isUpper ? .inputBelow(setting - begins) : .inputAbove(setting + begins)
    }
}
