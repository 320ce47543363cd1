import Reporting

/// The overview and the page of one command, made from what the commands ask for.
public enum HelpPage {
    /// The characters in a line, whatever the terminal: the pages are also installed as a file.
    private static let width = 100

    /// Every command in a line.
    ///
    /// The installer reads the names from the lines indented by two spaces.
    public static func overview() -> String {
        let rows = Busbar.commands.map { [$0.name, $0.summary] }
        let widest = rows.map { $0[0].count }.max() ?? 0
        let lines = rows.map { row in
            "  " + row[0] + String(repeating: " ", count: max(widest, 9) - row[0].count + 2) + row[1]
        }
        return """
            busbar \(Busbar.version) - makes batteries and inverters understand each other

            Usage: busbar COMMAND [options]

            \(lines.joined(separator: "\n"))

            'busbar help COMMAND' explains a command.

            """
    }

    /// The page of a command.
    public static func page<Chosen: Command>(of command: Chosen.Type) throws(UsageError) -> String {
        var arguments = Arguments.describing
        _ = try command.init(&arguments)
        let positionals = arguments.declared.filter { $0.kind == .positional }
        let options = arguments.declared.filter { $0.kind != .positional }
        var usage = ["busbar", command.name]
        usage += options.filter(\.isRequired).map { "\($0.name) \($0.valueName)" } + ["[options]"]
        usage += positionals.map { $0.isRequired ? $0.name : "[\($0.name)]" }
        var page = "busbar \(command.name) - \(command.summary)\n\nUsage: \(usage.joined(separator: " "))\n"
        for paragraph in TextLayout.wrapped(command.about, width: width) { page += "\n" + paragraph }
        page += "\n"
        page += section("Arguments", positionals.map { ($0.name, sentence($0)) })
        page += section(
            "Options",
            options.map { ($0.valueName.isEmpty ? $0.name : "\($0.name) \($0.valueName)", sentence($0)) }
                + [("--help", "Show this page.")])
        guard !command.examples.isEmpty else { return page }
        page += "\nExamples:\n"
        for example in command.examples { page += "  # \(example.about)\n  \(example.line)\n" }
        return page
    }

    private static func sentence(_ declared: Arguments.Declaration) -> String {
        var text = declared.about.prefix(1).uppercased() + declared.about.dropFirst() + "."
        if !declared.choices.isEmpty { text += " One of: \(declared.choices.joined(separator: ", "))." }
        if let fallback = declared.fallback { text += " Default: \(fallback)." }
        return text
    }

    private static func section(_ title: String, _ rows: [(name: String, text: String)]) -> String {
        guard !rows.isEmpty else { return "" }
        let column = min((rows.map(\.name.count).max() ?? 0) + 4, 28)
        var section = "\n\(title):\n"
        for row in rows {
            let lines = TextLayout.wrapped(row.text, width: width - column)
            let isLong = row.name.count + 4 > column
            var head = "  " + row.name
            if isLong {
                section += head + "\n"
                head = ""
            }
            for line in lines {
                section += TextLayout.padded(head, column) + line + "\n"
                head = ""
            }
        }
        return section
    }
}
