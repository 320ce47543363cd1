import BatteryModel
import BusCodec

/// Renogy smart lithium (RBT series) on RS485: Modbus registers, read in four pieces.
///
/// The pieces are those of which answers have been captured; a read across register 5034 is not answered. The limits
/// (5049 to 5052) and the power board's temperature (5035) stand outside of them and stay unknown. Cells are told in
/// tenths of a volt. SOC is not told; it is worked out from the charge left, see ``deriveSOC(at:in:)``.
///
/// Some packs do not answer until they are woken by the button line. Address 247 by default, 48 once paired with the app.
///
/// Sources: captured answers of RBT100LFP12-BT, over Bluetooth, which carries the same frames (see the golden table);
/// vendor's register map V1.7.
public enum Renogy {
    /// The driver.
    public static let driver = BMSDriver(
        sheet: sheet, pollCount: questions.count, poll: { questions[$0].poll }, request: request, scan: scan,
        decode: decode, answer: answer, visitFacts: visitFacts)

    /// What is said about the protocol as a whole.
    ///
    /// Readers wait for 0.1 to 0.5 s; the longest answer takes 76 ms at 9600 baud.
    public static let sheet = DriverSheet(
        id: "renogy", name: "Renogy smart lithium (RS485 Modbus)", addresses: 48...247, baud: 9_600,
        timing: LineTiming(
            spacing: .milliseconds(100), timeout: .milliseconds(500), probeTimeout: .milliseconds(500),
            gap: .milliseconds(50)),
        evidence:
            "vendor's map V1.7; captured answers of RBT100LFP12-BT; SOC is worked out from the charge left")

    static let questions: [_ of RegisterQuestion] = [
        RegisterQuestion(Poll("status", .live, .frames), register: 5_042, count: 7),
        RegisterQuestion(Poll("cells", .live, .frames), register: 5_000, count: 34),
        RegisterQuestion(Poll("alarms", .live, .frames), register: 5_100, count: 8),
        RegisterQuestion(Poll("state", .live, .frames), register: 5_104, count: 28),
    ]

    private static let status: UInt32 = 5_042
    private static let counts: UInt32 = 5_000
    private static let alarmWords: UInt32 = 5_100
    private static let state: UInt32 = 5_104
    /// The section of the cells: it begins behind their number.
    private static let cells: UInt32 = 5_001
    /// The section of the sensors: it begins behind their number.
    private static let sensors: UInt32 = 5_018
    private static let cellsByte = 2
    private static let sensorCountByte = 34
    private static let sensorsByte = 36

    static let rows: [_ of PackRow] = [
        PackRow(
            "current", in: status, byte: 0, bits: 16, .big, signed: true, times: 10, unit: .milliamps,
            .number(.current)),
        PackRow(
            "pack_voltage", in: status, byte: 2, bits: 16, .big, times: 100, unit: .millivolts,
            .number(.packVoltage)),
        PackRow(
            "remaining_capacity", in: status, byte: 4, bits: 32, .big, unit: .milliampHours,
            .number(.remainingCapacity)),
        PackRow(
            "full_capacity", in: status, byte: 8, bits: 32, .big, unit: .milliampHours, .number(.fullCapacity)
        ),
        PackRow("cycles", in: status, byte: 12, bits: 16, .big, .information(.cycles)),
        PackRow("cells", in: counts, byte: 0, bits: 16, .big, range: 1...16, .information(.configuredCells)),
        PackRow(
            "cell", in: cells, byte: 0, bits: 16, .big, times: 100, unit: .millivolts, range: 0...6_000,
            count: 16, .cellVoltages),
        PackRow("sensors", in: counts, byte: 34, bits: 16, .big, .reserved),
        PackRow(
            "temperature", in: sensors, byte: 0, bits: 16, .big, signed: true, unit: .decicelsius,
            range: -1_000...2_000, count: 8, .temperatures),
        PackRow("cell_voltage_alarms", in: alarmWords, byte: 0, bits: 32, .big, unit: .bits, .reserved),
        PackRow("cell_temperature_alarms", in: alarmWords, byte: 4, bits: 32, .big, unit: .bits, .reserved),
        PackRow("other_alarms", in: alarmWords, byte: 8, bits: 32, .big, unit: .bits, .reserved),
        flag("charge_switch", bit: 1, .chargeSwitch),
        flag("discharge_switch", bit: 2, .dischargeSwitch),
        PackRow("status_2", in: state, byte: 6, bits: 16, .big, unit: .bits, .reserved),
        PackRow("status_3", in: state, byte: 8, bits: 16, .big, unit: .bits, .reserved),
        PackRow("charging_status", in: state, byte: 10, bits: 16, .big, unit: .bits, .reserved),
        text("serial", 12, characters: 16, .identity(.serial)),
        text("manufacture_version", 28, characters: 2, .reserved),
        text("main_version", 30, characters: 4, .reserved),
        text("communication_version", 34, characters: 2, .reserved),
        text("model", 36, characters: 16, .identity(.model)),
        text("firmware", 52, characters: 4, .identity(.firmware)),
    ]

