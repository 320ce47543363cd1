import BatteryModel
import BusCodec

/// The tables of a BMS that is read by Modbus, and what every driver of this kind does with them.
///
/// Such a driver is questions, rows and alarm bits, and named functions for what these cannot say. Rows and alarm bits
/// have the first register of their question as container.
struct RegisterMap<let questionCount: Int, let rowCount: Int, let bitCount: Int>: Sendable {
    /// What is asked.
    let questions: [questionCount of RegisterQuestion]
    /// What the answers say.
    let rows: [rowCount of PackRow]
    /// What is wrong.
    let alarmBits: [bitCount of AlarmBit]

    /// Looks at an answer whose rows have been read: its first register, its data, and what has been understood.
    typealias Mend = (UInt16, Span<UInt8>, Instant, inout PackReading) throws(SignalError) -> Void

    /// Adds to an answer whose rows have been written: its first register, what is known, and its data.
    typealias Fill = (UInt16, borrowing PackReading, inout MutableSpan<UInt8>) throws(SignalError) -> Void

    /// Writes question number `poll` to the pack at `address`.
    func request(_ poll: Int, _ address: UInt8, _ buffer: inout RequestBuffer) {
        guard questions.indices.contains(poll) else { return }
        questions[poll].write(to: address, into: &buffer)
    }

    /// Finds a Modbus frame at the head of the stream.
    func scan(_ head: Span<UInt8>, _ listening: Bool) -> ScanStep<LineItem> {
        ModbusRTU.scan(head, accepting: listening ? .both : .answers, bits: readsBits)
            .map { RegisterQuestion.item($0, among: questions) }
    }

    /// Puts what an answer says into `reading`, all of it or nothing.
    func decode(
        _ answer: Span<UInt8>, _ poll: Int, _ now: Instant, _ reading: inout PackReading,
        mend: Mend = { (_, _, _, _) in }
    ) throws(AnswerError) {
        guard questions.indices.contains(poll) else { throw .wrongStructure }
        let question = questions[poll]
        let data = answer.extracting(try question.data(in: answer))
        let section = PackSection(UInt32(question.register))
        var next = reading
        do throws(SignalError) {
            try section.read(rows, in: data, at: now, into: &next)
            section.readAlarms(alarmBits, in: data, at: now, into: &next)
            try mend(question.register, data, now, &next)
        } catch {
            throw .signal(error)
        }
        reading = next
    }

    /// Writes what a battery that knows `reading` answers.
    ///
    /// It stays silent when another address is asked (if it knows its own), and when it has a value that does not
    /// fit the wire or lacks one that cannot be left out. It has no memory to be written.
    func answer(
        _ request: Span<UInt8>, _ reading: borrowing PackReading, _ buffer: inout AnswerBuffer,
        fill: Fill = { (_, _, _) in }
    ) {
        guard case .item(let frame, _) = ModbusRTU.scan(request, accepting: .requests, bits: readsBits)
        else { return }
        if let own = reading[.busAddress]?.value, own != Int32(frame.address) { return }
        guard case .readRequest(let register, let count) = frame.kind else {
            return refuse(frame, Self.unsupported, &buffer)
        }
        guard let question = question(with: register, count, frame.function) else {
            return refuse(frame, Self.inaccessible, &buffer)
        }
        var block = InlineArray<250, UInt8>(repeating: 0)
        var bytes = block.mutableSpan
        var data = bytes._mutatingExtracting(0..<question.byteCount)
        do throws(SignalError) {
            try write(question, reading, &data)
            try fill(question.register, reading, &data)
        } catch {
            return
        }
        let first = 2 * Int(register - question.register)
        let end = question.function.readsBits ? question.byteCount : first + 2 * Int(count)
        ModbusRTU.encodeReadAnswer(
            frame.function, address: frame.address, data: block.span.extracting(first..<end), into: &buffer)
    }

    /// Hands over the tables.
    func visitFacts(_ visit: (DriverFact) -> Void) {
        for index in questions.indices {
            let container = UInt32(questions[index].register)
            visit(.block(questions[index].poll.name))
            for row in rows.indices where rows[row].container == container { visit(.signal(rows[row])) }
            for bit in alarmBits.indices where alarmBits[bit].container == container {
                visit(.alarm(alarmBits[bit]))
            }
        }
    }
}

extension RegisterMap {
    /// Exception code: function not supported.
    private static var unsupported: UInt8 { 1 }
    /// Exception code: register not accessible.
    private static var inaccessible: UInt8 { 2 }

    private func refuse(_ frame: ModbusRTU.Frame, _ code: UInt8, _ buffer: inout AnswerBuffer) {
        ModbusRTU.encodeException(
            frame.function.rawValue, address: frame.address, code: code, into: &buffer)
    }

    private func write(
        _ question: RegisterQuestion, _ reading: borrowing PackReading, _ data: inout MutableSpan<UInt8>
    ) throws(SignalError) {
        let section = PackSection(UInt32(question.register))
        try section.write(rows, from: reading, into: &data)
        if let alarms = reading.alarms?.value { section.write(alarmBits, from: alarms, into: &data) }
    }

    /// The question whose answer carries these registers; bits are read only as they are asked for here.
    private func question(
        with register: UInt16, _ count: UInt16, _ function: ModbusRTU.Function
    ) -> RegisterQuestion? {
        for index in questions.indices where questions[index].function == function {
            let question = questions[index]
            if question.register == register, question.count == count { return question }
            guard !function.readsBits, count > 0, register >= question.register,
                Int(register) + Int(count) <= Int(question.register) + Int(question.count)
            else { continue }
            return question
        }
        return nil
    }

    private var readsBits: Bool {
        for index in questions.indices where questions[index].function.readsBits { return true }
        return false
    }
}
