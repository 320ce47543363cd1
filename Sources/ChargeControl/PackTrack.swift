import BatteryModel

/// What the control remembers about one pack from step to step.
struct PackTrack: Sendable {
    let settings: PackSettings
    var plausibility = Plausibility()
    var view: PackView?
    var verdict = BankVerdict.Pack()
    /// What this pack allowed the bank when it was last heard; stays in force while the pack is lost, because
    /// losing it must not let a limit rise.
    var offered = Offer()
    /// Its state of charge, checked against its current.
    var charge = SOCTrack()
    /// When its newest complete reading was measured; `nil` if it has none.
    private(set) var completedAt: Instant?
    /// Protections it was warned of: bit n for row n.
    private var warned: UInt8 = 0
    private var conducting = (charge: true, discharge: true)

    /// What one pack allows the whole bank; `nil` where it sets no bound.
    struct Offer: Sendable {
        var charge: LimitReason?
        var discharge: LimitReason?
        var chargeVoltage: LimitReason?
        /// Its voltage, in millivolts.
        var voltage: Int32?
        /// CVL that its cells above the charge voltage leave.
        var overshoot: LimitReason?
        /// What the pack itself was allowed; its part of the bank's current changes while it is lost.
        var ownCharge: Int32 = 0
        var ownDischarge: Int32 = 0

        subscript(direction: Direction) -> LimitReason? {
            get { direction == .charge ? charge : discharge }
            set { if direction == .charge { charge = newValue } else { discharge = newValue } }
        }

        func own(_ direction: Direction) -> Int32 { direction == .charge ? ownCharge : ownDischarge }
    }

    /// What the pack has once reported, although the operator may have said that it cannot: from then on its
    /// absence is a loss and excuses nothing.
    private var reported = (charge: AbsentSources.none, discharge: AbsentSources.none)

    init(_ settings: PackSettings) {
        self.settings = settings
    }

    var isInBank: Bool { verdict.freshness.isInBank }

    /// Whether the pack was part of the bank and has left it without a word.
    var isLost: Bool { verdict.freshness == .lost }

    /// Whether current can flow through the pack in this direction: unless its BMS says that its switch is open.
    func conducts(_ direction: Direction) -> Bool {
        direction == .charge ? conducting.charge : conducting.discharge
    }

    /// Looks at the newest reading: ladder, limits of the pack itself, alarms.
    ///
    /// `inout` wherever a reading is only looked at has the reason for which the controller is `mutating`.
    mutating func look(
        at image: inout BankImage.Pack, index: Int, now: Instant, elapsed: Interval,
        _ control: ControlSettings
    ) {
        var view = plausibility.view(
            of: &image.reading, settings, forgetAfter: control.lostAfter,
            chargeMillivolts: control.chargeVoltageMillivoltsPerCell)
        view.temperaturesAt = view.temperaturesAt ?? self.view?.temperaturesAt
        view.newestHigh = view.newestHigh ?? self.view?.newestHigh
        view.chargeSwitchAt = view.chargeSwitch?.at ?? self.view?.chargeSwitchAt
        view.dischargeSwitchAt = view.dischargeSwitch?.at ?? self.view?.dischargeSwitchAt
        view.mosfetAt = view.mosfet?.at ?? self.view?.mosfetAt
        for row in view.protections.indices where view.protections[row] == nil {
            view.protections[row] = self.view?.protections[row]
        }
        completedAt = view.completedAt(settings, now: now)
        conducting.charge = view.chargeSwitch?.usable(at: now, noOlderThan: control.lostAfter) != 0
        conducting.discharge = view.dischargeSwitch?.usable(at: now, noOlderThan: control.lostAfter) != 0
        let wasHeard = verdict.freshness != .unheard
        let before = verdict
        verdict = BankVerdict.Pack()
        verdict.freshness = Freshness.of(completedAt, at: now, cycle: image.cycle, control)
        if verdict.freshness == .unheard, wasHeard { verdict.freshness = .lost }
        verdict.age = completedAt.map { max(now - $0, .zero) }
        verdict.isDoubted = view.isDoubted
        self.view = view
        reported.charge.insert(view.reported(.charge, settings))
        reported.discharge.insert(view.reported(.discharge, settings))
        raiseAlarms(view)
        warn(view, control)
        guard isInBank else { return }
        let isYoung = view.current?.usable(at: now, noOlderThan: control.lostAfter)
        charge.step(
            view.soc?.value, milliamps: isYoung, elapsed: elapsed,
            capacityMilliampHours: settings.capacityMilliampHours, control.soc)
        if charge.isStuck { verdict.alarms.raise(.socStuck, .warning) }
        verdict.charge = judge(.charge, view, index, now, control, before.charge?.value)
        verdict.discharge = judge(.discharge, view, index, now, control, before.discharge?.value)
    }

