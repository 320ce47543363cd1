import BMSDrivers
import BatteryModel
import BusCodec
import TestSupport
import Testing

@Suite("A line of Daly boards")
struct DalyLineTests {
    /// Two boards, asked in turn; the frames of an answer come one by one, 13.5 ms apart.
    @Test("every question is answered, also those with answers of several frames")
    func line() {
        var now = Instant(nanoseconds: 1_000_000_000)
        var line = PackLine(at: now)
        let told: [PackReading] = [.sample(address: 1), .sample(address: 2)]
        for address in 1...2 {
            _ = line.add(address: UInt8(address), driver: Daly.driver, interval: .seconds(1), at: now)
        }
        let end = now + .seconds(4)
        while now < end {
            switch line.step(at: now) {
            case .send:
                let question = line.outgoing.array
                now = now + .microseconds(13_500)
                line.sent(at: now)
                for reading in told {
                    var answer = AnswerBuffer()
                    Daly.driver.answer(question.span, reading, &answer)
                    for start in stride(from: 0, to: answer.count, by: DalyFrame.length) {
                        now = now + .microseconds(13_500)
                        let frame = Array(answer.array[start..<start + DalyFrame.length])
                        _ = line.received(frame.span, at: now)
                    }
                }
            case .wait(let until): now = max(min(until, end), now + .milliseconds(1))
            }
        }
        for pack in 0..<2 {
            #expect(line[pack].statistics.lastFault == nil && line[pack].statistics.answers > 14)
            #expect(line[pack].reading.cells == told[pack].cells)
            #expect(line[pack].reading[.temperature4]?.value == 240)
            #expect(line[pack].reading[.designCapacity]?.value == 280_000)
            #expect(line[pack].reading[.current]?.value == -12_300)
        }
        #expect(line.unexpectedAnswers == 0 && line.noise.total == 0)
    }
}

@Suite("What other hosts ask a Daly board")
struct DalyExtremesTests {
    /// Frames captured by mpp-solar (tests/integration/test_protocol_daly.py), without the left-overs at their ends.
    @Test("a board tells the cells and sensors furthest apart as a real one does")
    func extremes() {
        var reading = PackReading()
        let now = Instant(nanoseconds: 1)
        for (field, value) in [
            (PackField.highestCell, Int32(3_328)), (.highestCellNumber, 15), (.lowestCell, 3_326),
            (.lowestCellNumber, 1), (.temperature1, 149),
        ] {
            reading[field] = Reading(value, at: now)
        }
        #expect(answer(0x91, reading).prefix(10) == hex("A5 01 91 08 0D 00 0F 0C FE 01")[...])
        #expect(answer(0x92, reading).prefix(8) == hex("A5 01 92 08 37 01 37 01")[...])
        #expect(answer(0x97, reading) == [])
        #expect(answer(0x91, PackReading()) == [])
        #expect(answer(0x92, PackReading()) == [])
    }

    private func answer(_ id: UInt8, _ reading: PackReading) -> [UInt8] {
        var request = ByteBuffer<16>()
        let nothing = [UInt8](repeating: 0, count: 8)
        DalyFrame.encode(party: 0x40, id: id, data: nothing.span, into: &request)
        var answer = AnswerBuffer()
        Daly.driver.answer(request.bytes, reading, &answer)
        return answer.array
    }
}

// MARK: - Where an answer of several frames ends

extension DalyLineTests {
    /// A board on a line; its frames come one by one, 13.5 ms apart.
    private struct Board {
        var line: PackLine
        var now = Instant(nanoseconds: 1_000_000_000)
        var told = PackReading.sample(address: 1)
        /// How many frames with cells the board sends besides those that it needs; negative if some get lost.
        var moreCells = 0
        /// How long the line was left alone behind the last answer to each question.
        var pauses: [UInt8: Int64] = [:]
        private var lastID: UInt8 = 0
        private var lastByteAt = Instant(nanoseconds: 0)

        init() {
            line = PackLine(at: now)
            _ = line.add(address: 1, driver: Daly.driver, interval: .zero, at: now)
        }

        /// Asks every question of a round once.
        mutating func round() {
            var asked = 0
            while asked < 6 {
                guard case .send = line.step(at: now) else {
                    now = now + .milliseconds(1)
                    continue
                }
                asked += line.outgoing.array[2] == 0x50 ? 0 : 1
                pauses[lastID] = (now - lastByteAt).milliseconds
                lastID = line.outgoing.array[2]
                now = now + .microseconds(13_500)
                line.sent(at: now)
                answer(line.outgoing.array)
            }
        }

        private mutating func answer(_ question: [UInt8]) {
            var buffer = AnswerBuffer()
            Daly.driver.answer(question.span, told, &buffer)
            var frames = stride(from: 0, to: buffer.count, by: DalyFrame.length).map {
                Array(buffer.array[$0..<$0 + DalyFrame.length])
            }
            if question[2] == 0x95 { frames = cells(frames) }
            for frame in frames {
                now = now + .microseconds(13_500)
                _ = line.received(frame.span, at: now)
            }
            lastByteAt = now
        }

        private func cells(_ frames: [[UInt8]]) -> [[UInt8]] {
            guard moreCells > 0 else { return frames.dropLast(-moreCells) }
            return frames
                + (0..<moreCells).map { index in
                    var frame = ByteBuffer<16>()
                    let data: [8 of UInt8] = [UInt8(frames.count + index + 1), 0, 0, 0, 0, 0, 0, 0]
                    DalyFrame.encode(party: 1, id: 0x95, data: data.span, into: &frame)
                    return frame.bytes.indices.map { frame.bytes[$0] }
                }
        }
    }

    @Test("the silence behind the cells is waited for once; then they end where they ended before")
    func learned() {
        var board = Board()
        board.round()
        #expect((120...121).contains(board.pauses[0x95] ?? 0), "\(board.pauses)")
        board.round()
        board.round()
        #expect((20...21).contains(board.pauses[0x95] ?? 0) && (20...21).contains(board.pauses[0x96] ?? 0))
        #expect(board.line[0].reading.cells == board.told.cells && board.line[0].statistics.lastFault == nil)
    }

    @Test("a board that sends all its places is waited for to the last of them")
    func padded() {
        var board = Board()
        board.moreCells = 6
        for _ in 0..<4 { board.round() }
        #expect((20...21).contains(board.pauses[0x95] ?? 0))
        #expect(board.line.noise.total == 0 && board.line.unexpectedAnswers == 0)
    }

    @Test("a board that suddenly sends more is waited for again")
    func longer() {
        var board = Board()
        for _ in 0..<3 { board.round() }
        board.moreCells = 6
        board.round()
        board.round()
        #expect((120...121).contains(board.pauses[0x95] ?? 0), "\(board.pauses)")
        board.round()
        #expect((20...21).contains(board.pauses[0x95] ?? 0))
        #expect(board.line[0].reading.cells == board.told.cells && board.line[0].statistics.lastFault == nil)
    }

    @Test("cells without their last frame are not believed, however long the answers were before")
    func incomplete() throws {
        var board = Board()
        for _ in 0..<3 { board.round() }
        let believed = try #require(board.line[0].reading.cellMillivolts?.at)
        board.moreCells = -1
        board.round()
        #expect(board.line[0].reading.cellMillivolts?.at == believed)
        #expect(board.line[0].statistics.lastFault != nil)
    }
}
