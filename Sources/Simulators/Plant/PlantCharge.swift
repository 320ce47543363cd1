public import BatteryModel
public import ChargeControl

/// How a plant was charged: its stages, its full charges, and what was said of its state of charge.
public struct PlantCharge: Sendable {
    /// Seconds in each stage, by its number.
    public internal(set) var stageSeconds = [Double](repeating: 0, count: 6)
    /// The stages in the order in which they came; a stage that was only interrupted comes again.
    public internal(set) var stages: [ChargeStage] = []
    /// When absorption was completed, counted from the beginning.
    public internal(set) var fullAt: [Interval] = []
    /// The furthest that the state of charge that was said was from the true one, in thousandths.
    public internal(set) var socErrorPermille = 0.0
    /// The same at the end; `nil` if nothing was said then.
    public internal(set) var socErrorAtEndPermille: Double?
    /// The lowest true state of charge while 100 % was said, in thousandths; `nil` if it never was.
    public internal(set) var socWhenFullPermille: Double?
    /// The furthest that CVL was under the bank's voltage, in millivolts, by the rule that said so: `LimitRule` by its
    /// number.
    public internal(set) var underBankByRule = [Double](repeating: 0, count: 64)

    private var stage: ChargeStage?
    private var sinceFull: Interval?
    private var underFor = 0.0

    /// The furthest that CVL was under the bank's voltage for single cells that stand out, in millivolts.
    public var pulledMillivolts: Double { worst { Self.pullRules.contains($0) } }
    /// The furthest that it was for anything else, in millivolts.
    public var underBankMillivolts: Double { worst { !Self.pullRules.contains($0) } }

    private func worst(_ counts: (LimitRule) -> Bool) -> Double {
        var worst = 0.0
        for (number, millivolts) in underBankByRule.enumerated() where millivolts > worst {
            if let rule = LimitRule(rawValue: UInt8(number)), counts(rule) { worst = millivolts }
        }
        return worst
    }

    /// Overshoots, the hold and the ramp after them, and overshoots of a pack that was lost.
    private static let pullRules: Set<LimitRule> = [.overshoot, .hold, .ramp, .packLost]
    /// A CVL that falls is under the bank until the inverter has followed.
    private static let followsWithin = 10.0
}

extension PlantCharge {
    /// Takes down a step.
    ///
    /// - Parameters:
    ///   - decision: What was decided; `nil` while the gateway is not there.
    ///   - bank: The packs.
    ///   - socPermille: The true state of charge, if it was worked out in this step.
    ///   - seconds: The length of the step.
    ///   - elapsed: The time after it.
    /// - Returns: The stage that began in it, and whether absorption was completed.
    mutating func take(
        _ decision: PlantDecision?, _ bank: borrowing SimulatedBank, soc socPermille: Double?,
        seconds: Double, at elapsed: Interval
    ) -> (began: ChargeStage?, isFull: Bool) {
        guard let decision else {
            (stage, sinceFull, underFor) = (nil, nil, 0)
            return (nil, false)
        }
        let now = decision.stage.stage
        let began = now == stage ? nil : now
        stage = now
        if began != nil, stages.last != now { stages.append(now) }
        stageSeconds[Int(now.rawValue)] += seconds
        let isFull = sinceFull.map { decision.stage.sinceFull < $0 } ?? false
        sinceFull = decision.stage.sinceFull
        if isFull { fullAt.append(elapsed) }
        compare(decision.socPermille, socPermille)
        compareVoltage(decision, bank, seconds)
        return (began, isFull)
    }

    private mutating func compare(_ said: Int32?, _ truth: Double?) {
        guard let truth else { return }
        socErrorAtEndPermille = said.map { abs(Double($0) - truth) }
        guard let said else { return }
        socErrorPermille = max(socErrorPermille, abs(Double(said) - truth))
        if said == 1_000 { socWhenFullPermille = min(socWhenFullPermille ?? truth, truth) }
    }

    private mutating func compareVoltage(
        _ decision: PlantDecision, _ bank: borrowing SimulatedBank, _ seconds: Double
    ) {
        let under = bank.exactMillivolts - Double(decision.voltage.limit)
        guard decision.state == .running, under > 0 else {
            underFor = 0
            return
        }
        underFor += seconds
        guard underFor > Self.followsWithin else { return }
        let rule = Int(decision.voltage.rule.rawValue)
        underBankByRule[rule] = max(underBankByRule[rule], under)
    }
}

extension ChargeStage {
    /// Every stage.
    static let all = (UInt8(0)...5).compactMap(ChargeStage.init(rawValue:))

    /// The name in files: `absorption`.
    public var word: String { "\(self)" }
}
