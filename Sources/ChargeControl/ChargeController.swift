public import BatteryModel

/// Works out what the bank may be offered and asked for: one pure step from what is known to what may be said.
///
/// The contract is `docs/safety.md`. The controller has no clock and does no input or output; the same images at
/// the same instants give the same verdicts.
public struct ChargeController: Sendable {
    /// The settings of the bank.
    public let settings: ControlSettings
    /// Number of packs.
    public private(set) var count = 0
    /// What the operator has ordered.
    public internal(set) var orders = StandingOrders()

    /// What is known of each pack.
    ///
    /// What only looks at them is `mutating` all the same: from a borrowed `self` Swift 6.3 copies all sixteen to
    /// read one, which was four fifths of a step. And it looks through the place of a pack, for a pack is large too.
    var packs: InlineArray<16, PackTrack?> = InlineArray(repeating: nil)
    var sharing: Sharing
    var stages = StageMachine()
    var soc = SOCService()
    var supervision = InverterSupervision()
    var refusal = ConnectRefusal()
    var chargeLimiter = RateLimiter()
    var dischargeLimiter = RateLimiter()
    var voltageRamp = VoltageRamp()
    /// What every rule said in the last step.
    var heard = (chargeVoltage: RuleList(), charge: RuleList(), discharge: RuleList())
    /// What the inverter was told last.
    var told: (chargeVoltage: Int32, charge: Int32, discharge: Int32) = (0, 0, 0)
    /// CVL before it was pulled down for single cells, in millivolts.
    var unpulledVoltage: Int32 = 0
    /// The highest CVL that operator and BMS allow, in millivolts; `nil` until a pack was heard.
    var permittedVoltage: Int32?
    /// Whether the inverter should be asked to charge so that a wish for a time of day comes true.
    var isChargeByUrgent = false
    /// What such a wish allowed last, in milliamps.
    var keptChargeBy: Int64?
    var lastVoltage: Int32?
    var steppedAt: Instant?
    private var startedAt: Instant?
    private var isRunning = false
    private var lostAt: Instant?

    /// A controller for a bank without packs.
    public init(_ settings: ControlSettings) {
        self.settings = settings
        sharing = Sharing(InlineArray(repeating: nil))
    }

    /// Adds a pack; its number is the number of packs before.
    ///
    /// - Precondition: There are fewer than sixteen.
    public mutating func add(_ pack: PackSettings) {
        precondition(count < BankImage.maximumPacks)
        packs[count] = PackTrack(pack)
        count += 1
        var all: [16 of PackSettings?] = InlineArray(repeating: nil)
        for index in 0..<count { all[index] = packs[index]?.settings }
        sharing = Sharing(all)
    }

    /// One step: looks at `image` and decides.
    ///
    /// - Parameters:
    ///   - image: What is known about every pack.
    ///   - now: Never earlier than in the step before.
    /// - Returns: What may be said, and why.
    public mutating func step(_ image: BankImage, at now: Instant) -> BankVerdict {
        var image = image
        return step(looking: &image, at: now)
    }

    /// The same without a copy of the image, which is large; nothing in it is changed.
    public mutating func step(looking image: inout BankImage, at now: Instant) -> BankVerdict {
        // What passed while nobody looked must not be counted as if somebody had.
        let elapsed = min(max(now - (steppedAt ?? now), .zero), settings.lostAfter)
        steppedAt = now
        for index in 0..<count {
            packs[index]?.look(at: &image.packs[index], index: index, now: now, elapsed: elapsed, settings)
        }
        orders.expire(at: now)
        let members = membership()
        var state = stateNow(members, at: now)
        var bank = measure(members, at: now)
        if let voltage = bank.meanVoltage { lastVoltage = voltage }
        refusal.step(voltageSpread(), isIncomplete: hasLost, at: now, settings)
        sharing.learn(
            bank.currents, isComplete: !hasLost, told: (told.charge, told.discharge), elapsed: elapsed)
        takeShunt(image.shunt, into: &bank, at: now)
        supervise(bank, state, image.otherTalkerAt, elapsed: elapsed, at: now)
        if supervision.hasStopped, state == .running || state == .bankLost { state = .stopped }
        moveOn(bank, state, elapsed: elapsed)
        let limits = decide(members, bank, state, image.wall, elapsed: elapsed, at: now)
        told = (limits.chargeVoltage.value, limits.charge.value, limits.discharge.value)
        var verdict = BankVerdict(
            state: state, limits: limits, alarms: bankAlarms(state, bank), members: members, at: now)
        verdict.stage = stages.progress
        verdict.soc = soc.verdict
        verdict.orders = orders
        describe(&verdict, bank, at: now)
        return verdict
    }

