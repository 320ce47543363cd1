import BatteryModel
import BusCodec

/// ANT BMS since 2021 on UART: the "7E A1" protocol.
///
/// Older boards speak only that of ``ANT2019``.
/// There is no address, so one BMS has the line to itself. Settings can be read too, but no captured answer shows that
/// their addresses are right: limits and protections stay unknown. The state byte is not used; boards were seen to say
/// "idle" with current flowing. Of the words of protections and warnings no bit is explained; two boards have some
/// warnings set all the time.
///
/// Sources: captures of two boards (see the golden table); the sign of the current is proven by counters in them.
public enum ANT {
    /// The driver.
    public static let driver = BMSDriver(
        sheet: sheet, pollCount: questions.count, poll: { questions[$0].poll }, request: request, scan: scan,
        decode: decode, answer: answer,
        visitFacts: {
            DriverFact.visit(
                "Answer 11: head, cells, sensors, and what stands behind them; answer 12: texts", rows,
                alarmBits, $0)
        })

    /// What is said about the protocol as a whole.
    ///
    /// Some lines are said to run at 9600 baud. An answer takes 80 ms at 19200; no quiet time is documented.
    public static let sheet = DriverSheet(
        id: "ant", name: "ANT BMS since 2021 (UART)", addresses: 0...0, baud: 19_200,
        otherBauds: [9_600, 0, 0],
        timing: LineTiming(
            spacing: .milliseconds(100), timeout: .seconds(1), probeTimeout: .milliseconds(500),
            gap: .milliseconds(100)),
        evidence: "three captured answers of two boards; names of fault codes from one open project",
        isExperimental: true)

    /// A question, and the frame that asks it.
    struct Question: Sendable {
        var poll: Poll
        var frame: ANTFrame
        var answer: ANTFrame.Function
    }

    /// A status is shorter than what is asked for; its length depends on cells and sensors.
    static let questions: [_ of Question] = [
        Question(
            poll: Poll("status", .live, .frames), frame: ANTFrame(.askStatus, address: 0, count: 190),
            answer: .status),
        Question(
            poll: Poll("texts", .slow, .frames, .optional),
            frame: ANTFrame(.askMemory, address: 0x026C, count: 32), answer: .memory),
    ]

    /// The beginning of a status; it says how many cells and sensors follow.
    static let status: UInt32 = 0x11
    /// The cells behind it.
    static let cells: UInt32 = 0x12
    /// The sensors behind the cells.
    static let sensors: UInt32 = 0x13
    /// What stands behind the sensors.
    static let tail: UInt32 = 0x14
    /// The texts.
    static let texts: UInt32 = 0x15

    static let sensorCountByte = 2
    static let cellCountByte = 3
    static let statusLength = 28
    static let tailLength = 78
    static let chargeCodeByte = 12
    static let dischargeCodeByte = 13
    /// Protections and warnings.
    private static let alarmPlaces = 4..<20

