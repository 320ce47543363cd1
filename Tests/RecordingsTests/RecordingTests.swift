import BusCodec
import Recordings
import Testing

/// Everything in a file, fed in pieces.
func read(_ bytes: [UInt8], pieces: Int = .max) -> (reader: RecordingReader, items: [RecordedItem]) {
    var reader = RecordingReader()
    var items: [RecordedItem] = []
    var rest = bytes[...]
    while !rest.isEmpty {
        items += reader.take(rest.prefix(pieces))
        rest = rest.dropFirst(pieces)
    }
    items += reader.finish()
    return (reader, items)
}

/// A file with the items that a format can hold.
func write(_ items: [RecordedItem], _ format: RecordingFormat) throws -> [UInt8] {
    var writer = try #require(RecordingWriter(format))
    var bytes = items.flatMap { writer.write($0) } + writer.end()
    if let beginning = writer.finalBeginning { bytes.replaceSubrange(..<beginning.count, with: beginning) }
    return bytes
}

@Suite("Recordings of others")
struct RecordingTests {
    @Test("are recognised and read", arguments: RecordingSample.all)
    func samples(_ sample: RecordingSample) {
        let (reader, items) = read(Array(sample.text.utf8))
        #expect(reader.format?.id == sample.format)
        #expect(items == sample.items)
        #expect(reader.tally.flexibleFrames == sample.flexible)
        #expect(reader.tally.unreadable == sample.unreadable)
    }

    @Test(
        "read the same in pieces of any size and with the line ends of Windows",
        arguments: RecordingSample.all)
    func pieces(_ sample: RecordingSample) {
        for text in [sample.text, sample.text.replacing("\n", with: "\r\n")] {
            for pieces in [1, 7, 100] {
                let (reader, items) = read(Array(text.utf8), pieces: pieces)
                #expect(items == sample.items)
                #expect(reader.tally.unreadable == sample.unreadable)
            }
        }
    }

    @Test("are told apart by what stands in them, not by a name")
    func formats() {
        #expect(RecordingFormat.forFile(named: "a.b/garage.BLF")?.id == "blf")
        #expect(RecordingFormat.forFile(named: "garage.csv")?.id == "savvycan")
        #expect(RecordingFormat.forFile(named: "garage.pcap") == nil, "that is only read")
        #expect(RecordingFormat.forFile(named: "a.log/garage") == nil)
        #expect(read([]).reader.tally == RecordingTally())
        #expect(Set(RecordingFormat.all.map(\.id)).count == RecordingFormat.all.count)
    }

    @Test("name the first line that cannot be read, and go on")
    func complaint() {
        let text = "(1.0) can0 351#00\n(2.0) can0 351#0\n(3.0) can0 351#01\nhm\n"
        let (reader, items) = read(Array(text.utf8))
        #expect(items.count == 2)
        #expect(reader.tally.unreadable == 2)
        #expect(reader.tally.firstUnreadable?.place == 2)
    }

    @Test("keep a line of a megabyte from being kept")
    func longLine() {
        let text =
            Array("351#01\n".utf8) + [UInt8](repeating: 0x41, count: 1 << 20) + Array("\n351#02\n".utf8)
        let (reader, items) = read(text, pieces: 4_096)
        #expect(items.count == 2)
        #expect(reader.tally.firstUnreadable?.reason.contains("longer") == true)
    }
}

@Suite("What Busbar writes")
struct RecordingWriterTests {
    /// What a format keeps of an item; `nil` if it has no place for it.
    static func kept(_ item: RecordedItem, in format: String, _ channel: String) -> RecordedItem? {
        var item = item
        guard case .frame(let frame) = item.content else {
            return ["pcapng", "busbar"].contains(format) ? item : nil
        }
        switch format {
        case "candump", "busbar", "pcapng": return item
        case "python-can":
            item.link = ""
            item.direction = nil
            return item
        case "savvycan" where frame.kind != .data: return nil
        case "pcan" where frame.kind == .error: return nil
        case "blf" where frame.kind == .error: return nil
        default: break
        }
        item.link = channel
        // Error frames of the text log have neither a direction nor a class.
        if frame.kind == .error {
            item.content = .frame(errorFrame)
            item.direction = nil
        }
        return item
    }

