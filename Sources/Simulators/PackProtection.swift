import BatteryModel

/// A protection of a BMS: trips at one setting, is released at another, and opens switches in between.
struct PackProtection: Sendable {
    /// What is measured.
    enum Measure: Sendable {
        case highestCell
        case lowestCell
        case warmestSensor
        case coldestSensor
        case mosfet
    }

    var kind: AlarmKind
    var measure: Measure
    var trip: PackField
    var release: PackField
    var opensCharge: Bool
    var opensDischarge: Bool

    /// Whether it trips above its setting; otherwise below.
    var tripsAbove: Bool { measure != .lowestCell && measure != .coldestSensor }

    /// The protections of a JK-PB that follow from voltages and temperatures.
    static let rows: [PackProtection] = [
        PackProtection(
            kind: .cellOverVoltage, measure: .highestCell, trip: .cellOverVoltage,
            release: .cellOverVoltageRelease, opensCharge: true, opensDischarge: false),
        PackProtection(
            kind: .cellUnderVoltage, measure: .lowestCell, trip: .cellUnderVoltage,
            release: .cellUnderVoltageRelease, opensCharge: false, opensDischarge: true),
        PackProtection(
            kind: .chargeOverTemperature, measure: .warmestSensor, trip: .chargeOverTemperature,
            release: .chargeOverTemperatureRelease, opensCharge: true, opensDischarge: false),
        PackProtection(
            kind: .dischargeOverTemperature, measure: .warmestSensor, trip: .dischargeOverTemperature,
            release: .dischargeOverTemperatureRelease, opensCharge: false, opensDischarge: true),
        PackProtection(
            kind: .chargeUnderTemperature, measure: .coldestSensor, trip: .chargeUnderTemperature,
            release: .chargeUnderTemperatureRelease, opensCharge: true, opensDischarge: false),
        PackProtection(
            kind: .mosfetOverTemperature, measure: .mosfet, trip: .mosfetOverTemperature,
            release: .mosfetOverTemperatureRelease, opensCharge: true, opensDischarge: true),
    ]

    /// Whether it holds after `value` was measured; a protection without settings never does.
    func holds(_ value: Double?, wasTripped: Bool, settings: FieldValues) -> Bool {
        guard let value, let trip = settings[trip], let release = settings[release] else { return false }
        let limit = Double(wasTripped ? release : trip)
        return tripsAbove ? value >= limit : value <= limit
    }
}

/// A protection against too much current: trips after a time, and is released after another.
struct OverCurrentProtection: Sendable {
    var kind: AlarmKind
    /// The field of the current above which it counts.
    var limit: PackField
    /// The field of the seconds it waits.
    var delay: PackField
    /// The field of the seconds for which it stays open.
    var releaseDelay: PackField
    /// The field that says how many of them are left.
    var remaining: PackField

    static let charge = OverCurrentProtection(
        kind: .chargeOverCurrent, limit: .chargeLimit, delay: .chargeOverCurrentDelay,
        releaseDelay: .chargeOverCurrentReleaseDelay, remaining: .chargeOverCurrentRelease)
    static let discharge = OverCurrentProtection(
        kind: .dischargeOverCurrent, limit: .dischargeLimit, delay: .dischargeOverCurrentDelay,
        releaseDelay: .dischargeOverCurrentReleaseDelay, remaining: .dischargeOverCurrentRelease)

    /// How far it has come.
    struct State: Sendable {
        /// Seconds for which the current has been too high.
        var above = 0.0
        /// Seconds for which the switch stays open.
        var open = 0.0
    }

    /// Moves `state` on by `seconds` with a current in its direction; tells whether the switch is open.
    func advance(_ state: inout State, milliamps: Int32, seconds: Double, settings: FieldValues) -> Bool {
        if state.open > 0 {
            state.open = max(state.open - seconds, 0)
            return state.open > 0
        }
        guard let limit = settings[limit], let delay = settings[delay], milliamps > limit else {
            state.above = 0
            return false
        }
        state.above += seconds
        guard state.above > Double(delay) else { return false }
        state = State(above: 0, open: Double(settings[releaseDelay] ?? 60))
        return true
    }
}

extension AlarmMask {
    /// The protections that open the charge switch.
    static let opensCharge = PackProtection.rows.filter(\.opensCharge)
        .reduce(AlarmMask(.chargeOverCurrent)) { $0.union(AlarmMask($1.kind)) }
    /// The protections that open the discharge switch.
    static let opensDischarge = PackProtection.rows.filter(\.opensDischarge)
        .reduce(AlarmMask(.dischargeOverCurrent)) { $0.union(AlarmMask($1.kind)) }
}
