import BatteryModel
import BusCodec

// Blueprint of a BMS driver. Copy it to Sources/BMSDrivers/, rename it after the protocol, replace every part, add
// one row to `DriverTable.drivers` and one golden table to Tests/BMSDriversTests. How, and what else there is to do:
// docs/adding-a-protocol.md.
//
// The BMS is invented: "Example Power EP16", Modbus RTU, sixteen cells. MANDATORY and OPTIONAL say what the control
// does without: without a MANDATORY value the pack never enters the bank, or its current stays 0.

/// Example Power EP16 on RS485: Modbus RTU, two questions.
///
/// Every register is 16 bits, most significant byte first. Discharging is positive on the wire.
///
/// Sources: (MANDATORY: the document with revision and page, the capture, or "observed on firmware F".)
public enum ExampleBMS {
    /// The driver.
    public static let driver = BMSDriver(
        sheet: sheet, pollCount: polls.count, poll: { polls[$0].poll }, request: request, scan: scan,
        decode: decode, answer: answer, visitFacts: visitFacts)

    // MARK: What is said about the protocol as a whole

    /// The sheet; all of it is MANDATORY.
    public static let sheet = DriverSheet(
        // As written in the settings: lower case and hyphens.
        id: "example-ep16", name: "Example Power EP16 (RS485 Modbus)",
        // The addresses that the switches of a pack can give it.
        addresses: 1...15,
        baud: 9_600,
        timing: LineTiming(
            // Quiet time between an answer and the next request.
            spacing: .milliseconds(50),
            // How long to wait for a pack that has been answering, and for one that has not.
            timeout: .milliseconds(300), probeTimeout: .milliseconds(150),
            // So long a silence ends whatever is unfinished: longer than any pause inside an answer.
            gap: .milliseconds(50)),
        evidence: "invented")

    // MARK: What is asked

    /// A question: `count` registers from `register` on.
    private struct Question: Sendable {
        var poll: Poll
        var register: UInt16
        var count: UInt16
    }

    /// All questions, at most sixteen.
    ///
    /// `.live` is asked in every round and must carry what ages: voltages, current, SOC, temperatures, switches and
    /// alarms. `.slow` is asked once a minute and is for settings and identity. `.frames` is the way of reading that
    /// is used unless the settings say `read: registers`.
    private static let polls: [_ of Question] = [
        Question(poll: Poll("live", .live, .frames), register: 0x0000, count: 27),
        Question(poll: Poll("settings", .slow, .frames), register: 0x0100, count: 3),
    ]

    // MARK: What the answers mean

    /// The signals.
    ///
    /// `in` is the register the question begins with, `byte` counts from there: register n is byte 2n.
    /// `times`, `over` and `plus` turn the raw number into the unit of the field; `range` is what it can be.
    /// `notAvailable` is the raw code for "I have no such value". `.number` is for what limits are made from: out of
    /// its range the whole answer is refused. `.information` is for people: out of its range it alone is left out.
    private static let rows: [_ of PackRow] = [
        // MANDATORY: pack voltage in mV; here 10 mV on the wire.
        row(0x0000, 0, "pack_voltage", .packVoltage, times: 10, unit: .millivolts, range: 0...100_000),
        // MANDATORY: current in mA, charging positive; here 100 mA, discharging positive, hence the minus.
        row(
            0x0000, 2, "current", .current, signed: true, times: -100, unit: .milliamps,
            range: -500_000...500_000),
        // MANDATORY: SOC in thousandths; here whole percents.
        row(0x0000, 4, "soc", .soc, times: 10, unit: .permille, range: 0...1_000),
        // OPTIONAL: SOH in thousandths; a pack without it is shown to the inverter as new.
        information(0x0000, 6, "soh", .soh, times: 10, unit: .permille, range: 0...1_000),
        // MANDATORY, or `without: [bms_limit]`: the currents the BMS allows or trips at, in mA. Nine tenths are used.
        row(0x0000, 8, "charge_limit", .chargeLimit, times: 100, unit: .milliamps, range: 0...500_000),
        row(0x0000, 10, "discharge_limit", .dischargeLimit, times: 100, unit: .milliamps, range: 0...500_000),
        // MANDATORY, or `without: [switch_state]`: the two MOSFET switches, 0 open, 1 closed. The bits of register 6
        // are in byte 13, its lower half.
        flag(13, 0, "charge_switch", .chargeSwitch),
        flag(13, 1, "discharge_switch", .dischargeSwitch),
        // MANDATORY, or `without: [alarms]`: what the BMS complains about, see `alarmBits`.
        PackRow("alarms", in: 0x0000, byte: 14, bits: 16, .big, unit: .bits, .alarmWord),
        // MANDATORY, at least one, or `without: [cell_temperature]`: cell sensors in 0.1 °C; here 0.1 K.
        temperature(16, "temperature_1", .temperature1),
        temperature(18, "temperature_2", .temperature2),
        // MANDATORY, or `without: [mosfet_temperature]`: the power board in 0.1 °C.
        temperature(20, "mosfet", .mosfetTemperature),
        // MANDATORY: every cell in mV. Absent ones must be left out, never 0.
        PackRow(
            "cells", in: 0x0000, byte: 22, bits: 16, .big, unit: .millivolts, range: 0...6_000,
            notAvailable: 0xFFFF, count: 16, .cellVoltages),
        // MANDATORY, or `without: [bms_limit]`: over-voltage protection per cell in mV; bounds CVL.
        row(0x0100, 0, "cell_over_voltage", .cellOverVoltage, unit: .millivolts, range: 2_000...5_000),
        // OPTIONAL: everything else in PackField; people and diagnosis read it.
        information(0x0100, 2, "configured_cells", .configuredCells, unit: .count, range: 1...32),
        information(
            0x0100, 4, "cell_under_voltage", .cellUnderVoltage, unit: .millivolts, range: 0...5_000),
    ]

