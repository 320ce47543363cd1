import BatteryModel
import ChargeControl

// Invariant 3: CVL.

extension Invariants {
    mutating func checkVoltage(_ verdict: BankVerdict, _ readings: [PackReading]) -> String? {
        let cells = packs[0].cells
        let value = verdict.chargeVoltage.value
        let floor = settings.floorVoltageMillivoltsPerCell * cells
        if value == 0 || value < floor { return "3: CVL \(verdict.chargeVoltage) below \(floor)" }
        if value > settings.chargeVoltageMillivoltsPerCell * cells { return "3: CVL \(value) too high" }
        let ceiling = settings.ceilings.chargeMillivolts
        if value > ceiling, ceiling >= floor { return "3: CVL \(value) above what can be said" }
        // What was bounded to less when the bank was full comes up to float, not down.
        let float = min(
            max(settings.stages.floatMillivoltsPerCell * cells, floor), before?.chargeVoltage.value ?? .max)
        if verdict.chargeVoltage.winner.rule == .stage, value < float {
            return "3: CVL \(value), but float is \(float)"
        }
        if verdict.state == .bankLost, let before, value > before.chargeVoltage.value {
            return "3: CVL rises to \(value) although no pack is there"
        }
        guard verdict.state == .running else { return nil }
        for index in packs.indices where verdict.members & 1 << UInt16(index) != 0 {
            if oracle.isTelling(index) {
                guard let told = oracle.toldVoltage(index, readings[index], verdict.at), value > told else {
                    continue
                }
                return "3: CVL \(value), but pack \(index) tells \(told)"
            }
            guard let setting = readings[index][.cellOverVoltage],
                verdict.at - setting.at <= .seconds(300), setting.at <= verdict.at
            else { continue }
            // What no cell could have, or what lies under the floor, counts as not reported.
            let allowed = Int64(setting.value) * Int64(cells)
            guard (1_000...5_000).contains(setting.value), allowed >= Int64(floor) else { continue }
            if Int64(value) > allowed {
                return "3: CVL \(value) above \(setting.value) per cell of pack \(index)"
            }
        }
        guard let mean = meanVoltage(verdict.members, readings) else { return nil }
        return checkBelowBank(verdict, Int64(mean), cells, floor) ?? checkRise(verdict, Int64(mean))
            ?? checkHold(verdict, max(Int64(mean), Int64(floor)))
    }

    private mutating func checkHold(_ verdict: BankVerdict, _ free: Int64) -> String? {
        guard let before, before.state == .running else { return nil }
        return rates?.checkVoltage(
            verdict.chargeVoltage.value, before.chargeVoltage.value, free: free, at: verdict.at,
            settings.stages.voltageHold)
    }

    /// The voltage of the bank, where no value of a pack is doubted.
    func believedVoltage(_ verdict: BankVerdict, _ readings: [PackReading]) -> Int64? {
        let isDoubted = packs.indices.contains { verdict[$0].isDoubted || verdict[$0].freshness == .stale }
        return isDoubted ? nil : meanVoltage(verdict.members, readings)
    }

    private func meanVoltage(_ members: UInt16, _ readings: [PackReading]) -> Int64? {
        var sum: Int64 = 0
        for index in packs.indices where members & 1 << UInt16(index) != 0 {
            guard let voltage = readings[index][.packVoltage]?.value else { return nil }
            sum += Int64(voltage)
        }
        return members == 0 ? nil : sum / Int64(members.nonzeroBitCount)
    }

    /// A CVL under the bank's voltage empties the bank into the grid; only these may do it, and only so far.
    private func checkBelowBank(
        _ verdict: BankVerdict, _ mean: Int64, _ cells: Int32, _ floor: Int32
    ) -> String? {
        let limit = verdict.chargeVoltage
        let value = Int64(limit.value)
        guard value < mean else { return nil }
        switch limit.winner.rule {
        // A lost pack goes on pulling CVL down by what stood out in it.
        case .packLost: return nil
        case .bankMaximum, .bmsLimit, .toldLimit, .inputMissing, .protocolMaximum:
            // The bank stands above what it may ever have.
            // Chargers swing by the tolerance of absorption.
            let swing = Int64(settings.stages.absorptionTolerancePerCellMillivolts * cells)
            return verdict.charge.value == 0 || mean <= value + swing
                ? nil : "3: CCL \(verdict.charge) above CVL \(limit), bank \(mean)"
        case .overshoot:
            let least = packs.indices.compactMap { index in
                verdict.members & 1 << UInt16(index) != 0 ? oracle.sumWithoutOvershoot(index) : nil
            }.min()
            // What stood out in a lost pack stands out for ever.
            if verdict.members.nonzeroBitCount < packs.count { return nil }
            let float = settings.stages.floatMillivoltsPerCell * cells
            guard let least, limit.value >= min(max(least, float), max(least, floor)) else {
                return "3: CVL \(limit) although the cells without their overshoots have \(least as Any)"
            }
            return nil
        case .stage:
            return value >= mean - 3 * Int64(cells)
                ? nil : "3: float CVL \(limit) far under the bank's \(mean)"
        case .limitsIgnored:
            return settings.supervision.action == .alarm ? "3: CVL lowered unasked" : nil
        case .hold, .ramp:
            // With a pack lost nobody knows that the bank has not merely lost its lowest member: CVL waits.
            let isAnyLost = packs.indices.contains { verdict[$0].freshness == .lost }
            return isAnyLost ? nil : "3: CVL \(limit) under the bank's \(mean)"
        default: return "3: CVL \(limit) under the bank's \(mean)"
        }
    }

    /// CVL comes back slowly, except up to the voltage that the bank has anyway.
    private func checkRise(_ verdict: BankVerdict, _ mean: Int64) -> String? {
        guard let before, before.state == .running else { return nil }
        let old = Int64(before.chargeVoltage.value)
        let new = Int64(verdict.chargeVoltage.value)
        guard new > max(old, mean) else { return nil }
        let milliseconds = min(max((verdict.at - before.at).milliseconds + 1, 0), 1_000)
        let ramp = Int64(settings.stages.voltageRampMicrovoltsPerSecond) * milliseconds / 1_000_000
        // What was said last is kept in microvolts.
        return new - max(old, mean) <= ramp + 1 ? nil : "5: CVL rises from \(old) to \(new), bank \(mean)"
    }
}
