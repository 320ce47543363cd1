public import BatteryModel

/// A value of a setting as people write it.
public enum SettingValueText {
    /// The setting called `name`; `nil` if there is none.
    public static func field(_ name: String) -> PackField? {
        PackField.settings.first { "\($0.name)" == name }
    }

    /// The names of all settings.
    public static var names: [String] { PackField.settings.map { "\($0.name)" } }

    /// Reads a value: `3.6`, `3.6V` or `3600mV` for a voltage; `on` or `off` for a switch.
    ///
    /// - Parameters:
    ///   - text: What was written; without a unit, the one that Busbar shows is meant.
    ///   - unit: The unit of the field.
    /// - Returns: The value in that unit; `nil` if it is not understood, or finer than the unit.
    public static func read(_ text: String, _ unit: Unit) -> Int32? {
        if unit == .onOff { return ["off": 0, "on": 1, "0": 0, "1": 1][text] }
        let number = text.prefix { "+-.0123456789".contains($0) }
        let word = String(text.dropFirst(number.count).drop { $0 == " " })
        let symbol = "\(unit.symbol)"
        if word.isEmpty || word == symbol || unit == .decicelsius && word == "C" {
            return decimal(number, places: unit.decimals)
        }
        return unit.decimals == 3 && word == "m" + symbol ? decimal(number, places: 0) : nil
    }

    /// What a value can look like, for a message.
    public static func example(_ unit: Unit) -> String {
        switch unit {
        case .onOff: "on or off"
        case .millivolts: "a voltage such as 3.6V or 3600mV"
        case .milliamps: "a current such as 100A"
        case .milliampHours: "a capacity such as 280Ah"
        case .decicelsius: "a temperature such as 55C"
        default: "a number such as 5\(unit.symbol)"
        }
    }

    private static func decimal(_ text: Substring, places: Int) -> Int32? {
        let isNegative = text.hasPrefix("-")
        let parts = text.dropFirst(isNegative ? 1 : 0).split(
            separator: ".", maxSplits: 1, omittingEmptySubsequences: false)
        let fraction = parts.count > 1 ? parts[1] : ""
        let digits =
            String(parts[0]) + fraction + String(repeating: "0", count: max(places - fraction.count, 0))
        guard !parts[0].isEmpty, fraction.count <= places, digits.count <= 10,
            parts.count == 1 || !fraction.isEmpty, digits.allSatisfy({ ("0"..."9").contains($0) }),
            let value = Int64(digits)
        else { return nil }
        return Int32(exactly: isNegative ? -value : value)
    }
}
