import BatteryModel
import TestSupport
import Testing

/// One number for each cell.
@Suite struct CellValuesTests {
    @Test func `extremes, sum and count are those of the cells present`() {
        var random = SeededRandom(seed: 5)
        var faults: [String] = []
        for _ in 0..<500 {
            var expected: [Int: UInt16] = [:]
            var cells = CellValues()
            for _ in 0..<Int.random(in: 0...40, using: &random) {
                let index = Int.random(in: 0..<32, using: &random)
                let value: UInt16? = random.next() % 5 == 0 ? nil : .random(in: 0...3, using: &random)
                expected[index] = value
                cells[index] = value
            }
            let order = expected.sorted { $0.key < $1.key }
            let highest = order.first { $0.value == expected.values.max() }
            let lowest = order.first { $0.value == expected.values.min() }
            if cells.highest.map({ [$0.index, Int($0.value)] }) != highest.map({ [$0.key, Int($0.value)] }) {
                faults.append("highest of \(order)")
            }
            if cells.lowest.map({ [$0.index, Int($0.value)] }) != lowest.map({ [$0.key, Int($0.value)] }) {
                faults.append("lowest of \(order)")
            }
            if cells.sum != expected.values.reduce(0, { $0 + Int32($1) }) { faults.append("sum of \(order)") }
            if cells.count != expected.count { faults.append("count of \(order)") }
            if (0..<32).contains(where: { cells[$0] != expected[$0] }) { faults.append("cells of \(order)") }
        }
        #expect(faults == [])
    }

    @Test func `a pack without cells has no extremes`() {
        #expect(CellValues().highest == nil && CellValues().lowest == nil && CellValues().sum == 0)
    }

    @Test func `32 cells at the highest number do not overflow the sum`() {
        var cells = CellValues()
        for index in 0..<CellValues.maximum { cells[index] = .max }
        #expect(cells.sum == 32 * 65_535)
    }

    @Test func `a cell at zero is present`() {
        var cells = CellValues()
        cells[31] = 0
        #expect(cells.count == 1 && cells[31] == 0 && cells.lowest?.index == 31)
    }

    @Test func `packs are equal if the same cells have the same values, whatever was there before`() {
        var one = CellValues()
        one[3] = 3_300
        one[4] = 3_301
        var other = CellValues()
        other[3] = 3_300
        #expect(one != other)
        one[4] = nil
        #expect(one == other)
        other[3] = 3_299
        #expect(one != other)
    }
}
