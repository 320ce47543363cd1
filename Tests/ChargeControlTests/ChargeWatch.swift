import BatteryModel
import ChargeControl

/// Watches stages and state of charge from outside.
struct ChargeWatch {
    private var floorFor = Interval.zero
    private var floatFor = Interval.zero
    /// Whether absorption was completed and the bank has been full since.
    var mayBeFull = false
    /// Whether something may be known from before a restart.
    var isRemembering = false
    private var saidBefore: Int32?

    /// `mean` is the voltage of the bank; `nil` where not every pack says it, or one is doubted.
    mutating func check(
        _ verdict: BankVerdict, _ before: BankVerdict?, _ oracle: Oracle, mean: Int64?
    ) -> String? {
        let settings = oracle.settings
        let elapsed = before.map { min(max(verdict.at - $0.at, .zero), settings.lostAfter) } ?? .zero
        var lowest: Int32?
        for index in oracle.packs.indices where verdict.members & 1 << UInt16(index) != 0 {
            if let cell = oracle.lowestCell(index) { lowest = min(lowest ?? cell, cell) }
        }
        let isLow = lowest.map { $0 <= settings.dischargeVoltageMillivoltsPerCell } ?? false
        floorFor = isLow ? floorFor + elapsed : .zero
        return checkStage(verdict, before) ?? checkAbsorption(verdict, before, settings, elapsed)
            ?? checkSOC(verdict, settings, elapsed)
            ?? checkSettling(verdict, before, settings, Int64(oracle.packs[0].cells), elapsed, mean)
    }

    /// Once CVL must have come down to float, a bank that stands above it is not charged.
    private mutating func checkSettling(
        _ verdict: BankVerdict, _ before: BankVerdict?, _ settings: ControlSettings, _ cells: Int64,
        _ elapsed: Interval, _ mean: Int64?
    ) -> String? {
        let isFloating = verdict.stage.stage == .float && before?.stage.stage == .float
        guard isFloating, verdict.state == .running, before?.state == .running else {
            floatFor = .zero
            return nil
        }
        floatFor = floatFor + elapsed
        let stages = settings.stages
        let fall = Int64(settings.chargeVoltageMillivoltsPerCell - stages.floatMillivoltsPerCell) * cells
        let longest = Interval.seconds(fall * 1_000 / Int64(stages.voltageRampMicrovoltsPerSecond) + 2)
        let goal = Int64(stages.floatMillivoltsPerCell) * cells
        guard let mean, floatFor > longest, mean > goal + 3 * cells, verdict.charge.value > 0 else {
            return nil
        }
        return "\(verdict.charge) although the bank has \(mean) mV and float is \(goal) mV"
    }

    private mutating func checkStage(_ verdict: BankVerdict, _ before: BankVerdict?) -> String? {
        guard let old = before?.stage else { return nil }
        let new = verdict.stage
        if verdict.state == .running, new.stage == .start { return "the stage is start in a running bank" }
        if new.stage == .hold, verdict.charge.value > 0 {
            return "\(verdict.charge) although the wanted state of charge is reached"
        }
        let isFilled = new.stage == .float && new.sinceFull == .zero
        if isFilled { mayBeFull = true }
        if new.stage == .float, old.stage == .bulk || old.stage == .rebulk {
            return "from \(old.stage) to float"
        }
        if new.sinceFull < old.sinceFull, !isFilled { return "full out of nothing" }
        return nil
    }

    /// Absorption takes its time, and ends early only with the cells together.
    private func checkAbsorption(
        _ verdict: BankVerdict, _ before: BankVerdict?, _ settings: ControlSettings, _ elapsed: Interval
    ) -> String? {
        guard let old = before?.stage, old.stage == .absorption, verdict.stage.stage == .float else {
            return nil
        }
        let stages = settings.stages
        let absorbed = old.absorbed + elapsed
        let patience = min(stages.absorptionPatience, stages.absorptionLongest)
        guard absorbed < patience else { return nil }
        if absorbed < stages.absorptionTime { return "absorption for \(absorbed) only" }
        guard let spread = verdict.bank[.cellSpread]?.value else { return "full although no cell is known" }
        let limit = stages.absorptionSpreadMillivolts
        return spread <= limit ? nil : "full after \(absorbed) although the cells are \(spread) mV apart"
    }

    private mutating func checkSOC(
        _ verdict: BankVerdict, _ settings: ControlSettings, _ elapsed: Interval
    ) -> String? {
        if let said = verdict.bank[.soc], verdict.state != .running || verdict.members == 0 {
            return "SOC \(said) although nobody knows it"
        }
        guard let soc = verdict.soc.permille else { return nil }
        let old = saidBefore
        saidBefore = soc
        if !(0...1_000).contains(soc) { return "SOC \(soc)" }
        if soc == 1_000, !mayBeFull { return "SOC 100 % although absorption was not completed" }
        if soc < 1_000, old == 1_000 { mayBeFull = verdict.stage.sinceFull == .zero }
        // After a restart it may be where it was before.
        let isArriving = (old ?? (isRemembering ? 0 : 1_000)) >= 10
        if soc < 10, isArriving, floorFor < settings.soc.emptySettle {
            return "SOC \(soc) although no cell was at its floor for long enough"
        }
        guard let old, verdict.soc.bound != .full, verdict.soc.bound != .empty else { return nil }
        let step = Int64(settings.soc.stepPermillePerTenSeconds) * elapsed.milliseconds / 10_000 + 1
        return abs(Int64(soc) - Int64(old)) <= step ? nil : "SOC jumps from \(old) to \(soc), at most \(step)"
    }
}
