import BMSDrivers
import BatteryModel
import BusCodec
import Testing

@Suite("How long answers take")
struct TurnaroundTests {
    @Test("nothing is known before the first answer")
    func nothing() {
        #expect(TurnaroundTimes().within(permille: 500) == nil)
    }

    @Test(
        "half and 99 of 100 are told to a fifth, never too small", arguments: [300, 1_000, 38_000, 200_000])
    func one(_ microseconds: Int64) throws {
        var line = Self.line()
        for count in 0..<200 { Self.answer(&line, after: count < 198 ? microseconds : microseconds * 2) }
        let times = line[0].statistics.turnarounds
        let half = try #require(times.within(permille: 500)).microseconds
        let most = try #require(times.within(permille: 990)).microseconds
        #expect(half >= microseconds && half * 4 <= microseconds * 5 && most == half)
        let all = try #require(times.within(permille: 1_000)).microseconds
        #expect(all > most)
    }

    private static let driver = JBD.driver

    private static func line() -> PackLine {
        var line = PackLine(at: at(0))
        _ = line.add(address: 0, driver: driver, interval: .seconds(1), at: at(0))
        return line
    }

    /// Lets the next question be answered so long after it has left.
    private static func answer(_ line: inout PackLine, after microseconds: Int64) {
        var now = at(0) + .microseconds(Int64(line[0].statistics.answers) * 100_000_000)
        while case .wait(let until) = line.step(at: now) { now = until }
        line.sent(at: now)
        let question = line.outgoing
        var buffer = AnswerBuffer()
        driver.answer(question.bytes, PackReading.sample(address: 0), &buffer)
        _ = line.received(buffer.bytes, at: now + .microseconds(microseconds))
    }
}
