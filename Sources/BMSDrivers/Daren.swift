import BatteryModel
import BusCodec

/// Daren 485 boards (Daren, KS48100, Sacred Sun and others) on RS485: telecom frames with VER 22 and CID1 4A.
///
/// One question has an answer with everything that changes. Its places are known for sixteen cells and four sensors
/// alone; an answer with other numbers is refused. Limits are behind other questions (47, B0) of which no answer has
/// been captured, so they stay unknown. Newer firmware of KS48100 begins its frames with another character and is not
/// understood.
///
/// Sources: a captured question and answer (see the golden table); the bits of the alarms from one open reader.
public enum Daren {
    /// The driver.
    public static let driver = BMSDriver(
        sheet: sheet, pollCount: map.questions.count, poll: { map.questions[$0].poll },
        request: { map.request($0, $1, &$2) }, scan: { (head, _, _) in map.scan(head) }, decode: decode,
        answer: answer, visitFacts: { map.visitFacts($0) })

    /// What is said about the protocol as a whole.
    ///
    /// An answer takes 230 ms at 9600 baud. That charging is positive is known from the reader; the captured current
    /// is 0.
    public static let sheet = DriverSheet(
        id: "daren", name: "Daren 485, KS48100, Sacred Sun (RS485)", addresses: 1...16, baud: 9_600,
        timing: LineTiming(
            spacing: .milliseconds(100), timeout: .seconds(1), probeTimeout: .milliseconds(700),
            gap: .milliseconds(50)),
        evidence: "one captured answer of 16 cells; alarm bits and the sign of the current from one reader",
        isExperimental: true)

    private static let map = TelecomMap(
        title: "Answer to 42",
        dialect: TelecomDialect(
            version: 0x22, versions: 0x22...0x22, deviceClass: 0x4A, refusals: 0x90...0x91),
        addresses: sheet.addresses, sensors: .none, questions: questions, rows: rows, alarmBits: alarmBits)

    private static let questions: [_ of TelecomQuestion] = [
        TelecomQuestion(Poll("status", .live, .frames), command: 0x42, namesPack: true, .rows(99...99))
    ]

    private static let status: UInt32 = 0x42

    private static let rows: [_ of PackRow] = [
        PackRow("flag", in: status, byte: 0, bits: 8, unit: .bits, .reserved),
        PackRow(
            "soc", in: status, byte: 1, bits: 16, .big, over: 10, unit: .permille, range: 0...1_000,
            .number(.soc)),
        hundredths("pack_voltage", 3, unit: .millivolts, .number(.packVoltage)),
        PackRow("cells", in: status, byte: 5, bits: 8, unit: .count, .number(.configuredCells)),
        PackRow(
            "cell", in: status, byte: 6, bits: 16, .big, unit: .millivolts, range: 0...6_000, count: 16,
            .cellVoltages),
        temperature("ambient_temperature", 38, .information(.ambientTemperature)),
        temperature("average_temperature", 40, .reserved),
        temperature("mosfet_temperature", 42, .number(.mosfetTemperature)),
        PackRow("sensors", in: status, byte: 44, bits: 8, unit: .count, .reserved),
        temperature("temperature", 45, .temperatures, count: 4),
        PackRow(
            "current", in: status, byte: 53, bits: 16, .big, signed: true, times: 10, unit: .milliamps,
            .number(.current)),
        PackRow(
            "soh", in: status, byte: 57, bits: 16, .big, times: 10, unit: .permille, range: 0...1_000,
            .number(.soh)),
        hundredths("full_capacity", 60, unit: .milliampHours, .number(.fullCapacity)),
        hundredths("remaining_capacity", 62, unit: .milliampHours, .number(.remainingCapacity)),
        PackRow("cycles", in: status, byte: 64, bits: 16, .big, .information(.cycles)),
        PackRow("voltage_alarms", in: status, byte: 66, bits: 16, .big, unit: .bits, .reserved),
        PackRow("current_alarms", in: status, byte: 68, bits: 16, .big, unit: .bits, .reserved),
        PackRow("temperature_alarms", in: status, byte: 70, bits: 16, .big, unit: .bits, .reserved),
        PackRow("faults", in: status, byte: 72, bits: 16, .big, unit: .bits, .reserved),
        PackRow(
            "charge_switch", in: status, byte: 75, bit: 0, bits: 1, unit: .onOff, range: 0...1,
            .number(.chargeSwitch)),
        PackRow(
            "discharge_switch", in: status, byte: 75, bit: 1, bits: 1, unit: .onOff, range: 0...1,
            .number(.dischargeSwitch)),
    ]

