import BatteryModel
import BusCodec

/// ANT BMS of 2019 on UART: one question, one answer of 140 bytes.
///
/// Boards since 2021 understand it as well (``ANT``).
/// There is no address, so one BMS has the line to itself. The answer begins `AA 55 AA FF` and ends with the sum of what
/// stands between; numbers are big-endian. Of limits, settings and identity it says nothing, and of faults only what
/// has opened a MOSFET.
///
/// Sources: vendor's protocol of 2019; captures of two boards (see the golden table). That discharging is positive on
/// the wire is proven by the charge left, which falls in a captured log.
public enum ANT2019 {
    /// The driver.
    public static let driver = BMSDriver(
        sheet: sheet, pollCount: 1, poll: { _ in question }, request: request, scan: scan, decode: decode,
        answer: answer, visitFacts: visitFacts)

    /// What is said about the protocol as a whole.
    ///
    /// The vendor prints 9600 baud, readers use 19200; there an answer takes 73 ms. No quiet time is documented.
    public static let sheet = DriverSheet(
        id: "ant-2019", name: "ANT BMS of 2019 (UART)", addresses: 0...0, baud: 19_200,
        otherBauds: [9_600, 0, 0],
        timing: LineTiming(
            spacing: .milliseconds(100), timeout: .seconds(1), probeTimeout: .milliseconds(500),
            gap: .milliseconds(100)),
        evidence: "vendor's protocol of 2019; captured answers of two boards",
        isExperimental: true)

    private static let question = Poll("status", .live, .frames)

    private static let start: [4 of UInt8] = [0xAA, 0x55, 0xAA, 0xFF]
    private static let length = 140
    private static let sumPlace = 138
    private static let chargeCodeByte = 103
    private static let dischargeCodeByte = 104
    private static let cellCountByte = 123
    /// The section of the cells; places count from the beginning of the answer, as in all others.
    private static let cells: UInt32 = 1
    private static let status: UInt32 = 0

    static let rows: [_ of PackRow] = [
        PackRow(
            "pack_voltage", in: status, byte: 4, bits: 16, .big, times: 100, unit: .millivolts,
            .number(.packVoltage)),
        PackRow(
            "cell", in: cells, byte: 6, bits: 16, .big, unit: .millivolts, range: 0...6_000, count: 32,
            .cellVoltages),
        PackRow(
            "current", in: status, byte: 70, bits: 32, .big, signed: true, times: -100, unit: .milliamps,
            range: -2_000_000...2_000_000, .number(.current)),
        PackRow(
            "soc", in: status, byte: 74, bits: 8, times: 10, unit: .permille, range: 0...1_000, .number(.soc)),
        microampHours("nominal_capacity", 75, .designCapacity),
        microampHours("remaining_capacity", 79, .remainingCapacity),
        PackRow(
            "throughput", in: status, byte: 83, bits: 32, .big, unit: .milliampHours,
            .information(.throughput)),
        PackRow(
            "uptime", in: status, byte: 87, bits: 32, .big, times: 10, unit: .deciseconds,
            .information(.uptime)),
        PackRow(
            "mosfet_temperature", in: status, byte: 91, bits: 16, .big, signed: true, times: 10,
            unit: .decicelsius, range: -1_000...2_000, notAvailable: ANT.notFitted,
            .number(.mosfetTemperature)),
        PackRow("balancer_temperature", in: status, byte: 93, bits: 16, .big, signed: true, .reserved),
        PackRow(
            "temperature", in: status, byte: 95, bits: 16, .big, signed: true, times: 10, unit: .decicelsius,
            range: -1_000...2_000, notAvailable: ANT.notFitted, count: 4, .temperatures),
        byte("charge_mosfet_code", 103),
        byte("discharge_mosfet_code", 104),
        byte("balancer_code", 105),
        PackRow("power", in: status, byte: 111, bits: 32, .big, signed: true, .reserved),
        PackRow(
            "highest_cell_number", in: status, byte: 115, bits: 8, range: 1...32,
            .information(.highestCellNumber)),
        PackRow("highest_cell", in: status, byte: 116, bits: 16, .big, unit: .millivolts, .reserved),
        PackRow(
            "lowest_cell_number", in: status, byte: 118, bits: 8, range: 1...32,
            .information(.lowestCellNumber)),
        PackRow("lowest_cell", in: status, byte: 119, bits: 16, .big, unit: .millivolts, .reserved),
        PackRow(
            "average_cell", in: status, byte: 121, bits: 16, .big, unit: .millivolts,
            .information(.averageCell)),
        PackRow("cells", in: status, byte: 123, bits: 8, range: 1...32, .information(.configuredCells)),
        PackRow("balancing", in: status, byte: 132, bits: 32, .big, unit: .bits, .reserved),
        PackRow("log", in: status, byte: 136, bits: 16, .big, unit: .bits, .reserved),
        ANTSwitchCode.chargeRow,
        ANTSwitchCode.dischargeRow,
    ]

