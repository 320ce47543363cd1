import BatteryModel
import BusCodec
import InverterProfiles

/// Bytes written as hexadecimal with spaces between them.
func serialBytes(_ text: String) -> [UInt8] { text.split(separator: " ").compactMap { UInt8($0, radix: 16) } }

extension InverterProfile {
    /// What the battery side makes of these bytes and answers, in hexadecimal; `nil` where they are no question.
    func answer(
        to text: String, bank: BankReading, options: ProfileOptions = ProfileOptions()
    ) -> (outcome: SerialOutcome, bytes: String)? {
        let bytes = serialBytes(text)
        guard let talk = serial, case .item(let asked, bytes.count) = talk.framing.scanQuestion(bytes.span)
        else { return nil }
        var buffer = SerialBuffer()
        let outcome = answer(asked, talk, bank: bank, options: options, into: &buffer)
        let written = (0..<buffer.count).map { index in
            let digits = String(buffer[index], radix: 16, uppercase: true)
            return digits.count == 1 ? "0" + digits : digits
        }
        return (outcome, written.joined(separator: " "))
    }

    /// The question of this place as the inverter side writes it.
    func written(question index: Int, dialect: UInt8 = 0) -> [UInt8] {
        guard let talk = serial, let question = talk.question(index, dialect) else { return [] }
        var buffer = SerialBuffer()
        talk.framing.write(question, to: talk.address, into: &buffer)
        return (0..<buffer.count).map { buffer[$0] }
    }
}
