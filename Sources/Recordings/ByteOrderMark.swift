/// Takes the mark away that programs for Windows put before a text, and makes single bytes of texts of two bytes a
/// character.
struct ByteOrderMark {
    private enum Kind {
        /// Too little has come to tell.
        case unknown
        /// Bytes as they are.
        case none
        /// Two bytes a character.
        case wide(isBig: Bool)
    }

    private static let marks: [(bytes: [UInt8], kind: Kind)] = [
        ([0xEF, 0xBB, 0xBF], .none), ([0xFF, 0xFE], .wide(isBig: false)), ([0xFE, 0xFF], .wide(isBig: true)),
    ]

    private var kind = Kind.unknown
    /// What waits for more bytes.
    private var rest: [UInt8] = []

    /// Takes more of the file, and returns what it is without the mark.
    mutating func take(_ bytes: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
        switch kind {
        case .none: return bytes
        case .wide(let isBig): return narrow(bytes, isBig: isBig)
        case .unknown: break
        }
        rest += bytes
        guard rest.count >= 3 else { return [] }
        let mark = Self.marks.first { [rest] in rest.starts(with: $0.bytes) }
        kind = mark?.kind ?? .none
        defer { if case .none = kind { rest = [] } }
        let text = rest.dropFirst(mark?.bytes.count ?? 0)
        guard case .wide(let isBig) = kind else { return text }
        rest = []
        return narrow(text, isBig: isBig)
    }

    /// What has waited in vain.
    mutating func finish() -> ArraySlice<UInt8> {
        guard case .unknown = kind else { return [] }
        kind = .none
        return rest[...]
    }

    /// What is no character of ASCII becomes a question mark.
    private mutating func narrow(_ bytes: ArraySlice<UInt8>, isBig: Bool) -> ArraySlice<UInt8> {
        rest += bytes
        let pairs = rest.count / 2
        let result = (0..<pairs).map { pair -> UInt8 in
            let (low, high) = (rest[2 * pair + (isBig ? 1 : 0)], rest[2 * pair + (isBig ? 0 : 1)])
            return high == 0 && low < 0x80 ? low : 0x3F
        }
        rest.removeFirst(2 * pairs)
        return result[...]
    }
}
