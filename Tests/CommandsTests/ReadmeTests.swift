import BMSDrivers
import FoundationEssentials
import InverterProfiles
import Reporting
import Testing

@Suite("The README")
struct ReadmeTests {
    @Test("what works with what is what the tables say")
    func works() throws {
        let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
        let file = root.appending(path: "README.md")
        let readme = try String(contentsOf: file, encoding: .utf8)
        let begin = "<!-- generated: works -->\n\n"
        let end = "\n\n<!-- end -->"
        let parts = readme.split(separator: begin, maxSplits: 1)
        let rest = try #require(parts.last).split(separator: end, maxSplits: 1)
        let wanted = WorksTable.markdown(
            drivers: DriverTable.drivers.indices.map { DriverTable.drivers[$0] },
            profiles: ProfileTable.profiles.indices.map { ProfileTable.profiles[$0] })
        if ProcessInfo.processInfo.environment["BUSBAR_SNAPSHOTS"] == "write" {
            let written = [String(parts[0]), begin, wanted, end, String(rest[1])].joined()
            try Data(written.utf8).write(to: file)
        } else {
            #expect(rest[0] == wanted)
        }
    }
}
