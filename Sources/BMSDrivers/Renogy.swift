import BatteryModel
import BusCodec

/// Renogy smart lithium (RBT series) on RS485: Modbus registers.
///
/// Single cells are told in whole tenths of a volt, cut off: all of 3.30 to 3.39 V reads 3.3. No limit can be made from
/// that, so they are not read as cells, and the pack is treated as one that reports none and tells limits of its own. In
/// both register dumps that are known these stand at what the BMS is set to; nobody has seen them fall before it cuts.
/// Therefore its settings are read as well, and nine tenths of its over-current protection hold beside them.
///
/// SOC is not told; it is the charge left as a part of the charge when full. The temperature of the power board (5035) reads
/// 0 on both packs and is not read. Some packs do not answer until they are woken by the button line. A question must not
/// reach across register 5034, which does not answer.
///
/// Sources: vendor's map V1.7 as two open projects list it; all registers of an RBT100LFP12SH-G1 and an RBT50LFP48S;
/// captured answers of an RBT100LFP12-BT over Bluetooth, which carries the same frames (see the golden table).
public enum Renogy {
    /// The driver.
    public static let driver = BMSDriver(
        sheet: sheet, pollCount: map.questions.count, poll: { map.questions[$0].poll },
        request: { map.request($0, $1, &$2) }, scan: scan, decode: decode, answer: answer,
        visitFacts: visitFacts)

    /// What is said about the protocol as a whole.
    ///
    /// A pack has address 247 until it is paired with the vendor's app or another of his devices, which give it 48 or one
    /// behind it. Known readers wait for 0.1 to 0.5 s; the longest answer takes 76 ms at 9600 baud.
    public static let sheet = DriverSheet(
        id: "renogy", name: "Renogy smart lithium (RS485 Modbus)", addresses: 48...247, factoryAddress: 247,
        baud: 9_600,
        timing: LineTiming(
            spacing: .milliseconds(50), timeout: .milliseconds(500), probeTimeout: .milliseconds(300),
            gap: .milliseconds(50)),
        evidence:
            "register dumps of two packs that agree with vendor's map V1.7; captured answers of a third; alarm bits from one reader",
        isExperimental: true)

    private static let status: UInt16 = 5_042
    private static let cells: UInt16 = 5_000
    private static let alarms: UInt16 = 5_100
    private static let settings: UInt16 = 5_200
    private static let identity: UInt16 = 5_104
    private static let sensorCountByte = 34
    private static let permissionByte = 19

    static let map = RegisterMap(questions: questions, rows: rows, alarmBits: alarmBits)

    private static let questions: [_ of RegisterQuestion] = [
        RegisterQuestion(Poll("status", .live, .frames), register: status, count: 11),
        RegisterQuestion(Poll("cells", .live, .frames), register: cells, count: 34),
        RegisterQuestion(Poll("alarms", .live, .frames), register: alarms, count: 10),
        // 5222 shuts the pack down if it is written; it is not even read.
        RegisterQuestion(Poll("settings", .slow, .frames, .optional), register: settings, count: 22),
        RegisterQuestion(Poll("identity", .slow, .frames, .optional), register: identity, count: 28),
    ]

