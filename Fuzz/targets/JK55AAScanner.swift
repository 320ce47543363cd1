import BusCodec

/// Any bytes on a line of JK BMS: the same records however they are cut, nothing lost.
///
/// The first byte says where the rest is cut in two; if its lowest bit is set, every start of a record is made
/// into a whole one with a right sum, which chance would never find.
@c(LLVMFuzzerTestOneInput)
public func fuzz(_ data: UnsafePointer<UInt8>, _ size: Int) -> CInt {
    guard size > 1 else { return 0 }
    var bytes = Array(UnsafeBufferPointer(start: data + 1, count: size - 1))
    if data[0] & 1 == 1 { bytes = completed(bytes) }
    let cut = Int(data[0]) * 3 % (bytes.count + 1)
    precondition(records(bytes, cut: cut) == records(bytes, cut: 0))
    return 0
}

/// What was fuzzed as the structure of a record of its own, between the bytes as they are.
private func completed(_ bytes: [UInt8]) -> [UInt8] {
    let kinds: [JK55AA.Kind] = [.settings, .status, .about, .logBook, .detailLog]
    let structure = Array(bytes.prefix(293))
    var buffer = ByteBuffer<300>()
    JK55AA.encode(kinds[bytes.count % 5], source: bytes[0], structure: structure.span, into: &buffer)
    let record = buffer.bytes.indices.map { buffer.bytes[$0] }
    let tail = Array(bytes.suffix(Int(bytes[0]) % 300))
    return Array(bytes.prefix(20)) + record + tail + Array(record.prefix(tail.count)) + record
}

private struct Records: Equatable {
    var kinds: [JK55AA.Kind] = []
    var noise: [UInt64] = []
}

private func records(_ bytes: [UInt8], cut: Int) -> Records {
    var scanner = StreamScanner<512>()
    var result = Records()
    for piece in [bytes[..<cut], bytes[cut...]] {
        scanner.received(piece.span, grammar: { head, _ in JK55AA.scan(head) }) { record, kind in
            precondition(record.count == JK55AA.length && record[4] == kind.rawValue)
            result.kinds.append(kind)
        }
        precondition(scanner.pendingBytes < 512)
    }
    scanner.silence(grammar: { head, _ in JK55AA.scan(head) }) { _, kind in result.kinds.append(kind) }
    precondition(scanner.pendingBytes == 0)
    for cause in 0..<UInt8(NoiseCause.count) {
        result.noise.append(NoiseCause(rawValue: cause).map { scanner.noise[$0] } ?? 0)
    }
    precondition(
        result.kinds.count * JK55AA.length + Int(scanner.noise.total) == bytes.count, "bytes got lost")
    return result
}
