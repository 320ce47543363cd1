import Commands
import Testing

struct SheetTests {
    static let lines = [
        "drivers", "drivers --json", "profiles", "profiles --json", "profiles pylontech-lv-can",
        "profiles pylontech-lv-can --json",
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
