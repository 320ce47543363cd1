/// A diagnosis as one page: findings first, then who speaks, what is told, drawings, and every identifier.
///
/// It needs no other file and no script, so that it can be sent by mail and read on a telephone.
public struct DiagnosisPage: Sendable {
    private let document: DiagnosisDocument

    /// A page of a document.
    public init(_ document: DiagnosisDocument) { self.document = document }

    /// The page.
    public var html: String {
        let title = "Diagnosis of \(document.source)"
        return """
            <!doctype html>
            <html lang="en">
            <head>
            <meta charset="utf-8">
            <meta name="viewport" content="width=device-width, initial-scale=1">
            <title>\(HTMLText.escaped(title))</title>
            <style>
            \(PageStyle.css)
            </style>
            </head>
            <body>
            <header>
            \(HTMLText.element("h1", title))
            \(HTMLText.element("p", summary, class: "quiet"))
            </header>
            <main>
            \(HTMLText.wrapped("section", HTMLText.element("h2", "What is wrong") + "\n" + findings))
            \(document.links.map(section).joined(separator: "\n"))
            </main>
            <footer>
            \(HTMLText.element("p", "Made by Busbar \(document.version). What is certain is what was measured; causes are ranked by how often they are met."))
            </footer>
            </body>
            </html>

            """
    }

    private var summary: String {
        var words = [document.format].compactMap { $0 }
        let count = document.findings.count
        words.append(count == 0 ? "nothing wrong was found" : count == 1 ? "1 finding" : "\(count) findings")
        return (words + document.flaws).joined(separator: "; ")
    }

    /// What is wrong on all links together, so that nobody has to look for it.
    private var findings: String {
        var parts: [String] = []
        var number = 0
        for link in document.links {
            for found in link.findings {
                number += 1
                parts.append(finding(found, number, on: document.links.count > 1 ? link.name : ""))
            }
        }
        for link in document.links where link.findings.isEmpty {
            let name = document.links.count > 1 ? "\(link.name): " : ""
            parts.append(HTMLText.element("p", name + Wording.nothingFound(link), class: "good"))
        }
        return parts.joined(separator: "\n")
    }

    private func section(_ link: DiagnosisDocument.Link) -> String {
        let name = link.name.isEmpty ? "" : HTMLText.element("h2", link.name)
        let parts = [
            name, HTMLText.element("p", traffic(link), class: "quiet"),
            part("Who speaks", link.talkers.map(talker).joined(separator: "\n")),
            part(
                "What is told",
                link.values.map { values($0, isNamed: link.values.count > 1) }.joined(separator: "\n")),
            part("Over time", drawings(link)),
            part("Identifiers", identifiers(link)), part("Addresses", addresses(link)),
        ]
        return HTMLText.wrapped("section", parts.joined(separator: "\n"))
    }

    private func part(_ title: String, _ content: String) -> String {
        content.isEmpty ? "" : HTMLText.element("h3", title) + "\n" + content
    }

    private func traffic(_ link: DiagnosisDocument.Link) -> String {
        let what = link.kind == "can" ? "CAN frames" : "bytes"
        var words = "\(link.count) \(what) in \(TerminalText.fixed(link.seconds, 1)) s"
        if let errors = link.errorFrames { words += ", \(errors == 0 ? "no" : "\(errors)") error frames" }
        if let began = link.beganAtUnixSeconds {
            let moment = CivilTime(seconds: Int64(began))
            words += ", from \(moment.date) \(moment.time) UTC"
        }
        return words
    }
}

// MARK: - Parts

extension DiagnosisPage {
    private func finding(_ finding: DiagnosisDocument.Finding, _ number: Int, on link: String) -> String {
        var facts = finding.facts.map { "\($0.label) \($0.value)" }
        if !finding.places.isEmpty {
            let numbers = finding.places.map { "\($0)" }.joined(separator: ", ")
            facts.append("line \(numbers)")
        }
        let head =
            HTMLText.element("span", finding.severity, class: "badge")
            + HTMLText.element(
                "span",
                (link.isEmpty ? "" : "on \(link), ") + "\(finding.layer), \(finding.certaintyPercent) % sure",
                class: "quiet")
        return """
            <article class="\(finding.severity)">
            <p class="head">\(head)</p>
            \(HTMLText.element("h4", "\(number). \(finding.title)"))
            \(HTMLText.element("p", finding.effect))
            \(facts.isEmpty ? "" : HTMLText.element("p", "Seen: " + facts.joined(separator: "; "), class: "facts"))
            <ol>\(finding.causes.map(cause).joined(separator: "\n"))</ol>
            </article>
            """
    }

