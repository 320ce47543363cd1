public import BatteryModel

/// Modbus RTU: functions 3, 4, 6 and 16 and the exception answers, as a master, a slave and a listener see them;
/// functions 1 and 2 for who asks for bits.
///
/// The end of a frame is found from its length and its CRC, as soon as they fit; ``silence(atBaud:)`` is only what
/// a caller needs to know that nothing more will come.
public enum ModbusRTU {
    /// The longest frame.
    public static let maximumLength = 256

    /// Functions known here.
    public enum Function: UInt8, Sendable {
        /// Read bits ("coils").
        case readCoils = 1
        /// Read bits that cannot be written ("discrete inputs").
        case readDiscrete = 2
        /// Read holding registers.
        case readHolding = 3
        /// Read input registers.
        case readInput = 4
        /// Write one register.
        case writeOne = 6
        /// Write several registers.
        case writeMany = 16

        /// Whether it reads bits.
        public var readsBits: Bool { self == .readCoils || self == .readDiscrete }
    }

    /// A frame whose CRC is right.
    public struct Frame: Sendable, Equatable {
        /// What it is.
        public enum Kind: Sendable, Equatable {
            /// A question to read `count` registers, or as many bits.
            case readRequest(register: UInt16, count: UInt16)
            /// A question to write `count` registers; their bytes begin at byte 7 (function 16) or 4 (function 6).
            case writeRequest(register: UInt16, count: UInt16)
            /// Registers or bits that were read; their bytes begin at byte 3, eight bits to a byte, the lowest first.
            case readAnswer(byteCount: Int)
            /// Confirms that `count` registers were written.
            case writeAnswer(register: UInt16, count: UInt16)
            /// A refusal.
            case exception(code: UInt8)
        }

        /// The slave asked or answering, 0…247.
        public var address: UInt8
        /// The function; for an exception the one that was refused.
        public var function: Function
        /// What it is.
        public var kind: Kind

        /// Makes a frame.
        public init(address: UInt8, function: Function, kind: Kind) {
            self.address = address
            self.function = function
            self.kind = kind
        }
    }

    /// How long the line must be silent before a frame ends: 3.5 characters of ten bits, at least 1.75 ms above
    /// 19200 baud.
    ///
    /// Source: Modbus over serial line V1.02, section 2.5.1.1.
    public static func silence(atBaud baud: Int32) -> Interval {
        baud > 19_200 ? .microseconds(1_750) : .microseconds(Int64(35_000_000) / Int64(max(baud, 1)))
    }

    /// Finds a request at the head of what a slave hears.
    public static func scanRequest(_ head: Span<UInt8>) -> ScanStep<Frame> {
        scan(head, accepting: .requests)
    }

    /// Finds an answer at the head of what a master hears.
    public static func scanAnswer(_ head: Span<UInt8>) -> ScanStep<Frame> {
        scan(head, accepting: .answers)
    }

    /// Finds either at the head of what a listener hears; the shorter reading is tried first.
    public static func scanAny(_ head: Span<UInt8>) -> ScanStep<Frame> {
        scan(head, accepting: .both)
    }

    /// Whose frames are looked for.
    public enum Sides: Sendable {
        /// Those of a master.
        case requests
        /// Those of a slave.
        case answers
        /// Those of either.
        case both

        func contains(_ side: Sides) -> Bool { self == .both || self == side }
    }

    /// Finds a frame of `sides` at the head of a stream.
    ///
    /// With `bits`, functions 1 and 2 are known as well. A listener takes an answer of 17 to 24 bits for a request,
    /// because both are eight bytes long.
    public static func scan(
        _ head: Span<UInt8>, accepting sides: Sides, bits: Bool = false
    ) -> ScanStep<Frame> {
        guard head.count >= 2 else { return .incomplete }
        guard head[0] <= 247, let function = Function(rawValue: head[1] & 0x7F),
            bits || !function.readsBits
        else { return .noise(.noStart) }
        if head[1] & 0x80 != 0 {
            guard sides.contains(.answers) else { return .noise(.noStart) }
            return check(head, length: 5, function) { .exception(code: $0[2]) }
        }
        switch function {
        case .readHolding, .readInput, .readCoils, .readDiscrete: return scanRead(head, function, sides)
        case .writeOne, .writeMany: return scanWrite(head, function, sides)
        }
    }

    private static func scanRead(
        _ head: Span<UInt8>, _ function: Function, _ sides: Sides
    ) -> ScanStep<Frame> {
        guard head.count >= 3 else { return .incomplete }
        let byteCount = Int(head[2])
        let couldBeAnswer =
            byteCount > 0 && byteCount <= 250 && (byteCount & 1 == 0 || function.readsBits)
        let answer: ScanStep<Frame> =
            sides.contains(.answers) && couldBeAnswer
            ? check(head, length: byteCount + 5, function) { _ in .readAnswer(byteCount: byteCount) }
            : .noise(.noStart)
        let request: ScanStep<Frame> =
            sides.contains(.requests)
            ? check(head, length: 8, function) { .readRequest(register: word($0, 2), count: word($0, 4)) }
            : .noise(.noStart)
        return byteCount + 5 < 8 ? answer.or(request) : request.or(answer)
    }

    private static func scanWrite(
        _ head: Span<UInt8>, _ function: Function, _ sides: Sides
    ) -> ScanStep<Frame> {
        if function == .writeOne {
            return check(head, length: 8, function) {
                sides.contains(.requests)
                    ? .writeRequest(register: word($0, 2), count: 1)
                    : .writeAnswer(register: word($0, 2), count: 1)
            }
        }
        let answer: ScanStep<Frame> =
            sides.contains(.answers)
            ? check(head, length: 8, function) { .writeAnswer(register: word($0, 2), count: word($0, 4)) }
            : .noise(.noStart)
        let request: ScanStep<Frame> =
            sides.contains(.requests) ? scanWriteManyRequest(head) : .noise(.noStart)
        return answer.or(request)
    }

    private static func scanWriteManyRequest(_ head: Span<UInt8>) -> ScanStep<Frame> {
        guard head.count >= 7 else { return .incomplete }
        let byteCount = Int(head[6])
        guard byteCount == 2 * Int(word(head, 4)), byteCount > 0, byteCount <= 246 else {
            return .noise(.noStart)
        }
        return check(head, length: 9 + byteCount, .writeMany) {
            .writeRequest(register: word($0, 2), count: word($0, 4))
        }
    }

    /// Finds a frame of this length if its CRC is right.
    static func check(
        _ head: Span<UInt8>, length: Int, _ function: Function, _ kind: (Span<UInt8>) -> Frame.Kind
    ) -> ScanStep<Frame> {
        guard head.count >= length else { return .incomplete }
        let frame = head.extracting(first: length)
        let expected = Checksum.modbusCRC(frame.extracting(first: length - 2))
        guard frame[length - 2] == UInt8(truncatingIfNeeded: expected),
            frame[length - 1] == UInt8(expected >> 8)
        else { return .noise(.checksum) }
        return .item(Frame(address: frame[0], function: function, kind: kind(frame)), length: length)
    }

    private static func word(_ bytes: Span<UInt8>, _ index: Int) -> UInt16 {
        UInt16(bytes[index]) << 8 | UInt16(bytes[index + 1])
    }
}