    /// The bits of the alarm word.
    ///
    /// A protection forbids its direction, see docs/safety.md; `nil` is for a bit that stands on healthy packs.
    private static let alarmBits: [_ of AlarmBit] = [
        AlarmBit(0, "cell over-voltage", .cellOverVoltage, .protection),
        AlarmBit(1, "cell under-voltage", .cellUnderVoltage, .protection),
        AlarmBit(2, "too cold to charge", .chargeUnderTemperature, .protection),
        AlarmBit(3, "cells apart", .imbalance, .warning),
    ]

    private struct AlarmBit: Sendable {
        var bit: UInt8
        var name: StaticString
        var kind: AlarmKind?
        var level: AlarmLevel

        init(_ bit: UInt8, _ name: StaticString, _ kind: AlarmKind?, _ level: AlarmLevel) {
            self.bit = bit
            self.name = name
            self.kind = kind
            self.level = level
        }
    }

    /// MANDATORY: hands over the tables; `busbar drivers example-ep16` shows them.
    private static func visitFacts(_ visit: (DriverFact) -> Void) {
        visit(.block("Registers from 0x0000 (live) and 0x0100 (settings)"))
        for index in rows.indices { visit(.signal(rows[index])) }
        for index in alarmBits.indices {
            let alarm = alarmBits[index]
            visit(.alarmBit(Int(alarm.bit), name: alarm.name, kind: alarm.kind, level: alarm.level))
        }
        // And `.firmware(...)` for each range of versions that has been proven with captures.
    }

    private static func row(
        _ register: UInt32, _ byte: UInt16, _ name: StaticString, _ field: PackField, signed: Bool = false,
        times: Int32 = 1, unit: Unit, range: ClosedRange<Int32>
    ) -> PackRow {
        PackRow(
            name, in: register, byte: byte, bits: 16, .big, signed: signed, times: times, unit: unit,
            range: range, .number(field))
    }

    private static func information(
        _ register: UInt32, _ byte: UInt16, _ name: StaticString, _ field: PackField, times: Int32 = 1,
        unit: Unit, range: ClosedRange<Int32>
    ) -> PackRow {
        PackRow(
            name, in: register, byte: byte, bits: 16, .big, times: times, unit: unit, range: range,
            .information(field))
    }

    private static func flag(
        _ byte: UInt16, _ bit: UInt8, _ name: StaticString, _ field: PackField
    ) -> PackRow {
        PackRow(
            name, in: 0x0000, byte: byte, bit: bit, bits: 1, .little, unit: .onOff, range: 0...1,
            .number(field))
    }

    private static func temperature(_ byte: UInt16, _ name: StaticString, _ field: PackField) -> PackRow {
        PackRow(
            name, in: 0x0000, byte: byte, bits: 16, .big, plus: -2_731, unit: .decicelsius,
            range: -1_000...2_000, notAvailable: 0xFFFF, .number(field))
    }
}

// MARK: - The host side

extension ExampleBMS {
    /// MANDATORY: writes question number `poll` to the pack at `address`.
    private static func request(_ poll: Int, _ address: UInt8, _ buffer: inout RequestBuffer) {
        ModbusRTU.encodeRead(
            address: address, register: polls[poll].register, count: polls[poll].count, into: &buffer)
    }

    /// MANDATORY: finds the next thing at the head of the stream.
    ///
    /// A pure function: the same bytes give the same answer, and more bytes change only `.incomplete`. Never say
    /// `.item` before the checksum has been seen.
    private static func scan(_ head: Span<UInt8>, _ listening: Bool, _ isLast: Bool) -> ScanStep<LineItem> {
        (listening ? ModbusRTU.scanAny(head) : ModbusRTU.scanAnswer(head)).map { frame in
            switch frame.kind {
            case .readRequest(let register, let count):
                LineItem(.request, address: frame.address, poll: question(register, count))
            case .readAnswer:
                LineItem(.answer, address: frame.address)
            case .exception(let code):
                LineItem(.refusal, address: frame.address, code: code)
            case .writeRequest, .writeAnswer:
                LineItem(.other, address: frame.address)
            }
        }
    }

