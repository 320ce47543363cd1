import BusCodec

/// Any bytes on a Kostal's line: the same frames however they are cut, nothing lost, and what was found is written again
/// byte for byte.
///
/// The first byte says where the rest is cut in two; if its lowest bit is set, the rest is the body of a frame with a
/// right sum and right places, which chance would never find.
@c(LLVMFuzzerTestOneInput)
public func fuzz(_ data: UnsafePointer<UInt8>, _ size: Int) -> CInt {
    guard size > 1 else { return 0 }
    var bytes = Array(UnsafeBufferPointer(start: data + 1, count: size - 1))
    if data[0] & 1 == 1 { bytes = completed(bytes) }
    let cut = Int(data[0]) * 3 % (bytes.count + 1)
    precondition(frames(bytes, cut: cut) == frames(bytes, cut: 0))
    return 0
}

/// What was fuzzed as the body of a frame of each kind, between the bytes as they are.
private func completed(_ bytes: [UInt8]) -> [UInt8] {
    var buffer = ByteBuffer<512>()
    for kind in [KostalFrame.Kind.question, .command, .answer, .confirmation] {
        KostalFrame.encode(kind, body: bytes.span, into: &buffer)
        buffer.append(bytes.span.extracting(first: min(bytes.count, 5)))
    }
    return Array(bytes.prefix(20)) + buffer.bytes.indices.map { buffer.bytes[$0] }
}

private struct Frames: Equatable {
    var frames: [KostalFrame] = []
    var length = 0
    var noise: [UInt64] = []
}

private func frames(_ bytes: [UInt8], cut: Int) -> Frames {
    var scanner = StreamScanner<128>()
    var result = Frames()
    let note = { (piece: Span<UInt8>, frame: KostalFrame) in
        checkWritten(frame, piece)
        result.frames.append(frame)
        result.length += piece.count
    }
    for piece in [bytes[..<cut], bytes[cut...]] {
        scanner.received(piece.span, grammar: { head, _ in KostalFrame.scan(head) }, handle: note)
        precondition(scanner.pendingBytes < KostalFrame.maximumLength, "it waits for more than there can be")
    }
    scanner.silence(grammar: { head, _ in KostalFrame.scan(head) }, handle: note)
    precondition(scanner.pendingBytes == 0)
    for cause in 0..<UInt8(NoiseCause.count) {
        result.noise.append(NoiseCause(rawValue: cause).map { scanner.noise[$0] } ?? 0)
    }
    precondition(result.length + Int(scanner.noise.total) == bytes.count, "bytes got lost")
    return result
}

private func checkWritten(_ frame: KostalFrame, _ bytes: Span<UInt8>) {
    var body = ByteBuffer<64>()
    KostalFrame.readBody(of: bytes, into: &body)
    precondition(body.count == frame.bodyCount)
    var written = ByteBuffer<64>()
    KostalFrame.encode(frame.kind, body: body.bytes, into: &written)
    precondition(written.bytes.isSame(as: bytes), "what was read is written otherwise")
}
