public import BatteryModel
public import Gateway

// What a protocol cannot do, in words.

extension Wording {
    /// What makes a profile experimental.
    public static let notProven = "not proven with a real inverter and battery yet"

    /// What is said once where an experimental profile is used.
    public static func experimental(_ profile: String) -> String {
        "the profile \(profile) is experimental: \(notProven)"
    }

    /// The same where an experimental driver is used.
    public static func experimental(driver: String) -> String {
        "the driver \(driver) is experimental: compare what 'busbar status' shows, above all the sign of the current, with the "
            + "BMS's own app before you rely on it"
    }

    /// A field as people call it: `CVL`, `highest cell`.
    public static func quantityName(_ field: BankField) -> String {
        let words = words(for: field)
        return words.count == 3 ? words.uppercased() : words
    }

    private static func words(for field: BankField) -> String {
        "\(field.name)".split(separator: "_").joined(separator: " ")
    }

    /// A measured value for which the protocol has no number, without a full stop.
    public static func capped(_ capped: Snapshot.Capped) -> String {
        let (value, said) = (
            quantity(capped.value, capped.field.unit), quantity(capped.said, capped.field.unit)
        )
        return "\(words(for: capped.field)) is said as \(said), the protocol has no number for \(value)"
    }
}
