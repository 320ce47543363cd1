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
        highestNumber = bank[.highestCellNumber]?.value ?? 1
        lowestNumber = bank[.lowestCellNumber]?.value ?? count
        let others = max(count - 2, 1)
        mean = min(max((try bank.need(.voltage) - highest - lowest) / others, lowest), highest)
    }

    /// The voltage of cell `number`, counted from 1, in millivolts.
    subscript(number: Int32) -> UInt16 {
        UInt16(clamping: number == highestNumber ? highest : number == lowestNumber ? lowest : mean)
    }
}
