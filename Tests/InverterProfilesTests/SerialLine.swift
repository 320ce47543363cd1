import BatteryModel
import BusCodec
import InverterProfiles

/// What happens on a line between an inverter and a battery, byte for byte.
struct SerialLine {
    let profile: InverterProfile
    let talk: SerialTalk
    var options = ProfileOptions()

    /// A line, or a network connection, for a profile; `nil` for one that is not spoken so.
    init?(_ profile: InverterProfile, _ options: ProfileOptions = ProfileOptions(), overTCP: Bool = false) {
        guard let talk = overTCP ? profile.serial?.overTCP : profile.serial else { return nil }
        (self.profile, self.talk, self.options) = (profile, talk, options)
    }

    /// What the battery makes of a question in hexadecimal, and the bytes of its answer; `nil` if there is no question
    /// in it.
    func answer(_ question: String, _ bank: BankReading) -> (outcome: SerialOutcome, bytes: String)? {
        let bytes = bytes(question)
        guard case .item(let frame, bytes.count) = talk.framing.scanQuestion(bytes.span) else { return nil }
        var buffer = SerialBuffer()
        let outcome = profile.answer(frame, talk, bank: bank, options: options, into: &buffer)
        return (outcome, hexadecimal(buffer))
    }

    /// Whether an answer in hexadecimal is understood as a whole frame, and what it is.
    func kind(ofAnswer answer: String) -> SerialFrame.Kind? {
        let bytes = bytes(answer)
        guard case .item(let frame, bytes.count) = talk.framing.scanAnswer(bytes.span) else { return nil }
        return frame.kind
    }

    /// The round of questions of an inverter, as bytes in hexadecimal.
    func questions() -> [String] {
        var texts: [String] = []
        while let question = talk.question(texts.count, options.dialect) {
            var buffer = SerialBuffer()
            talk.framing.write(question, to: options.address ?? talk.address, into: &buffer)
            texts.append(hexadecimal(buffer))
        }
        return texts
    }
}

/// The bytes that hexadecimal numbers with spaces between them stand for.
func bytes(_ text: String) -> [UInt8] { text.split(separator: " ").compactMap { UInt8($0, radix: 16) } }

/// The bytes in a buffer, in hexadecimal with spaces between them.
func hexadecimal(_ buffer: SerialBuffer) -> String {
    (0..<buffer.count).map {
        String(String(Int(buffer[$0]) | 0x100, radix: 16, uppercase: true).suffix(2))
    }
    .joined(separator: " ")
}

/// Bytes in hexadecimal with the checksum of Modbus behind them.
func crc(_ text: String) -> String {
    var buffer = SerialBuffer()
    buffer.append(bytes(text).span)
    buffer.append(little: Checksum.modbusCRC(bytes(text).span))
    return hexadecimal(buffer)
}
