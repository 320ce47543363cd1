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
