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

    /// What only looks at them is `mutating` all the same: from a borrowed `self` Swift 6.3 copies all sixteen to
    /// read one, which was four fifths of a step.
    var packs: InlineArray<16, PackTrack?> = InlineArray(repeating: nil)
    var sharing: Sharing
    private var chargeLimiter = RateLimiter()
    private var dischargeLimiter = RateLimiter()
    private var startedAt: Instant?
    private var isRunning = false
    private var lostAt: Instant?
    private var chargeVoltage: Int32?
    private var lastVoltage: Int32?
    private var refusal = ConnectRefusal()

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
    public mutating func step(_ image: borrowing BankImage, at now: Instant) -> BankVerdict {
        for index in 0..<count {
            packs[index]?.look(at: image[index], index: index, now: now, settings)
        }
        let members = membership()
        let state = stateNow(members, at: now)
        if let voltage = meanVoltage(members) { lastVoltage = voltage }
        refusal.step(voltageSpread(at: now), isIncomplete: hasLost, at: now, settings)
        let voltageLimit = chargeVoltageLimit(members, state, at: now)
        chargeVoltage = voltageLimit.value
        var limits = BankLimits(
            chargeVoltage: voltageLimit,
            charge: currentLimit(.charge, members, state, at: now),
            discharge: currentLimit(.discharge, members, state, at: now),
            dischargeVoltage: dischargeVoltageLimit())
        chargeLimiter.step(&limits.charge, maximum: settings.bankChargeMilliamps, at: now, settings)
        dischargeLimiter.step(&limits.discharge, maximum: settings.bankDischargeMilliamps, at: now, settings)
        var verdict = BankVerdict(
            state: state, limits: limits, alarms: bankAlarms(state), members: members, at: now)
        describe(&verdict, at: now)
        return verdict
    }
}

// MARK: - Where the bank stands

extension ChargeController {
    private mutating func membership() -> UInt16 {
        var members: UInt16 = 0
        for index in 0..<count where packs[index]?.isInBank == true { members |= 1 << UInt16(index) }
        return members
    }

    private var hasLost: Bool {
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
    private mutating func voltageSpread(at now: Instant) -> Int64 {
        var low: Int32 = .max
        var high: Int32 = .min
        for index in 0..<count {
            guard let pack = packs[index], pack.isInBank, let voltage = pack.view?.voltage?.value,
                pack.conducts(.charge, at: now, settings) || pack.conducts(.discharge, at: now, settings)
            else { continue }
            low = min(low, voltage)
            high = max(high, voltage)
        }
        return high > low ? distance(high, low) : 0
    }

    private mutating func bankAlarms(_ state: BankVerdict.State) -> AlarmSet {
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
        return union
    }
}

// MARK: - Limits

extension ChargeController {
    private mutating func currentLimit(
        _ direction: Direction, _ members: UInt16, _ state: BankVerdict.State, at now: Instant
    ) -> Limit {
        let maximum =
            direction == .charge ? settings.bankChargeMilliamps : settings.bankDischargeMilliamps
        var limit = Limit(LimitReason(.bankMaximum, limit: max(maximum, 0), rise: .configuration))
        switch state {
        case .starting:
            // A pack that is lost before the start must bound the bank as well as one lost later.
            var unsaid = limit
            share(direction, members, into: &unsaid, at: now)
            limit.apply(LimitReason(.starting, limit: 0, rise: .newReading))
        case .bankLost, .silent: limit.apply(LimitReason(.bankLost, limit: 0, rise: .newReading))
        case .running: share(direction, members, into: &limit, at: now)
        }
        if direction == .charge { applyAbsoluteMaximum(to: &limit, at: now) }
        if refusal.isRefusing {
            limit.apply(LimitReason(.connectRefused, limit: 0, rise: .voltagesAgree))
        }
        if direction == .charge, let voltage = highestVoltage(members), let highest = chargeVoltage,
            voltage > highest
        {
            limit.apply(
                LimitReason(
                    .bankVoltage, limit: 0, input: voltage, inputUnit: .millivolts, rise: .inputBelow(highest)
                ))
        }
        return limit
    }

    /// The bank's current divides by share, so each pack's own limit bounds the whole.
    private mutating func share(
        _ direction: Direction, _ members: UInt16, into limit: inout Limit, at now: Instant
    ) {
        var conducting: UInt16 = 0
        for index in 0..<count {
            guard members & 1 << UInt16(index) != 0, let pack = packs[index],
                pack.conducts(direction, at: now, settings)
            else { continue }
            conducting |= 1 << UInt16(index)
        }
        let wired = conducting | lostOffers(direction)
        for index in 0..<count where members & 1 << UInt16(index) != 0 {
            guard
                let own = direction == .charge
                    ? packs[index]?.verdict.charge : packs[index]?.verdict.discharge
            else { continue }
            let permille = sharing.permille(of: index, among: conducting)
            if direction == .charge {
                packs[index]?.verdict.chargeSharePermille = permille
            } else {
                packs[index]?.verdict.dischargeSharePermille = permille
            }
            guard conducting & 1 << UInt16(index) != 0 else {
                packs[index]?.offered[direction] = nil
                if conducting == 0 { limit.apply(own.winner) }
                continue
            }
            var offer = own.winner
            offer.limit = sharing.bankLimit(for: own.value, of: index, among: conducting, wired: wired)
            packs[index]?.offered[direction] = offer
            if direction == .charge {
                packs[index]?.offered.ownCharge = own.value
            } else {
                packs[index]?.offered.ownDischarge = own.value
            }
            limit.apply(offer)
        }
        applyLost(direction, conducting, to: &limit)
    }

