/// A frame of the JBD UP series (UP16S010, UP16S015, UP16S020): Modbus RTU in its address and CRC, not in between.
///
///     address  function  start (2)  end (2)  number of bytes (2)  data  CRC (2, low byte first)
///
/// A request to read has no data. Addresses are those of bytes and the end is exclusive, but an answer may carry fewer
/// or more bytes than lie between: the number of bytes decides.
///
/// Source: syssi/esphome-jbd-bms (docs/pdus); all captures agree.
public struct JBDUpFrame: Sendable, Equatable {
    /// What is asked for.
    public enum Function: UInt8, Sendable {
        /// The state of the pack on whose port the request arrives, whatever the address.
        case ownStatus = 0x45
        /// Read a block.
        case read = 0x78
        /// Write a block.
        case write = 0x79
    }

    /// The pack asked or answering, 1…15.
    public var address: UInt8
    /// What is asked for.
    public var function: Function
    /// Address of the first byte.
    public var start: UInt16
    /// Address behind the last byte.
    public var end: UInt16
    /// Number of bytes of data; they begin at byte ``dataStart``.
    public var count: Int

    /// Where data begin.
    public static let dataStart = 8
    /// The most bytes of data; the longest block has 256.
    public static let maximumCount = 256

    private static let addresses: ClosedRange<UInt8> = 1...15

    /// Makes a frame; data follow when it is written.
    public init(address: UInt8, function: Function, start: UInt16, end: UInt16, count: Int = 0) {
        self.address = address
        self.function = function
        self.start = start
        self.end = end
        self.count = count
    }

    /// Whether a host asks to read.
    public var isReadRequest: Bool { count == 0 && function != .write }

    /// Finds a frame at the head of a stream.
    public static func scan(_ head: Span<UInt8>) -> ScanStep<JBDUpFrame> {
        guard head.count > 0 else { return .incomplete }
        guard addresses.contains(head[0]) else { return .noise(.noStart) }
        guard head.count > 1 else { return .incomplete }
        guard let function = Function(rawValue: head[1]) else { return .noise(.noStart) }
        guard head.count >= dataStart else { return .incomplete }
        let count = Int(word(head, 6))
        guard count <= maximumCount else { return .noise(.noStart) }
        let length = dataStart + count + 2
        guard head.count >= length else { return .incomplete }
        let crc = Checksum.modbusCRC(head.extracting(first: length - 2))
        guard head[length - 2] == UInt8(truncatingIfNeeded: crc), head[length - 1] == UInt8(crc >> 8) else {
            return .noise(.checksum)
        }
        let frame = JBDUpFrame(
            address: head[0], function: function, start: word(head, 2), end: word(head, 4), count: count)
        return .item(frame, length: length)
    }

    /// Writes the frame with `data`; without data it is a request to read.
    ///
    /// - Precondition: `data` has at most ``maximumCount`` bytes.
    public func encode<let size: Int>(_ data: Span<UInt8> = Span(), into buffer: inout ByteBuffer<size>) {
        precondition(data.count <= Self.maximumCount)
        let first = buffer.count
        buffer.append(address)
        buffer.append(function.rawValue)
        buffer.append(big: start)
        buffer.append(big: end)
        buffer.append(big: UInt16(data.count))
        buffer.append(data)
        ModbusRTU.appendCRC(to: &buffer, from: first)
    }

    private static func word(_ bytes: Span<UInt8>, _ index: Int) -> UInt16 {
        UInt16(bytes[index]) << 8 | UInt16(bytes[index + 1])
    }
}
