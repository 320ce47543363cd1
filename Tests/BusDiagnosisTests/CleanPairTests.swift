import BatteryModel
import BusCodec
import BusDiagnosis
import InverterProfiles
import Testing

@Suite("A battery that speaks as it should")
struct CleanPairTests {
    @Test("a bus on which nothing is heard for five seconds is found silent, and not before")
    func silence() {
        var diagnosis = CANDiagnosis()
        diagnosis.passed(to: Instant(nanoseconds: 0))
        diagnosis.passed(to: Instant(nanoseconds: 0) + .seconds(4))
        #expect(diagnosis.account().findings.isEmpty)
        diagnosis.passed(to: Instant(nanoseconds: 0) + .seconds(5))
        #expect(diagnosis.account().findings.map { "\($0.sheet.id)" } == ["no-traffic"])
    }

    @Test("is named rightly, or stands level with one whose frames are the same")
    func named() throws {
        var lines = ["| spoken | points | next | points |", "|---|---|---|---|"]
        for speech in Speech.all {
            let account = CANDiagnosis.account(of: Bench(speech: speech).passing())
            let candidates = try #require(account.talkers.first { $0.role == .battery }?.candidates)
            let own = Candidate.Source.profile(speech.place, dialect: speech.dialect)
            let place = try #require(candidates.firstIndex { $0.source == own }, "\(speech)")
            let next = candidates.first { $0.source != own }
            #expect(
                place == 0 || candidates[place].score == candidates[0].score, "\(speech) \(candidates[0].id)")
            #expect(place == 0 || Self.isSame(speech, candidates[0].source), "\(speech) \(candidates[0].id)")
            let level = next?.score == candidates[place].score
            lines.append(
                "| \(speech) | \(candidates[place].score) | \(next.map { "`\($0.id)` \($0.dialect)" } ?? "")\(level ? ", the same frames" : "") | \(next.map { "\($0.score)" } ?? "") |"
            )
        }
        try Document.expect(lines.joined(separator: "\n"), "naming")
    }

    /// Whether a battery of `source` would have sent the same frames.
    private static func isSame(_ speech: Speech, _ source: Candidate.Source) -> Bool {
        guard case .profile(let place, let dialect) = source else { return false }
        func frames(_ speech: Speech) -> Set<String> {
            Set(
                Bench(speech: speech, seconds: 3, keepAlive: false).passing().map { passing in
                    let bytes = (0..<8).map { passing.frame.bytes[$0] }
                    return "\(passing.frame.identifier) \(passing.frame.length) \(bytes)"
                })
        }
        return frames(speech) == frames(Speech(place: place, dialect: dialect, padded: speech.padded))
    }

    @Test("has no findings, however full it is and whatever flows", arguments: Speech.all)
    func noFindings(_ speech: Speech) {
        var wrong: [String] = []
        for (index, state) in Self.states.enumerated() {
            let bench = Bench(
                speech: speech, plant: Plant(soc: state.soc, amperes: state.amperes),
                seconds: index % 3 == 0 ? 75 : 40, keepAlive: index % 2 == 0)
            let account = CANDiagnosis.account(of: bench.passing(), silence: 2)
            if !account.ids.isEmpty {
                wrong.append("\(state): \(account.findings.map { ($0.sheet.id, $0.facts) })")
            }
        }
        #expect(wrong == [])
    }

    /// States of charge and currents, each with or without a sign of life of the inverter.
    private static let states: [(soc: Double, amperes: Double)] = [50.0, 500, 1_000].flatMap { soc in
        [-40.0, 0, 9].map { (soc, $0) }
    }
}
