import BatteryModel
import BusCodec

/// JBD (Jiabaida, LLT Power, Xiaoxiang, Overkill Solar) on UART or RS485: the "DD A5" protocol.
///
/// There is no address, so one BMS has the line to itself. The limits and protections set in it can be read only in a
/// "factory mode" that is entered by writing; Busbar does not, and so does not know them.
///
/// Sources: vendor's protocol V4 and V9; captures of JBD-SP04S034, SP25S003 and DP04S007 (see the golden table).
public enum JBD {
    /// The driver.
    public static let driver = BMSDriver(
        sheet: sheet, pollCount: questions.count, poll: { questions[$0].poll }, request: request, scan: scan,
        decode: decode, answer: answer,
        visitFacts: {
            DriverFact.visit(
                "Answers to 03 (status; sensors behind their number) and 04 (cells)", rows, alarmBits, $0)
        })

    /// What is said about the protocol as a whole.
    ///
    /// A sleeping board does not answer the first request; the line repeats it at once.
    public static let sheet = DriverSheet(
        id: "jbd", name: "JBD, Xiaoxiang, LLT Power, Overkill Solar (UART or RS485)", addresses: 0...0,
        baud: 9_600,
        timing: LineTiming(
            spacing: .milliseconds(100), timeout: .milliseconds(500), probeTimeout: .milliseconds(300),
            gap: .milliseconds(50)),
        evidence: "vendor's protocol V4 with examples; captured answers of SP04S034, SP25S003, DP04S007",
        isExperimental: false)

    /// A question and its command; rows of the answer have the command as their container.
    struct Question: Sendable {
        var poll: Poll
        var command: UInt8
    }

    static let questions: [_ of Question] = [
        Question(poll: Poll("status", .live, .frames), command: 0x03),
        Question(poll: Poll("cells", .live, .frames), command: 0x04),
        Question(poll: Poll("model", .slow, .frames, .optional), command: 0x05),
    ]

    /// The section of the sensors: it begins behind their number, the last byte with a fixed place.
    static let sensors: UInt32 = 0x103
    private static let sensorCount = 22
    private static let alarmPlaces = 16..<18

    /// The rows; the container is the command.
    static let rows: [_ of PackRow] = [
        hundredths("pack_voltage", 0, .packVoltage, unit: .millivolts),
        PackRow(
            "current", in: 0x03, byte: 2, bits: 16, .big, signed: true, times: 10, unit: .milliamps,
            .number(.current)),
        hundredths("remaining_capacity", 4, .remainingCapacity, unit: .milliampHours),
        hundredths("full_capacity", 6, .fullCapacity, unit: .milliampHours),
        PackRow("cycles", in: 0x03, byte: 8, bits: 16, .big, .information(.cycles)),
        // Year since 2000 in bits 15 to 9, month in 8 to 5, day in 4 to 0.
        PackRow("production_date", in: 0x03, byte: 10, bits: 16, .big, unit: .bits, .reserved),
        PackRow("balancing_1_16", in: 0x03, byte: 12, bits: 16, .big, unit: .bits, .reserved),
        PackRow("balancing_17_32", in: 0x03, byte: 14, bits: 16, .big, unit: .bits, .reserved),
        PackRow("protection", in: 0x03, byte: 16, bits: 16, .big, unit: .bits, .alarmWord),
        PackRow("software_version", in: 0x03, byte: 18, bits: 8, unit: .bits, .reserved),
        PackRow(
            "soc", in: 0x03, byte: 19, bits: 8, times: 10, unit: .permille, range: 0...1_000, .number(.soc)),
        flag("charge_switch", bit: 0, .chargeSwitch),
        flag("discharge_switch", bit: 1, .dischargeSwitch),
        PackRow("cells", in: 0x03, byte: 21, bits: 8, range: 1...32, .information(.configuredCells)),
        PackRow("sensors", in: 0x03, byte: 22, bits: 8, unit: .count, .reserved),
        PackRow(
            "temperature", in: sensors, byte: 0, bits: 16, .big, plus: -2_731, unit: .decicelsius,
            range: -1_000...2_000, count: 8, .temperatures),
        PackRow(
            "cell", in: 0x04, byte: 0, bits: 16, .big, unit: .millivolts, range: 0...6_000, count: 32,
            .cellVoltages),
    ]

