import BatteryModel
import BusCodec

// Rows of a Modbus register, most significant byte first. A block of registers is known by its first one.
extension SignalRow where Meaning == PackMeaning {
    /// A number that limits are made from, in the unit of its field.
    static func number(
        _ field: PackField, _ register: UInt16, in block: UInt16, words: UInt16 = 1, signed: Bool = false,
        times: Int32 = 1, over: Int32 = 1, plus: Int32 = 0,
        range: ClosedRange<Int32> = Int32.min...Int32.max, notAvailable: UInt64? = nil
    ) -> PackRow {
        PackRow(
            field.name, in: UInt32(block), byte: 2 * (register - block), bits: 16 * words, .big,
            signed: signed, times: times, over: over, plus: plus, unit: field.unit, range: range,
            notAvailable: notAvailable, .number(field))
    }

    /// A number that people and diagnosis read, in the unit of its field.
    static func information(
        _ field: PackField, _ register: UInt16, in block: UInt16, words: UInt16 = 1, signed: Bool = false,
        times: Int32 = 1, over: Int32 = 1, plus: Int32 = 0,
        range: ClosedRange<Int32> = Int32.min...Int32.max, notAvailable: UInt64? = nil
    ) -> PackRow {
        var row = number(
            field, register, in: block, words: words, signed: signed, times: times, over: over, plus: plus,
            range: range, notAvailable: notAvailable)
        row.meaning = .information(field)
        return row
    }

    /// What the cells measure, in millivolts; `absent` is what a place without a cell reads.
    static func cells(
        _ register: UInt16, in block: UInt16, count: UInt8 = 16, absent: Int32? = nil
    ) -> PackRow {
        PackRow(
            "cell", in: UInt32(block), byte: 2 * (register - block), bits: 16, .big, unit: .millivolts,
            range: 0...6_000, substitute: absent, count: count, .cellVoltages)
    }

    /// What the cell sensors measure; `plus` is −2731 for a wire that carries tenths of a kelvin.
    static func temperatures(
        _ register: UInt16, in block: UInt16, count: UInt8, plus: Int32 = 0
    ) -> PackRow {
        PackRow(
            "temperature", in: UInt32(block), byte: 2 * (register - block), bits: 16, .big,
            signed: plus == 0, plus: plus, unit: .decicelsius, range: -1_000...2_000, count: count,
            .temperatures)
    }

    /// Bit `bit` of a register, 0 is the least significant: a switch, off (0) or on (1).
    static func flag(
        _ field: PackField, _ register: UInt16, in block: UInt16, bit: UInt8
    ) -> PackRow {
        flag(field, byte: 2 * (register - block) + (bit < 8 ? 1 : 0), in: UInt32(block), bit: bit % 8)
    }

    /// Bit `bit` of a byte, 0 is the least significant: a switch, off (0) or on (1).
    ///
    /// Limits are made from the switches of the pack; from no other, such as the heater.
    static func flag(_ field: PackField, byte: UInt16, in container: UInt32, bit: UInt8) -> PackRow {
        let isForLimits = field == .chargeSwitch || field == .dischargeSwitch
        return PackRow(
            field.name, in: container, byte: byte, bit: bit, bits: 1, unit: .onOff, range: 0...1,
            isForLimits ? .number(field) : .information(field))
    }

    /// A text, two characters to a register.
    static func text(
        _ field: IdentityField, _ register: UInt16, in block: UInt16, characters: UInt16
    ) -> PackRow {
        PackRow(
            field.rowName, in: UInt32(block), byte: 2 * (register - block), bits: 8 * characters,
            unit: .count,
            .identity(field))
    }

    /// Documented, but of no use here, or undocumented.
    static func unused(
        _ name: StaticString, _ register: UInt16, in block: UInt16, words: UInt16 = 1
    ) -> PackRow {
        PackRow(
            name, in: UInt32(block), byte: 2 * (register - block), bits: 16 * words, .big, unit: .bits,
            .reserved)
    }
}

extension IdentityField {
    /// The name of a row that carries it.
    fileprivate var rowName: StaticString {
        switch self {
        case .model: "model"
        case .hardware: "hardware"
        case .firmware: "firmware"
        case .serial: "serial"
        case .name: "name"
        case .manufactured: "manufactured"
        }
    }
}

extension PackReading {
    /// Keeps the first `count` cells; the places behind them have none.
    mutating func keepCells(_ count: Int) {
        guard var cells = cellMillivolts else { return }
        for index in min(max(count, 0), CellValues.maximum)..<CellValues.maximum { cells.value[index] = nil }
        cellMillivolts = cells.value.count > 0 ? cells : nil
    }
}