    static let rows: [_ of PackRow] = [
        byte("permission", status, 0),
        byte("state", status, 1),
        byte("sensors", status, 2),
        PackRow("cells", in: status, byte: 3, bits: 8, range: 1...32, .information(.configuredCells)),
        PackRow("protections", in: status, byte: 4, bits: 64, unit: .bits, .reserved),
        PackRow("warnings", in: status, byte: 12, bits: 64, unit: .bits, .reserved),
        PackRow("balancing", in: status, byte: 20, bits: 64, unit: .bits, .reserved),
        PackRow(
            "cell", in: cells, byte: 0, bits: 16, unit: .millivolts, range: 0...6_000, count: 32,
            .cellVoltages),
        PackRow(
            "temperature", in: sensors, byte: 0, bits: 16, signed: true, times: 10, unit: .decicelsius,
            range: -1_000...2_000, notAvailable: notFitted, count: 8, .temperatures),
        PackRow(
            "mosfet_temperature", in: tail, byte: 0, bits: 16, signed: true, times: 10, unit: .decicelsius,
            range: -1_000...2_000, notAvailable: notFitted, .number(.mosfetTemperature)),
        PackRow("balancer_temperature", in: tail, byte: 2, bits: 16, signed: true, .reserved),
        PackRow(
            "pack_voltage", in: tail, byte: 4, bits: 16, times: 10, unit: .millivolts, .number(.packVoltage)),
        // Discharging is positive on the wire.
        PackRow(
            "current", in: tail, byte: 6, bits: 16, signed: true, times: -100, unit: .milliamps,
            .number(.current)),
        percent("soc", 8, .soc),
        percent("soh", 10, .soh),
        byte("charge_mosfet_code", tail, 12),
        byte("discharge_mosfet_code", tail, 13),
        byte("balancer_code", tail, 14),
        microampHours("nominal_capacity", 16, .designCapacity),
        microampHours("remaining_capacity", 20, .remainingCapacity),
        PackRow("throughput", in: tail, byte: 24, bits: 32, unit: .milliampHours, .information(.throughput)),
        PackRow("power", in: tail, byte: 28, bits: 32, signed: true, .reserved),
        PackRow(
            "uptime", in: tail, byte: 32, bits: 32, times: 10, unit: .deciseconds, .information(.uptime)),
        PackRow("balancing_cells", in: tail, byte: 36, bits: 32, unit: .bits, .reserved),
        PackRow("highest_cell", in: tail, byte: 40, bits: 16, unit: .millivolts, .reserved),
        PackRow(
            "highest_cell_number", in: tail, byte: 42, bits: 16, range: 1...32,
            .information(.highestCellNumber)),
        PackRow("lowest_cell", in: tail, byte: 44, bits: 16, unit: .millivolts, .reserved),
        PackRow(
            "lowest_cell_number", in: tail, byte: 46, bits: 16, range: 1...32, .information(.lowestCellNumber)
        ),
        PackRow("cell_spread", in: tail, byte: 48, bits: 16, unit: .millivolts, .information(.cellSpread)),
        PackRow("average_cell", in: tail, byte: 50, bits: 16, unit: .millivolts, .information(.averageCell)),
        PackRow("mosfet_voltages", in: tail, byte: 52, bits: 16, count: 5, .reserved),
        PackRow("discharged", in: tail, byte: 62, bits: 32, unit: .milliampHours, .reserved),
        PackRow("charged", in: tail, byte: 66, bits: 32, unit: .milliampHours, .reserved),
        PackRow("discharge_time", in: tail, byte: 70, bits: 32, unit: .seconds, .reserved),
        PackRow("charge_time", in: tail, byte: 74, bits: 32, unit: .seconds, .reserved),
        ANTSwitchCode.chargeRow,
        ANTSwitchCode.dischargeRow,
        PackRow("hardware", in: texts, byte: 0, bits: 128, unit: .count, .identity(.hardware)),
        PackRow("software", in: texts, byte: 16, bits: 128, unit: .count, .identity(.firmware)),
    ]

    /// Of all bits only these are known to stand on healthy packs (all captures, or those of one board).
    static let alarmBits: [_ of AlarmBit] = [
        AlarmBit(in: status, byte: 12, bit: 7, "warning 7, stands on a healthy pack"),
        AlarmBit(in: status, byte: 14, bit: 7, "warning 23, stands on a healthy pack"),
        AlarmBit(in: status, byte: 15, bit: 0, "warning 24, stands on healthy packs"),
    ]

    /// −40 °C.
    static let notFitted: UInt64 = 0xFFD8

    private static func byte(_ name: StaticString, _ section: UInt32, _ byte: UInt16) -> PackRow {
        PackRow(name, in: section, byte: byte, bits: 8, unit: .count, .reserved)
    }

    private static func percent(_ name: StaticString, _ byte: UInt16, _ field: PackField) -> PackRow {
        PackRow(
            name, in: tail, byte: byte, bits: 16, times: 10, unit: .permille, range: 0...1_000, .number(field)
        )
    }

    private static func microampHours(_ name: StaticString, _ byte: UInt16, _ field: PackField) -> PackRow {
        PackRow(
            name, in: tail, byte: byte, bits: 32, over: 1_000, unit: .milliampHours, .information(field))
    }
}

// MARK: - The host side

extension ANT {
    private static func request(_ poll: Int, _ address: UInt8, _ buffer: inout RequestBuffer) {
        questions[poll].frame.encode(into: &buffer)
    }

    private static func scan(_ head: Span<UInt8>, _ listening: Bool, _ isLast: Bool) -> ScanStep<LineItem> {
        ANTFrame.scan(head).map { frame in
            let poll = poll(frame)
            if frame.isRequest { return LineItem(.request, address: 0, poll: poll) }
            return LineItem(poll == nil ? .other : .answer, address: 0, poll: poll)
        }
    }

    /// Which question a frame asks or answers; `nil` if none.
    static func poll(_ frame: ANTFrame) -> Int? {
        for index in questions.indices where questions[index].frame.address == frame.address {
            let function = frame.isRequest ? questions[index].frame.function : questions[index].answer
            if function == frame.function { return index }
        }
        return nil
    }

