/// A frame of ANT BMS since 2021: `7E A1`, a function, data, a CRC, `AA 55`.
///
///     byte  0  1   2         3 4      5       6 …   then
///           7E A1  function  address  length  data  CRC (2 bytes)  AA 55
///
/// Numbers are little-endian. A request has no data; its length says how many bytes it wants. The CRC is Modbus's, over
/// everything from A1 to the last byte of data. Between the CRC and AA 55 some answers have six bytes more that nobody
/// has explained; answers with the status have none.
///
/// Functions that write (22, 23, 51) and their answers are not known here: neither said nor understood.
///
/// Source: captures of syssi/esphome-ant-bms and patman15/aiobmsble; nothing from the vendor.
public struct ANTFrame: Sendable, Equatable {
    /// What is asked for or answered.
    public enum Function: UInt8, Sendable {
        /// Asks for the status.
        case askStatus = 0x01
        /// Asks for memory: texts and settings.
        case askMemory = 0x02
        /// The status.
        case status = 0x11
        /// Memory.
        case memory = 0x12
    }

    /// What it is.
    public var function: Function
    /// The first address that is read.
    public var address: UInt16
    /// Bytes that a request wants, or that an answer has; these begin at byte ``dataStart``.
    public var count: Int

    /// Whether a host asks; otherwise a BMS answers.
    public var isRequest: Bool { function == .askStatus || function == .askMemory }

    /// Where data begin.
    public static let dataStart = 6

    private static let start: [2 of UInt8] = [0x7E, 0xA1]
    private static let end: [2 of UInt8] = [0xAA, 0x55]
    private static let unexplained = 6

    /// Makes the head of a frame.
    public init(_ function: Function, address: UInt16, count: Int) {
        self.function = function
        self.address = address
        self.count = count
    }

    /// Finds a request to read, or an answer to one, at the head of a stream.
    public static func scan(_ head: Span<UInt8>) -> ScanStep<ANTFrame> {
        for index in 0..<min(head.count, 2) where head[index] != start[index] { return .noise(.noStart) }
        guard head.count >= 3 else { return .incomplete }
        guard let function = Function(rawValue: head[2]) else { return .noise(.noStart) }
        guard head.count >= dataStart else { return .incomplete }
        let frame = ANTFrame(
            function, address: UInt16(head[3]) | UInt16(head[4]) << 8, count: Int(head[5]))
        let crcPlace = dataStart + (frame.isRequest ? 0 : frame.count)
        guard head.count >= crcPlace + 2 else { return .incomplete }
        let crc = Checksum.modbusCRC(head.extracting(1..<crcPlace))
        guard head[crcPlace] == UInt8(truncatingIfNeeded: crc), head[crcPlace + 1] == UInt8(crc >> 8) else {
            return .noise(.checksum)
        }
        let direct = ended(head, crcPlace + 2, frame)
        return function == .memory ? direct.or(ended(head, crcPlace + 2 + unexplained, frame)) : direct
    }

    private static func ended(_ head: Span<UInt8>, _ place: Int, _ frame: ANTFrame) -> ScanStep<ANTFrame> {
        for index in 0..<end.count {
            guard place + index < head.count else { return .incomplete }
            guard head[place + index] == end[index] else { return .noise(.truncated) }
        }
        return .item(frame, length: place + end.count)
    }

    /// Writes the frame.
    ///
    /// - Precondition: `data` is empty in a request, and has ``count`` bytes, at most 255, in an answer.
    public func encode<let size: Int>(data: Span<UInt8> = Span<UInt8>(), into buffer: inout ByteBuffer<size>)
    {
        precondition(data.count == (isRequest ? 0 : count) && count <= 255)
        let first = buffer.count
        buffer.append(Self.start[0])
        buffer.append(Self.start[1])
        buffer.append(function.rawValue)
        buffer.append(little: address)
        buffer.append(UInt8(count))
        buffer.append(data)
        buffer.append(little: Checksum.modbusCRC(buffer.bytes.extracting((first + 1)..<buffer.count)))
        buffer.append(Self.end[0])
        buffer.append(Self.end[1])
    }
}
