import BusCodec
import Recordings
import Testing

@Suite("Damaged recordings")
struct BadRecordingTests {
    static let formats = RecordingFormat.all.filter(\.isWritten).map(\.id)
    static let count = 8_000

    /// Frames whose bytes count, ten milliseconds apart.
    private static let items = (0..<count).map { number in
        var frame = CANFrame(identifier: 0x351, length: 8)
        for place in 0..<8 { frame.bytes[place] = UInt8(truncatingIfNeeded: number >> (place % 2 * 8) &* 7) }
        frame.bytes[0] = UInt8(truncatingIfNeeded: number)
        frame.bytes[1] = UInt8(truncatingIfNeeded: number >> 8)
        return RecordedItem(
            nanoseconds: 1_763_805_600_000_000_000 + Int64(number) * 10_000_000, link: "can0",
            direction: .received, content: .frame(frame))
    }

    /// The number that a frame counts.
    private static func number(_ item: RecordedItem) -> Int? {
        guard case .frame(let frame) = item.content else { return nil }
        return Int(frame.bytes[0]) | Int(frame.bytes[1]) << 8
    }

    private static func bytes(_ format: String) throws -> [UInt8] {
        try write(items, try #require(RecordingFormat.named(format)))
    }

    @Test("are read up to where they are cut off, which is told", arguments: formats)
    func cut(format: String) throws {
        let whole = try Self.bytes(format)
        for length in [whole.count * 2 / 3, whole.count - 40, 200] {
            let (reader, items) = read(Array(whole.prefix(length)), pieces: 65_536)
            let numbers = items.compactMap(Self.number)
            #expect(numbers == Array(0..<numbers.count))
            #expect(numbers.count >= Self.count * (length - 400) / whole.count - 900)
            #expect(reader.format?.id == format)
            let endsWithLine = whole[length - 1] == 0x0A || whole[length] == 0x0A
            #expect(reader.tally.unreadable == 1 || endsWithLine)
        }
    }

    @Test("are read on behind what is no part of them, which is told", arguments: formats)
    func rubbish(format: String) throws {
        let whole = try Self.bytes(format)
        let rubbish = (0..<3_000).map { UInt8(truncatingIfNeeded: $0 &* $0 &* 31 >> 3) }
        let middle = whole.count / 2
        let bytes = Array(whole[..<middle]) + rubbish + whole[middle...]
        let (reader, items) = read(bytes, pieces: 10_000)
        let numbers = items.compactMap(Self.number)
        #expect(reader.tally.unreadable > 0)
        #expect(numbers.first == 0 && numbers.last == Self.count - 1)
        // A container of a BLF file has 2 700 frames, and they go together.
        #expect(numbers.count >= Self.count - 3_000)
        #expect(zip(numbers, numbers.dropFirst()).allSatisfy { $0 < $1 })
    }

    @Test("that announce more than memory holds are not waited for")
    func absurd() {
        let head = Array("LOGG".utf8) + [UInt8](repeating: 0xFF, count: 5_000)
        var reader = RecordingReader()
        _ = reader.take(head[...])
        #expect(reader.tally.firstUnreadable?.reason == "the head is absurdly long")
    }

    /// Times in seconds, the place of the first jump, how many there are, and what is left on a steady clock.
    static let times: [(times: [Int64], jumps: Int, first: Int?, steady: [Int64])] = [
        ([10, 11, 12], 0, nil, [10, 11, 12]),
        ([10, 12, 11, 12], 0, nil, [10, 12, 11, 12]),
        ([10, 13, 11, 12], 1, 3, [10, 13, 13, 14]),
        ([6, 1_763_805_600, 1_763_805_601], 1, 2, [6, 6, 7]),
        (
            [1_763_805_600, 6, 7, 1_763_805_700], 2, 2,
            [1_763_805_600, 1_763_805_600, 1_763_805_601, 1_763_805_601]
        ),
        ([0, 86_400, 172_800], 0, nil, [0, 86_400, 172_800]),
        ([-5, 0], 0, nil, [-5, 0]),
        (
            [9_000_000_000, -9_000_000_000, 9_000_000_000], 2, 2,
            [9_000_000_000, 9_000_000_000, 9_000_000_000]
        ),
    ]

    @Test("say where their times go back or leap", arguments: times)
    func jumps(_ row: (times: [Int64], jumps: Int, first: Int?, steady: [Int64])) {
        var times = RecordedTime()
        let steady = row.times.enumerated().map { times.take($1 * 1_000_000_000, place: $0 + 1) }
        #expect(steady == row.steady.map { $0 * 1_000_000_000 })
        #expect(times.jumps == row.jumps)
        #expect(times.first?.place == row.first)
        guard row.times.allSatisfy({ $0 >= 0 }) else { return }
        let lines = row.times.map { "(\($0).000000) can0 351#00\n" }.joined()
        for text in [lines, lines.replacing("can0 ", with: "can0 < ")] {
            #expect(read(Array(text.utf8)).reader.tally.times.first?.place == row.first)
        }
    }

    static let texts = ["candump", "asc", "pcan", "savvycan", "python-can", "busbar"]

    @Test(
        "texts of Windows, with a mark before them and two bytes a character, are read all the same",
        arguments: texts)
    func windows(format: String) throws {
        let items = Array(Self.items.prefix(50))
        let bytes = try write(items, try #require(RecordingFormat.named(format)))
        let expected = read(bytes)
        #expect(expected.items.count == 50)
        let little: [UInt8] = [0xFF, 0xFE] + bytes.flatMap { [$0, 0] as [UInt8] }
        let big: [UInt8] = [0xFE, 0xFF] + bytes.flatMap { [0, $0] as [UInt8] }
        for marked in [[0xEF, 0xBB, 0xBF] + bytes, little, big] as [[UInt8]] {
            for pieces in [1, 7, 100_000] {
                let found = read(marked, pieces: pieces)
                #expect(found.items == expected.items && found.reader.tally == expected.reader.tally)
            }
        }
        for short in [[0xEF], [0xFF, 0xFE], [0x31]] as [[UInt8]] { #expect(read(short).items.isEmpty) }
    }

    /// Lines as people paste them, with what they say.
    static let pasted: [(line: String, nanoseconds: Int64?, direction: RecordedItem.Direction?)] = [
        ("> can0  351   [4]  28 02 F4 01", nil, nil), ("> > 0x351: 28 02 f4 01", nil, nil),
        ("ID: 0x351, DLC: 4, Data: 28 02 F4 01", nil, nil), ("ID=0x351 len=4 data=28 02 F4 01", nil, nil),
        ("RX: 351 28 02 F4 01", nil, .received), ("351: 28-02-F4-01", nil, nil),
        ("0x351 | 28 02 F4 01", nil, nil), ("sent 0x351 [4] 0x28 0x02 0xF4 0x01", nil, .sent),
        ("01:02:03.456 351 28 02 F4 01", 3_723_456_000_000, nil),
        ("[01:02:03] CAN 0x351 4 28 02 F4 01", 3_723_000_000_000, nil),
    ]

    @Test("lines are read as people paste them into forums", arguments: pasted)
    func forum(_ row: (line: String, nanoseconds: Int64?, direction: RecordedItem.Direction?)) {
        var frame = CANFrame(identifier: 0x351, length: 4)
        for (place, byte) in [UInt8(0x28), 0x02, 0xF4, 0x01].enumerated() { frame.bytes[place] = byte }
        let items = read(Array(row.line.utf8)).items
        #expect(items.map(\.content) == [.frame(frame)])
        #expect(items.first?.nanoseconds == row.nanoseconds && items.first?.direction == row.direction)
    }

    @Test(
        "what is no frame is not made one",
        arguments: [
            "351 is my CCL", "set 100 A", "12:34:56 100", "ID: none", "I got 2 of 10", "> hello", "[1:2:3]",
            "0x351 - 8 bytes",
            "25:00:00 351 28 02",
        ])
    func prose(_ line: String) { #expect(read(Array(line.utf8)).items.isEmpty) }

    @Test("lines that are no text are refused at once, and those around them are read")
    func noText() {
        let text =
            Array("351#01\n".utf8) + [0x33, 0x01, 0x81, 0x0A]
            + Array("\u{1B}[32m351\u{1B}[0m#02\n352#03\n".utf8)
        let (reader, items) = read(text)
        #expect(items.count == 2)
        #expect(reader.tally.unreadable == 2)
        #expect(reader.tally.firstUnreadable?.reason == "it holds bytes that are no text")
    }
}
