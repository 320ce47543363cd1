import Commands
import Glibc
import Testing

@Suite("busbar diagnose")
struct DiagnoseTests {
    /// Half a minute of a Pylontech battery and its inverter; `ccl` is CCL in tenths of an ampere, by the second.
    static func log(lineEnd: String = "\n", ccl: (Int) -> Int = { _ in 1_000 }) -> String {
        (0..<30).map { second in
            let time = 1_763_800_000 + second
            let voltage = word(5_300 + second % 7)
            let current = word(250 + second % 5)
            return [
                "351#3002\(word(ccl(second)))DC05C201", "355#3E00630000000000",
                "356#\(voltage)\(current)FB000000", "359#0000000002504E00", "35C#C000000000000000",
                "35E#50594C4F4E202020", "305#0000000000000000",
            ].enumerated().map {
                "(\(time).\(String(100_000 + $0 * 20_000).dropFirst(0))) can0 \($1)" + lineEnd
            }
            .joined()
        }.joined()
    }

    /// A word as its two bytes, the lower first.
    private static func word(_ value: Int) -> String {
        let digits = String(value, radix: 16, uppercase: true)
        let padded = String(repeating: "0", count: 4 - digits.count) + digits
        return String(padded.suffix(2) + padded.prefix(2))
    }

    @Test("names who speaks, and finds nothing wrong where nothing is")
    func clean() throws {
        let outcome = try run("diagnose -", input: Self.log())
        #expect(outcome.code == .success)
        #expect(outcome.errors == "")
        #expect(outcome.output.contains("Pylontech low voltage (CAN) V1.2"))
        #expect(outcome.output.contains("CVL 56 V"))
        #expect(outcome.output.contains("Nothing wrong was found.\n"))
    }

    @Test(
        "models are named as people name them",
        arguments: [
            ("--inverter", "Sunsynk 5k"), ("--inverter", "deye sun-12k"), ("--inverter", "victron-can"),
            ("--bms", "jk pb2a16s20p v19"), ("--bms", "Seplos V3"), ("--bms", "pace"),
            ("--bms", "Overkill Solar"),
        ])
    func models(option: String, name: String) throws {
        let outcome = try run(["diagnose", "-", option, name], input: Array(Self.log().utf8))
        #expect(outcome.code != .usage, "\(outcome.errors)")
    }

    @Test("says what is wrong, where it is seen, and what to change")
    func fault() throws {
        let outcome = try run("diagnose -", input: Self.log { $0 < 5 ? 1_000 : 0 })
        #expect(outcome.code == .failure)
        #expect(outcome.output.contains("1 FAULT (protocol, "))
        #expect(outcome.output.contains("Seen: CCL at last 0 A"))
        #expect(outcome.output.contains("     then: "))
    }

    @Test(
        "a clock that is set in the middle is told, and is no silence",
        arguments: ["(1763800015", "(1763800020"])
    func clockSet(second: String) throws {
        let log = Self.log()
        let start = try #require(log.firstRange(of: second)).lowerBound
        let early = log[..<start].replacing("(17638000", with: "(00000000")
        for text in [early + log[start...], log[start...] + early] {
            let outcome = try run("diagnose -", input: String(text))
            #expect(outcome.code == .success)
            #expect(outcome.output.contains("Nothing wrong was found.\n"))
            #expect(outcome.output.contains("  1 line jumps in time: line "))
        }
    }

    @Test("line ends of Windows, a cut file, rubbish and times that go back change nothing but the account")
    func damage() throws {
        let whole = Self.log(lineEnd: "\r\n")
        let outcome = try run("diagnose -", input: "hm\n" + whole + whole.prefix(1_000) + "(176380")
        #expect(outcome.output.contains("Pylontech low voltage (CAN) V1.2"))
        #expect(outcome.output.contains("lines cannot be read; the first is line 1: it holds no frame"))
    }

    @Test("writes a page that stands by itself, and replaces one only when told to")
    func page() throws {
        let target = try TemporaryFile("mine")
        let source = try TemporaryFile(Self.log { $0 < 5 ? 1_000 : 0 })
        let refused = try run("diagnose \(source.path) --html \(target.path)")
        #expect(refused.errors.contains("choose another name, or add --force"))
        let outcome = try run("diagnose \(source.path) --html \(target.path) --force")
        #expect(outcome.output.contains("The report is in \(target.path)."))
        let page = try #require(Snapshot.contents(target.path))
        #expect(page.hasPrefix("<!doctype html>"))
        #expect(page.contains("<h2>What is wrong</h2>"))
        #expect(page.contains("Voltage (V)"))
        for outside in ["http:", "https:", "<script", "<link", "<img"] { #expect(!page.contains(outside)) }
    }

    @Test("nothing of a recording can become part of the page")
    func hostile() throws {
        let target = try TemporaryFile("")
        let source = try TemporaryFile(Self.log().replacing("can0", with: "<b>&'x"))
        _ = try run("diagnose \(source.path) --html \(target.path) --force")
        let page = try #require(Snapshot.contents(target.path))
        #expect(!page.contains("<b>"))
        #expect(page.contains("&lt;b&gt;"))
    }

    @Test(
        "what cannot be read is said",
        arguments: [
            ("diagnose /nowhere/x.log", "'/nowhere/x.log' cannot be read; No such file or directory"),
            ("diagnose - --inverter nobody", "--inverter is 'nobody'"),
            ("diagnose - --bms nobody", "--bms is 'nobody'"),
            ("diagnose - --dialect V1.2", "--dialect belongs to an inverter; add --inverter"),
            ("diagnose - --for 10", "--for is about a link"),
            ("diagnose slcan:/nowhere/tty@250 --from asc", "--from is about a file"),
            ("diagnose slcan:/nowhere/tty@250", "No such file or directory"),
            ("diagnose garage.log", "'garage.log' cannot be read"),
            ("diagnose -", "there is no frame in what was read"),
        ])
    func refusals(words: String, sentence: String) throws {
        let outcome = try run(words, input: "")
        #expect(outcome.code != .success)
        #expect(outcome.errors.contains(sentence), "\(outcome.errors)")
    }
}
