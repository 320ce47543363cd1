import Commands
import Testing

struct SheetTests {
    static let lines = [
        "drivers", "drivers --json", "profiles", "profiles --json", "profiles pylontech-lv-can",
        "profiles pylontech-lv-can --json", "profiles schneider-lv-can",
    ]

    @Test("lists and sheets are as expected", arguments: lines)
    func sheet(line: String) throws {
        let outcome = try run(line)
        #expect(outcome.code == .success)
        #expect(outcome.errors.isEmpty)
        try Snapshot.expect(outcome.output, line.replacing(" --", with: "-").replacing(" ", with: "-"))
    }

    @Test("every driver has a sheet with signals, as text and as JSON")
    func drivers() throws {
        let packs = try run("drivers").output.split(separator: "\n").dropFirst()
        for line in packs.prefix(while: { !$0.hasPrefix("shunt") }) {
            let id = line.prefix { $0 != " " }
            try Snapshot.expect(run("drivers \(id)").output, "drivers-\(id)")
            let json = try run("drivers \(id) --json").output
            #expect(json.hasPrefix(#"{"id":"\#(id)","#))
            #expect(json.contains(#""signals":[{"#))
        }
    }

    @Test("every profile has a sheet and a page that say what it is, and no sign of life where none is known")
    func profiles() throws {
        for id in try run("profiles").output.split(separator: "\n").dropFirst().map({
            $0.prefix { $0 != " " }
        }) {
            let text = try run("profiles \(id)").output
            let page = try run("profiles --markdown \(id)").output
            let isExperimental = text.contains(
                "experimental: not proven with a real inverter and battery yet")
            #expect(isExperimental != text.contains("proven by frames of real devices"))
            #expect(page.contains("experimental") == isExperimental)
            #expect(
                page.contains("\n| id | \(id) |\n")
                    && page.contains("## Alarms that the inverter cannot be told"))
            #expect(!text.contains("keep-alive  FFFFFFFF"))
        }
        #expect(try run("profiles pytes-can").output.contains("\nkeep-alive  none known\n"))
        #expect(try run("profiles --markdown").output.contains("| [`pytes-can`](pytes-can.md) |"))
        #expect(try run("profiles --markdown --json").code == .usage)
    }

    @Test("a DBC file has the frames of the dialect that was asked for")
    func dbc() throws {
        let usual = try run("dbc pylontech-lv-can")
        #expect(usual.code == .success)
        #expect(usual.output.contains("BO_ 860 request_flags: 8 Battery"))
        let short = try run("dbc --unpadded pylontech-lv-can").output
        #expect(short.contains("BO_ 860 request_flags: 2 Battery"))
        let other = try run("dbc --dialect v1.3 pylontech-lv-can").output
        #expect(!other.contains("request_flags"))
        #expect(other.contains("BO_ 858 alarm_warning_2bit"))
    }

    @Test("JSON texts are escaped")
    func json() {
        let value = JSON.object([
            ("a\"\\\n\u{1}", .string("é\t")), ("n", .number("-0.5")), ("e", .array([])), ("o", .object([])),
            ("z", .null), ("t", .bool(true)),
        ])
        #expect(value.text == #"{"a\"\\\n\u0001":"é\u0009","n":-0.5,"e":[],"o":{},"z":null,"t":true}"#)
    }
}