    /// The protection bits: 0 to 7 in the second byte of their word, 8 to 15 in the first.
    static let alarmBits: [_ of AlarmBit] = [
        alarm(0, "cell over-voltage", AlarmMask(.cellOverVoltage)),
        alarm(1, "cell under-voltage", AlarmMask(.cellUnderVoltage)),
        alarm(2, "pack over-voltage", AlarmMask(.packOverVoltage)),
        alarm(3, "pack under-voltage", AlarmMask(.packUnderVoltage)),
        alarm(4, "too warm to charge", AlarmMask(.chargeOverTemperature)),
        alarm(5, "too cold to charge", AlarmMask(.chargeUnderTemperature)),
        alarm(6, "too warm to discharge", AlarmMask(.dischargeOverTemperature)),
        alarm(7, "too cold to discharge", AlarmMask(.dischargeUnderTemperature)),
        alarm(8, "charge over-current", AlarmMask(.chargeOverCurrent)),
        alarm(9, "discharge over-current", AlarmMask(.dischargeOverCurrent)),
        alarm(10, "short circuit", AlarmMask(.chargeShortCircuit, .dischargeShortCircuit)),
        alarm(11, "front-end circuit", AlarmMask(.internalCommunication)),
        // Somebody has switched the MOSFETs off; the switches themselves say so.
        AlarmBit(in: 0x03, byte: 16, bit: 4, "MOSFETs locked by software"),
    ]

    private static func alarm(_ number: UInt8, _ name: StaticString, _ kinds: AlarmMask) -> AlarmBit {
        AlarmBit(in: 0x03, byte: number < 8 ? 17 : 16, bit: number % 8, name, kinds, .protection)
    }

    private static func hundredths(
        _ name: StaticString, _ byte: UInt16, _ field: PackField, unit: Unit
    ) -> PackRow {
        PackRow(name, in: 0x03, byte: byte, bits: 16, .big, times: 10, unit: unit, .number(field))
    }

    private static func flag(_ name: StaticString, bit: UInt8, _ field: PackField) -> PackRow {
        PackRow(name, in: 0x03, byte: 20, bit: bit, bits: 1, unit: .onOff, range: 0...1, .number(field))
    }
}

// MARK: - The host side

extension JBD {
    private static func request(_ poll: Int, _ address: UInt8, _ buffer: inout RequestBuffer) {
        JBDFrame.encodeRead(questions[poll].command, into: &buffer)
    }

    private static func scan(_ head: Span<UInt8>, _ listening: Bool, _ isLast: Bool) -> ScanStep<LineItem> {
        JBDFrame.scan(head).map { frame in
            let poll = poll(frame.command)
            if frame.isRequest { return LineItem(.request, address: 0, poll: frame.isWrite ? nil : poll) }
            if frame.status != 0 { return LineItem(.refusal, address: 0, poll: poll, code: frame.status) }
            return LineItem(poll == nil ? .other : .answer, address: 0, poll: poll)
        }
    }

    private static func poll(_ command: UInt8) -> Int? {
        for index in questions.indices where questions[index].command == command { return index }
        return nil
    }

    private static func decode(
        _ answer: Span<UInt8>, _ poll: Int, _ now: Instant, _ reading: inout PackReading
    ) throws(AnswerError) {
        guard case .item(let frame, _) = JBDFrame.scan(answer), !frame.isRequest,
            frame.command == questions[poll].command
        else { throw .wrongStructure }
        let data = answer.extracting(JBDFrame.dataStart..<JBDFrame.dataStart + frame.count)
        var next = reading
        do throws(SignalError) {
            switch frame.command {
            case 0x03: try decodeStatus(data, now, &next)
            case 0x04: try decodeCells(data, now, &next)
            default: next.setIdentity(.model, to: ASCIIText(padded: data), at: now)
            }
        } catch {
            throw .signal(error)
        }
        reading = next
    }