    private static let rows: [_ of PackRow] = [
        .number(.current, 5_042, in: status, signed: true, times: 10),
        .number(.packVoltage, 5_043, in: status, times: 100),
        .number(.remainingCapacity, 5_044, in: status, words: 2),
        .number(.fullCapacity, 5_046, in: status, words: 2),
        .information(.cycles, 5_048, in: status),
        .number(.chargeVoltageLimit, 5_049, in: status, times: 100),
        .unused("discharge_voltage_limit", 5_050, in: status),
        .number(.chargeCurrentLimit, 5_051, in: status, signed: true, times: 10, range: 0...327_670),
        // Discharging is negative on the wire.
        .number(.dischargeCurrentLimit, 5_052, in: status, signed: true, times: -10, range: 0...327_680),
        .number(.configuredCells, 5_000, in: cells, range: 1...16),
        PackRow(
            "cell", in: UInt32(cells), byte: 2, bits: 16, .big, times: 100, unit: .millivolts, count: 16,
            .reserved),
        .unused("sensors", 5_017, in: cells),
        // Two bits to a cell: 1 low, 2 high, 3 something else.
        .unused("cell_voltage_alarms", 5_100, in: alarms, words: 2),
        .unused("cell_temperature_alarms", 5_102, in: alarms, words: 2),
        .unused("other_alarms", 5_104, in: alarms, words: 2),
        .flag(.chargeSwitch, 5_106, in: alarms, bit: 1),
        .flag(.dischargeSwitch, 5_106, in: alarms, bit: 2),
        .unused("status_2", 5_107, in: alarms),
        .unused("permissions", 5_109, in: alarms),
        .number(.cellOverVoltage, 5_200, in: settings, times: 100),
        .number(.cellUnderVoltage, 5_203, in: settings, times: 100),
        .number(.chargeOverTemperature, 5_204, in: settings, signed: true),
        .number(.chargeUnderTemperature, 5_207, in: settings, signed: true),
        .number(.chargeLimit, 5_209, in: settings, signed: true, times: 10, range: 0...327_670),
        .number(.dischargeOverTemperature, 5_215, in: settings, signed: true),
        .number(.dischargeLimit, 5_220, in: settings, signed: true, times: -10, range: 0...327_680),
        .text(.serial, 5_110, in: identity, characters: 16),
        .unused("versions", 5_118, in: identity, words: 4),
        .text(.model, 5_122, in: identity, characters: 16),
        .text(.firmware, 5_130, in: identity, characters: 4),
    ]

    /// The temperatures, one for each cell; as many are read as register 5017 says.
    private static let sensors: [1 of PackRow] = [.temperatures(5_018, in: cells, count: 16)]

    /// Registers 5106 (protections) and 5108 (warnings).
    private static let alarmBits: [_ of AlarmBit] = [
        protection(0, "short circuit", AlarmMask(.chargeShortCircuit, .dischargeShortCircuit)),
        state(1, "charge MOSFET on"),
        state(2, "discharge MOSFET on"),
        state(3, "in use"),
        protection(4, "charge over-current 2", AlarmMask(.chargeOverCurrent)),
        protection(5, "discharge over-current 2", AlarmMask(.dischargeOverCurrent)),
        protection(6, "pack over-voltage", AlarmMask(.packOverVoltage)),
        protection(7, "cell under-voltage", AlarmMask(.cellUnderVoltage)),
        protection(8, "cell over-voltage", AlarmMask(.cellOverVoltage)),
        protection(9, "charge over-current", AlarmMask(.chargeOverCurrent)),
        protection(10, "discharge over-current", AlarmMask(.dischargeOverCurrent)),
        protection(11, "too cold to discharge", AlarmMask(.dischargeUnderTemperature)),
        protection(12, "too warm to discharge", AlarmMask(.dischargeOverTemperature)),
        protection(13, "too cold to charge", AlarmMask(.chargeUnderTemperature)),
        protection(14, "too warm to charge", AlarmMask(.chargeOverTemperature)),
        protection(15, "pack under-voltage", AlarmMask(.packUnderVoltage)),
        warning(0, "cell low", AlarmMask(.cellUnderVoltage)),
        warning(1, "cell high", AlarmMask(.cellOverVoltage)),
        warning(2, "pack low", AlarmMask(.packUnderVoltage)),
        warning(3, "pack high", AlarmMask(.packOverVoltage)),
        warning(4, "cold while charging", AlarmMask(.chargeUnderTemperature)),
        warning(5, "warm while charging", AlarmMask(.chargeOverTemperature)),
        warning(6, "cold while discharging", AlarmMask(.dischargeUnderTemperature)),
        warning(7, "warm while discharging", AlarmMask(.dischargeOverTemperature)),
    ]

