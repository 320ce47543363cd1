/// Turns the bytes of an SLCAN adapter into frames and answers, one byte at a time.
///
/// Holds at most one line. After garbage it is back in step at the next CR, or at once at a letter that begins a
/// frame: no line holds such a letter anywhere else.
public struct SLCANScanner: Sendable {
    /// What one byte completed.
    public enum Item: Sendable, Equatable {
        /// A frame heard on the bus; the time stamp, if any, in the adapter's unit (milliseconds modulo 60 000).
        case frame(CANFrame, timestamp: UInt32?)
        /// The adapter did as it was told (CR, `z` or `Z`).
        case acknowledged
        /// The adapter refused a command (BEL).
        case refused
        /// The answer to `F`.
        case status(SLCANStatus)
        /// The answer to `V`: two digits each as they came, 0x13 for version 1.3.
        case version(hardware: UInt8, software: UInt8)
    }

    /// What was dropped, by cause; each count starts again at zero after four thousand million.
    public struct Faults: Sendable, Equatable {
        /// Bytes that belong to no line of the protocol.
        public var garbageBytes: UInt32 = 0
        /// Lines that began as a frame or answer and did not go on as one.
        public var malformedLines: UInt32 = 0
        /// Lines that begin with a letter this scanner does not know, such as CAN FD frames.
        public var unknownLines: UInt32 = 0
        /// Lines longer than any of the protocol.
        public var overlongLines: UInt32 = 0

        /// Makes counts of zero.
        public init() {}
    }

    /// What was dropped so far.
    public private(set) var faults = Faults()

    // `T`, 8 digits, length, 16 digits, and time stamps of up to 8 digits (esd adapters).
    private var line = InlineArray<34, UInt8>(repeating: 0)
    private var count = 0
    private var isSkipping = false

    /// Makes a scanner that expects the start of a line.
    public init() {}

    /// Forgets a half-received line, after the link was reopened; the counts stay.
    public mutating func reset() {
        count = 0
        isSkipping = false
    }

    /// Takes the next byte and returns what it completed, if anything.
    public mutating func receive(_ byte: UInt8) -> Item? {
        switch byte {
        case SLCAN.carriageReturn: return endLine()
        case SLCAN.bell:
            dropPartialLine()
            isSkipping = false
            return .refused
        case 0x0A where count == 0:
            // Some adapters end their lines with CR LF.
            return nil
        case UInt8(ascii: "t"), UInt8(ascii: "T"), UInt8(ascii: "r"), UInt8(ascii: "R"):
            dropPartialLine()
            isSkipping = false
            append(byte)
        case 0x20...0x7E:
            if isSkipping { faults.garbageBytes &+= 1 } else { append(byte) }
        default:
            dropPartialLine()
            faults.garbageBytes &+= 1
            isSkipping = true
        }
        return nil
    }

    private mutating func append(_ byte: UInt8) {
        guard count < line.count else {
            faults.overlongLines &+= 1
            count = 0
            isSkipping = true
            return
        }
        line[count] = byte
        count += 1
    }

    private mutating func dropPartialLine() {
        faults.garbageBytes &+= UInt32(truncatingIfNeeded: count)
        count = 0
    }

    private mutating func endLine() -> Item? {
        defer { reset() }
        if isSkipping { return nil }
        guard count > 0 else { return .acknowledged }
        let item: Item?
        switch line[0] {
        case UInt8(ascii: "t"), UInt8(ascii: "T"), UInt8(ascii: "r"), UInt8(ascii: "R"): item = frame()
        case UInt8(ascii: "z") where count == 1, UInt8(ascii: "Z") where count == 1: item = .acknowledged
        case UInt8(ascii: "F"):
            item =
                count == 3 ? hex(from: 1, digits: 2).map { .status(SLCANStatus(rawFlags: UInt8($0))) } : nil
        case UInt8(ascii: "V"):
            item =
                count == 5
                ? hex(from: 1, digits: 4).map {
                    .version(hardware: UInt8($0 >> 8), software: UInt8($0 & 0xFF))
                }
                : nil
        default:
            faults.unknownLines &+= 1
            return nil
        }
        if item == nil { faults.malformedLines &+= 1 }
        return item
    }

    private func frame() -> Item? {
        let isExtended = line[0] == UInt8(ascii: "T") || line[0] == UInt8(ascii: "R")
        let isRemote = line[0] == UInt8(ascii: "r") || line[0] == UInt8(ascii: "R")
        let identifierDigits = isExtended ? 8 : 3
        let bytesStart = 2 + identifierDigits
        guard count >= bytesStart, let identifier = hex(from: 1, digits: identifierDigits),
            let length = hex(from: 1 + identifierDigits, digits: 1), length <= 8,
            identifier
                <= (isExtended ? CANFrame.maximumExtendedIdentifier : CANFrame.maximumStandardIdentifier)
        else { return nil }
        let timeStart = bytesStart + (isRemote ? 0 : 2 * Int(length))
        let timeDigits = count - timeStart
        guard timeDigits == 0 || timeDigits == 4 || timeDigits == 8 else { return nil }
        var frame = CANFrame(
            identifier: identifier, isExtended: isExtended, kind: isRemote ? .remote : .data,
            length: UInt8(length))
        for index in 0..<(isRemote ? 0 : Int(length)) {
            guard let byte = hex(from: bytesStart + 2 * index, digits: 2) else { return nil }
            frame.bytes[index] = UInt8(byte)
        }
        if timeDigits == 0 { return .frame(frame, timestamp: nil) }
        guard let timestamp = hex(from: timeStart, digits: timeDigits) else { return nil }
        return .frame(frame, timestamp: timestamp)
    }

    private func hex(from start: Int, digits: Int) -> UInt32? {
        var value: UInt32 = 0
        for index in start..<(start + digits) {
            let digit: UInt8
            switch line[index] {
            case 0x30...0x39: digit = line[index] - 0x30
            case 0x41...0x46: digit = line[index] - 0x37
            case 0x61...0x66: digit = line[index] - 0x57
            default: return nil
            }
            value = value << 4 | UInt32(digit)
        }
        return value
    }
}
