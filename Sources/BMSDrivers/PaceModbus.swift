import BatteryModel
import BusCodec

/// PACE boards, and what is sold with "PACE Modbus V1.3" or "WOW Modbus V1.3", on RS485: Modbus RTU, function 3.
///
/// JK packs with their UART set to PACE or WOW answer the same map, but no question that reaches over registers 13 and
/// 14 or beyond 36; so it is asked for in two blocks. They read 0 V where there is no cell. PACE's boards of 2024 (P4S, P16S,
/// Gobel) begin register 15 with the number of cells; seen over Bluetooth only, they are refused.
///
/// The pack with address 1 is a master on the battery side of a chain, where a host would collide with it. Some firmware
/// answers only after "PACE Modbus" has been chosen in its configuration tool. What the pack allows is not told. Its
/// protections (from register 60) have no captured answer: they are asked for once a minute, packs that do not know the
/// question are as good as any, and no current is allowed because of them that would not be otherwise.
///
/// Sources: vendor's Modbus protocol V1.3 of 2017-06-27; captures of JK packs that speak it (see the golden table).
public enum PaceModbus {
    /// The driver.
    public static let driver = BMSDriver(
        sheet: sheet, pollCount: map.questions.count, poll: { map.questions[$0].poll },
        request: { map.request($0, $1, &$2) }, scan: { (head, listening, _) in map.scan(head, listening) },
        decode: decode, answer: { (request, reading, buffer) in map.answer(request, reading, &buffer) },
        visitFacts: { map.visitFacts($0) })

    /// What is said about the protocol as a whole.
    ///
    /// The document has 9 600 baud; some boards are listed with 19 200. A board answers within 200 ms and wants more than 100 ms between frames; known readers leave 200 ms.
    public static let sheet = DriverSheet(
        id: "pace-modbus", name: "PACE, WOW (RS485 Modbus V1.3)", addresses: 0...15, baud: 9_600,
        otherBauds: [19_200, 0, 0],
        timing: LineTiming(
            spacing: .milliseconds(200), timeout: .milliseconds(500), probeTimeout: .milliseconds(300),
            gap: .milliseconds(50)),
        evidence:
            "vendor's protocol V1.3; captured answers of 16-cell JK packs set to PACE and WOW, none of a PACE board",
        isExperimental: true)

    private static let pack: UInt16 = 0
    private static let cells: UInt16 = 15
    private static let protections: UInt16 = 60
    private static let identity: UInt16 = 150

    static let map = RegisterMap(questions: questions, rows: rows, alarmBits: alarmBits)

    private static let questions: [_ of RegisterQuestion] = [
        RegisterQuestion(Poll("pack", .live, .frames), register: pack, count: 13),
        RegisterQuestion(Poll("cells", .live, .frames), register: cells, count: 22),
        RegisterQuestion(Poll("protections", .slow, .frames, .optional), register: protections, count: 55),
        RegisterQuestion(Poll("identity", .slow, .frames, .optional), register: identity, count: 20),
    ]

    private static let rows: [_ of PackRow] = [
        .number(.current, 0, in: pack, signed: true, times: 10),
        .number(.packVoltage, 1, in: pack, times: 10),
        .number(.soc, 2, in: pack, times: 10, range: 0...1_000),
        .information(.soh, 3, in: pack, times: 10, range: 0...1_000),
        .number(.remainingCapacity, 4, in: pack, times: 10),
        .number(.fullCapacity, 5, in: pack, times: 10),
        .information(.designCapacity, 6, in: pack, times: 10),
        .information(.cycles, 7, in: pack),
        .flag(.chargeSwitch, 11, in: pack, bit: 10),
        .flag(.dischargeSwitch, 11, in: pack, bit: 11),
        .flag(.heater, 11, in: pack, bit: 15),
        .unused("balancing_cells", 12, in: pack),
        .cells(15, in: cells, absent: 0),
        .temperatures(31, in: cells, count: 4),
        // The document has it that these two may be invalid; then they are left out.
        .information(.mosfetTemperature, 35, in: cells, signed: true, range: -1_000...2_000),
        .information(.ambientTemperature, 36, in: cells, signed: true, range: -1_000...2_000),
        .information(.cellOverVoltage, 65, in: protections, range: cellVoltages),
        .information(.cellOverVoltageRelease, 66, in: protections, range: cellVoltages),
        .information(.cellUnderVoltage, 73, in: protections, range: cellVoltages),
        .information(.cellUnderVoltageRelease, 74, in: protections, range: cellVoltages),
        .information(.chargeOverCurrent, 77, in: protections, times: 1_000, range: currents),
        .information(.dischargeOverCurrent, 80, in: protections, times: 1_000, range: currents),
        .threshold(.chargeOverTemperature, 85, in: protections),
        .threshold(.chargeOverTemperatureRelease, 86, in: protections),
        .threshold(.dischargeOverTemperature, 88, in: protections),
        .threshold(.dischargeOverTemperatureRelease, 89, in: protections),
        .threshold(.chargeUnderTemperature, 91, in: protections),
        .threshold(.chargeUnderTemperatureRelease, 92, in: protections),
        .threshold(.mosfetOverTemperature, 97, in: protections),
        .threshold(.mosfetOverTemperatureRelease, 98, in: protections),
        .information(.balanceStart, 105, in: protections, range: cellVoltages),
        .information(.balanceTrigger, 106, in: protections, range: 1...1_000),
        .information(.sleepCell, 109, in: protections, range: cellVoltages),
        .text(.firmware, 150, in: identity, characters: 20),
        .text(.serial, 160, in: identity, characters: 20),
    ]

    private static let cellVoltages: ClosedRange<Int32> = 1_000...5_000
    private static let currents: ClosedRange<Int32> = 1_000...2_000_000

