/// One classic CAN frame: identifier, kind and up to eight bytes.
///
/// Sixteen bytes in memory. CAN FD frames are not represented: no battery profile known to us uses them.
public struct CANFrame: Sendable {
    // They stand first, so that they are one word in memory and in a register.
    /// The bytes; those at and beyond ``length`` are zero.
    public var bytes: InlineArray<8, UInt8>
    /// The identifier, 11 bits (0…0x7FF) or, when ``isExtended``, 29 bits (0…0x1FFF_FFFF).
    public var identifier: UInt32
    /// What the frame is: data, a request for data, or the controller's report of an error.
    public var kind: Kind
    /// Whether the identifier has 29 bits.
    public var isExtended: Bool
    /// Number of bytes in use, 0…8.
    ///
    /// A remote request carries none but keeps the length it asks for here.
    public var length: UInt8

    /// What a frame is.
    public enum Kind: UInt8, Sendable {
        /// Carries bytes.
        case data
        /// Asks for the frame of this identifier (RTR).
        case remote
        /// Not from the wire: the controller reports an error; the identifier holds its class bits.
        case error
    }

    /// The highest 11-bit identifier.
    public static let maximumStandardIdentifier: UInt32 = 0x7FF
    /// The highest 29-bit identifier.
    public static let maximumExtendedIdentifier: UInt32 = 0x1FFF_FFFF

    /// Makes a frame with all eight bytes zero.
    ///
    /// - Precondition: `length` is 0…8 and `identifier` fits its kind.
    @inlinable
    public init(identifier: UInt32, isExtended: Bool = false, kind: Kind = .data, length: UInt8) {
        precondition(length <= 8)
        precondition(
            identifier
                <= (isExtended || kind == .error
                    ? Self.maximumExtendedIdentifier : Self.maximumStandardIdentifier))
        self.identifier = identifier
        self.kind = kind
        self.isExtended = isExtended
        self.length = length
        self.bytes = InlineArray(repeating: 0)
    }

    /// Makes a data frame from `payload`.
    ///
    /// - Precondition: `payload` has at most eight bytes and `identifier` fits its kind.
    public init(identifier: UInt32, isExtended: Bool = false, payload: Span<UInt8>) {
        self.init(identifier: identifier, isExtended: isExtended, length: UInt8(payload.count))
        for index in payload.indices { bytes[index] = payload[index] }
    }

    /// The bytes in use; empty for a remote request.
    public var payload: Span<UInt8> {
        @_lifetime(borrow self)
        get { bytes.span.extracting(first: kind == .remote ? 0 : Int(length)) }
    }
}

extension CANFrame: Equatable {
    /// Tells whether two frames are the same on the wire.
    public static func == (lhs: CANFrame, rhs: CANFrame) -> Bool {
        lhs.identifier == rhs.identifier && lhs.kind == rhs.kind && lhs.isExtended == rhs.isExtended
            && lhs.length == rhs.length && lhs.word == rhs.word
    }
}
