import BusCodec

/// The table that SavvyCAN writes, and that GVRET devices speak.
///
///     Time Stamp,ID,Extended,Dir,Bus,LEN,D1,D2,D3,D4,D5,D6,D7,D8
///     166064000,0000021A,false,Rx,0,8,FE,36,12,FE,69,05,07,AD,
///
/// Times are in microseconds. Older files have no column `Dir`. It has no place for error frames.
///
/// Source: collin80/SavvyCAN, framefileio.cpp (loadNativeCSVFile, saveNativeCSVFile).
struct GVRET: LineGrammar {
    static let format = RecordingFormat(
        id: "savvycan", name: "SavvyCAN (GVRET CSV)", endings: ["csv"],
        about: "SavvyCAN and GVRET; data frames only",
        begins: { _, line in line.hasPrefix("Time Stamp,ID,") }, makeReader: { LinesReader(GVRET()) },
        makeWriter: { Writer() })

    private var columns: [String: Int] = [:]
    private var firstByte = 0

    mutating func read(_ line: [UInt8]) throws(Unreadable) -> Found? {
        let cells = String(decoding: line, as: UTF8.self).split(
            separator: ",", omittingEmptySubsequences: false
        ).map { $0.filter { !$0.isWhitespace } }
        guard !columns.isEmpty else {
            for (place, cell) in cells.enumerated() { columns[cell] = place }
            guard let first = columns["D1"], columns["ID"] != nil, columns["LEN"] != nil else {
                throw Unreadable("the first line names no ID, LEN and D1")
            }
            firstByte = first
            return nil
        }
        guard cells.contains(where: { !$0.isEmpty }) else { return nil }
        func cell(_ name: String) -> Substring {
            guard let place = columns[name], place < cells.count else { return "" }
            return cells[place][...]
        }
        let length = Numerals.decimal(cell("LEN"))
        if let length, length > 8 { return .flexible }
        var bytes: [UInt8] = []
        for place in firstByte..<firstByte + (length ?? 0) {
            guard place < cells.count, let byte = Numerals.hex(cells[place][...]), byte <= 0xFF else {
                throw Unreadable("there are fewer bytes than announced")
            }
            bytes.append(UInt8(byte))
        }
        let frame = try CANFrame(
            number: Numerals.hex(cell("ID")), isExtended: cell("Extended").lowercased() == "true",
            announced: length, bytes: bytes)
        let way: RecordedItem.Direction? =
            switch cell("Dir") {
            case "Rx": .received
            case "Tx": .sent
            default: nil
            }
        return .item(
            RecordedItem(
                nanoseconds: Numerals.scaled(cell("TimeStamp"), places: 3), link: String(cell("Bus")),
                direction: way, content: .frame(frame)))
    }

    struct Writer: FormatWriter {
        private var channels = Channels(from: 0)

        func begin(_ first: RecordedItem?) -> [UInt8] {
            Array("Time Stamp,ID,Extended,Dir,Bus,LEN,D1,D2,D3,D4,D5,D6,D7,D8\n".utf8)
        }

        mutating func write(_ item: RecordedItem) -> [UInt8]? {
            guard case .frame(let frame) = item.content, frame.kind == .data else { return nil }
            let identifier = String(frame.identifier, radix: 16, uppercase: true)
            var cells = [
                String(Numerals.rounded(item.nanoseconds ?? 0, to: 1_000)),
                String(repeating: "0", count: 8 - identifier.utf8.count) + identifier,
                frame.isExtended ? "true" : "false", item.direction == .sent ? "Tx" : "Rx",
                String(channels.number(of: item.link)), String(frame.length),
            ]
            cells += frame.payloadBytes.map { Numerals.hex([$0], separator: "") }
            return Array((cells.joined(separator: ",") + ",\n").utf8)
        }
    }
}

/// Gives each link a number, for formats that have no names.
struct Channels {
    private let base: Int
    private var numbers: [String: Int] = [:]

    init(from base: Int) { self.base = base }

    /// The number of a link: its own if its name is one or ends with one (`can1`), else the next free one.
    mutating func number(of link: String) -> Int {
        if let known = numbers[link] { return known }
        let taken = Set(numbers.values)
        let digits = link.reversed().prefix(while: { $0.isASCII && $0.isNumber }).reversed()
        // A name that is a number counts as the format does; `can0` is the first.
        let offset = digits.count == link.count ? 0 : base
        var number = Numerals.decimal(Substring(String(digits))).map { $0 + offset } ?? base
        if number < base || number > 255 { number = base }
        while taken.contains(number) { number += 1 }
        numbers[link] = number
        return number
    }
}
