public import BatteryModel

/// Something that can stand on a command line.
///
/// An enum of words with raw values needs nothing but the conformance: its choices are listed in help and errors.
public protocol ArgumentValue {
    /// What stands for the value in help pages: `NUMBER`, `TIME`.
    static var valueName: String { get }
    /// Every word there is; empty if there are more than can be listed.
    static var choices: [String] { get }
    /// What is expected, as in "must be a whole number".
    static var expected: String { get }
    /// Any value, for filling a command whose help page is made.
    static var placeholder: Self { get }
    /// The value as it would be typed.
    var argumentText: String { get }
    /// Reads what was typed; `nil` if it is none.
    init?(argument: String)
}

extension ArgumentValue {
    /// No list.
    public static var choices: [String] { [] }
}

extension ArgumentValue where Self: CaseIterable & RawRepresentable, RawValue == String {
    /// `CHOICE`.
    public static var valueName: String { "CHOICE" }
    /// The raw values.
    public static var choices: [String] { allCases.map(\.rawValue) }
    /// The raw values, in a sentence.
    public static var expected: String { "one of \(choices.joined(separator: ", "))" }
    /// The first case.
    public static var placeholder: Self { allCases[allCases.startIndex] }
    /// The raw value.
    public var argumentText: String { rawValue }
    /// The case with this raw value.
    public init?(argument: String) { self.init(rawValue: argument) }
}

extension String: ArgumentValue {
    /// `TEXT`.
    public static var valueName: String { "TEXT" }
    /// Any text but none.
    public static var expected: String { "a text" }
    /// The empty text.
    public static var placeholder: String { "" }
    /// The text.
    public var argumentText: String { self }
    /// Takes any text but an empty one.
    public init?(argument: String) {
        guard !argument.isEmpty else { return nil }
        self = argument
    }
}

extension Int: ArgumentValue {
    /// `NUMBER`.
    public static var valueName: String { "NUMBER" }
    /// A whole number.
    public static var expected: String { "a whole number" }
    /// Zero.
    public static var placeholder: Int { 0 }
    /// In decimal.
    public var argumentText: String { "\(self)" }
    /// Reads a decimal number, or a hexadecimal one after `0x`.
    public init?(argument: String) {
        let isHexadecimal = argument.hasPrefix("0x") || argument.hasPrefix("0X")
        let digits = isHexadecimal ? argument.dropFirst(2) : argument[...]
        guard !isHexadecimal || digits.first?.isHexDigit == true else { return nil }
        self.init(digits, radix: isHexadecimal ? 16 : 10)
    }
}

extension Interval: ArgumentValue {
    /// `TIME`.
    public static var valueName: String { "TIME" }
    /// A time, with what the units are.
    public static var expected: String { "a time such as 20 (seconds), 500ms, 2min or 1h" }
    /// No time.
    public static var placeholder: Interval { .zero }

    private static let units: [(word: String, nanoseconds: Double)] = [
        ("", 1e9), ("s", 1e9), ("ms", 1e6), ("min", 60e9), ("h", 3600e9), ("d", 86_400e9),
    ]

    /// In seconds, or in milliseconds where it is no whole number of them.
    public var argumentText: String {
        milliseconds % 1_000 == 0 ? "\(seconds) s" : "\(milliseconds) ms"
    }

    /// Reads a number of seconds, a number with a unit, or hours and minutes as `1h30`; at most a year, never negative.
    public init?(argument: String) {
        if let time = Self.hoursAndMinutes(argument) {
            self = time
            return
        }
        let digits = argument.prefix { ("0"..."9").contains($0) || $0 == "." }
        let word = argument.dropFirst(digits.count).drop { $0 == " " }
        guard let number = Double(digits), let unit = Self.units.first(where: { $0.word == word }) else {
            return nil
        }
        let nanoseconds = (number * unit.nanoseconds).rounded()
        guard nanoseconds <= 366 * 24 * 3600e9 else { return nil }
        self.init(nanoseconds: Int64(nanoseconds))
    }

    /// Reads `1h30` and `1h30min`.
    private static func hoursAndMinutes(_ text: String) -> Interval? {
        let parts = text.split(separator: "h", maxSplits: 1, omittingEmptySubsequences: false)
        guard parts.count == 2 else { return nil }
        let digits = parts[1].prefix { ("0"..."9").contains($0) }
        guard ["", "min"].contains(parts[1].dropFirst(digits.count)), let minutes = Int64(digits),
            minutes < 60, parts[0].allSatisfy({ ("0"..."9").contains($0) }), let hours = Int64(parts[0]),
            hours <= 8_784
        else { return nil }
        return .seconds(hours * 3_600 + minutes * 60)
    }
}
