import BatteryModel
import BusCodec

/// Lines with a frame each, of whatever kind: what candump shows and writes, what people paste into a forum, and bytes
/// of serial lines.
///
///       can0  351   [8]  28 02 F4 01 20 03 E0 01       the screen of candump
///     (1436509052.249713) vcan0 044#2A366C2BBA         candump -l
///     351#2802F401                                     cansend
///     0x351: 28 02 F4 01                               pasted; also "351 8 28 02 ...", "ID: 351 DLC: 2 Data: 28,02",
///                                                      quoted with ">", and behind a time of day
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
        let line = Self.unquoted(line)
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

    /// A line without what an answer puts before what it quotes.
    private static func unquoted(_ line: [UInt8]) -> [UInt8] {
        guard line.first == 0x3E else { return line }
        return Array(line.drop { $0 == 0x3E || $0 == 0x20 })
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

    /// `0x351: 28 02`, `351 8 28 02`, `ID: 0x351, DLC: 2, Data: 28,02`, `RX: 351 [2] 28-02`, `12:34:56.789 351 28 02`.
    private static func pasted(_ words: [Substring]) throws(Unreadable) -> RecordedItem? {
        var words = words[...]
        let time = words.first.flatMap(clock)
        if time != nil { words = words.dropFirst() }
        var rest = words.flatMap { $0.split(whereSeparator: { ",;:=|-".contains($0) }) }[...]
        var direction: RecordedItem.Direction?
        skip(labels, &rest, &direction)
        guard let word = rest.popFirst() else { return nil }
        let hasMark = word.lowercased().hasPrefix("0x")
        let digits = hasMark ? word.dropFirst(2) : word
        guard let number = Numerals.hex(digits), hasMark || digits.count == 3 || digits.count == 8 else {
            return nil
        }
        skip(lengthLabels, &rest, &direction)
        var announced: Int?
        if let word = rest.first, let count = length(word) {
            announced = count
            rest = rest.dropFirst()
        }
        skip(lengthLabels, &rest, &direction)
        guard let bytes = bytes(rest), announced != nil || !bytes.isEmpty else { return nil }
        let isExtended = digits.count > 4 || number > CANFrame.maximumStandardIdentifier
        let frame = try CANFrame(
            number: number, isExtended: isExtended, announced: announced ?? bytes.count, bytes: bytes)
        return RecordedItem(nanoseconds: time, link: "", direction: direction, content: .frame(frame))
    }

    /// Words before an identifier, and between it and the bytes.
    private static let labels: Set = ["id", "canid", "can", "frame", "msg", "rx", "tx", "received", "sent"]
    private static let lengthLabels: Set = ["dlc", "len", "length", "data", "rx", "tx"]

    private static func skip(
        _ labels: Set<String>, _ rest: inout ArraySlice<Substring>, _ direction: inout RecordedItem.Direction?
    ) {
        while let word = rest.first?.lowercased(), labels.contains(word) {
            if word == "rx" || word == "received" { direction = .received }
            if word == "tx" || word == "sent" { direction = .sent }
            rest = rest.dropFirst()
        }
    }

    /// Bytes of two digits, with `0x` or without; `nil` if something else stands there.
    private static func bytes(_ words: ArraySlice<Substring>) -> [UInt8]? {
        var bytes: [UInt8] = []
        for word in words {
            let pair = word.lowercased().hasPrefix("0x") ? word.dropFirst(2) : word
            guard pair.utf8.count == 2, let byte = Numerals.hex(pair) else { return nil }
            bytes.append(UInt8(byte))
        }
        return bytes
    }

    /// `12:34:56.789` or `[12:34:56]`, in nanoseconds since midnight.
    private static func clock(_ word: Substring) -> Int64? {
        let parts = word.trimmingPrefix("[").split(separator: ":")
        guard parts.count == 3, let hour = Numerals.decimal(parts[0]),
            let minute = Numerals.decimal(parts[1]),
            let second = Numerals.scaled(parts[2].last == "]" ? parts[2].dropLast() : parts[2], places: 9),
            hour < 24, minute < 60, second < 61_000_000_000
        else { return nil }
        return Int64(hour * 60 + minute) * 60_000_000_000 + second
    }

    /// `8`, `[8]`.
    private static func length(_ word: Substring) -> Int? {
        let digits = word.hasPrefix("[") && word.hasSuffix("]") ? word.dropFirst().dropLast() : word
        guard digits.utf8.count == 1 else { return nil }
        return Numerals.decimal(digits)
    }
}
