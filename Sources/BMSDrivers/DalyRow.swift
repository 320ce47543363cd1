import BatteryModel
import BusCodec

extension PackRow {
    /// A register of the newer boards of Daly, in the block that begins with register `first`.
    static func daly(
        _ name: StaticString, _ register: UInt32, in first: UInt32, times: Int32 = 1, plus: Int32 = 0,
        unit: Unit = .count, range: ClosedRange<Int32> = Int32.min...Int32.max, notAvailable: UInt64? = nil,
        count: UInt8 = 1, _ meaning: PackMeaning
    ) -> PackRow {
        PackRow(
            name, in: first, byte: UInt16(2 * (register - first)), bits: 16, .big, times: times, plus: plus,
            unit: unit, range: range, notAvailable: notAvailable, count: count, meaning)
    }

    /// The current: tenths of an ampere above 30000, charging above it.
    ///
    /// Captures of both newer generations are discharging and below it; the vendor's table says the opposite. What
    /// boards say while they wake up, 0, is outside the range.
    static func dalyCurrent(_ register: UInt32, in first: UInt32) -> PackRow {
        daly(
            "current", register, in: first, times: 100, plus: -3_000_000, unit: .milliamps,
            range: -2_999_900...2_999_900, .number(.current))
    }

    /// Current of the balancer: thousandths of an ampere above 30000; 0 where there is none.
    static func dalyBalanceCurrent(_ register: UInt32, in first: UInt32) -> PackRow {
        daly(
            "balance_current", register, in: first, plus: -30_000, unit: .milliamps, notAvailable: 0,
            .information(.balanceCurrent))
    }

    /// Degrees above -40; 0 where no sensor is fitted.
    static func dalyTemperature(
        _ name: StaticString, _ register: UInt32, in first: UInt32, count: UInt8 = 1, _ meaning: PackMeaning
    ) -> PackRow {
        daly(
            name, register, in: first, times: 10, plus: -400, unit: .decicelsius, range: -400...2_000,
            notAvailable: 0, count: count, meaning)
    }

    /// The cells from register 0 on; places that are not used are 0.
    static var dalyCells: PackRow {
        daly(
            "cell", 0, in: 0, unit: .millivolts, range: 0...6_000, notAvailable: 0, count: 32, .cellVoltages)
    }

    /// A register that is 0 or 1.
    static func dalyFlag(
        _ name: StaticString, _ register: UInt32, in first: UInt32, _ meaning: PackMeaning
    ) -> PackRow {
        daly(name, register, in: first, unit: .onOff, range: 0...1, meaning)
    }
}
