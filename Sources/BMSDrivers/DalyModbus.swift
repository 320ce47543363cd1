import BatteryModel
import BusCodec

/// Daly's H, K, M and S series, active balancers and storage boards ("DL-BMS") on RS485 or UART: Modbus RTU in which
/// board n is asked at 0x80 + n and answers from 0x50 + n.
///
/// What the settings mean is not known: those of the captured board do not fit the map of its predecessors, so the
/// limits that are set in it are not read. The register that one project takes for SOH counts within seconds and is
/// none; the word for balancing said 7 without balancing. Both are left alone.
///
/// Sources: captures of an ESS board of sixteen cells (syssi/esphome-daly-bms, frames_p81_ess_dl_bms.h); register map
/// of the same project and of patagonaa/esphome-daly-hkms-bms.
public enum DalyModbus {
    /// The driver.
    public static let driver = BMSDriver(
        sheet: sheet, pollCount: questions.count, poll: { questions[$0].poll }, request: request, scan: scan,
        decode: decode, answer: answer, visitFacts: visitFacts)

    /// What is said about the protocol as a whole; the address is the number of the board.
    ///
    /// How long the line must be quiet is not known for these boards; it is that of ``DalyD2``.
    public static let sheet = DriverSheet(
        id: "daly-modbus", name: "Daly H, K, M, S, active balance, ESS (RS485 or UART, Modbus 0x81/0x51)",
        addresses: 1...16, baud: 9_600,
        timing: LineTiming(
            spacing: .milliseconds(50), timeout: .milliseconds(500), probeTimeout: .milliseconds(300),
            gap: .milliseconds(50)),
        evidence: """
            captured cells and status of one ESS board while it discharges, which prove scales and the sign of the \
            current. Older fault words from the map of its predecessors, newer ones from one implementation; of \
            both, one bit has been seen. Settings are not understood
            """,
        isExperimental: true)

    /// The questions, as they were captured: register 0x40 lies between the first two.
    static let questions: [_ of RegisterQuestion] = [
        RegisterQuestion(Poll("cells", .live, .frames), register: 0x00, count: 0x40),
        RegisterQuestion(Poll("status", .live, .frames), register: 0x41, count: 0x3E),
        RegisterQuestion(Poll("version", .slow, .frames, .optional), register: 0x178, count: 0x4A),
    ]

    static let cells: UInt32 = 0x00
    static let status: UInt32 = 0x41
    private static let version: UInt32 = 0x178
    /// The section of the fault words, part of the status.
    static let faults: UInt32 = 0x66
    static let faultBytes = 2 * 14

    /// The rows; the container is the first register of its block.
    static let rows: [_ of PackRow] = [
        .dalyCells,
        .dalyTemperature("temperature", 0x30, in: cells, count: 8, .temperatures),
        .daly("pack_voltage", 0x38, in: cells, times: 100, unit: .millivolts, .number(.packVoltage)),
        .dalyCurrent(0x39, in: cells),
        .daly("soc", 0x3A, in: cells, unit: .permille, range: 0...1_000, .number(.soc)),
        .daly("counter", 0x3B, in: cells, .reserved),
        // Up to 48 on the wire; a cell that is not looked at could be the highest, so more are refused.
        .daly("cells", 0x3C, in: cells, range: 1...32, .number(.configuredCells)),
        .daly("sensors", 0x3D, in: cells, .reserved),
        .daly("highest_cell", 0x3E, in: cells, unit: .millivolts, .information(.highestCell)),
        .daly("highest_cell_number", 0x3F, in: cells, .information(.highestCellNumber)),

        .daly("lowest_cell_number", 0x41, in: status, .information(.lowestCellNumber)),
        .daly("cell_spread", 0x42, in: status, unit: .millivolts, .information(.cellSpread)),
        .dalyTemperature("highest_temperature", 0x43, in: status, .reserved),
        .daly("highest_temperature_sensor", 0x44, in: status, .reserved),
        .dalyTemperature("lowest_temperature", 0x45, in: status, .reserved),
        .daly("lowest_temperature_sensor", 0x46, in: status, .reserved),
        .daly("temperature_spread", 0x47, in: status, times: 10, unit: .decicelsius, .reserved),
        // 0 stationary, 1 charging, 2 discharging.
        .daly("state", 0x48, in: status, unit: .choice, .reserved),
        .daly(
            "remaining_capacity", 0x4B, in: status, times: 100, unit: .milliampHours,
            .information(.remainingCapacity)),
        .daly("cycles", 0x4C, in: status, .information(.cycles)),
        .daly("balancing", 0x4D, in: status, unit: .bits, .reserved),
        .dalyBalanceCurrent(0x4E, in: status),
        .daly("balancing_cells", 0x4F, in: status, unit: .bits, count: 3, .reserved),
        .dalyFlag("charge_switch", 0x52, in: status, .number(.chargeSwitch)),
        .dalyFlag("discharge_switch", 0x53, in: status, .number(.dischargeSwitch)),
        .dalyFlag("precharge_switch", 0x54, in: status, .information(.prechargeSwitch)),
        .dalyFlag("heater", 0x55, in: status, .information(.heater)),
        .dalyFlag("fan", 0x56, in: status, .reserved),
        .daly("average_cell", 0x57, in: status, unit: .millivolts, .information(.averageCell)),
        .daly("power", 0x58, in: status, .power),
        .daly("energy", 0x59, in: status, unit: .wattHours, .reserved),
        .dalyTemperature("mosfet", 0x5A, in: status, .number(.mosfetTemperature)),
        .dalyTemperature("board", 0x5B, in: status, .reserved),
        .dalyTemperature("heater_temperature", 0x5C, in: status, .reserved),
        // Bytes: year since 2000, month, day, hour, minute, second.
        .daly("clock", 0x61, in: status, unit: .bits, count: 3, .reserved),
        .daly("charge_time_left", 0x64, in: status, unit: .minutes, .reserved),
        PackRow("faults", in: faults, byte: 0, bits: 32, .big, unit: .bits, .alarmWord),
        PackRow("faults_of_the_board", in: faults, byte: 4, bits: 32, .big, unit: .bits, .reserved),

        PackRow("software", in: version, byte: 0, bits: 8 * 28, unit: .count, .identity(.firmware)),
        PackRow("hardware", in: version, byte: 28, bits: 8 * 14, unit: .count, .identity(.hardware)),
    ]

