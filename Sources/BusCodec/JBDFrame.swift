/// A frame of the JBD family (Jiabaida, LLT, Xiaoxiang, Overkill): 0xDD, data, a sum, 0x77.
///
///     request  DD  A5 read, 5A write  command  length  data  sum  77
///     answer   DD  command            status   length  data  sum  77
///
/// The sum is the negated sum of the bytes from the third on (a request's command, an answer's status) to the end of
/// the data. There is no address, and 77 stands in data too: the length decides.
///
/// Source: vendor's protocol V4 (syssi/esphome-jbd-bms, docs); all captures agree.
public struct JBDFrame: Sendable, Equatable {
    /// Whether a host asks; otherwise a BMS answers.
    public var isRequest: Bool
    /// Whether the request writes.
    public var isWrite: Bool
    /// The command; it is 0xA5 or 0x5A in no answer.
    public var command: UInt8
    /// What the BMS says to it: 0 for "as asked", 0x80 for an error; 0 in a request.
    public var status: UInt8
    /// Number of bytes of data; they begin at byte ``dataStart``.
    public var count: Int

    /// Where data begin.
    public static let dataStart = 4

    private static let start: UInt8 = 0xDD
    private static let end: UInt8 = 0x77
    private static let reads: UInt8 = 0xA5
    private static let writes: UInt8 = 0x5A
    private static let overhead = 7

    /// Finds a request or an answer at the head of a stream.
    public static func scan(_ head: Span<UInt8>) -> ScanStep<JBDFrame> {
        guard head.count > 0 else { return .incomplete }
        guard head[0] == start else { return .noise(.noStart) }
        guard head.count >= dataStart else { return .incomplete }
        let isRequest = head[1] == reads || head[1] == writes
        guard isRequest || head[2] == 0 || head[2] & 0x80 != 0 else { return .noise(.noStart) }
        let length = Int(head[3]) + overhead
        guard head.count >= length else { return .incomplete }
        let sum = checksum(head.extracting(2..<length - 3))
        guard head[length - 1] == end, head[length - 3] == UInt8(sum >> 8),
            head[length - 2] == UInt8(truncatingIfNeeded: sum)
        else { return .noise(.checksum) }
        return .item(
            JBDFrame(
                isRequest: isRequest, isWrite: head[1] == writes, command: isRequest ? head[2] : head[1],
                status: isRequest ? 0 : head[2], count: Int(head[3])), length: length)
    }

    /// Writes the request to read `command`.
    public static func encodeRead<let size: Int>(_ command: UInt8, into buffer: inout ByteBuffer<size>) {
        encode(second: reads, third: command, data: Span<UInt8>(), into: &buffer)
    }

    /// Writes an answer.
    ///
    /// - Precondition: `data` has at most 255 bytes.
    public static func encodeAnswer<let size: Int>(
        to command: UInt8, status: UInt8 = 0, data: Span<UInt8>, into buffer: inout ByteBuffer<size>
    ) {
        encode(second: command, third: status, data: data, into: &buffer)
    }

    private static func encode<let size: Int>(
        second: UInt8, third: UInt8, data: Span<UInt8>, into buffer: inout ByteBuffer<size>
    ) {
        precondition(data.count <= 255)
        let first = buffer.count
        buffer.append(start)
        buffer.append(second)
        buffer.append(third)
        buffer.append(UInt8(data.count))
        buffer.append(data)
        buffer.append(big: checksum(buffer.bytes.extracting((first + 2)..<buffer.count)))
        buffer.append(end)
    }

    private static func checksum(_ bytes: Span<UInt8>) -> UInt16 {
        var sum: UInt16 = 0
        for index in bytes.indices { sum &+= UInt16(bytes[index]) }
        return 0 &- sum
    }
}
