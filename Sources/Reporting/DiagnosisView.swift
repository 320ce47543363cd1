/// Draws a diagnosis as lines for a terminal, or for a pipe: what is heard, who speaks, what he says, what is wrong.
public struct DiagnosisView: Sendable {
    private let text: TerminalText
    /// How many causes of a finding are shown.
    private let causes: Int
    /// Whether every identifier is listed.
    private let showsIdentifiers: Bool

    /// Makes a view.
    public init(
        usesColor: Bool = false, columns: Int = 100, causes: Int = .max, showsIdentifiers: Bool = false
    ) {
        text = TerminalText(usesColor: usesColor, columns: max(columns, 40))
        self.causes = causes
        self.showsIdentifiers = showsIdentifiers
    }

    /// The whole picture.
    public func lines(_ document: DiagnosisDocument) -> [String] {
        var lines = [head(document)]
        for flaw in document.flaws { lines += wrapped(flaw, indent: 2) }
        for link in document.links { lines += [""] + self.lines(link, isOnly: document.links.count == 1) }
        return lines.map(text.cut)
    }

    private func head(_ document: DiagnosisDocument) -> String {
        text.paint(tame(document.source), .bold) + (document.format.map { ", \($0)" } ?? "")
    }

    private func lines(_ link: DiagnosisDocument.Link, isOnly: Bool) -> [String] {
        var lines = [traffic(link)]
        lines += section("Who speaks", link.talkers.flatMap(talker))
        lines += section("What is told", link.values.flatMap(values))
        let findings = link.findings.enumerated().flatMap { number, finding in
            (number == 0 ? [] : [""]) + self.finding(finding, number + 1)
        }
        let verdict = link.findings.isEmpty ? wrapped(Wording.nothingFound(link), indent: 2) : findings
        lines += section("What is wrong", verdict)
        guard showsIdentifiers else { return lines }
        return lines
            + (link.identifiers.isEmpty ? [] : section("Identifiers", identifiers(link)))
            + (link.addresses.isEmpty ? [] : section("Addresses", addresses(link)))
    }

    private func section(_ title: String, _ lines: [String]) -> [String] {
        lines.isEmpty ? [] : ["", text.paint(title, .bold)] + lines
    }

    private func traffic(_ link: DiagnosisDocument.Link) -> String {
        let what = link.kind == "can" ? "CAN frames" : "bytes"
        let rate = link.seconds > 0 ? ", \(TerminalText.fixed(Double(link.count) / link.seconds, 0))/s" : ""
        let name = link.name.isEmpty ? "" : "\(tame(link.name)): "
        let errors = link.errorFrames.map { $0 == 0 ? ", no error frames" : ", \($0) error frames" } ?? ""
        return name + "\(link.count) \(what) in \(TerminalText.fixed(link.seconds, 1)) s\(rate)\(errors)"
    }

    private func talker(_ talker: DiagnosisDocument.Talker) -> [String] {
        var words: [String] = []
        if let best = talker.candidates.first {
            words.append("\(best.name), \(TerminalText.fixed(best.scorePercent, 0)) %")
        }
        if let sender = talker.sender { words.append("sent by \(sender)") }
        if let remark = talker.remark { words.append(remark) }
        let places = talker.identifiers + talker.addresses.map { "address \($0)" }
        var lines = indented(talker.role, words.joined(separator: ", "))
        if !places.isEmpty { lines += indented("", places.joined(separator: " ")) }
        let others = talker.candidates.dropFirst().prefix(3).map {
            "\($0.name) \(TerminalText.fixed($0.scorePercent, 0)) %"
        }
        if !others.isEmpty { lines += indented("", "runners-up: " + others.joined(separator: ", ")) }
        return lines
    }

    private func values(_ group: DiagnosisDocument.ValueGroup) -> [String] {
        let numbers = group.values.map { "\($0.label) \(tame($0.value))" }.joined(separator: "   ")
        var lines = indented(group.name, numbers)
        if let alarms = group.alarms {
            lines += indented("", "alarms: " + (alarms.isEmpty ? "none" : alarms.joined(separator: ", ")))
        }
        return lines
    }

    private func identifiers(_ link: DiagnosisDocument.Link) -> [String] {
        TextLayout.table(
            ["identifier", "name", "frames", "every", "longest", "bytes", "last", "age"],
            link.identifiers.map { row in
                [
                    row.id, row.name ?? "", "\(row.count)", milliseconds(row.periodMilliseconds),
                    milliseconds(row.longestMilliseconds),
                    row.lengths.map { "\($0)" }.joined(separator: ","), row.last,
                    TerminalText.fixed(row.ageSeconds, 1) + " s",
                ]
            }, indent: 2)
    }

    private func addresses(_ link: DiagnosisDocument.Link) -> [String] {
        TextLayout.table(Wording.addressHeader, link.addresses.map(Wording.columns), indent: 2)
    }

    private func milliseconds(_ value: Double?) -> String {
        Wording.milliseconds(value)
    }
}

// MARK: - Findings

extension DiagnosisView {
    private func finding(_ finding: DiagnosisDocument.Finding, _ number: Int) -> [String] {
        let paint: TerminalText.Paint =
            finding.severity == "fault" ? .red : finding.severity == "warning" ? .yellow : .dim
        let mark = text.paint(finding.severity.uppercased(), paint)
        var lines = [
            " \(number) \(mark) (\(finding.layer), \(finding.certaintyPercent) % sure): "
                + text.paint(finding.title, .bold)
        ]
        lines += wrapped(finding.effect, indent: 3)
        let facts = finding.facts.map { "\($0.label) \(tame($0.value))" }.joined(separator: "; ")
        if !facts.isEmpty { lines += wrapped("Seen: " + facts + places(finding), indent: 3) }
        for (index, cause) in finding.causes.prefix(causes).enumerated() {
            lines += wrapped((index == 0 ? "Likely: " : "Or: ") + "\(cause.text) (\(cause.layer))", indent: 3)
            lines += wrapped("test: \(cause.test); if so, \(cause.tells)", indent: 5)
            lines += wrapped("then: \(cause.fix)", indent: 5)
        }
        return lines
    }

    private func places(_ finding: DiagnosisDocument.Finding) -> String {
        guard !finding.places.isEmpty else { return "" }
        let numbers = finding.places.map { "\($0)" }.joined(separator: ", ")
        return finding.places.count == 1 ? "; see line \(numbers)" : "; see lines \(numbers)"
    }

    private func indented(_ name: String, _ words: String) -> [String] {
        let wrapped = TextLayout.wrapped(words, width: text.columns - 12)
        return wrapped.enumerated().map { index, line in
            "  " + TerminalText.pad(index == 0 ? name : "", 10) + line
        }
    }

    private func wrapped(_ words: String, indent: Int) -> [String] {
        TextLayout.wrapped(words, width: text.columns - indent).map {
            String(repeating: " ", count: indent) + $0
        }
    }

    private func tame(_ words: String) -> String { TerminalText.tame(words) }
}