    static let items: [RecordedItem] = {
        var random = SystemRandomNumberGenerator()
        let start: Int64 = 1_763_805_600_123_000_000
        return (0..<500).map { number in
            let isExtended = Bool.random(using: &random)
            let identifier = UInt32.random(in: 0...(isExtended ? 0x1FFF_FFFF : 0x7FF), using: &random)
            let bytes = (0..<Int.random(in: 0...8, using: &random)).map { _ in
                UInt8.random(in: 0...255, using: &random)
            }
            var frame = frame(identifier, bytes, isExtended: isExtended)
            if number % 7 == 3 {
                frame = CANFrame(
                    identifier: identifier, isExtended: isExtended, kind: .remote, length: UInt8(bytes.count))
            }
            return item(
                start + Int64(number) * 1_000_000, number % 3 == 0 ? "can0" : "can1", frame,
                number % 2 == 0 ? .sent : .received)
        }
    }()

    @Test("is read back as it was", arguments: RecordingFormat.all.filter(\.isWritten).map(\.id))
    func roundTrip(_ id: String) throws {
        let format = try #require(RecordingFormat.named(id))
        let serial = RecordedItem(
            nanoseconds: 1_763_805_600_700_000_000, link: "bms", direction: .received,
            content: .bytes([1, 2, 3]))
        let items = Self.items + [serial]
        let bytes = try write(items, format)
        let (reader, found) = read(bytes, pieces: 1_000)
        #expect(reader.format?.id == id)
        #expect(reader.tally.unreadable == 0)
        let base = id == "savvycan" ? 0 : 1
        let expected = items.compactMap { item in
            Self.kept(item, in: id, String((item.link == "can0" ? 0 : 1) + base))
        }
        #expect(found == expected)
    }

    @Test(
        "keeps notes where the format can, and begins with comments that are passed over",
        arguments: [
            ("busbar", 2), ("candump", 0), ("pcapng", 0),
        ])
    func notes(_ id: String, _ kept: Int) throws {
        let format = try #require(RecordingFormat.named(id))
        let note = RecordedItem(
            nanoseconds: 1_763_805_600_800_000_001, link: "can0", direction: nil,
            content: .note("down: the adapter\nwas unplugged"))
        let items = [note] + Self.items.prefix(3) + [note]
        var writer = try #require(RecordingWriter(format))
        let head = writer.comments(["busbar 0.1.0", "can0: can0"])
        #expect(head.isEmpty == (id == "pcapng"))
        let bytes = head + items.flatMap { writer.write($0) } + writer.end()
        let (reader, found) = read(bytes)
        #expect(writer.leftOut == 0)
        #expect(reader.format?.id == id)
        #expect(reader.tally.notes == kept)
        #expect(reader.tally.frames == 3)
        #expect(reader.tally.unreadable == 0)
        guard kept > 0 else { return }
        #expect(found.first?.nanoseconds == 1_763_805_600_800_000_001)
        #expect(found.first?.content == .note("down: the adapter was unplugged"))
    }

    @Test("has no line that is too long to be read")
    func longRun() throws {
        let bytes = (0..<5_000).map { UInt8(truncatingIfNeeded: $0) }
        let item = RecordedItem(nanoseconds: 1_000, link: "b m s", direction: .sent, content: .bytes(bytes))
        let (reader, found) = read(try write([item], #require(RecordingFormat.named("busbar"))))
        #expect(reader.tally.unreadable == 0)
        let together = found.flatMap { if case .bytes(let part) = $0.content { part } else { [UInt8]() } }
        #expect(together == bytes)
        #expect(found.allSatisfy { $0.link == "b_m_s" && $0.nanoseconds == 1_000 && $0.direction == .sent })
    }

    @Test(
        "may be cut or damaged anywhere without harm",
        arguments: RecordingFormat.all.filter(\.isWritten).map(\.id))
    func damage(_ id: String) throws {
        let format = try #require(RecordingFormat.named(id))
        let bytes = try write(Array(Self.items.prefix(20)), format)
        for end in stride(from: 0, to: bytes.count, by: max(bytes.count / 300, 1)) {
            #expect(read(Array(bytes[..<end])).items.count <= 20)
        }
        var random = SystemRandomNumberGenerator()
        for _ in 0..<2_000 {
            var damaged = bytes
            for _ in 0..<Int.random(in: 1...4, using: &random) {
                damaged[Int.random(in: 0..<damaged.count, using: &random)] = UInt8.random(
                    in: 0...255, using: &random)
            }
            let (reader, items) = read(damaged, pieces: 777)
            #expect(
                items.count
                    == reader.tally.frames + reader.tally.errorFrames + reader.tally.byteRuns
                    + reader.tally.notes)
        }
    }
}
