import BatteryModel
import ChargeControl

/// How often everything happened: a property that was never put to the test proves nothing.
struct Tally: Sendable {
    var steps = 0
    var histories = 0
    /// How often each rule set a limit, by its raw value: CCL, DCL, CVL, one pack.
    private(set) var wins = [[Int]](repeating: [Int](repeating: 0, count: 64), count: 4)
    private(set) var states = [Int](repeating: 0, count: 8)
    private(set) var stages = [Int](repeating: 0, count: 8)
    private(set) var bounds = [Int](repeating: 0, count: 8)

    mutating func count(_ verdict: BankVerdict, packs: Int) {
        steps += 1
        for (place, limit) in [verdict.charge, verdict.discharge, verdict.chargeVoltage].enumerated() {
            wins[place][Int(limit.winner.rule.rawValue)] += 1
        }
        for index in 0..<packs {
            if let charge = verdict[index].charge { wins[3][Int(charge.winner.rule.rawValue)] += 1 }
            if let discharge = verdict[index].discharge { wins[3][Int(discharge.winner.rule.rawValue)] += 1 }
        }
        states[Int(verdict.state.rawValue)] += 1
        stages[Int(verdict.stage.stage.rawValue)] += 1
        bounds[Int(verdict.soc.bound.rawValue)] += 1
    }

    mutating func add(_ other: Tally) {
        steps += other.steps
        histories += other.histories
        for place in wins.indices {
            for rule in wins[place].indices { wins[place][rule] += other.wins[place][rule] }
        }
        for index in states.indices {
            states[index] += other.states[index]
            stages[index] += other.stages[index]
            bounds[index] += other.bounds[index]
        }
    }

    /// Every rule that the control knows.
    static var rules: [LimitRule] { (0..<64).compactMap { LimitRule(rawValue: $0) } }

    /// Rules, stages and bounds of SOC that never came up.
    var missing: [String] {
        // Only a gateway that is being stopped says so.
        let rules = Self.rules.filter { rule in
            rule != .stopping && wins.allSatisfy { $0[Int(rule.rawValue)] == 0 }
        }
        let stages = (0..<8).compactMap { ChargeStage(rawValue: $0) }.filter {
            self.stages[Int($0.rawValue)] == 0
        }
        let states = (0..<8).compactMap { BankVerdict.State(rawValue: $0) }
            .filter { self.states[Int($0.rawValue)] == 0 }
        let bounds = (0..<8).compactMap { SOCVerdict.Bound(rawValue: $0) }
            .filter { self.bounds[Int($0.rawValue)] == 0 }
        return rules.map { "rule \($0)" } + stages.map { "stage \($0)" } + states.map { "state \($0)" }
            + bounds.map { "SOC \($0)" }
    }

    /// One line for each rule: how often it set CCL, DCL, CVL, and a limit of one pack.
    var lines: [String] {
        Self.rules.map { rule in
            let counts = wins.map { "\($0[Int(rule.rawValue)])" }.joined(separator: " ")
            return "PROOF won \(rule) \(counts)"
        }
    }
}
