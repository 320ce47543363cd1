import BMSDrivers
import BatteryModel
import BusCodec
import Testing

/// A line that different packs share, in a time that only the test moves.
private struct SharedLine {
    /// A pack on it; its answers come in pieces, each so long after the question.
    struct Pack {
        var address: UInt8
        var driver: BMSDriver
        var isThere = true
        var answers: [Interval] = [.milliseconds(20)]
    }

    var line = PackLine(at: at(0))
    var now = at(0)
    var packs: [Pack]
    /// When each question left, and to whom.
    private(set) var asked: [(at: Instant, pack: Int)] = []
    /// When each reading of a pack was complete.
    private(set) var read: [Int: [Instant]] = [:]
    /// When each answer ended, and whose it was.
    private(set) var answered: [(at: Instant, pack: Int)] = []
    private var underway: [(at: Instant, bytes: [UInt8], endOf: Int?)] = []

    init(_ packs: [Pack]) {
        self.packs = packs
        for pack in packs {
            _ = line.add(address: pack.address, driver: pack.driver, interval: .seconds(1), at: now)
        }
    }

    mutating func run(for duration: Interval) {
        let end = now + duration
        while now < end {
            while let piece = underway.first, piece.at <= now {
                underway.removeFirst()
                let changed = line.received(piece.bytes.span, at: now)
                for pack in packs.indices where changed & 1 << UInt16(pack) != 0 {
                    read[pack, default: []].append(now)
                }
                if let pack = piece.endOf { answered.append((now, pack)) }
            }
            switch line.step(at: now) {
            case .send: send()
            case .wait(let until):
                now = max(min(until, underway.first?.at ?? until, end), now + .microseconds(100))
            }
        }
    }

    private mutating func send() {
        line.sent(at: now)
        let question = line.outgoing.array
        for index in packs.indices {
            let pack = packs[index]
            guard case .item(let item, _) = pack.driver.scan(question.span, true, true),
                item.kind == .request, item.address == pack.address
            else { continue }
            asked.append((now, index))
            guard pack.isThere else { return }
            var answer = AnswerBuffer()
            var told = PackReading.sample(address: pack.address)
            told[.uptime] = Reading(Int32((now - at(0)).seconds), at: now)
            pack.driver.answer(question.span, told, &answer)
            let length = answer.count / pack.answers.count
            for (number, delay) in pack.answers.enumerated() {
                let isLast = number == pack.answers.count - 1
                let bytes = answer.array[(number * length)..<(isLast ? answer.count : (number + 1) * length)]
                underway.append((now + delay, Array(bytes), isLast ? index : nil))
            }
            underway.sort { $0.at < $1.at }
            return
        }
    }
}

@Suite("Different packs on one line")
struct SharedLineTests {
    private typealias Pack = SharedLine.Pack

    @Test("an answer may have the silences of its own protocol, whoever stands first on the line")
    func gaps() {
        // 100 ms within an answer: too long for the first pack, and allowed for the second.
        let slow = Pack(address: 3, driver: JKPB.driver, answers: [.milliseconds(20), .milliseconds(120)])
        var line = SharedLine([Pack(address: 1, driver: EG4LL.driver), slow])
        line.run(for: .seconds(20))
        #expect(line.line[1].statistics.answers > 15 && line.line[1].statistics.lastFault == nil)
        #expect(line.line[0].statistics.answers > 15 && line.line[0].statistics.lastFault == nil)
        #expect(line.line.noise.total == 0)
    }

    @Test("a silence that is too long for a protocol ends its answer, whoever stands first on the line")
    func shortGap() {
        let broken = Pack(address: 1, driver: EG4LL.driver, answers: [.milliseconds(20), .milliseconds(120)])
        var line = SharedLine([Pack(address: 3, driver: JKPB.driver), broken])
        line.run(for: .seconds(20))
        #expect(line.line[1].statistics.answers == 0 && line.line[1].isAbsent)
        #expect(line.line[0].statistics.lastFault == nil)
    }

