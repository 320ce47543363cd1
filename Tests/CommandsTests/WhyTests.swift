import Commands
import Glibc
import Testing

@Suite("busbar why", .serialized)
struct WhyTests {
    /// A folder with a journal of three lines: 2026-11-20 13:04:58, 13:05:58 and 13:07:12 UTC.
    private final class Journal {
        let path: String

        init(spoiled: [String] = []) throws {
            setenv("TZ", "UTC", 1)
            var name = Array("/tmp/busbar-test-XXXXXX".utf8CString)
            try #require(mkdtemp(&name) != nil)
            path = String(decoding: name.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
            let lines = [
                Self.line(1_795_179_898, "highestCell", 12.3), Self.line(1_795_179_958, "highestCell", 11.8),
                Self.line(1_795_180_032, "ramp", 14),
            ]
            let file = try #require(fopen("\(path)/why-2026-11-20-0000.jsonl", "w"))
            for line in lines + spoiled { fputs(line + "\n", file) }
            fclose(file)
        }

        deinit {
            unlink("\(path)/why-2026-11-20-0000.jsonl")
            rmdir(path)
        }

        private static func line(_ unixSeconds: Int, _ rule: String, _ amperes: Double) -> String {
            let ccl = """
                {"quiet":["imbalance","state of charge of the pack"],"rules":[\
                {"ageSeconds":0.4,"input":"3.431 V","limit":\(amperes),"pack":"B","place":7,\
                "risesWhen":"it falls below 3.425 V","rule":"\(rule)","standing":"winner",\
                "words":"highest cell: pack B, cell 7, 3.431 V"},\
                {"ageSeconds":41.2,"limit":90,"pack":"A","risesWhen":"the setting in the BMS is raised",\
                "rule":"bmsLimit","standing":"next","words":"the BMS of pack A is set to 100.000 A"},\
                {"limit":200,"risesWhen":"the configuration allows more","rule":"bankMaximum",\
                "words":"configured maximum of the bank"}],"unit":"A","value":\(amperes)}
                """
            let cvl = """
                {"quiet":[],"rules":[{"limit":55.2,"risesWhen":"the configuration allows more","rule":"bankMaximum",\
                "standing":"winner","words":"configured maximum of the bank"}],"unit":"V","value":55.2}
                """
            let soc = """
                {"ageSeconds":0.4,"bound":"notFullYet","countedPercent":98.7,\
                "movesWhen":"absorption is completed","packsPercent":100,"percent":99,\
                "reason":"full according to the packs, but absorption has not been completed","source":"bms"}
                """
            return """
                {"ccl":\(ccl),"cvl":\(cvl),"dcl":\(ccl),"layout":1,"soc":\(soc),"stage":"bulk",\
                "state":"running","unixSeconds":\(unixSeconds),"version":"0.1.0"}
                """
        }
    }

    private func why(_ words: String, _ journal: Journal) throws -> Outcome {
        try run(["why"] + words.split(separator: " ").map(String.init) + ["--journal", journal.path])
    }

    @Test("what held at a time is shown as it was recorded", arguments: ["ccl", "soc", ""])
    func recorded(topic: String) throws {
        let journal = try Journal()
        let outcome = try why("\(topic) --at 2026-11-20T13:05:30Z", journal)
        #expect(outcome.code == .success)
        #expect(outcome.errors == "")
        try Snapshot.expect(outcome.output, "why-\(topic.isEmpty ? "all" : topic)")
    }

    @Test("the last entry before the time is the one, and JSON is the entry itself")
    func json() throws {
        let journal = try Journal()
        let outcome = try why("ccl --json --at 2026-11-20T13:06Z", journal)
        #expect(outcome.output.contains(#""unixSeconds":1795179958"#))
        #expect(outcome.output.split(separator: "\n").count == 1)
        #expect(try why("ccl --at -1s", journal).output.hasSuffix("no change since\n"))
    }

    @Test("lines that cannot be read are counted, and escapes in a journal never reach the terminal")
    func hostile() throws {
        let journal = try Journal(spoiled: ["{", "\u{1B}[2J", String(repeating: "[", count: 5_000)])
        let outcome = try why("ccl --at 2026-11-20T13:08Z", journal)
        #expect(outcome.code == .success)
        #expect(outcome.errors.contains("3 lines of the journal cannot be read"))
        #expect(!outcome.output.contains("\u{1B}"))
    }

    @Test("a time before the journal, no journal, and no time at all are told")
    func refusals() throws {
        let journal = try Journal()
        let early = try why("ccl --at 2026-11-19T13:08Z", journal)
        #expect(early.code == .failure)
        #expect(early.errors.contains("nothing was recorded at or before 2026-11-19 13:08:00"))
        let absent = try run("why --at 13:00 --journal /no/such/folder")
        #expect(absent.errors.contains("there is no journal in /no/such/folder"))
        let wrong = try run("why --at noon")
        #expect(wrong.code == .usage)
        #expect(wrong.errors.contains("a time such as 13:05"))
        #expect(try run("why temperature").code == .usage)
    }
}
