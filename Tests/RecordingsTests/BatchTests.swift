import BusCodec
import Recordings
import Testing

/// Reading in batches finds what reading item by item finds.
struct BatchTests {
    /// What was found, whichever way it was read.
    struct Findings: Equatable {
        var items: [RecordedItem] = []
        var places: [Int] = []
        var tally = RecordingTally()

        mutating func add(_ item: RecordedItem, _ place: Int) {
            items.append(item)
            places.append(place)
        }
    }

    private func byItem(_ pieces: [ArraySlice<UInt8>]) -> Findings {
        var (reader, result) = (RecordingReader(), Findings())
        for piece in pieces { reader.take(piece) { item, place in result.add(item, place) } }
        reader.finish { item, place in result.add(item, place) }
        result.tally = reader.tally
        return result
    }

    private func byBatch(_ pieces: [ArraySlice<UInt8>]) -> Findings {
        var (reader, result) = (RecordingReader(), Findings())
        func take(_ batch: RecordingBatch) {
            batch.visit { frame in
                result.add(
                    RecordedItem(
                        nanoseconds: frame.nanoseconds, link: batch.links[Int(frame.link)],
                        direction: frame.direction, content: .frame(frame.frame)), frame.place)
            } other: { item, place in
                result.add(item, place)
            }
        }
        for piece in pieces { take(reader.takeBatch(piece)) }
        take(reader.finishBatch())
        result.tally = reader.tally
        return result
    }

    private func expectAgreement(_ bytes: [UInt8], cutInto length: Int, _ what: String) {
        let pieces = stride(from: 0, to: bytes.count, by: length).map { bytes[$0...].prefix(length) }
        let (items, batches) = (byItem(pieces), byBatch(pieces))
        guard items != batches else { return }
        let first = zip(items.items, batches.items).first { $0 != $1 }
        Issue.record(
            """
            \(what), in pieces of \(length): \(items.items.count) items, \(batches.items.count) in batches; \
            \(first.map { "\($0)" } ?? "the items are the same"); \(items.tally); \(batches.tally)
            """)
    }

    @Test("of every sample of every format", arguments: RecordingSample.all)
    func samples(sample: RecordingSample) {
        for length in [1, 7, 64, 100_000] {
            expectAgreement(Array(sample.text.utf8), cutInto: length, "the sample")
        }
    }

    /// Lines of candump, and such that are nearly, with what stands in them at random.
    private static func lines(_ count: Int, _ random: inout Generator) -> [UInt8] {
        let times = [
            "(1436509052.249713)", "(1.5)", "(000.123456)", "(9999999999.000000)", "(8999999999.999999)",
            "(1436509052.249713001)", "(1436509052.2497130019)", "(1436509052)", "(14365090x2.249713)",
            "(1436509052.24971a)", "(2026-11-21 10:00:00.123456)", "", "()", "(.5)", "(1436509052,249713)",
        ]
        let names = [
            "can0", "vcan1", "c", "exactly8", "exactly16letters", "fifteen-letters", "RX", "TX", "[x]", "a#b",
            "é",
            "a-name-longer-than-sixteen-letters", "", "c\u{1}n",
        ]
        let identifiers = [
            "351", "7FF", "800", "12345678", "1FFFFFFF", "20000080", "40000000", "35", "3g1", "abc",
        ]
        let payloads = [
            "", "00", "2802F4012003E001", "2a366c2bba", "2A366C2BBA112233FF", "2A3", "11.22.33", "R", "R8",
            "R9",
            "#1AABB", "0G", "28:2", "2802F4012003E0@1", "2802\u{10}1",
        ]
        let ends = [
            "\n", "\n", "\n", " R\n", " T\n", " X\n", "\r\n", " R\r\n", "  T\n", " \n", "\n\n", " R T\n",
            "R\n",
        ]
        let others = [
            "  can0  351   [2]  28 02\n", "no frame\n", "# note\n", "\n", "(1.5) bms RX 01 02\n", "351#28\n",
        ]
        var text = "(1436509052.249713) can0 351#00\n"
        for _ in 0..<count {
            let usual = random.next() % 4 != 0
            func pick(_ words: [String]) -> String {
                usual && random.next() % 8 != 0 ? words[0] : words[Int(random.next() % UInt64(words.count))]
            }
            if random.next() % 16 == 0 {
                text += others[Int(random.next() % UInt64(others.count))]
            } else {
                let blank = random.next() % 64 == 0 ? "  " : " "
                text += pick(times) + blank + pick(names) + " " + pick(identifiers) + "#" + pick(payloads)
                text += pick(ends)
            }
        }
        return Array(text.utf8)
    }

    struct Generator: RandomNumberGenerator {
        var state: UInt64

        mutating func next() -> UInt64 {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return state >> 29 ^ state
        }
    }

    @Test("of random and of damaged candump logs, however they are cut into pieces")
    func random() {
        var random = Generator(state: 11)
        for round in 0..<60 {
            var bytes = Self.lines(100, &random)
            // The first line tells the format and stays.
            for _ in 0..<(round % 3 == 0 ? 0 : 40) {
                bytes[40 + Int(random.next() % UInt64(bytes.count - 40))] = UInt8(random.next() & 0xFF)
            }
            if round % 5 == 0 { bytes.removeLast(Int(random.next() % 60)) }
            for length in [bytes.count, 1_000, 97, 5] {
                expectAgreement(bytes, cutInto: length, "round \(round)")
            }
        }
    }

    @Test("of a log with more links than anybody has")
    func links() {
        let lines = (0..<600).map { "(1436509052.\(100_000 + $0)) can\($0 % 400) 351#00\n" }
        expectAgreement(Array(lines.joined().utf8), cutInto: 1_000, "many links")
    }

    @Test("each byte of a line replaced by each other byte is read the same both ways")
    func everyByte() {
        let line = Array("(1436509052.249713) can0 12345678#2A366C2BBA0102FF R\n".utf8)
        let head = Array("(1436509052.249713) can0 351#00\n".utf8)
        for place in line.indices {
            var bytes = head
            for value in UInt8.min...UInt8.max {
                var changed = line
                changed[place] = value
                bytes += changed
            }
            expectAgreement(bytes, cutInto: bytes.count, "byte \(place)")
        }
    }
}
