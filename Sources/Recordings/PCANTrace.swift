import BusCodec

/// The traces of PCAN-View and PCAN-Explorer, versions 1.0 to 1.3, 2.0 and 2.1.
///
///     ;$FILEVERSION=2.1
///     ;$STARTTIME=43008.920986006946
///     ;$COLUMNS=N,O,T,B,I,d,R,L,D
///           2     17876.708 DT 1      06F9 Rx -  8    05 0C 00 00 00 00 00 00
///
/// The start is in days since 1899-12-30, in the time of its place; offsets are in milliseconds. 29 bits are told by
/// eight digits. Written as 2.1.
///
/// Source: PEAK-System, "PEAK CAN TRC File Format", and files of PCAN-View 5 and PEAK-Converter 2 and 3.
struct PCANTrace: LineGrammar {
    static let format = RecordingFormat(
        id: "pcan", name: "PCAN trace", endings: ["trc"], about: "PCAN-View, PCAN-Explorer; CAN frames only",
        begins: { _, line in line.hasPrefix(";$FILEVERSION") || line.hasPrefix(";####") },
        makeReader: { LinesReader(PCANTrace()) }, makeWriter: { Writer() })

    /// The letters of PEAK: number, offset, type, bus, identifier, direction, reserved, code or number of bytes, data.
    private var columns = Array("NOILD")
    private var start: Int64 = 0
    private static let epochDays: Int64 = 25_569

    mutating func read(_ line: [UInt8]) throws(Unreadable) -> Found? {
        let words = Numerals.words(line)
        guard let first = words.first else { return nil }
        if first.hasPrefix(";") {
            try readHead(first)
            return nil
        }
        guard words.count >= columns.count - 1 else { throw Unreadable("it ends early") }
        func word(_ letter: Character) -> Substring? { columns.firstIndex(of: letter).map { words[$0] } }
        guard let identifier = word("I"), let offset = word("O") else { return nil }
        let data = words[(columns.count - 1)...]
        let type = word("T") ?? "DT"
        guard let time = Numerals.scaled(offset, places: 6) else {
            throw Unreadable("the time cannot be read")
        }
        var item = RecordedItem(
            nanoseconds: start &+ time, link: word("B").map(String.init) ?? "",
            direction: Self.direction(word("d") ?? type), content: .frame(.unexplainedError))
        switch type {
        case "ER", "Error": return .item(item)
        case "FD", "FB", "FE", "BI": return .flexible
        case "DT", "RR", "Rx", "Tx": break
        default: return nil
        }
        // Bus states of version 1.0.
        if identifier == "FFFFFFFF" { return nil }
        let isRemote = type == "RR" || data.first == "RTR"
        item.content = .frame(
            try CANFrame(
                number: Numerals.hex(identifier), isExtended: identifier.count > 4,
                kind: isRemote ? .remote : .data,
                announced: (word("L") ?? word("l")).flatMap(Numerals.decimal),
                bytes: isRemote ? [] : data.compactMap { Numerals.hex($0).flatMap(UInt8.init(exactly:)) }))
        return .item(item)
    }

    private mutating func readHead(_ line: Substring) throws(Unreadable) {
        let parts = line.dropFirst().split(separator: "=", maxSplits: 1)
        guard parts.count == 2 else { return }
        switch parts[0] {
        case "$FILEVERSION":
            guard let known = Self.versions[String(parts[1])] else {
                throw Unreadable("version \(parts[1].prefix(8)) of the format is not known")
            }
            columns = Array(known)
        case "$COLUMNS": columns = parts[1].split(separator: ",").compactMap(\.first)
        case "$STARTTIME":
            // Ten places of a day are 9 microseconds; what is behind twelve says nothing.
            guard let days = Numerals.scaled(parts[1], places: 12) else {
                throw Unreadable("the start cannot be read")
            }
            let whole = days / 1_000_000_000_000 - Self.epochDays
            guard (0..<100_000).contains(whole) else {
                throw Unreadable("the start is before 1970 or absurd")
            }
            start = whole * 86_400_000_000_000 + days % 1_000_000_000_000 * 864 / 10
        default: break
        }
    }

    private static let versions = [
        "1.0": "NOILD", "1.1": "NOTILD", "1.2": "NOBTILD", "1.3": "NOBTIRLD", "2.0": "NOTIdlD",
        "2.1": "NOTBIdRLD",
    ]

    private static func direction(_ word: Substring) -> RecordedItem.Direction? {
        switch word {
        case "Rx": .received
        case "Tx": .sent
        default: nil
        }
    }

    struct Writer: FormatWriter {
        private var channels = Channels(from: 1)
        private var number = 0
        private var start: Int64 = 0

        mutating func begin(_ first: RecordedItem?) -> [UInt8] {
            // Of what a day can be divided into, 108 s is the smallest that has few decimal places.
            start = max(first?.nanoseconds ?? 0, 0)
            start -= start % 108_000_000_000
            let day = start / 86_400_000_000_000 + PCANTrace.epochDays
            let fraction = Numerals.padded(start % 86_400_000_000_000 * 10 / 864, 12)
            return Array(
                """
                ;$FILEVERSION=2.1\r
                ;$STARTTIME=\(day).\(fraction)\r
                ;$COLUMNS=N,O,T,B,I,d,R,L,D\r
                ;\r
                ;   Number, offset in ms, type, bus, identifier, direction, reserved, length, bytes\r

                """.utf8)
        }

        mutating func write(_ item: RecordedItem) -> [UInt8]? {
            guard case .frame(let frame) = item.content, frame.kind != .error else { return nil }
            number += 1
            let offset = Numerals.milliseconds((item.nanoseconds ?? start) &- start)
            let identifier = frame.isExtended ? Numerals.identifier(frame) : "0" + Numerals.identifier(frame)
            let words = [
                String(number), offset, frame.kind == .remote ? "RR" : "DT",
                String(channels.number(of: item.link)), identifier, item.direction == .sent ? "Tx" : "Rx",
                "-", String(frame.length), Numerals.hex(frame.payloadBytes, separator: " "),
            ]
            return Array((words.joined(separator: " ") + "\r\n").utf8)
        }
    }
}
