import BatteryModel
import BusCodec

/// The tables of a BMS of the telecom family, and what every driver of it does with them.
///
/// Such a driver is questions, rows and alarm bits, and named functions for what these cannot say. Rows and alarm bits
/// have the command of their question as container. Those of an answer about cells count their bytes from behind the
/// last sensor; its cells and temperatures are the rows that ``TelecomRow`` makes.
struct TelecomMap<let questionCount: Int, let rowCount: Int, let bitCount: Int>: Sendable {
    /// What stands above its tables in sheets.
    let title: StaticString
    /// What stands around every command.
    let dialect: TelecomDialect
    /// The addresses that are answered.
    let addresses: ClosedRange<UInt8>
    /// Which sensors are the cells'.
    let sensors: TelecomSensors
    /// What is asked.
    let questions: [questionCount of TelecomQuestion]
    /// What the answers say.
    let rows: [rowCount of PackRow]
    /// What is wrong.
    let alarmBits: [bitCount of AlarmBit]

    /// Looks at an answer whose rows have been read: its command, its fields, and what has been understood.
    typealias Mend = (UInt8, Span<UInt8>, Instant, inout PackReading) throws(SignalError) -> Void

    /// Adds to an answer whose rows have been written: its command, who answers, what is known, and its fields.
    typealias Fill =
        (UInt8, UInt8, borrowing PackReading, inout MutableSpan<UInt8>) throws(SignalError) -> Void

    /// How many bytes a battery that knows this writes behind the known ones of a status.
    typealias Tail = (borrowing PackReading) -> Int

    /// Writes question number `poll` to the pack at `address`.
    func request(_ poll: Int, _ address: UInt8, _ buffer: inout RequestBuffer) {
        guard questions.indices.contains(poll) else { return }
        questions[poll].write(to: address, in: dialect, into: &buffer)
    }

    /// Finds the next frame at the head of the stream.
    func scan(_ head: Span<UInt8>) -> ScanStep<LineItem> {
        switch TelecomFrame.scan(head) {
        case .incomplete: .incomplete
        case .noise(let cause): .noise(cause)
        case .item(let frame, let length):
            .item(item(frame, head.extracting(first: length)), length: length)
        }
    }

    /// Puts what an answer says into `reading`, all of it or nothing.
    func decode(
        _ answer: Span<UInt8>, _ poll: Int, _ now: Instant, _ reading: inout PackReading,
        mend: Mend = { (_, _, _, _) in }
    ) throws(AnswerError) {
        guard questions.indices.contains(poll), case .item(let frame, let end) = TelecomFrame.scan(answer),
            frame.code == 0, dialect.speaks(frame)
        else { throw .wrongStructure }
        var info = ByteBuffer<256>()
        TelecomFrame.readInfo(of: answer.extracting(first: end), into: &info)
        try questions[poll].check(info.bytes, of: frame.infoCharacters / 2)
        var next = reading
        do throws(SignalError) {
            let fields = info.bytes.extracting(try read(questions[poll], info.bytes, now, &next))
            try mend(questions[poll].command, fields, now, &next)
        } catch {
            throw .signal(error)
        }
        reading = next
    }

    /// Writes what a battery that knows `reading` answers.
    ///
    /// It stays silent when another address is asked (if it knows its own), and when it has a value that does not
    /// fit the wire or lacks one that cannot be left out. It obeys no command. The answer has VER of the question, as
    /// inverters expect it.
    func answer(
        _ request: Span<UInt8>, _ reading: borrowing PackReading, _ buffer: inout AnswerBuffer,
        fill: Fill = { (_, _, _, _) in }, tail: Tail = { (_) in 0 }
    ) {
        guard case .item(var frame, let length) = TelecomFrame.scan(request),
            addresses.contains(frame.address)
        else { return }
        if let own = reading[.busAddress]?.value, own != Int32(frame.address) { return }
        let item = item(frame, request.extracting(first: length))
        guard item.kind == .request else { return }
        var info = InlineArray<160, UInt8>(repeating: 0)
        var size = 0
        if let poll = item.poll {
            var bytes = info.mutableSpan
            do throws(SignalError) {
                let fields = try write(questions[poll], frame.address, reading, &bytes, tail)
                var part = bytes._mutatingExtracting(fields)
                try fill(frame.code, frame.address, reading, &part)
                size = fields.upperBound
            } catch {
                return
            }
        }
        frame.code = returnCode(of: item, frame.code)
        frame.encode(info: info.span.extracting(first: size), into: &buffer)
    }