    private static func flag(_ name: StaticString, bit: UInt8, _ field: PackField) -> PackRow {
        PackRow(name, in: state, byte: 5, bit: bit, bits: 1, unit: .onOff, range: 0...1, .number(field))
    }

    private static func text(
        _ name: StaticString, _ byte: UInt16, characters: UInt16, _ meaning: PackMeaning
    ) -> PackRow {
        PackRow(name, in: state, byte: byte, bits: 8 * characters, unit: .count, meaning)
    }

    private static func visitFacts(_ visit: (DriverFact) -> Void) {
        visit(.block("Registers from 5042, 5000, 5100 and 5104"))
        for index in rows.indices { visit(.signal(rows[index])) }
    }
}

// MARK: - What rows cannot say

extension Renogy {
    /// SOC as the charge left of the charge when full; none while either is not known.
    ///
    /// - Throws: ``SignalError/outOfRange(signal:value:)`` if more is left than there can be.
    private static func deriveSOC(at now: Instant, in reading: inout PackReading) throws(SignalError) {
        guard let left = reading[.remainingCapacity]?.value, let full = reading[.fullCapacity]?.value,
            full > 0
        else {
            reading[.soc] = nil
            return
        }
        let soc = Int64(left) * 1_000 / Int64(full)
        guard let permille = Int32(exactly: soc), (0...1_000).contains(permille) else {
            throw .outOfRange(signal: SignalName("soc"), value: soc)
        }
        reading[.soc] = Reading(permille, at: now)
    }

    /// The alarms of three words of which no bit is explained: one for cells, one for temperatures, one for the rest.
    ///
    /// Which way a cell or a temperature went is not known. They are warnings, because a protection in both directions
    /// would keep an empty pack from being charged; what the BMS refuses it shows by its switches.
    private static func alarms(in data: Span<UInt8>) -> AlarmSet {
        var alarms = AlarmSet()
        if isSet(data.extracting(0..<4)) {
            alarms.raise(.cellOverVoltage, .warning)
            alarms.raise(.cellUnderVoltage, .warning)
        }
        if isSet(data.extracting(4..<8)) {
            alarms.raise(.batteryOverTemperature, .warning)
            alarms.raise(.chargeUnderTemperature, .warning)
        }
        if isSet(data.extracting(8..<12)) { alarms.raise(.undocumented, .info) }
        return alarms
    }

    private static func isSet(_ bytes: Span<UInt8>) -> Bool {
        for index in bytes.indices where bytes[index] != 0 { return true }
        return false
    }

    /// Sets the lowest bit of each word that has something to say.
    private static func write(_ alarms: AlarmSet, into bytes: inout MutableSpan<UInt8>) {
        let warnings = alarms.warnings.union(alarms.protections)
        if warnings.intersects(AlarmMask(.cellOverVoltage, .cellUnderVoltage)) { bytes[3] = 1 }
        if warnings.intersects(AlarmMask(.batteryOverTemperature, .chargeUnderTemperature)) { bytes[7] = 1 }
        if alarms.infos.contains(.undocumented) { bytes[11] = 1 }
    }
}

// MARK: - The host side