    private static func protection(_ bit: UInt8, _ name: StaticString, _ kinds: AlarmMask) -> AlarmBit {
        .register(5_106, in: alarms, bit: bit, name, kinds, .protection)
    }

    private static func state(_ bit: UInt8, _ name: StaticString) -> AlarmBit {
        .register(5_106, in: alarms, bit: bit, name)
    }

    private static func warning(_ bit: UInt8, _ name: StaticString, _ kinds: AlarmMask) -> AlarmBit {
        .register(5_108, in: alarms, bit: bit, name, kinds, .warning)
    }

    private static func visitFacts(_ visit: (DriverFact) -> Void) {
        map.visitFacts(visit)
        visit(.block("as many as 'sensors' says"))
        visit(.signal(sensors[0]))
    }
}

// MARK: - The host side

extension Renogy {
    private static func scan(_ head: Span<UInt8>, _ listening: Bool, _ isLast: Bool) -> ScanStep<LineItem> {
        sheet.addresses.contains(head[0]) ? map.scan(head, listening) : .noise(.noStart)
    }

    private static func decode(
        _ answer: Span<UInt8>, _ poll: Int, _ now: Instant, _ reading: inout PackReading
    ) throws(AnswerError) {
        try map.decode(answer, poll, now, &reading) { (block, data, now, reading) throws(SignalError) in
            switch block {
            case status: reading[.soc] = StateOfCharge.computed(from: reading)
            case cells:
                let count = Int(data[sensorCountByte]) << 8 | Int(data[sensorCountByte + 1])
                try PackSection(UInt32(cells), repetitions: count)
                    .read(sensors, in: data, at: now, into: &reading)
            case alarms:
                takePermissions(data[permissionByte], now, &reading)
                addCellAlarms(data, now, &reading)
            default: break
            }
        }
    }

    /// Bits 6 and 7 of register 5109 permit charging and discharging; where one is missing, its switch counts as open.
    private static func takePermissions(_ byte: UInt8, _ now: Instant, _ reading: inout PackReading) {
        if byte & mayCharge == 0 { reading[.chargeSwitch] = Reading(0, at: now) }
        if byte & mayDischarge == 0 { reading[.dischargeSwitch] = Reading(0, at: now) }
    }

    private static let mayCharge: UInt8 = 1 << 6
    private static let mayDischarge: UInt8 = 1 << 7

    /// Warns of cells and sensors that are too low (lower bit) or too high (upper bit).
    ///
    /// Protections stand in register 5106. What else the words from 5104, and the upper half of 5108, say is not sure.
    private static func addCellAlarms(_ data: Span<UInt8>, _ now: Instant, _ reading: inout PackReading) {
        var found = reading.alarms?.value ?? AlarmSet()
        for byte in 0..<8 {
            let isVoltage = byte < 4
            if data[byte] & 0x55 != 0 {
                found.raise(isVoltage ? .cellUnderVoltage : .chargeUnderTemperature, .warning)
            }
            if data[byte] & 0xAA != 0 {
                found.raise(isVoltage ? .cellOverVoltage : .batteryOverTemperature, .warning)
            }
        }
        if data[8] | data[9] | data[10] | data[11] | data[16] != 0 { found.raise(.undocumented, .info) }
        reading.alarms = Reading(found, at: now)
    }
}

// MARK: - The battery side

extension Renogy {
    private static func answer(
        _ request: Span<UInt8>, _ reading: borrowing PackReading, _ buffer: inout AnswerBuffer
    ) {
        map.answer(request, reading, &buffer) { (block, reading, data) throws(SignalError) in
            switch block {
            case cells:
                let count = reading.cellSensorsInARow
                data[sensorCountByte + 1] = UInt8(count)
                try PackSection(UInt32(cells), repetitions: count).write(sensors, from: reading, into: &data)
            case alarms:
                if reading[.chargeSwitch]?.value == 1 { data[permissionByte] |= mayCharge }
                if reading[.dischargeSwitch]?.value == 1 { data[permissionByte] |= mayDischarge }
            default: break
            }
        }
    }
}
