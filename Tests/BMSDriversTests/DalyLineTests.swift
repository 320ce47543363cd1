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
