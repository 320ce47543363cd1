import BMSDrivers
import BatteryModel
import BusCodec
import Testing

@Suite("Rounds of a line")
struct PackRoundTests {
    /// Plays a line on which every answer takes so long, and returns it with what was asked in which order.
    private func play(
        _ driver: BMSDriver, packs: ClosedRange<UInt8>, answerTakes: Interval, for duration: Interval,
        ignoring ignored: Set<Int> = []
    ) -> (line: PackLine, asked: [Int: Int]) {
        var line = PackLine(at: at(0))
        for address in packs {
            _ = line.add(address: address, driver: driver, interval: .seconds(1), at: at(0))
        }
        var (now, asked) = (at(0), [Int: Int]())
        while now < at(0) + duration {
            switch line.step(at: now) {
            case .wait(let until): now = min(max(until, now + .milliseconds(1)), at(0) + duration)
            case .send:
                line.sent(at: now)
                guard case .item(let item, _) = driver.scan(line.outgoing.bytes, true, true),
                    let poll = item.poll
                else { continue }
                asked[poll, default: 0] += 1
                var buffer = AnswerBuffer()
                var reading = PackReading.sample(address: item.address ?? 0)
                reading[.busAddress] = item.address.map { Reading(Int32($0), at: now) }
                if !ignored.contains(poll) { driver.answer(line.outgoing.bytes, reading, &buffer) }
                now = now + answerTakes
                _ = line.received(buffer.bytes, at: now)
            }
        }
        return (line, asked)
    }

    @Test("the cycle of a pack with several questions is a whole round, not the time between two answers")
    func cycle() throws {
        let (line, _) = play(Daly.driver, packs: 1...4, answerTakes: .milliseconds(150), for: .seconds(60))
        let cycle = try #require(line.cycle)
        // Six questions of four packs, each with its answer and the pause behind it; now and then some more.
        let each = Int64(150 + 20 + 1)
        #expect(cycle >= .milliseconds(6 * 4 * 150) && cycle <= .milliseconds((6 * 4 + 6) * each), "\(cycle)")
    }

    @Test(
        "a question that nobody answers and that is optional does not make a pack absent, and is asked seldom"
    )
    func optional() {
        let rated = 6
        let (line, asked) = play(
            Daly.driver, packs: 1...1, answerTakes: .milliseconds(50), for: .seconds(130), ignoring: [rated])
        #expect(asked[rated] == 3, "\(asked)")
        #expect(!line[0].isAbsent && line[0].statistics.timeouts == 3)
        #expect((asked[0] ?? 0) > 100)
    }
}