    /// Registers 9 (warnings), 10 (protections; not the same bits) and 11 (faults and states).
    private static let alarmBits: [_ of AlarmBit] = [
        warning(0, "cell high", AlarmMask(.cellOverVoltage)),
        warning(1, "cell low", AlarmMask(.cellUnderVoltage)),
        warning(2, "pack high", AlarmMask(.packOverVoltage)),
        warning(3, "pack low", AlarmMask(.packUnderVoltage)),
        warning(4, "charge current high", AlarmMask(.chargeOverCurrent)),
        warning(5, "discharge current high", AlarmMask(.dischargeOverCurrent)),
        warning(8, "warm while charging", AlarmMask(.chargeOverTemperature)),
        warning(9, "warm while discharging", AlarmMask(.dischargeOverTemperature)),
        warning(10, "cold while charging", AlarmMask(.chargeUnderTemperature)),
        warning(11, "cold while discharging", AlarmMask(.dischargeUnderTemperature)),
        warning(12, "surroundings warm", AlarmMask(.batteryOverTemperature)),
        warning(13, "surroundings cold", cold),
        warning(14, "power board warm", AlarmMask(.mosfetOverTemperature)),
        AlarmBit.register(9, in: pack, bit: 15, "SOC low"),
        protection(0, "cell over-voltage", AlarmMask(.cellOverVoltage)),
        protection(1, "cell under-voltage", AlarmMask(.cellUnderVoltage)),
        protection(2, "pack over-voltage", AlarmMask(.packOverVoltage)),
        protection(3, "pack under-voltage", AlarmMask(.packUnderVoltage)),
        protection(4, "charge over-current", AlarmMask(.chargeOverCurrent)),
        protection(5, "discharge over-current", AlarmMask(.dischargeOverCurrent)),
        protection(6, "short circuit", AlarmMask(.chargeShortCircuit, .dischargeShortCircuit)),
        protection(7, "charger's voltage too high", AlarmMask(.packOverVoltage)),
        protection(8, "too warm to charge", AlarmMask(.chargeOverTemperature)),
        protection(9, "too warm to discharge", AlarmMask(.dischargeOverTemperature)),
        protection(10, "too cold to charge", AlarmMask(.chargeUnderTemperature)),
        protection(11, "too cold to discharge", AlarmMask(.dischargeUnderTemperature)),
        protection(12, "power board too warm", AlarmMask(.mosfetOverTemperature)),
        protection(13, "surroundings too warm", AlarmMask(.batteryOverTemperature)),
        protection(14, "surroundings too cold", cold),
        fault(0, "charge MOSFET", AlarmMask(.chargeSwitchFault)),
        fault(1, "discharge MOSFET", AlarmMask(.dischargeSwitchFault)),
        fault(2, "temperature sensor", AlarmMask(.temperatureSensorFault)),
        fault(4, "cell", AlarmMask(.imbalance)),
        fault(5, "front-end circuit", AlarmMask(.internalCommunication)),
        state(8, "charging"),
        state(9, "discharging"),
        state(10, "charge MOSFET on"),
        state(11, "discharge MOSFET on"),
        state(12, "charge current limited"),
        state(14, "charger reversed"),
        state(15, "heater on"),
    ]

    private static let cold = AlarmMask(.chargeUnderTemperature, .dischargeUnderTemperature)

    private static func warning(_ bit: UInt8, _ name: StaticString, _ kinds: AlarmMask) -> AlarmBit {
        .register(9, in: pack, bit: bit, name, kinds, .warning)
    }

    private static func protection(_ bit: UInt8, _ name: StaticString, _ kinds: AlarmMask) -> AlarmBit {
        .register(10, in: pack, bit: bit, name, kinds, .protection)
    }

    private static func fault(_ bit: UInt8, _ name: StaticString, _ kinds: AlarmMask) -> AlarmBit {
        .register(11, in: pack, bit: bit, name, kinds, .protection)
    }

    private static func state(_ bit: UInt8, _ name: StaticString) -> AlarmBit {
        .register(11, in: pack, bit: bit, name)
    }
}

extension SignalRow where Meaning == PackMeaning {
    /// Tenths of a degree at which a protection begins or ends.
    fileprivate static func threshold(_ field: PackField, _ register: UInt16, in block: UInt16) -> PackRow {
        .information(field, register, in: block, signed: true, range: -500...1_500)
    }
}

// MARK: - What rows cannot say

extension PaceModbus {
    private static func decode(
        _ answer: Span<UInt8>, _ poll: Int, _ now: Instant, _ reading: inout PackReading
    ) throws(AnswerError) {
        try map.decode(answer, poll, now, &reading) { (block, _, _, reading) throws(SignalError) in
            guard block == cells else { return }
            try refuseNumberOfCells(reading)
            leaveOutAbsentCells(&reading)
        }
    }

    /// The newer layout has the number of cells (at most 32) in the place of the first.
    private static func refuseNumberOfCells(_ reading: PackReading) throws(SignalError) {
        guard let first = reading.cellMillivolts?.value[0], (1...32).contains(first) else { return }
        throw .outOfRange(signal: SignalName("cell"), value: Int64(first))
    }

    /// A pack of fewer than sixteen cells reads 0 in the places behind its last one.
    ///
    /// A dead cell in the last place looks the same; the pack's own voltage, and the number of cells that is
    /// configured here, tell them apart.
    private static func leaveOutAbsentCells(_ reading: inout PackReading) {
        guard let values = reading.cellMillivolts?.value else { return }
        var count = CellValues.maximum
        while count > 0, values[count - 1] ?? 0 == 0 { count -= 1 }
        reading.keepCells(count)
    }
}
