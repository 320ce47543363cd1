/// One CAN frame of an inverter protocol.
public struct FrameRow: Sendable {
    /// The identifier, see ``isExtended``.
    public var identifier: UInt32
    /// The name in tables, files and errors.
    public var name: StaticString
    /// Whether the identifier has 29 bits.
    public var isExtended: Bool
    /// Who sends it.
    public var direction: FrameDirection
    /// Number of bytes in each dialect, before padding.
    public var lengths: FrameLengths
    /// In which dialects it is sent: bit n for dialect n; 0 for a frame that is only understood when heard.
    public var dialects: UInt8
    /// Whether an inverter needs it; a frame whose values are not known is withheld all the same.
    public var isRequired: Bool
    /// In every which set it is sent: 1 for all of them, 10 for every tenth.
    public var every: UInt8
    /// Where the layout is from.
    public var source: StaticString

    /// Makes a row.
    public init(
        _ identifier: UInt32, _ name: StaticString, isExtended: Bool = false,
        _ direction: FrameDirection = .toInverter, lengths: FrameLengths = 8, dialects: UInt8 = .max,
        isRequired: Bool = true, every: UInt8 = 1, source: StaticString
    ) {
        self.identifier = identifier
        self.name = name
        self.isExtended = isExtended
        self.direction = direction
        self.lengths = lengths
        self.dialects = dialects
        self.isRequired = isRequired
        self.every = every
        self.source = source
    }

    /// What the rows of this frame name as their container: the identifier, with bit 31 set for 29 bits.
    public var container: UInt32 { isExtended ? identifier | Self.extendedFlag : identifier }

    /// Whether the frame is sent in a dialect.
    public func isSent(inDialect dialect: UInt8) -> Bool { dialects >> dialect & 1 != 0 }

    /// Marks the 29-bit identifiers in ``container``, as Linux and DBC files do.
    public static let extendedFlag: UInt32 = 0x8000_0000
}

/// Who sends a frame.
public enum FrameDirection: UInt8, Sendable {
    /// The battery side.
    case toInverter
    /// The inverter.
    case fromInverter
}

/// The length of a frame in each dialect.
public struct FrameLengths: Sendable, ExpressibleByIntegerLiteral {
    private var bytes: InlineArray<4, UInt8>

    /// The same length in every dialect.
    public init(integerLiteral length: UInt8) { bytes = InlineArray(repeating: length) }

    /// The length in each dialect; the dialects left out have that of the last one given.
    public init(_ first: UInt8, _ second: UInt8, _ third: UInt8? = nil, _ fourth: UInt8? = nil) {
        bytes = [first, second, third ?? second, fourth ?? third ?? second]
    }

    /// The length in a dialect.
    public subscript(dialect: UInt8) -> UInt8 { bytes[Int(dialect)] }
}