    private static func microampHours(_ name: StaticString, _ byte: UInt16, _ field: PackField) -> PackRow {
        PackRow(
            name, in: status, byte: byte, bits: 32, .big, over: 1_000, unit: .milliampHours,
            .information(field))
    }

    private static func byte(_ name: StaticString, _ byte: UInt16) -> PackRow {
        PackRow(name, in: status, byte: byte, bits: 8, unit: .count, .reserved)
    }

    private static func visitFacts(_ visit: (DriverFact) -> Void) {
        visit(.block("The answer"))
        for index in rows.indices { visit(.signal(rows[index])) }
    }
}

// MARK: - Requests and answers on the line

extension ANT2019 {
    /// Requests begin `5A 5A` on a line and `DB DB` over Bluetooth; then a register, data and their sum.
    private static let lineStart: UInt8 = 0x5A
    private static let radioStart: UInt8 = 0xDB
    private static let requestLength = 6
    private static let statusRegister: UInt8 = 0

    private static func request(_ poll: Int, _ address: UInt8, _ buffer: inout RequestBuffer) {
        buffer.append(lineStart)
        buffer.append(lineStart)
        buffer.append(zeros: requestLength - 2)
    }

    private static func scan(_ head: Span<UInt8>, _ listening: Bool, _ isLast: Bool) -> ScanStep<LineItem> {
        guard head.count > 0 else { return .incomplete }
        if head[0] == lineStart || head[0] == radioStart { return scanRequest(head) }
        for index in 0..<min(head.count, start.count) where head[index] != start[index] {
            return .noise(.noStart)
        }
        guard head.count >= length else { return .incomplete }
        let sum = Checksum.sum16(head.extracting(start.count..<sumPlace))
        guard head[sumPlace] == UInt8(sum >> 8), head[sumPlace + 1] == UInt8(truncatingIfNeeded: sum) else {
            return .noise(.checksum)
        }
        return .item(LineItem(.answer, address: 0, poll: 0), length: length)
    }

    private static func scanRequest(_ head: Span<UInt8>) -> ScanStep<LineItem> {
        guard head.count >= 2 else { return .incomplete }
        guard head[1] == head[0] else { return .noise(.noStart) }
        guard head.count >= requestLength else { return .incomplete }
        guard Checksum.sum8(head.extracting(2..<requestLength - 1)) == head[requestLength - 1] else {
            return .noise(.checksum)
        }
        return .item(
            LineItem(.request, address: 0, poll: head[2] == statusRegister ? 0 : nil), length: requestLength)
    }
}

// MARK: - Both sides

extension ANT2019 {
    private static func decode(
        _ answer: Span<UInt8>, _ poll: Int, _ now: Instant, _ reading: inout PackReading
    ) throws(AnswerError) {
        guard case .item(let item, _) = scan(answer, false, true), item.kind == .answer else {
            throw .wrongStructure
        }
        var next = reading
        do throws(SignalError) {
            try PackSection(status).read(rows, in: answer, at: now, into: &next)
            try PackSection(cells, repetitions: Int(answer[cellCountByte]))
                .read(rows, in: answer, at: now, into: &next)
            let alarms = try ANTSwitchCode.read(
                rows, charge: answer[chargeCodeByte], discharge: answer[dischargeCodeByte], at: now,
                into: &next)
            next.alarms = Reading(alarms, at: now)
        } catch {
            throw .signal(error)
        }
        reading = next
    }

    private static func answer(
        _ request: Span<UInt8>, _ reading: borrowing PackReading, _ buffer: inout AnswerBuffer
    ) {
        guard case .item(let item, _) = scan(request, true, true), item.kind == .request, item.poll == 0
        else {
            return
        }
        var data = InlineArray<140, UInt8>(repeating: 0)
        var bytes = data.mutableSpan
        do throws(SignalError) {
            try write(reading, &bytes)
        } catch {
            return
        }
        let sum = Checksum.sum16(data.span.extracting(start.count..<sumPlace))
        buffer.append(data.span.extracting(first: sumPlace))
        buffer.append(big: sum)
    }

    private static func write(
        _ reading: borrowing PackReading, _ bytes: inout MutableSpan<UInt8>
    ) throws(SignalError) {
        let cellCount = reading.cellMillivolts?.value.count ?? 0
        try PackSection(status).write(rows, from: reading, into: &bytes)
        try PackSection(cells, repetitions: cellCount).write(rows, from: reading, into: &bytes)
        for index in 0..<start.count { bytes[index] = start[index] }
        bytes[cellCountByte] = UInt8(cellCount)
        let codes = try ANTSwitchCode.codes(rows, from: reading)
        bytes[chargeCodeByte] = codes[0]
        bytes[dischargeCodeByte] = codes[1]
    }
}
