/// Arranges text in columns and paragraphs.
public enum TextLayout {
    /// `text` filled up with spaces.
    public static func padded(_ text: String, _ width: Int) -> String {
        text + String(repeating: " ", count: max(0, width - text.count))
    }

    /// `text` in lines of at most `width` characters; its own line ends stay.
    public static func wrapped(_ text: String, width: Int) -> [String] {
        var lines: [String] = []
        for paragraph in text.split(separator: "\n", omittingEmptySubsequences: false) {
            var line = ""
            for word in paragraph.split(separator: " ") {
                if !line.isEmpty, line.count + 1 + word.count > width {
                    lines.append(line)
                    line = ""
                }
                line += (line.isEmpty ? "" : " ") + word
            }
            lines.append(line)
        }
        return lines
    }

    /// Rows under a headline, every column as wide as its longest entry; columns without any entry are left out.
    ///
    /// - Parameters:
    ///   - header: The names of the columns.
    ///   - rows: As many entries each as there are columns.
    ///   - indent: Spaces before each line.
    /// - Returns: The lines.
    public static func table(_ header: [String], _ rows: [[String]], indent: Int = 0) -> [String] {
        let used = header.indices.filter { column in rows.contains { !$0[column].isEmpty } }
        let widths = used.map { column in ([header] + rows).map { $0[column].count }.max() ?? 0 }
        return ([header] + rows).map { row in
            var line = String(repeating: " ", count: indent)
            for (place, column) in used.enumerated() {
                let isLast = place == used.count - 1
                line += isLast ? row[column] : padded(row[column], widths[place] + 2)
            }
            return String(line.reversed().drop { $0 == " " }.reversed())
        }
    }

    /// Rows under a headline as a Markdown table; columns without any entry are left out.
    ///
    /// - Parameters:
    ///   - header: The names of the columns.
    ///   - rows: As many entries each as there are columns.
    /// - Returns: The lines.
    public static func markdownTable(_ header: [String], _ rows: [[String]]) -> [String] {
        let used = header.indices.filter { column in rows.contains { !$0[column].isEmpty } }
        let line = { (cells: [String]) in "| " + cells.joined(separator: " | ") + " |" }
        let ruler = "|" + String(repeating: "---|", count: used.count)
        return [line(used.map { header[$0] }), ruler]
            + rows.map { row in line(used.map { markdown(row[$0]) }) }
    }

    /// A text as it stands in a cell of a Markdown table.
    private static func markdown(_ text: String) -> String {
        text.reduce(into: "") { result, character in
            switch character {
            case "|", "<", "*": result += "\\\(character)"
            case "\n": result += " "
            default: result.append(character)
            }
        }
    }

    /// The beginning of an enumeration, cut where one of its parts ends, or else a word.
    public static func beginning(of text: String, width: Int) -> String {
        guard text.count > width else { return text }
        let head = text.prefix(width - 2)
        if let end = head.lastIndex(where: { ",;".contains($0) }) { return head[..<end] + ", …" }
        return head[..<(head.lastIndex(of: " ") ?? head.endIndex)] + " …"
    }

    /// Facts with their names in front, wrapped behind them; those without text are left out.
    public static func facts(_ facts: [(name: String, text: String)], width: Int) -> [String] {
        let column = (facts.map(\.name.count).max() ?? 0) + 2
        return facts.filter { !$0.text.isEmpty }.flatMap { fact in
            wrapped(fact.text, width: max(20, width - column)).enumerated().map { number, line in
                padded(number == 0 ? fact.name : "", column) + line
            }
        }
    }
}