    private mutating func decide(
        _ members: UInt16, _ bank: BankMeasurement, _ state: BankVerdict.State, _ wall: WallTime?,
        elapsed: Interval, at now: Instant
    ) -> BankLimits {
        let voltage = chargeVoltageBallot(members, bank, state, elapsed: elapsed, at: now)
        var charge = currentBallot(.charge, members, bank, state, wall, at: now)
        var discharge = currentBallot(.discharge, members, bank, state, wall, at: now)
        chargeLimiter.step(&charge, maximum: settings.bankChargeMilliamps, at: now, settings)
        dischargeLimiter.step(&discharge, maximum: settings.bankDischargeMilliamps, at: now, settings)
        heard = (voltage.heard, charge.heard, discharge.heard)
        return BankLimits(
            chargeVoltage: voltage.limit, charge: charge.limit, discharge: discharge.limit,
            dischargeVoltage: dischargeVoltageLimit())
    }
}

// MARK: - Where the bank stands

extension ChargeController {
    private mutating func membership() -> UInt16 {
        var members: UInt16 = 0
        for index in 0..<count where packs[index]?.isInBank == true { members |= 1 << UInt16(index) }
        return members
    }

    /// Whether a pack has left the bank without a word.
    var hasLost: Bool {
        mutating get {
            for index in 0..<count where packs[index]?.isLost == true { return true }
            return false
        }
    }

    private mutating func stateNow(_ members: UInt16, at now: Instant) -> BankVerdict.State {
        let begin = startedAt ?? now
        startedAt = begin
        if !isRunning {
            let heard = Int32(members.nonzeroBitCount)
            let enough = settings.startWithPacks.map { heard >= $0 && now - begin >= settings.startPatience }
            isRunning = count > 0 && (heard == Int32(count) || enough ?? false)
            if !isRunning { return .starting }
        }
        if members != 0 {
            lostAt = nil
            return .running
        }
        let since = lostAt ?? now
        lostAt = since
        return now - since >= settings.silentAfter ? .silent : .bankLost
    }

    /// The pack voltages furthest apart among those that can exchange current.
    private mutating func voltageSpread() -> Int64 {
        var low: Int32 = .max
        var high: Int32 = .min
        for index in 0..<count {
            guard packs[index]?.isInBank == true, let voltage = packs[index]?.view?.voltage?.value,
                packs[index]?.conducts(.charge) == true || packs[index]?.conducts(.discharge) == true
            else { continue }
            low = min(low, voltage)
            high = max(high, voltage)
        }
        return high > low ? distance(high, low) : 0
    }

    private mutating func bankAlarms(_ state: BankVerdict.State, _ bank: BankMeasurement) -> AlarmSet {
        var union = AlarmSet()
        var shared: AlarmMask?
        for index in 0..<count {
            guard let alarms = packs[index]?.verdict.alarms else { continue }
            union.formUnion(alarms)
            guard packs[index]?.isInBank == true else { continue }
            shared = shared.map { AlarmMask(bits: $0.bits & alarms.protections.bits) } ?? alarms.protections
        }
        if settings.alarmPolicy == .allPacks, let shared {
            union.warnings = union.warnings.union(union.protections.subtracting(shared))
            union.protections = shared
        }
        if state == .bankLost || state == .silent { union.raise(.bankLost, .protection) }
        if refusal.isRefusing { union.raise(.connectRefused, .protection) }
        if bank.isShuntLost { union.raise(.shuntLost, .warning) }
        union.formUnion(supervision.alarms)
        return union
    }
}
