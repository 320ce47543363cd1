import BusDiagnosis
import FoundationEssentials
import Testing

@Suite("Faults that are put into clean traffic")
struct CANAccuracyTests {
    /// What came of the cases of one finding.
    private struct Row {
        var finding: String
        var cases = 0, first = 0, found = 0, others = 0
    }

    @Test("are found first in 95 of 100 cases, and the documentation says in how many")
    func accuracy() throws {
        var rows: [Row] = []
        var wrong: [String] = []
        for fault in Fault.all {
            let index = rows.firstIndex { $0.finding == fault.finding } ?? rows.count
            if index == rows.count { rows.append(Row(finding: fault.finding)) }
            for speech in fault.speeches {
                let ids = fault.make(speech).account.ids
                rows[index].cases += 1
                if ids.contains(fault.finding) { rows[index].found += 1 }
                if ids.count > 1 { rows[index].others += 1 }
                if ids.first == fault.finding {
                    rows[index].first += 1
                } else {
                    wrong.append("\(fault.finding), \(fault.name), \(speech): \(ids)")
                }
            }
        }
        let cases = rows.map(\.cases).reduce(0, +), first = rows.map(\.first).reduce(0, +)
        #expect(cases >= 200)
        #expect(first * 100 >= cases * 95, "\(first) of \(cases); \(wrong)")
        #expect(Set(FindingTable.ofCAN).subtracting(rows.map(\.finding)) == [], "findings without a case")
        try Document.expect(Self.table(rows, wrong), "accuracy")
    }

    private static func table(_ rows: [Row], _ wrong: [String]) -> String {
        let cases = rows.map(\.cases).reduce(0, +), first = rows.map(\.first).reduce(0, +)
        var lines = [
            "\(first) of \(cases) faults are the first finding; clean traffic of \(Speech.all.count) kinds of batteries has none.",
            "", "| finding | cases | found first | found | with others |", "|---|---|---|---|---|",
        ]
        for row in rows {
            lines.append("| `\(row.finding)` | \(row.cases) | \(row.first) | \(row.found) | \(row.others) |")
        }
        if !wrong.isEmpty {
            lines += ["", "Where something else comes first:", ""]
            lines += wrong.map { "- \($0)" }
        }
        return lines.joined(separator: "\n")
    }
}

extension FindingTable {
    /// The ids of all findings on CAN.
    static var ofCAN: [String] { can.map { "\($0.id)" } }
}

/// Parts of the documentation that are written from what the code does.
///
/// `BUSBAR_SNAPSHOTS=write` makes a test run write them.
enum Document {
    static func expect(_ text: String, _ part: String, sourceLocation: SourceLocation = #_sourceLocation)
        throws
    {
        let file = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent().appending(path: "docs/diagnosis.md")
        let page = try String(contentsOf: file, encoding: .utf8)
        let begin = "<!-- generated: \(part) -->\n\n", end = "\n\n<!-- end of \(part) -->"
        let parts = page.split(separator: begin, maxSplits: 1)
        let rest = try #require(parts.last).split(separator: end, maxSplits: 1)
        if ProcessInfo.processInfo.environment["BUSBAR_SNAPSHOTS"] == "write" {
            let written = [String(parts[0]), begin, text, end, String(rest[1])].joined()
            try Data(written.utf8).write(to: file)
        } else {
            #expect(rest[0] == text, "see docs/diagnosis.md", sourceLocation: sourceLocation)
        }
    }
}
