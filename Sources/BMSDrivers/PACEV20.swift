import BatteryModel
import BusCodec

/// EG4 LifePower4 and kin on RS485: the "paceic" protocol, version 20, with device class 4A.
///
/// Not the version 20 of Pylontech and Seplos, which have device class 46. Questions have no INFO. The settings (47)
/// have not been recorded and are not read, and the protocol asks for no currents.
///
/// Sources: EG4's LifePower4 protocol with examples; captures of one pack, see the golden table.
public enum PACEV20 {
    /// The driver.
    public static let driver = BMSDriver(
        sheet: sheet, pollCount: map.questions.count, poll: { map.questions[$0].poll },
        request: { map.request($0, $1, &$2) }, scan: { (head, _, _) in map.scan(head) },
        decode: { (answer, poll, now, reading) throws(AnswerError) in
            try map.decode(answer, poll, now, &reading)
        },
        answer: answer, visitFacts: { map.visitFacts($0) })

    /// What is said about the protocol as a whole.
    ///
    /// Address 0 is the master of a chain, or a pack by itself. Answers come 250 to 370 ms after the question, and the
    /// longest takes 230 ms at 9 600 baud.
    public static let sheet = DriverSheet(
        id: "pace-v20", name: "EG4 LifePower4, PACE V20 with class 4A (RS485)", addresses: 0...15,
        baud: 9_600,
        timing: LineTiming(
            spacing: .milliseconds(250), timeout: .milliseconds(1_000), probeTimeout: .milliseconds(800),
            gap: .milliseconds(50)),
        evidence: """
            vendor's protocol with examples; captured answers of one pack, none with an alarm; the timing is that of \
            one log
            """,
        isExperimental: true)

    private static let map = TelecomMap(
        title: "Answers to 42 (status) and 44 (alarms) behind their cells and sensors",
        dialect: TelecomDialect(version: 0x20, versions: 0x20...0x20, deviceClass: 0x4A),
        addresses: sheet.addresses,
        // Four sensors are of the cells, which the answer counts, and beyond them one is of the surroundings and one of
        // the MOSFETs.
        sensors: TelecomSensors(documented: 6...6, cells: 0..<4, mosfet: 5, uncounted: 2),
        questions: questions, rows: rows, alarmBits: alarmBits)

    private static let questions: [_ of TelecomQuestion] = [
        TelecomQuestion(
            Poll("status", .live, .frames), command: 0x42, namesPack: false,
            .values(TelecomFields(length: 53, number: (count: 15, byte: 10)))),
        TelecomQuestion(
            Poll("alarms", .live, .frames), command: 0x44, namesPack: false,
            .codes(TelecomFields(length: 16, number: (count: 9, byte: 2)), isTwoWay: false, .warning)),
    ]

    /// 0 °C in 0.1 K.
    private static let zero: Int32 = 2_731

    /// The rows; the container is the command, and bytes count from behind the sensors.
    private static let rows: [_ of PackRow] = [
        TelecomRow.cells,
        TelecomRow.temperatures(zero: zero),
        TelecomRow.temperature(
            "ambient", in: TelecomRow.otherSensorSection, 8, zero: zero, .information(.ambientTemperature)),
        TelecomRow.temperature(
            "mosfet", in: TelecomRow.mosfetSection, 10, zero: zero, .number(.mosfetTemperature)),
        TelecomRow.word(
            "current", in: 0x42, 0, signed: true, times: 10, unit: .milliamps, .number(.current)),
        TelecomRow.word("pack_voltage", in: 0x42, 2, times: 10, unit: .millivolts, .number(.packVoltage)),
        TelecomRow.word(
            "remaining_capacity", in: 0x42, 4, times: 10, unit: .milliampHours, .number(.remainingCapacity)),
        TelecomRow.word(
            "full_capacity", in: 0x42, 6, times: 10, unit: .milliampHours, .number(.fullCapacity)),
        TelecomRow.word("cycles", in: 0x42, 8, .information(.cycles)),
        TelecomRow.word("soc", in: 0x42, 11, times: 10, unit: .permille, range: 0...1_000, .number(.soc)),
        TelecomRow.word(
            "soh", in: 0x42, 13, times: 10, unit: .permille, range: 0...1_000, .information(.soh)),
        TelecomRow.word("highest_cell", in: 0x42, 15, unit: .millivolts, .reserved),
        TelecomRow.word("lowest_cell", in: 0x42, 17, unit: .millivolts, .reserved),
        TelecomRow.word("spread", in: 0x42, 19, unit: .millivolts, .reserved),
        TelecomRow.temperature("warmest_cell", in: 0x42, 21, zero: zero, .copy(.temperature1)),
        TelecomRow.temperature("coldest_cell", in: 0x42, 23, zero: zero, .copy(.temperature1)),
        counter("charged", 25, times: 10, unit: .milliampHours),
        counter("discharged", 29, times: 10, unit: .milliampHours),
        counter("energy_charged", 33, unit: .wattHours),
        counter("energy_discharged", 37, unit: .wattHours),
        counter("time_charging", 41, unit: .hours),
        counter("time_discharging", 45, unit: .hours),
        TelecomRow.word("charges", in: 0x42, 49, .reserved),
        TelecomRow.word("discharges", in: 0x42, 51, .reserved),
        TelecomRow.flag("discharge_switch", in: 0x44, 9, bit: 0, .number(.dischargeSwitch)),
        TelecomRow.flag("charge_switch", in: 0x44, 9, bit: 1, .number(.chargeSwitch)),
        TelecomRow.flag("charge_limiter", in: 0x44, 9, bit: 2, .reserved),
        TelecomRow.flag("heater", in: 0x44, 9, bit: 3, .information(.heater)),
        // Bit 0 discharging, 1 charging, 3 standby.
        PackRow("state", in: 0x44, byte: 10, bits: 8, unit: .bits, .reserved),
        PackRow("balancing", in: 0x44, byte: 11, bits: 32, .big, unit: .bits, .reserved),
    ]

