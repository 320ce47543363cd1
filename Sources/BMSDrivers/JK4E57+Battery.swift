import BatteryModel
import BusCodec

// MARK: - The battery side

extension JK4E57 {
    /// What texts of tag B7 are filled up with.
    static let filling: UInt8 = 0x5F
    /// What stands before the model in tag BA.
    static let userData: StaticString = "Input Userda"
    /// What stands before the software in tag B7: `S`.
    private static let softwareMark: UInt8 = 0x53
    private static let softwareMarkByte = 6

    /// Answers only what asks for everything, as a firmware with the newer coding of the current.
    static func answer(
        _ request: Span<UInt8>, _ reading: borrowing PackReading, _ buffer: inout AnswerBuffer
    ) {
        guard case .item(let frame, _) = JK4E57Frame.scan(request), asksForAll(frame, request) else { return }
        var data = ByteBuffer<380>()
        var previous: UInt32 = 0
        do throws(SignalError) {
            for index in rows.indices where rows[index].container > previous {
                guard let tag = UInt8(exactly: rows[index].container) else { continue }
                try write(tag, reading, &data)
                previous = UInt32(tag)
            }
        } catch {
            return
        }
        JK4E57Frame.encodeAnswer(to: frame.command, data: data.bytes, into: &buffer)
    }

    private static func write(
        _ tag: UInt8, _ reading: borrowing PackReading, _ data: inout ByteBuffer<380>
    ) throws(SignalError) {
        data.append(tag)
        guard tag != cells else { return try writeCells(reading, &data) }
        var value = InlineArray<24, UInt8>(repeating: 0)
        var bytes = value.mutableSpan
        let section = PackSection(UInt32(tag))
        try section.write(rows, from: reading, into: &bytes)
        switch tag {
        case 0x80...0x82, current: code(&bytes, isCurrent: tag == current)
        case alarms:
            if let alarms = reading.alarms?.value { section.write(alarmBits, from: alarms, into: &bytes) }
        case 0xB7:
            bytes[softwareMarkByte] = softwareMark
            for index in 0..<bytes.count where bytes[index] == 0 { bytes[index] = filling }
        case 0xBA:
            let text = ASCIIText(userData)
            for index in 0..<text.count { bytes[index] = text[index] }
        case version: bytes[0] = 1
        default: break
        }
        data.append(value.span.extracting(first: length(of: tag) ?? 0))
    }

    /// Turns two's complement into what the wire has for it, the other way round than ``plain(_:_:)``.
    private static func code(_ bytes: inout MutableSpan<UInt8>, isCurrent: Bool) {
        let number = Int16(truncatingIfNeeded: Int(bytes[0]) << 8 | Int(bytes[1]))
        let word =
            isCurrent
            ? number.magnitude | (number > 0 ? 0x8000 : 0) : UInt16(number < 0 ? 100 - number : number)
        bytes[0] = UInt8(word >> 8)
        bytes[1] = UInt8(truncatingIfNeeded: word)
    }

    private static func writeCells(
        _ reading: borrowing PackReading, _ data: inout ByteBuffer<380>
    ) throws(SignalError) {
        let count = reading.cellMillivolts?.value.count ?? 0
        var voltages = InlineArray<64, UInt8>(repeating: 0)
        var bytes = voltages.mutableSpan
        try PackSection(UInt32(cells), repetitions: count).write(rows, from: reading, into: &bytes)
        data.append(UInt8(3 * count))
        for cell in 0..<count {
            data.append(UInt8(cell + 1))
            data.append(voltages[2 * cell])
            data.append(voltages[2 * cell + 1])
        }
    }
}
