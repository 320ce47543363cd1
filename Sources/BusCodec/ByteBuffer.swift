/// Bytes in place, up to a fixed number: what is about to be sent, or what has arrived and is not yet understood.
public struct ByteBuffer<let capacity: Int>: Sendable {
    @usableFromInline
    var storage: InlineArray<capacity, UInt8> = InlineArray(repeating: 0)
    @usableFromInline
    var start = 0
    @usableFromInline
    var end = 0

    /// The empty buffer.
    public init() {}

    /// Number of bytes held.
    @inlinable
    public var count: Int { end - start }

    /// The bytes held, oldest first.
    @inlinable
    public var bytes: Span<UInt8> {
        @_lifetime(borrow self)
        get { storage.span.extracting(start..<end) }
    }

    /// Byte number `index`, counted from the oldest.
    ///
    /// - Precondition: `index` is below ``count``.
    public subscript(index: Int) -> UInt8 {
        get {
            precondition(index < count)
            return storage[start + index]
        }
        set {
            precondition(index < count)
            storage[start + index] = newValue
        }
    }

    /// Adds one byte; returns `false`, and adds nothing, when full.
    @discardableResult @inlinable
    public mutating func append(_ byte: UInt8) -> Bool {
        if end == capacity { moveToFront() }
        guard end < capacity else { return false }
        storage[end] = byte
        end += 1
        return true
    }

    /// Adds as many of `bytes` as there is room for and returns how many that were.
    @discardableResult @inlinable
    public mutating func append(_ bytes: Span<UInt8>) -> Int {
        if bytes.count > capacity - end { moveToFront() }
        let taken = min(bytes.count, capacity - end)
        for index in 0..<taken { storage[end + index] = bytes[index] }
        end += taken
        return taken
    }

    /// Adds a 16-bit number, most significant byte first.
    public mutating func append(big number: UInt16) {
        append(UInt8(number >> 8))
        append(UInt8(truncatingIfNeeded: number))
    }

    /// Adds a 16-bit number, least significant byte first.
    public mutating func append(little number: UInt16) {
        append(UInt8(truncatingIfNeeded: number))
        append(UInt8(number >> 8))
    }

    /// Adds `count` zero bytes, as far as there is room.
    public mutating func append(zeros count: Int) {
        for _ in 0..<count { append(0) }
    }

    /// Forgets the `count` oldest bytes.
    @inlinable
    public mutating func removeFirst(_ count: Int) {
        start = min(start + count, end)
        if start == end { removeAll() }
    }

    /// Forgets everything.
    @inlinable
    public mutating func removeAll() {
        start = 0
        end = 0
    }

    @inlinable
    mutating func moveToFront() {
        guard start > 0 else { return }
        for index in start..<end { storage[index - start] = storage[index] }
        end -= start
        start = 0
    }
}
