import BMSDrivers
import BatteryModel
import BusCodec
import TestSupport

/// A serial line in virtual time: a `PackLine` asks, packs answer with the battery side of the same driver, and what
/// is on the wire takes its time.
///
/// The first pack misbehaves as it is told to.
struct FaultyWire {
    let driver: BMSDriver
    let mode: ReadMode
    private(set) var line: PackLine
    private(set) var now = at(0)
    /// What the first pack does.
    var fault = AnswerFault.none
    /// What was read though no pack has ever said it so.
    private(set) var problems: [String] = []
    /// When SOC of each pack was measured: the mark of a whole round.
    private(set) var measured: [Instant?]
    /// The longest time for which SOC of each pack was not measured anew, since they were forgotten.
    private(set) var longestPause: [Interval]

    private var packs: [FaultyPack] = []
    /// What the packs have said when they last said something.
    private var known: [[String: Reading<Statement>]]
    private var answers: [UInt64]
    private var pieces: [(due: Instant, bytes: [UInt8])] = []
    private var attempts = 0
    private var silentUntil = at(0)
    private var nextMasterAt = at(0)
    private var random = SeededRandom(seed: 11)

    init(_ driver: BMSDriver, _ mode: ReadMode) {
        self.driver = driver
        self.mode = mode
        line = PackLine(at: now)
        let count = min(driver.sheet.addresses.count, 2)
        longestPause = Array(repeating: .zero, count: count)
        measured = Array(repeating: nil, count: count)
        answers = Array(repeating: 0, count: count)
        known = Array(repeating: [:], count: count)
        for number in 0..<count {
            packs.append(FaultyPack(driver, mode, number: number))
            _ = line.add(
                address: packs[number].address, driver: driver, mode: mode, interval: .seconds(1), at: now)
        }
    }

    /// Lets so much time pass.
    mutating func play(for duration: Interval) {
        let end = now + duration
        while now < end {
            deliver()
            if fault == .secondMaster, now >= nextMasterAt { letSecondMasterAsk() }
            let step = line.step(at: now)
            // An answer may end with a silence.
            for pack in packs.indices where line[pack].statistics.answers != answers[pack] { check(pack) }
            switch step {
            case .send: ask()
            case .wait(let until): now = min(max(min(until, nextEvent), now + .microseconds(100)), end)
            }
        }
        checkUntold()
    }

    /// Measures pauses anew.
    mutating func forgetPauses() { longestPause = longestPause.map { _ in .zero } }

    private var nextEvent: Instant {
        let master = fault == .secondMaster ? nextMasterAt : Instant(nanoseconds: .max)
        return min(pieces.first?.due ?? master, master)
    }

    private func wireTime(_ count: Int) -> Interval {
        Interval(nanoseconds: Int64(count) * 10_000_000_000 / Int64(driver.sheet.baud))
    }
}

// MARK: - From the packs to the host

extension FaultyWire {
    private mutating func deliver() {
        while let first = pieces.first, first.due <= now {
            pieces.removeFirst()
            let changed = line.received(first.bytes.span, at: now)
            for pack in packs.indices where changed >> UInt16(pack) & 1 == 1 { check(pack) }
        }
        for pack in packs.indices {
            guard let measured = measured[pack] else { continue }
            longestPause[pack] = max(longestPause[pack], now - measured)
        }
    }

    /// Whatever has changed must be what the pack measured between the time that is told and now.
    private mutating func check(_ pack: Int) {
        let reading = line[pack].reading
        let (old, new) = (known[pack], reading.statements)
        for (name, statement) in new where old[name] != statement {
            // Whom an answer was given to that two masters wait for, nobody knows.
            let slack = fault == .secondMaster ? driver.sheet.timing.timeout : .zero
            let first = FaultyPack.moment(at: statement.at + (.zero - slack))
            let isTrue = (first...max(FaultyPack.moment(at: now), first)).contains {
                packs[pack].understood($0)[name]?.value == statement.value
            }
            if !isTrue {
                problems.append("\(name) of pack \(pack) was not \(statement.value) since \(statement.at)")
            }
        }
        for name in old.keys where new[name] == nil { problems.append("\(name) of pack \(pack) is gone") }
        known[pack] = new
        answers[pack] = line[pack].statistics.answers
        measured[pack] = reading[.soc]?.at
    }

    /// What was not told has not changed.
    private mutating func checkUntold() {
        for pack in packs.indices where line[pack].reading.statements != known[pack] {
            problems.append("pack \(pack) changed untold")
        }
    }

    private mutating func put(_ bytes: [UInt8], from start: Instant) {
        let step = max(Int(driver.sheet.baud) / 1_000, 1)
        for first in stride(from: 0, to: bytes.count, by: step) {
            let end = min(first + step, bytes.count)
            pieces.append((start + wireTime(end), Array(bytes[first..<end])))
        }
        pieces.sort { $0.due < $1.due }
    }
}

