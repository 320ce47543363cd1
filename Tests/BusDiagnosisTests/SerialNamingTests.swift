import BMSDrivers
import BatteryModel
import BusCodec
import BusDiagnosis
import InverterProfiles
import TestSupport
import Testing

@Suite("Who speaks on a serial line")
struct SerialNamingTests {
    static let states = [
        SerialState(), SerialState(soc: 50, current: 0), SerialState(soc: 1_000, current: 0),
        SerialState(soc: 800, current: 40_000), SerialState(soc: 200, current: -60_000),
    ]

    @Test("every protocol is named, and nothing is found wrong in any state", arguments: SerialSpeaker.all)
    func clean(_ speaker: SerialSpeaker) {
        for state in Self.states {
            for isOwn in state.soc == 550 ? [false, true] : [false] {
                let events = SerialEvents(speaker, isOwn: isOwn) { round, _ in
                    var state = state
                    state.moment = round
                    return state
                }
                let account = events.heard().account()
                #expect(account.findings.map { "\($0.sheet.id)" } == [], "SOC \(state.soc)")
                let candidates = account.talkers.first?.candidates ?? []
                // Two dialects that ask alike cannot be told apart before something differs.
                let best = candidates.filter { $0.score == candidates[0].score }
                #expect(best.contains { $0.source == speaker.source }, "\(candidates.map { "\($0.id) \($0.score)" })")
                #expect(best.allSatisfy { "\($0.id)" == speaker.id })
            }
        }
    }

    @Test("speed")
    func speed() {
        let clock = ContinuousClock()
        for id in ["jk-modbus", "pylontech", "growatt-rs485", "seplos-v3"] {
            guard SerialSpeaker.all.contains(where: { $0.id == id }) else { continue }
            var events = SerialEvents(.named(id), rounds: 1)
            let made = clock.measure { events = SerialEvents(.named(id), rounds: 200) }
            var diagnosis = SerialDiagnosis()
            let bytes = events.events.reduce(0) { $0 + $1.bytes.count }
            let fed = clock.measure { diagnosis = events.heard() }
            let told = clock.measure { _ = diagnosis.account() }
            print(id, events.events.count, bytes, made, fed, told)
        }
        var random = SeededRandom(seed: 1)
        let noise = random.bytes(200_000)
        var diagnosis = SerialDiagnosis()
        let now = Instant(nanoseconds: 0)
        let fed = clock.measure {
            for first in stride(from: 0, to: noise.count, by: 50) {
                diagnosis.received(Array(noise[first..<first + 50]).span, at: now + .milliseconds(Int64(first) / 5))
            }
        }
        let told = clock.measure { _ = diagnosis.account() }
        print("noise", noise.count, fed, told, diagnosis.account().talkers, diagnosis.account().findings.map { "\($0.sheet.id)" })
    }
}
