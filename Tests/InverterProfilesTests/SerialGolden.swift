import BatteryModel
import BusCodec
import InverterProfiles

/// An answer on a serial line from outside, what it says, and who saw it.
struct SerialGolden: Sendable, CustomStringConvertible {
    /// What was asked.
    var question: SerialQuestion
    /// The address that was asked; that of the profile if left out.
    var asked: UInt8?
    /// The answer: characters without the carriage return, or bytes in hexadecimal with spaces between them.
    var answer: String
    var kind: GoldenFrame.Kind
    /// The source as the comment of the table numbers it.
    var source: String
    var dialect: UInt8 = 0
    var numbers: [BankField: Int32] = [:]
    /// What stands; `nil` where the answer does not speak of alarms.
    var alarms: AlarmSet?
    /// Why answering with what was read does not give the same bytes; `nil` where it does.
    var differsBecause: String?

    var description: String { "\(String(question.code, radix: 16)) \(answer.prefix(40)) \(kind) \(source)" }

    /// The bytes of the answer.
    var bytes: [UInt8] {
        answer.hasPrefix("~")
            ? Array(answer.utf8) + [0x0D] : answer.split(separator: " ").compactMap { UInt8($0, radix: 16) }
    }

    /// What does not hold: that the answer is found whole, says what the source says, and is given byte for byte by a
    /// battery that knows as much.
    func problems(with profile: InverterProfile) -> [String] {
        guard let talk = profile.serial else { return ["not spoken on a serial line"] }
        guard case .item(let frame, bytes.count) = talk.framing.scanAnswer(bytes.span) else {
            return ["no whole answer"]
        }
        var problems: [String] = []
        if frame.kind != .answer { problems.append("\(frame.kind)") }
        var reading = BankReading()
        let options = ProfileOptions(dialect: dialect, address: asked)
        let heard = profile.understand(
            bytes.span, answering: question, talk, options: options, at: noon, into: &reading)
        guard case .frame(let account) = heard else { return problems + ["\(heard)"] }
        if account.outOfRange != 0 || account.cutOff != 0 { problems.append("\(account)") }
        for field in BankField.all where reading[field]?.value != numbers[field] {
            problems.append(
                "\(field.name): \(reading[field]?.value as Any), the source says \(numbers[field] as Any)")
        }
        if reading.alarms?.value != alarms {
            problems.append("alarms: \(reading.alarms?.value as Any), the source says \(alarms as Any)")
        }
        guard differsBecause == nil else { return problems }
        return problems + difference(of: reading, profile, talk, frame, options)
    }

    private func difference(
        of bank: BankReading, _ profile: InverterProfile, _ talk: SerialTalk, _ frame: SerialFrame,
        _ options: ProfileOptions
    ) -> [String] {
        let asked = SerialFrame(
            address: asked ?? talk.address, code: question.code, count: question.count,
            variant: frame.variant,
            kind: .question)
        var buffer = SerialBuffer()
        let outcome = profile.answer(asked, talk, bank: bank, options: options, into: &buffer)
        let written = (0..<buffer.count).map { buffer[$0] }
        if outcome == .answered, written == bytes { return [] }
        return ["\(outcome): \(String(decoding: written, as: UTF8.self))"]
    }
}