    @Test("between two packs lies the longer of the pauses that their protocols want")
    func spacing() {
        var line = SharedLine([Pack(address: 1, driver: JKPB.driver), Pack(address: 2, driver: PACE.driver)])
        line.run(for: .seconds(30))
        var seen: Set<[Int]> = []
        for (at, pack) in line.asked {
            guard let before = line.answered.last(where: { $0.at <= at }) else { continue }
            seen.insert([before.pack, pack])
            let wanted = max(
                line.packs[before.pack].driver.sheet.timing.spacing,
                line.packs[pack].driver.sheet.timing.spacing)
            #expect(at - before.at >= wanted, "\(before.pack) before \(pack)")
        }
        #expect(seen.isSuperset(of: [[0, 1], [1, 0], [0, 0]]), "\(seen)")
    }

    @Test("an answer that has begun in time is heard to its end, as on a slow line")
    func slow() {
        // 308 bytes at 9600 baud take 321 ms; nobody is waited for so long who has not begun.
        let pieces = (0..<33).map { Interval.milliseconds(40 + 10 * $0) }
        #expect(JKPB.driver.sheet.timing.probeTimeout < .milliseconds(300))
        var line = SharedLine([Pack(address: 1, driver: JKPB.driver, answers: pieces)])
        line.run(for: .seconds(10))
        #expect(line.line[0].statistics.answers > 8 && line.line[0].statistics.lastFault == nil)
    }

    @Test("bytes without end do not keep a question open for ever")
    func babble() {
        // The head of an answer, again and again: each could be the beginning of the right one.
        var line = PackLine(at: at(0))
        _ = line.add(address: 1, driver: JKPB.driver, interval: .seconds(1), at: at(0))
        var now = at(0)
        var (sent, head) = (0, AnswerBuffer())
        while now < at(0) + .seconds(20) {
            if case .send = line.step(at: now) {
                sent += 1
                line.sent(at: now)
                JKPB.driver.answer(line.outgoing.bytes, .sample(address: 1), &head)
            }
            _ = line.received(head.bytes.extracting(first: min(head.count, 150)), at: now)
            now = now + .milliseconds(50)
        }
        #expect(sent > 3 && line[0].isAbsent)
    }

    @Test("packs that are not there leave the round of the others alone, and are asked again all the same")
    func absent() throws {
        let absent = (3...15).map {
            Pack(address: $0, driver: $0 % 2 == 0 ? JKPB.driver : DalyModbus.driver, isThere: false)
        }
        var line = SharedLine(
            [Pack(address: 1, driver: JKPB.driver), Pack(address: 2, driver: Pylontech.driver)] + absent)
        line.run(for: .seconds(30))
        let settled = line.asked.count
        line.run(for: .seconds(120))
        for pack in 0...1 {
            // A second between two readings, and one question to somebody who is not there.
            let times = line.read[pack]?.filter { $0 > at(30) } ?? []
            let longest = zip(times.dropFirst(), times).map { $0 - $1 }.max()
            #expect(try #require(longest) < .seconds(2), "pack \(pack)")
        }
        for pack in 2..<line.packs.count {
            let times = line.asked[settled...].filter { $0.pack == pack }.map(\.at)
            let longest = zip(times.dropFirst(), times).map { $0 - $1 }.max()
            #expect(try #require(longest) < .seconds(25), "pack \(pack)")
        }
        line.packs[7].isThere = true
        line.run(for: .seconds(25))
        #expect(line.line[7].statistics.answers > 0 && !line.line[7].isAbsent)
    }

    @Test("where nobody is there, everybody is asked every nine seconds or a little sooner")
    func nobody() {
        var line = SharedLine((1...8).map { Pack(address: $0, driver: JKPB.driver, isThere: false) })
        line.run(for: .seconds(60))
        let before = line.asked.count
        line.run(for: .seconds(90))
        let asked = line.asked.count - before
        #expect((72...90).contains(asked), "\(asked)")
    }

    @Test("a late answer in the framing of the next protocol is not taken for the answer of the next pack")
    func lateAnswer() {
        // Two readers of Modbus, and two of the frames between ~ and carriage return.
        for (late, next) in [(DalyModbus.driver, SeplosV3.driver), (SeplosV2.driver, PACE.driver)] {
            let isLate = Pack(address: 1, driver: late, answers: [.milliseconds(640)])
            var line = SharedLine([isLate, Pack(address: 2, driver: next)])
            line.run(for: .seconds(40))
            let (one, other) = (line.line[0], line.line[1])
            #expect(one.statistics.answers == 0)
            #expect(one.reading.cellMillivolts == nil)
            #expect(other.statistics.answers > 10)
            #expect(other.reading.cells == PackReading.sample(address: 2).cells)
        }
    }
}