    private static func visitFacts(_ visit: (DriverFact) -> Void) {
        DriverFact.visit(
            "Registers from 0x00 (cells), 0x41 (status), 0x66 (faults) and 0x178 (version)", rows, olderBits,
            visit)
        for index in newerBits.indices { visit(.alarm(newerBits[index])) }
    }
}

// MARK: - The host side

extension DalyModbus {
    static let asked: UInt8 = 0x80
    static let answering: UInt8 = 0x50

    private static func request(_ poll: Int, _ address: UInt8, _ buffer: inout RequestBuffer) {
        questions[poll].write(to: asked + address, into: &buffer)
    }

    /// The address tells questions and answers apart.
    private static func scan(_ head: Span<UInt8>, _ listening: Bool, _ isLast: Bool) -> ScanStep<LineItem> {
        guard head.count > 0 else { return .incomplete }
        if sheet.addresses.contains(head[0] &- asked) {
            return ModbusRTU.scanRequest(head).map { item($0, from: asked) }
        }
        guard sheet.addresses.contains(head[0] &- answering) else { return .noise(.noStart) }
        return ModbusRTU.scanAnswer(head).map { item($0, from: answering) }
    }

    private static func item(_ frame: ModbusRTU.Frame, from base: UInt8) -> LineItem {
        var item = RegisterQuestion.item(frame, among: questions)
        item.address = frame.address - base
        return item
    }

    private static func decode(
        _ answer: Span<UInt8>, _ poll: Int, _ now: Instant, _ reading: inout PackReading
    ) throws(AnswerError) {
        let place = try questions[poll].data(in: answer)
        let data = answer.extracting(place)
        var next = reading
        do throws(SignalError) {
            try PackSection(UInt32(questions[poll].register)).read(rows, in: data, at: now, into: &next)
            if questions[poll].register == status { try decodeFaults(data, now, &next) }
        } catch {
            throw .signal(error)
        }
        reading = next
    }

    /// The fault words of both styles; a word that is 0xFFFF is one that the board does not have.
    private static func decodeFaults(
        _ data: Span<UInt8>, _ now: Instant, _ reading: inout PackReading
    ) throws(SignalError) {
        let first = 2 * Int(faults - status)
        var words = InlineArray<28, UInt8>(repeating: 0)
        for word in stride(from: 0, to: faultBytes, by: 2) {
            let (high, low) = (data[first + word], data[first + word + 1])
            guard high & low != 0xFF else { continue }
            words[word] = high
            words[word + 1] = low
        }
        let section = PackSection(faults)
        try section.read(rows, in: words.span, at: now, into: &reading)
        var alarms = section.alarms(olderBits, in: words.span, places: 0..<DalyFaults.byteCount)
        alarms.formUnion(section.alarms(newerBits, in: words.span, places: newerPlaces))
        reading.alarms = Reading(alarms, at: now)
    }
}
