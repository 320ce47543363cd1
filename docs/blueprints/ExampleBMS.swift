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
        decode: decode, answer: answer)

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

    /// What a signal of this protocol is.
    enum Meaning: Sendable, Equatable {
        /// A number.
        case number(PackField)
        /// The voltages of all cells.
        case cells
        /// One bit: an alarm.
        case alarm(AlarmKind, AlarmLevel)
    }

    /// The signals.
    ///
    /// `in` is the register the question begins with, `byte` counts from there: register n is byte 2n.
    /// `times`, `over` and `plus` turn the raw number into the unit of the field; `range` is what it can be, and
    /// anything else refuses the whole answer. `notAvailable` is the raw code for "I have no such value".
    private static let rows: [_ of SignalRow<Meaning>] = [
        // MANDATORY: pack voltage in mV; here 10 mV on the wire.
        row(0x0000, 0, "pack_voltage", .packVoltage, times: 10, unit: .millivolts, range: 0...100_000),
        // MANDATORY: current in mA, charging positive; here 100 mA, discharging positive, hence the minus.
        row(
            0x0000, 2, "current", .current, signed: true, times: -100, unit: .milliamps,
            range: -500_000...500_000),
        // MANDATORY: SOC in thousandths; here whole percents.
        row(0x0000, 4, "soc", .soc, times: 10, unit: .permille, range: 0...1_000),
        // OPTIONAL: SOH in thousandths; a pack without it is shown to the inverter as new.
        row(0x0000, 6, "soh", .soh, times: 10, unit: .permille, range: 0...1_000),
        // MANDATORY, or `without: [bms_limit]`: the currents the BMS allows or trips at, in mA. Nine tenths are used.
        row(0x0000, 8, "charge_limit", .chargeLimit, times: 100, unit: .milliamps, range: 0...500_000),
        row(0x0000, 10, "discharge_limit", .dischargeLimit, times: 100, unit: .milliamps, range: 0...500_000),
        // MANDATORY, or `without: [switch_state]`: the two MOSFET switches, 0 open, 1 closed. The bits of register 6
        // are in byte 13, its lower half.
        flag(13, 0, "charge_switch", .number(.chargeSwitch)),
        flag(13, 1, "discharge_switch", .number(.dischargeSwitch)),
        // MANDATORY, or `without: [alarms]`: what the BMS complains about. A protection forbids its direction.
        flag(15, 0, "alarm_cell_high", .alarm(.cellOverVoltage, .protection)),
        flag(15, 1, "alarm_cell_low", .alarm(.cellUnderVoltage, .protection)),
        flag(15, 2, "alarm_charge_cold", .alarm(.chargeUnderTemperature, .protection)),
        flag(15, 3, "alarm_imbalance", .alarm(.imbalance, .warning)),
        // MANDATORY, at least one, or `without: [cell_temperature]`: cell sensors in 0.1 °C; here 0.1 K.
        temperature(16, "temperature_1", .temperature1),
        temperature(18, "temperature_2", .temperature2),
        // MANDATORY, or `without: [mosfet_temperature]`: the power board in 0.1 °C.
        temperature(20, "mosfet", .mosfetTemperature),
        // MANDATORY: every cell in mV. Absent ones must be left out, never 0.
        SignalRow(
            "cells", in: 0x0000, byte: 22, bits: 16, .big, unit: .millivolts, range: 0...6_000,
            notAvailable: 0xFFFF, count: 16, .cells),
        // MANDATORY, or `without: [bms_limit]`: over-voltage protection per cell in mV; bounds CVL.
        row(0x0100, 0, "cell_over_voltage", .cellOverVoltage, unit: .millivolts, range: 2_000...5_000),
        // OPTIONAL: everything else in PackField; people and diagnosis read it.
        row(0x0100, 2, "configured_cells", .configuredCells, unit: .count, range: 1...32),
        row(0x0100, 4, "cell_under_voltage", .cellUnderVoltage, unit: .millivolts, range: 0...5_000),
    ]

    private static func row(
        _ register: UInt32, _ byte: UInt16, _ name: StaticString, _ field: PackField, signed: Bool = false,
        times: Int32 = 1, unit: Unit, range: ClosedRange<Int32>
    ) -> SignalRow<Meaning> {
        SignalRow(
            name, in: register, byte: byte, bits: 16, .big, signed: signed, times: times, unit: unit,
            range: range, .number(field))
    }

    private static func flag(
        _ byte: UInt16, _ bit: UInt8, _ name: StaticString, _ meaning: Meaning
    ) -> SignalRow<Meaning> {
        SignalRow(
            name, in: 0x0000, byte: byte, bit: bit, bits: 1, .little, unit: .onOff, range: 0...1, meaning)
    }

    private static func temperature(
        _ byte: UInt16, _ name: StaticString, _ field: PackField
    ) -> SignalRow<Meaning> {
        SignalRow(
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
        var alarms = AlarmSet()
        for index in rows.indices where rows[index].container == UInt32(polls[poll].register) {
            do throws(SignalError) {
                try take(rows[index], bytes, now, &next, &alarms)
            } catch {
                throw .signal(error)
            }
        }
        if polls[poll].poll.pace == .live { next.alarms = Reading(alarms, at: now) }
        reading = next
    }

    private static func take(
        _ row: SignalRow<Meaning>, _ bytes: Span<UInt8>, _ now: Instant, _ reading: inout PackReading,
        _ alarms: inout AlarmSet
    ) throws(SignalError) {
        switch row.meaning {
        case .number(let field):
            reading[field] = try row.value(in: bytes).map { Reading($0, at: now) }
        case .alarm(let kind, let level):
            if try row.raw(in: bytes) != 0 { alarms.raise(kind, level) }
        case .cells:
            var cells = CellValues()
            for cell in 0..<Int(row.count) {
                // The range of the row keeps the value inside 16 bits.
                let value = try row.value(in: bytes, repetition: cell)
                cells[cell] = value.map { UInt16(truncatingIfNeeded: $0) }
            }
            reading.cellMillivolts = cells.count > 0 ? Reading(cells, at: now) : nil
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
        _ row: SignalRow<Meaning>, _ reading: borrowing PackReading, _ bytes: inout MutableSpan<UInt8>
    ) throws(SignalError) {
        switch row.meaning {
        case .number(let field):
            try row.store(reading[field]?.value, into: &bytes)
        case .alarm(let kind, let level):
            let stands = reading.alarms?.value[level].contains(kind) ?? false
            try row.store(raw: stands ? 1 : 0, into: &bytes)
        case .cells:
            for cell in 0..<Int(row.count) {
                let value = reading.cellMillivolts?.value[cell].map { Int32($0) }
                try row.store(value, into: &bytes, repetition: cell)
            }
        }
    }
}
