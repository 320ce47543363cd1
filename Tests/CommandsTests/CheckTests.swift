import Commands
import Glibc
import Settings
import Testing

struct CheckTests {
    static let names = ["first-light", "listen-to-master", "one-pack-slcan"]

    /// A file with nothing wrong in it.
    private static func sound() throws -> String {
        try #require(Snapshot.contents(packageFolder + "examples/first-light.yaml"))
    }

    @Test("the examples have no problem", arguments: names)
    func examples(name: String) throws {
        let path = "\(packageFolder)examples/\(name).yaml"
        let outcome = try run("check \(path)")
        #expect(outcome == Outcome(code: .success, output: "\(path): OK\n", errors: ""))
    }

    @Test("the example for energy managers has no problem, and its profile is experimental")
    func energyManager() throws {
        let path = "\(packageFolder)examples/energy-manager.yaml"
        let outcome = try run("check \(path)")
        #expect(outcome.code == .success && outcome.errors.isEmpty)
        #expect(outcome.output.hasPrefix("\(path): OK\nnote: the profile sunspec-battery is experimental"))
    }

    @Test("the example with packs on CAN has no problem, and its driver is experimental")
    func packsOnCAN() throws {
        let path = "\(packageFolder)examples/packs-on-can.yaml"
        let outcome = try run("check \(path)")
        #expect(outcome.code == .success && outcome.errors.isEmpty)
        #expect(outcome.output.hasPrefix("\(path): OK\nnote: the driver jk-can is experimental"))
    }

    @Test("the effective settings can be read again and say the same")
    func effective() throws {
        let file = try TemporaryFile(Self.sound())
        let first = try run("check --effective \(file.path)")
        #expect(first.code == .success)
        let settings = String(first.output.drop { $0 != "\n" })
        let copy = try TemporaryFile(settings)
        let second = try run("check --effective \(copy.path)")
        #expect(String(second.output.drop { $0 != "\n" }) == settings)
        let json = try run("check --json --effective \(file.path)").output
        #expect(json.contains(#""ok":true,"problems":[],"omitted":0,"notes":[],"effective":"links:\n"#))
    }

    @Test("an experimental profile is called so, as text, as JSON and above the effective settings")
    func experimental() throws {
        let text = try Self.sound().replacing("profile: pylontech-lv-can", with: "profile: pytes-can")
        let file = try TemporaryFile(text)
        let note = "the profile pytes-can is experimental: not proven with a real inverter and battery yet"
        #expect(try run("check \(file.path)").output == "\(file.path): OK\nnote: \(note)\n")
        #expect(try run("check --json \(file.path)").output.contains(#""notes":["\#(note)"]"#))
        #expect(try run("check --effective \(file.path)").output.contains("\n# note: \(note)\nlinks:"))
    }

    @Test("all problems of a broken file are told at once, with their places")
    func broken() throws {
        let text = try Self.sound().replacing("capacity: 280 Ah", with: "capacity: 280")
            .replacing("profile: pylontech-lv-can", with: "profile: pylontech-hv-can")
        let file = try TemporaryFile(text)
        let outcome = try run("check \(file.path)")
        #expect(outcome.code == .failure)
        #expect(outcome.errors.isEmpty)
        #expect(outcome.output.split(separator: "\n").count == 4)
        try Snapshot.expect(outcome.output.replacing(file.path, with: "busbar.yaml"), "check-broken")
        let json = try run("check --json \(file.path)")
        #expect(json.code == .failure)
        try Snapshot.expect(json.output.replacing(file.path, with: "busbar.yaml"), "check-broken-json")
    }

    @Test("a file that is not there is a problem of its own")
    func missing() throws {
        #expect(
            try run("check /no/such/file.yaml")
                == Outcome(
                    code: .failure,
                    output: "/no/such/file.yaml:1:1: the file cannot be read; No such file or directory; "
                        + "check the path and the permissions\n",
                    errors: ""))
    }

    @Test("drivers and profiles are those of the tables")
    func catalogue() throws {
        let driver = try #require(DeviceCatalogue.builtIn.drivers.first)
        #expect(driver.readModes == [.frames, .registers])
        #expect(driver.canListen)
        #expect(driver.addresses == 0...15)
        #expect(driver.defaultBaud == 115_200)
        let profile = try #require(DeviceCatalogue.builtIn.profiles.first)
        #expect(profile.id == "pylontech-lv-can")
        #expect(profile.bitrateKbitPerSecond == 500)
        #expect(profile.dialects == ["V1.2", "V1.3"])
    }
}
