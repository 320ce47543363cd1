import BatteryModel
import BusCodec

extension Daly {
    /// The first board is asked by host 0x40, the second by 0x41 and so on.
    private static let beforeFirstHost: UInt8 = 0x3F

    static func request(_ poll: Int, _ address: UInt8, _ buffer: inout RequestBuffer) {
        DalyFrame.encode(party: beforeFirstHost + address, id: questions[poll].id, into: &buffer)
    }

    /// An answer of several frames is one item, with their number as its code.
    static func scan(_ head: Span<UInt8>, _ listening: Bool, _ isLast: Bool) -> ScanStep<LineItem> {
        guard case .item(let first, _) = DalyFrame.scan(head), !first.isRequest,
            let poll = poll(first.id), questions[poll].frames > 1
        else { return DalyFrame.scan(head).map(item) }
        return DalyFrame.scanRun(head, atMost: questions[poll].frames, isLast: isLast).map { run in
            // Without its beginning it says nothing.
            LineItem(
                run.number == 1 ? .answer : .other, address: run.party, poll: poll, code: UInt8(run.frames))
        }
    }

    private static func item(_ frame: DalyFrame) -> LineItem {
        let poll = poll(frame.id)
        if frame.isRequest { return LineItem(.request, address: board(askedBy: frame.party), poll: poll) }
        return LineItem(poll == nil ? .other : .answer, address: frame.party, poll: poll)
    }

    /// The board that a PC asks; other hosts ask whichever there is.
    static func board(askedBy host: UInt8) -> UInt8? {
        let board = Int(host) - Int(beforeFirstHost)
        return (1...16).contains(board) ? UInt8(board) : nil
    }

    static func poll(_ id: UInt8) -> Int? {
        for index in questions.indices where questions[index].id == id { return index }
        return nil
    }

    static func decode(
        _ answer: Span<UInt8>, _ poll: Int, _ now: Instant, _ reading: inout PackReading
    ) throws(AnswerError) {
        let question = questions[poll]
        guard
            case .item(let run, let length) = DalyFrame.scanRun(
                answer, atMost: question.frames, isLast: true),
            !run.isRequest, run.id == question.id
        else { throw .wrongStructure }
        guard length == answer.count else { throw .wrongLength(needed: length, got: answer.count) }
        var next = reading
        if question.frames > 1 {
            try decode(run, of: question, answer, now, &next)
        } else {
            try decodeOne(run.id, answer.extracting(DalyFrame.data), now, &next)
        }
        reading = next
    }

    /// Cells or sensors: as many as the board has said that it has, and not one less.
    private static func decode(
        _ run: DalyFrame, of question: Question, _ answer: Span<UInt8>, _ now: Instant,
        _ reading: inout PackReading
    ) throws(AnswerError) {
        guard let count = count(for: question, reading) else {
            throw .signal(.missing(signal: SignalName(question.poll.name)))
        }
        let needed = max(1, (count + question.places - 1) / question.places)
        guard run.number == 1 else { throw .wrongStructure }
        guard run.frames >= needed else {
            throw .wrongLength(needed: needed * DalyFrame.length, got: answer.count)
        }
        let width = question.places * question.size
        var data = InlineArray<96, UInt8>(repeating: 0)
        for frame in 0..<run.frames {
            let place = frame * DalyFrame.length + DalyFrame.data.lowerBound + 1
            for byte in 0..<width { data[frame * width + byte] = answer[place + byte] }
        }
        do throws(SignalError) {
            try PackSection(UInt32(run.id), repetitions: count)
                .read(rows, in: data.span, at: now, into: &reading)
        } catch {
            throw .signal(error)
        }
    }

    /// How many cells or sensors there are; `nil` while the board has not said it.
    private static func count(for question: Question, _ reading: borrowing PackReading) -> Int? {
        if question.id == 0x95 { return reading[.configuredCells].map { Int($0.value) } }
        return reading[.sensorsPresent].map { $0.value.nonzeroBitCount }
    }

    private static func decodeOne(
        _ id: UInt8, _ data: Span<UInt8>, _ now: Instant, _ reading: inout PackReading
    ) throws(AnswerError) {
        let section = PackSection(UInt32(id))
        do throws(SignalError) {
            try section.read(rows, in: data, at: now, into: &reading)
        } catch {
            throw .signal(error)
        }
        switch id {
        case 0x90:
            guard let told = reading[.current] else { return }
            reading[.current] = Reading(agreed(told.value, with: reading, at: now), at: now)
        case 0x94:
            // Bit 0 would be the sensor of the MOSFETs.
            reading[.sensorsPresent] = Reading(((1 << Int32(min(data[1], 24))) - 1) << 1, at: now)
        case 0x98:
            let places = 0..<DalyFaults.byteCount
            reading.alarms = Reading(section.alarms(alarmBits, in: data, places: places), at: now)
        default: break
        }
    }

    /// The current, charging positive, with the sign that agrees with the state the board has told just before.
    ///
    /// Implementations disagree on the sign: for python-daly-bms and dbus-serialbattery a number above the middle
    /// (30000) is discharging, for Battery-Emulator it is charging. The rows follow the former, because the one capture
    /// in which state and current are known together (discharging, number 30021) does. A board that says itself
    /// that it is charging, or discharging, knows better: above 1 A, where that cannot be noise, its word decides, as
    /// long as it is not older than 2 s. For a moment this is wrong when the current turns between the two answers.
    static func agreed(
        _ milliamps: Int32, with reading: borrowing PackReading, at now: Instant
    ) -> Int32 {
        guard milliamps.magnitude > 1_000,
            let told = reading[.controlWord]?.value(at: now, noOlderThan: .seconds(2)),
            let state = DalyBattery.State(rawValue: UInt8(truncatingIfNeeded: told >> 16)),
            state != .stationary
        else { return milliamps }
        return state == DalyBattery.State(milliamps: milliamps) ? milliamps : -milliamps
    }
}
