import BatteryModel
import BusCodec

/// Rows that many inverter protocols have.
extension SignalRow where Meaning == BankMeaning {
    /// Bits that are sent as zero and not read.
    static func reserved(
        _ name: StaticString, in container: UInt32, byte: UInt16, bit: UInt8? = nil, bits: UInt16,
        dialects: UInt8 = .max
    ) -> BankRow {
        BankRow(
            name, in: container, byte: byte, bit: bit, bits: bits, nil, unit: .bits, dialects: dialects,
            .reserved)
    }

    /// The maker's name, filled up with spaces or what `padding` says.
    static func maker(
        _ name: StaticString, in container: UInt32, byte: UInt16, characters: UInt16, padding: UInt8 = 0x20
    ) -> BankRow {
        BankRow(name, in: container, byte: byte, bits: characters * 8, nil, .maker(padding: padding))
    }

    /// A number that is only shown, in a unit of the screen or without one.
    static func shown(
        _ name: StaticString, in container: UInt32, byte: UInt16, bit: UInt8? = nil, bits: UInt16,
        _ order: ByteOrder? = nil, signed isSigned: Bool = false, float isFloat: Bool = false,
        times numerator: Int32 = 1, over denominator: Int32 = 1, plus offset: Int32 = 0, unit: Unit = .count,
        notAvailable: UInt64? = nil, dialects: UInt8 = .max
    ) -> BankRow {
        BankRow(
            name, in: container, byte: byte, bit: bit, bits: bits, order, signed: isSigned, float: isFloat,
            times: numerator, over: denominator, plus: offset, unit: unit, notAvailable: notAvailable,
            dialects: dialects, .shown)
    }

    /// The voltage of one cell in millivolts.
    static func shownCell(_ name: StaticString, in container: UInt32, byte: UInt16) -> BankRow {
        .shown(name, in: container, byte: byte, bits: 16, unit: .millivolts)
    }

    /// A text that is only shown.
    static func shownText(
        _ name: StaticString, in container: UInt32, byte: UInt16, characters: UInt16, dialects: UInt8 = .max
    ) -> BankRow {
        BankRow(name, in: container, byte: byte, bits: characters * 8, dialects: dialects, .shownText)
    }

    /// Bytes that are always the same.
    static func constant(
        _ name: StaticString, in container: UInt32, byte: UInt16, bits: UInt16, _ value: UInt64
    ) -> BankRow {
        BankRow(name, in: container, byte: byte, bits: bits, unit: .bits, .constant(value))
    }

    /// A bit for a group of alarms at one level.
    static func alarm(
        _ name: StaticString, in container: UInt32, byte: UInt16, bit: UInt8, _ group: AlarmGroup,
        _ level: AlarmLevel
    ) -> BankRow {
        BankRow(
            name, in: container, byte: byte, bit: bit, bits: 1, unit: .onOff,
            .alarm(group.said(at: level), level))
    }

    /// A bit that only others set, see ``BankMeaning/heardAlarm(_:_:)``.
    static func heardAlarm(
        _ name: StaticString, in container: UInt32, byte: UInt16, bit: UInt8, _ kinds: AlarmMask,
        _ level: AlarmLevel
    ) -> BankRow {
        BankRow(name, in: container, byte: byte, bit: bit, bits: 1, unit: .onOff, .heardAlarm(kinds, level))
    }

    /// A permission; withheld with its whole frame where nothing is said about it.
    static func permission(
        _ name: StaticString, in container: UInt32, byte: UInt16, bit: UInt8, _ field: BankField
    ) -> BankRow {
        BankRow(
            name, in: container, byte: byte, bit: bit, bits: 1, unit: .onOff, range: 0...1, .number(field))
    }

    /// A request; one that nobody makes is not made, so it is 0 where nothing is said about it.
    static func request(
        _ name: StaticString, in container: UInt32, byte: UInt16, bit: UInt8, _ field: BankField
    ) -> BankRow {
        BankRow(
            name, in: container, byte: byte, bit: bit, bits: 1, unit: .onOff, range: 0...1, substitute: 0,
            .number(field))
    }

    /// A permission or request whose bit is 1 while there is none.
    static func inverted(
        _ name: StaticString, in container: UInt32, byte: UInt16, bit: UInt8, substitute: Int32? = nil,
        _ field: BankField
    ) -> BankRow {
        BankRow(
            name, in: container, byte: byte, bit: bit, bits: 1, times: -1, plus: 1, unit: .onOff,
            range: 0...1, substitute: substitute, .number(field))
    }

    /// A pattern of 16 bits.
    static func code(
        _ name: StaticString, in container: UInt32, byte: UInt16, _ field: BankField,
        _ order: ByteOrder? = nil, notAvailable: UInt64? = nil, substitute: Int32? = nil
    ) -> BankRow {
        BankRow(
            name, in: container, byte: byte, bits: 16, order, unit: .bits, notAvailable: notAvailable,
            substitute: substitute, .number(field))
    }

