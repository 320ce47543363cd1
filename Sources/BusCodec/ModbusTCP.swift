/// Modbus TCP: the functions of ``ModbusRTU`` behind a header with a length, and without a checksum.
///
///     transaction  protocol (0)  length of the rest  unit  function  body
///     2            2             2                   1     1         0-252       bytes each
///
/// Sources: MODBUS Messaging on TCP/IP Implementation Guide V1.0b, section 3.1; Modbus application protocol V1.1b3.
public enum ModbusTCP {
    /// The longest frame.
    public static let maximumLength = 260

    /// Bytes in front of the function.
    static let headerLength = 7

    /// A frame whose header fits its body.
    public struct Frame: Sendable, Equatable {
        /// What an answer has to repeat so that its question can be found.
        public var transaction: UInt16
        /// The unit asked or answering.
        public var unit: UInt8
        /// The function; for an exception the one that was refused.
        public var function: UInt8
        /// What it is; `nil` for a function that is not known here.
        ///
        /// Places in bytes that ``ModbusRTU`` names are six bytes further on.
        public var kind: ModbusRTU.Frame.Kind?

        /// Makes a frame.
        public init(transaction: UInt16, unit: UInt8, function: UInt8, kind: ModbusRTU.Frame.Kind?) {
            self.transaction = transaction
            self.unit = unit
            self.function = function
            self.kind = kind
        }
    }

    /// Finds a request at the head of what a server hears.
    ///
    /// One with a function that is not known is found as well, so that it can be refused.
    public static func scanRequest(_ head: Span<UInt8>) -> ScanStep<Frame> {
        guard let length = length(of: head) else { return .noise(.noStart) }
        guard head.count >= max(length, headerLength + 1) else { return .incomplete }
        let function = head[7]
        guard function & 0x80 == 0 else { return .noise(.noStart) }
        guard let known = ModbusRTU.Function(rawValue: function) else {
            return item(head, length, function, nil)
        }
        switch known {
        case .readHolding, .readInput:
            guard length == 12 else { return .noise(.truncated) }
            return item(head, length, function, .readRequest(register: word(head, 8), count: word(head, 10)))
        case .writeOne:
            guard length == 12 else { return .noise(.truncated) }
            return item(head, length, function, .writeRequest(register: word(head, 8), count: 1))
        case .readCoils, .readDiscrete: return item(head, length, function, nil)
        case .writeMany:
            guard length >= 13, Int(head[12]) == length - 13, Int(head[12]) == 2 * Int(word(head, 10)) else {
                return .noise(.truncated)
            }
            return item(head, length, function, .writeRequest(register: word(head, 8), count: word(head, 10)))
        }
    }

    /// Finds an answer at the head of what a client hears.
    public static func scanAnswer(_ head: Span<UInt8>) -> ScanStep<Frame> {
        guard let length = length(of: head) else { return .noise(.noStart) }
        guard head.count >= max(length, headerLength + 1) else { return .incomplete }
        let function = head[7] & 0x7F
        if head[7] & 0x80 != 0 {
            guard length == 9 else { return .noise(.truncated) }
            return item(head, length, function, .exception(code: head[8]))
        }
        switch ModbusRTU.Function(rawValue: function) {
        case .readHolding, .readInput:
            guard length > 9, Int(head[8]) == length - 9, head[8] & 1 == 0 else { return .noise(.truncated) }
            return item(head, length, function, .readAnswer(byteCount: Int(head[8])))
        case .writeOne, .writeMany:
            guard length == 12 else { return .noise(.truncated) }
            let count = function == ModbusRTU.Function.writeOne.rawValue ? 1 : word(head, 10)
            return item(head, length, function, .writeAnswer(register: word(head, 8), count: count))
        case .readCoils, .readDiscrete, nil: return .noise(.noStart)
        }
    }

    /// The length of the whole frame as far as its header has arrived; `nil` where it is no header.
    private static func length(of head: Span<UInt8>) -> Int? {
        for index in 2..<4 where head.count > index && head[index] != 0 { return nil }
        guard head.count >= 6 else { return 0 }
        let rest = Int(word(head, 4))
        return (2...maximumLength - 6).contains(rest) ? rest + 6 : nil
    }

    private static func item(
        _ head: Span<UInt8>, _ length: Int, _ function: UInt8, _ kind: ModbusRTU.Frame.Kind?
    ) -> ScanStep<Frame> {
        .item(
            Frame(transaction: word(head, 0), unit: head[6], function: function, kind: kind), length: length)
    }

    private static func word(_ bytes: Span<UInt8>, _ index: Int) -> UInt16 {
        UInt16(bytes[index]) << 8 | UInt16(bytes[index + 1])
    }
}

// MARK: - Writing

extension ModbusTCP {
    /// Writes a question to read `count` registers.
    public static func encodeRead<let size: Int>(
        _ function: ModbusRTU.Function = .readHolding, transaction: UInt16, unit: UInt8, register: UInt16,
        count: UInt16, into buffer: inout ByteBuffer<size>
    ) {
        appendHeader(transaction, unit, function.rawValue, bodyLength: 4, to: &buffer)
        buffer.append(big: register)
        buffer.append(big: count)
    }

    /// Writes the answer that carries registers.
    ///
    /// - Precondition: `data` has at most 250 bytes.
    public static func encodeReadAnswer<let size: Int>(
        _ function: UInt8, transaction: UInt16, unit: UInt8, data: Span<UInt8>,
        into buffer: inout ByteBuffer<size>
    ) {
        precondition(data.count <= 250)
        appendHeader(transaction, unit, function, bodyLength: 1 + data.count, to: &buffer)
        buffer.append(UInt8(data.count))
        buffer.append(data)
    }

    /// Writes the answer that confirms a write: the register, and the value (function 6) or the number of registers.
    public static func encodeWriteAnswer<let size: Int>(
        _ function: UInt8, transaction: UInt16, unit: UInt8, register: UInt16, word: UInt16,
        into buffer: inout ByteBuffer<size>
    ) {
        appendHeader(transaction, unit, function, bodyLength: 4, to: &buffer)
        buffer.append(big: register)
        buffer.append(big: word)
    }

    /// Writes a refusal.
    public static func encodeException<let size: Int>(
        _ function: UInt8, transaction: UInt16, unit: UInt8, code: UInt8, into buffer: inout ByteBuffer<size>
    ) {
        appendHeader(transaction, unit, function | 0x80, bodyLength: 1, to: &buffer)
        buffer.append(code)
    }

    private static func appendHeader<let size: Int>(
        _ transaction: UInt16, _ unit: UInt8, _ function: UInt8, bodyLength: Int,
        to buffer: inout ByteBuffer<size>
    ) {
        buffer.append(big: transaction)
        buffer.append(big: 0)
        buffer.append(big: UInt16(bodyLength + 2))
        buffer.append(unit)
        buffer.append(function)
    }
}
