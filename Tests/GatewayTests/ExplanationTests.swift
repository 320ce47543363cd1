import BatteryModel
import ChargeControl
import Gateway
import Glibc
import Reporting
import Testing

/// A snapshot with everything the bus thread would publish.
func published(_ plant: inout VirtualPlant) -> Snapshot {
    let memory = plant.core.memory(at: plant.now)
    let rules = plant.core.rules()
    return Snapshot(
        core: plant.core, buses: [], framesPerSecond: [6], startedAt: Instant(nanoseconds: 1_000_000_000),
        worstLatency: .zero, memory: memory, rules: rules, at: plant.now)
}

@Suite("Why limits are what they are")
struct ExplanationTests {
    private func plant(_ packs: Int = 2, for interval: Interval = .seconds(60)) -> VirtualPlant {
        var plant = VirtualPlant(packs: packs)
        plant.core.setWall(WallTime(unixSeconds: 1_800_000_000))
        plant.run(for: interval)
        return plant
    }

    private func explain(_ plant: inout VirtualPlant) throws -> ExplanationDocument {
        try #require(ExplanationDocument(published(&plant), version: "0", at: plant.now))
    }

    @Test("the winner stands first, then the next, and every rule that was asked is there")
    func order() throws {
        var plant = plant()
        let document = try explain(&plant)
        let rules = document.ccl.rules
        #expect(rules.map(\.standing).prefix(2) == [.winner, .next])
        #expect(rules[0].limit == document.ccl.value)
        #expect(rules.dropFirst(2).allSatisfy { $0.standing == nil })
        #expect(zip(rules, rules.dropFirst()).allSatisfy { $0.limit <= $1.limit })
        #expect(rules[0].words == "the BMS of pack 0 is set to 100.000 A")
        #expect(rules[0].pack == "0")
        #expect(document.ccl.quiet.contains("voltages of the packs"))
        let pack = try #require(document.packs?.first?.ccl)
        #expect(pack.rules.contains { $0.rule == "packMaximum" && $0.limit == 100 })
        #expect(pack.quiet.contains("highest cell"))
        #expect(document.soc.percent == 55 && document.soc.bound == "source")
    }

    @Test("what a limit rests on has an age that grows while nobody hears the pack")
    func age() throws {
        var plant = plant()
        plant.packs[0].isSilent = true
        plant.run(for: .seconds(5))
        let after = try explain(&plant).packs?[0].ccl?.rules.first { $0.rule == "bmsLimit" }?.ageSeconds ?? 0
        #expect(after > 4)
    }

    @Test("a document survives JSON, and what the journal keeps is shorter")
    func json() throws {
        var plant = plant()
        let document = try explain(&plant)
        #expect(try ExplanationDocument(json: document.json()) == document)
        #expect(document.compact.packs == nil)
        #expect(try document.compact.json().count < 4_000)
    }

    @Test("the picture shows the winner first and ends with one sentence")
    func picture() throws {
        var plant = plant()
        let document = try explain(&plant)
        let lines = WhyView(columns: 110).lines(document, .ccl)
        #expect(lines[0] == "CCL  162.0 A   the bank is running, stage bulk")
        #expect(lines[2].hasPrefix("> 162.0 A"))
        #expect(
            lines.last == "CCL 162.0 A because the BMS of pack 0 is set to 100.000 A; rises when "
                + "the setting in the BMS is raised")
        #expect(lines.allSatisfy { $0.count <= 110 })
        #expect(WhyView().summary(document).count == 4)
        #expect(WhyView(columns: 40).lines(document, .soc).allSatisfy { $0.count <= 40 })
    }

    @Test("numbers and texts that no gateway writes cannot harm the terminal")
    func hostile() throws {
        var plant = plant()
        var document = try explain(&plant)
        document.ccl.value = 1e300
        document.ccl.unit = "A\u{1B}[31m\n"
        document.ccl.rules[0].words = "\u{1B}]0;title\u{7}\u{9B}31m" + String(repeating: "x", count: 9_000)
        document.ccl.rules[0].limit = -.infinity
        document.soc.percent = .nan
        for topic in ExplanationTopic.allCases {
            let text = WhyView(columns: 200).lines(document, topic).joined()
            #expect(text.unicodeScalars.allSatisfy { $0.value >= 0x20 && !(0x7F...0x9F).contains($0.value) })
        }
    }

    @Test("every rule has words of its own")
    func words() {
        let rules = (0...UInt8.max).compactMap(LimitRule.init(rawValue:))
        #expect(Set(rules.map(Wording.rule)).count == rules.count)
        #expect(rules.allSatisfy { !Wording.rule($0).isEmpty })
        // A name of two words would not do as words.
        #expect(rules.allSatisfy { "\($0)".allSatisfy(\.isLowercase) || Wording.rule($0) != "\($0)" })
    }

    @Test("the bus thread publishes what was said and remembered in a moment", .enabled(if: isMeasuring))
    func cost() {
        let plant = plant(16)
        let clock = ContinuousClock()
        let rules = clock.measure { for _ in 0..<1_000 { _ = plant.core.rules() } }
        let memory = clock.measure { for _ in 0..<1_000 { _ = plant.core.memory(at: plant.now) } }
        print("16 packs, per publication: rules \(rules / 1_000), memory \(memory / 1_000)")
    }
}

private let isMeasuring = getenv("BUSBAR_MEASURE") != nil
