import BatteryModel
import BusCodec

/// Rows of the telecom family as its members write them: 16 bits, most significant byte first.
enum TelecomRow {
    /// The section of the cells.
    static let cellSection: UInt32 = 0x100
    /// The section of the cells' sensors.
    static let sensorSection: UInt32 = 0x101
    /// The section of sensors that boards with a documented number of them have besides; bytes count from the first
    /// sensor.
    static let otherSensorSection: UInt32 = 0x102
    /// The section of the power board's sensor; bytes count from the first sensor.
    static let mosfetSection: UInt32 = 0x103

    /// The cells: 1 mV.
    static var cells: PackRow {
        PackRow(
            "cell", in: cellSection, byte: 0, bits: 16, .big, unit: .millivolts, range: 0...6_000, count: 32,
            .cellVoltages)
    }

    /// The cells' temperatures: 0.1 K, and `zero` is the raw number of 0 °C.
    static func temperatures(zero: Int32) -> PackRow {
        PackRow(
            "temperature", in: sensorSection, byte: 0, bits: 16, .big, plus: -zero, unit: .decicelsius,
            range: -1_000...2_000, count: 8, .temperatures)
    }

    /// Another temperature: 0.1 K, and `zero` is the raw number of 0 °C.
    static func temperature(
        _ name: StaticString, in section: UInt32, _ byte: UInt16, zero: Int32, _ meaning: PackMeaning
    ) -> PackRow {
        PackRow(
            name, in: section, byte: byte, bits: 16, .big, plus: -zero, unit: .decicelsius,
            range: -1_000...2_000, meaning)
    }

    /// A number of 16 bits.
    static func word(
        _ name: StaticString, in section: UInt32, _ byte: UInt16, signed: Bool = false, times: Int32 = 1,
        unit: Unit = .count, range: ClosedRange<Int32> = Int32.min...Int32.max, _ meaning: PackMeaning
    ) -> PackRow {
        PackRow(
            name, in: section, byte: byte, bits: 16, .big, signed: signed, times: times, unit: unit,
            range: range, meaning)
    }

    /// A bit that says whether something is on.
    static func flag(
        _ name: StaticString, in section: UInt32, _ byte: UInt16, bit: UInt8, _ meaning: PackMeaning
    ) -> PackRow {
        PackRow(name, in: section, byte: byte, bit: bit, bits: 1, unit: .onOff, range: 0...1, meaning)
    }

    /// A text of `characters`.
    static func text(
        _ name: StaticString, in section: UInt32, _ byte: UInt16, characters: UInt16, _ field: IdentityField
    ) -> PackRow {
        PackRow(name, in: section, byte: byte, bits: 8 * characters, unit: .count, .identity(field))
    }
}