    private static func question(_ register: UInt16, _ count: UInt16) -> Int? {
        for index in polls.indices where polls[index].register == register && polls[index].count == count {
            return index
        }
        return nil
    }

    /// MANDATORY: puts what an answer says into `reading`, all of it or nothing.
    private static func decode(
        _ answer: Span<UInt8>, _ poll: Int, _ now: Instant, _ reading: inout PackReading
    ) throws(AnswerError) {
        guard case .item(let frame, _) = ModbusRTU.scanAnswer(answer), case .readAnswer(let got) = frame.kind
        else { throw .wrongStructure }
        let needed = 2 * Int(polls[poll].count)
        guard got == needed else { throw .wrongLength(needed: needed, got: got) }
        let bytes = answer.extracting(3..<3 + needed)
        var next = reading
        for index in rows.indices where rows[index].container == UInt32(polls[poll].register) {
            do throws(SignalError) {
                try take(rows[index], bytes, now, &next)
            } catch {
                throw .signal(error)
            }
        }
        reading = next
    }

    private static func take(
        _ row: PackRow, _ bytes: Span<UInt8>, _ now: Instant, _ reading: inout PackReading
    ) throws(SignalError) {
        switch row.meaning {
        case .number(let field):
            reading[field] = try row.value(in: bytes).map { Reading($0, at: now) }
        case .information(let field):
            reading[field] = information(row, bytes).map { Reading($0, at: now) }
        case .alarmWord:
            let word = try row.raw(in: bytes)
            var alarms = AlarmSet()
            for index in alarmBits.indices where word >> UInt64(alarmBits[index].bit) & 1 != 0 {
                if let kind = alarmBits[index].kind { alarms.raise(kind, alarmBits[index].level) }
            }
            reading.alarms = Reading(alarms, at: now)
        case .cellVoltages:
            var cells = CellValues()
            for cell in 0..<Int(row.count) {
                // The range of the row keeps the value inside 16 bits.
                let value = try row.value(in: bytes, repetition: cell)
                cells[cell] = value.map { UInt16(truncatingIfNeeded: $0) }
            }
            reading.cellMillivolts = cells.count > 0 ? Reading(cells, at: now) : nil
        default:
            // The other meanings do not occur in the table above.
            break
        }
    }

    /// A number that is left out when it cannot be right.
    private static func information(_ row: PackRow, _ bytes: Span<UInt8>) -> Int32? {
        do throws(SignalError) {
            return try row.value(in: bytes)
        } catch {
            return nil
        }
    }
}

// MARK: - The battery side

extension ExampleBMS {
    /// MANDATORY: what a battery that knows `reading` answers; the simulator speaks with it.
    ///
    /// It writes the same rows that ``decode`` reads. That is why it proves nothing about them: a golden table of
    /// real frames does.
    private static func answer(
        _ request: Span<UInt8>, _ reading: borrowing PackReading, _ buffer: inout AnswerBuffer
    ) {
        guard case .item(let frame, _) = ModbusRTU.scanRequest(request),
            sheet.addresses.contains(frame.address)
        else { return }
        if let own = reading[.busAddress]?.value, own != Int32(frame.address) { return }
        guard case .readRequest(let register, let count) = frame.kind, let poll = question(register, count)
        else {
            ModbusRTU.encodeException(
                frame.function.rawValue, address: frame.address, code: 2, into: &buffer)
            return
        }
        var data = InlineArray<64, UInt8>(repeating: 0)
        var bytes = data.mutableSpan
        for index in rows.indices where rows[index].container == UInt32(polls[poll].register) {
            do throws(SignalError) {
                try put(rows[index], reading, &bytes)
            } catch {
                // A value that does not fit the wire: a simulated battery does not lie, it stays silent.
                return
            }
        }
        ModbusRTU.encodeReadAnswer(
            address: frame.address, data: data.span.extracting(first: 2 * Int(count)), into: &buffer)
    }

    private static func put(
        _ row: PackRow, _ reading: borrowing PackReading, _ bytes: inout MutableSpan<UInt8>
    ) throws(SignalError) {
        switch row.meaning {
        case .number(let field), .information(let field):
            try row.store(reading[field]?.value, into: &bytes)
        case .alarmWord:
            var word: UInt64 = 0
            for index in alarmBits.indices {
                guard let kind = alarmBits[index].kind else { continue }
                let stands = reading.alarms?.value[alarmBits[index].level].contains(kind) ?? false
                if stands { word |= 1 << UInt64(alarmBits[index].bit) }
            }
            try row.store(raw: word, into: &bytes)
        case .cellVoltages:
            for cell in 0..<Int(row.count) {
                let value = reading.cellMillivolts?.value[cell].map { Int32($0) }
                try row.store(value, into: &bytes, repetition: cell)
            }
        default:
            break
        }
    }
}
