import BusCodec

/// Any line of text: what is read as a frame and written again, in any form, is read as the same frame.
@c(LLVMFuzzerTestOneInput)
public func fuzz(_ data: UnsafePointer<UInt8>, _ size: Int) -> CInt {
    let bytes = Array(UnsafeBufferPointer(start: data, count: size))
    guard let line = try? CANFrameLine(parsing: bytes.span) else { return 0 }
    check(line) { $0.writeLog(into: &$1) }
    check(line) { $0.writeConsole(into: &$1) }
    check(line) { $0.writeConsole(into: &$1, .date, showsText: true) }
    return 0
}

private func check(_ line: CANFrameLine, _ write: (CANFrameLine, inout CANFrameLineBuffer) -> Void) {
    var buffer = CANFrameLineBuffer()
    write(line, &buffer)
    guard let again = try? CANFrameLine(parsing: buffer.bytes) else {
        preconditionFailure("what was written cannot be read")
    }
    precondition(again.frame == line.frame, "another frame came back")
    if let time = line.nanoseconds, let other = again.nanoseconds {
        precondition(abs(time - other) < 1_000, "another time came back")
    }
    precondition(line.nanoseconds == nil || again.nanoseconds != nil, "the time got lost")
}
