/// Writes pieces of a page.
enum HTMLText {
    /// A text in which nothing means anything to a browser.
    static func escaped(_ text: String) -> String {
        var result = ""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "&": result += "&amp;"
            case "<": result += "&lt;"
            case ">": result += "&gt;"
            case "\"": result += "&quot;"
            case "'": result += "&#39;"
            case let other where other.value < 0x20 && other != "\n": result += " "
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result
    }

    /// An element with text in it.
    static func element(_ name: String, _ text: String, class style: String? = nil) -> String {
        wrapped(name, escaped(text), class: style)
    }

    /// An element with other elements in it.
    static func wrapped(_ name: String, _ content: String, class style: String? = nil) -> String {
        "<\(name)\(style.map { " class=\"\($0)\"" } ?? "")>\(content)</\(name)>"
    }

    /// A table; the header stands once above.
    static func table(_ header: [String], _ rows: [[String]], class style: String? = nil) -> String {
        let head = wrapped("tr", header.map { element("th", $0) }.joined())
        let body = rows.map { wrapped("tr", $0.map { element("td", $0) }.joined()) }.joined(separator: "\n")
        return wrapped(
            "div", "<table><thead>\(head)</thead><tbody>\n\(body)\n</tbody></table>",
            class: "table" + (style.map { " \($0)" } ?? ""))
    }
}
