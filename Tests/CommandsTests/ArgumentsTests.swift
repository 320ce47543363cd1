import BatteryModel
import Commands
import TestSupport
import Testing

/// A choice, as commands have them.
private enum Bus: String, CaseIterable, ArgumentValue {
    case can
    case serial
}

/// A command that asks for one of everything.
private struct Everything: Equatable {
    var isLoud: Bool
    var bus: Bus
    var count: Int
    var time: Interval?
    var faults: [String]
    var need: Int
    var file: String
    var other: String?

    init(_ a: inout Arguments) throws(UsageError) {
        isLoud = try a.flag("--loud", "say more")
        bus = try a.option("--bus", default: Bus.can, "which wire")
        count = try a.option("--count", default: 3, in: 1...9, "how many")
        time = try a.option("--for", of: Interval.self, "how long")
        faults = try a.options("--fault", of: String.self, "what goes wrong")
        need = try a.requiredOption("--need", of: Int.self, "a number")
        file = try a.positional("FILE", of: String.self, "the file")
        other = try a.optionalPositional("OTHER", of: String.self, "another file")
        try a.finish()
    }

    static func reading(_ line: String) -> String {
        var arguments = Arguments(line.split(separator: " ").map(String.init))
        do throws(UsageError) {
            let all = try Everything(&arguments)
            return "\(all.isLoud) \(all.bus) \(all.count) \(all.time.map(\.argumentText) ?? "-") "
                + "\(all.faults) \(all.need) \(all.file) \(all.other ?? "-")"
        } catch {
            return error.description
        }
    }
}

struct ArgumentsTests {
    static let rows: [(line: String, result: String)] = [
        ("--need 1 f", "false can 3 - [] 1 f -"),
        ("f --need 1 g --loud", "true can 3 - [] 1 f g"),
        ("--need=0x10 --bus=serial --count=9 f", #"false serial 9 - [] 16 f -"#),
        ("--need 1 --for 20 f", "false can 3 20 s [] 1 f -"),
        ("--need 1 --for 500ms f", "false can 3 500 ms [] 1 f -"),
        ("--need 1 --for 1.5min f", "false can 3 90 s [] 1 f -"),
        ("--need 1 --for 1h30 f", "false can 3 5400 s [] 1 f -"),
        ("--need 1 --for 0h05min f", "false can 3 300 s [] 1 f -"),
        ("--need 1 --for 2d f", "false can 3 172800 s [] 1 f -"),
        ("--need 1 --for 2h f", "false can 3 7200 s [] 1 f -"),
        ("--fault a --need -5 --fault b f", #"false can 3 - ["a", "b"] -5 f -"#),
        ("--fault=--loud --need 1 f", #"false can 3 - ["--loud"] 1 f -"#),
        ("--need 1 -", "false can 3 - [] 1 - -"),
        ("--need 1 -- --loud -x", "false can 3 - [] 1 --loud -x"),
        ("--need 1 a -- b", "false can 3 - [] 1 a b"),
        ("f", "--need is missing; add --need NUMBER: a number"),
        ("--need 1", "FILE is missing; FILE is the file"),
        ("--need 1 a b c", "'c' is one word too many; leave it out"),
        ("--need 1 a b -- c", "'c' is one word too many; leave it out"),
        ("--need x f", "--need is 'x'; it must be a whole number"),
        ("--need 0x f", "--need is '0x'; it must be a whole number"),
        ("--need 99999999999999999999 f", "--need is '99999999999999999999'; it must be a whole number"),
        ("--need= f", "--need is ''; it must be a whole number"),
        ("--need --loud f", "--need has no value; write --need NUMBER: a whole number"),
        ("f --need", "--need has no value; write --need NUMBER: a whole number"),
        ("--need 1 --bus cam f", "--bus is 'cam'; it must be one of can, serial; did you mean 'can'?"),
        ("--need 1 --bus can --bus can f", "--bus is given twice; write it once"),
        ("--need 1 --count 10 f", "--count is 10; it must be 1 to 9"),
        ("--need 1 --lout f", "there is no option '--lout'; did you mean '--loud'?"),
        ("--need 1 --lout=3 f", "there is no option '--lout'; did you mean '--loud'?"),
        ("--need 1 --loud=3 f", "--loud takes no value; write --loud alone"),
        (
            "--need 1 --for 5parsecs f",
            "--for is '5parsecs'; it must be a time such as 20 (seconds), 500ms, 2min or 1h"
        ),
        ("--need 1 --for -5 f", "--for is '-5'; it must be a time such as 20 (seconds), 500ms, 2min or 1h"),
        (
            "--need 1 --for 1h60 f",
            "--for is '1h60'; it must be a time such as 20 (seconds), 500ms, 2min or 1h"
        ),
        (
            "--need 1 --for 1h3x f",
            "--for is '1h3x'; it must be a time such as 20 (seconds), 500ms, 2min or 1h"
        ),
        ("--need 1 --for 1e9 f", "--for is '1e9'; it must be a time such as 20 (seconds), 500ms, 2min or 1h"),
    ]

    @Test("words are read as written", arguments: rows)
    func reading(row: (line: String, result: String)) {
        #expect(Everything.reading(row.line) == row.result)
    }

    @Test("a help page is complete although every value is missing")
    func describing() throws {
        var arguments = Arguments.describing
        let all = try Everything(&arguments)
        #expect(all.bus == .can)
        #expect(
            arguments.declared.map(\.name) == [
                "--loud", "--bus", "--count", "--for", "--fault", "--need", "FILE", "OTHER",
            ])
        #expect(
            arguments.declared.map(\.isRequired) == [
                false, false, false, false, false, true, true, false,
            ])
        #expect(arguments.declared[1].choices == ["can", "serial"])
        #expect(arguments.declared[1].fallback == "can")
        #expect(arguments.declared[3].valueName == "TIME")
    }

    @Test("whatever the words are, they are read or refused")
    func noise() {
        let words = [
            "--need", "--need=1", "1", "--", "-", "--bus", "can", "--loud", "--for", "2min", "--fault", "x",
            "--count=2", "=", "--=", "---", "--need==", "é", "\u{0}",
        ]
        var random = SeededRandom(seed: 7)
        for _ in 0..<5_000 {
            let line = (0..<Int.random(in: 0..<9, using: &random)).map { _ in
                words[Int.random(in: words.indices, using: &random)]
            }
            _ = Everything.reading(line.joined(separator: " "))
        }
    }
}
