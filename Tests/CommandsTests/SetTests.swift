import BatteryModel
import Commands
import Reporting
import Testing

@Suite("busbar set and busbar settings")
struct SetTests {
    static let values: [(String, Unit, Int32?)] = [
        ("3.6", .millivolts, 3_600), ("3.6V", .millivolts, 3_600), ("3.456 V", .millivolts, 3_456),
        ("3600mV", .millivolts, 3_600), ("3600 mV", .millivolts, 3_600), ("3.4567", .millivolts, nil),
        ("3.5mV", .millivolts, nil), ("3,6", .millivolts, nil), ("3.6A", .millivolts, nil),
        ("", .millivolts, nil),
        ("3.", .millivolts, nil), (".5", .millivolts, nil), ("--3", .millivolts, nil),
        ("V", .millivolts, nil),
        ("100A", .milliamps, 100_000), ("99999999999", .milliamps, nil), ("3000000", .milliamps, nil),
        ("280Ah", .milliampHours, 280_000), ("55", .decicelsius, 550), ("-5.5C", .decicelsius, -55),
        ("on", .onOff, 1), ("off", .onOff, 0), ("yes", .onOff, nil), ("16", .count, 16), ("16m", .count, nil),
    ]

    @Test("a value is read as people write it, and never guessed", arguments: values)
    func value(text: String, unit: Unit, expected: Int32?) {
        #expect(SettingValueText.read(text, unit) == expected)
    }

    static let mistakes: [(String, String)] = [
        ("set", "busbar set: PACK is missing; PACK is the pack"),
        ("set A", "busbar set: NAME=VALUE is missing; NAME=VALUE is the setting and its new value"),
        (
            "set A balance_start",
            "'balance_start' gives nothing a value; write for example: balance_start=3.4V"
        ),
        ("set A balance_strat=3.4", "there is no setting 'balance_strat'; did you mean 'balance_start'?"),
        ("set A soc=3", "there is no setting 'soc'"),
        (
            "set A balance_start=3.4A",
            "balance_start is '3.4A'; it must be a voltage such as 3.6V or 3600mV"
        ),
        ("set A balancer_enabled=2", "balancer_enabled is '2'; it must be on or off"),
        ("set A balance_start=3.4V again", "'again' is one word too many"),
        ("settings A B", "'B' is one word too many"),
    ]

    @Test("a mistake on the command line is told with what to write", arguments: mistakes)
    func mistake(line: String, expected: String) throws {
        let outcome = try run(line)
        #expect(outcome.code == .usage)
        #expect(outcome.errors.contains(expected), "\(outcome.errors)")
    }

    @Test("without a gateway nothing happens", arguments: ["settings", "set A balance_start=3.4V --yes"])
    func alone(line: String) throws {
        let outcome = try run(line + " --socket /tmp/busbar-test-no-such.sock")
        #expect(outcome.code == .failure)
        #expect(outcome.output.isEmpty)
        #expect(outcome.errors.contains("no gateway answers at /tmp/busbar-test-no-such.sock"))
    }

    @Test("the table is as expected")
    func table() throws {
        let text = """
            {"packs":[{"name":"A","driver":"jk-modbus","isWritable":true,"settings":[
            {"name":"charge_limit","value":60000,"text":"60.000 A","configured":"100.000 A","ageSeconds":5.9,
            "lowest":1000,"highest":300000,"source":"map"},
            {"name":"can_protocol","value":4,"text":"4 (Victron CAN-bus BMS 2017-07-17)","ageSeconds":61}],
            "contradictions":[{"name":"charge_limit","level":"info",
            "words":"the BMS of pack A allows 60.000 A of charging, the configuration 100.000 A",
            "remedy":"Busbar stays below the BMS; raise the limit in the BMS if cells, fuses and cables bear it"}]},
            {"name":"B","driver":"jbd","isWritable":false,"settings":[],"contradictions":[]}],
            "write":{"number":1,"pack":"A","name":"balance_start","old":3400,"new":3420,"by":"anna",
            "result":"written","words":"balance_start of pack A from 3.400 V to 3.420 V by anna: written"}}
            """
        let document = try SettingsDocument(json: Array(text.utf8))
        let lines = SettingsTable(columns: 100).lines(document)
        try Snapshot.expect(lines.joined(separator: "\n") + "\n", "settings")
        #expect(SettingsTable(columns: 100).lines(document, pack: "B").count == 2)
    }
}
