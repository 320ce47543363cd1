import BMSDrivers
import BatteryModel
import BusCodec

/// Any bytes on the line of a shunt: the same blocks however they are cut, nothing lost, no value out of range.
///
/// The first byte says where the rest is cut in two; if its lowest bit is set, the rest is the values of a block with
/// a right sum, which chance would never find.
@c(LLVMFuzzerTestOneInput)
public func fuzz(_ data: UnsafePointer<UInt8>, _ size: Int) -> CInt {
    guard size > 1 else { return 0 }
    var bytes = Array(UnsafeBufferPointer(start: data + 1, count: size - 1))
    if data[0] & 1 == 1 { bytes = completed(bytes) }
    let cut = Int(data[0]) * 3 % (bytes.count + 1)
    precondition(blocks(bytes, cut: cut) == blocks(bytes, cut: 0))
    listen(bytes)
    return 0
}

/// What was fuzzed as the lines of a block, between the bytes as they are.
private func completed(_ bytes: [UInt8]) -> [UInt8] {
    var block = Array("\r\nV\t52000".utf8)
    for (index, value) in bytes.split(separator: 0).enumerated() {
        let labels = ["I", "SOC", "MON", "V", "BMV"]
        block += Array("\r\n\(labels[index % labels.count])\t".utf8) + value.prefix(32)
    }
    block += Array("\r\nChecksum\t".utf8)
    block.append(0 &- block.reduce(0, &+))
    return Array(bytes.prefix(20)) + block + Array(bytes.suffix(20)) + block
}

private struct Found: Equatable {
    var items: [ShuntItem] = []
    var length = 0
    var noise: [UInt64] = []
}

private func blocks(_ bytes: [UInt8], cut: Int) -> Found {
    var scanner = StreamScanner<1024>()
    var result = Found()
    let grammar = VictronShunt.driver.scan
    for piece in [bytes[..<cut], bytes[cut...]] {
        scanner.received(piece.span, grammar: { head, isLast in grammar(head, isLast) }) { bytes, item in
            result.items.append(item)
            result.length += bytes.count
        }
        precondition(scanner.pendingBytes < 1024)
    }
    scanner.silence(grammar: { head, isLast in grammar(head, isLast) }) { bytes, item in
        result.items.append(item)
        result.length += bytes.count
    }
    precondition(scanner.pendingBytes == 0)
    for cause in 0..<UInt8(NoiseCause.count) {
        result.noise.append(NoiseCause(rawValue: cause).map { scanner.noise[$0] } ?? 0)
    }
    precondition(result.length + Int(scanner.noise.total) == bytes.count, "bytes got lost")
    return result
}

private func listen(_ bytes: [UInt8]) {
    let now = Instant(nanoseconds: 1)
    var line = ShuntLine(driver: VictronShunt.driver, at: Instant(nanoseconds: 0))
    let isNews = line.received(bytes.span, at: now)
    let reading = line.reading
    precondition(isNews || reading.currentMilliamps == nil, "a change that was not told")
    for value in [reading.currentMilliamps, reading.socPermille, reading.voltageMillivolts] {
        precondition(value.map { $0.at == now } ?? true, "a value with a time of its own")
    }
    precondition(reading.socPermille.map { (0...1_000).contains($0.value) } ?? true)
    precondition(reading.voltageMillivolts.map { (0...385_000).contains($0.value) } ?? true)
}
