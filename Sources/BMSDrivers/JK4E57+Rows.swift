import BatteryModel
import BusCodec

extension JK4E57 {
    /// The tag of the cells: a length in bytes, then number and millivolts of each.
    static let cells: UInt8 = 0x79
    /// The tag of the current.
    static let current: UInt8 = 0x84
    /// The tag that says how the current is coded.
    static let version: UInt8 = 0xC0
    /// The section of a current as it was coded before ``version``; it has the place of ``current``.
    static let oldCurrent: UInt32 = 0x100 | 0x84
    /// The alarm bits' tag.
    static let alarms: UInt8 = 0x8B

    /// The rows, tag by tag in rising order; the container is the tag.
    ///
    /// A tag is as long as its rows. Temperatures of sensors and the current are rows of what ``plain(_:_:)`` makes of them. Where tag 81 is called
    /// the box, newer boards have their first cell sensor; it counts as one.
    static let rows: [_ of PackRow] = [
        PackRow(
            "cell", in: 0x79, byte: 0, bits: 16, .big, unit: .millivolts, range: 0...6_000, count: 32,
            .cellVoltages),
        sensor("mosfet_temperature", 0x80, .mosfetTemperature),
        sensor("temperature_1", 0x81, .temperature1),
        sensor("temperature_2", 0x82, .temperature2),
        PackRow(
            "pack_voltage", in: 0x83, byte: 0, bits: 16, .big, times: 10, unit: .millivolts,
            .number(.packVoltage)),
        PackRow(
            "current", in: 0x84, byte: 0, bits: 16, .big, signed: true, times: 10, unit: .milliamps,
            .number(.current)),
        PackRow(
            "soc", in: 0x85, byte: 0, bits: 8, times: 10, unit: .permille, range: 0...1_000, .number(.soc)),
        PackRow("sensors", in: 0x86, byte: 0, bits: 8, unit: .count, .reserved),
        count("cycles", 0x87, .information(.cycles)),
        ampHours("throughput", 0x89, .throughput),
        count("cells", 0x8A, .copy(.configuredCells)),
        PackRow("alarms", in: 0x8B, byte: 0, bits: 16, .big, unit: .bits, .alarmWord),
        flag("charge_switch", 0x8C, byte: 1, bit: 0, .number(.chargeSwitch)),
        flag("discharge_switch", 0x8C, byte: 1, bit: 1, .number(.dischargeSwitch)),
        flag("balancing", 0x8C, byte: 1, bit: 2, .reserved),
        flag("battery_off_line", 0x8C, byte: 1, bit: 3, .reserved),
        count("pack_over_voltage", 0x8E, .reserved),
        count("pack_under_voltage", 0x8F, .reserved),
        voltage("cell_over_voltage", 0x90, .number(.cellOverVoltage)),
        voltage("cell_over_voltage_release", 0x91, .information(.cellOverVoltageRelease)),
        count("cell_over_voltage_delay", 0x92, .reserved),
        voltage("cell_under_voltage", 0x93, .number(.cellUnderVoltage)),
        voltage("cell_under_voltage_release", 0x94, .information(.cellUnderVoltageRelease)),
        count("cell_under_voltage_delay", 0x95, .reserved),
        count("cell_spread_protection", 0x96, .reserved),
        amps("discharge_over_current", 0x97, .dischargeLimit),
        seconds("discharge_over_current_delay", 0x98, .dischargeOverCurrentDelay),
        amps("charge_over_current", 0x99, .chargeLimit),
        seconds("charge_over_current_delay", 0x9A, .chargeOverCurrentDelay),
        voltage("balance_start", 0x9B, .information(.balanceStart)),
        voltage("balance_trigger", 0x9C, .information(.balanceTrigger)),
        flag("balancer_enabled", 0x9D, byte: 0, bit: nil, .information(.balancerEnabled)),
        threshold("mosfet_over_temperature", 0x9E, .information(.mosfetOverTemperature)),
        threshold("mosfet_over_temperature_release", 0x9F, .information(.mosfetOverTemperatureRelease)),
        threshold("box_over_temperature", 0xA0, .reserved),
        threshold("box_over_temperature_release", 0xA1, .reserved),
        count("temperature_difference", 0xA2, .reserved),
        threshold("charge_over_temperature", 0xA3, .information(.chargeOverTemperature)),
        threshold("discharge_over_temperature", 0xA4, .information(.dischargeOverTemperature)),
        threshold("charge_under_temperature", 0xA5, .information(.chargeUnderTemperature)),
        threshold("charge_under_temperature_release", 0xA6, .information(.chargeUnderTemperatureRelease)),
        threshold("discharge_under_temperature", 0xA7, .reserved),
        threshold("discharge_under_temperature_release", 0xA8, .reserved),
        PackRow("configured_cells", in: 0xA9, byte: 0, bits: 8, range: 1...32, .number(.configuredCells)),
        ampHours("design_capacity", 0xAA, .designCapacity),
        flag("charge_enabled", 0xAB, byte: 0, bit: nil, .number(.chargeEnabled)),
        flag("discharge_enabled", 0xAC, byte: 0, bit: nil, .number(.dischargeEnabled)),
        count("current_calibration", 0xAD, .reserved),
        PackRow("board_address", in: 0xAE, byte: 0, bits: 8, unit: .count, .reserved),
        PackRow(
            "battery_type", in: 0xAF, byte: 0, bits: 8, unit: .choice, range: 0...2,
            .information(.batteryType)),
        count("sleep_delay", 0xB0, .reserved),
        PackRow("low_soc_alarm", in: 0xB1, byte: 0, bits: 8, unit: .count, .reserved),
        text("settings_password", 0xB2, characters: 10, .secret),
        flag("special_charger", 0xB3, byte: 0, bit: nil, .reserved),
        text("user_text", 0xB4, characters: 8, .reserved),
        text("manufactured", 0xB5, characters: 4, .identity(.manufactured)),
        PackRow(
            "run_time", in: 0xB6, byte: 0, bits: 32, .big, times: 60, unit: .seconds, .information(.runtime)),
        // "11.XW_S11.261__": hardware and software, filled up with underscores.
        text("hardware", 0xB7, characters: 6, .identity(.hardware)),
        text("software_mark", 0xB7, byte: 6, characters: 1, .reserved),
        text("software", 0xB7, byte: 7, characters: 8, .identity(.firmware)),
        flag("calibrating", 0xB8, byte: 0, bit: nil, .reserved),
        PackRow(
            "full_capacity", in: 0xB9, byte: 0, bits: 32, .big, times: 1_000, unit: .milliampHours,
            notAvailable: 0, .information(.fullCapacity)),
        text("user_data", 0xBA, characters: 12, .reserved),
        text("model", 0xBA, byte: 12, characters: 12, .identity(.model)),
        PackRow("protocol_version", in: 0xC0, byte: 0, bits: 8, unit: .choice, range: 0...1, .reserved),
        // Hundredths of an ampere below 100 A, falling while charging.
        PackRow(
            "old_current", in: oldCurrent, byte: 0, bits: 16, .big, times: -10, plus: 100_000,
            unit: .milliamps, .number(.current)),
    ]

