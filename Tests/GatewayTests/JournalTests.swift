import BatteryModel
import Glibc
import LinuxIO
import Reporting
import TestSupport
import Testing

@Suite("The journal of decisions")
struct JournalTests {
    private let noon: Int64 = 1_795_176_000

    private func document(_ unixSeconds: Int64, _ rule: String) throws -> ExplanationDocument {
        let limit = """
            {"quiet":["soc"],"rules":[{"limit":10,"risesWhen":"later","rule":"\(rule)","standing":"winner",\
            "words":"\(rule)"}],"unit":"A","value":10}
            """
        let soc = #"{"bound":"source","movesWhen":"then","percent":50,"reason":"so","source":"bms"}"#
        let text = """
            {"ccl":\(limit),"cvl":\(limit),"dcl":\(limit),"layout":1,"soc":\(soc),"stage":"bulk","state":"running",\
            "unixSeconds":\(unixSeconds),"version":"0"}
            """
        return try ExplanationDocument(json: Array(text.utf8))
    }

    private func write(_ folder: TemporaryFolder, _ name: String, _ lines: [[UInt8]]) throws {
        var file = try AppendFile(path: "\(folder.path)/\(name)")
        for line in lines { try file.add(line + [0x0A]) }
    }

    @Test("the last entry before a time is found, over files and days, and when something else decided next")
    func find() throws {
        let folder = try TemporaryFolder()
        let days = [("2026-11-19", -86_400), ("2026-11-20", 0), ("2026-11-21", 86_400)] as [(String, Int64)]
        for (date, offset) in days {
            for part in 0..<2 {
                let start = noon + offset + Int64(part) * 600
                let lines = try (0..<10).map { index in
                    try document(start + Int64(index) * 60, index < 5 ? "ramp" : "hold").json()
                }
                try write(folder, "why-\(date)-000\(part).jsonl", lines)
            }
        }
        var reader = JournalReader(path: folder.path)
        let before = reader.find(noon - 86_401, nil)
        #expect(before == nil)
        let first = reader.find(noon + 100, .ccl)
        let found = try #require(first)
        #expect(found.at == noon + 60)
        #expect(found.document.ccl.rules[0].rule == "ramp")
        #expect(found.changedAt == noon + 300)
        let inHold = reader.find(noon + 400, .ccl)
        #expect(inHold?.changedAt == noon + 600)
        let evening = reader.find(noon + 3_600, .ccl)
        #expect(evening?.at == noon + 1_140)
        #expect(evening?.changedAt == noon + 86_400)
        let last = reader.find(.max, .ccl)
        #expect(last?.at == noon + 86_400 + 1_140)
        #expect(last?.changedAt == nil)
        #expect(reader.spoiled == 0)
    }

    @Test("lines that are no explanations are counted and left out")
    func hostile() throws {
        let folder = try TemporaryFolder()
        var random = SeededRandom(seed: 7)
        let good = try document(noon, "ramp").json()
        var lines: [[UInt8]] = [
            good, Array(good.dropLast(20)), [], Array("{}".utf8), Array("[1,2".utf8), [0xFF, 0xFE, 0x00],
            Array(String(repeating: "[", count: 100_000).utf8),
            Array(String(repeating: "{\"a\":", count: 50_000).utf8),
            Array(String(decoding: good, as: UTF8.self).replacing("\(noon)", with: "1e999").utf8),
            Array(String(decoding: good, as: UTF8.self).replacing("\(noon)", with: "\(Int64.min)").utf8),
            Array(repeating: 0x20, count: 2 << 20),
        ]
        for _ in 0..<200 {
            var line = good
            line[Int.random(in: 0..<line.count, using: &random)] = UInt8.random(in: 0...255, using: &random)
            lines.append(line.filter { $0 != 0x0A })
        }
        try write(folder, "why-2026-11-20-0000.jsonl", lines)
        mkdir("\(folder.path)/why-2026-11-20-0001.jsonl", 0o700)
        mkfifo("\(folder.path)/why-2026-11-20-0002.jsonl", 0o600)
        symlink("/dev/zero", "\(folder.path)/why-2026-11-20-0003.jsonl")
        try write(folder, "why-nonsense.jsonl", [good])
        defer { rmdir("\(folder.path)/why-2026-11-20-0001.jsonl") }
        var reader = JournalReader(path: folder.path)
        let last = reader.find(noon + 10, nil)
        let found = try #require(last)
        #expect(found.at <= noon + 10)
        #expect(reader.spoiled > 10)
        _ = WhyView().lines(found.document, .ccl)
    }

    @Test("a line that was cut off by a power failure does not spoil the next")
    func cutOff() throws {
        let folder = try TemporaryFolder()
        let name = "why-2026-11-20-0000.jsonl"
        let good = try document(noon, "ramp").json()
        do {
            var file = try AppendFile(path: "\(folder.path)/\(name)")
            try file.add(Array(good.dropLast(9)))
        }
        try write(folder, name, [document(noon + 60, "hold").json()])
        var reader = JournalReader(path: folder.path)
        let found = reader.find(noon + 60, nil)
        #expect(found?.document.ccl.rules[0].rule == "hold")
        #expect(reader.spoiled >= 1)
    }

    @Test("a folder that is not there holds nothing")
    func absent() {
        var reader = JournalReader(path: "/no/such/folder")
        #expect(reader.isEmpty)
        let found = reader.find(noon, nil)
        #expect(found == nil)
    }

    private static let moments: [(text: String, unixSeconds: Int64)] = [
        ("13:05", 1_795_176_300), ("13:05:09", 1_795_176_309), ("2026-11-20 13:05", 1_795_176_300),
        ("2026-11-20T12:05Z", 1_795_176_300), ("-10min", 1_795_177_800), ("-1h", 1_795_174_800),
        ("-90s", 1_795_178_310), ("-2d", 1_795_005_600), ("13:40", 1_795_178_400), ("13:41", 1_795_092_060),
        ("23:00", 1_795_125_600),
    ]

    @Test("moments are read as people type them", arguments: moments)
    func moment(text: String, unixSeconds: Int64) throws {
        // 2026-11-20 13:40 at a place one hour ahead of UTC.
        let now = WallTime(unixSeconds: 1_795_178_400, offsetSeconds: 3_600)
        let moment = try #require(MomentText(text))
        #expect(moment.unixSeconds(now: now) { $0 - 3_600 } == unixSeconds)
    }

    @Test(
        "what is no moment is refused",
        arguments: [
            "", "now", "24:00", "13:60", "13", "13:5:", "-", "-10", "-10 min", "-min", "-99999999s",
            "2026-13-01 10:00", "2026-02-29 10:00", "2026-11-20", "2026-11-20 10", "20-11 10:00",
            "2026-11-20 10:00 Z", "+5min",
            "١٣:٠٥",
        ])
    func noMoments(text: String) {
        #expect(MomentText(text) == nil)
    }

    @Test(
        "dates come and go",
        arguments: [Int64(0), 951_782_400, 1_709_164_800, 1_795_176_000, 253_402_300_799])
    func dates(seconds: Int64) {
        #expect(CivilTime(seconds: seconds).seconds == seconds)
        #expect(CivilTime(seconds: 951_782_400).date == "2000-02-29")
        #expect(CivilTime(seconds: .max).date == "9999-12-31")
        #expect(CivilTime(seconds: .min).date == "1970-01-01")
    }
}
