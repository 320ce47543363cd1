import BusDiagnosis
import Testing

@Suite("Faults that are put into clean traffic")
struct AccuracyTests {
    /// What came of the cases of one finding on one kind of line.
    private struct Row {
        var finding: String, line: String
        var cases = 0, first = 0, found = 0, others = 0
    }

    /// What came of all cases.
    private struct Score {
        var rows: [Row] = []
        var wrong: [String] = []

        mutating func note(_ finding: String, on line: String, _ account: DiagnosisAccount, _ name: String) {
            let index = rows.firstIndex { $0.finding == finding && $0.line == line } ?? rows.count
            if index == rows.count { rows.append(Row(finding: finding, line: line)) }
            rows[index].cases += 1
            if account.ids.contains(finding) { rows[index].found += 1 }
            if account.ids.count > 1 { rows[index].others += 1 }
            if account.ids.first == finding {
                rows[index].first += 1
            } else {
                let instead = account.ids.isEmpty ? "nothing" : account.ids.joined(separator: ", ")
                wrong.append("\(finding), \(name): \(instead)")
            }
            for finding in account.findings {
                #expect((50...100).contains(finding.certainty) && !finding.sheet.causes.isEmpty)
            }
        }

        func count(of line: String? = nil) -> (first: Int, cases: Int) {
            let rows = rows.filter { line == nil || $0.line == line }
            return (rows.map(\.first).reduce(0, +), rows.map(\.cases).reduce(0, +))
        }
    }

    @Test("are found first in 95 of 100 cases, on each kind of line, and the documentation says in how many")
    func accuracy() throws {
        var score = Score()
        for fault in Fault.all {
            for speech in fault.speeches {
                score.note(
                    fault.finding, on: "CAN", fault.make(speech).account, "\(fault.name), \(speech)")
            }
        }
        for fault in SerialFault.all {
            var cases = 0
            for speaker in SerialSpeaker.all {
                guard let events = fault.make(speaker) else { continue }
                cases += 1
                score.note(
                    fault.finding(of: speaker), on: "serial",
                    events.heard(fault.options(speaker)).account(),
                    "\(fault.name), \(speaker.testDescription)")
            }
            #expect(cases > 0, "\(fault.testDescription)")
        }
        for line in ["CAN", "serial"] {
            let (first, cases) = score.count(of: line)
            #expect(cases >= 200)
            #expect(first * 100 >= cases * 95, "\(first) of \(cases); \(score.wrong)")
        }
        let untried = Set(FindingTable.all.map { "\($0.id)" }).subtracting(score.rows.map(\.finding))
        #expect(untried == [], "findings without a case")
        try Document.expect(Self.table(score), "accuracy")
    }

    private static func table(_ score: Score) -> String {
        let (all, can, serial) = (score.count(), score.count(of: "CAN"), score.count(of: "serial"))
        var lines = [
            "**\(all.first) of \(all.cases) faults are the first finding**: \(can.first) of \(can.cases) on CAN,"
                + " \(serial.first) of \(serial.cases) on serial lines. Clean traffic of \(Speech.all.count) kinds of"
                + " batteries on CAN and of \(SerialSpeaker.all.count) on serial lines has no finding.",
            "", "| finding | on | cases | found first | found | with others |", "|---|---|---|---|---|---|",
        ]
        for row in score.rows {
            lines.append(
                "| `\(row.finding)` | \(row.line) | \(row.cases) | \(row.first) | \(row.found) | \(row.others) |"
            )
        }
        if !score.wrong.isEmpty {
            lines += ["", "Where something else comes first, and what:", ""]
            lines += score.wrong.map { "- \($0)" }
        }
        return lines.joined(separator: "\n")
    }
}