    private func cause(_ cause: DiagnosisDocument.Cause) -> String {
        HTMLText.wrapped(
            "li",
            HTMLText.element("strong", cause.text) + " "
                + HTMLText.element("span", cause.layer, class: "quiet")
                + "<dl><dt>Test</dt>" + HTMLText.element("dd", cause.test) + "<dt>If so</dt>"
                + HTMLText.element("dd", cause.tells) + "<dt>Change</dt>" + HTMLText.element("dd", cause.fix)
                + "<dt>Known from</dt>" + HTMLText.element("dd", cause.source, class: "quiet") + "</dl>")
    }

    private func talker(_ talker: DiagnosisDocument.Talker) -> String {
        let best = talker.candidates.first
        let what = [
            best.map { "\($0.name), \(TerminalText.fixed($0.scorePercent, 0)) %" },
            talker.sender.map { "sent by \($0)" }, talker.remark,
        ].compactMap { $0 }.joined(separator: "; ")
        var lines = HTMLText.wrapped(
            "p", HTMLText.element("strong", talker.role) + " " + HTMLText.escaped(what))
        let places = talker.identifiers + talker.addresses.map { "address \($0)" }
        lines += HTMLText.element("p", places.joined(separator: " "), class: "mono quiet")
        if let best {
            let reasons = best.reasons.map { "\($0.label) \($0.value)" }.joined(separator: "; ")
            lines += HTMLText.element("p", "Why: " + reasons, class: "quiet")
        }
        let others = talker.candidates.dropFirst().map {
            "\($0.name) \(TerminalText.fixed($0.scorePercent, 0)) %"
        }
        if !others.isEmpty {
            lines += HTMLText.element("p", "Runners-up: " + others.joined(separator: ", "), class: "quiet")
        }
        return HTMLText.wrapped("div", lines, class: "talker")
    }

    private func values(_ group: DiagnosisDocument.ValueGroup, isNamed: Bool) -> String {
        let cells = group.values.map {
            HTMLText.wrapped("div", HTMLText.element("dt", $0.label) + HTMLText.element("dd", $0.value))
        }.joined()
        let alarms = group.alarms.map { alarms in
            HTMLText.element("p", "Alarms: " + (alarms.isEmpty ? "none" : alarms.joined(separator: ", ")))
        }
        return (isNamed ? HTMLText.element("h4", group.name) : "")
            + HTMLText.wrapped("dl", cells, class: "values") + (alarms ?? "")
    }

    private func drawings(_ link: DiagnosisDocument.Link) -> String {
        var names: [String] = []
        for series in link.series where !names.contains(series.plot) { names.append(series.plot) }
        let drawn = names.compactMap { name in
            PlotDrawing(name, link.series.filter { $0.plot == name })?.html
        }
        return drawn.isEmpty ? "" : HTMLText.wrapped("div", drawn.joined(separator: "\n"), class: "plots")
    }

    private func identifiers(_ link: DiagnosisDocument.Link) -> String {
        guard !link.identifiers.isEmpty else { return "" }
        return HTMLText.table(
            ["identifier", "name", "frames", "every", "longest", "bytes", "last"],
            link.identifiers.map { row in
                [
                    row.id, row.name ?? "", "\(row.count)", Wording.milliseconds(row.periodMilliseconds),
                    Wording.milliseconds(row.longestMilliseconds),
                    row.lengths.map { "\($0)" }.joined(separator: ", "),
                    row.last,
                ]
            }, class: "mono")
    }

    private func addresses(_ link: DiagnosisDocument.Link) -> String {
        link.addresses.isEmpty
            ? "" : HTMLText.table(Wording.addressHeader, link.addresses.map(Wording.columns), class: "mono")
    }
}
