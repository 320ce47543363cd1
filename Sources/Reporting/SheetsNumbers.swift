public import BatteryModel

/// Numbers as people read them, exact: the integers of the model with their decimal point put in.
public enum Digits {
    /// `value` with the point moved by `places`, without zeros at the end: 55200 and 3 give `55.2`.
    public static func text(_ value: Int64, places: Int) -> String {
        var divisor: UInt64 = 1
        for _ in 0..<places { divisor *= 10 }
        let whole = value.magnitude / divisor
        var digits = ""
        var rest = value.magnitude % divisor
        while rest > 0 {
            divisor /= 10
            digits += "\(rest / divisor)"
            rest %= divisor
        }
        return (value < 0 ? "-" : "") + "\(whole)" + (digits.isEmpty ? "" : "." + digits)
    }

    /// An integer of the model in the unit of the screen, without the unit.
    public static func text(_ value: Int64, in unit: Unit) -> String {
        text(value, places: unit.decimals)
    }

    /// An integer of the model in the unit of the screen, with the unit.
    public static func display(_ value: Int64, in unit: Unit) -> String {
        let symbol = "\(unit.symbol)"
        return text(value, in: unit) + (symbol.isEmpty ? "" : " " + symbol)
    }

    /// A time: `500 ms`, `1 s`.
    public static func text(_ interval: Interval) -> String {
        let milliseconds = interval.milliseconds
        return milliseconds % 1_000 == 0 ? "\(interval.seconds) s" : "\(milliseconds) ms"
    }

    /// An unsigned number in hexadecimal, upper case, with at least `digits` digits.
    public static func hex(_ number: UInt64, digits: Int = 1) -> String {
        let text = String(number, radix: 16, uppercase: true)
        return String(repeating: "0", count: max(0, digits - text.count)) + text
    }
}
