import BatteryModel
import BusCodec

/// Daly's newer smart boards on UART (and over Bluetooth): Modbus RTU at the fixed address 0xD2.
///
/// The first block exists in two lengths: 62 registers, by which boards of this generation are recognised, and on newer
/// ones 80, with the temperature of the MOSFETs. Both are asked; a board that does not know the longer one is asked for
/// it seldom. What is set in the board is read as the vendor documents it; no answer with settings was captured, so a
/// value that cannot be is left out, and a board that refuses the block loses nothing.
///
/// Sources: captures of a board with 80 registers and sixteen cells and of one with 62 registers and 24 cells;
/// register map of syssi/esphome-daly-bms, docs (with the vendor's spreadsheet).
public enum DalyD2 {
    /// The driver.
    public static let driver = BMSDriver(
        sheet: sheet, pollCount: questions.count, poll: { questions[$0].poll }, request: request, scan: scan,
        decode: decode, answer: answer,
        visitFacts: {
            DriverFact.visit(
                "Registers from 0x00, from 0x3E where there are 80, and settings from 0x80", rows, alarmBits,
                $0)
        })

    /// What is said about the protocol as a whole; a board has the line to itself.
    public static let sheet = DriverSheet(
        id: "daly-d2", name: "Daly, newer smart boards (UART, Modbus 0xD2)", addresses: 0xD2...0xD2,
        baud: 9_600,
        timing: LineTiming(
            spacing: .milliseconds(50), timeout: .milliseconds(500), probeTimeout: .milliseconds(300),
            gap: .milliseconds(50)),
        evidence: """
            captured answers of two boards, one with 62 and one with 80 registers; that one discharges, which proves \
            the sign of the current against the vendor's table. That newer boards answer 62 as well is not proven. \
            Settings from the vendor's table only. No failure bit has been seen, and implementations disagree on the order of their bytes; \
            here it is that in which a bit of a related board makes sense
            """,
        isExperimental: true)

    /// The questions, as they were captured.
    static let questions: [_ of RegisterQuestion] = [
        RegisterQuestion(Poll("status", .live, .frames), register: 0x00, count: 0x3E),
        RegisterQuestion(Poll("long_status", .live, .frames, .optional), register: 0x00, count: 0x50),
        RegisterQuestion(Poll("settings", .slow, .frames, .optional), register: 0x80, count: 0x29),
    ]

    private static let status: UInt32 = 0x00
    private static let settings: UInt32 = 0x80
    /// What only the longer block has.
    private static let more: UInt32 = 0x3E
    private static let morePlace = 2 * 0x3E
    private static let faultPlace: UInt16 = 2 * 0x3A

    /// The rows; the container is the first register of its section.
    static let rows: [_ of PackRow] = [
        .dalyCells,
        .dalyTemperature("temperature", 0x20, in: status, count: 8, .temperatures),
        .daly("pack_voltage", 0x28, in: status, times: 100, unit: .millivolts, .number(.packVoltage)),
        .dalyCurrent(0x29, in: status),
        .daly("soc", 0x2A, in: status, unit: .permille, range: 0...1_000, .number(.soc)),
        .daly("highest_cell", 0x2B, in: status, unit: .millivolts, .information(.highestCell)),
        .daly("lowest_cell", 0x2C, in: status, unit: .millivolts, .information(.lowestCell)),
        .dalyTemperature("highest_temperature", 0x2D, in: status, .reserved),
        .dalyTemperature("lowest_temperature", 0x2E, in: status, .reserved),
        // 0 stationary, 1 charging, 2 discharging.
        .daly("state", 0x2F, in: status, unit: .choice, .reserved),
        .daly(
            "remaining_capacity", 0x30, in: status, times: 100, unit: .milliampHours,
            .information(.remainingCapacity)),
        .daly("cells", 0x31, in: status, range: 1...32, .information(.configuredCells)),
        .daly("sensors", 0x32, in: status, .reserved),
        .daly("cycles", 0x33, in: status, .information(.cycles)),
        // Passive: a cell is discharged.
        .daly("balancing", 0x34, in: status, times: 2, unit: .choice, range: 0...2, .information(.balancing)),
        .dalyFlag("charge_switch", 0x35, in: status, .number(.chargeSwitch)),
        .dalyFlag("discharge_switch", 0x36, in: status, .number(.dischargeSwitch)),
        .daly("average_cell", 0x37, in: status, unit: .millivolts, .information(.averageCell)),
        .daly("cell_spread", 0x38, in: status, unit: .millivolts, .information(.cellSpread)),
        .daly("power", 0x39, in: status, .power),
        PackRow("faults", in: status, byte: faultPlace, bits: 32, .big, unit: .bits, .alarmWord),
        PackRow(
            "faults_of_the_board", in: status, byte: faultPlace + 4, bits: 32, .big, unit: .bits, .reserved),

        .daly("balancing_cells", 0x3E, in: more, unit: .bits, count: 2, .reserved),
        .dalyBalanceCurrent(0x40, in: more),
        .dalyTemperature("mosfet", 0x42, in: more, .number(.mosfetTemperature)),
        .dalyTemperature("board", 0x43, in: more, .reserved),

        .daly(
            "rated_capacity", 0x80, in: settings, times: 100, unit: .milliampHours, range: 1_000...6_553_500,
            .information(.designCapacity)),
        .daly("battery_type", 0x89, in: settings, unit: .choice, range: 0...2, .information(.batteryType)),
        // Of two levels the second switches off.
        protection("cell_high", 0x8C, .cellOverVoltage), protection("cell_low", 0x8E, .cellUnderVoltage),
        .dalyTemperature("charge_hot", 0x98, in: settings, .information(.chargeOverTemperature)),
        .dalyTemperature("charge_cold", 0x9A, in: settings, .information(.chargeUnderTemperature)),
        .dalyTemperature("discharge_hot", 0x9C, in: settings, .information(.dischargeOverTemperature)),
        .daly(
            "balance_start", 0xA3, in: settings, unit: .millivolts, range: 1_000...5_000,
            .information(.balanceStart)),
        .daly(
            "balance_difference", 0xA4, in: settings, unit: .millivolts, range: 1...1_000,
            .information(.balanceTrigger)),
    ]

