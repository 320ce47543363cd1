import BatteryModel
import ChargeControl
import YAMLFile

/// What must hold between the values of the section `limits`, and between them and the rest of the file.
struct LimitChecks {
    let limits: LimitsDraft
    let draft: SettingsDraft
    let problems: ProblemCollector

    func run() {
        checkVoltages()
        checkTimes()
        checkStart()
    }

    private func checkVoltages() {
        let charge = number("charge_voltage_per_cell", limits.control.chargeVoltageMillivoltsPerCell)
        let floor = number("floor_voltage_per_cell", limits.control.floorVoltageMillivoltsPerCell)
        let discharge = number("discharge_voltage_per_cell", limits.control.dischargeVoltageMillivoltsPerCell)
        let maximum = number("absolute_maximum_cell", limits.control.absoluteMaximumCellMillivolts)
        expect(
            maximum, above: charge, "a cell that reaches the charge voltage would already forbid charging")
        expect(charge, above: floor, "the charge voltage may never be sent below its floor")
        expect(
            floor, above: discharge, orEqual: true,
            "the inverter would be told to charge to less than it may discharge to")
        checkChargeCurveReachesVoltage(charge)
    }

    /// Charging that ends before the charge voltage never ends an absorption, and the SOC never gets to 100 %.
    private func checkChargeCurveReachesVoltage(_ charge: Limit) {
        let curve = limits.control.highestCell
        guard limits.broken.isDisjoint(with: ["chemistry", "highest_cell", charge.key]),
            curve.permille(at: Int32(charge.value)) == 0
        else { return }
        let other = limits.marks["highest_cell"].map { "line \($0.line)" } ?? "the default"
        problems.add(
            charge.mark ?? limits.marks["highest_cell"] ?? limits.mark,
            "'\(charge.key)' is \(Quantity.voltage.text(charge.value))",
            "'highest_cell' (\(other)) allows no current there, so that it is never reached",
            "lower the voltage, or move the curve")
    }

    private func checkTimes() {
        let fresh = time("fresh", limits.control.freshFor)
        let lost = time("lost", limits.control.lostAfter)
        expect(lost, above: fresh, "a pack cannot be lost while its readings are fresh")
        if let poll = draft.gateway.poll, !limits.broken.contains("fresh"), poll.value > fresh.value {
            problems.add(
                poll.mark, "'poll' is \(Quantity.time.text(poll.value))",
                "with 'fresh' at \(fresh.described) every reading would be stale before the next one",
                "poll more often, or raise 'fresh'")
        }
    }

    private func checkStart() {
        guard let count = limits.control.startWithPacks, !draft.packs.isEmpty, draft.packs.count < count,
            let mark = limits.marks["start_with"], let first = draft.packs.first
        else { return }
        problems.add(
            mark, "'start_with' is \(count)",
            "from line \(first.mark.line) on there are only \(draft.packs.count) packs",
            "write at most \(draft.packs.count)")
    }

    /// A value of the section: written somewhere, or the default.
    private struct Limit {
        var key: String
        var value: Int64
        var mark: SourceMark?
        var quantity: Quantity

        /// The value and where it comes from.
        var described: String {
            "\(quantity.text(value)) (\(mark.map { "line \($0.line)" } ?? "the default"))"
        }
    }

    private func number(_ key: String, _ value: Int32) -> Limit {
        Limit(key: key, value: Int64(value), mark: limits.marks[key], quantity: .voltage)
    }

    private func time(_ key: String, _ value: Interval) -> Limit {
        Limit(key: key, value: value.milliseconds, mark: limits.marks[key], quantity: .time)
    }

    /// Complains if `high` is not above `low`, at the one of the two that is written last.
    private func expect(_ high: Limit, above low: Limit, orEqual: Bool = false, _ why: String) {
        guard limits.broken.isDisjoint(with: [high.key, low.key, "chemistry"]),
            orEqual ? high.value < low.value : high.value <= low.value
        else { return }
        let start = SourceMark(line: 0, column: 0)
        let blamesLow = (low.mark ?? start) > (high.mark ?? start)
        let (blamed, other) = blamesLow ? (low, high) : (high, low)
        problems.add(
            blamed.mark ?? limits.mark, "'\(blamed.key)' is \(blamed.quantity.text(blamed.value))",
            "it must be \(blamesLow ? "below" : "above") '\(other.key)', \(other.described): \(why)",
            "change one of the two")
    }
}