    /// The alarm bits: 8 to 15 in the first byte of their word, 0 to 7 in the second.
    static let alarmBits: [_ of AlarmBit] = [
        alarm(0, "low SOC", AlarmMask(), .info),
        alarm(1, "MOSFET over-temperature", AlarmMask(.mosfetOverTemperature)),
        alarm(2, "pack over-voltage", AlarmMask(.packOverVoltage)),
        alarm(3, "pack under-voltage", AlarmMask(.packUnderVoltage)),
        alarm(4, "battery over-temperature", AlarmMask(.batteryOverTemperature)),
        alarm(5, "charge over-current", AlarmMask(.chargeOverCurrent)),
        alarm(6, "discharge over-current", AlarmMask(.dischargeOverCurrent)),
        alarm(7, "cells too far apart", AlarmMask(.imbalance)),
        alarm(8, "battery box over-temperature", AlarmMask(.batteryOverTemperature)),
        alarm(9, "battery too cold", AlarmMask(.chargeUnderTemperature, .dischargeUnderTemperature)),
        alarm(10, "cell over-voltage", AlarmMask(.cellOverVoltage)),
        alarm(11, "cell under-voltage", AlarmMask(.cellUnderVoltage)),
        alarm(12, "front-end circuit A", AlarmMask(.internalCommunication)),
        alarm(13, "front-end circuit B", AlarmMask(.internalCommunication)),
    ]

    private static func alarm(
        _ number: UInt8, _ name: StaticString, _ kinds: AlarmMask, _ level: AlarmLevel = .protection
    ) -> AlarmBit {
        AlarmBit(in: 0x8B, byte: number < 8 ? 1 : 0, bit: number % 8, name, kinds, level)
    }

    private static func sensor(_ name: StaticString, _ tag: UInt32, _ field: PackField) -> PackRow {
        PackRow(
            name, in: tag, byte: 0, bits: 16, .big, signed: true, times: 10, unit: .decicelsius,
            range: -400...1_000, .number(field))
    }

    private static func threshold(_ name: StaticString, _ tag: UInt32, _ meaning: PackMeaning) -> PackRow {
        PackRow(
            name, in: tag, byte: 0, bits: 16, .big, signed: true, times: 10, unit: .decicelsius,
            range: -1_000...3_000, meaning)
    }

    private static func voltage(_ name: StaticString, _ tag: UInt32, _ meaning: PackMeaning) -> PackRow {
        PackRow(name, in: tag, byte: 0, bits: 16, .big, unit: .millivolts, range: 0...10_000, meaning)
    }

    private static func count(_ name: StaticString, _ tag: UInt32, _ meaning: PackMeaning) -> PackRow {
        PackRow(name, in: tag, byte: 0, bits: 16, .big, meaning)
    }

    private static func seconds(_ name: StaticString, _ tag: UInt32, _ field: PackField) -> PackRow {
        PackRow(name, in: tag, byte: 0, bits: 16, .big, unit: .seconds, .information(field))
    }

    private static func amps(_ name: StaticString, _ tag: UInt32, _ field: PackField) -> PackRow {
        PackRow(
            name, in: tag, byte: 0, bits: 16, .big, times: 1_000, unit: .milliamps, range: 0...2_000_000,
            rounding: .down, .number(field))
    }

    private static func ampHours(_ name: StaticString, _ tag: UInt32, _ field: PackField) -> PackRow {
        PackRow(
            name, in: tag, byte: 0, bits: 32, .big, times: 1_000, unit: .milliampHours, .information(field))
    }

    private static func flag(
        _ name: StaticString, _ tag: UInt32, byte: UInt16, bit: UInt8?, _ meaning: PackMeaning
    ) -> PackRow {
        PackRow(
            name, in: tag, byte: byte, bit: bit, bits: bit == nil ? 8 : 1, unit: .onOff, range: 0...1, meaning
        )
    }

    private static func text(
        _ name: StaticString, _ tag: UInt32, byte: UInt16 = 0, characters: UInt16, _ meaning: PackMeaning
    ) -> PackRow {
        PackRow(name, in: tag, byte: byte, bits: 8 * characters, unit: .count, meaning)
    }
}
