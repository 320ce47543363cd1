import BatteryModel

/// One measured thing of a pack, guarded against jumps that physics forbids.
///
/// A jump is doubted for two readings: meanwhile the old value stays beside the new one, keeps its old age, and
/// every rule takes whichever of the two is worse for it. So a jump to the safe side acts at once and one to the
/// unsafe side has to repeat itself. What is impossible, and not merely sudden, is never believed.
struct GuardedValue<Value: Sendable & Equatable>: Sendable {
    enum Verdict {
        case plausible
        case jump
        case impossible
    }

    /// The value that is believed, and when it was measured.
    private(set) var accepted: Reading<Value>?
    /// The newest value, while it is doubted.
    private(set) var doubted: Value?
    private var doubts = 0
    private var seen: Reading<Value>?

    /// Takes the newest reading.
    ///
    /// - Parameters:
    ///   - reading: The newest reading; `nil` forgets everything, for absent is absent.
    ///   - forgetAfter: An accepted value further away in time than this is no measure for a new one.
    ///   - judge: Compares the accepted value with the new one, given the seconds between them, at least 1.
    mutating func take(
        _ reading: Reading<Value>?, forgetAfter: Interval, judge: (Value?, Value, Int32) -> Verdict
    ) {
        guard let reading else {
            self = GuardedValue()
            return
        }
        // Not the instant alone: that of several sensors is the oldest of theirs, and one may move without it.
        guard reading != seen else { return }
        seen = reading
        if let held = accepted?.at, max(reading.at - held, held - reading.at) > forgetAfter { accepted = nil }
        let elapsed = accepted.map { max(1, min((reading.at - $0.at).seconds, 1_000)) } ?? 1
        switch judge(accepted?.value, reading.value, Int32(elapsed)) {
        case .plausible: accept(reading)
        case .jump: if doubts >= Self.doubtedReadings { accept(reading) } else { doubt(reading.value) }
        case .impossible:
            if doubts >= Self.doubtedReadings { accepted = nil }
            doubt(reading.value)
        }
    }

    private mutating func accept(_ reading: Reading<Value>) {
        accepted = reading
        doubted = nil
        doubts = 0
    }

    private mutating func doubt(_ value: Value) {
        doubted = value
        doubts = min(doubts + 1, Self.doubtedReadings)
    }

    private static var doubtedReadings: Int { 2 }
}

/// How far two reported numbers lie apart, whatever they are.
func distance(_ a: Int32, _ b: Int32) -> Int64 {
    abs(Int64(a) - Int64(b))
}

/// A value and where in the pack it was measured, counted from 1; 0 where nobody says.
struct Placed: Sendable, Equatable {
    var value: Int32
    var place: Int

    /// ``place``; `nil` where nobody says.
    var number: Int? { place == 0 ? nil : place }
}

/// The highest and the lowest of many.
struct Extremes: Sendable, Equatable {
    var high: Placed
    var low: Placed

    /// The extremes of both together.
    func spanning(_ other: Extremes?) -> Extremes {
        guard let other else { return self }
        return Extremes(
            high: other.high.value > high.value ? other.high : high,
            low: other.low.value < low.value ? other.low : low)
    }
}

/// The guarded measurements of one pack.
struct Plausibility: Sendable {
    private var cells = GuardedValue<CellValues>()
    /// In the place of ``cells`` for a battery without single cells.
    private var aggregates = GuardedValue<CellAggregates>()
    private var known = CellAggregates.Known()
    private var temperatures = GuardedValue<Extremes>()
    private var soc = GuardedValue<Int32>()
    /// Sensors that have ever been reported: bit n for sensor n.
    private var sensors: UInt8 = 0

    /// Looks at a reading and says what may be believed of it.
    ///
    /// Cells above `chargeMillivolts` stand out.
    mutating func view(
        of reading: inout PackReading, _ pack: PackSettings, forgetAfter: Interval,
        chargeMillivolts: Int32
    ) -> PackView {
        var view = PackView(&reading)
        let hasCells = !pack.without.contains(.singleCells)
        if hasCells {
            lookAtCells(&reading, forgetAfter, chargeMillivolts, &view)
        } else {
            lookAtAggregates(reading, pack, forgetAfter, &view)
        }
        temperatures.take(temperatures(in: &reading, areSensors: hasCells), forgetAfter: forgetAfter) {
            (old, new, seconds) in
            guard let old else { return .plausible }
            let step = max(
                distance(new.high.value, old.high.value), distance(new.low.value, old.low.value))
            return step > Int64(Self.temperatureStepDecicelsius * seconds) ? .jump : .plausible
        }
        soc.take(reading[.soc], forgetAfter: forgetAfter) { (old, new, seconds) in
            guard (0...1_000).contains(new) else { return .impossible }
            guard let old else { return .plausible }
            return abs(new - old) > Self.socStepPermille * seconds ? .jump : .plausible
        }
        view.temperatures = temperatures.accepted?.value.spanning(temperatures.doubted)
        view.temperaturesAt = temperatures.accepted?.at
        view.soc = soc.accepted
        if temperatures.doubted != nil || soc.doubted != nil { view.isDoubted = true }
        return view
    }

