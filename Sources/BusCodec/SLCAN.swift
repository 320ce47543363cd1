/// The ASCII protocol of serial CAN adapters (LAWICEL CAN232 and CANUSB, and all that imitate them).
///
/// ```
/// t iii l dd…  CR      data frame,      11-bit identifier (3 hex digits), length, two hex digits per byte
/// T iiiiiiii l dd… CR  data frame,      29-bit identifier (8 hex digits)
/// r iii l CR           remote request,  11-bit identifier
/// R iiiiiiii l CR      remote request,  29-bit identifier
/// ```
/// The adapter answers a command with CR (done) or BEL (refused), and sends what it hears in the same four
/// forms, with four hex digits of time behind the bytes if time stamps are on. There is no checksum.
///
/// Source: LAWICEL CAN232 manual version 3 (February 2010), chapter "Available CAN232 ASCII commands".
public enum SLCAN {
    /// Ends every line.
    static let carriageReturn: UInt8 = 0x0D
    /// The adapter's "no".
    static let bell: UInt8 = 0x07

    /// One line of the protocol with its CR, ready to be sent.
    public struct Line: Sendable {
        /// Number of bytes in use.
        public private(set) var count = 0
        private var storage = InlineArray<32, UInt8>(repeating: 0)

        /// The bytes in use.
        public var bytes: Span<UInt8> {
            @_lifetime(borrow self)
            get { storage.span.extracting(first: count) }
        }

        fileprivate mutating func append(_ byte: UInt8) {
            storage[count] = byte
            count += 1
        }

        fileprivate mutating func append(hex value: UInt32, digits: Int) {
            for place in stride(from: digits - 1, through: 0, by: -1) {
                let digit = UInt8(truncatingIfNeeded: value >> UInt32(place * 4)) & 0xF
                append(digit < 10 ? 0x30 + digit : 0x37 + digit)
            }
        }
    }

    /// Writes a frame as a line; nil for an error frame, which only a controller can make.
    public static func encode(_ frame: CANFrame) -> Line? {
        var line = Line()
        switch (frame.kind, frame.isExtended) {
        case (.data, false): line.append(UInt8(ascii: "t"))
        case (.data, true): line.append(UInt8(ascii: "T"))
        case (.remote, false): line.append(UInt8(ascii: "r"))
        case (.remote, true): line.append(UInt8(ascii: "R"))
        case (.error, _): return nil
        }
        line.append(hex: frame.identifier, digits: frame.isExtended ? 8 : 3)
        line.append(hex: UInt32(frame.length), digits: 1)
        let payload = frame.payload
        for index in payload.indices { line.append(hex: UInt32(payload[index]), digits: 2) }
        line.append(carriageReturn)
        return line
    }

    /// What opens the adapter's channel at a bit rate: three CR to end half a command, `C`, `Sn`, `O`.
    ///
    /// `C` is answered with BEL if the channel was closed already; that is as it should be.
    ///
    /// - Parameters:
    ///   - bitrateKilobits: 10, 20, 50, 100, 125, 250, 500, 800 or 1000 kbit/s.
    ///   - listensOnly: Whether the adapter is to hear only, with `L` instead of `O`: it then does not even acknowledge.
    /// - Returns: The commands one after the other; nil for a rate the protocol has no number for.
    public static func openSequence(bitrateKilobits: Int, listensOnly: Bool = false) -> Line? {
        guard let digit = rateDigit(bitrateKilobits) else { return nil }
        var line = Line()
        for _ in 0..<3 { line.append(carriageReturn) }
        line.append(UInt8(ascii: "C"))
        line.append(carriageReturn)
        line.append(UInt8(ascii: "S"))
        line.append(digit)
        line.append(carriageReturn)
        line.append(listensOnly ? UInt8(ascii: "L") : UInt8(ascii: "O"))
        line.append(carriageReturn)
        return line
    }

    private static func rateDigit(_ bitrateKilobits: Int) -> UInt8? {
        switch bitrateKilobits {
        case 10: UInt8(ascii: "0")
        case 20: UInt8(ascii: "1")
        case 50: UInt8(ascii: "2")
        case 100: UInt8(ascii: "3")
        case 125: UInt8(ascii: "4")
        case 250: UInt8(ascii: "5")
        case 500: UInt8(ascii: "6")
        case 800: UInt8(ascii: "7")
        case 1000: UInt8(ascii: "8")
        default: nil
        }
    }

    /// `C`: closes the channel.
    public static var close: Line { command(UInt8(ascii: "C")) }

    /// `F`: asks for the status flags; refused while the channel is closed.
    public static var askStatus: Line { command(UInt8(ascii: "F")) }

    /// `V`: asks for the versions of hardware and firmware.
    public static var askVersion: Line { command(UInt8(ascii: "V")) }

    private static func command(_ letter: UInt8) -> Line {
        var line = Line()
        line.append(letter)
        line.append(carriageReturn)
        return line
    }
}

/// The status flags an SLCAN adapter answers `F` with.
///
/// ```
/// bit 7    6            5        4  3        2        1        0
///  bus   arbitration  error    -  data     error    tx fifo  rx fifo
///  error lost         passive     overrun  warning  full     full
/// ```
/// The protocol has no flag for bus-off. Source: LAWICEL CAN232 manual version 3, command `F`.
public struct SLCANStatus: Sendable, Equatable {
    /// The byte as it came.
    public var rawFlags: UInt8

    /// Makes a status from the adapter's byte.
    public init(rawFlags: UInt8) { self.rawFlags = rawFlags }

    /// The adapter received faster than it could pass on: frames are lost.
    public var isReceiveQueueFull: Bool { rawFlags & 0x01 != 0 }
    /// The adapter cannot get rid of what it should send.
    public var isTransmitQueueFull: Bool { rawFlags & 0x02 != 0 }
    /// An error counter has reached 96.
    public var isErrorWarning: Bool { rawFlags & 0x04 != 0 }
    /// The controller overwrote a frame that had not been fetched.
    public var isDataOverrun: Bool { rawFlags & 0x08 != 0 }
    /// An error counter has reached 128: the controller may no longer disturb others.
    public var isErrorPassive: Bool { rawFlags & 0x20 != 0 }
    /// The controller gave way to a frame of higher priority; harmless.
    public var isArbitrationLost: Bool { rawFlags & 0x40 != 0 }
    /// The controller saw a fault on the wire.
    public var isBusError: Bool { rawFlags & 0x80 != 0 }

    /// The same as an error frame in the form of SocketCAN, so that all CAN links report alike; nil if all is well.
    ///
    /// Arbitration lost alone is no error. Class bits as in `linux/can/error.h`.
    public var errorFrame: CANFrame? {
        var classes: UInt32 = 0
        var controller: UInt8 = 0
        if isReceiveQueueFull || isDataOverrun { controller |= 0x01 }
        if isTransmitQueueFull { controller |= 0x02 }
        if isErrorWarning { controller |= 0x0C }
        if isErrorPassive { controller |= 0x30 }
        if controller != 0 { classes |= 0x004 }
        if isBusError { classes |= 0x080 }
        guard classes != 0 else { return nil }
        var frame = CANFrame(identifier: classes, kind: .error, length: 8)
        frame.bytes[1] = controller
        return frame
    }
}