    /// A cell at its absolute maximum stops the whole bank, even in a pack whose switch is open or that is too
    /// incomplete to be in the bank, and even before its reading is believed.
    private mutating func applyAbsoluteMaximum(to limit: inout Limit, at now: Instant) {
        let maximum = settings.absoluteMaximumCellMillivolts
        for index in 0..<count {
            guard
                let high = packs[index]?.view?.newestHigh?.usable(
                    at: now, noOlderThan: settings.lostAfter),
                high.value >= maximum
            else { continue }
            limit.apply(
                LimitReason(
                    .absoluteMaximumCell, limit: 0, pack: index, place: high.place, input: high.value,
                    inputUnit: .millivolts, rise: .inputBelow(maximum)))
        }
    }

    /// The packs that conducted in this direction when they were lost.
    private mutating func lostOffers(_ direction: Direction) -> UInt16 {
        var lost: UInt16 = 0
        for index in 0..<count
        where packs[index]?.isLost == true && packs[index]?.offered[direction] != nil {
            lost |= 1 << UInt16(index)
        }
        return lost
    }

    /// A lost pack may still be wired in: it bounds the bank by what it offered, and by its share among the packs
    /// that conduct now if that is larger than it was.
    private mutating func applyLost(_ direction: Direction, _ conducting: UInt16, to limit: inout Limit) {
        for index in 0..<count {
            guard let pack = packs[index], pack.isLost, var offer = pack.offered[direction] else {
                continue
            }
            let own = direction == .charge ? pack.offered.ownCharge : pack.offered.ownDischarge
            let among = conducting | 1 << UInt16(index)
            offer.limit = min(
                offer.limit, sharing.bankLimit(for: own, of: index, among: among, wired: among))
            offer.rule = .packLost
            offer.rise = .newReading
            limit.apply(offer)
        }
    }

    /// CVL: the smallest that any pack of the bank allows, never below the floor.
    ///
    /// With the bank lost it stays at the last voltage of the bank, so that an inverter that steers by voltage
    /// neither charges nor empties it.
    private mutating func chargeVoltageLimit(
        _ members: UInt16, _ state: BankVerdict.State, at now: Instant
    ) -> Limit {
        let highest = settings.chargeVoltageMillivoltsPerCell * cellCount
        var limit = Limit(LimitReason(.bankMaximum, limit: highest, rise: .configuration))
        switch state {
        case .starting: break
        case .bankLost, .silent:
            let present = max(lastVoltage.map(Self.roundedUp) ?? highest, floorVoltage)
            let held = min(chargeVoltage ?? highest, present)
            limit.apply(LimitReason(.bankLost, limit: held, rise: .newReading))
        case .running:
            for index in 0..<count {
                if members & 1 << UInt16(index) != 0 {
                    let offer = chargeVoltageOffer(of: index, at: now)
                    packs[index]?.offered.chargeVoltage = offer
                }
                guard var offer = packs[index]?.offered.chargeVoltage else { continue }
                if packs[index]?.isLost == true {
                    offer.rule = .packLost
                    offer.rise = .newReading
                }
                limit.apply(offer)
            }
        }
        return limit
    }

    /// What one pack allows: the over-voltage setting of its BMS, over all cells.
    private mutating func chargeVoltageOffer(of index: Int, at now: Instant) -> LimitReason? {
        guard let pack = packs[index] else { return nil }
        let setting = pack.view?.cellOverVoltage?.usable(at: now, noOlderThan: PackRules.settingsAge)
        // A setting that no cell could have is no setting.
        if let setting, Plausibility.cellMillivolts.contains(setting), setting * cellCount >= floorVoltage {
            return LimitReason(
                .bmsLimit, limit: setting * cellCount, pack: index, input: setting, inputUnit: .millivolts,
                rise: .bms)
        }
        let before = pack.offered.chargeVoltage?.limit
        if before == nil, pack.settings.without.contains(.bmsLimit) { return nil }
        let held = before ?? max(pack.view?.voltage?.value ?? floorVoltage, floorVoltage)
        return LimitReason(.inputMissing, limit: held, pack: index, rise: .reported)
    }

    /// The next tenth of a volt: protocols say no more, and rounded down it would lie under the bank's voltage.
    private static func roundedUp(_ millivolts: Int32) -> Int32 {
        Int32(clamping: (Int64(millivolts) + 99) / 100 * 100)
    }

    private var floorVoltage: Int32 {
        mutating get { settings.floorVoltageMillivoltsPerCell * cellCount }
    }

    private var cellCount: Int32 {
        mutating get { packs[0]?.settings.cells ?? 0 }
    }

    private mutating func dischargeVoltageLimit() -> Limit {
        Limit(
            LimitReason(
                .bankMaximum, limit: settings.dischargeVoltageMillivoltsPerCell * cellCount,
                rise: .configuration))
    }
}