extension Renogy {
    private static func request(_ poll: Int, _ address: UInt8, _ buffer: inout RequestBuffer) {
        questions[poll].write(to: address, into: &buffer)
    }

    private static func scan(_ head: Span<UInt8>, _ listening: Bool, _ isLast: Bool) -> ScanStep<LineItem> {
        guard sheet.addresses.contains(head[0]) else { return .noise(.noStart) }
        return (listening ? ModbusRTU.scanAny(head) : ModbusRTU.scanAnswer(head)).map {
            RegisterQuestion.item($0, among: questions)
        }
    }

    private static func decode(
        _ answer: Span<UInt8>, _ poll: Int, _ now: Instant, _ reading: inout PackReading
    ) throws(AnswerError) {
        let data = answer.extracting(try questions[poll].data(in: answer))
        let container = UInt32(questions[poll].register)
        var next = reading
        do throws(SignalError) {
            try PackSection(container).read(rows, in: data, at: now, into: &next)
            switch container {
            case status: try deriveSOC(at: now, in: &next)
            case counts: try decodeCells(data, now, &next)
            case alarmWords: next.alarms = Reading(alarms(in: data), at: now)
            default: break
            }
        } catch {
            throw .signal(error)
        }
        reading = next
    }

    private static func decodeCells(
        _ data: Span<UInt8>, _ now: Instant, _ reading: inout PackReading
    ) throws(SignalError) {
        try PackSection(cells, repetitions: number(data, 0))
            .read(rows, in: data.extracting(cellsByte..<sensorCountByte), at: now, into: &reading)
        try PackSection(sensors, repetitions: number(data, sensorCountByte))
            .read(rows, in: data.extracting(sensorsByte..<data.count), at: now, into: &reading)
    }

    private static func number(_ data: Span<UInt8>, _ place: Int) -> Int {
        Int(data[place]) << 8 | Int(data[place + 1])
    }
}

// MARK: - The battery side

extension Renogy {
    private static let inaccessible: UInt8 = 2

    /// Silent when another address is asked, if the battery knows its own; refuses what it has not.
    private static func answer(
        _ request: Span<UInt8>, _ reading: borrowing PackReading, _ buffer: inout AnswerBuffer
    ) {
        guard case .item(let frame, _) = ModbusRTU.scanRequest(request),
            reading[.busAddress].map({ $0.value == Int32(frame.address) }) ?? true
        else { return }
        guard case .readRequest(let register, let count) = frame.kind,
            let poll = RegisterQuestion.index(of: frame.function, register, count, in: questions)
        else {
            return ModbusRTU.encodeException(
                frame.function.rawValue, address: frame.address, code: inaccessible, into: &buffer)
        }
        var data = InlineArray<68, UInt8>(repeating: 0)
        var bytes = data.mutableSpan
        do throws(SignalError) {
            try write(UInt32(questions[poll].register), reading, &bytes)
        } catch {
            return
        }
        ModbusRTU.encodeReadAnswer(
            address: frame.address, data: data.span.extracting(first: 2 * Int(count)), into: &buffer)
    }

    private static func write(
        _ container: UInt32, _ reading: borrowing PackReading, _ bytes: inout MutableSpan<UInt8>
    ) throws(SignalError) {
        try PackSection(container).write(rows, from: reading, into: &bytes)
        switch container {
        case counts: try writeCells(reading, &bytes)
        case alarmWords: if let alarms = reading.alarms?.value { write(alarms, into: &bytes) }
        default: break
        }
    }

    private static func writeCells(
        _ reading: borrowing PackReading, _ bytes: inout MutableSpan<UInt8>
    ) throws(SignalError) {
        let cellCount = reading.cellMillivolts?.value.count ?? 0
        let sensorCount = reading.cellSensorsUpToLast
        bytes[1] = UInt8(cellCount)
        bytes[sensorCountByte + 1] = UInt8(sensorCount)
        try PackSection(cells, repetitions: cellCount)
            .write(rows, from: reading, into: &bytes, at: cellsByte..<sensorCountByte)
        try PackSection(sensors, repetitions: sensorCount)
            .write(rows, from: reading, into: &bytes, at: sensorsByte..<bytes.count)
    }
}
