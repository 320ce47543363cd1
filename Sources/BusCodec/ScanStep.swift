/// What the bytes at the head of a stream are.
///
/// A grammar is a pure function from the bytes that have arrived, and whether a silence followed them, to a step.
/// Its answer must not change when more bytes arrive, unless it was ``incomplete``; then the result is the same
/// however the bytes were cut into pieces.
public enum ScanStep<Item: Sendable>: Sendable {
    /// They may become something; more bytes, or a silence, will tell.
    case incomplete
    /// The first byte begins nothing: drop it and look again.
    case noise(NoiseCause)
    /// They begin with an item of `length` bytes.
    case item(Item, length: Int)
}

extension ScanStep {
    /// The step with what it found put into another item.
    public func map<Other>(_ transform: (Item) -> Other) -> ScanStep<Other> {
        switch self {
        case .incomplete: .incomplete
        case .noise(let cause): .noise(cause)
        case .item(let item, let length): .item(transform(item), length: length)
        }
    }

    /// This step, or `other` where this one found that the bytes are not what it looks for.
    public func or(_ other: ScanStep) -> ScanStep {
        guard case .noise(let cause) = self else { return self }
        if case .noise(.noStart) = other { return .noise(cause) }
        return other
    }
}

/// Why a byte was dropped.
public enum NoiseCause: UInt8, Sendable {
    /// It begins nothing known.
    case noStart
    /// It begins something whose checksum is wrong.
    case checksum
    /// It begins something that was broken off by a silence.
    case truncated
    /// There was no room for it.
    case overflow

    /// Number of causes.
    public static let count = 4
}

/// How many bytes were dropped for each cause.
public struct NoiseCounts: Sendable {
    private var counts: InlineArray<4, UInt64> = InlineArray(repeating: 0)

    /// Nothing dropped.
    public init() {}

    /// The number of bytes dropped for `cause`.
    public subscript(cause: NoiseCause) -> UInt64 {
        get { counts[Int(cause.rawValue)] }
        set { counts[Int(cause.rawValue)] = newValue }
    }

    /// What was dropped in two places together.
    public static func + (one: NoiseCounts, other: NoiseCounts) -> NoiseCounts {
        var sum = one
        for index in 0..<NoiseCause.count { sum.counts[index] += other.counts[index] }
        return sum
    }

    /// The number of bytes dropped in all.
    public var total: UInt64 {
        var sum: UInt64 = 0
        for index in 0..<NoiseCause.count { sum += counts[index] }
        return sum
    }
}

/// Cuts a stream of bytes into items by a grammar, however they arrive.
///
/// Inlinable, because a generic function of another module finds out anew at each call what it works on.
public struct StreamScanner<let capacity: Int>: Sendable {
    @usableFromInline
    var buffer = ByteBuffer<capacity>()
    @usableFromInline
    var dropped = NoiseCounts()

    /// What was dropped so far.
    public var noise: NoiseCounts { dropped }

    /// A scanner that has seen nothing.
    public init() {}

    /// Number of bytes not yet understood.
    @inlinable
    public var pendingBytes: Int { buffer.count }

    /// Takes bytes from the line and hands every item in them to `handle`.
    ///
    /// - Parameters:
    ///   - bytes: What arrived.
    ///   - grammar: The grammar; it is told the bytes at the head and whether a silence follows them.
    ///   - handle: Is given the item's bytes and the item.
    @inlinable
    public mutating func received<Item>(
        _ bytes: Span<UInt8>, grammar: (Span<UInt8>, Bool) -> ScanStep<Item>,
        handle: (Span<UInt8>, Item) -> Void
    ) {
        var offset = 0
        repeat {
            offset += buffer.append(bytes.extracting(offset..<bytes.count))
            drain(isLast: false, grammar: grammar, handle: handle)
            if buffer.count == capacity {
                dropped[.overflow] += 1
                buffer.removeFirst(1)
                drain(isLast: false, grammar: grammar, handle: handle)
            }
        } while offset < bytes.count
    }

    /// Says that the line has been silent: what is incomplete will not be completed.
    @inlinable
    public mutating func silence<Item>(
        grammar: (Span<UInt8>, Bool) -> ScanStep<Item>, handle: (Span<UInt8>, Item) -> Void
    ) {
        drain(isLast: true, grammar: grammar, handle: handle)
    }

    /// Forgets what has arrived and was not understood.
    public mutating func reset() {
        dropped[.truncated] += UInt64(buffer.count)
        buffer.removeAll()
    }

    @inlinable
    mutating func drain<Item>(
        isLast: Bool, grammar: (Span<UInt8>, Bool) -> ScanStep<Item>, handle: (Span<UInt8>, Item) -> Void
    ) {
        while buffer.count > 0 {
            switch grammar(buffer.bytes, isLast) {
            case .incomplete:
                guard isLast else { return }
                dropped[.truncated] += 1
                buffer.removeFirst(1)
            case .noise(let cause):
                dropped[cause] += 1
                buffer.removeFirst(1)
            case .item(let item, let length):
                handle(buffer.bytes.extracting(first: length), item)
                buffer.removeFirst(length)
            }
        }
    }
}
