import BMSDrivers
import BatteryModel
import BusCodec

/// One or two packs on a line where anything happens at any time: an old value never passes for a new one.
///
/// A reading changes only with an answer that came after the question, and says that it was measured when it was
/// asked for, or when it had been asked for before in vain.
///
/// The first byte says how the line is read; then each byte is something that happens, with what it needs behind it.
@c(LLVMFuzzerTestOneInput)
public func fuzz(_ data: UnsafePointer<UInt8>, _ size: Int) -> CInt {
    guard size > 1 else { return 0 }
    var plant = Plant(mode: data[0])
    plant.play(UnsafeBufferPointer(start: data + 1, count: size - 1).map(\.self))
    return 0
}

private struct Plant {
    var line: PackLine
    var now = Instant(nanoseconds: 0)
    let isListening: Bool
    let isFrames: Bool
    /// When the question that waits for an answer was asked.
    var askedAt: Instant?
    /// When the last questions were asked.
    var asked: [Instant] = []
    var bytesSince = 0
    /// What the pack that was asked would say; an answer in parts is kept here.
    var answer: [UInt8] = []

    init(mode: UInt8) {
        isListening = mode & 1 == 1
        isFrames = mode & 2 == 0
        line = PackLine(isListening: isListening, at: now)
        for address: UInt8 in 1...(mode & 4 == 0 ? 2 : 1) {
            let added = line.add(
                address: address, driver: JKPB.driver, mode: isFrames ? .frames : .registers,
                interval: .seconds(1), at: now)
            precondition(added == Int(address) - 1)
        }
        precondition(line.add(address: 1, driver: JKPB.driver, interval: .seconds(1), at: now) == nil)
    }

    mutating func play(_ script: [UInt8]) {
        var rest = script[...]
        while let event = rest.popFirst() {
            let amount = Int(rest.popFirst() ?? 0)
            switch event % 8 {
            case 0: wait(milliseconds: amount)
            case 1: wait(milliseconds: amount * 8)
            case 2:
                feed(Array(rest.prefix(amount)))
                rest = rest.dropFirst(amount)
            case 3: feed(answer)
            case 4:
                feed(Array(answer.prefix(amount * 2)))
                answer = Array(answer.dropFirst(amount * 2))
            case 5:
                if !answer.isEmpty { answer[amount * 2 % answer.count] ^= 1 << UInt8(amount % 8) }
            case 6: prepare(from: UInt8(amount % 4), soc: Int32(amount % 101) * 10)
            default:
                line.reset(at: now)
                askedAt = nil
            }
            step()
        }
    }

    mutating func wait(milliseconds: Int) {
        now = now + .milliseconds(Int64(milliseconds))
    }

    mutating func step() {
        let before = stamps()
        for _ in 0..<4 {
            guard case .send = line.step(at: now) else { break }
            precondition(!isListening, "a listener speaks")
            line.sent(at: now)
            askedAt = now
            asked = asked.suffix(7) + [now]
            bytesSince = 0
        }
        precondition(stamps() == before, "a reading changed without an answer")
    }

    /// Makes the answer of `address` to the last question, or to its own if another was asked.
    mutating func prepare(from address: UInt8, soc: Int32) {
        var reading = PackReading()
        reading[.soc] = Reading(soc, at: now)
        reading[.packVoltage] = Reading(52_800, at: now)
        reading[.current] = Reading(10_000, at: now)
        reading[.configuredCells] = Reading(16, at: now)
        reading[.uptime] = Reading(
            Int32(truncatingIfNeeded: now.nanoseconds / 100_000_000) & 0xFF_FFFF, at: now)
        var cells = CellValues()
        for index in 0..<16 { cells[index] = 3_300 }
        reading.cellMillivolts = Reading(cells, at: now)
        reading.identity = Reading(PackIdentity(), at: now)
        var question = RequestBuffer()
        if line.outgoing.count > 0, line.outgoing.bytes[0] == address {
            question.append(line.outgoing.bytes)
        } else {
            JKPB.driver.request(isFrames ? 0 : 3, address, &question)
        }
        var buffer = AnswerBuffer()
        JKPB.driver.answer(question.bytes, reading, &buffer)
        answer = isListening ? question.bytes.indices.map { question.bytes[$0] } : []
        for index in buffer.bytes.indices { answer.append(buffer.bytes[index]) }
    }

    mutating func feed(_ bytes: [UInt8]) {
        let before = stamps()
        bytesSince += bytes.count
        let changed = line.received(bytes.span, at: now)
        let after = stamps()
        for index in 0..<line.count {
            let isNamed = changed & 1 << UInt16(index) != 0
            precondition(isNamed || after[index] == before[index], "a change that was not told")
            if isNamed { check(before[index], after[index]) }
        }
        precondition(changed >> UInt16(line.count) == 0)
        guard changed != 0, !isListening else { return }
        precondition(changed.nonzeroBitCount == 1, "one question, two answers")
        precondition(askedAt != nil, "an answer that nobody asked for was believed")
        precondition(bytesSince >= (isFrames ? 300 : 5 + 2 * 4), "an answer that began before its question")
        askedAt = nil
    }

    private func check(_ before: [Instant?], _ after: [Instant?]) {
        let measured = isListening ? [now] : asked
        let told = Set(zip(before, after).filter { $0 != $1 }.compactMap(\.1))
        precondition(told.isSubset(of: measured) && told.count <= 1, "a value with a time of its own")
    }

    /// For each pack, when each of its values was measured.
    private func stamps() -> [[Instant?]] {
        (0..<line.count).map { index in
            let reading = line[index].reading
            var found = (0..<PackField.count).map { number in
                PackField(rawValue: UInt8(number)).flatMap { reading[$0]?.at }
            }
            found += [
                reading.cellMillivolts?.at, reading.wireMilliohms?.at, reading.alarms?.at,
                reading.identity?.at,
            ]
            return found
        }
    }
}
