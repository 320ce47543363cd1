public import BatteryModel

/// A frame as it stands in a line of text: with the time and the interface, as far as the line has them.
///
/// Two forms are known, both of can-utils. The log form is what `candump -l` and `-L` write and `canplayer` reads;
/// the console form is what `candump` shows:
///
///     (1436509052.249713) vcan0 044#2A366C2BBA
///       can0  351   [8]  28 02 F4 01 20 03 E0 01
///
/// Source: can-utils, `lib.h` (parse_canframe, sprint_canframe, sprint_long_canframe) and `candump.c`.
public struct CANFrameLine: Sendable, Equatable {
    /// The frame.
    public var frame: CANFrame
    /// Nanoseconds since 1970, or since whatever the writer counted from; `nil` where the line has no time.
    public var nanoseconds: Int64?
    /// The interface; empty where the line has none.
    public var interface: ASCIIText

    /// Makes a line.
    public init(_ frame: CANFrame, nanoseconds: Int64? = nil, interface: ASCIIText = ASCIIText()) {
        self.frame = frame
        self.nanoseconds = nanoseconds
        self.interface = interface
    }

    /// How a time is written.
    public enum TimeStyle: UInt8, Sendable {
        /// `(1436509052.249713)`; less than a thousand seconds with leading zeros, `(000.123456)`, on the console.
        case seconds
        /// `(2026-11-21 10:00:00.123456)`, console only; without a zone, taken as UTC.
        case date
    }
}

/// Room for the longest line.
public typealias CANFrameLineBuffer = ByteBuffer<128>

/// Why a line is not a frame; `column` counts bytes from 1.
public enum CANFrameTextError: Error, Equatable, Sendable {
    /// The line has nothing but spaces.
    case empty
    /// The line ends before the frame does.
    case endsEarly(column: Int)
    /// Something else should stand here.
    case unexpected(column: Int)
    /// The identifier has neither 3 nor 8 digits.
    case identifierDigits(column: Int)
    /// The identifier is larger than 0x7FF with 3 digits, or 0x1FFF_FFFF with 8.
    case identifierTooLarge(column: Int)
    /// More than eight bytes.
    case tooManyBytes(column: Int)
    /// Not as many bytes as the line says.
    case wrongCount(column: Int)
    /// A CAN FD frame (`##`, or more than eight bytes announced): not classic CAN.
    case notClassic(column: Int)
    /// A time that is none.
    case time(column: Int)
}

extension CANFrameLine {
    /// Adds the line in log form, without a line end; a line without a time is written at 0.
    ///
    /// An interface without a name is written as `can0`: the form cannot do without.
    public func writeLog<let size: Int>(into buffer: inout ByteBuffer<size>) {
        buffer.append(0x28)
        buffer.append(seconds: nanoseconds ?? 0, digits: 1)
        buffer.append(literal: ") ")
        if interface.count == 0 { buffer.append(literal: "can0") } else { buffer.append(text: interface) }
        buffer.append(0x20)
        frame.writeCompact(into: &buffer)
    }

    /// Adds the line in console form, without a line end.
    ///
    /// - Parameters:
    ///   - buffer: Takes the line.
    ///   - style: How the time is written, if the line has one.
    ///   - showsText: Whether the bytes follow as characters, as `candump -a` writes them.
    public func writeConsole<let size: Int>(
        into buffer: inout ByteBuffer<size>, _ style: TimeStyle = .seconds, showsText: Bool = false
    ) {
        if let nanoseconds {
            buffer.append(literal: " (")
            switch style {
            case .seconds: buffer.append(seconds: nanoseconds, digits: 3)
            case .date: buffer.append(date: nanoseconds)
            }
            buffer.append(0x29)
        }
        buffer.append(literal: "  ")
        if interface.count > 0 {
            buffer.append(text: interface)
            buffer.append(literal: "  ")
        }
        frame.writeLong(into: &buffer, showsText: showsText)
    }
}

extension CANFrame {
    /// Marks an error frame in the eight digits of its identifier (CAN_ERR_FLAG).
    public static let errorFlag: UInt32 = 0x2000_0000

