import BatteryModel
import BusCodec

// What functions that complete an answer have in common.

extension ByteBuffer {
    /// Writes a byte at `place`; one outside of what was asked for is left out.
    mutating func set(_ byte: UInt8, at place: Int) {
        guard place >= 0, place < count else { return }
        self[place] = byte
    }

    /// Writes a 16-bit number, most significant byte first; what is outside of what was asked for is left out.
    mutating func set(big number: UInt16, at place: Int) {
        set(UInt8(number >> 8), at: place)
        set(UInt8(truncatingIfNeeded: number), at: place + 1)
    }

    /// Writes a 32-bit number in the same way.
    mutating func set(long number: UInt32, at place: Int) {
        set(big: UInt16(number >> 16), at: place)
        set(big: UInt16(truncatingIfNeeded: number), at: place + 2)
    }

    /// Writes the characters of a text, filled up with `padding`.
    mutating func set(_ text: ASCIIText?, characters: Int, padding: UInt8 = 0, at place: Int) {
        for index in 0..<characters {
            let character = text.flatMap { index < $0.count ? $0[index] : nil } ?? padding
            set(character, at: place + index)
        }
    }
}

extension BankReading {
    /// The value of a field without which an answer cannot be given.
    borrowing func need(_ field: BankField) throws(SignalError) -> Int32 {
        guard let value = self[field]?.value else { throw .missing(signal: SignalName(field.name)) }
        return value
    }
}

/// The cells of a bank that is known by its highest and lowest: the others have what is left of the voltage.
struct CellVoltages {
    /// Number of cells.
    let count: Int32
    private let high: Int32
    private let low: Int32
    private let mean: Int32
    private let highPlace: Int32
    private let lowPlace: Int32

    init(_ bank: borrowing BankReading) throws(SignalError) {
        count = try bank.need(.cells)
        high = try bank.need(.highestCell)
        low = try bank.need(.lowestCell)
        let voltage = try bank.need(.voltage)
        highPlace = bank[.highestCellNumber]?.value ?? 1
        lowPlace = bank[.lowestCellNumber]?.value ?? count
        mean = min(max((voltage - high - low) / max(count - 2, 1), low), high)
    }

    /// The voltage of cell `number`, counted from 1, in millivolts.
    subscript(number: Int32) -> UInt16 {
        UInt16(clamping: number == highPlace ? high : number == lowPlace ? low : mean)
    }
}
