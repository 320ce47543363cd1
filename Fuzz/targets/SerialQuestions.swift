import BatteryModel
import BusCodec
import InverterProfiles

/// Any bytes on an inverter's serial line, or of a caller over a network: the same frames however they are cut and
/// nothing lost; any question gets a whole frame or silence; and whatever an answer says, it says it now and can be said
/// again without a trap.
///
/// The first byte says where the rest is cut in two, the next four are the question, what follows is its answer.
@c(LLVMFuzzerTestOneInput)
public func fuzz(_ data: UnsafePointer<UInt8>, _ size: Int) -> CInt {
    guard size > 5 else { return 0 }
    let input = Array(UnsafeBufferPointer(start: data, count: size))
    for profile in profiles {
        guard let talk = profile.serial else { continue }
        let bytes = Array(input[1...])
        let cut = Int(input[0]) * 5 % (bytes.count + 1)
        for scan in [talk.framing.scanQuestion, talk.framing.scanAnswer] {
            precondition(frames(bytes, cut: cut, scan) == frames(bytes, cut: 0, scan))
        }
        ask(input, profile, talk)
    }
    return 0
}

private let profiles = ProfileTable.profiles.indices.map { ProfileTable.profiles[$0] }
    .flatMap { profile in [profile] + (profile.overTCP.map { [$0] } ?? []) }

private struct Frames: Equatable {
    var frames: [SerialFrame] = []
    var lengths: [Int] = []
    var noise: [UInt64] = []
}

private func frames(
    _ bytes: [UInt8], cut: Int, _ scan: (Span<UInt8>) -> ScanStep<SerialFrame>
) -> Frames {
    var scanner = StreamScanner<1_100>()
    var result = Frames()
    let note = { (piece: Span<UInt8>, frame: SerialFrame) in
        result.frames.append(frame)
        result.lengths.append(piece.count)
    }
    for piece in [bytes[..<cut], bytes[cut...]] {
        scanner.received(piece.span, grammar: { bytes, _ in scan(bytes) }, handle: note)
        precondition(scanner.pendingBytes < 1_100)
    }
    scanner.silence(grammar: { bytes, _ in scan(bytes) }, handle: note)
    precondition(scanner.pendingBytes == 0)
    for cause in 0..<UInt8(NoiseCause.count) {
        result.noise.append(NoiseCause(rawValue: cause).map { scanner.noise[$0] } ?? 0)
    }
    precondition(result.lengths.reduce(0, +) + Int(scanner.noise.total) == bytes.count, "bytes got lost")
    return result
}

private func ask(_ input: [UInt8], _ profile: InverterProfile, _ talk: SerialTalk) {
    let options = ProfileOptions(dialect: input[1] % max(profile.sheet.dialectCount, 1))
    var bank = BankReading()
    let payload = Array(input[5...].prefix(250))
    var index = 0
    while let question = talk.question(index, options.dialect) {
        index += 1
        understand(payload, answering: question, profile, talk, options, into: &bank)
        answer(question, bank, profile, talk, options)
    }
    let known = profile.frame(Int(input[2]) % profile.frameCount).identifier
    let code =
        input[1] & 0x80 != 0 ? UInt16(truncatingIfNeeded: known) : UInt16(input[2]) << 8 | UInt16(input[3])
    let any = SerialQuestion(code: code, count: UInt16(input[4] % 126))
    answer(any, bank, profile, talk, options)
}

/// Reads `payload` as the answer to a question.
private func understand(
    _ payload: [UInt8], answering question: SerialQuestion, _ profile: InverterProfile, _ talk: SerialTalk,
    _ options: ProfileOptions, into bank: inout BankReading
) {
    let now = Instant(nanoseconds: 2)
    guard let asked = scanned(question, talk) else { return }
    var buffer = SerialBuffer()
    talk.framing.writeAnswer(to: asked, as: talk.address, payload.span, into: &buffer)
    _ = profile.understand(
        buffer.bytes, answering: question, talk, options: options, at: now, into: &bank)
    for raw in 0..<UInt8(BankField.count) {
        guard let field = BankField(rawValue: raw) else { continue }
        precondition(bank[field].map { $0.at == now } ?? true)
    }
}

/// Answers a question; what is sent is one whole frame.
private func answer(
    _ question: SerialQuestion, _ bank: BankReading, _ profile: InverterProfile, _ talk: SerialTalk,
    _ options: ProfileOptions
) {
    guard let asked = scanned(question, talk) else { return }
    var buffer = SerialBuffer()
    _ = profile.answer(asked, talk, bank: bank, options: options, into: &buffer)
    guard buffer.count > 0 else { return }
    guard case .item(_, let length) = talk.framing.scanAnswer(buffer.bytes), length == buffer.count else {
        preconditionFailure("what was sent is no frame")
    }
}

private func scanned(_ question: SerialQuestion, _ talk: SerialTalk) -> SerialFrame? {
    var buffer = SerialBuffer()
    talk.framing.write(question, to: talk.address, into: &buffer)
    guard case .item(let frame, _) = talk.framing.scanQuestion(buffer.bytes) else { return nil }
    return frame
}
