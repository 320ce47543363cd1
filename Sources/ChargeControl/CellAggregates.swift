import BatteryModel

/// What is known of the cells of a battery that does not report them one by one.
struct CellAggregates: Sendable, Equatable {
    /// The highest and the lowest cell; where the battery does not tell one, the mean rounded to the worse side.
    var extremes: Extremes
    /// The distance between the two, if the battery tells both, in millivolts.
    var spread: Int32?
    /// Whether what it tells cannot be true together with its voltage.
    var isContradictory: Bool

    /// Which of its cells a battery has once told: from then on its absence is a loss.
    struct Known: Sendable {
        private var highest = false
        private var lowest = false

        /// Notes what a reading tells; returns whether nothing of it has gone missing.
        mutating func isWhole(_ reading: borrowing PackReading) -> Bool {
            let (high, low) = (reading[.highestCell] != nil, reading[.lowestCell] != nil)
            highest = highest || high
            lowest = lowest || low
            return high == highest && low == lowest
        }
    }

    /// What a reading says about the cells, as old as its oldest part; `nil` without the voltage of the pack.
    static func found(in reading: borrowing PackReading, cells: Int32) -> Reading<CellAggregates>? {
        guard let voltage = reading[.packVoltage], cells > 0 else { return nil }
        let (high, low) = (reading[.highestCell], reading[.lowestCell])
        let below = sayable(Int64(voltage.value) / Int64(cells))
        let above = sayable((Int64(voltage.value) + Int64(cells) - 1) / Int64(cells))
        var found = CellAggregates(
            extremes: Extremes(high: Placed(value: above, place: 0), low: Placed(value: below, place: 0)),
            isContradictory: false)
        // As with single cells, voltages may differ by 2 %.
        let slack = Int64(voltage.value) / 50 / Int64(cells)
        if let high {
            found.isContradictory = Int64(high.value) < Int64(below) - slack
            found.take(high: sayable(Int64(high.value)), number: reading[.highestCellNumber]?.value)
        }
        if let low {
            if Int64(low.value) > Int64(above) + slack { found.isContradictory = true }
            found.take(low: sayable(Int64(low.value)), number: reading[.lowestCellNumber]?.value)
        }
        if let high, let low { found.spread = Int32(clamping: distance(high.value, low.value)) }
        return Reading(found, at: min(voltage.at, min(high?.at ?? voltage.at, low?.at ?? voltage.at)))
    }

    func judge(
        after old: CellAggregates?, _ seconds: Int32, step: Int32
    ) -> GuardedValue<CellAggregates>.Verdict {
        guard !isContradictory, Plausibility.cellMillivolts.contains(extremes.high.value),
            Plausibility.cellMillivolts.contains(extremes.low.value)
        else { return .impossible }
        guard let old else { return .plausible }
        let most = max(
            distance(extremes.high.value, old.extremes.high.value),
            distance(extremes.low.value, old.extremes.low.value))
        return most > Int64(step) * Int64(seconds) ? .jump : .plausible
    }

    private mutating func take(high value: Int32, number: Int32?) {
        if value >= extremes.high.value { extremes.high = Placed(value: value, place: Self.place(number)) }
    }

    private mutating func take(low value: Int32, number: Int32?) {
        if value <= extremes.low.value { extremes.low = Placed(value: value, place: Self.place(number)) }
    }

    /// No cell is said to have more than fits into the sixteen bits of a single one; beyond any cell it stays.
    private static func sayable(_ millivolts: Int64) -> Int32 {
        Int32(min(max(millivolts, 0), Int64(UInt16.max)))
    }

    private static func place(_ number: Int32?) -> Int {
        number.map { $0 > 0 ? Int($0) : 0 } ?? 0
    }
}
