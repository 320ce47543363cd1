import BatteryModel
import BusDiagnosis
import TestSupport
import Testing

@Suite("A serial line that is listened to in a wrong way")
struct SerialSoundTests {
    /// The conversation of a speaker as levels on the wire.
    static func wire(_ speaker: SerialSpeaker, parity: Bool? = nil) -> WireLevels {
        var wire = WireLevels(baud: speaker.baud)
        wire.rest(bits: 300)
        for event in SerialEvents(speaker, rounds: 8).events {
            wire.send(event.bytes, parity: parity)
            wire.rest(bits: 150 + event.bytes.count % 13)
        }
        return wire
    }

    /// What is made of these bytes by somebody who listens at `rate`.
    static func heard(_ bytes: [UInt8], rate: Int32?, framingErrors: Int = 0) -> DiagnosisAccount {
        var diagnosis = SerialDiagnosis(DiagnosisOptions(rate: rate))
        var now = Instant(nanoseconds: 0)
        for first in stride(from: 0, to: bytes.count, by: 30) {
            diagnosis.received(Array(bytes[first..<min(first + 30, bytes.count)]).span, at: now)
            now = now + .milliseconds(20)
        }
        diagnosis.counted(framingErrors: UInt64(framingErrors), breaks: 0)
        diagnosis.passed(to: now + .seconds(3))
        return diagnosis.account()
    }

    static func first(_ account: DiagnosisAccount) -> String {
        account.findings.first.map { "\($0.sheet.id)" } ?? ""
    }

    /// The rate that a finding says the line runs at.
    static func rate(_ account: DiagnosisAccount) -> Int32? {
        for fact in account.findings.first?.facts ?? [] where "\(fact.label)" == "rate of the line" {
            if case .rate(let rate) = fact.value { return rate }
        }
        return nil
    }

    @Test(
        "A and B swapped are recognised, whoever speaks and whatever UART hears it",
        arguments: WireLevels.Resync.allCases)
    func swapped(_ resync: WireLevels.Resync) {
        for speaker in SerialSpeaker.all {
            let heard = Self.wire(speaker).swapped.received(resync)
            #expect(Self.first(Self.heard(heard.bytes, rate: speaker.baud)) == "wires-swapped", "\(speaker)")
        }
    }

    /// What comes out at a wrong rate: that it is wrong and which one is right, that it is wrong, or only that nothing is
    /// understood.
    enum Outcome: Sendable { case rate, onlyWrong, nothing }

    @Test(
        "a wrong rate is recognised where enough of each bit is heard, and a wrong one is never told",
        arguments: [
            (9_600, 19_200, Outcome.rate), (9_600, 57_600, .onlyWrong), (9_600, 115_200, .onlyWrong),
            (19_200, 57_600, .rate), (19_200, 115_200, .onlyWrong), (57_600, 115_200, .rate),
            (19_200, 9_600, .nothing), (57_600, 19_200, .nothing), (115_200, 57_600, .rate),
            (115_200, 19_200, .nothing), (115_200, 9_600, .nothing),
        ] as [(Int32, Int32, Outcome)])
    func rates(_ sent: Int32, _ listened: Int32, _ least: Outcome) {
        for speaker in SerialSpeaker.all where speaker.baud == sent {
            for resync in WireLevels.Resync.allCases {
                let account = Self.heard(
                    Self.wire(speaker).received(at: listened, resync).bytes, rate: listened)
                let (first, rate) = (Self.first(account), Self.rate(account))
                #expect(rate == nil || rate == sent, "\(speaker)")
                switch least {
                case .rate: #expect(first == "wrong-rate" && rate == sent, "\(speaker): \(first)")
                case .onlyWrong: #expect(first == "wrong-rate", "\(speaker): \(first)")
                case .nothing: #expect(["wrong-rate", "unreadable"].contains(first), "\(speaker): \(first)")
                }
            }
        }
    }

    @Test("a parity bit is recognised by its sound, or by the stop bits that the adapter misses")
    func parity() {
        var (sounded, cases) = (0, 0)
        for speaker in SerialSpeaker.all {
            for parity in [false, true] {
                let wire = Self.wire(speaker, parity: parity)
                let account = Self.heard(wire.received(.takesStopForStart).bytes, rate: speaker.baud)
                cases += 1
                if Self.first(account) == "wrong-parity" { sounded += 1 }
                // A UART that waits hears every character as it is, and only misses stop bits.
                let waited = wire.received(.waitsForIdle)
                let counted = Self.heard(
                    waited.bytes, rate: speaker.baud, framingErrors: waited.framingErrors)
                #expect(Self.first(counted) == "wrong-parity", "\(speaker)")
            }
        }
        #expect(sounded * 100 >= cases * 95, "\(sounded) of \(cases)")
    }

    @Test("what is no protocol is not given a name, and not a rate", arguments: UInt64(1)...20)
    func noise(_ seed: UInt64) {
        var random = SeededRandom(seed: seed)
        for rate in [9_600, 115_200, nil] as [Int32?] {
            let account = Self.heard(random.bytes(3_000), rate: rate)
            #expect(account.findings.map { "\($0.sheet.id)" } == ["unreadable"])
            #expect(account.talkers.map(\.role) == [.unknown] && account.talkers[0].candidates.isEmpty)
        }
    }

    @Test("a line at the level of a start bit is told apart from a silent one and from a slow one")
    func rest() {
        let zeros = [UInt8](repeating: 0, count: 600)
        #expect(Self.first(Self.heard(zeros, rate: 9_600)) == "idle-break")
        var silent = SerialDiagnosis(DiagnosisOptions(hasInverter: true))
        let start = Instant(nanoseconds: 0)
        silent.passed(to: start)
        silent.passed(to: start + .seconds(14))
        #expect(silent.account().findings.isEmpty)
        silent.passed(to: start + .seconds(15))
        #expect(Self.first(silent.account()) == "serial-silent")
    }
}