    private static func decodeStatus(
        _ data: Span<UInt8>, _ now: Instant, _ reading: inout PackReading
    ) throws(SignalError) {
        let fixed = PackSection(0x03)
        try fixed.read(rows, in: data, at: now, into: &reading)
        reading.alarms = Reading(fixed.alarms(alarmBits, in: data, places: alarmPlaces), at: now)
        // Read above, so the answer is long enough to have their number.
        let count = Int(data[sensorCount])
        try PackSection(sensors, repetitions: count)
            .read(rows, in: data.extracting((sensorCount + 1)..<data.count), at: now, into: &reading)
        reading.setIdentity(.firmware, to: version(data[18]), at: now)
    }

    /// Half a byte for the number before the point, half for the one behind: 0x23 is 2.3.
    private static func version(_ byte: UInt8) -> ASCIIText {
        var text = ASCIIText()
        text.append(0x30 + min(byte >> 4, 9))
        text.append(0x2E)
        text.append(0x30 + min(byte & 0x0F, 9))
        return text
    }

    private static func decodeCells(
        _ data: Span<UInt8>, _ now: Instant, _ reading: inout PackReading
    ) throws(SignalError) {
        try PackSection(0x04, repetitions: data.count / 2).read(rows, in: data, at: now, into: &reading)
    }
}

// MARK: - The battery side

extension JBD {
    /// A board refuses with status 0x80 what it does not have.
    private static func answer(
        _ request: Span<UInt8>, _ reading: borrowing PackReading, _ buffer: inout AnswerBuffer
    ) {
        guard case .item(let frame, _) = JBDFrame.scan(request), frame.isRequest else { return }
        var data = InlineArray<64, UInt8>(repeating: 0)
        var bytes = data.mutableSpan
        let count: Int
        do throws(SignalError) {
            switch frame.isWrite ? 0 : frame.command {
            case 0x03: count = try writeStatus(reading, &bytes)
            case 0x04: count = try writeCells(reading, &bytes)
            case 0x05: count = writeModel(reading, &bytes)
            default:
                return JBDFrame.encodeAnswer(
                    to: frame.command, status: 0x80, data: Span<UInt8>(), into: &buffer)
            }
        } catch {
            return
        }
        JBDFrame.encodeAnswer(to: frame.command, data: data.span.extracting(first: count), into: &buffer)
    }

    private static func writeStatus(
        _ reading: borrowing PackReading, _ bytes: inout MutableSpan<UInt8>
    ) throws(SignalError) -> Int {
        let fixed = PackSection(0x03)
        try fixed.write(rows, from: reading, into: &bytes)
        if let alarms = reading.alarms?.value { fixed.write(alarmBits, from: alarms, into: &bytes) }
        let count = reading.cellSensorsInARow
        bytes[sensorCount] = UInt8(count)
        bytes[21] = UInt8(reading.cellMillivolts?.value.count ?? 0)
        let first = sensorCount + 1
        var behind = bytes._mutatingExtracting(first..<bytes.count)
        try PackSection(sensors, repetitions: count).write(rows, from: reading, into: &behind)
        return first + 2 * count
    }

    private static func writeCells(
        _ reading: borrowing PackReading, _ bytes: inout MutableSpan<UInt8>
    ) throws(SignalError) -> Int {
        let count = reading.cellMillivolts?.value.count ?? 0
        try PackSection(0x04, repetitions: count).write(rows, from: reading, into: &bytes)
        return 2 * count
    }

    private static func writeModel(_ reading: borrowing PackReading, _ bytes: inout MutableSpan<UInt8>) -> Int
    {
        guard let model = reading.identity?.value.model else { return 0 }
        for index in 0..<model.count { bytes[index] = model[index] }
        return model.count
    }
}
