public import BusCodec

/// What a scanner made of a stream: the items with their bytes, and what it dropped.
public struct Feeding<Item: Equatable & Sendable>: Equatable, Sendable {
    /// An item and where it came from.
    public struct Found: Equatable, Sendable {
        /// The item.
        public var item: Item
        /// Its bytes.
        public var bytes: [UInt8]
    }

    /// The items in the order in which they were found.
    public private(set) var found: [Found] = []
    /// Number of bytes dropped, for each `NoiseCause`.
    public private(set) var noise: [UInt64] = []
    /// Number of items found up to the end of each stretch, its silence included.
    public private(set) var foundCounts: [Int] = []
    /// Number of bytes not yet understood after each stretch and after the silence behind it.
    public private(set) var pending: [Int] = []

    /// Feeds stretches of bytes to a new scanner, each cut into pieces by `cut` and followed by a silence.
    public init(
        _ stretches: [[UInt8]], cut: ([UInt8]) -> [ArraySlice<UInt8>],
        grammar: (Span<UInt8>, Bool) -> ScanStep<Item>
    ) {
        var scanner = StreamScanner<1024>()
        for stretch in stretches {
            for piece in cut(stretch) {
                scanner.received(piece.span, grammar: grammar) {
                    found.append(Found(item: $1, bytes: array($0)))
                }
            }
            pending.append(scanner.pendingBytes)
            scanner.silence(grammar: grammar) { found.append(Found(item: $1, bytes: array($0))) }
            pending.append(scanner.pendingBytes)
            foundCounts.append(found.count)
        }
        for cause in 0..<NoiseCause.count {
            noise.append(NoiseCause(rawValue: UInt8(cause)).map { scanner.noise[$0] } ?? 0)
        }
    }
}

/// A way to cut a stream into the pieces in which a line delivers it.
public enum Cutting: Sendable, CaseIterable {
    /// In one piece.
    case whole
    /// One byte at a time.
    case byteByByte
    /// In pieces of 0 to 9 bytes.
    case smallPieces
    /// In pieces of 0 to 99 bytes.
    case largePieces

    /// The pieces of `bytes`.
    public func pieces(of bytes: [UInt8], using random: inout SeededRandom) -> [ArraySlice<UInt8>] {
        switch self {
        case .whole: return [bytes[...]]
        case .byteByByte: return bytes.indices.map { bytes[$0...$0] }
        case .smallPieces: return Self.pieces(of: bytes, upTo: 9, using: &random)
        case .largePieces: return Self.pieces(of: bytes, upTo: 99, using: &random)
        }
    }

    private static func pieces(
        of bytes: [UInt8], upTo longest: Int, using random: inout SeededRandom
    ) -> [ArraySlice<UInt8>] {
        var pieces: [ArraySlice<UInt8>] = []
        var rest = bytes[...]
        while !rest.isEmpty {
            let length = Int.random(in: 0...longest, using: &random)
            pieces.append(rest.prefix(length))
            rest = rest.dropFirst(length)
        }
        return pieces
    }
}