    private mutating func judge(
        _ direction: Direction, _ view: PackView, _ index: Int, _ now: Instant, _ control: ControlSettings,
        _ before: Int32?
    ) -> Limit? {
        let context = context(direction, view, index, now, control, before)
        var limit: Limit?
        for rule in PackRules.all.indices {
            guard let reason = PackRules.all[rule].evaluate(context) else { continue }
            if reason.rule == .inputMissing { verdict.alarms.raise(.inputMissing, .protection) }
            if limit == nil { limit = Limit(reason) } else { limit?.apply(reason) }
        }
        return limit
    }

    private func context(
        _ direction: Direction, _ view: PackView, _ index: Int, _ now: Instant, _ control: ControlSettings,
        _ before: Int32?
    ) -> PackContext {
        var settings = settings
        if !settings.without.contains(.singleCells) { settings.without.insert(.toldLimit) }
        settings.without = settings.without.subtracting(
            direction == .charge ? reported.charge : reported.discharge)
        return PackContext(
            direction: direction, index: index, now: now, control: control, pack: settings, view: view,
            isStale: verdict.freshness == .stale, before: before ?? 0)
    }

    /// Asks every rule once more what it says about this pack; nothing changes.
    func visitRules(
        _ direction: Direction, index: Int, at now: Instant, _ control: ControlSettings,
        _ visit: (RuleList.Entry) -> Void
    ) {
        guard isInBank, let view else { return }
        let before = direction == .charge ? verdict.charge?.value : verdict.discharge?.value
        let context = context(direction, view, index, now, control, before)
        for rule in PackRules.all.indices {
            let row = PackRules.all[rule]
            visit(RuleList.Entry(rule: row.rule, reason: row.evaluate(context)))
        }
    }

    /// Warns when a value comes close to a protection of the BMS, and goes on until it is well away again.
    private mutating func warn(_ view: PackView, _ control: ControlSettings) {
        for index in ProtectionApproach.rows.indices {
            let row = ProtectionApproach.rows[index]
            let bit: UInt8 = 1 << UInt8(index)
            let slack = warned & bit == 0 ? 0 : (row.begins - row.ends) / 4
            let isNear = view.distance(row, index).map { $0 < row.begins + slack } ?? false
            if isNear {
                warned |= bit
                verdict.alarms.raise(row.kind, .warning)
            } else {
                warned &= ~bit
            }
        }
        let begins = control.imbalance[0].input
        if let spread = view.spread, spread > begins { verdict.alarms.raise(.imbalance, .warning) }
    }

    private mutating func raiseAlarms(_ view: PackView) {
        if let reported = view.alarms { verdict.alarms.formUnion(reported.value) }
        switch verdict.freshness {
        case .fresh: break
        case .stale: verdict.alarms.raise(.packStale, .warning)
        case .lost: verdict.alarms.raise(.packLost, .warning)
        case .unheard: break
        }
        if view.isDoubted { verdict.alarms.raise(.implausible, .warning) }
        if let count = view.cellCount, count != settings.cells {
            verdict.alarms.raise(.cellCountMismatch, .protection)
        }
    }
}
