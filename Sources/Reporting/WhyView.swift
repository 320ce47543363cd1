/// Draws an explanation as lines for a terminal, or for a pipe.
public struct WhyView: Sendable {
    /// Whether to use colours.
    public var usesColor: Bool
    /// How many columns there are; longer lines are cut.
    public var columns: Int

    /// Makes a view.
    public init(usesColor: Bool = false, columns: Int = 120) {
        self.usesColor = usesColor
        self.columns = columns
    }

    private var text: TerminalText { TerminalText(usesColor: usesColor, columns: columns) }

    /// All four values, one line each.
    public func summary(_ document: ExplanationDocument) -> [String] {
        let writes = (document.settingWrites ?? []).map { text.cut("Set  \(tame($0.words))") }
        return ExplanationTopic.allCases.map { topic in text.cut(because(document, topic)) } + writes
    }

    /// One value with every rule that was asked.
    public func lines(_ document: ExplanationDocument, _ topic: ExplanationTopic) -> [String] {
        guard let limit = document.limit(topic) else { return soc(document).map(text.cut) }
        var lines = ["\(topic.rawValue.uppercased())  \(value(limit))   \(bank(document))"]
        lines += table(limit)
        for pack in document.packs ?? [] {
            guard let own = topic == .ccl ? pack.ccl : topic == .dcl ? pack.dcl : nil else { continue }
            lines += ["", "pack \(tame(pack.name)) alone  \(value(own))"] + table(own)
        }
        return (lines + ["", text.paint(because(document, topic), .bold)]).map(text.cut)
    }

    private func bank(_ document: ExplanationDocument) -> String {
        "the bank is \(tame(document.state)), stage \(tame(document.stage))"
    }

    private func table(_ limit: ExplanationDocument.Limit) -> [String] {
        let width = min(limit.rules.map { tame($0.words).count }.max() ?? 0, 60) + 2
        let head = "  " + pad("limit", 10) + pad("age", 8) + pad("rule", width) + "rises when"
        return [text.paint(head, .dim)]
            + limit.rules.map { rule in
                let mark = rule.standing == .winner ? "> " : rule.standing == .next ? "2 " : "  "
                let allowed = "\(TerminalText.fixed(rule.limit, 1)) \(tame(limit.unit))"
                let line =
                    mark + pad(allowed, 10) + pad(age(rule.ageSeconds), 8) + pad(tame(rule.words), width)
                    + tame(rule.risesWhen)
                return rule.standing == .winner ? text.paint(line, .bold) : line
            }
            + quiet(limit.quiet).map { text.paint($0, .dim) }
    }

    /// The rules that do not limit, in as few lines as there must be.
    private func quiet(_ names: [String]) -> [String] {
        var lines: [String] = []
        var line = "  -                 does not limit: "
        for (place, name) in names.enumerated() {
            let word = tame(name) + (place + 1 < names.count ? ", " : "")
            if line.count + word.count > min(columns, 110), !line.hasSuffix(": ") {
                lines.append(line)
                line = String(repeating: " ", count: 36)
            }
            line += word
        }
        return names.isEmpty ? [] : lines + [line]
    }

    private func soc(_ document: ExplanationDocument) -> [String] {
        let soc = document.soc
        let rows = [
            ("the packs say", soc.packsPercent, "bms"), ("counted charge", soc.countedPercent, "counted"),
            ("the shunt says", soc.shuntPercent, "shunt"),
        ]
        return ["SOC  \(percent(soc.percent))   \(bank(document))"]
            + rows.map { words, value, name in
                (name == soc.source ? "> " : "  ") + pad(percent(value), 10) + words
            }
            + ["", text.paint(because(document, .soc), .bold)]
    }

    private func because(_ document: ExplanationDocument, _ topic: ExplanationTopic) -> String {
        let name = topic.rawValue.uppercased()
        guard let limit = document.limit(topic) else {
            let soc = document.soc
            return "\(name) \(percent(soc.percent)) because \(tame(soc.reason)); "
                + "moves when \(tame(soc.movesWhen))"
        }
        guard let winner = limit.rules.first(where: { $0.standing == .winner }) else {
            return "\(name) \(value(limit))"
        }
        return "\(name) \(value(limit)) because \(tame(winner.words)); rises when \(tame(winner.risesWhen))"
    }

    private func value(_ limit: ExplanationDocument.Limit) -> String {
        "\(TerminalText.fixed(limit.value, 1)) \(tame(limit.unit))"
    }

    private func percent(_ value: Double?) -> String {
        value.map { TerminalText.fixed($0, 1) + " %" } ?? "-"
    }

    private func age(_ seconds: Double?) -> String {
        seconds.map { TerminalText.fixed($0, 1) + " s" } ?? "-"
    }

    private func pad(_ text: String, _ width: Int) -> String { TerminalText.pad(text, width) }
    private func tame(_ text: String) -> String { TerminalText.tame(text) }
}
