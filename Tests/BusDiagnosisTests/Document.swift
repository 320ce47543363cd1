import FoundationEssentials
import Testing

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
