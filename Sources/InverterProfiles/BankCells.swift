import BatteryModel
import BusCodec

/// The cells of a bank as those of one module, for protocols that want every cell.
///
/// Only the highest and the lowest are known; those between them have what is left of the voltage.
struct BankCells {
    /// Number of cells.
    let count: Int32
    private let highest: Int32
    private let lowest: Int32
    private let highestNumber: Int32
    private let lowestNumber: Int32
    private let mean: Int32

    /// Takes the cells of `bank`.
    ///
    /// - Throws: ``SignalError/missing(signal:)`` if their number, an extreme or the voltage is not known.
    init(_ bank: borrowing BankReading) throws(SignalError) {
        count = try bank.need(.cells)
        highest = try bank.need(.highestCell)
        lowest = try bank.need(.lowestCell)
        (highestNumber, lowestNumber) = Self.places(bank, count: count)
        let others = max(count - 2, 1)
        mean = min(max((try bank.need(.voltage) - highest - lowest) / others, lowest), highest)
    }

    /// The voltage of cell `number`, counted from 1, in millivolts.
    subscript(number: Int32) -> UInt16 {
        UInt16(clamping: number == highestNumber ? highest : number == lowestNumber ? lowest : mean)
    }

    /// Where the highest and the lowest cell stand: at two places, though those of the bank may have the same number in
    /// two packs.
    static func places(
        _ bank: borrowing BankReading, count: Int32
    ) -> (highest: Int32, lowest: Int32) {
        let last = max(count, 1)
        let highest = min(max(bank[.highestCellNumber]?.value ?? 1, 1), last)
        let lowest = min(max(bank[.lowestCellNumber]?.value ?? last, 1), last)
        return (highest, lowest == highest && last > 1 ? highest % last + 1 : lowest)
    }
}
