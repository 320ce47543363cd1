import BatteryModel
import BusCodec

/// Rows for limits, state and what is measured of the whole bank.
extension SignalRow where Meaning == BankMeaning {
    /// CVL in tenths of a volt; a CVL of 0 is refused, because Victron and Deye empty the bank into it.
    static func chargeVoltageLimit(
        _ name: StaticString = "charge_voltage_limit", in container: UInt32, byte: UInt16,
        _ order: ByteOrder? = nil, range: ClosedRange<Int32>, notAvailable: UInt64? = nil
    ) -> BankRow {
        BankRow(
            name, in: container, byte: byte, bits: 16, order, times: 100, unit: .millivolts, range: range,
            notAvailable: notAvailable, rounding: .down, .number(.chargeVoltageLimit))
    }

    /// DVL in tenths of a volt.
    static func dischargeVoltageLimit(
        _ name: StaticString = "discharge_voltage_limit", in container: UInt32, byte: UInt16,
        _ order: ByteOrder? = nil, range: ClosedRange<Int32>, notAvailable: UInt64? = nil
    ) -> BankRow {
        BankRow(
            name, in: container, byte: byte, bits: 16, order, times: 100, unit: .millivolts, range: range,
            notAvailable: notAvailable, rounding: .up, .number(.dischargeVoltageLimit))
    }

    /// CCL in tenths of an ampere, signed, never negative.
    static func chargeCurrentLimit(
        _ name: StaticString = "charge_current_limit", in container: UInt32, byte: UInt16,
        _ order: ByteOrder? = nil, range: ClosedRange<Int32> = 0...3_276_700, notAvailable: UInt64? = nil
    ) -> BankRow {
        BankRow(
            name, in: container, byte: byte, bits: 16, order, signed: true, times: 100, unit: .milliamps,
            range: range, notAvailable: notAvailable, rounding: .down, .number(.chargeCurrentLimit))
    }

    /// DCL in tenths of an ampere, signed, never negative.
    static func dischargeCurrentLimit(
        _ name: StaticString = "discharge_current_limit", in container: UInt32, byte: UInt16,
        _ order: ByteOrder? = nil, range: ClosedRange<Int32> = 0...3_276_700, notAvailable: UInt64? = nil
    ) -> BankRow {
        BankRow(
            name, in: container, byte: byte, bits: 16, order, signed: true, times: 100, unit: .milliamps,
            range: range, notAvailable: notAvailable, rounding: .down, .number(.dischargeCurrentLimit))
    }

    /// A value in hundredths of a volt, an ampere or an ampere-hour; `isSigned` where only 15 bits count.
    static func hundredths(
        _ name: StaticString, in container: UInt32, byte: UInt16, signed isSigned: Bool = false, unit: Unit,
        _ range: ClosedRange<Int32>, _ rounding: Rounding, dialects: UInt8 = .max, _ field: BankField
    ) -> BankRow {
        BankRow(
            name, in: container, byte: byte, bits: 16, signed: isSigned, times: 10, unit: unit, range: range,
            rounding: rounding, dialects: dialects, .number(field))
    }

    /// State of charge, of the bank or of its fullest or emptiest pack, in whole percents, rounded down: 100 % is said
    /// only of a full one.
    static func soc(
        _ name: StaticString = "soc", in container: UInt32, byte: UInt16, bits: UInt16,
        _ order: ByteOrder? = nil, of field: BankField = .soc
    ) -> BankRow {
        BankRow(
            name, in: container, byte: byte, bits: bits, order, times: 10, unit: .permille, range: 0...1000,
            rounding: .down, .number(field))
    }

    /// State of charge in hundredths of a percent.
    static func fineSOC(
        _ name: StaticString = "soc_hires", in container: UInt32, byte: UInt16, _ order: ByteOrder? = nil,
        notAvailable: UInt64? = nil, dialects: UInt8 = .max
    ) -> BankRow {
        BankRow(
            name, in: container, byte: byte, bits: 16, order, over: 10, unit: .permille, range: 0...1000,
            notAvailable: notAvailable, rounding: .down, dialects: dialects, .number(.soc))
    }

    /// State of health in whole percents; 100 % where it is not known and the protocol has no code for that.
    ///
    /// So takes an inverter whatever is not said: 100 % is SMA's default, and the number is for the screen alone (SMA
    /// FSS-ConnectingBat-TI-en-10). Withheld with it would be the state of charge.
    static func soh(
        _ name: StaticString = "soh", in container: UInt32, byte: UInt16, bits: UInt16,
        _ order: ByteOrder? = nil, notAvailable: UInt64? = nil
    ) -> BankRow {
        BankRow(
            name, in: container, byte: byte, bits: bits, order, times: 10, unit: .permille, range: 0...1000,
            notAvailable: notAvailable, substitute: notAvailable == nil ? 1000 : nil, .number(.soh))
    }

    /// Voltage of the bank, signed, in hundredths of a volt or as `times` says.
    static func voltage(
        _ name: StaticString = "voltage", in container: UInt32, byte: UInt16, _ order: ByteOrder? = nil,
        times: Int32 = 10, notAvailable: UInt64? = nil, dialects: UInt8 = .max
    ) -> BankRow {
        BankRow(
            name, in: container, byte: byte, bits: 16, order, signed: true, times: times, unit: .millivolts,
            range: 0...32_767 * times, notAvailable: notAvailable, dialects: dialects, .number(.voltage))
    }

    /// Current of the bank in tenths of an ampere or as `times` says, signed, charging positive.
    static func current(
        _ name: StaticString = "current", in container: UInt32, byte: UInt16, _ order: ByteOrder? = nil,
        times: Int32 = 100, notAvailable: UInt64? = nil
    ) -> BankRow {
        let lowest: Int32 = notAvailable == 0x8000 ? -32_767 : -32_768
        return BankRow(
            name, in: container, byte: byte, bits: 16, order, signed: true, times: times, unit: .milliamps,
            range: lowest * times...32_767 * times, notAvailable: notAvailable, .number(.current))
    }
}
