import BMSDrivers
import BatteryModel
import BusCodec
import Testing

@Suite struct JKBatteryTests {
    /// Captured packs: live data, identity, and settings where captured.
    static let packs: [[(poll: Int, hex: String)]] = [
        [
            (JKQuestion.about, JKFrames.aboutA3), (JKQuestion.status, JKFrames.statusA1),
            (JKQuestion.settings, JKFrames.settingsA2),
        ],
        [(JKQuestion.status, JKFrames.statusB1)],
        [(JKQuestion.status, JKFrames.statusC1)],
        [(JKQuestion.about, JKFrames.aboutV14), (JKQuestion.status, JKFrames.statusV14)],
        [(JKQuestion.about, JKFrames.aboutV15), (JKQuestion.status, JKFrames.statusV15)],
        [(JKQuestion.about, JKFrames.aboutV19), (JKQuestion.status, JKFrames.statusV19)],
    ]

    static func reading(of pack: [(poll: Int, hex: String)]) throws -> PackReading {
        try pack.reduce(PackReading()) { try decoded(bytes($1.hex), $1.poll, after: $0) }
    }

    /// Asks the simulated battery `polls` and puts its answers together.
    static func asked(_ polls: [Int], of pack: PackReading) throws -> PackReading {
        var reading = PackReading()
        for poll in polls {
            let answer = answer(to: request(poll, 1), from: pack)
            let step = JKPB.driver.scan(answer.span, false, true)
            guard case .item(let item, let length) = step else {
                Issue.record("no answer")
                continue
            }
            #expect(item.address == 1)
            #expect(item.poll == (JKQuestion.frames.contains(poll) ? poll : nil))
            #expect(length == answer.count)
            reading = try decoded(answer, poll, after: reading)
        }
        return reading
    }

    @Test("a battery that knows a captured pack's values sends them as the pack did", arguments: packs)
    func records(_ pack: [(poll: Int, hex: String)]) throws {
        let known = try Self.reading(of: pack)
        let polls = pack.map(\.poll)
        let heard = try Self.asked(polls, of: known)
        #expect(heard.values == known.values)
        #expect(heard.cells == known.cells)
        #expect(heard.wireMilliohms == known.wireMilliohms)
        #expect(heard.alarms == known.alarms)
        #expect(heard.identity == known.identity)
    }

    @Test("registers and records of the same pack say the same", arguments: packs)
    func registers(_ pack: [(poll: Int, hex: String)]) throws {
        let known = try Self.reading(of: pack)
        var polls = [JKQuestion.cells, JKQuestion.pack, JKQuestion.clock]
        if known[.chargeLimit] != nil {
            polls += [JKQuestion.limits, JKQuestion.balancing, JKQuestion.switches]
        }
        if known.identity != nil {
            polls = [JKQuestion.identity, JKQuestion.selections, JKQuestion.requestTimes] + polls
        }
        let heard = try Self.asked(polls, of: known)
        var expected = known.values
        expected[.chargePhase] = nil
        expected[.dryContacts] = nil
        #expect(heard.values == expected)
        #expect(heard.cells == known.cells)
        #expect(heard.wireMilliohms == known.wireMilliohms)
        #expect(heard.alarms == known.alarms)
        #expect(heard.identity == known.identity)
    }

    @Test("the bytes of a captured status come out again, but for what is not kept")
    func sameBytes() throws {
        let captured = bytes(JKFrames.statusA1)
        let sent = answer(to: request(JKQuestion.status, 1), from: try decoded(captured, JKQuestion.status))
        #expect(sent.count == 308)
        #expect(sent.suffix(8) == captured.suffix(8))
        let reserved: [Range<Int>] = [
            154..<158,
            216..<218, 220..<230, 232..<234, 238..<244, 245..<246, 260..<262, 266..<270,
        ]
        for index in 0..<270 where !reserved.contains(where: { $0.contains(index) }) {
            #expect(sent[index] == captured[index], "byte \(index)")
        }
    }

    static let refused: [(hex: String, code: UInt8?)] = [
        ("01 03 12 00 00 7D", nil), ("01 03 12 00 00 7E", 2), ("01 03 12 00 00 00", 2),
        ("01 03 12 01 00 02", 2),
        ("01 03 13 24 00 01", nil), ("01 03 13 24 00 02", 2), ("01 03 16 20 00 01", 2),
        ("01 03 00 05 00 02", 2),
        ("01 04 12 00 00 01", 1), ("01 06 16 20 00 00", 1), ("01 10 16 20 00 01 02 00 00", nil),
        ("01 10 16 22 00 01 02 00 00", 2), ("01 10 16 26 00 01 02 00 00", 2),
        ("01 10 16 0A 00 01 02 00 00", 2),
        ("01 10 10 78 00 02 04 00 00 00 02", 3),
        ("01 10 10 7A 00 02 04 00 00 00 00", 2), ("01 10 16 20 00 02 04 00 00 00 00", 2),
    ]

    @Test(
        "a battery answers reads in its blocks, the three triggers and what a setting can be, nothing else",
        arguments: refused)
    func exceptions(_ row: (hex: String, code: UInt8?)) throws {
        var question = bytes(row.hex)
        let crc = Checksum.modbusCRC(question.span)
        question += [UInt8(truncatingIfNeeded: crc), UInt8(crc >> 8)]
        let reading = try decoded(bytes(JKFrames.statusB1), JKQuestion.status)
        let sent = answer(to: question, from: reading)
        guard case .item(let item, _) = JKPB.driver.scan(sent.span, false, true) else {
            Issue.record("not an answer")
            return
        }
        #expect(item.kind == (row.code == nil ? .answer : .refusal))
        #expect(item.code == row.code ?? 0)
    }

    @Test("a battery is silent for another address, a damaged question and a value that does not fit")
    func silence() throws {
        var reading = try Self.reading(of: Self.packs[0])
        #expect(!answer(to: request(JKQuestion.cells, 1), from: reading).isEmpty)
        #expect(answer(to: request(JKQuestion.cells, 2), from: reading).isEmpty)
        var damaged = request(JKQuestion.cells, 1)
        damaged[4] ^= 1
        #expect(answer(to: damaged, from: reading).isEmpty)
        reading[.soc] = Reading(1010, at: at(0))
        #expect(answer(to: request(JKQuestion.cells, 1), from: reading).isEmpty)
    }

    @Test("alarms that a simulated battery is given come back")
    func alarms() throws {
        var reading = try decoded(bytes(JKFrames.statusB1), JKQuestion.status)
        var alarms = AlarmSet()
        alarms.raise(.cellOverVoltage, .protection)
        alarms.raise(.wireResistance, .warning)
        reading[.alarmWord] = nil
        reading.alarms = Reading(alarms, at: at(0))
        #expect(try Self.asked([JKQuestion.status], of: reading).alarms?.value == alarms)
    }

    @Test("the sender's byte is 0 for a master and 5 for a slave")
    func senderByte() throws {
        let reading = try decoded(bytes(JKFrames.statusB1), JKQuestion.status)
        #expect(answer(to: request(JKQuestion.status, 0), from: reading)[5] == 0)
        #expect(answer(to: request(JKQuestion.status, 1), from: reading)[5] == 5)
    }
}
