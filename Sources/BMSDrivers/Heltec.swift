import BatteryModel
import BusCodec

/// Heltec and YYBMS smart boards on RS485: Modbus RTU, function 3, with its numbers the wrong way round.
///
/// Numbers of 16 and 32 bits begin with their least significant byte, unlike in other Modbus; texts are in order. Boards
/// of up to sixteen cells are read; one with more is refused, because nobody has shown how it answers. Discharging is
/// positive on the wire. What the board allows is not told, but what it is set to.
///
/// The blocks span registers that the known reader leaves out, to save questions: boards are slow. The Bluetooth password
/// (47, 48) is not asked for.
///
/// Source: one open reader, tested by its author on one board (mr-manuel/venus-os_dbus-serialbattery,
/// heltecmodbus.py). No frame has been captured.
public enum Heltec {
    /// The driver.
    public static let driver = BMSDriver(
        sheet: sheet, pollCount: map.questions.count, poll: { map.questions[$0].poll },
        request: { map.request($0, $1, &$2) }, scan: { (head, listening, _) in map.scan(head, listening) },
        decode: decode, answer: { (request, reading, buffer) in map.answer(request, reading, &buffer) },
        visitFacts: { map.visitFacts($0) })

    /// What is said about the protocol as a whole.
    ///
    /// The reader waits for 400 ms, pauses for 30 ms, and tries up to three times.
    public static let sheet = DriverSheet(
        id: "heltec", name: "Heltec, YYBMS smart BMS (RS485 Modbus)", addresses: 1...16, baud: 9_600,
        timing: LineTiming(
            spacing: .milliseconds(50), timeout: .milliseconds(600), probeTimeout: .milliseconds(400),
            gap: .milliseconds(50)),
        evidence:
            "one open reader, tested by its author on one board; no captured frame, and blocks of registers that he reads one by one",
        isExperimental: true)

    private static let pack: UInt16 = 75
    private static let cells: UInt16 = 81
    private static let state: UInt16 = 112
    private static let alarms: UInt16 = 152
    private static let voltages: UInt16 = 169
    private static let currents: UInt16 = 191
    private static let identity: UInt16 = 7

    static let map = RegisterMap(questions: questions, rows: rows, alarmBits: alarmBits)

    private static let questions: [_ of RegisterQuestion] = [
        RegisterQuestion(Poll("pack", .live, .frames), register: pack, count: 5),
        RegisterQuestion(Poll("cells", .live, .frames), register: cells, count: 16),
        RegisterQuestion(Poll("state", .live, .frames), register: state, count: 9),
        RegisterQuestion(Poll("alarms", .live, .frames), register: alarms, count: 6),
        RegisterQuestion(Poll("voltage settings", .slow, .frames, .optional), register: voltages, count: 4),
        RegisterQuestion(Poll("current settings", .slow, .frames, .optional), register: currents, count: 4),
        RegisterQuestion(Poll("identity", .slow, .frames, .optional), register: identity, count: 13),
    ]

    private static let rows: [_ of PackRow] = [
        // Half a register each: 75 has the number of cells first, then their chemistry (0 NMC, 1 LFP, 2 LTO).
        byte("cells", 0, in: pack, unit: .count, range: 1...16, .number(.configuredCells)),
        byte("chemistry", 1, in: pack, unit: .choice, .reserved),
        number(.packVoltage, 76, in: pack, words: 2, range: 5_000...100_000),
        number(.current, 78, in: pack, words: 2, times: -10, range: -2_000_000...2_000_000),
        PackRow(
            "cell", in: UInt32(cells), byte: 0, bits: 16, .little, unit: .millivolts, range: 0...6_000,
            count: 16, .cellVoltages),
        byte("balancer_temperature", 0, in: state, plus: -40, unit: .count, .reserved),
        temperature(.mosfetTemperature, 1),
        temperature(.temperature2, 2),
        temperature(.temperature1, 3),
        information(.designCapacity, 118, in: state, times: 100),
        byte(
            "soc", 16, in: state, times: 10, unit: .permille, range: 0...1_000, .number(.soc)),
        byte(
            "soh", 17, in: state, times: 10, unit: .permille, range: 0...1_000, .information(.soh)),
        // Bits 28 and 29 of the state say that a direction is blocked.
        blocked(.chargeSwitch, bit: 4),
        blocked(.dischargeSwitch, bit: 5),
        number(.cellOverVoltage, 169, in: voltages),
        number(.cellUnderVoltage, 172, in: voltages),
        number(.chargeLimit, 191, in: currents, times: 10),
        number(.dischargeLimit, 194, in: currents, times: 10),
        .text(.hardware, 7, in: identity, characters: 26),
    ]

