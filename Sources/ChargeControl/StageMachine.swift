import BatteryModel

/// What the stages look at.
struct StageInput {
    var isRunning: Bool
    var isStarting: Bool
    /// Mean voltage of the packs in the bank, in millivolts.
    var bankMillivolts: Int32?
    /// The charge voltage of the whole bank, in millivolts, and the part of it that each cell may miss.
    var topMillivolts: Int32
    var cells: Int32
    /// CVL as it was last said, in millivolts.
    var chargeVoltage: Int32?
    var isOvershooting: Bool
    /// The widest distance between the cells of one pack, in millivolts.
    var spreadMillivolts: Int32?
    var highestCellMillivolts: Int32?
    var isBalancing: Bool
    /// The state of charge as people see it, in thousandths.
    var saidSOC: Int32?
    /// The same by the charge counted since the bank was full: a BMS that is wrong must not start charging anew.
    var countedSOC: Int32?
    var elapsed: Interval
}

/// Moves the bank from stage to stage.
struct StageMachine: Sendable {
    private(set) var progress = StageProgress()
    /// The stage without what hides it: start and hold.
    private(set) var inner = ChargeStage.bulk
    /// Whether absorption was completed in the last step.
    private(set) var hasCompleted = false
    /// Whether the wanted state of charge is reached.
    private(set) var isHeld = false
    /// How far CVL has come down on its way to float, in microvolts.
    private(set) var floatMicrovolts: Int64?
    /// Whether the bank still stands above float on the way there.
    private(set) var isSettling = false
    private var floated = Interval.zero
    private var asked = Interval.zero

    mutating func step(_ input: StageInput, _ settings: ControlSettings) {
        hasCompleted = false
        let stages = settings.stages
        progress.sinceFull = progress.sinceFull + input.elapsed
        progress.isFullChargeDue = progress.sinceFull >= stages.fullChargeEvery
        hold(input, stages)
        if input.isRunning {
            switch inner {
            case .absorption: absorb(input, stages)
            case .float: float(input, settings)
            default: if isAtTop(input, stages) { enterAbsorption() }
            }
        }
        progress.stage = input.isStarting ? .start : isHeld && inner != .float ? .hold : inner
    }

    /// CVL that float asks for, in millivolts; `nil` in other stages.
    var floatMillivolts: Int32? {
        guard inner == .float, let floatMicrovolts else { return nil }
        return Int32(clamping: floatMicrovolts / 1_000)
    }

    // MARK: Bulk and absorption

    private func isAtTop(_ input: StageInput, _ stages: StageSettings, lower perCell: Int32 = 0) -> Bool {
        guard let bank = input.bankMillivolts else { return false }
        // With CVL pulled down by cells that stand out, the bank cannot get any higher than that.
        let pulled = input.isOvershooting ? input.chargeVoltage : nil
        let top = min(input.topMillivolts, pulled ?? input.topMillivolts)
        return bank >= top - input.cells * (stages.absorptionTolerancePerCellMillivolts + perCell)
    }

    private mutating func enterAbsorption() {
        inner = .absorption
        progress.absorbed = .zero
        progress.balanced = .zero
    }

    private mutating func absorb(_ input: StageInput, _ stages: StageSettings) {
        guard isAtTop(input, stages, lower: Self.leavesAbsorptionBelowPerCell) else {
            inner = .bulk
            return
        }
        guard isAtTop(input, stages) else { return }
        progress.absorbed = progress.absorbed + input.elapsed
        let limit = stages.absorptionSpreadMillivolts
        if let spread = input.spreadMillivolts, spread <= limit {
            progress.balanced = progress.balanced + input.elapsed
        } else if (input.spreadMillivolts ?? .max) > limit + Self.spreadSlack {
            progress.balanced = .zero
        }
        let isPatienceOver = progress.absorbed >= stages.absorptionPatience && !input.isBalancing
        if progress.balanced >= stages.absorptionTime || isPatienceOver
            || progress.absorbed >= stages.absorptionLongest
        {
            complete(from: input.chargeVoltage ?? input.topMillivolts, input.bankMillivolts)
        }
    }

    private mutating func complete(from millivolts: Int32, _ bankMillivolts: Int32?) {
        inner = .float
        hasCompleted = true
        progress.sinceFull = .zero
        progress.hasBeenFull = true
        progress.isFullChargeDue = false
        floatMicrovolts = Int64(millivolts) * 1_000
        isSettling = bankMillivolts.map { $0 > millivolts } ?? false
        floated = .zero
        asked = .zero
    }