    /// A number of things, in 16 bits unless said otherwise.
    ///
    /// Places that are counted from 1 say `notAvailable: 0`: no cell, sensor or pack has that number.
    static func count(
        _ name: StaticString, in container: UInt32, byte: UInt16, bits: UInt16 = 16, _ field: BankField,
        _ order: ByteOrder? = nil, notAvailable: UInt64? = nil, substitute: Int32? = nil,
        dialects: UInt8 = .max
    ) -> BankRow {
        let highest: Int32 = 1 << Int32(bits) - 1
        return BankRow(
            name, in: container, byte: byte, bits: bits, order,
            range: (notAvailable == 0 ? 1 : 0)...(notAvailable == UInt64(highest) ? highest - 1 : highest),
            notAvailable: notAvailable,
            substitute: substitute, dialects: dialects, .number(field))
    }

    /// Full cycles, in 16 bits; 0 where no pack counts them.
    ///
    /// None of the protocols with this row has a code for "not known", and withholding the frame would take along what
    /// the inverter works with. 0 is what batteries say that do not count: Seplos as Sofar and as Growatt, JK in
    /// Pylontech's 61 (captured), the bridge that an EPever takes ("Unknown from CAN", mikaabra/pylontech-bms-mqtt) and
    /// Battery-Emulator as Schneider. Of GivEnergy, LuxPower and Pytes only batteries that count are known.
    static func cycles(
        _ name: StaticString, in container: UInt32, byte: UInt16, _ order: ByteOrder? = nil
    ) -> BankRow {
        .count(name, in: container, byte: byte, .cycles, order, substitute: 0)
    }

    /// The row as one that is only said, see ``BankMeaning/said(_:)``.
    var onlySaid: BankRow {
        guard case .number(let field) = meaning else { return self }
        var row = self
        row.meaning = .said(field)
        return row
    }

    /// A cell voltage in millivolts.
    static func cell(
        _ name: StaticString, in container: UInt32, byte: UInt16, _ field: BankField,
        _ order: ByteOrder? = nil, notAvailable: UInt64? = nil
    ) -> BankRow {
        let highest: Int32 = notAvailable == 65_535 ? 65_534 : 65_535
        return BankRow(
            name, in: container, byte: byte, bits: 16, order, unit: .millivolts, range: 0...highest,
            notAvailable: notAvailable, .number(field))
    }

    /// A temperature in tenths of a degree, signed.
    static func temperature(
        _ name: StaticString, in container: UInt32, byte: UInt16, _ field: BankField,
        _ order: ByteOrder? = nil, notAvailable: UInt64? = nil
    ) -> BankRow {
        BankRow(
            name, in: container, byte: byte, bits: 16, order, signed: true, unit: .decicelsius,
            range: -500...1250, notAvailable: notAvailable, .number(field))
    }

    /// A temperature in whole degrees, signed.
    static func wholeCelsius(
        _ name: StaticString, in container: UInt32, byte: UInt16, dialects: UInt8 = .max, _ field: BankField
    ) -> BankRow {
        BankRow(
            name, in: container, byte: byte, bits: 16, signed: true, times: 10, unit: .decicelsius,
            range: -500...1250, dialects: dialects, .number(field))
    }

    /// A temperature in whole kelvins.
    ///
    /// 303 K were captured for 30.7 °C (JK BMS), so the unit is certain and the fraction is lost.
    static func kelvin(
        _ name: StaticString, in container: UInt32, byte: UInt16, _ field: BankField,
        notAvailable: UInt64? = nil
    ) -> BankRow {
        BankRow(
            name, in: container, byte: byte, bits: 16, times: 10, plus: -2_731, unit: .decicelsius,
            range: -500...1250, notAvailable: notAvailable, .number(field))
    }

    /// A capacity in whole ampere-hours.
    static func ampHours(
        _ name: StaticString, in container: UInt32, byte: UInt16, _ field: BankField = .capacity,
        notAvailable: UInt64? = nil
    ) -> BankRow {
        let highest: Int32 = notAvailable == 65_535 ? 65_534_000 : 65_535_000
        return BankRow(
            name, in: container, byte: byte, bits: 16, times: 1_000, unit: .milliampHours, range: 0...highest,
            notAvailable: notAvailable, rounding: .down, .number(field))
    }

    /// An energy in 32 bits, in steps of `times` watt-hours.
    static func energy(
        _ name: StaticString, in container: UInt32, byte: UInt16, times: Int32, _ field: BankField,
        notAvailable: UInt64? = nil
    ) -> BankRow {
        BankRow(
            name, in: container, byte: byte, bits: 32, times: times, unit: .wattHours,
            range: 0...Int32.max / times * times, notAvailable: notAvailable, rounding: .down, .number(field))
    }
}
