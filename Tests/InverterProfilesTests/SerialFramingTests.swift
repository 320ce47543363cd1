import BatteryModel
import BusCodec
import InverterProfiles
import TestSupport
import Testing

@Suite("how frames are cut out of a serial line")
struct SerialFramingTests {
    @Test(
        "questions of every profile survive every way of delivery, and no damage", arguments: serialProfiles)
    func questions(_ profile: InverterProfile) throws {
        let talk = try #require(profile.serial)
        for question in Self.questions(of: profile, talk).prefix(4) {
            var buffer = SerialBuffer()
            talk.framing.write(question, to: talk.address, into: &buffer)
            Self.verify(Self.array(buffer.bytes), talk.framing) { talk.framing.scanQuestion($0) }
        }
    }

    @Test("answers of every profile survive every way of delivery, and no damage", arguments: serialProfiles)
    func answers(_ profile: InverterProfile) throws {
        let talk = try #require(profile.serial)
        var generator = SplitMix(state: 11)
        let bank = BankReading.random(using: &generator)
        for question in Self.questions(of: profile, talk).prefix(4) {
            var asked = SerialBuffer()
            talk.framing.write(question, to: talk.address, into: &asked)
            guard case .item(let frame, _) = talk.framing.scanQuestion(asked.bytes) else {
                Issue.record("\(question) is not understood")
                continue
            }
            var answer = SerialBuffer()
            let outcome = profile.answer(frame, talk, bank: bank, options: ProfileOptions(), into: &answer)
            #expect(outcome == .answered)
            Self.verify(Self.array(answer.bytes), talk.framing) { talk.framing.scanAnswer($0) }
        }
    }

    private static func verify(
        _ sample: [UInt8], _ framing: SerialFraming,
        _ scan: @escaping (Span<UInt8>) -> ScanStep<SerialFrame>
    ) {
        var dontCare = Set<Int>()
        if case .telecom = framing {
            // The checksum is a number: its letters may be small ones.
            dontCare = Set((sample.count - 5..<sample.count - 1).filter { sample[$0] >= 0x41 })
        }
        let stride = sample.count > 40 ? 37 : 1
        let verifier = DripFeedVerifier(dontCare: dontCare, flipStride: stride) { bytes, _ in scan(bytes) }
        let failures = verifier.failures(in: [sample])
        #expect(failures.isEmpty, "\(failures.joined(separator: "\n"))")
    }

    /// The questions of the first dialect.
    private static func questions(of profile: InverterProfile, _ talk: SerialTalk) -> [SerialQuestion] {
        var found: [SerialQuestion] = []
        while let question = talk.question(found.count, 0) { found.append(question) }
        return found
    }

    private static func array(_ bytes: Span<UInt8>) -> [UInt8] { bytes.indices.map { bytes[$0] } }
}
