/// A frame `4E 57` ("NW") of JK BMS: a length, data, a sum.
///
///     byte   0  1   2 3     4 … 7     8        9       10    11 …   then
///            4E 57  length  terminal  command  source  kind  data   record (4 bytes)  68  sum (4 bytes)
///
/// Numbers are big-endian. The length counts all bytes but the first two. Of the sum the upper two bytes are 0, the lower
/// two are the sum of all bytes up to the 68. Terminal and record number are 0 in every capture and mean nothing here.
///
/// Source: vendor's protocol V2.5 (syssi/esphome-jk-bms, docs); five captured answers agree.
public struct JK4E57Frame: Sendable, Equatable {
    /// What a frame is for.
    public enum Kind: UInt8, Sendable {
        /// A host asks.
        case request = 0
        /// A BMS answers.
        case answer = 1
        /// A BMS speaks unasked.
        case upload = 2
    }

    /// What it is for.
    public var kind: Kind
    /// The command; an answer repeats it.
    public var command: UInt8
    /// Number of bytes of data, at least 1; they begin at byte ``dataStart``.
    public var count: Int

    /// Where data begin.
    public static let dataStart = 11
    /// The command that reads one tag; tag 0 is all of them.
    public static let readOne: UInt8 = 0x03
    /// The command that reads everything.
    public static let readAll: UInt8 = 0x06
    /// The longest frame that is looked for; an answer with 32 cells has 340 bytes.
    public static let maximumLength = 400

    private static let start: [2 of UInt8] = [0x4E, 0x57]
    private static let end: UInt8 = 0x68
    private static let fromBMS: UInt8 = 0
    private static let fromPC: UInt8 = 3
    private static let overhead = 20
    private static let endLength = 5

    /// Finds a frame at the head of a stream.
    public static func scan(_ head: Span<UInt8>) -> ScanStep<JK4E57Frame> {
        for index in 0..<min(head.count, 2) where head[index] != start[index] { return .noise(.noStart) }
        guard head.count >= 4 else { return .incomplete }
        let length = (Int(head[2]) << 8 | Int(head[3])) + 2
        guard length > overhead, length <= maximumLength else { return .noise(.noStart) }
        guard head.count >= length else { return .incomplete }
        let last = length - endLength
        let sum = Checksum.sum16(head.extracting(0...last))
        guard head[last] == end, head[last + 1] == 0, head[last + 2] == 0, head[last + 3] == UInt8(sum >> 8),
            head[last + 4] == UInt8(truncatingIfNeeded: sum)
        else { return .noise(.checksum) }
        guard let kind = Kind(rawValue: head[10]) else { return .noise(.noStart) }
        return .item(JK4E57Frame(kind: kind, command: head[8], count: length - overhead), length: length)
    }

    /// Writes the request to read everything.
    public static func encodeReadAll<let size: Int>(into buffer: inout ByteBuffer<size>) {
        let allTags: [1 of UInt8] = [0]
        encode(.request, readAll, source: fromPC, data: allTags.span, into: &buffer)
    }

    /// Writes an answer.
    ///
    /// - Precondition: `data` has at most 380 bytes.
    public static func encodeAnswer<let size: Int>(
        to command: UInt8, data: Span<UInt8>, into buffer: inout ByteBuffer<size>
    ) {
        encode(.answer, command, source: fromBMS, data: data, into: &buffer)
    }

    private static func encode<let size: Int>(
        _ kind: Kind, _ command: UInt8, source: UInt8, data: Span<UInt8>, into buffer: inout ByteBuffer<size>
    ) {
        precondition(data.count + overhead <= maximumLength)
        let first = buffer.count
        buffer.append(start[0])
        buffer.append(start[1])
        buffer.append(big: UInt16(data.count + overhead - 2))
        buffer.append(zeros: 4)
        buffer.append(command)
        buffer.append(source)
        buffer.append(kind.rawValue)
        buffer.append(data)
        buffer.append(zeros: 4)
        buffer.append(end)
        let sum = Checksum.sum16(buffer.bytes.extracting(first..<buffer.count))
        buffer.append(zeros: 2)
        buffer.append(big: sum)
    }
}
