import BatteryModel
import BusCodec

extension JKCAN {
    /// The rows; the container is the identifier that address 0 sends.
    ///
    /// The highest and lowest temperature stand beside the sensors, in the places of two more: where sensor 3 is not
    /// at the MOSFETs, they still count it.
    static let rows: [_ of PackRow] = [
        number("pack_voltage", status, 0, 16, times: 100, .packVoltage),
        number("current", status, 2, 16, times: 100, plus: -400_000, .current),
        PackRow(
            "soc", in: status, byte: 4, bits: 8, times: 10, unit: .permille, range: 0...1_000, .number(.soc)),
        PackRow("discharge_time", in: status, byte: 6, bits: 16, .little, unit: .hours, .reserved),

        information("highest_cell", cellExtremes, 0, 16, .highestCell),
        information("highest_cell_number", cellExtremes, 2, 8, .highestCellNumber),
        information("lowest_cell", cellExtremes, 3, 16, .lowestCell),
        information("lowest_cell_number", cellExtremes, 5, 8, .lowestCellNumber),

        extremeTemperature("highest_temperature", byte: 0, highestTemperature),
        PackRow(
            "highest_temperature_sensor", in: temperatureExtremes, byte: 1, bits: 8, unit: .count, .reserved),
        extremeTemperature("lowest_temperature", byte: 2, lowestTemperature),
        PackRow(
            "lowest_temperature_sensor", in: temperatureExtremes, byte: 3, bits: 8, unit: .count, .reserved),
        PackRow(
            "mean_temperature", in: temperatureExtremes, byte: 4, bits: 8, times: 10, plus: -500,
            unit: .decicelsius, .reserved),

        number("alarm_levels", alarms, 0, 32, .alarmLevels),

        information("remaining_capacity", capacity, 0, 16, times: 100, .remainingCapacity),
        information("full_capacity", capacity, 2, 16, times: 100, .fullCapacity),
        // Begins again after 6553.5 Ah.
        PackRow(
            "charge_turned_over", in: capacity, byte: 4, bits: 16, .little, times: 100, unit: .milliampHours,
            .reserved),
        information("cycles", capacity, 6, 16, .cycles),

        PackRow("sensors_present", in: temperatures, byte: 0, bits: 8, unit: .bits, .sensorBits),
        sensor(1, .temperature1), sensor(2, .temperature2), sensor(3, .mosfetTemperature),
        sensor(4, .temperature3), sensor(5, .temperature4),

        PackRow("faults", in: faults, byte: 0, bits: 24, .little, unit: .bits, .alarmWord),

        information("uptime", state, 0, 32, times: 10, .uptime),
        information("heater_current", state, 4, 16, .heaterCurrent),
        PackRow(
            "soh", in: state, byte: 6, bits: 8, times: 10, unit: .permille, range: 0...1_000,
            .information(.soh)),

        .flag(.chargeSwitch, byte: 0, in: switches, bit: 0),
        .flag(.dischargeSwitch, byte: 0, in: switches, bit: 1),
        PackRow(
            "balancing", in: switches, byte: 0, bit: 2, bits: 1, unit: .choice, range: 0...1,
            .information(.balancing)),
        .flag(.heater, byte: 0, in: switches, bit: 3),
        .flag(.chargerPlugged, byte: 0, in: switches, bit: 4),
        PackRow("acc_on", in: switches, byte: 0, bit: 5, bits: 1, unit: .onOff, .reserved),

        // The frame of common on-board chargers, therefore most significant byte first.
        PackRow(
            "requested_voltage", in: chargeRequest, byte: 0, bits: 16, .big, times: 100, unit: .millivolts,
            rounding: .down, .information(.chargeVoltageLimit)),
        PackRow(
            "requested_current", in: chargeRequest, byte: 2, bits: 16, .big, times: 100, unit: .milliamps,
            rounding: .down, .number(.chargeCurrentLimit)),
        PackRow("charger_off", in: chargeRequest, byte: chargerOff, bits: 8, unit: .onOff, .reserved),
        PackRow("heats", in: chargeRequest, byte: 5, bits: 8, unit: .onOff, .reserved),

        PackRow(
            "cell", in: cells, byte: 0, bits: 16, .little, unit: .millivolts, range: 0...6_000,
            notAvailable: 0, count: 4, .cellVoltages),
    ]

    /// Byte of the charge request: 0 the charger may be on, anything else it must be off.
    static let chargerOff: UInt16 = 4
    /// The field of the highest temperature that the BMS tells.
    static let highestTemperature = PackField.temperature7
    /// The field of the lowest.
    static let lowestTemperature = PackField.temperature8

    private static func number(
        _ name: StaticString, _ frame: UInt32, _ byte: UInt16, _ bits: UInt16, times: Int32 = 1,
        plus: Int32 = 0, _ field: PackField
    ) -> PackRow {
        PackRow(
            name, in: frame, byte: byte, bits: bits, .little, times: times, plus: plus, unit: field.unit,
            .number(field))
    }

    private static func information(
        _ name: StaticString, _ frame: UInt32, _ byte: UInt16, _ bits: UInt16, times: Int32 = 1,
        _ field: PackField
    ) -> PackRow {
        PackRow(
            name, in: frame, byte: byte, bits: bits, .little, times: times, unit: field.unit,
            .information(field))
    }

    /// What no sensor measures, 0, is out of the range.
    private static func extremeTemperature(
        _ name: StaticString, byte: UInt16, _ field: PackField
    ) -> PackRow {
        PackRow(
            name, in: temperatureExtremes, byte: byte, bits: 8, times: 10, plus: -500, unit: .decicelsius,
            range: -490...2_000, .number(field))
    }

    private static func sensor(_ number: UInt8, _ field: PackField) -> PackRow {
        PackRow(
            field.name, in: temperatures, byte: UInt16(number), bits: 8, times: 10, plus: -500,
            unit: .decicelsius, range: -490...2_000, .sensor(field, bit: number - 1))
    }
}