    private static func decode(
        _ answer: Span<UInt8>, _ poll: Int, _ now: Instant, _ reading: inout PackReading
    ) throws(AnswerError) {
        guard case .item(let frame, _) = ANTFrame.scan(answer), !frame.isRequest, self.poll(frame) == poll
        else { throw .wrongStructure }
        let data = answer.extracting(ANTFrame.dataStart..<ANTFrame.dataStart + frame.count)
        var next = reading
        if frame.function == .status {
            try decodeStatus(data, now, &next)
        } else {
            do throws(SignalError) {
                try PackSection(texts).read(rows, in: data, at: now, into: &next)
            } catch {
                throw .signal(error)
            }
        }
        reading = next
    }

    private static func decodeStatus(
        _ data: Span<UInt8>, _ now: Instant, _ reading: inout PackReading
    ) throws(AnswerError) {
        guard data.count >= statusLength else { throw .wrongLength(needed: statusLength, got: data.count) }
        let (cellCount, sensorCount) = (Int(data[cellCountByte]), Int(data[sensorCountByte]))
        let cellsEnd = statusLength + 2 * cellCount
        let sensorsEnd = cellsEnd + 2 * sensorCount
        let needed = sensorsEnd + dischargeCodeByte + 1
        guard data.count >= needed else { throw .wrongLength(needed: needed, got: data.count) }
        let rest = data.extracting(sensorsEnd..<data.count)
        do throws(SignalError) {
            try PackSection(status).read(rows, in: data, at: now, into: &reading)
            try PackSection(cells, repetitions: cellCount)
                .read(rows, in: data.extracting(statusLength..<cellsEnd), at: now, into: &reading)
            try PackSection(sensors, repetitions: sensorCount)
                .read(rows, in: data.extracting(cellsEnd..<sensorsEnd), at: now, into: &reading)
            try PackSection(tail).read(rows, in: rest, at: now, into: &reading)
            var alarms = try ANTSwitchCode.read(
                rows, charge: rest[chargeCodeByte], discharge: rest[dischargeCodeByte], at: now,
                into: &reading)
            alarms.formUnion(PackSection(status).alarms(alarmBits, in: data, places: alarmPlaces))
            reading.alarms = Reading(alarms, at: now)
        } catch {
            throw .signal(error)
        }
    }
}

// MARK: - The battery side

extension ANT {
    private static func answer(
        _ request: Span<UInt8>, _ reading: borrowing PackReading, _ buffer: inout AnswerBuffer
    ) {
        guard case .item(let frame, _) = ANTFrame.scan(request), frame.isRequest, let poll = poll(frame)
        else {
            return
        }
        var data = InlineArray<192, UInt8>(repeating: 0)
        var bytes = data.mutableSpan
        var count = frame.count
        do throws(SignalError) {
            switch frame.function {
            case .askStatus: count = try writeStatus(reading, &bytes)
            default: try PackSection(texts).write(rows, from: reading, into: &bytes)
            }
        } catch {
            return
        }
        guard count <= data.count else { return }
        ANTFrame(questions[poll].answer, address: frame.address, count: count)
            .encode(data: data.span.extracting(first: count), into: &buffer)
    }

    private static func writeStatus(
        _ reading: borrowing PackReading, _ bytes: inout MutableSpan<UInt8>
    ) throws(SignalError) -> Int {
        let cellCount = reading.cellMillivolts?.value.count ?? 0
        let sensorCount = reading.cellSensorsUpToLast
        let cellsEnd = statusLength + 2 * cellCount
        let sensorsEnd = cellsEnd + 2 * sensorCount
        try PackSection(status).write(rows, from: reading, into: &bytes)
        bytes[cellCountByte] = UInt8(cellCount)
        bytes[sensorCountByte] = UInt8(sensorCount)
        try PackSection(cells, repetitions: cellCount)
            .write(rows, from: reading, into: &bytes, at: statusLength..<cellsEnd)
        try PackSection(sensors, repetitions: sensorCount)
            .write(rows, from: reading, into: &bytes, at: cellsEnd..<sensorsEnd)
        try PackSection(tail)
            .write(rows, from: reading, into: &bytes, at: sensorsEnd..<sensorsEnd + tailLength)
        let codes = try ANTSwitchCode.codes(rows, from: reading)
        bytes[sensorsEnd + chargeCodeByte] = codes[0]
        bytes[sensorsEnd + dischargeCodeByte] = codes[1]
        return sensorsEnd + tailLength
    }
}
