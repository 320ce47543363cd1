import BMSDrivers
import BatteryModel
import BusCodec

/// Any bytes on a line of JK-PB packs, as host and as listener: the same items however they are cut, nothing lost;
/// and an answer that is read says nothing that is not from now, or nothing at all.
///
/// The first byte says where the rest is cut in two, the second what it is put around.
@c(LLVMFuzzerTestOneInput)
public func fuzz(_ data: UnsafePointer<UInt8>, _ size: Int) -> CInt {
    guard size > 2 else { return 0 }
    var bytes = Array(UnsafeBufferPointer(start: data + 2, count: size - 2))
    if data[1] & 1 == 1 { bytes = completed(bytes) }
    let cut = Int(data[0]) * 5 % (bytes.count + 1)
    for listening in [false, true] {
        precondition(found(bytes, cut: cut, listening) == found(bytes, cut: 0, listening))
    }
    return 0
}

private struct Found: Equatable {
    var items: [LineItem] = []
    var lengths: [Int] = []
    var noise: [UInt64] = []
}

private func found(_ bytes: [UInt8], cut: Int, _ listening: Bool) -> Found {
    let driver = JKPB.driver
    var scanner = StreamScanner<1024>()
    var result = Found()
    let note = { (piece: Span<UInt8>, item: LineItem) in
        result.items.append(item)
        result.lengths.append(piece.count)
        if item.kind == .answer { read(piece, item) }
    }
    for piece in [bytes[..<cut], bytes[cut...]] {
        scanner.received(piece.span, grammar: { driver.scan($0, listening, $1) }, handle: note)
        precondition(scanner.pendingBytes < 1024)
    }
    scanner.silence(grammar: { driver.scan($0, listening, $1) }, handle: note)
    precondition(scanner.pendingBytes == 0)
    for cause in 0..<UInt8(NoiseCause.count) {
        result.noise.append(NoiseCause(rawValue: cause).map { scanner.noise[$0] } ?? 0)
    }
    precondition(result.lengths.reduce(0, +) + Int(scanner.noise.total) == bytes.count, "bytes got lost")
    return result
}

/// Reads an answer as one to each question it may answer.
private func read(_ bytes: Span<UInt8>, _ item: LineItem) {
    let driver = JKPB.driver
    let old = Instant(nanoseconds: 1)
    let now = Instant(nanoseconds: 2)
    for poll in item.poll.map({ $0...$0 }) ?? 0...driver.pollCount - 1 {
        var reading = PackReading()
        reading[.soc] = Reading(500, at: old)
        do throws(AnswerError) {
            try driver.decode(bytes, poll, now, &reading)
        } catch {
            precondition(
                reading[.soc] == Reading(500, at: old), "an answer that is not believed changed a value")
            precondition(
                instants(of: reading).allSatisfy { $0 == old }, "an answer that is not believed was kept")
        }
        precondition(instants(of: reading).allSatisfy { $0 == old || $0 == now })
        precondition(instants(of: reading).filter { $0 == old }.count <= 1)
    }
}

private func instants(of reading: PackReading) -> [Instant] {
    var found = (0..<PackField.count).compactMap { index in
        PackField(rawValue: UInt8(index)).flatMap { reading[$0]?.at }
    }
    found += [
        reading.cellMillivolts?.at, reading.wireMilliohms?.at, reading.alarms?.at, reading.identity?.at,
    ].compactMap(\.self)
    return found
}

/// What was fuzzed as the structure of a record, or the data of a register answer, with correct checksums.
private func completed(_ bytes: [UInt8]) -> [UInt8] {
    var buffer = ByteBuffer<600>()
    let kinds: [(JK55AA.Kind, UInt16)] = [(.settings, 0x161E), (.status, 0x1620), (.about, 0x161C)]
    let (kind, register) = kinds[bytes.count % 3]
    let structure = Array(bytes.prefix(293))
    JK55AA.encode(kind, source: 5, structure: structure.span, into: &buffer)
    ModbusRTU.encodeWriteAnswer(address: bytes[0] & 15, register: register, count: 1, into: &buffer)
    let data = Array(bytes.prefix(128))
    ModbusRTU.encodeReadAnswer(address: bytes[0] & 15, data: data.span, into: &buffer)
    return buffer.bytes.indices.map { buffer.bytes[$0] } + bytes.suffix(Int(bytes[0]))
}
