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
