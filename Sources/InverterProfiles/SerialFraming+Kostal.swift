import BusCodec

// What a frame of a Kostal PLENTICORE is about. It names no address, and an answer does not say to what.

extension SerialFraming {
    /// Finds a frame of either side.
    static func scanKostal(_ head: Span<UInt8>) -> ScanStep<SerialFrame> {
        let step = KostalFrame.scan(head).map {
            SerialFrame(address: 0, code: noQuestion, variant: $0.kind.rawValue, kind: .unknown)
        }
        guard case .item(var frame, let length) = step, let kind = KostalFrame.Kind(rawValue: frame.variant)
        else { return step }
        var body = ByteBuffer<64>()
        KostalFrame.readBody(of: head.extracting(first: length), into: &body)
        switch kind {
        case .question where body.count == 2:
            frame.kind = .question
            frame.code = UInt16(body[0]) | UInt16(body[1]) << 8
        case .question: break
        case .command:
            (frame.kind, frame.code, frame.value) = (.write, UInt16(body[0]), UInt16(body[1]))
        case .answer:
            (frame.kind, frame.code) = (.answer, question(answeredBy: body.count))
        case .confirmation: frame.kind = .answer
        }
        return .item(frame, length: length)
    }

    /// The question that an answer of this length answers: only the length tells answers apart.
    private static func question(answeredBy bodyCount: Int) -> UInt16 {
        switch bodyCount {
        case 32: 0x084A
        case 56: 0x044A
        case 1: 0x0353
        default: noQuestion
        }
    }

    /// What nobody asks.
    private static let noQuestion = UInt16.max

    /// Writes a question.
    static func writeKostal(_ code: UInt16, into buffer: inout SerialBuffer) {
        var body = ByteBuffer<2>()
        body.append(little: code)
        KostalFrame.encode(.question, body: body.bytes, into: &buffer)
    }
}