    private static let alarmBits: [_ of AlarmBit] = [
        voltage(0, "cell over-voltage", AlarmMask(.cellOverVoltage), .protection),
        voltage(1, "cell under-voltage", AlarmMask(.cellUnderVoltage), .protection),
        voltage(2, "pack over-voltage", AlarmMask(.packOverVoltage), .protection),
        voltage(3, "pack under-voltage", AlarmMask(.packUnderVoltage), .protection),
        voltage(4, "cell voltage high", AlarmMask(.cellOverVoltage), .warning),
        voltage(5, "cell voltage low", AlarmMask(.cellUnderVoltage), .warning),
        voltage(6, "pack voltage high", AlarmMask(.packOverVoltage), .warning),
        voltage(7, "pack voltage low", AlarmMask(.packUnderVoltage), .warning),
        voltage(8, "cells apart", AlarmMask(.imbalance), .warning),
        // The fuse lies in the way of either current.
        voltage(13, "fuse blown", AlarmMask(.chargeSwitchFault, .dischargeSwitchFault), .protection),
        voltage(14, "cells too far apart", AlarmMask(.imbalance), .protection),
        current(2, "charge over-current", AlarmMask(.chargeOverCurrent), .protection),
        current(3, "short circuit", AlarmMask(.chargeShortCircuit, .dischargeShortCircuit), .protection),
        current(4, "discharge over-current", AlarmMask(.dischargeOverCurrent), .protection),
        current(5, "discharge over-current, second", AlarmMask(.dischargeOverCurrent), .protection),
        current(6, "charge current high", AlarmMask(.chargeOverCurrent), .warning),
        current(7, "discharge current high", AlarmMask(.dischargeOverCurrent), .warning),
        heat(0, "too warm to charge", AlarmMask(.chargeOverTemperature), .protection),
        heat(1, "too cold to charge", AlarmMask(.chargeUnderTemperature), .protection),
        heat(2, "too warm to discharge", AlarmMask(.dischargeOverTemperature), .protection),
        heat(3, "too cold to discharge", AlarmMask(.dischargeUnderTemperature), .protection),
        heat(4, "surroundings too warm", AlarmMask(.batteryOverTemperature), .protection),
        heat(6, "MOSFET over-temperature", AlarmMask(.mosfetOverTemperature), .protection),
        heat(8, "warm for charging", AlarmMask(.chargeOverTemperature), .warning),
        heat(9, "cold for charging", AlarmMask(.chargeUnderTemperature), .warning),
        heat(10, "warm for discharging", AlarmMask(.dischargeOverTemperature), .warning),
        heat(11, "cold for discharging", AlarmMask(.dischargeUnderTemperature), .warning),
        heat(12, "surroundings warm", AlarmMask(.batteryOverTemperature), .warning),
        heat(14, "MOSFET warm", AlarmMask(.mosfetOverTemperature), .warning),
        fault(1, "component fault 1"),
        fault(2, "component fault 2"),
        fault(3, "component fault 3"),
        fault(4, "component fault 4"),
        fault(5, "component fault 5"),
        fault(6, "component fault 6"),
        AlarmBit(in: status, byte: 73, bit: 7, "low SOC"),
    ]
}

// MARK: - Kinds of rows

extension Daren {
    private static func hundredths(
        _ name: StaticString, _ byte: UInt16, unit: Unit, _ meaning: PackMeaning
    ) -> PackRow {
        PackRow(name, in: status, byte: byte, bits: 16, .big, times: 10, unit: unit, meaning)
    }

    private static func temperature(
        _ name: StaticString, _ byte: UInt16, _ meaning: PackMeaning, count: UInt8 = 1
    ) -> PackRow {
        PackRow(
            name, in: status, byte: byte, bits: 16, .big, signed: true, unit: .decicelsius,
            range: -1_000...2_000, count: count, meaning)
    }

    private static func voltage(
        _ bit: UInt8, _ name: StaticString, _ kinds: AlarmMask, _ level: AlarmLevel
    ) -> AlarmBit { alarm(word: 66, bit, name, kinds, level) }

    private static func current(
        _ bit: UInt8, _ name: StaticString, _ kinds: AlarmMask, _ level: AlarmLevel
    ) -> AlarmBit { alarm(word: 68, bit, name, kinds, level) }

    private static func heat(
        _ bit: UInt8, _ name: StaticString, _ kinds: AlarmMask, _ level: AlarmLevel
    ) -> AlarmBit { alarm(word: 70, bit, name, kinds, level) }

    /// Which component it is, the source does not say.
    private static func fault(_ bit: UInt8, _ name: StaticString) -> AlarmBit {
        alarm(word: 72, bit, name, AlarmMask(.internalCommunication), .protection)
    }

    private static func alarm(
        word: UInt16, _ bit: UInt8, _ name: StaticString, _ kinds: AlarmMask, _ level: AlarmLevel
    ) -> AlarmBit {
        AlarmBit(in: status, byte: bit < 8 ? word + 1 : word, bit: bit % 8, name, kinds, level)
    }
}

// MARK: - What rows cannot say

extension Daren {
    /// With other numbers of cells or sensors nobody has told what stands where; nor what any bit means of two bytes
    /// among those of the alarms.
    private static func decode(
        _ answer: Span<UInt8>, _ poll: Int, _ now: Instant, _ reading: inout PackReading
    ) throws(AnswerError) {
        var next = reading
        var isKnown = false
        try map.decode(answer, poll, now, &next) { (_, fields, _, next) in
            isKnown = fields[cellCountByte] == cellCount && fields[sensorCountByte] == sensorCount
            if fields[currentAlarms] | fields[faults] != 0 { next.alarms?.value.raise(.undocumented, .info) }
        }
        guard isKnown else { throw .wrongStructure }
        reading = next
    }

    /// Silent with other than sixteen cells.
    private static func answer(
        _ request: Span<UInt8>, _ reading: borrowing PackReading, _ buffer: inout AnswerBuffer
    ) {
        map.answer(request, reading, &buffer) { (_, _, _, fields) throws(SignalError) in
            guard fields[cellCountByte] == cellCount else {
                throw .outOfRange(signal: SignalName("cells"), value: Int64(fields[cellCountByte]))
            }
            fields[sensorCountByte] = sensorCount
            fields[alwaysOneByte] = 1
        }
    }

    private static let (cellCountByte, cellCount) = (5, UInt8(16))
    private static let (sensorCountByte, sensorCount) = (44, UInt8(4))
    private static let alwaysOneByte = 59
    private static let (currentAlarms, faults) = (68, 72)
}
