/// The bytes written in `text` as pairs of hexadecimal digits; white space between pairs means nothing.
///
/// - Precondition: `text` holds nothing but pairs and white space.
public func hex(_ text: String) -> [UInt8] {
    text.split(whereSeparator: \.isWhitespace).flatMap { word in
        precondition(word.utf8.count.isMultiple(of: 2), "half a byte in '\(word)'")
        var rest = Substring(word)
        var bytes: [UInt8] = []
        while !rest.isEmpty {
            guard let byte = UInt8(rest.prefix(2), radix: 16) else {
                preconditionFailure("not hex: '\(word)'")
            }
            bytes.append(byte)
            rest = rest.dropFirst(2)
        }
        return bytes
    }
}

/// The bytes as pairs of hexadecimal digits with a space between them.
public func hexText(_ bytes: some Sequence<UInt8>) -> String {
    bytes.map { byte in
        let digits = String(byte, radix: 16, uppercase: true)
        return digits.utf8.count == 1 ? "0" + digits : digits
    }.joined(separator: " ")
}

/// A copy of the bytes in `span`.
public func array(_ span: Span<UInt8>) -> [UInt8] {
    span.indices.map { span[$0] }
}
