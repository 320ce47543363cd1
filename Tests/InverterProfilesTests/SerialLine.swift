import BatteryModel
import BusCodec
import InverterProfiles

/// What happens on a line between an inverter and a battery, byte for byte.
struct SerialLine {
    let profile: InverterProfile
    let talk: SerialTalk
    var options = ProfileOptions()

    /// A line for a profile; `nil` for one on CAN.
    init?(_ profile: InverterProfile, _ options: ProfileOptions = ProfileOptions()) {
        guard let talk = profile.serial else { return nil }
        (self.profile, self.talk, self.options) = (profile, talk, options)
    }

    /// What the battery makes of a question in hexadecimal, and the bytes of its answer; `nil` if there is no question
    /// in it.
    func answer(_ question: String, _ bank: BankReading) -> (outcome: SerialOutcome, bytes: String)? {
        let bytes = question.split(separator: " ").compactMap { UInt8($0, radix: 16) }
        guard case .item(let frame, bytes.count) = talk.framing.scanQuestion(bytes.span) else { return nil }
        var buffer = SerialBuffer()
        let outcome = profile.answer(frame, talk, bank: bank, options: options, into: &buffer)
        return (outcome, Self.text(buffer))
    }

    /// Whether an answer in hexadecimal is understood as a whole frame, and what it is.
    func kind(ofAnswer answer: String) -> SerialFrame.Kind? {
        let bytes = answer.split(separator: " ").compactMap { UInt8($0, radix: 16) }
        guard case .item(let frame, bytes.count) = talk.framing.scanAnswer(bytes.span) else { return nil }
        return frame.kind
    }

    /// The round of questions of an inverter, as bytes in hexadecimal.
    func questions() -> [String] {
        var texts: [String] = []
        while let question = talk.question(texts.count, options.dialect) {
            var buffer = SerialBuffer()
            talk.framing.write(question, to: options.address ?? talk.address, into: &buffer)
            texts.append(Self.text(buffer))
        }
        return texts
    }

    private static func text(_ buffer: SerialBuffer) -> String {
        (0..<buffer.count).map {
            String(String(Int(buffer[$0]) | 0x100, radix: 16, uppercase: true).suffix(2))
        }
        .joined(separator: " ")
    }
}
