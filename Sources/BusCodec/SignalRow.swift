public import BatteryModel

/// Where a number lies on a wire and what it means: one row of a protocol's table.
///
/// Encoders, decoders, DBC export, documentation and simulators all read the same rows. `value = raw × numerator ÷
/// denominator + offset`, an integer in ``unit``.
///
/// Positions. `byte` counts from 0, `bit` 0 is the least significant of a byte. A little-endian signal is given by
/// its least significant bit and grows towards higher bits and bytes; a big-endian one by its most significant bit
/// and grows towards lower bits and higher bytes:
///
///     little, byte 0 bit 4, 8 bits         big, byte 0 bit 3, 8 bits
///     byte 0: 3 2 1 0 - - - -              byte 0: - - - - 7 6 5 4
///     byte 1: - - - - 7 6 5 4              byte 1: 3 2 1 0 - - - -
public struct SignalRow<Meaning: Sendable>: Sendable {
    /// The name in tables, files and errors.
    public var name: StaticString
    /// The CAN identifier, or the first register of the block.
    public var container: UInt32
    /// First byte, counted from 0.
    public var byte: UInt16
    /// Bit within ``byte``; `nil` for a signal that begins at the edge of its byte.
    public var bit: UInt8?
    /// Length in bits: 1…64, or eight times the number of characters of a text.
    public var bits: UInt16
    /// Byte order; `nil` where the container decides.
    public var order: ByteOrder?
    /// Whether the raw number is in two's complement.
    public var isSigned: Bool
    /// Whether the raw number has 32 bits as ``Binary32`` has them; ``isSigned`` says nothing then.
    public var isFloat: Bool
    /// Multiplies the raw number.
    public var numerator: Int32
    /// Divides the raw number.
    public var denominator: Int32
    /// Is added after scaling.
    public var offset: Int32
    /// The unit of the value.
    public var unit: Unit
    /// What the value can be; anything else is an error that names the signal.
    public var range: ClosedRange<Int32>
    /// The raw code that means "not available", if there is one.
    public var notAvailable: UInt64?
    /// The value to send when there is none and the protocol has no code for that; `nil` withholds the frame.
    public var substitute: Int32?
    /// How a value between two raw codes is sent.
    public var rounding: Rounding
    /// How often the signal stands one after the other, for example once for each cell.
    public var count: UInt8
    /// In which dialects of the protocol it exists: bit n for dialect n.
    public var dialects: UInt8
    /// What the number is.
    public var meaning: Meaning

    /// Makes a row; what is left out is the common case.
    public init(
        _ name: StaticString, in container: UInt32, byte: UInt16, bit: UInt8? = nil, bits: UInt16,
        _ order: ByteOrder? = nil, signed isSigned: Bool = false, float isFloat: Bool = false,
        times numerator: Int32 = 1, over denominator: Int32 = 1, plus offset: Int32 = 0, unit: Unit = .count,
        range: ClosedRange<Int32> = Int32.min...Int32.max, notAvailable: UInt64? = nil,
        substitute: Int32? = nil, rounding: Rounding = .nearest, count: UInt8 = 1, dialects: UInt8 = .max,
        _ meaning: Meaning
    ) {
        self.name = name
        self.container = container
        self.byte = byte
        self.bit = bit
        self.bits = bits
        self.order = order
        self.isSigned = isSigned
        self.isFloat = isFloat
        self.numerator = numerator
        self.denominator = denominator
        self.offset = offset
        self.unit = unit
        self.range = range
        self.notAvailable = notAvailable
        self.substitute = substitute
        self.rounding = rounding
        self.count = count
        self.dialects = dialects
        self.meaning = meaning
    }
}

/// Which byte of a number comes first.
public enum ByteOrder: UInt8, Sendable {
    /// The least significant (Intel).
    case little
    /// The most significant (Motorola).
    case big
}

/// What happens to a value that lies between two raw codes.
public enum Rounding: UInt8, Sendable {
    /// The nearest code; for measured values.
    case nearest
    /// The next value below that has a code; for limits that must not be exceeded.
    case down
    /// The next value above that has a code; for limits that must not be undercut.
    case up
}

/// Why a signal could not be read or written.
public enum SignalError: Error, Equatable, Sendable {
    /// The container ends before the signal does.
    case tooShort(signal: SignalName, neededBytes: Int, gotBytes: Int)
    /// The value is outside what the signal can mean.
    case outOfRange(signal: SignalName, value: Int64)
    /// There is no value, and the protocol has no code for that.
    case missing(signal: SignalName)
}

/// The name of a signal, comparable so that errors can be tested.
public struct SignalName: Sendable, Equatable {
    /// The name as it stands in the table.
    public var text: StaticString

    /// Wraps a name.
    public init(_ text: StaticString) { self.text = text }

    /// Tells whether two names are spelled the same.
    public static func == (lhs: SignalName, rhs: SignalName) -> Bool {
        guard lhs.text.utf8CodeUnitCount == rhs.text.utf8CodeUnitCount else { return false }
        for index in 0..<lhs.text.utf8CodeUnitCount
        where unsafe lhs.text.utf8Start[index] != rhs.text.utf8Start[index] {
            return false
        }
        return true
    }
}
