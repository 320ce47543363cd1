import BatteryModel

/// A version that a protocol sends as numbers, one byte each.
enum VersionText {
    /// The numbers of `bytes`, with points between them.
    static func read(_ bytes: Span<UInt8>) -> ASCIIText {
        var text = ASCIIText()
        append(bytes, to: &text)
        return text
    }

    /// Adds the numbers of `bytes` to `text`, with points between them.
    static func append(_ bytes: Span<UInt8>, to text: inout ASCIIText) {
        for index in bytes.indices {
            if index > 0 { text.append(0x2E) }
            if bytes[index] >= 100 { text.append(0x30 + bytes[index] / 100) }
            if bytes[index] >= 10 { text.append(0x30 + bytes[index] / 10 % 10) }
            text.append(0x30 + bytes[index] % 10)
        }
    }

    /// Writes the numbers that stand in `text`, as many as there is room for; a number too large for its byte is 255.
    static func write(_ text: ASCIIText, into bytes: inout MutableSpan<UInt8>) {
        var place = 0
        var number: Int?
        for index in 0...text.count {
            let character = index < text.count ? text[index] : 0x2E
            if (0x30...0x39).contains(character) {
                number = min((number ?? 0) * 10 + Int(character - 0x30), 255)
            } else if let found = number, place < bytes.count {
                bytes[place] = UInt8(truncatingIfNeeded: found)
                place += 1
                number = nil
            }
        }
    }
}