    private static func protection(_ name: StaticString, _ register: UInt32, _ field: PackField) -> PackRow {
        .daly(name, register, in: settings, unit: .millivolts, range: 1_000...5_000, .information(field))
    }

    /// The first byte of the document is taken for the more significant one of the first register.
    static let alarmBits = DalyFaults.bits(in: status, from: faultPlace)
}

// MARK: - The host side

extension DalyD2 {
    private static func request(_ poll: Int, _ address: UInt8, _ buffer: inout RequestBuffer) {
        questions[poll].write(to: address, into: &buffer)
    }

    private static func scan(_ head: Span<UInt8>, _ listening: Bool, _ isLast: Bool) -> ScanStep<LineItem> {
        (listening ? ModbusRTU.scanAny(head) : ModbusRTU.scanAnswer(head)).map {
            RegisterQuestion.item($0, among: questions)
        }
    }

    private static func decode(
        _ answer: Span<UInt8>, _ poll: Int, _ now: Instant, _ reading: inout PackReading
    ) throws(AnswerError) {
        let place = try questions[poll].data(in: answer)
        let data = answer.extracting(place)
        var next = reading
        if UInt32(questions[poll].register) == settings {
            do throws(SignalError) {
                try PackSection(settings).read(rows, in: data, at: now, into: &next)
            } catch {
                throw .signal(error)
            }
            return reading = next
        }
        do throws(SignalError) {
            try PackSection(status).read(rows, in: data, at: now, into: &next)
            if data.count > morePlace {
                try PackSection(more).read(
                    rows, in: data.extracting(morePlace..<data.count), at: now, into: &next)
            }
        } catch {
            throw .signal(error)
        }
        let first = Int(faultPlace)
        next.alarms = Reading(
            PackSection(status).alarms(alarmBits, in: data, places: first..<first + DalyFaults.byteCount),
            at: now)
        reading = next
    }
}

// MARK: - The battery side

extension DalyD2 {
    /// Writes what a board answers; it refuses registers that nobody asks for here.
    private static func answer(
        _ request: Span<UInt8>, _ reading: borrowing PackReading, _ buffer: inout AnswerBuffer
    ) {
        let own = sheet.addresses.lowerBound
        guard case .item(let frame, _) = ModbusRTU.scanRequest(request), frame.address == own else { return }
        guard case .readRequest(let register, let count) = frame.kind,
            RegisterQuestion.index(of: frame.function, register, count, in: questions) != nil
        else {
            return ModbusRTU.encodeException(frame.function.rawValue, address: own, code: 2, into: &buffer)
        }
        var data = InlineArray<160, UInt8>(repeating: 0)
        var bytes = data.mutableSpan
        do throws(SignalError) {
            if UInt32(register) == settings {
                try PackSection(settings).write(rows, from: reading, into: &bytes)
            } else {
                try writeStatus(reading, isLong: 2 * Int(count) > morePlace, &bytes)
            }
        } catch {
            return
        }
        ModbusRTU.encodeReadAnswer(
            address: own, data: data.span.extracting(first: 2 * Int(count)), into: &buffer)
    }

    private static func writeStatus(
        _ reading: borrowing PackReading, isLong: Bool, _ bytes: inout MutableSpan<UInt8>
    ) throws(SignalError) {
        try PackSection(status).write(rows, from: reading, into: &bytes)
        writeDerived(reading, &bytes)
        guard isLong else { return }
        var behind = bytes._mutatingExtracting(morePlace..<bytes.count)
        try PackSection(more).write(rows, from: reading, into: &behind)
    }

    private static func writeDerived(_ reading: borrowing PackReading, _ bytes: inout MutableSpan<UInt8>) {
        let block = DalyBlock(first: status)
        if let high = DalyBattery.extremeTemperature(reading, highest: true),
            let low = DalyBattery.extremeTemperature(reading, highest: false)
        {
            block.put(high.raw, 0x2D, into: &bytes)
            block.put(low.raw, 0x2E, into: &bytes)
        }
        if let current = reading[.current]?.value {
            block.put(UInt16(DalyBattery.State(milliamps: current).rawValue), 0x2F, into: &bytes)
        }
        block.put(UInt16(DalyBattery.sensorCount(reading)), 0x32, into: &bytes)
        block.put(DalyBattery.watts(reading), 0x39, into: &bytes)
        if let alarms = reading.alarms?.value {
            PackSection(status).write(alarmBits, from: alarms, into: &bytes)
        }
    }
}
