/// The 300-byte records `55 AA EB 90 …` of JK BMS: live data, settings and identity in little-endian order.
///
///     byte    0  1  2  3  4     5        6 …… 298   299
///             55 AA EB 90 type  ignored  structure  sum of bytes 0…298
///
/// Byte 5 differs by firmware and sender (0x05, 0x00, a counter) and means nothing; a parser that compares it
/// rejects valid records. Source: captures on firmware 14.20 to 19.27, see the golden table of the JK-PB driver.
public enum JK55AA {
    /// Length of a record.
    public static let length = 300
    /// What stands before the structure.
    public static let headerLength = 6

    /// The kind of structure in a record (byte 4).
    public enum Kind: UInt8, Sendable {
        /// Settings (Modbus block 0x1000).
        case settings = 1
        /// Live data (Modbus block 0x1200).
        case status = 2
        /// Identity and outputs (Modbus block 0x1400).
        case about = 3
        /// Log book.
        case logBook = 5
        /// Detailed log.
        case detailLog = 6
    }

    /// Finds a record at the head of a stream.
    public static func scan(_ head: Span<UInt8>) -> ScanStep<Kind> {
        for index in 0..<min(head.count, 4) where head[index] != start[index] { return .noise(.noStart) }
        guard head.count >= length else { return .incomplete }
        guard Checksum.sum8(head.extracting(first: length - 1)) == head[length - 1] else {
            return .noise(.checksum)
        }
        guard let kind = Kind(rawValue: head[4]) else { return .noise(.noStart) }
        return .item(kind, length: length)
    }

    /// Writes a record around a structure; what the structure leaves open is zero.
    ///
    /// - Precondition: `structure` has at most 293 bytes.
    public static func encode<let size: Int>(
        _ kind: Kind, source: UInt8, structure: Span<UInt8>, into buffer: inout ByteBuffer<size>
    ) {
        precondition(structure.count <= length - headerLength - 1)
        var record = ByteBuffer<300>()
        for index in 0..<4 { record.append(start[index]) }
        record.append(kind.rawValue)
        record.append(source)
        record.append(structure)
        record.append(zeros: length - 1 - record.count)
        record.append(Checksum.sum8(record.bytes))
        buffer.append(record.bytes)
    }

    private static let start: [4 of UInt8] = [0x55, 0xAA, 0xEB, 0x90]
}
