import BatteryModel
import BusCodec

// MARK: - The host side

extension JBDUp {
    static func request(_ poll: Int, _ address: UInt8, _ buffer: inout RequestBuffer) {
        guard questions.indices.contains(poll) else { return }
        let question = questions[poll]
        JBDUpFrame(
            address: address, function: question.function, start: question.start, end: question.end
        ).encode(into: &buffer)
    }

    static func scan(_ head: Span<UInt8>, _ listening: Bool, _ isLast: Bool) -> ScanStep<LineItem> {
        JBDUpFrame.scan(head).map { frame in
            let poll = poll(frame)
            if frame.isReadRequest { return LineItem(.request, address: frame.address, poll: poll) }
            return LineItem(poll == nil ? .other : .answer, address: frame.address, poll: poll)
        }
    }

    private static func poll(_ frame: JBDUpFrame) -> Int? {
        for index in questions.indices
        where questions[index].function == frame.function && questions[index].start == frame.start
            && questions[index].end == frame.end
        {
            return index
        }
        return nil
    }

    static func decode(
        _ answer: Span<UInt8>, _ poll: Int, _ now: Instant, _ reading: inout PackReading
    ) throws(AnswerError) {
        guard case .item(let frame, _) = JBDUpFrame.scan(answer), frame.count > 0, self.poll(frame) == poll
        else { throw .wrongStructure }
        let data = answer.extracting(JBDUpFrame.dataStart..<JBDUpFrame.dataStart + frame.count)
        var next = reading
        do throws(SignalError) {
            if frame.function == .ownStatus {
                try PackSection(ownStatus).read(rows, in: data, at: now, into: &next)
            } else {
                try decodeStatus(data, now, &next)
            }
        } catch {
            throw .signal(error)
        }
        reading = next
    }

    private static func decodeStatus(
        _ data: Span<UInt8>, _ now: Instant, _ reading: inout PackReading
    ) throws(SignalError) {
        let fixed = PackSection(status)
        try fixed.read(rows, in: data, at: now, into: &reading)
        reading.alarms = Reading(fixed.alarms(alarmBits, in: data, places: alarmPlaces), at: now)
        if isToldByMaster(data) {
            try PackSection(limits).read(rows, in: data, at: now, into: &reading)
        }
        let cellCount = try count(in: data, at: cellCountPlace)
        let sensorCountPlace = cellCountPlace + 2 + 2 * cellCount
        try PackSection(cells, repetitions: cellCount)
            .read(rows, in: data.extracting((cellCountPlace + 2)..<data.count), at: now, into: &reading)
        let sensorCount = try count(in: data, at: sensorCountPlace)
        let firstSensor = sensorCountPlace + 2
        try PackSection(sensors, repetitions: sensorCount)
            .read(rows, in: data.extracting(firstSensor..<data.count), at: now, into: &reading)
        try decodeEnd(data.extracting((firstSensor + 2 * sensorCount)..<data.count), now, &reading)
    }

    /// What the master tells of a slave has the slave's voltage once more; of its own pack it has 0 there.
    ///
    /// Seen in two captures, no document has it.
    private static func isToldByMaster(_ data: Span<UInt8>) -> Bool { data[2] != 0 || data[3] != 0 }

    private static func count(in data: Span<UInt8>, at place: Int) throws(SignalError) -> Int {
        guard place + 2 <= data.count else {
            throw .tooShort(signal: SignalName("count"), neededBytes: place + 2, gotBytes: data.count)
        }
        return Int(data[place]) << 8 | Int(data[place + 1])
    }

    private static func decodeEnd(
        _ data: Span<UInt8>, _ now: Instant, _ reading: inout PackReading
    ) throws(SignalError) {
        try PackSection(end).read(rows, in: data, at: now, into: &reading)
        guard var identity = reading.identity?.value else { return }
        identity.firmware = version(major: data[4], minor: data[5])
        reading.identity = Reading(identity, at: now)
    }

    /// Two numbers, 12.4 for example; of a slave the master knows only the second one, which says nothing alone.
    private static func version(major: UInt8, minor: UInt8) -> ASCIIText {
        var text = ASCIIText()
        guard major > 0 else { return text }
        append(major, to: &text)
        text.append(0x2E)
        append(minor, to: &text)
        return text
    }

    private static func append(_ number: UInt8, to text: inout ASCIIText) {
        if number >= 100 { text.append(0x30 + number / 100) }
        if number >= 10 { text.append(0x30 + number / 10 % 10) }
        text.append(0x30 + number % 10)
    }
}

// MARK: - The battery side

extension JBDUp {
    /// Answers as a pack by itself, whose own limits are those of all.
    ///
    /// What it does not have it does not answer.
    static func answer(
        _ request: Span<UInt8>, _ reading: borrowing PackReading, _ buffer: inout AnswerBuffer
    ) {
        guard case .item(let frame, _) = JBDUpFrame.scan(request), frame.isReadRequest,
            let poll = poll(frame)
        else { return }
        if let own = reading[.busAddress]?.value, own != Int32(frame.address) { return }
        var data = InlineArray<256, UInt8>(repeating: 0)
        var bytes = data.mutableSpan
        let count: Int
        do throws(SignalError) {
            if questions[poll].function == .ownStatus {
                try PackSection(ownStatus).write(rows, from: reading, into: &bytes)
                count = ownStatusLength
            } else {
                count = try writeStatus(reading, &bytes)
            }
        } catch {
            return
        }
        frame.encode(data.span.extracting(first: count), into: &buffer)
    }

    private static func writeStatus(
        _ reading: borrowing PackReading, _ bytes: inout MutableSpan<UInt8>
    ) throws(SignalError) -> Int {
        let fixed = PackSection(status)
        try fixed.write(rows, from: reading, into: &bytes)
        try PackSection(limits).write(rows, from: reading, into: &bytes)
        if let alarms = reading.alarms?.value { fixed.write(alarmBits, from: alarms, into: &bytes) }
        let cellCount = reading.cellMillivolts?.value.count ?? 0
        let sensorCount = reading.cellSensorsInARow
        var place = cellCountPlace
        try writeList(cells, of: cellCount, reading, at: &place, &bytes)
        try writeList(sensors, of: sensorCount, reading, at: &place, &bytes)
        var behind = bytes._mutatingExtracting(place..<bytes.count)
        try PackSection(end).write(rows, from: reading, into: &behind)
        return place + endLength
    }

    /// A number and as many words behind it.
    private static func writeList(
        _ section: UInt32, of count: Int, _ reading: borrowing PackReading, at place: inout Int,
        _ bytes: inout MutableSpan<UInt8>
    ) throws(SignalError) {
        bytes[place + 1] = UInt8(count)
        place += 2
        var behind = bytes._mutatingExtracting(place..<bytes.count)
        try PackSection(section, repetitions: count).write(rows, from: reading, into: &behind)
        place += 2 * count
    }
}