    /// Bits 0 to 15 of registers 156 and 157.
    private static let alarmBits: [_ of AlarmBit] = [
        protection(0, "cell over-voltage", AlarmMask(.cellOverVoltage)),
        protection(1, "cell under-voltage", AlarmMask(.cellUnderVoltage)),
        protection(3, "pack over-voltage", AlarmMask(.packOverVoltage)),
        protection(4, "pack under-voltage", AlarmMask(.packUnderVoltage)),
        protection(5, "charge over-current", AlarmMask(.chargeOverCurrent)),
        protection(6, "discharge over-current", AlarmMask(.dischargeOverCurrent)),
        protection(7, "discharge over-current 2", AlarmMask(.dischargeOverCurrent)),
        protection(8, "short circuit", AlarmMask(.chargeShortCircuit, .dischargeShortCircuit)),
        protection(9, "too warm to charge", AlarmMask(.chargeOverTemperature)),
        protection(10, "too cold to charge", AlarmMask(.chargeUnderTemperature)),
        protection(11, "too warm to discharge", AlarmMask(.dischargeOverTemperature)),
        protection(12, "too cold to discharge", AlarmMask(.dischargeUnderTemperature)),
        protection(13, "power board too warm", AlarmMask(.mosfetOverTemperature)),
        alarm(14, "SOC low", AlarmMask(), .info),
        // The switch says that charging has ended.
        alarm(15, "full", AlarmMask(), .info),
    ]

    private static func protection(_ bit: UInt8, _ name: StaticString, _ kinds: AlarmMask) -> AlarmBit {
        alarm(bit, name, kinds, .protection)
    }

    private static func alarm(
        _ bit: UInt8, _ name: StaticString, _ kinds: AlarmMask, _ level: AlarmLevel
    ) -> AlarmBit {
        AlarmBit(in: UInt32(alarms), byte: 8 + UInt16(bit / 8), bit: bit % 8, name, kinds, level)
    }
}

// MARK: - Rows with the least significant byte first

extension Heltec {
    private static func number(
        _ field: PackField, _ register: UInt16, in block: UInt16, words: UInt16 = 1, times: Int32 = 1,
        range: ClosedRange<Int32> = Int32.min...Int32.max
    ) -> PackRow {
        PackRow(
            field.name, in: UInt32(block), byte: 2 * (register - block), bits: 16 * words, .little,
            signed: words > 1, times: times, unit: field.unit, range: range, .number(field))
    }

    private static func information(
        _ field: PackField, _ register: UInt16, in block: UInt16, times: Int32
    ) -> PackRow {
        var row = number(field, register, in: block, times: times)
        row.meaning = .information(field)
        return row
    }

    private static func byte(
        _ name: StaticString, _ place: UInt16, in block: UInt16, times: Int32 = 1, plus: Int32 = 0,
        unit: Unit, range: ClosedRange<Int32> = Int32.min...Int32.max, _ meaning: PackMeaning
    ) -> PackRow {
        PackRow(
            name, in: UInt32(block), byte: place, bits: 8, times: times, plus: plus, unit: unit, range: range,
            meaning)
    }

    private static func temperature(_ field: PackField, _ place: UInt16) -> PackRow {
        byte(
            field.name, place, in: state, times: 10, plus: -400, unit: .decicelsius, range: -400...1_500,
            .number(field))
    }

    /// A switch that counts as closed while its direction is not blocked; `bit` counts in the fourth byte.
    private static func blocked(_ field: PackField, bit: UInt8) -> PackRow {
        PackRow(
            field.name, in: UInt32(alarms), byte: 3, bit: bit, bits: 1, times: -1, plus: 1, unit: .onOff,
            range: 0...1, .number(field))
    }
}

// MARK: - What rows cannot say

extension Heltec {
    private static func decode(
        _ answer: Span<UInt8>, _ poll: Int, _ now: Instant, _ reading: inout PackReading
    ) throws(AnswerError) {
        try map.decode(answer, poll, now, &reading) { (block, data, now, reading) in
            switch block {
            case pack: keepCells(of: &reading)
            case cells: keepCells(of: &reading)
            case alarms: addFaults(data[10] | data[11], now, &reading)
            default: break
            }
        }
    }

    /// The places behind the last cell hold nothing; how many cells there are is told by another answer.
    private static func keepCells(of reading: inout PackReading) {
        reading.keepCells(Int(reading[.configuredCells]?.value ?? 0))
    }

    /// Bits 16 to 31 are faults of the board itself; the reader does not tell them apart.
    private static func addFaults(_ bits: UInt8, _ now: Instant, _ reading: inout PackReading) {
        guard bits != 0, var found = reading.alarms?.value else { return }
        found.raise(.internalCommunication, .protection)
        reading.alarms = Reading(found, at: now)
    }
}
