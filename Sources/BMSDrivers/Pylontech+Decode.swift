import BatteryModel
import BusCodec

extension Pylontech {
    static func request(_ poll: Int, _ address: UInt8, _ buffer: inout RequestBuffer) {
        questions[poll].write(to: address, in: dialect, into: &buffer)
    }

    static func scan(_ head: Span<UInt8>, _ listening: Bool, _ isLast: Bool) -> ScanStep<LineItem> {
        TelecomQuestion.scan(head, among: questions, in: dialect)
    }

    static func decode(
        _ answer: Span<UInt8>, _ poll: Int, _ now: Instant, _ reading: inout PackReading
    ) throws(AnswerError) {
        try questions[poll].decode(answer, in: dialect, now, &reading, read: read)
    }

    private static func read(
        _ command: UInt8, _ info: Span<UInt8>, _ now: Instant, _ reading: inout PackReading
    ) throws(SignalError) {
        switch command {
        case 0x42: try readStatus(info, now, &reading)
        case 0x44: try readAlarms(info, now, &reading)
        case 0x92: try readLimits(info, now, &reading)
        case 0x96: readFirmware(info, now, &reading)
        default: try PackSection(UInt32(command)).read(rows, in: info, at: now, into: &reading)
        }
    }

    private static func readStatus(
        _ info: Span<UInt8>, _ now: Instant, _ reading: inout PackReading
    ) throws(SignalError) {
        let layout = try TelecomLayout(info, width: 2, sensors)
        let isLarge = info.count == layout.end + largeLength
        let length = isLarge ? largeLength : smallLength
        let fields = info.extracting(
            try layout.fields(
                of: info, length: length...length, number: isLarge ? largeFields : smallFields,
                at: fieldsNumber))
        try layout.read(rows, in: info, at: now, into: &reading)
        try PackSection(0x42).read(rows, in: fields, at: now, into: &reading)
        try PackSection(isLarge ? largeModule : smallModule).read(rows, in: fields, at: now, into: &reading)
        reading[.soc] = StateOfCharge.computed(from: reading)
    }

    /// Newer modules add a byte behind the last field.
    ///
    /// A failed cell is one above or below anything a cell can be; the bit does not say which.
    private static func readAlarms(
        _ info: Span<UInt8>, _ now: Instant, _ reading: inout PackReading
    ) throws(SignalError) {
        let layout = try TelecomLayout(info, width: 1, sensors)
        let fields = info.extracting(try layout.fields(of: info, length: alarmLength...alarmLength + 1))
        let section = PackSection(0x44)
        try section.read(rows, in: fields, at: now, into: &reading)
        var alarms = layout.alarms(in: info, .protection)
        TelecomCode.raise(behindSensors: fields, isTwoWay: true, .protection, in: &alarms)
        alarms.formUnion(section.alarms(alarmBits, in: fields, places: 3..<4))
        if fields[6] | fields[7] != 0 {
            alarms.raise(.cellOverVoltage, .protection)
            alarms.raise(.cellUnderVoltage, .protection)
        }
        reading.alarms = Reading(alarms, at: now)
    }

    /// Genuine modules say the discharge limit as a negative current, imitations as a positive one; and a direction that
    /// a module forbids has no limit but 0, whatever it says.
    private static func readLimits(
        _ info: Span<UInt8>, _ now: Instant, _ reading: inout PackReading
    ) throws(SignalError) {
        try PackSection(0x92).read(rows, in: info, at: now, into: &reading)
        if let limit = reading[.dischargeCurrentLimit]?.value {
            reading[.dischargeCurrentLimit]?.value = abs(limit)
        }
        if reading[.chargeEnabled]?.value == 0 { reading[.chargeCurrentLimit]?.value = 0 }
        if reading[.dischargeEnabled]?.value == 0 { reading[.dischargeCurrentLimit]?.value = 0 }
    }

