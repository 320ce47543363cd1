import BatteryModel
import BusCodec

/// PACE boards on RS485 or RS232: the "paceic" protocol, version 25.
///
/// In a chain the pack with address 1 is the master of the packs' own bus and asks without pause; a host takes the
/// port for inverters, or RS232. Firmware that answers with VER 20 or 26 and without the design capacity exists; nobody
/// has recorded it, so it is not understood. The settings are not read (they are documented for RS232 only), and the
/// protocol asks for no currents.
///
/// Sources: PACE's RS485 protocol of 2018-06-15 and RS232 protocol of 2018-07-05; captures of two packs, see the golden
/// table.
public enum PACE {
    /// The driver.
    public static let driver = BMSDriver(
        sheet: sheet, pollCount: map.questions.count, poll: { map.questions[$0].poll },
        request: { map.request($0, $1, &$2) }, scan: { (head, _, _) in map.scan(head) }, decode: decode,
        answer: answer, visitFacts: { map.visitFacts($0) })

    /// What is said about the protocol as a whole.
    ///
    /// The document has 9 600 baud on both sockets; some packs run at 115 200 on RS232, some are listed with 19 200 on
    /// RS485. Address 0 is a pack by itself, 1 the master of a chain.
    public static let sheet = DriverSheet(
        id: "pace", name: "PACE V25, paceic (RS485 or RS232)", addresses: 0...15, baud: 9_600,
        otherBauds: [19_200, 115_200, 0],
        timing: LineTiming(
            spacing: .milliseconds(200), timeout: .milliseconds(500), probeTimeout: .milliseconds(400),
            gap: .milliseconds(50)),
        evidence: """
            vendor's protocols of 2018 with an example; captured answers of two packs to 42 and 44 and of one to C1 \
            and C2, none with an alarm
            """,
        isExperimental: false)

    private static let map = TelecomMap(
        title: "Answers to 42 (status), 44 (alarms) behind their cells and sensors, C1 and C2",
        dialect: TelecomDialect(version: 0x25, versions: 0x25...0x25), addresses: sheet.addresses,
        // Four sensors are of the cells, one is of the MOSFETs, one of the surroundings.
        sensors: TelecomSensors(documented: 6...6, cells: 0..<4, mosfet: 4), questions: questions, rows: rows,
        alarmBits: alarmBits)

    /// Some packs repeat SOC, capacities and SOH behind the status, 14 bytes that are not documented; some add a byte
    /// behind the alarms.
    private static let questions: [_ of TelecomQuestion] = [
        TelecomQuestion(
            Poll("status", .live, .frames), command: 0x42, namesPack: true,
            .values(TelecomFields(length: 13, tail: 20, number: (count: 3, byte: 6)))),
        TelecomQuestion(
            Poll("alarms", .live, .frames), command: 0x44, namesPack: true,
            .codes(TelecomFields(length: 12, tail: 1), isTwoWay: true, .warning)),
        TelecomQuestion(
            Poll("version", .slow, .frames, .optional), command: 0xC1, namesPack: false,
            .rows(20...20, text: 0..<20)),
        TelecomQuestion(
            Poll("product", .slow, .frames, .optional), command: 0xC2, namesPack: false,
            .rows(20...40, text: 0..<20)),
    ]

    /// 0 °C in 0.1 K; other members of the family, and one reading of this one, have 2731.
    private static let zero: Int32 = 2_730

    /// The rows; the container is the command, for 42 and 44 its fields behind the sensors.
    private static let rows: [_ of PackRow] = [
        TelecomRow.cells,
        TelecomRow.temperatures(zero: zero),
        TelecomRow.temperature(
            "mosfet", in: TelecomRow.mosfetSection, 8, zero: zero, .number(.mosfetTemperature)),
        TelecomRow.temperature(
            "ambient", in: TelecomRow.otherSensorSection, 10, zero: zero, .information(.ambientTemperature)),
        TelecomRow.word(
            "current", in: 0x42, 0, signed: true, times: 10, unit: .milliamps, .number(.current)),
        TelecomRow.word("pack_voltage", in: 0x42, 2, unit: .millivolts, .number(.packVoltage)),
        TelecomRow.word(
            "remaining_capacity", in: 0x42, 4, times: 10, unit: .milliampHours, .number(.remainingCapacity)),
        TelecomRow.word(
            "full_capacity", in: 0x42, 7, times: 10, unit: .milliampHours, .number(.fullCapacity)),
        TelecomRow.word("cycles", in: 0x42, 9, .information(.cycles)),
        TelecomRow.word(
            "design_capacity", in: 0x42, 11, times: 10, unit: .milliampHours, .information(.designCapacity)),
        TelecomRow.flag("current_limiter", in: 0x44, 5, bit: 0, .reserved),
        TelecomRow.flag("charge_switch", in: 0x44, 5, bit: 1, .number(.chargeSwitch)),
        TelecomRow.flag("discharge_switch", in: 0x44, 5, bit: 2, .number(.dischargeSwitch)),
        TelecomRow.flag("active", in: 0x44, 5, bit: 3, .reserved),
        TelecomRow.flag("poles_reversed", in: 0x44, 5, bit: 4, .reserved),
        TelecomRow.flag("mains", in: 0x44, 5, bit: 5, .reserved),
        TelecomRow.flag("heater", in: 0x44, 5, bit: 7, .information(.heater)),
        // Bit 0 buzzer, 3 limiter's low gear, 4 limiter disabled, 5 no warnings by LED.
        PackRow("control", in: 0x44, byte: 6, bits: 8, unit: .bits, .reserved),
        // Which byte is of cells 1 to 8 is not certain.
        TelecomRow.word("balancing", in: 0x44, 8, unit: .bits, .reserved),
        TelecomRow.text("version", in: 0xC1, 0, characters: 20, .firmware),
        TelecomRow.text("product", in: 0xC2, 0, characters: 20, .serial),
    ]

