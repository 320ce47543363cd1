import BatteryModel
import BusCodec

// Events and kinds of points of SunSpec's models.

extension SunSpecBattery {
    /// Hands the events to `visit` as they lie in the four bytes from `byte`, bit 0 in the last of them.
    static func visitEvents(in container: UInt32, byte: UInt16, _ visit: (BankRow) -> Void) {
        for index in events.indices {
            var row = events[index]
            row.container = container
            row.byte += byte
            visit(row)
        }
    }

    /// Alarms that have no event of their own.
    private static let other = AlarmGroup.general.with(.bmsInternal).with(AlarmGroup(.positionLost))
        .without(communication).without(configuration)
    private static let communication = AlarmGroup(.internalCommunication, .packLost, .bankLost)
    private static let configuration = AlarmGroup(.settingsMismatch, .firmwareUnknown, .cellCountMismatch)

    private static let events: [_ of BankRow] = [
        .event("communication_error", 0, communication, .protection),
        .event("over_temperature_alarm", 1, .overTemperature, .protection),
        .event("over_temperature_warning", 2, .overTemperature, .warning),
        .event("under_temperature_alarm", 3, .underTemperature, .protection),
        .event("under_temperature_warning", 4, .underTemperature, .warning),
        .event("charge_current_alarm", 5, .anyChargeCurrent, .protection),
        .event("charge_current_warning", 6, .anyChargeCurrent, .warning),
        .event("discharge_current_alarm", 7, .anyDischargeCurrent, .protection),
        .event("discharge_current_warning", 8, .anyDischargeCurrent, .warning),
        .event("over_voltage_alarm", 9, .overVoltage, .protection),
        .event("over_voltage_warning", 10, .overVoltage, .warning),
        .event("under_voltage_alarm", 11, .underVoltage, .protection),
        .event("under_voltage_warning", 12, .underVoltage, .warning),
        .shownEvent("under_soc_alarm", 13),
        .shownEvent("under_soc_warning", 14),
        .shownEvent("over_soc_alarm", 15),
        .shownEvent("over_soc_warning", 16),
        .event("voltage_imbalance_warning", 17, .imbalance, .warning),
        .shownEvent("temperature_imbalance_alarm", 18),
        .shownEvent("temperature_imbalance_warning", 19),
        .event("contactor_error", 20, .contactor, .protection),
        .shownEvent("fan_error", 21),
        .shownEvent("ground_fault", 22),
        .shownEvent("open_door", 23),
        .shownEvent("current_imbalance_warning", 24),
        .event("other_alarm", 25, other.with(.imbalance), .protection),
        .event("other_warning", 26, other.with(communication).with(.contactor), .warning),
        .shownEvent("reserved", 27),
        .event("configuration_alarm", 28, configuration, .protection),
        .event("configuration_warning", 29, configuration, .warning),
    ]
}

// MARK: - Kinds of points

extension SignalRow where Meaning == BankMeaning {
    /// A point of 16 bits that is always the same.
    static func word(_ name: StaticString, _ model: Int, _ point: Int, _ value: UInt16) -> BankRow {
        .constant(name, in: UInt32(model), byte: UInt16(point) * 2, bits: 16, UInt64(value))
    }

    /// A point of 32 bits that is always the same.
    static func longWord(_ name: StaticString, _ model: Int, _ point: Int, _ value: UInt32) -> BankRow {
        .constant(name, in: UInt32(model), byte: UInt16(point) * 2, bits: 32, UInt64(value))
    }

    /// A scale factor: the power of ten by which points are multiplied.
    static func scale(_ name: StaticString, _ model: Int, _ point: Int, _ exponent: Int16) -> BankRow {
        word(name, model, point, UInt16(bitPattern: exponent))
    }

    /// A point that the answer is completed with, see ``SunSpecBattery/complete(_:_:_:_:_:)``.
    static func shownPoint(
        _ name: StaticString, _ model: Int, _ point: Int, times numerator: Int32 = 1, unit: Unit = .count
    ) -> BankRow {
        .shown(
            name, in: UInt32(model), byte: UInt16(point) * 2, bits: 16, times: numerator, unit: unit,
            notAvailable: 65_535)
    }

    /// A share in tenths of a percent, which the answer cannot do without if it is the state of charge.
    static func permillePoint(
        _ name: StaticString, _ model: Int, _ point: Int, _ field: BankField
    ) -> BankRow {
        BankRow(
            name, in: UInt32(model), byte: UInt16(point) * 2, bits: 16, unit: .permille, range: 0...1_000,
            notAvailable: field == .soc ? nil : 65_535, rounding: .down, .number(field))
    }

    /// A voltage of the bank in hundredths of a volt.
    static func voltsPoint(
        _ name: StaticString, _ model: Int, _ point: Int, _ field: BankField, _ rounding: Rounding,
        from lowest: Int32
    ) -> BankRow {
        .hundredths(
            name, in: UInt32(model), byte: UInt16(point) * 2, unit: .millivolts, lowest...655_340, rounding,
            field)
    }

    /// A cell voltage in millivolts.
    static func cellPoint(_ name: StaticString, _ model: Int, _ point: Int, _ field: BankField) -> BankRow {
        .cell(name, in: UInt32(model), byte: UInt16(point) * 2, field, notAvailable: 65_535)
    }

    /// The mean of the cells in millivolts.
    static func meanCellPoint(_ name: StaticString, _ model: Int, _ point: Int) -> BankRow {
        BankRow(
            name, in: UInt32(model), byte: UInt16(point) * 2, bits: 16, unit: .millivolts, range: 0...65_534,
            notAvailable: 65_535, .meanCell)
    }

    /// A number of packs, or the number of one.
    static func placePoint(_ name: StaticString, _ model: Int, _ point: Int, _ field: BankField) -> BankRow {
        .count(name, in: UInt32(model), byte: UInt16(point) * 2, field, notAvailable: 65_535)
    }

    /// The current in tenths of an ampere, positive while discharging.
    static func currentPoint(_ name: StaticString, _ model: Int, _ point: Int) -> BankRow {
        BankRow(
            name, in: UInt32(model), byte: UInt16(point) * 2, bits: 16, signed: true, times: -100,
            unit: .milliamps, range: -3_276_700...3_276_700, .number(.current))
    }

    /// A current limit in tenths of an ampere.
    static func limitPoint(_ name: StaticString, _ model: Int, _ point: Int, _ field: BankField) -> BankRow {
        BankRow(
            name, in: UInt32(model), byte: UInt16(point) * 2, bits: 16, times: 100, unit: .milliamps,
            range: 0...6_553_400, rounding: .down, .number(field))
    }

    /// Event number `event` of 32; bit 0 is in the last of four bytes.
    fileprivate static func event(
        _ name: StaticString, _ event: UInt16, _ group: AlarmGroup, _ level: AlarmLevel
    ) -> BankRow {
        .alarm(name, in: 0, byte: 3 - event / 8, bit: UInt8(event % 8), group, level)
    }

    /// An event that Busbar knows nothing about.
    fileprivate static func shownEvent(_ name: StaticString, _ event: UInt16) -> BankRow {
        .shown(name, in: 0, byte: 3 - event / 8, bit: UInt8(event % 8), bits: 1, unit: .onOff)
    }
}
