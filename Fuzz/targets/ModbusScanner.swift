import BusCodec

/// Any bytes on a Modbus line: the same frames however they are cut, nothing lost, nothing piled up.
///
/// The first byte says where the rest is cut in two.
@c(LLVMFuzzerTestOneInput)
public func fuzz(_ data: UnsafePointer<UInt8>, _ size: Int) -> CInt {
    guard size > 1 else { return 0 }
    let bytes = Array(UnsafeBufferPointer(start: data + 1, count: size - 1))
    let cut = Int(data[0]) % (bytes.count + 1)
    precondition(
        frames(bytes, cut: cut, ModbusRTU.scanRequest) == frames(bytes, cut: 0, ModbusRTU.scanRequest))
    precondition(
        frames(bytes, cut: cut, ModbusRTU.scanAnswer) == frames(bytes, cut: 0, ModbusRTU.scanAnswer))
    precondition(frames(bytes, cut: cut, ModbusRTU.scanAny) == frames(bytes, cut: 0, ModbusRTU.scanAny))
    return 0
}

private struct Frames: Equatable {
    var frames: [ModbusRTU.Frame] = []
    var lengths: [Int] = []
    var noise: [UInt64] = []
}

private func frames(
    _ bytes: [UInt8], cut: Int, _ scan: (Span<UInt8>) -> ScanStep<ModbusRTU.Frame>
) -> Frames {
    var scanner = StreamScanner<64>()
    var result = Frames()
    for piece in [bytes[..<cut], bytes[cut...]] {
        scanner.received(piece.span, grammar: { head, _ in scan(head) }) { frame, item in
            precondition(Checksum.modbusCRC(frame) == 0, "a frame whose CRC is wrong")
            result.frames.append(item)
            result.lengths.append(frame.count)
        }
        precondition(scanner.pendingBytes < 64)
    }
    scanner.silence(grammar: { head, _ in scan(head) }) { frame, item in
        result.frames.append(item)
        result.lengths.append(frame.count)
    }
    precondition(scanner.pendingBytes == 0)
    for cause in 0..<UInt8(NoiseCause.count) {
        result.noise.append(NoiseCause(rawValue: cause).map { scanner.noise[$0] } ?? 0)
    }
    precondition(result.lengths.reduce(0, +) + Int(scanner.noise.total) == bytes.count, "bytes got lost")
    return result
}
