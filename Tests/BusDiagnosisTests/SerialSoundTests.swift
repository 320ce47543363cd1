import BatteryModel
import BusDiagnosis
import TestSupport
import Testing

@Suite("A serial line that is listened to in a wrong way")
struct SerialSoundTests {
    /// The conversation of a speaker as levels on the wire.
    static func wire(_ speaker: SerialSpeaker, baud: Int32, parity: Bool? = nil, rounds: Int = 8) -> WireLevels {
        var wire = WireLevels(baud: baud)
        wire.rest(bits: 300)
        for event in SerialEvents(speaker, rounds: rounds).events {
            wire.send(event.bytes, parity: parity)
            wire.rest(bits: 150 + event.bytes.count % 13)
        }
        return wire
    }

    /// What is found by somebody who hears these bytes.
    static func account(_ received: WireLevels.Received, rate: Int32?) -> DiagnosisAccount {
        var diagnosis = SerialDiagnosis(DiagnosisOptions(rate: rate))
        var now = Instant(nanoseconds: 0)
        var rest = received.bytes[...]
        while !rest.isEmpty {
            let piece = Array(rest.prefix(30))
            diagnosis.received(piece.span, at: now)
            rest = rest.dropFirst(30)
            now = now + .milliseconds(20)
        }
        diagnosis.passed(to: now + .seconds(3))
        return diagnosis.account()
    }

    static func rate(_ finding: Finding?) -> Int32? {
        for fact in finding?.facts ?? [] where "\(fact.label)" == "rate of the line" {
            if case .rate(let rate) = fact.value { return rate }
        }
        return nil
    }

    @Test("A and B swapped are recognised, whatever UART hears it", arguments: WireLevels.Resync.allCases)
    func swapped(_ resync: WireLevels.Resync) {
        for speaker in SerialSpeaker.all {
            let heard = Self.wire(speaker, baud: speaker.baud).swapped.received(resync)
            let account = Self.account(heard, rate: speaker.baud)
            #expect(account.findings.first.map { "\($0.sheet.id)" } == "wires-swapped", "\(speaker.testDescription) \(account.findings.map { "\($0.sheet.id)" })")
        }
    }

    @Test("rates")
    func rates() {
        let rates: [Int32] = [9_600, 19_200, 57_600, 115_200]
        var table: [String: [String: Int]] = [:]
        for speaker in SerialSpeaker.all {
            for heard in rates where heard != speaker.baud {
                for resync in WireLevels.Resync.allCases {
                    let received = Self.wire(speaker, baud: speaker.baud).received(at: heard, resync)
                    let account = Self.account(received, rate: heard)
                    let first = account.findings.first
                    let told = first.map { "\($0.sheet.id) \(Self.rate($0) == speaker.baud ? "right" : Self.rate($0).map { "WRONG \($0)" } ?? "-")" } ?? "nothing"
                    table["\(speaker.baud) at \(heard)", default: [:]][told, default: 0] += 1
                    if told.contains("WRONG") || told == "nothing" || !(told.hasPrefix("wrong-rate") || told.hasPrefix("unreadable")) { print(speaker.testDescription, speaker.baud, heard, resync, told, received.bytes.count, account.talkers.first?.candidates.map { "\($0.id) \($0.score)"} ?? []) }
                }
            }
        }
        for (key, value) in table.sorted(by: { $0.key < $1.key }) { print(key, value) }
    }

    @Test("parity")
    func parity() {
        var table: [String: Int] = [:]
        for speaker in SerialSpeaker.all {
            for parity in [false, true] {
                for resync in WireLevels.Resync.allCases {
                    let received = Self.wire(speaker, baud: speaker.baud, parity: parity).received(resync)
                    let account = Self.account(received, rate: speaker.baud)
                    table["\(resync) \(account.findings.map { "\($0.sheet.id)" })", default: 0] += 1
                }
            }
        }
        for (key, value) in table.sorted(by: { $0.key < $1.key }) { print(key, value) }
    }
}
