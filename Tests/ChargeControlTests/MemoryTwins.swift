import BatteryModel
import ChargeControl

/// A controller that is restarted, beside one that goes on.
enum MemoryTwins {
    /// What the restarted one may offer more than the rules of the other allow; `nil` if nothing.
    ///
    /// Holding after a fall is not remembered, for limits begin at 0 anyway. What is not in the memory, and so may
    /// differ, ends the comparison: doubt, an absent value, a pack that is not fresh, a bank held down because the
    /// inverter ignored its limits.
    static func compare(
        _ controller: ChargeController, _ history: History, wasStopped: Bool
    ) -> String? {
        var future = history
        var plain = controller
        var restarted = ChargeController(history.settings)
        for pack in history.packs { restarted.add(pack) }
        let memory = plain.memory(at: history.now, wall: history.image.wall)
        restarted.restore(memory, at: history.now, wall: history.image.wall)
        // What was latched at 0 when it was written down stays so for as long as it does without a restart.
        var unlatched: Set<Direction> = []
        for step in 0..<60 {
            future.advance()
            future.apply(to: &plain)
            future.apply(to: &restarted)
            let more = plain.step(future.image, at: future.now)
            let less = restarted.step(future.image, at: future.now)
            future.hear(less)
            if step == 0, less.charge.value != 0 || less.discharge.value != 0 { return "starts above 0" }
            if wasStopped, more.state == .stopped, less.isTransmitting {
                return "sends although it was stopped"
            }
            guard isComparable(more, less, history.packs.count) else { return nil }
            for direction in [Direction.charge, .discharge] {
                let now = direction == .charge ? less.charge : less.discharge
                let held = direction == .charge ? more.charge : more.discharge
                if !isLatched(held) { unlatched.insert(direction) }
                if !unlatched.contains(direction), now.value > 0 {
                    return "memory, step \(step): \(now) although latched: \(held)"
                }
                let allowed = allowed(plain.currentRules(direction))
                // Shares are learned anew from the second reading on, so the two may differ in the last digits.
                let isWish = allowed.rule == .chargeBy
                // A setting that a BMS has ceased to report is read anew before the first live data.
                let isForgotten =
                    allowed.rule == .nearProtection
                    && protections.contains { future.readings[allowed.pack ?? 0][$0] == nil }
                // The first step after a restart counts no time, so CVL comes down to float a step later.
                let isEarlier =
                    allowed.rule == .floatSettling
                    && settlesSoon(allowed, history.settings.stages.voltageRampMicrovoltsPerSecond)
                guard !isWish, !isForgotten, !isEarlier, now.value > allowed.limit + allowed.limit / 500 + 10
                else {
                    continue
                }
                return "memory, step \(step): \(now) although \(allowed)"
            }
            let voltage = allowed(plain.chargeVoltageRules)
            // A CVL that a battery has ceased to tell is told anew before the battery is relied on.
            if voltage.rule == .inputMissing { continue }
            if less.isTransmitting, less.chargeVoltage.value > voltage.limit + 100 {
                return "memory, step \(step): CVL \(less.chargeVoltage) although \(voltage)"
            }
        }
        return nil
    }

    /// Whether the bank stands above what CVL has come down to by no more than it comes down in a step.
    private static func settlesSoon(_ reason: LimitReason, _ microvoltsPerSecond: Int32) -> Bool {
        guard let bank = reason.input, case .inputBelow(let ramp) = reason.rise else { return false }
        return Int64(bank - ramp) * 1_000 <= Int64(microvoltsPerSecond) * 2
    }

    private static func isLatched(_ limit: Limit) -> Bool {
        guard limit.value == 0, limit.winner.rule == .hold, case .inputAbove = limit.winner.rise else {
            return false
        }
        return true
    }

    /// The settings that ``LimitRule/nearProtection`` looks at.
    private static let protections: [PackField] = [
        .cellOverVoltage, .cellUnderVoltage, .chargeOverTemperature, .chargeUnderTemperature,
        .dischargeOverTemperature, .mosfetOverTemperature,
    ]

    /// Any numbers at all.
    static func garbage(seed: UInt64) -> ControlMemory {
        var random = SplitMix64(seed: seed)
        var memory = ControlMemory()
        for index in 0..<ControlMemory.count {
            switch random.next() % 4 {
            case 0: memory[index] = nil
            case 1: memory[index] = Int64(random.pick(-1...6))
            case 2: memory[index] = Int64(random.pick(0...(.max)))
            default:
                let extremes: [Int64] = [
                    .min, .min + 1, -1, .max - 1, .max, Int64(truncatingIfNeeded: random.next()),
                ]
                memory[index] = extremes[Int(random.next() % 6)]
            }
        }
        return memory
    }

    /// The strictest of the rules, without what only slows a rise.
    private static func allowed(_ rules: RuleList) -> LimitReason {
        var strictest = LimitReason(.bankMaximum, limit: .max, rise: .configuration)
        for index in 0..<rules.count {
            guard let reason = rules[index].reason, reason.rule != .hold, reason.rule != .ramp else {
                continue
            }
            if reason.limit < strictest.limit { strictest = reason }
        }
        return strictest
    }

    private static func isComparable(_ more: BankVerdict, _ less: BankVerdict, _ count: Int) -> Bool {
        guard more.state == .running, more.members.nonzeroBitCount == count else { return false }
        // The first step after a restart counts no time, so a stage may come one step later.
        if more.stage.stage != less.stage.stage, less.state == .running { return false }
        if more.alarms.level(of: .limitsIgnored) != nil { return false }
        let rules = [more.charge, more.discharge, more.chargeVoltage].map(\.winner.rule)
        if rules.contains(.inputMissing) || rules.contains(.limitsIgnored) { return false }
        for index in 0..<count {
            let (own, other) = (more[index], less[index])
            guard own.freshness == .fresh, !own.isDoubted, own.charge?.winner.rule != .inputMissing,
                own.discharge?.winner.rule != .inputMissing,
                other.chargeSharePermille >= own.chargeSharePermille,
                other.dischargeSharePermille >= own.dischargeSharePermille
            else { return false }
        }
        return true
    }
}