    /// The bits of protections, faults and warnings.
    private static let alarmBits: [_ of AlarmBit] = [
        alarm(3, 0, "cell over-voltage", AlarmMask(.cellOverVoltage)),
        alarm(3, 1, "cell under-voltage", AlarmMask(.cellUnderVoltage)),
        alarm(3, 2, "pack over-voltage", AlarmMask(.packOverVoltage)),
        alarm(3, 3, "pack under-voltage", AlarmMask(.packUnderVoltage)),
        alarm(3, 4, "charge over-current", AlarmMask(.chargeOverCurrent)),
        alarm(3, 5, "discharge over-current", AlarmMask(.dischargeOverCurrent)),
        alarm(3, 6, "short circuit", AlarmMask(.chargeShortCircuit, .dischargeShortCircuit)),
        alarm(3, 7, "charger over-voltage", AlarmMask(.packOverVoltage)),
        alarm(4, 0, "too warm to charge", AlarmMask(.chargeOverTemperature)),
        alarm(4, 1, "too warm to discharge", AlarmMask(.dischargeOverTemperature)),
        alarm(4, 2, "too cold to charge", AlarmMask(.chargeUnderTemperature)),
        alarm(4, 3, "too cold to discharge", AlarmMask(.dischargeUnderTemperature)),
        alarm(4, 4, "MOSFETs too warm", AlarmMask(.mosfetOverTemperature)),
        alarm(4, 5, "surroundings too warm", AlarmMask(.batteryOverTemperature)),
        alarm(4, 6, "surroundings too cold", TelecomCode.temperature.low),
        AlarmBit(in: 0x44, byte: 4, bit: 7, "fully charged"),
        alarm(7, 0, "charge MOSFET", AlarmMask(.chargeSwitchFault)),
        alarm(7, 1, "discharge MOSFET", AlarmMask(.dischargeSwitchFault)),
        alarm(7, 2, "temperature sensor", AlarmMask(.temperatureSensorFault)),
        // What it says of its cells is not to be relied on.
        alarm(7, 4, "cell", AlarmMask(.internalCommunication)),
        alarm(7, 5, "sampling", AlarmMask(.internalCommunication)),
        alarm(10, 0, "cell high", AlarmMask(.cellOverVoltage), .warning),
        alarm(10, 1, "cell low", AlarmMask(.cellUnderVoltage), .warning),
        alarm(10, 2, "pack high", AlarmMask(.packOverVoltage), .warning),
        alarm(10, 3, "pack low", AlarmMask(.packUnderVoltage), .warning),
        alarm(10, 4, "charge current high", AlarmMask(.chargeOverCurrent), .warning),
        alarm(10, 5, "discharge current high", AlarmMask(.dischargeOverCurrent), .warning),
        alarm(11, 0, "warm to charge", AlarmMask(.chargeOverTemperature), .warning),
        alarm(11, 1, "warm to discharge", AlarmMask(.dischargeOverTemperature), .warning),
        alarm(11, 2, "cold to charge", AlarmMask(.chargeUnderTemperature), .warning),
        alarm(11, 3, "cold to discharge", AlarmMask(.dischargeUnderTemperature), .warning),
        alarm(11, 4, "surroundings warm", AlarmMask(.batteryOverTemperature), .warning),
        alarm(11, 5, "surroundings cold", TelecomCode.temperature.low, .warning),
        alarm(11, 6, "MOSFETs warm", AlarmMask(.mosfetOverTemperature), .warning),
        AlarmBit(in: 0x44, byte: 11, bit: 7, "little charge left"),
    ]

    private static func alarm(
        _ byte: UInt16, _ bit: UInt8, _ name: StaticString, _ kinds: AlarmMask,
        _ level: AlarmLevel = .protection
    ) -> AlarmBit {
        AlarmBit(in: 0x44, byte: byte, bit: bit, name, kinds, level)
    }
}

// MARK: - What rows cannot say

extension PACE {
    private static func decode(
        _ answer: Span<UInt8>, _ poll: Int, _ now: Instant, _ reading: inout PackReading
    ) throws(AnswerError) {
        try map.decode(answer, poll, now, &reading) { (command, fields, _, reading) in
            if command == 0x42 { reading[.soc] = StateOfCharge.computed(from: reading) }
            guard command == 0x44, fields[statePlace] & polesReversed != 0 else { return }
            reading.alarms?.value.raise(.chargeSwitchFault, .protection)
            reading.alarms?.value.raise(.dischargeSwitchFault, .protection)
        }
    }

    /// A pack that answers is active.
    private static func answer(
        _ request: Span<UInt8>, _ reading: borrowing PackReading, _ buffer: inout AnswerBuffer
    ) {
        map.answer(request, reading, &buffer) { (command, _, _, fields) in
            if command == 0x44 { fields[statePlace] |= active }
        }
    }

    private static let statePlace = 5
    private static let active: UInt8 = 1 << 3
    private static let polesReversed: UInt8 = 1 << 4
}
