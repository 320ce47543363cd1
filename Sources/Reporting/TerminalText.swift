/// Lays out text for a terminal or a pipe.
struct TerminalText {
    var usesColor: Bool
    /// How many columns there are; longer lines are cut.
    var columns: Int

    enum Paint: String {
        case bold = "1"
        case dim = "2"
        case red = "31"
        case green = "32"
        case yellow = "33"
    }

    func paint(_ text: String, _ color: Paint) -> String {
        usesColor ? "\u{1B}[\(color.rawValue)m\(text)\u{1B}[0m" : text
    }

    /// A number with a fixed number of places; `?` for one that no sensor could have sent.
    static func fixed(_ value: Double, _ places: Int) -> String {
        var factor = 1.0
        for _ in 0..<places { factor *= 10 }
        let scaled = (value * factor).rounded()
        guard let number = Int32(exactly: scaled) else { return "?" }
        return Wording.decimal(number, places: places)
    }

    static func pad(_ text: String, _ width: Int) -> String {
        text.count >= width ? text + " " : text + String(repeating: " ", count: width - text.count)
    }

    /// Text without the characters that a terminal would obey.
    static func tame(_ text: String) -> String {
        String(
            String.UnicodeScalarView(
                text.unicodeScalars.filter { $0.value >= 0x20 && !(0x7F...0x9F).contains($0.value) }))
    }

    /// Cuts a line at the edge without counting the codes of colours.
    func cut(_ line: String) -> String {
        var shown = 0
        var isCode = false
        var result = ""
        for character in line {
            if character == "\u{1B}" { isCode = true }
            if !isCode {
                shown += 1
                guard shown <= columns else { continue }
            }
            result.append(character)
            if isCode, character == "m" { isCode = false }
        }
        return result
    }
}
