import BusCodec

/// A CAN frame made from any bytes carries exactly those bytes.
@c(LLVMFuzzerTestOneInput)
public func fuzz(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    let input = UnsafeBufferPointer(start: start, count: count).span
    guard input.count >= 4, input.count <= 12 else { return 0 }
    let bits = UInt32(input[0]) << 24 | UInt32(input[1]) << 16 | UInt32(input[2]) << 8 | UInt32(input[3])
    let isExtended = bits >> 31 == 1
    let mask = isExtended ? CANFrame.maximumExtendedIdentifier : CANFrame.maximumStandardIdentifier
    let identifier = bits & mask

    let bytes = input.extracting(droppingFirst: 4)
    let frame = CANFrame(identifier: identifier, isExtended: isExtended, payload: bytes)
    precondition(frame.payload.count == bytes.count)
    for index in bytes.indices { precondition(frame.payload[index] == bytes[index]) }
    precondition(frame == frame)
    return 0
}
