/// A JSON value whose members stay in the order in which they were given.
public indirect enum JSON: Sendable {
    /// Members by name.
    case object([(name: String, value: JSON)])
    /// Values in order.
    case array([JSON])
    /// A text.
    case string(String)
    /// A number, as its digits; it is written as it stands.
    case number(String)
    /// True or false.
    case bool(Bool)
    /// Nothing.
    case null

    /// A whole number.
    public static func number(_ value: some BinaryInteger) -> JSON { .number("\(value)") }

    /// A text, or nothing.
    public static func string(_ text: String?) -> JSON { text.map { .string($0) } ?? .null }

    /// Texts in order.
    public static func strings(_ texts: [String]) -> JSON { .array(texts.map { .string($0) }) }

    /// The value on one line.
    public var text: String {
        var text = ""
        write(to: &text)
        return text
    }

    private func write(to text: inout String) {
        switch self {
        case .object(let members):
            var separator = "{"
            for member in members {
                text += separator
                Self.write(member.name, to: &text)
                text += ":"
                member.value.write(to: &text)
                separator = ","
            }
            text += members.isEmpty ? "{}" : "}"
        case .array(let values):
            var separator = "["
            for value in values {
                text += separator
                value.write(to: &text)
                separator = ","
            }
            text += values.isEmpty ? "[]" : "]"
        case .string(let string): Self.write(string, to: &text)
        case .number(let digits): text += digits
        case .bool(let flag): text += flag ? "true" : "false"
        case .null: text += "null"
        }
    }

    private static func write(_ string: String, to text: inout String) {
        text += "\""
        for scalar in string.unicodeScalars {
            switch scalar {
            case "\"": text += "\\\""
            case "\\": text += "\\\\"
            case "\n": text += "\\n"
            case let control where control.value < 0x20 || control.value == 0x7F:
                let digits = String(control.value, radix: 16)
                text += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
            default: text.unicodeScalars.append(scalar)
            }
        }
        text += "\""
    }
}