    // MARK: Float and charging again

    private mutating func float(_ input: StageInput, _ settings: ControlSettings) {
        let stages = settings.stages
        floated = floated + input.elapsed
        let goal = Int64(stages.floatMillivoltsPerCell) * Int64(input.cells) * 1_000
        let fall = Int64(stages.voltageRampMicrovoltsPerSecond) * input.elapsed.milliseconds / 1_000
        let ramp = max((floatMicrovolts ?? goal) - fall, goal)
        floatMicrovolts = ramp
        if let bank = input.bankMillivolts {
            let slack: Int64 = isSettling ? 0 : Int64(input.cells * Self.settledWithinPerCell)
            isSettling = Int64(bank) > ramp / 1_000 + slack
        }
        let isAsked =
            input.highestCellMillivolts.map { $0 <= stages.rebulkCellMillivolts } ?? false
            || floated >= Self.spreadCountsAfter
                && (input.spreadMillivolts.map { $0 >= stages.rebulkSpreadMillivolts } ?? false)
        asked = isAsked ? asked + input.elapsed : .zero
        if asked >= stages.rebulkSettle || progress.isFullChargeDue
            || input.countedSOC.map({ $0 < stages.rebulkSOCPermille }) ?? false
        {
            inner = .rebulk
            isSettling = false
        }
    }

    private mutating func hold(_ input: StageInput, _ stages: StageSettings) {
        guard let target = stages.socTargetPermille, !progress.isFullChargeDue else {
            isHeld = false
            return
        }
        guard let soc = input.saidSOC else { return }
        if soc >= target { isHeld = true }
        if soc < target - stages.socTargetHysteresisPermille { isHeld = false }
    }

    /// So far under the charge voltage, per cell, the sun has gone and absorption begins anew.
    private static let leavesAbsorptionBelowPerCell: Int32 = 30
    /// The cells may come this much further apart before the time counted so far is lost, in millivolts.
    private static let spreadSlack: Int32 = 3
    /// Within this of the float voltage, per cell, the bank has come down to it.
    private static let settledWithinPerCell: Int32 = 3
    /// Cells at the end of absorption may still be apart; they get this time to come together.
    private static let spreadCountsAfter = Interval.seconds(1_800)
}

// MARK: - Over a restart

extension StageMachine {
    func save(into memory: inout ControlMemory) {
        memory[.stage] = Int64(inner.rawValue)
        memory[.absorbed] = progress.absorbed.milliseconds
        memory[.balanced] = progress.balanced.milliseconds
        memory[.sinceFull] = progress.sinceFull.milliseconds
        memory[.hasBeenFull] = progress.hasBeenFull ? 1 : 0
        memory[.floated] = floated.milliseconds
        memory[.floatVoltage] = floatMicrovolts
        memory[.held] = isHeld ? 1 : 0
        memory[.settling] = isSettling ? 1 : 0
    }

    /// Takes up where it was; `pause` is how long nobody counted, `topMicrovolts` the highest CVL there can have been.
    mutating func restore(
        _ memory: borrowing ControlMemory, pause: Interval, topMicrovolts: Int64, _ settings: StageSettings
    ) {
        guard let raw = memory[.stage], let stage = ChargeStage(rawValue: UInt8(clamping: raw)),
            stage != .start, stage != .hold
        else { return }
        inner = stage
        // A time that would have ended absorption cannot have been kept.
        progress.absorbed = Self.time(memory[.absorbed], below: settings.absorptionLongest)
        progress.balanced = Self.time(memory[.balanced], below: settings.absorptionTime)
        progress.sinceFull = Self.time(memory[.sinceFull]) + pause
        progress.hasBeenFull = memory[.hasBeenFull] == 1
        floated = Self.time(memory[.floated])
        floatMicrovolts = memory[.floatVoltage].flatMap { $0 > 0 ? min($0, topMicrovolts) : nil }
        isHeld = memory[.held] == 1
        isSettling = memory[.settling] == 1
    }

    /// A length of time as it was kept; what cannot be one counts as none.
    private static func time(
        _ milliseconds: Int64?, below end: Interval = Interval(nanoseconds: .max)
    ) -> Interval {
        guard let milliseconds, milliseconds >= 0, .milliseconds(milliseconds) < end else { return .zero }
        return .milliseconds(milliseconds)
    }
}