    private mutating func lookAtCells(
        _ reading: inout PackReading, _ forgetAfter: Interval, _ chargeMillivolts: Int32,
        _ view: inout PackView
    ) {
        let voltage = reading[.packVoltage]
        cells.take(reading.cellMillivolts, forgetAfter: forgetAfter) { (old, new, seconds) in
            Self.judge(old, new, seconds, packMillivolts: voltage?.value)
        }
        view.cells = Self.extremes(cells.accepted?.value)?.spanning(Self.extremes(cells.doubted))
        view.cellsAt = cells.accepted?.at
        view.spread = Self.extremes(cells.accepted?.value).map { $0.high.value - $0.low.value }
        view.sumWithoutOvershoot = Self.sum(cells.accepted?.value, under: chargeMillivolts)
        if let doubted = Self.sum(cells.doubted, under: chargeMillivolts) {
            view.sumWithoutOvershoot = min(view.sumWithoutOvershoot ?? doubted, doubted)
        }
        view.cellCount = cells.accepted.map { Int32($0.value.count) }
        view.isDoubted = cells.doubted != nil
    }

    /// What stands in for the cells of a battery that does not report them one by one.
    ///
    /// Nobody can sum up what stands out, so CVL is not pulled down for single cells: the battery's own CVL does that.
    private mutating func lookAtAggregates(
        _ reading: borrowing PackReading, _ pack: PackSettings, _ forgetAfter: Interval,
        _ view: inout PackView
    ) {
        let newest = CellAggregates.found(in: reading, cells: pack.cells)
        aggregates.take(known.isWhole(reading) ? newest : nil, forgetAfter: forgetAfter) {
            (old, new, seconds) in
            new.judge(after: old, seconds, step: Self.cellStepMillivolts)
        }
        view.cells = aggregates.accepted?.value.extremes.spanning(aggregates.doubted?.extremes)
        view.cellsAt = aggregates.accepted?.at
        view.spread = aggregates.accepted?.value.spread
        view.cellCount = reading[.configuredCells]?.value
        view.newestHigh = newest.map { Reading($0.value.extremes.high, at: $0.at) }
        view.isDoubted = aggregates.doubted != nil
    }

    private static func judge(
        _ old: CellValues?, _ new: CellValues, _ seconds: Int32, packMillivolts: Int32?
    ) -> GuardedValue<CellValues>.Verdict {
        guard let high = new.highest, let low = new.lowest, cellMillivolts.contains(Int32(high.value)),
            cellMillivolts.contains(Int32(low.value))
        else { return .impossible }
        // The sum of the cells may differ from the pack by 2 %.
        if let packMillivolts, distance(new.sum, packMillivolts) > Int64(packMillivolts / 50) {
            return .impossible
        }
        guard let old else { return .plausible }
        for index in 0..<CellValues.maximum {
            guard let before = old[index], let after = new[index] else { continue }
            if abs(Int32(after) - Int32(before)) > cellStepMillivolts * seconds { return .jump }
        }
        return .plausible
    }

    /// The sum of the cells without what stands above `limit`; `nil` if nothing does.
    private static func sum(_ cells: CellValues?, under limit: Int32) -> Int32? {
        guard let cells, let high = cells.highest, Int32(high.value) > limit else { return nil }
        var sum = cells.sum
        for index in 0..<CellValues.maximum {
            if let cell = cells[index] { sum -= max(Int32(cell) - limit, 0) }
        }
        return sum
    }

    private static func extremes(_ cells: CellValues?) -> Extremes? {
        guard let high = cells?.highest, let low = cells?.lowest else { return nil }
        return Extremes(
            high: Placed(value: Int32(high.value), place: high.index + 1),
            low: Placed(value: Int32(low.value), place: low.index + 1))
    }

    /// The extremes of all sensors; nothing once a sensor has gone missing, for it may be the warm one.
    ///
    /// What a battery tells as its warmest and coldest stands in the places of sensors and is none.
    private mutating func temperatures(
        in reading: inout PackReading, areSensors: Bool
    ) -> Reading<Extremes>? {
        var found: Reading<Extremes>?
        for sensor in 0..<PackReading.cellSensorCount {
            guard let value = reading[PackReading.cellSensor(sensor)] else {
                if sensors & 1 << UInt8(sensor) != 0 { return nil }
                continue
            }
            sensors |= 1 << UInt8(sensor)
            let here = Placed(value: value.value, place: areSensors ? sensor + 1 : 0)
            let both = Extremes(high: here, low: here)
            found = Reading(
                found?.value.spanning(both) ?? both, at: min(found?.at ?? value.at, value.at))
        }
        return found
    }

    // The contract's bounds on what can happen within one second, and at all.
    private static let cellStepMillivolts: Int32 = 200
    private static let socStepPermille: Int32 = 50
    private static let temperatureStepDecicelsius: Int32 = 100
    /// What a battery of this size can carry; beyond it the sensor is lying.
    static let milliamps: ClosedRange<Int32> = -2_000_000...2_000_000
    /// What a cell of any chemistry can have, in millivolts.
    static let cellMillivolts: ClosedRange<Int32> = 1_000...5_000
}
