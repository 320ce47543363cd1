// A frame as thirteen bytes, so that it can travel where bytes travel.
//
//     info  identifier (4 bytes, most significant first)  data (8 bytes, filled up with 0)
//
// Bit 7 of the first byte says that the identifier has 29 bits, bit 6 that the frame is a remote request, bits 3 to 0
// how many bytes are in use. Converters between CAN and a network write frames this way as well.

extension CANFrame {
    /// Number of bytes of a record.
    public static let recordLength = 13

    private static let extendedBit: UInt8 = 0x80
    private static let remoteBit: UInt8 = 0x40
    private static let unusedBits: UInt8 = 0x30

    /// Finds a record at the head of a stream.
    public static func scanRecord(_ head: Span<UInt8>) -> ScanStep<CANFrame> {
        guard head.count > 0 else { return .incomplete }
        let info = head[0]
        let length = info & 0x0F
        guard info & unusedBits == 0, length <= 8 else { return .noise(.noStart) }
        guard head.count >= recordLength else { return .incomplete }
        var identifier: UInt32 = 0
        for index in 1..<5 { identifier = identifier << 8 | UInt32(head[index]) }
        let isExtended = info & extendedBit != 0
        guard identifier <= (isExtended ? maximumExtendedIdentifier : maximumStandardIdentifier) else {
            return .noise(.noStart)
        }
        let isRemote = info & remoteBit != 0
        var frame = CANFrame(
            identifier: identifier, isExtended: isExtended, kind: isRemote ? .remote : .data, length: length)
        for index in 0..<(isRemote ? 0 : Int(length)) { frame.bytes[index] = head[5 + index] }
        return .item(frame, length: recordLength)
    }

    /// Writes the frame as a record; nothing for the report of an error, which was never on the wire.
    public func writeRecord<let size: Int>(into buffer: inout ByteBuffer<size>) {
        guard kind != .error else { return }
        let extended = isExtended ? Self.extendedBit : 0
        let remote = kind == .remote ? Self.remoteBit : 0
        buffer.append(length | extended | remote)
        buffer.append(big: UInt16(truncatingIfNeeded: identifier >> 16))
        buffer.append(big: UInt16(truncatingIfNeeded: identifier))
        buffer.append(bytes.span)
    }
}
