import BusDiagnosis
import Testing

@Suite("The table of findings")
struct FindingTableTests {
    @Test("has ids of its own, and causes that say what to do")
    func rows() {
        let ids = FindingTable.all.map { "\($0.id)" }
        #expect(Set(ids).count == ids.count)
        for sheet in FindingTable.all {
            #expect("\(sheet.effect)".hasSuffix("."), "\(sheet.id)")
            for text in [sheet.title]
                + sheet.causes.flatMap({ [$0.text, $0.test, $0.tells, $0.fix, $0.source] })
            {
                #expect(text.utf8CodeUnitCount > 2 && !"\(text)".hasSuffix("."), "\(sheet.id): \(text)")
            }
        }
    }

    @Test("stands in the documentation")
    func documented() throws {
        var lines = [
            "| finding | layer | how bad | what is wrong | the likeliest cause |", "|---|---|---|---|---|",
        ]
        for sheet in FindingTable.all.sorted(by: {
            ($0.layer.rawValue, "\($0.id)") < ($1.layer.rawValue, "\($1.id)")
        }) {
            lines.append(
                "| `\(sheet.id)` | \(Self.words(sheet.layer)) | \(sheet.severity) | \(sheet.title) | \(sheet.causes[0].text) |"
            )
        }
        try Document.expect(lines.joined(separator: "\n"), "findings")
    }

    private static func words(_ layer: Layer) -> String {
        layer == .firmwareAndMode ? "firmware and mode" : "\(layer)"
    }
}