// MARK: - From the host to the packs

extension FaultyWire {
    /// Time from the end of a question to the beginning of its answer.
    private static let turnaround = Interval.milliseconds(15)
    private static let rebootTakes = Interval.seconds(2)
    private static let masterInterval = Interval.milliseconds(730)

    private mutating func ask() {
        let question = line.outgoing.array
        let heard = now + wireTime(question.count)
        line.sent(at: heard)
        if fault == .echo { put(question, from: now) }
        answer(question, at: heard)
    }

    private mutating func letSecondMasterAsk() {
        nextMasterAt = now + Self.masterInterval
        let polls = (0..<driver.pollCount).filter { driver.poll($0).mode == mode }
        let question = driver.asks(polls[attempts % polls.count], packs[0].address)
        put(question, from: now)
        answer(question, at: now + wireTime(question.count))
    }

    private mutating func answer(_ question: [UInt8], at heard: Instant) {
        guard case .item(let item, _) = driver.scan(question.span, true, true), item.kind == .request else {
            problems.append("a question is not heard: \(hexText(question))")
            return
        }
        for number in packs.indices {
            let truth = packs[number].truth(FaultyPack.moment(at: heard))
            guard packs.count == 1 || item.address == packs[number].address else { continue }
            let isSpoiled = number == 0 && fault != .none
            var buffer = AnswerBuffer()
            if isSpoiled {
                spoiledAnswer(to: question, item, truth, &buffer)
            } else {
                driver.answer(question.span, truth, &buffer)
            }
            guard !isSpoiled || heard >= silentUntil else { continue }
            send(buffer.array, isSpoiled ? fault : .none, heard)
        }
    }

    private mutating func send(_ answer: [UInt8], _ fault: AnswerFault, _ heard: Instant) {
        guard !answer.isEmpty else { return }
        let parts = fault.spoil(answer, timing: driver.sheet.timing, attempt: attempts, &random)
        if fault != .none { attempts += 1 }
        var start = heard + Self.turnaround
        for part in parts {
            if let after = part.after { start = heard + after }
            put(part.bytes, from: start)
            start = start + wireTime(part.bytes.count)
        }
        if fault == .reboot, parts[0].bytes.count < answer.count { silentUntil = start + Self.rebootTakes }
    }

    /// What is said instead of the answer; where nothing else fits, the answer.
    private func spoiledAnswer(
        to question: [UInt8], _ item: LineItem, _ truth: PackReading, _ buffer: inout AnswerBuffer
    ) {
        switch fault {
        case .otherPack:
            var other = truth
            let address = packs[packs.count - 1].address
            other[.busAddress] = Reading(Int32(address), at: now)
            driver.answer(driver.asks(item.poll ?? 0, address).span, other, &buffer)
        case .otherQuestion:
            let others = (0..<driver.pollCount).filter { $0 != item.poll && driver.poll($0).mode == mode }
            let other = others[attempts % others.count]
            driver.answer(driver.asks(other, packs[0].address).span, truth, &buffer)
        case .refusal:
            for byte in driver.refusal(of: question) ?? [] { buffer.append(byte) }
        default: driver.answer(question.span, truth, &buffer)
        }
    }
}

extension BMSDriver {
    /// How a pack refuses `question`; `nil` where the protocol has no way to.
    func refusal(of question: [UInt8]) -> [UInt8]? {
        // Daly's newer boards answer from another address than they are asked under.
        let candidates = [
            modbusRefusal(of: question, from: question[0]),
            modbusRefusal(of: question, from: question[0] &- 0x30), refusedOtherwise(question),
        ]
        return candidates.first {
            guard !$0.isEmpty, case .item(let item, let length) = scan($0.span, false, true) else {
                return false
            }
            return item.kind == .refusal && length == $0.count
        }
    }

    private func modbusRefusal(of question: [UInt8], from address: UInt8) -> [UInt8] {
        var buffer = ByteBuffer<8>()
        ModbusRTU.encodeException(question[1], address: address, code: 2, into: &buffer)
        return buffer.array
    }

    /// What the battery side itself says to a command nobody has.
    private func refusedOtherwise(_ question: [UInt8]) -> [UInt8] {
        var unknown = ByteBuffer<32>()
        if case .item(var frame, _) = TelecomFrame.scan(question.span) {
            frame.code = 0x7E
            frame.encode(info: Span<UInt8>(), into: &unknown)
        } else {
            JBDFrame.encodeRead(0x7E, into: &unknown)
        }
        var buffer = AnswerBuffer()
        answer(unknown.bytes, PackReading(), &buffer)
        return buffer.array
    }
}
