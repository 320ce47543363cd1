import BusCodec

/// The text log of Vector's CANalyzer and CANoe.
///
///     date Sam Sep 30 15:06:13.191 2017
///     base hex  timestamps absolute
///     Begin Triggerblock Sam Sep 30 15:06:13.191 2017
///        3.098426 1  18EBFF00x       Rx d 8 01 A0 0F A6 60 3B D1 40    Length = 273910
///        2.510001 2 100 Tx r
///        2.501000 1 ErrorFrame
///
/// Statistics, chip states and transport protocols stand between the frames and are passed over. The date is in the time
/// of its place, in English or German.
///
/// Source: files of CANalyzer 9, and hardbyte/python-can (can/io/asc.py), which reads those of others.
struct VectorASC: LineGrammar {
    static let format = RecordingFormat(
        id: "asc", name: "Vector ASC", endings: ["asc"], about: "CANalyzer, CANoe; CAN frames only",
        begins: { _, line in line.hasPrefix("date ") || line.hasPrefix("base ") },
        makeReader: { LinesReader(VectorASC()) }, makeWriter: { Writer() })

    private var start: Int64 = 0
    private var isHex = true
    private var isRelative = false
    private var last: Int64 = 0

    mutating func read(_ line: [UInt8]) throws(Unreadable) -> Found? {
        let words = Numerals.words(line)
        guard let first = words.first?.lowercased() else { return nil }
        switch first {
        case "date":
            start = Self.date(words.dropFirst()) ?? start
            return nil
        case "begin":
            start = Self.date(words.dropFirst(2)) ?? start
            return nil
        case "base":
            isHex = words.count < 2 || words[1] != "dec"
            isRelative = words.last == "relative"
            return nil
        default: break
        }
        // Whatever does not begin with a time is a comment or an event.
        guard let time = Numerals.scaled(words[0], places: 9) else { return nil }
        guard words.count >= 3 else { throw Self.early }
        last = isRelative ? last &+ time : time
        return try entry(words.dropFirst(), nanoseconds: start &+ last)
    }

    private func entry(_ words: ArraySlice<Substring>, nanoseconds: Int64) throws(Unreadable) -> Found? {
        var rest = words
        guard var channel = rest.popFirst() else { return nil }
        let isFlexible = channel == "CANFD"
        if isFlexible { channel = rest.popFirst() ?? "" }
        guard Numerals.decimal(channel) != nil, let word = rest.popFirst() else { return nil }
        var item = RecordedItem(
            nanoseconds: nanoseconds, link: String(channel), direction: nil,
            content: .frame(.unexplainedError))
        if word == "ErrorFrame" || rest.first == "ErrorFrame" { return .item(item) }
        if isFlexible { return .flexible }
        let isExtended = word.last == "x"
        let digits = isExtended ? word.dropLast() : word
        if rest.count < 2, number(digits) != nil { throw Self.early }
        guard let way = rest.popFirst(), way == "Rx" || way == "Tx", let type = rest.popFirst() else {
            return nil
        }
        item.direction = way == "Rx" ? .received : .sent
        let isRemote = type == "r"
        guard isRemote || type == "d" else { return nil }
        var announced = isRemote ? 0 : nil
        if let count = rest.first.flatMap(number) {
            announced = Int(count)
            rest = rest.dropFirst()
        }
        var bytes: [UInt8] = []
        if !isRemote {
            for word in rest.prefix(min(announced ?? 0, 8)) {
                guard let byte = number(word).flatMap(UInt8.init(exactly:)) else { break }
                bytes.append(byte)
            }
        }
        item.content = .frame(
            try CANFrame(
                number: number(digits), isExtended: isExtended, kind: isRemote ? .remote : .data,
                announced: announced, bytes: bytes))
        return .item(item)
    }

    private static let early = Unreadable("it ends early")

    private func number(_ word: Substring) -> UInt32? {
        isHex ? Numerals.hex(word) : Numerals.decimal(word).flatMap(UInt32.init(exactly:))
    }

