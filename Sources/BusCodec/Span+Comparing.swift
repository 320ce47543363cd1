extension Span<UInt8> {
    /// Whether `other` has the same bytes.
    public func isSame(as other: Span<UInt8>) -> Bool {
        guard count == other.count else { return false }
        for index in indices where self[index] != other[index] { return false }
        return true
    }
}
