import BMSDrivers
import BatteryModel
import BusCodec
import TestSupport
import Testing

@Suite("Every BMS driver on a line full of noise")
struct DriverNoiseTests {
    @Test(
        "believes nothing for a day, and then reads a pack at once", arguments: DriverTableTests.serial)
    func day(_ named: DriverTableTests.NamedDriver) {
        let driver = named.driver
        var babble = Babble(driver, named.address)
        var line = PackLine(at: at(0))
        _ = line.add(address: named.address, driver: driver, interval: .seconds(1), at: at(0))
        var now = at(0)
        var fed: UInt64 = 0
        var noiseAtNoon: UInt64 = 0
        while now < at(86_400) {
            switch line.step(at: now) {
            case .send: line.sent(at: now + .milliseconds(5))
            case .wait: break
            }
            now = now + babble.pause()
            let bytes = babble.burst()
            fed += UInt64(bytes.count)
            _ = line.received(bytes.span, at: now)
            if now < at(43_200) { noiseAtNoon = line.noise.total }
            if line[0].reading.isBelievable(at: now, withCells: named.tells.readsCells) {
                Issue.record("believed after \((now - at(0)).milliseconds) ms: \(hexText(bytes))")
                return
            }
        }
        let statistics = line[0].statistics
        #expect(noiseAtNoon > 10_000 && line.noise.total > noiseAtNoon && line.noise.total <= fed)
        #expect(statistics.timeouts > 6_000 && statistics.answers < 10)

        let pack = FaultyPack(driver, .frames, number: 0)
        let end = now + .seconds(12)
        while now < end {
            switch line.step(at: now) {
            case .wait(let until): now = min(max(until, now + .milliseconds(1)), end)
            case .send:
                line.sent(at: now)
                var answer = AnswerBuffer()
                driver.answer(line.outgoing.bytes, pack.truth(FaultyPack.moment(at: now)), &answer)
                now = now + .milliseconds(20)
                _ = line.received(answer.bytes, at: now)
            }
        }
        #expect(
            line[0].reading.isBelievable(at: now, withCells: named.tells.readsCells),
            "a good pack is not read")
    }
}

extension PackReading {
    /// Whether voltage, current, SOC and, of a BMS that tells them, cells are there, from now, and agree.
    fileprivate func isBelievable(at now: Instant, withCells: Bool) -> Bool {
        let age = Interval.seconds(10)
        guard let voltage = self[.packVoltage]?.value(at: now, noOlderThan: age),
            self[.current]?.value(at: now, noOlderThan: age) != nil,
            self[.soc]?.value(at: now, noOlderThan: age) != nil
        else { return false }
        guard withCells else { return true }
        guard
            let cells = cellMillivolts?.value(at: now, noOlderThan: age), cells.count > 0
        else { return false }
        return abs(cells.sum - voltage) < voltage / 20
    }
}

/// What a line says that has lost its pack and its ground: bytes by chance, and all that looks nearly right.
private struct Babble {
    private let frames: [[UInt8]]
    private var random = SeededRandom(seed: 24)

    init(_ driver: BMSDriver, _ address: UInt8) {
        let reading = PackReading.sample(address: address)
        frames = (0..<driver.pollCount).flatMap {
            [driver.asks($0, address), driver.answers($0, address, reading)]
        }
        .filter { $0.count > 4 }
    }

    /// From a breath to some seconds.
    mutating func pause() -> Interval {
        .milliseconds(below(4) == 0 ? 1 + below(60) : 1 + below(4_000))
    }

    mutating func burst() -> [UInt8] {
        let frame = frames[Int(below(Int64(frames.count)))]
        switch below(6) {
        case 0: return random.bytes(1 + Int(below(40)))
        case 1: return Array(frame.prefix(Int(below(Int64(frame.count)))))
        // Intact it might complete what was there before.
        case 2: return damaged(Array(frame.dropFirst(1 + Int(below(Int64(frame.count - 1))))))
        case 3: return damaged(frame)
        case 4: return frame.prefix(2 + Int(below(6))) + random.bytes(Int(below(300)))
        default:
            return Array(frame.prefix(Int(below(Int64(frame.count))))) + damaged(frame)
        }
    }

    /// The frame with one bit flipped that no checksum can miss.
    private mutating func damaged(_ frame: [UInt8]) -> [UInt8] {
        var damaged = frame
        // The sum itself may be written in small letters.
        let place = Int(below(Int64(max(frame.count * 3 / 4, 1))))
        damaged[place] ^= 1 << UInt8(below(8))
        return damaged
    }

    private mutating func below(_ end: Int64) -> Int64 { Int64.random(in: 0..<end, using: &random) }
}
