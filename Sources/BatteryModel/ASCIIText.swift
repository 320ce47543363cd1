/// A short text from a bus: up to 32 printable ASCII characters, stored in place.
public struct ASCIIText: Sendable {
    /// The most characters it holds.
    public static let capacity = 32

    private var bytes: InlineArray<32, UInt8>
    /// Number of characters.
    public private(set) var count: Int

    /// The empty text.
    public init() {
        bytes = InlineArray(repeating: 0)
        count = 0
    }

    /// Takes characters up to the first zero byte; leading and trailing spaces are cut off.
    ///
    /// Bytes that are not printable ASCII become `?`, so that noise cannot reach a terminal.
    public init(padded field: Span<UInt8>) {
        self.init()
        var first = 0
        while first < field.count, field[first] == 0x20 { first += 1 }
        for index in first..<max(first, field.count) where count < Self.capacity {
            let byte = field[index]
            if byte == 0 { break }
            append((0x20...0x7E).contains(byte) ? byte : 0x3F)
        }
        while count > 0, bytes[count - 1] == 0x20 { count -= 1 }
    }

    /// Takes the ASCII characters of `literal`, cut off at ``capacity``.
    public init(_ literal: StaticString) {
        self.init()
        for index in 0..<min(literal.utf8CodeUnitCount, Self.capacity) {
            append(unsafe literal.utf8Start[index])
        }
    }

    /// Character number `index`, counted from 0.
    ///
    /// - Precondition: `index` is below ``count``.
    public subscript(index: Int) -> UInt8 {
        precondition(index < count)
        return bytes[index]
    }

    /// Adds one character; one too many is left out.
    public mutating func append(_ byte: UInt8) {
        guard count < Self.capacity else { return }
        bytes[count] = byte
        count += 1
    }

    /// Tells whether the text begins with `prefix`.
    public func hasPrefix(_ prefix: StaticString) -> Bool {
        guard prefix.utf8CodeUnitCount <= count else { return false }
        for index in 0..<prefix.utf8CodeUnitCount where unsafe prefix.utf8Start[index] != bytes[index] {
            return false
        }
        return true
    }
}

extension ASCIIText: Equatable {
    /// Tells whether two texts have the same characters.
    public static func == (lhs: ASCIIText, rhs: ASCIIText) -> Bool {
        guard lhs.count == rhs.count else { return false }
        for index in 0..<lhs.count where lhs.bytes[index] != rhs.bytes[index] { return false }
        return true
    }
}
