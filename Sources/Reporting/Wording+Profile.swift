import BatteryModel
public import Gateway

// What a protocol cannot do, in words.

extension Wording {
    /// What makes a profile experimental.
    public static let notProven = "not proven with a real inverter and battery yet"

    /// What is said once where an experimental profile is used.
    public static func experimental(_ profile: String) -> String {
        "the profile \(profile) is experimental: \(notProven)"
    }

    /// A measured value for which the protocol has no number, without a full stop.
    public static func capped(_ capped: Snapshot.Capped) -> String {
        let (value, said) = (
            quantity(capped.value, capped.field.unit), quantity(capped.said, capped.field.unit)
        )
        let name = "\(capped.field.name)".split(separator: "_").joined(separator: " ")
        return "\(name) is said as \(said), the protocol has no number for \(value)"
    }
}
