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
    func holds(_ value: Double?, wasTripped: Bool, settings: [PackField: Int32]) -> Bool {
        guard let value, let trip = settings[trip], let release = settings[release] else { return false }
        let limit = Double(wasTripped ? release : trip)
        return tripsAbove ? value >= limit : value <= limit
    }
}
