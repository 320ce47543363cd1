/// Bytes that somebody has written down: in hexadecimal digits, or as the characters of a protocol of characters.
public enum SerialText {
    /// Why a line is no bytes.
    public struct Problem: Error {
        /// What is wrong with it, and where.
        public var sentence: String
    }

    /// The bytes in a line; `nil` for one that is empty or a comment.
    ///
    /// Digits stand in pairs; blanks, `,` `:` `.` `-` `<` `>` and `0x` between the pairs mean nothing. A line that
    /// begins with `~` is taken as it stands, with the carriage return that ends such a frame. `#` begins a comment.
    public static func read(_ line: [UInt8]) throws(Problem) -> [UInt8]? {
        let text = line.drop { isBlank($0) }
        guard let first = text.first, first != UInt8(ascii: "#") else { return nil }
        if first == UInt8(ascii: "~") {
            let end = text.lastIndex { !isBlank($0) } ?? text.startIndex
            return Array(text[...end]) + [0x0D]
        }
        return try pairs(line)
    }

    private static func pairs(_ line: [UInt8]) throws(Problem) -> [UInt8] {
        var bytes: [UInt8] = []
        var place = 0
        while place < line.count {
            if isSeparator(line[place]) {
                place += 1
                continue
            }
            if isPrefix(line, at: place) {
                place += 2
                continue
            }
            guard let high = digit(line, at: place) else {
                throw Problem(sentence: "column \(place + 1) is no hexadecimal digit")
            }
            guard let low = digit(line, at: place + 1) else {
                throw Problem(sentence: "column \(place + 1) is half a byte; write two digits for each")
            }
            bytes.append(high << 4 | low)
            place += 2
        }
        return bytes
    }

    private static func isPrefix(_ line: [UInt8], at place: Int) -> Bool {
        line[place] == UInt8(ascii: "0") && place + 1 < line.count
            && line[place + 1] | 0x20 == UInt8(ascii: "x")
    }

    private static func digit(_ line: [UInt8], at place: Int) -> UInt8? {
        guard place < line.count else { return nil }
        switch line[place] {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): return line[place] - UInt8(ascii: "0")
        case UInt8(ascii: "A")...UInt8(ascii: "F"), UInt8(ascii: "a")...UInt8(ascii: "f"):
            return (line[place] | 0x20) - UInt8(ascii: "a") + 10
        default: return nil
        }
    }

    private static func isBlank(_ byte: UInt8) -> Bool { byte == 0x20 || byte == 0x09 || byte == 0x0D }

    private static func isSeparator(_ byte: UInt8) -> Bool { isBlank(byte) || ",:.-<>".utf8.contains(byte) }
}