    private static func counter(
        _ name: StaticString, _ byte: UInt16, times: Int32 = 1, unit: Unit
    ) -> PackRow {
        PackRow(name, in: 0x42, byte: byte, bits: 32, .big, times: times, unit: unit, .reserved)
    }

    /// The events.
    private static let alarmBits: [_ of AlarmBit] = [
        AlarmBit(in: 0x44, byte: 3, bit: 0, "balancing"),
        warning(3, 4, "cells too far apart", AlarmMask(.imbalance)),
        protection(3, 5, "charge MOSFET", AlarmMask(.chargeSwitchFault)),
        protection(3, 6, "discharge MOSFET", AlarmMask(.dischargeSwitchFault)),
        warning(4, 0, "cell high", AlarmMask(.cellOverVoltage)),
        protection(4, 1, "cell over-voltage", AlarmMask(.cellOverVoltage)),
        warning(4, 2, "cell low", AlarmMask(.cellUnderVoltage)),
        protection(4, 3, "cell under-voltage", AlarmMask(.cellUnderVoltage)),
        warning(4, 4, "pack high", AlarmMask(.packOverVoltage)),
        protection(4, 5, "pack over-voltage", AlarmMask(.packOverVoltage)),
        warning(4, 6, "pack low", AlarmMask(.packUnderVoltage)),
        protection(4, 7, "pack under-voltage", AlarmMask(.packUnderVoltage)),
        // The upper half of the temperature events stands first.
        warning(5, 0, "surroundings warm", AlarmMask(.batteryOverTemperature)),
        protection(5, 1, "surroundings too warm", AlarmMask(.batteryOverTemperature)),
        warning(5, 2, "surroundings cold", TelecomCode.temperature.low),
        protection(5, 3, "surroundings too cold", TelecomCode.temperature.low),
        protection(5, 4, "MOSFETs too warm", AlarmMask(.mosfetOverTemperature)),
        protection(5, 5, "fire", AlarmMask(.batteryOverTemperature)),
        warning(6, 0, "warm to charge", AlarmMask(.chargeOverTemperature)),
        protection(6, 1, "too warm to charge", AlarmMask(.chargeOverTemperature)),
        warning(6, 2, "cold to charge", AlarmMask(.chargeUnderTemperature)),
        protection(6, 3, "too cold to charge", AlarmMask(.chargeUnderTemperature)),
        warning(6, 4, "warm to discharge", AlarmMask(.dischargeOverTemperature)),
        protection(6, 5, "too warm to discharge", AlarmMask(.dischargeOverTemperature)),
        warning(6, 6, "cold to discharge", AlarmMask(.dischargeUnderTemperature)),
        protection(6, 7, "too cold to discharge", AlarmMask(.dischargeUnderTemperature)),
        warning(7, 0, "charge current high", AlarmMask(.chargeOverCurrent)),
        protection(7, 1, "charge over-current", AlarmMask(.chargeOverCurrent)),
        warning(7, 2, "discharge current high", AlarmMask(.dischargeOverCurrent)),
        protection(7, 3, "discharge over-current", AlarmMask(.dischargeOverCurrent)),
        protection(7, 4, "discharge over-current, second level", AlarmMask(.dischargeOverCurrent)),
        protection(7, 5, "short circuit", shortCircuit),
        protection(7, 6, "locked after over-currents of the second level", AlarmMask(.dischargeOverCurrent)),
        protection(7, 7, "locked after short circuits", shortCircuit),
        AlarmBit(in: 0x44, byte: 8, bit: 0, "little charge left"),
    ]

    private static let shortCircuit = AlarmMask(.chargeShortCircuit, .dischargeShortCircuit)

    private static func protection(
        _ byte: UInt16, _ bit: UInt8, _ name: StaticString, _ kinds: AlarmMask
    ) -> AlarmBit {
        AlarmBit(in: 0x44, byte: byte, bit: bit, name, kinds, .protection)
    }

    private static func warning(
        _ byte: UInt16, _ bit: UInt8, _ name: StaticString, _ kinds: AlarmMask
    ) -> AlarmBit {
        AlarmBit(in: 0x44, byte: byte, bit: bit, name, kinds, .warning)
    }
}

// MARK: - What rows cannot say

extension PACEV20 {
    private static func answer(
        _ request: Span<UInt8>, _ reading: borrowing PackReading, _ buffer: inout AnswerBuffer
    ) {
        map.answer(request, reading, &buffer) { (command, _, reading, fields) in
            if command == 0x42 { writeExtremes(reading, &fields) }
        }
    }

    /// Highest and lowest cell and the difference, which are not read because the cells themselves are there.
    private static func writeExtremes(_ reading: borrowing PackReading, _ fields: inout MutableSpan<UInt8>) {
        guard let high = reading.cellMillivolts?.value.highest?.value,
            let low = reading.cellMillivolts?.value.lowest?.value
        else { return }
        let numbers: [3 of UInt16] = [high, low, high - low]
        for index in numbers.indices {
            fields[extremesPlace + 2 * index] = UInt8(numbers[index] >> 8)
            fields[extremesPlace + 2 * index + 1] = UInt8(truncatingIfNeeded: numbers[index])
        }
    }

    private static let extremesPlace = 15
}
