import BusCodec

/// Busbar's own format: everything that was on several lines and buses, in the order in which it came.
///
///     # busbar 0.1.0
///     # pack-line: /dev/ttyUSB0 at 9600 8N1
///     (1763805600.000250) pack-line > 01 03 00 01 00 01 D5 CA
///     (1763805600.004100) pack-line < 01 03 02 0A 46 3F 16
///     (1763805600.005000) can0 < 351#2802F4012003E001
///     (1763805601.500000) pack-line ! down: the adapter was unplugged
///
/// `<` is what was heard, `>` what was sent, `!` something else that happened there. Bytes in one line came together;
/// frames are written as in a candump log. Lines that begin with `#` are comments.
struct BusbarLines: LineGrammar {
    static let format = RecordingFormat(
        id: "busbar", name: "Busbar recording", endings: ["serial", "busbar"],
        about: "busbar record; CAN and serial, in one file",
        begins: { _, line in
            let words = Numerals.words(Array(line.utf8.prefix(200)))
            return line.hasPrefix("(") && words.count > 2 && Way(rawValue: String(words[2])) != nil
        },
        makeReader: { LinesReader(BusbarLines()) }, makeWriter: { Writer() }, takesComments: true)

    /// The third word of a line.
    private enum Way: String {
        case received = "<"
        case sent = ">"
        case note = "!"

        var direction: RecordedItem.Direction? {
            switch self {
            case .received: .received
            case .sent: .sent
            case .note: nil
            }
        }
    }

    func read(_ line: [UInt8]) throws(Unreadable) -> Found? {
        let words = Numerals.words(line)
        guard let first = words.first, !first.hasPrefix("#") else { return nil }
        guard first.hasPrefix("("), first.hasSuffix(")"),
            let time = Numerals.scaled(first.dropFirst().dropLast(), places: 9)
        else { throw Unreadable("it does not begin with a time in brackets") }
        guard words.count > 2, let way = Way(rawValue: String(words[2])) else {
            throw Unreadable("there is no <, > or ! behind the name of the link")
        }
        let content: RecordedItem.Content?
        if way == .note {
            let rest = words[2].base[words[2].endIndex...].dropFirst()
            content = .note(String(rest.last == "\r" ? rest.dropLast() : rest))
        } else {
            content = try Self.content(words.dropFirst(3))
        }
        guard let content else { return .flexible }
        return .item(
            RecordedItem(
                nanoseconds: time, link: String(words[1]), direction: way.direction, content: content))
    }

    /// Bytes, or a frame; `nil` for a CAN FD frame.
    static func content(_ words: ArraySlice<Substring>) throws(Unreadable) -> RecordedItem.Content? {
        guard let word = words.first, word.contains("#") else { return .bytes(try bytes(words)) }
        do throws(CANFrameTextError) {
            return .frame(try CANFrameLine(parsing: Array(word.utf8).span).frame)
        } catch .notClassic {
            return nil
        } catch {
            throw Unreadable("'\(word.prefix(40))' is no frame")
        }
    }

    /// Bytes of two digits each.
    static func bytes(_ words: ArraySlice<Substring>) throws(Unreadable) -> [UInt8] {
        var bytes: [UInt8] = []
        for word in words {
            guard word.utf8.count == 2, let byte = Numerals.hex(word) else {
                throw Unreadable("'\(word.prefix(16))' is no byte in two digits")
            }
            bytes.append(UInt8(byte))
        }
        return bytes
    }

    struct Writer: FormatWriter {
        func write(_ item: RecordedItem) -> [UInt8]? {
            let nanoseconds = max(item.nanoseconds ?? 0, 0)
            let places = nanoseconds % 1_000 == 0 ? 6 : 9
            let head = "(\(Numerals.seconds(nanoseconds, places: places))) \(Self.word(item.link))"
            let way = item.direction == .sent ? Way.sent : .received
            let lines =
                switch item.content {
                case .note: ["\(head) \(Way.note.rawValue) \(item.content.text)\n"]
                case .bytes(let bytes) where bytes.count > Self.most:
                    stride(from: 0, to: bytes.count, by: Self.most).map { place in
                        let part = RecordedItem.Content.bytes(Array(bytes.dropFirst(place).prefix(Self.most)))
                        return "\(head) \(way.rawValue) \(part.text)\n"
                    }
                case .frame, .bytes: ["\(head) \(way.rawValue) \(item.content.text)\n"]
                }
            return Array(lines.joined().utf8)
        }

        /// The most bytes in a line, so that none becomes longer than what is read.
        private static let most = 1_024

        /// A name as one word.
        private static func word(_ link: String) -> String {
            link.isEmpty ? "-" : String(link.map { $0.isWhitespace ? "_" : $0 })
        }
    }
}

extension RecordedItem.Content {
    /// How it is written in a Busbar recording: `351#2802F401`, `01 03 02`, or the words of a note.
    public var text: String {
        switch self {
        case .frame(let frame): frame.compactText
        case .bytes(let bytes): Numerals.hex(bytes, separator: " ")
        case .note(let text): text.onOneLine
        }
    }

    /// Reads a frame or bytes as a Busbar recording has them; `nil` if it is neither.
    public init?(onWire text: String) {
        guard let content = try? BusbarLines.content(Numerals.words(Array(text.utf8))[...]) else {
            return nil
        }
        self = content
    }
}

extension String {
    /// The text without line ends, so that it cannot become a line of its own.
    var onOneLine: String { String(map { $0.isNewline ? " " : $0 }) }
}

extension CANFrame {
    /// `351#2802F401`.
    var compactText: String {
        var buffer = ByteBuffer<64>()
        writeCompact(into: &buffer)
        return String(decoding: (0..<buffer.count).map { buffer.bytes[$0] }, as: UTF8.self)
    }
}
