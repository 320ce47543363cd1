import Commands
import InverterProfiles
import Testing

/// A command line that is refused, and what is said about it.
struct Refusal: Sendable, CustomTestStringConvertible {
    var line: String
    var said: String

    init(_ line: String, _ said: String) {
        self.line = line
        self.said = said
    }

    var testDescription: String { line }
}

struct ErrorTests {
    /// Every profile of the table, as errors list them.
    private static let profiles = ProfileTable.profiles.indices.map {
        "\(ProfileTable.profiles[$0].sheet.id)"
    }
    .joined(separator: ", ")

    static let refusals = [
        Refusal("decod", "busbar: there is no command 'decod'; did you mean 'decode'?"),
        Refusal("--vresion", "busbar: there is no command '--vresion'; "),
        Refusal("help chek", "busbar help: there is no command 'chek'; did you mean 'check'?"),
        Refusal("help a b", "busbar help: 'b' is one word too many; leave it out"),
        Refusal("decode", "busbar decode: FILE is missing; FILE is a recording, or - for the standard input"),
        Refusal("decode --jsn -", "busbar decode: there is no option '--jsn'; did you mean '--json'?"),
        Refusal(
            "decode -x -", "busbar decode: there is no option '-x'; there are --profile, --dialect, --all"),
        Refusal("decode --json=yes -", "busbar decode: --json takes no value; write --json alone"),
        Refusal("decode --json --json -", "busbar decode: --json is given twice; write --json alone"),
        Refusal(
            "decode --profile pylontech-lv -",
            "busbar decode: --profile is 'pylontech-lv'; it must be one of \(profiles); did you mean "
                + "'pylontech-lv-can'?"),
        Refusal("decode --profile", "busbar decode: --profile has no value; write --profile ID: one of"),
        Refusal(
            "decode --dialect v1.4 -", "busbar decode: there is no dialect of pylontech-lv-can called 'v1.4'"),
        Refusal(
            "decode --driver jbd",
            "busbar decode: FILE is missing; FILE is a recording, or - for the standard"),
        Refusal("decode --driver jdb -", "busbar decode: --driver is 'jdb'; it must be one of jk-modbus, "),
        Refusal(
            "decode --driver jbd --question stauts -",
            "busbar decode: there is no question of jbd called 'stauts'; did you mean 'status'?"),
        Refusal(
            "decode --driver jbd --question volts -",
            "busbar decode: there is no question of jbd called 'volts'; there are status, cells, model"),
        Refusal(
            "decode --driver jbd --profile sma-lv-can -",
            "busbar decode: --profile is about CAN frames; leave it or --driver out"),
        Refusal(
            "decode --driver jbd --all -", "busbar decode: --all is about CAN frames; leave it or --driver"),
        Refusal("decode --bytes 00 -", "busbar decode: --bytes is about answers of packs; add --driver ID"),
        Refusal("decode --question cells -", "busbar decode: --question is about answers of packs; add "),
        Refusal(
            "decode --driver jbd --bytes 00 -", "busbar decode: FILE and --bytes are given; leave one of them"
        ),
        Refusal("decode a.log b.log", "busbar decode: 'b.log' is one word too many; leave it out"),
        Refusal(
            "profiles victron-cam",
            "busbar profiles: ID is 'victron-cam'; it must be one of \(profiles); did you"
        ),
        Refusal("drivers x\u{1B}[31m", "busbar drivers: ID is 'x\u{FFFD}[31m'; it must be one of "),
        Refusal("dbc", "busbar dbc: ID is missing; ID is a profile, see 'busbar profiles'"),
        Refusal("simulate --soc 101 battery", "busbar simulate: --soc is 101; it must be 0 to 100"),
        Refusal("simulate --tcp 70000 battery", "busbar simulate: --tcp is 70000; it must be 0 to 65535"),
        Refusal("simulate --samples 0 battery", "busbar simulate: --samples is 0; it must be 1 to 100000"),
        Refusal(
            "simulate --current x battery", "busbar simulate: --current is 'x'; it must be a current such"),
        Refusal(
            "simulate --alarm fire battery", "busbar simulate: --alarm is 'fire'; it must be the name of"),
        Refusal(
            "simulate --profile sma-lv-can --dialect v9 inverter",
            "busbar simulate: there is no dialect of sma-lv-can called 'v9'"),
        Refusal("simulate --address 248 bms", "busbar simulate: --address is 248; it must be 0 to 247"),
        Refusal(
            "simulate --driver jbd --address 1 bms",
            "busbar simulate: --address is 1; jbd has only address 0"),
        Refusal(
            "simulate --driver pylontech --address 1 bms",
            "busbar simulate: --address is 1; pylontech has 2 to 127"),
        Refusal(
            "simulate --address 14 --packs 3 bms",
            "busbar simulate: 3 packs from address 14 on need up to 16; jk-modbus has 0 to 15"),
        Refusal("simulate --driver daly-d2 --packs 2 bms", "busbar simulate: 2 packs from address 210 on"),
        Refusal(
            "simulate --serial /dev/null inverter",
            "busbar simulate: --serial is given, but pylontech-lv-can is spoken on CAN; use --slcan for"),
        Refusal("version 2", "busbar version: '2' is one word too many; leave it out"),
    ]

    @Test("a command line that cannot be understood ends with 64 and says why", arguments: refusals)
    func refusal(row: Refusal) throws {
        let outcome = try run(row.line)
        #expect(outcome.code == .usage)
        #expect(outcome.output.isEmpty)
        #expect(outcome.errors.hasPrefix(row.said), "\(outcome.errors)")
        #expect(outcome.errors.hasSuffix("shows how it is used.\n"))
    }

    @Test(
        "what cannot be done ends with 1 and says why",
        arguments: [
            Refusal(
                "decode /no/such/file",
                "busbar decode: '/no/such/file' cannot be read; No such file or directory; check the path"),
            Refusal("decode /", "busbar decode: '/' cannot be read; Is a directory; check the path"),
        ])
    func failure(row: Refusal) throws {
        let outcome = try run(row.line)
        #expect(outcome.code == .failure)
        #expect(outcome.errors.hasPrefix(row.said), "\(outcome.errors)")
    }

    @Test("the exit codes are those of other tools")
    func codes() {
        #expect(ExitCode.success.rawValue == 0)
        #expect(ExitCode.failure.rawValue == 1)
        #expect(ExitCode.usage.rawValue == 64)
    }
}
