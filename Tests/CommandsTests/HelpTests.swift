import Commands
import Testing

struct HelpTests {
    @Test("the overview is as expected, however it is asked for", arguments: ["", "help", "--help", "-h"])
    func overview(line: String) throws {
        let outcome = try run(line)
        #expect(outcome.code == .success)
        #expect(outcome.errors.isEmpty)
        try Snapshot.expect(outcome.output, "help")
    }

    @Test(
        "the page of each command is as expected, asked for in both ways",
        arguments: Busbar.commands.map { $0.name })
    func page(name: String) throws {
        let outcome = try run("help \(name)")
        #expect(outcome.code == .success)
        #expect(outcome == (try run("\(name) --help")))
        #expect(outcome == (try run("\(name) --no-such-option -h")))
        try Snapshot.expect(outcome.output, "help-\(name)")
    }

    @Test("the installer finds every command in the overview, and nothing else")
    func installer() throws {
        let lines = try run("").output.split(separator: "\n").filter { $0.hasPrefix("  ") }
        let names = lines.map { String($0.dropFirst(2).prefix { $0 != " " }) }
        #expect(names == Busbar.commands.map { $0.name })
        #expect(lines.allSatisfy { $0.dropFirst(2).drop { $0 != " " }.hasPrefix("  ") })
        #expect(names.allSatisfy { $0.allSatisfy { $0.isLowercase || $0 == "-" } })
    }

    @Test("help pages are plain text of at most 100 columns", arguments: Busbar.commands.map { $0.name })
    func plain(name: String) throws {
        let page = try run("help \(name)").output
        #expect(page.split(separator: "\n").allSatisfy { $0.count <= 100 || $0.contains("busbar") })
        #expect(page.unicodeScalars.allSatisfy { $0.value >= 0x20 || $0 == "\n" })
        #expect(page.hasSuffix("\n"))
    }

    @Test("a help option behind -- is a word like any other")
    func literal() throws {
        let outcome = try run("check -- --help")
        #expect(outcome.code == .failure)
        #expect(outcome.output.contains("--help:1:1: the file cannot be read"))
    }

    @Test("the version is written as text and as JSON")
    func version() throws {
        #expect(try run("version").output == "busbar 0.1.0\n")
        #expect(try run("--version").output == "busbar 0.1.0\n")
        #expect(try run("version --json").output == #"{"name":"busbar","version":"0.1.0"}"# + "\n")
    }
}
