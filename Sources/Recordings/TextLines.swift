import BatteryModel
import BusCodec

/// Lines with a frame each, of whatever kind: what candump shows and writes, what people paste into a forum, and bytes
/// of serial lines.
///
///       can0  351   [8]  28 02 F4 01 20 03 E0 01       the screen of candump
///     (1436509052.249713) vcan0 044#2A366C2BBA         candump -l
///     351#2802F401                                     cansend
///     0x351: 28 02 F4 01                               pasted; also "351 8 28 02 ...", "ID: 351 Data: 28,02"
///     (1763805600.000250) bms RX 01 03 02 0A 46 3F 16  bytes of a serial line, also with < and > for RX and TX
///
/// A line without any such thing is counted; an empty one and one that begins with `#`, `;` or `//` is a comment.
struct TextLines: LineGrammar {
    static let format = RecordingFormat(
        id: "text", name: "lines of text", endings: ["txt"],
        about: "candump's screen, cansend, what people paste; read only",
        begins: { _, _ in true }, makeReader: { LinesReader(TextLines()) }, makeWriter: nil)

    static let takesCandump = true

    func read(_ line: [UInt8]) throws(Unreadable) -> Found? {
        let words = Numerals.words(line)
        guard let first = words.first, !["#", ";", "//"].contains(where: first.hasPrefix) else { return nil }
        do throws(CANFrameTextError) {
            let parsed = try CANFrameLine(parsing: line.span)
            return .item(
                RecordedItem(
                    nanoseconds: parsed.nanoseconds, link: Self.text(parsed.interface),
                    direction: Self.direction(words), content: .frame(parsed.frame)))
        } catch .notClassic {
            return .flexible
        } catch {
            if let item = try Self.serialBytes(words) { return .item(item) }
            if let item = try Self.pasted(words) { return .item(item) }
            // With the mark of candump it was meant to be one of its frames.
            throw Unreadable(line.contains(0x23) ? error.sentence : "it holds no frame")
        }
    }

    private static func text(_ name: ASCIIText) -> String {
        String(decoding: (0..<name.count).map { name[$0] }, as: UTF8.self)
    }

    /// What `candump` writes behind a frame with `-x`, or before the identifier on its screen.
    private static func direction(_ words: [Substring]) -> RecordedItem.Direction? {
        switch words.last {
        case "R": return .received
        case "T": return .sent
        default: break
        }
        return words.contains("RX") ? .received : words.contains("TX") ? .sent : nil
    }

    private static let ways: [Substring: RecordedItem.Direction] = [
        "RX": .received, "<": .received, "TX": .sent, ">": .sent,
    ]

    /// `(1763805600.000250) bms RX 01 03`; the time may be missing.
    private static func serialBytes(_ words: [Substring]) throws(Unreadable) -> RecordedItem? {
        var rest = words[...]
        var time: Int64?
        if let word = rest.first, word.hasPrefix("("), word.hasSuffix(")") {
            time = Numerals.scaled(word.dropFirst().dropLast(), places: 9)
            rest = rest.dropFirst()
        }
        guard rest.count >= 2, let link = rest.popFirst(), let word = rest.popFirst(),
            let direction = ways[word]
        else { return nil }
        return RecordedItem(
            nanoseconds: time, link: String(link), direction: direction,
            content: .bytes(try BusbarLines.bytes(rest)))
    }

    /// `0x351: 28 02`, `351 8 28 02`, `ID: 351 Data: 28,02`, `351 [2] 28 02`.
    private static func pasted(_ words: [Substring]) throws(Unreadable) -> RecordedItem? {
        var rest = words.flatMap { $0.split(whereSeparator: { ",;:=".contains($0) }) }[...]
        if let word = rest.first, ["id", "canid", "can"].contains(word.lowercased()) {
            rest = rest.dropFirst()
        }
        guard let word = rest.popFirst() else { return nil }
        let hasMark = word.lowercased().hasPrefix("0x")
        let digits = hasMark ? word.dropFirst(2) : word
        guard let number = Numerals.hex(digits), hasMark || digits.count == 3 || digits.count == 8 else {
            return nil
        }
        var announced: Int?
        if let word = rest.first, let count = length(word) {
            announced = count
            rest = rest.dropFirst()
        }
        if let word = rest.first, word.lowercased() == "data" { rest = rest.dropFirst() }
        var bytes: [UInt8] = []
        for word in rest {
            let pair = word.lowercased().hasPrefix("0x") ? word.dropFirst(2) : word
            guard pair.utf8.count == 2, let byte = Numerals.hex(pair) else { return nil }
            bytes.append(UInt8(byte))
        }
        guard announced != nil || !bytes.isEmpty else { return nil }
        let isExtended = digits.count > 4 || number > CANFrame.maximumStandardIdentifier
        let frame = try CANFrame(
            number: number, isExtended: isExtended, announced: announced ?? bytes.count, bytes: bytes)
        return RecordedItem(nanoseconds: nil, link: "", direction: nil, content: .frame(frame))
    }

    /// `8`, `[8]`, `DLC` is passed over by its caller's words.
    private static func length(_ word: Substring) -> Int? {
        let digits = word.hasPrefix("[") && word.hasSuffix("]") ? word.dropFirst().dropLast() : word
        guard digits.utf8.count == 1 else { return nil }
        return Numerals.decimal(digits)
    }
}