    /// Nanoseconds since 1970 of `Sam Sep 30 15:06:13.191 2017` or `Sat Sep 30 10:06:13.191 PM 2017`; `nil` if it
    /// cannot be read.
    private static func date(_ words: ArraySlice<Substring>) -> Int64? {
        guard words.count >= 5, let year = words.last.flatMap(Numerals.decimal) else { return nil }
        let parts = Array(words.dropFirst())
        let clock = parts[2].split(separator: ":")
        guard let month = months[String(parts[0].prefix(3))], let day = Numerals.decimal(parts[1]),
            clock.count == 3, var hour = Numerals.decimal(clock[0]), let minute = Numerals.decimal(clock[1]),
            let second = Numerals.scaled(clock[2], places: 9), (1970..<2200).contains(year),
            (1...31).contains(day), hour < 24, minute < 60, second < 61_000_000_000
        else { return nil }
        if parts[3] == "PM" { hour = hour % 12 + 12 }
        if parts[3] == "AM" { hour %= 12 }
        let days = CivilDate(year: Int64(year), month: Int64(month), day: Int64(day)).daysSince1970
        return ((days * 24 + Int64(hour)) * 60 + Int64(minute)) * 60_000_000_000 + second
    }

    private static let months = [
        "Jan": 1, "Feb": 2, "Mar": 3, "Mär": 3, "Apr": 4, "May": 5, "Mai": 5, "Jun": 6, "Jul": 7, "Aug": 8,
        "Sep": 9, "Oct": 10, "Okt": 10, "Nov": 11, "Dec": 12, "Dez": 12,
    ]

    struct Writer: FormatWriter {
        private var channels = Channels(from: 1)
        private var start: Int64 = 0

        mutating func begin(_ first: RecordedItem?) -> [UInt8] {
            start = max(first?.nanoseconds ?? 0, 0)
            start -= start % 1_000_000
            let date = Self.date(start)
            return Array(
                """
                date \(date)
                base hex  timestamps absolute
                internal events logged
                Begin Triggerblock \(date)
                   0.000000 Start of measurement

                """.utf8)
        }

        mutating func write(_ item: RecordedItem) -> [UInt8]? {
            guard case .frame(let frame) = item.content else { return nil }
            let time = Numerals.seconds(max((item.nanoseconds ?? start) &- start, 0), places: 6)
            let head = "   \(time) \(channels.number(of: item.link))  "
            let identifier = String(frame.identifier, radix: 16, uppercase: true)
            let name = identifier + (frame.isExtended ? "x" : "")
            let way = item.direction == .sent ? "Tx" : "Rx"
            let text =
                switch frame.kind {
                case .error: "ErrorFrame"
                case .remote: "\(name) \(way) r \(frame.length)"
                case .data:
                    "\(name) \(way) d \(frame.length) \(Numerals.hex(frame.payloadBytes, separator: " "))"
                }
            return Array((head + text + "\n").utf8)
        }

        mutating func end() -> [UInt8] { Array("End TriggerBlock\n".utf8) }

        /// `Sat Sep 30 15:06:13.191 2017`.
        private static func date(_ nanoseconds: Int64) -> String {
            let seconds = nanoseconds / 1_000_000_000
            let date = CivilDate(daysSince1970: seconds / 86_400)
            let names = ["Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed"]
            let months = "JanFebMarAprMayJunJulAugSepOctNovDec"
            let month = months.dropFirst(3 * (Int(date.month) - 1)).prefix(3)
            let clock = [seconds / 3_600 % 24, seconds / 60 % 60].map { Numerals.padded($0, 2) }
            let second =
                "\(Numerals.padded(seconds % 60, 2)).\(Numerals.padded(nanoseconds / 1_000_000 % 1_000, 3))"
            let weekday = names[Int(seconds / 86_400 % 7)]
            return "\(weekday) \(month) \(date.day) \(clock.joined(separator: ":")):\(second) \(date.year)"
        }
    }
}
