import BusCodec

/// Any bytes of an SLCAN adapter: every frame found can be said again, and the next line after any garbage is read.
@c(LLVMFuzzerTestOneInput)
public func fuzz(_ data: UnsafePointer<UInt8>, _ size: Int) -> CInt {
    var scanner = SLCANScanner()
    for byte in UnsafeBufferPointer(start: data, count: size) {
        if case .frame(let frame, _) = scanner.receive(byte) { sayAgain(frame) }
    }
    _ = scanner.receive(0x0D)
    let known = CANFrame(identifier: 0x351, payload: [0x28, 0x02, 0xF4].span)
    sayAgain(known, &scanner)
    return 0
}

private func sayAgain(_ frame: CANFrame) {
    var fresh = SLCANScanner()
    sayAgain(frame, &fresh)
    precondition(fresh.faults == SLCANScanner.Faults())
}

private func sayAgain(_ frame: CANFrame, _ scanner: inout SLCANScanner) {
    guard let line = SLCAN.encode(frame) else { preconditionFailure("a frame that was heard cannot be said") }
    var heard: SLCANScanner.Item?
    for index in line.bytes.indices {
        precondition(heard == nil, "an item before the end of the line")
        heard = scanner.receive(line.bytes[index])
    }
    precondition(heard == .frame(frame, timestamp: nil), "another frame came back")
}
