/// Bytes of a serial line as programs show them and people paste them: a line for what came or went together, without
/// times.
///
///     >>> DD:A5:03:00:FF:FD:77                           what the host asked
///     [uart_debug:114]: <<< DD:03:00:17:00:00:00:00      what a pack answered, in the log of ESPHome
///     ~20014642E00201FD35                                a frame of characters, its end left out
///     01 03 00 00 00 02 C4 0B                            nobody says which way it went
///
/// `>>>` was sent, `<<<` was heard. In a log that marks them so, lines without a mark are other messages and passed over.
struct SerialLines: LineGrammar {
    static let format = RecordingFormat(
        id: "hex", name: "bytes of a serial line", endings: ["hex"],
        about: "ESPHome's uart_debug, what people paste; read only",
        begins: { _, line in isOne(line) }, makeReader: { LinesReader(SerialLines()) }, makeWriter: nil)

    /// Some twenty kilobytes without a line end.
    static let longestLine = 65_536

    /// The least bytes in the first line, so that no CAN frame is taken for one.
    private static let leastBytes = 9
    private static let marks: [(text: String, direction: RecordedItem.Direction)] = [
        (">>> ", .sent), ("<<< ", .received),
    ]

    private var hasMarks = false

    mutating func read(_ line: [UInt8]) throws(Unreadable) -> Found? {
        let text = String(decoding: line, as: UTF8.self)
        let mark = Self.marks.first { text.contains($0.text) }
        if mark != nil { hasMarks = true }
        guard mark != nil || !hasMarks else { return nil }
        do throws(SerialText.Problem) {
            guard let bytes = try SerialText.read(Self.rest(of: line, behind: mark?.text)) else { return nil }
            return .item(
                RecordedItem(nanoseconds: nil, link: "", direction: mark?.direction, content: .bytes(bytes)))
        } catch {
            throw Unreadable(error.sentence)
        }
    }

    private static func rest(of line: [UInt8], behind mark: String?) -> [UInt8] {
        guard let mark, let place = line.indices.first(where: { line[$0...].starts(with: mark.utf8) }) else {
            return line
        }
        return Array(line[(place + mark.utf8.count)...])
    }

    private static func isOne(_ line: String) -> Bool {
        // Of a long line what lies within, so that no byte is cut in two.
        let head = Array(line.utf8.prefix(200))
        if let mark = marks.first(where: { line.contains($0.text) }) {
            let bytes = rest(of: Array(line.utf8.prefix(1_000)), behind: mark.text).prefix(2)
            return bytes.count == 2 && Numerals.hex(String(decoding: bytes, as: UTF8.self)[...]) != nil
        }
        if head.first == UInt8(ascii: "~") {
            return head.count > 12 && head[1..<13].allSatisfy { Character(UnicodeScalar($0)).isHexDigit }
        }
        // A longer first word would be the identifier of a CAN frame.
        let words = head.split { " ,:.-\t\r".utf8.contains($0) }.map {
            $0.starts(with: "0x".utf8) ? $0.dropFirst(2) : $0
        }
        let isPairs = words.count == 1 ? head.count % 2 == 0 : words.allSatisfy { $0.count == 2 }
        let digits = words.joined()
        return isPairs && digits.count >= 2 * leastBytes
            && digits.allSatisfy { Character(UnicodeScalar($0)).isHexDigit }
    }
}