    /// Hands over the tables.
    func visitFacts(_ visit: (DriverFact) -> Void) { DriverFact.visit(title, rows, alarmBits, visit) }
}

// MARK: - What stands on the line

extension TelecomMap {
    /// INFO that asks for all packs of a group at once.
    private static var everyPack: UInt8 { 0xFF }
    private static var tellVersion: UInt8 { 0x4F }
    private static var normal: UInt8 { 0 }
    private static var unknownCommand: UInt8 { 0x04 }
    private static var invalidData: UInt8 { 0x06 }

    /// What a frame is.
    ///
    /// An answer does not say which question it answers. A question for all packs of a group is one whose answer is not
    /// read.
    private func item(_ frame: TelecomFrame, _ characters: Span<UInt8>) -> LineItem {
        guard dialect.speaks(frame) else { return LineItem(.other, address: frame.address) }
        if frame.code == Self.normal { return LineItem(.answer, address: frame.address) }
        if let poll = poll(of: frame.code) {
            var info = ByteBuffer<1>()
            TelecomFrame.readInfo(of: characters, into: &info)
            let isForAll = info.count > 0 && info[0] == Self.everyPack
            return LineItem(.request, address: frame.address, poll: isForAll ? nil : poll)
        }
        if dialect.refuses(frame.code) {
            return LineItem(.refusal, address: frame.address, code: frame.code)
        }
        return LineItem(.request, address: frame.address)
    }

    private func poll(of command: UInt8) -> Int? {
        for index in questions.indices where questions[index].command == command { return index }
        return nil
    }

    /// How a battery begins its answer to a question with `command`.
    private func returnCode(of question: LineItem, _ command: UInt8) -> UInt8 {
        if question.poll != nil || dialect.tellsVersion && command == Self.tellVersion { return Self.normal }
        return poll(of: command) == nil ? Self.unknownCommand : Self.invalidData
    }
}

// MARK: - What stands in an answer

extension TelecomMap {
    /// Reads the rows and alarms of an answer and returns the place of its fields; of one without cells, all of it.
    private func read(
        _ question: TelecomQuestion, _ info: Span<UInt8>, _ now: Instant, _ reading: inout PackReading
    ) throws(SignalError) -> Range<Int> {
        let section = PackSection(UInt32(question.command))
        let place: Range<Int>
        switch question.shape {
        case .values(let fields):
            let layout = try TelecomLayout(info, width: 2, sensors)
            place = try layout.place(of: fields, in: info)
            try layout.read(rows, in: info, at: now, into: &reading)
        case .codes(let fields, let isTwoWay, let level):
            let layout = try TelecomLayout(info, width: 1, sensors)
            place = try layout.place(of: fields, in: info)
            let behind = info.extracting(place)
            var alarms = layout.alarms(in: info, level)
            TelecomCode.raise(behindSensors: behind, isTwoWay: isTwoWay, level, in: &alarms)
            alarms.formUnion(section.alarms(alarmBits, in: behind))
            reading.alarms = Reading(alarms, at: now)
        case .rows:
            place = info.indices
            section.readAlarms(alarmBits, in: info, at: now, into: &reading)
        }
        try section.read(rows, in: info.extracting(place), at: now, into: &reading)
        return place
    }

    /// Writes the rows and alarms of an answer and returns the place of its fields.
    private func write(
        _ question: TelecomQuestion, _ address: UInt8, _ reading: borrowing PackReading,
        _ info: inout MutableSpan<UInt8>, _ tail: Tail
    ) throws(SignalError) -> Range<Int> {
        let section = PackSection(UInt32(question.command))
        let place: Range<Int>
        switch question.shape {
        case .values(let fields):
            let layout = try TelecomLayout(of: reading, width: 2, sensors)
            try layout.write(rows, from: reading, to: address, into: &info)
            place = layout.write(fields, tail: tail(reading), into: &info)
        case .codes(let fields, _, let level):
            let layout = try TelecomLayout(of: reading, width: 1, sensors)
            layout.writeAlarms(from: reading, level, to: address, into: &info)
            place = layout.write(fields, tail: 0, into: &info)
        case .rows(let length, _): place = 0..<length.upperBound
        }
        var fields = info._mutatingExtracting(place)
        try section.write(rows, from: reading, into: &fields)
        guard let alarms = reading.alarms?.value else { return place }
        if case .codes(_, let isTwoWay, let level) = question.shape {
            TelecomCode.write(behindSensors: &fields, isTwoWay: isTwoWay, level, from: alarms)
        }
        section.write(alarmBits, from: alarms, into: &fields)
        return place
    }
}