    /// Adds `044#2A366C2BBA`, `123#R8` or `20000080#…`.
    public func writeCompact<let size: Int>(into buffer: inout ByteBuffer<size>) {
        writeIdentifier(into: &buffer)
        buffer.append(0x23)
        if kind == .remote {
            buffer.append(0x52)
            if length > 0 { buffer.append(decimal: Int64(length)) }
        } else {
            for index in payload.indices { buffer.append(hex: UInt32(payload[index]), digits: 2) }
        }
    }

    /// Adds `351   [8]  28 02 F4 01 20 03 E0 01`.
    fileprivate func writeLong<let size: Int>(into buffer: inout ByteBuffer<size>, showsText: Bool) {
        writeIdentifier(into: &buffer)
        buffer.append(literal: "   [")
        buffer.append(decimal: Int64(length))
        buffer.append(literal: "] ")
        if kind == .remote {
            buffer.append(literal: " remote request")
            return
        }
        for index in payload.indices {
            buffer.append(0x20)
            buffer.append(hex: UInt32(payload[index]), digits: 2)
        }
        guard kind == .error || showsText else { return }
        for _ in 0..<3 * (8 - payload.count) + 3 { buffer.append(0x20) }
        if kind == .error {
            buffer.append(literal: "ERRORFRAME")
        } else {
            buffer.append(0x27)
            for index in payload.indices {
                buffer.append((0x20...0x7E).contains(payload[index]) ? payload[index] : 0x2E)
            }
            buffer.append(0x27)
        }
    }

    private func writeIdentifier<let size: Int>(into buffer: inout ByteBuffer<size>) {
        switch kind {
        case .error: buffer.append(hex: identifier | Self.errorFlag, digits: 8)
        case .data, .remote: buffer.append(hex: identifier, digits: isExtended ? 8 : 3)
        }
    }
}

extension ByteBuffer {
    /// Adds the characters of a literal.
    mutating func append(literal: StaticString) {
        for index in 0..<literal.utf8CodeUnitCount { append(unsafe literal.utf8Start[index]) }
    }

    /// Adds the characters of a text.
    mutating func append(text: ASCIIText) {
        for index in 0..<text.count { append(text[index]) }
    }

    /// Adds the lowest `digits` hexadecimal digits of `number`.
    mutating func append(hex number: UInt32, digits: Int) {
        for place in stride(from: digits - 1, through: 0, by: -1) {
            let nibble = UInt8(truncatingIfNeeded: number >> UInt32(4 * place)) & 0xF
            append(nibble < 10 ? 0x30 + nibble : 0x37 + nibble)
        }
    }

    /// Adds `number` in decimal with at least `digits` digits.
    mutating func append(decimal number: Int64, digits: Int = 1) {
        if number < 0 { append(0x2D) }
        var divisor: UInt64 = 1
        var places = 1
        while number.magnitude / divisor >= 10 || places < digits {
            divisor *= 10
            places += 1
        }
        while divisor > 0 {
            append(0x30 + UInt8(truncatingIfNeeded: number.magnitude / divisor % 10))
            divisor /= 10
        }
    }

    /// Adds seconds with six decimal places; what is finer is cut off.
    fileprivate mutating func append(seconds nanoseconds: Int64, digits: Int) {
        let time = max(nanoseconds, 0)
        append(decimal: time / 1_000_000_000, digits: digits)
        append(0x2E)
        append(decimal: time % 1_000_000_000 / 1_000, digits: 6)
    }

    /// Adds `2026-11-21 10:00:00.123456`.
    fileprivate mutating func append(date nanoseconds: Int64) {
        let time = max(nanoseconds, 0)
        let seconds = time / 1_000_000_000
        let date = CivilDate(daysSince1970: seconds / 86_400)
        append(decimal: date.year, digits: 4)
        append(0x2D)
        append(decimal: date.month, digits: 2)
        append(0x2D)
        append(decimal: date.day, digits: 2)
        append(0x20)
        append(decimal: seconds % 86_400 / 3_600, digits: 2)
        append(0x3A)
        append(decimal: seconds % 3_600 / 60, digits: 2)
        append(0x3A)
        append(decimal: seconds % 60, digits: 2)
        append(0x2E)
        append(decimal: time % 1_000_000_000 / 1_000, digits: 6)
    }
}