    /// Two numbers of the maker's version and three of the main line.
    private static func readFirmware(_ info: Span<UInt8>, _ now: Instant, _ reading: inout PackReading) {
        var text = ASCIIText()
        VersionText.append(info.extracting(makers), to: &text)
        text.append(0x2F)
        VersionText.append(info.extracting(mainLine), to: &text)
        var identity = reading.identity?.value ?? PackIdentity()
        identity.firmware = text
        reading.identity = Reading(identity, at: now)
    }

    /// Where among the fields of 42 their number stands, what it is, and how many bytes they are; see
    /// ``TelecomLayout``.
    private static let fieldsNumber = 6
    private static let (smallFields, smallLength) = (UInt8(2), 11)
    private static let (largeFields, largeLength) = (UInt8(4), 17)
    private static let alarmLength = 8
    private static let (makers, mainLine) = (1..<3, 3..<6)
}

// MARK: - The battery side

extension Pylontech {
    static func answer(
        _ request: Span<UInt8>, _ reading: borrowing PackReading, _ buffer: inout AnswerBuffer
    ) {
        TelecomQuestion.answer(
            request, among: questions, in: dialect, sheet.addresses, from: reading, into: &buffer,
            write: write)
    }

    private static func write(
        _ command: UInt8, _ address: UInt8, _ reading: borrowing PackReading,
        _ info: inout MutableSpan<UInt8>
    ) throws(SignalError) -> Int {
        switch command {
        case 0x42: return try writeStatus(address, reading, &info)
        case 0x44: return try writeAlarms(address, reading, &info)
        case 0x47: return try writeRows(0x47, length: 25, reading, &info)
        case 0x51: return try writeRows(0x51, length: 32, reading, &info)
        default: break
        }
        info[0] = address
        if command == 0x92 { return try writeRows(0x92, length: 10, reading, &info) }
        if command == 0x93 { return try writeRows(0x93, length: 17, reading, &info) }
        var version = info._mutatingExtracting(makers.lowerBound..<mainLine.upperBound)
        VersionText.write(reading.identity?.value.firmware ?? ASCIIText(), into: &version)
        return mainLine.upperBound
    }

    private static func writeRows(
        _ section: UInt32, length: Int, _ reading: borrowing PackReading, _ info: inout MutableSpan<UInt8>
    ) throws(SignalError) -> Int {
        try PackSection(section).write(rows, from: reading, into: &info)
        return length
    }

    /// Modules above 65 Ah say their capacities behind the others, and "not available" in the first places.
    private static func writeStatus(
        _ address: UInt8, _ reading: borrowing PackReading, _ info: inout MutableSpan<UInt8>
    ) throws(SignalError) -> Int {
        let isLarge = reading[.fullCapacity]?.value ?? 0 > 65_000
        let length = isLarge ? largeLength : smallLength
        let end = try TelecomLayout.writeStatus(
            rows, fields: 0x42, length: length, number: isLarge ? largeFields : smallFields,
            at: fieldsNumber, sensors, from: reading, to: address, into: &info)
        var fields = info._mutatingExtracting(end - length..<end)
        try PackSection(isLarge ? largeModule : smallModule).write(rows, from: reading, into: &fields)
        if isLarge { (fields[4], fields[5], fields[7], fields[8]) = (0xFF, 0xFF, 0xFF, 0xFF) }
        return end
    }

    private static func writeAlarms(
        _ address: UInt8, _ reading: borrowing PackReading, _ info: inout MutableSpan<UInt8>
    ) throws(SignalError) -> Int {
        let layout = try TelecomLayout(of: reading, width: 1, sensors)
        layout.writeAlarms(from: reading, .protection, to: address, into: &info)
        let end = layout.end + alarmLength
        var fields = info._mutatingExtracting(layout.end..<end)
        let section = PackSection(0x44)
        try section.write(rows, from: reading, into: &fields)
        fields[4] |= running
        guard let alarms = reading.alarms?.value else { return end }
        TelecomCode.write(behindSensors: &fields, isTwoWay: true, .protection, from: alarms)
        section.write(alarmBits, from: alarms, into: &fields)
        return end
    }

    /// A module that answers runs on its own power.
    private static let running: UInt8 = 1 << 3
}
