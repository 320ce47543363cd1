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
        checkStages()
        checkWishes()
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

    private func checkStages() {
        let stages = limits.control.stages
        let charge = number("charge_voltage_per_cell", limits.control.chargeVoltageMillivoltsPerCell)
        let floor = number("floor_voltage_per_cell", limits.control.floorVoltageMillivoltsPerCell)
        let float = number("float_voltage_per_cell", stages.floatMillivoltsPerCell)
        let rebulk = number("rebulk_cell", stages.rebulkCellMillivolts)
        let discharge = number("discharge_voltage_per_cell", limits.control.dischargeVoltageMillivoltsPerCell)
        expect(charge, above: float, "a full bank would be kept at its charge voltage for ever")
        if charge.value > floor.value {
            expect(float, above: floor, orEqual: true, "no charge voltage below its floor is ever sent")
        }
        expect(float, above: rebulk, "a bank at float would be charged again at once")
        expect(rebulk, above: discharge, "the bank would be empty before it is charged again")
        checkTolerance(charge, float)
        expect(
            number("rebulk_spread", stages.rebulkSpreadMillivolts),
            above: number("absorption_spread", stages.absorptionSpreadMillivolts),
            "a full charge would end with a reason to begin the next")
        let patience = time("absorption_patience", stages.absorptionPatience, .span)
        let longest = time("absorption_longest", stages.absorptionLongest, .span)
        expect(
            patience, above: time("absorption_time", stages.absorptionTime, .span), orEqual: true,
            "patience would end before cells that are together have had their time")
        expect(longest, above: patience, orEqual: true, "nothing lasts longer than the longest")
        expect(
            time("act_after", limits.control.supervision.actAfter, .span),
            above: time("alarm_after", limits.control.supervision.alarmAfter), orEqual: true,
            "nothing is done before it is told")
    }

    /// At float the bank must not count as being at the charge voltage, or it is absorbed without end.
    private func checkTolerance(_ charge: Limit, _ float: Limit) {
        let tolerance = number(
            "absorption_tolerance", limits.control.stages.absorptionTolerancePerCellMillivolts)
        guard limits.broken.isDisjoint(with: [charge.key, float.key, tolerance.key, "chemistry"]),
            charge.value > float.value, charge.value - tolerance.value <= float.value
        else { return }
        let mark = [tolerance, charge, float].compactMap(\.mark).max() ?? limits.mark
        problems.add(
            mark, "'\(tolerance.key)' is \(tolerance.described)",
            "a bank at 'float_voltage_per_cell', \(float.described), would count as being at "
                + "'charge_voltage_per_cell', \(charge.described)",
            "set the two voltages further apart, or lower the tolerance")
    }

    private func checkWishes() {
        let stages = limits.control.stages
        guard let target = stages.socTargetPermille else { return }
        let wanted = part(LimitRows.target.key, target)
        expect(
            wanted, above: part("rebulk_soc", stages.rebulkSOCPermille), orEqual: true,
            "the bank would ask to be charged and refuse it")
        expect(
            wanted, above: part("soc_target_hysteresis", stages.socTargetHysteresisPermille),
            "charging would never begin again")
        if let wish = stages.chargeBy {
            expect(
                wanted, above: part(LimitRows.chargeByKey, wish.socPermille), orEqual: true,
                "charging stops before it")
        }
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

    private func part(_ key: String, _ permille: Int32) -> Limit {
        Limit(key: key, value: Int64(permille), mark: limits.marks[key], quantity: .part)
    }

    private func time(_ key: String, _ value: Interval, _ quantity: Quantity = .time) -> Limit {
        Limit(key: key, value: value.milliseconds, mark: limits.marks[key], quantity: quantity)
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
