import Commands
import Testing

/// A pack that is charged for ten minutes and falls silent on the way.
private let text = """
    # Ten minutes.
    duration: 10 min
    packs:
      - {count: 2, capacity: 280 Ah, charge_current: 100 A, discharge_current: 100 A}
    limits: {charge_current: 150 A, discharge_current: 150 A}
    events:
      - {at: 0 s, do: sun, power: 4 kW}
      - {at: 5 min, do: pack_silent, pack: 2}
      - {at: 6 min, do: pack_back, pack: 2}
    expect:
      bms_cut_offs: 0
      highest_cell: below 3.60 V
      alarms: [pack_lost]

    """

struct PlantCommandTests {
    private func play(_ text: String, _ options: String = "") throws -> Outcome {
        let file = try TemporaryFile(text)
        var outcome = try run("simulate plant --scenario \(file.path) \(options)".trimmed)
        // The name of the file is another each time.
        let name = file.path.split(separator: "/").last.map(String.init) ?? ""
        outcome.output = outcome.output.replacing(file.path, with: "FILE").replacing(name, with: "FILE")
        outcome.errors = outcome.errors.replacing(file.path, with: "FILE")
        return outcome
    }

    @Test("a scenario is played and told") func told() throws {
        let outcome = try play(text)
        #expect(outcome.code == .success && outcome.errors.isEmpty)
        try Snapshot.expect(outcome.output, "plant")
    }

    @Test("the same as JSON") func json() throws {
        let outcome = try play(text, "--json --seed 3")
        #expect(outcome.code == .success)
        try Snapshot.expect(outcome.output, "plant-json")
    }

    @Test("what is not as expected ends in 1, and alone is shown if so asked") func fails() throws {
        let outcome = try play(text.replacing("3.60 V", with: "3.00 V"), "--quiet")
        #expect(outcome.code == .failure)
        #expect(outcome.output.hasPrefix("FILE: FAILS  highest_cell: below 3 V"))
        #expect(outcome.output.split(separator: "\n").count == 1)
    }

    @Test("a file that is wrong is told line by line") func wrong() throws {
        let outcome = try play(text.replacing("4 kW", with: "4"))
        #expect(outcome.code == .failure && outcome.output.isEmpty)
        #expect(outcome.errors.hasPrefix("FILE:7:31: 'power' is '4', without a unit"))
    }

    @Test("the course is written once a minute") func trace() throws {
        let file = try TemporaryFile("")
        #expect(try play(text, "--trace \(file.path) --quiet").code == .success)
        let lines = Snapshot.contents(file.path)?.split(separator: "\n") ?? []
        #expect(lines.count == 11)
        let columns = lines.map { $0.split(separator: ",", omittingEmptySubsequences: false).count }
        #expect(Set(columns) == [29])
    }

    @Test(
        "what cannot be played is told",
        arguments: [
            ("simulate plant", "--scenario is missing"),
            ("simulate plant --scenario no-such-thing", "there is no scenario 'no-such-thing'"),
            ("simulate plant --scenario no/such.yaml", "no/such.yaml:1:1: the file cannot be read"),
            ("simulate plant --scenario x --days 0", "--days is 0; it must be 1 to 366"),
            ("simulate plant --scenario x --seed -4", "--seed is -4"),
        ])
    func refused(line: String, expected: String) throws {
        let outcome = try run(line)
        #expect(outcome.code != .success)
        #expect(outcome.errors.contains(expected), "\(outcome.errors)")
    }
}

extension String {
    fileprivate var trimmed: String { split(separator: " ").joined(separator: " ") }
}
