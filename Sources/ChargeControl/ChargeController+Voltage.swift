import BatteryModel

// CVL and DVL: what the bank may be charged and discharged to.

extension ChargeController {
    /// CVL: the smallest that any pack of the bank allows and the stage asks for, never below the floor.
    ///
    /// With the bank lost it stays at the last voltage of the bank, so that an inverter that steers by voltage
    /// neither charges nor empties it.
    mutating func chargeVoltageBallot(
        _ members: UInt16, _ bank: BankMeasurement, _ state: BankVerdict.State, elapsed: Interval,
        at now: Instant
    ) -> Ballot {
        let highest = settings.chargeVoltageMillivoltsPerCell * cellCount
        var ballot = Ballot(LimitReason(.bankMaximum, limit: highest, rise: .configuration))
        let ceiling = settings.ceilings.chargeMillivolts
        if ceiling < highest, ceiling >= floorVoltage {
            ballot.hear(LimitReason(.protocolMaximum, limit: ceiling, rise: .configuration))
        }
        switch state {
        case .starting: return ballot
        case .bankLost, .silent, .stopped:
            let present = max(lastVoltage.map(Self.roundedUp) ?? highest, floorVoltage)
            let held = max(min(voltageRamp.said ?? highest, present), floorVoltage)
            ballot.hear(LimitReason(.bankLost, limit: held, rise: .newReading))
        case .running:
            hearPackVoltages(members, into: &ballot, at: now)
            permittedVoltage = ballot.limit.value
            ballot.hear(.stage, stageVoltage(bank))
            ballot.hear(.limitsIgnored, ignoredVoltage(bank))
            unpulledVoltage = ballot.limit.value
            hearOvershoots(members, into: &ballot)
            // With a pack lost nobody knows that the bank's voltage has not merely lost its lowest member.
            voltageRamp.step(
                &ballot, present: hasLost ? nil : bank.meanVoltage, elapsed: elapsed, at: now, settings.stages
            )
        }
        return ballot
    }

    private mutating func hearPackVoltages(_ members: UInt16, into ballot: inout Ballot, at now: Instant) {
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
            ballot.hear(offer)
        }
    }

    /// What one pack allows: the over-voltage setting of its BMS, over all cells, or what it tells itself.
    private mutating func chargeVoltageOffer(of index: Int, at now: Instant) -> LimitReason? {
        guard let without = packs[index]?.settings.without else { return nil }
        if without.contains(.singleCells) { return toldVoltageOffer(of: index, at: now) }
        let reading = packs[index]?.view?.cellOverVoltage
        let setting = reading?.usable(at: now, noOlderThan: PackRules.settingsAge)
        // A setting that no cell could have is no setting.
        if let setting, Plausibility.cellMillivolts.contains(setting), setting * cellCount >= floorVoltage {
            return LimitReason(
                .bmsLimit, limit: setting * cellCount, pack: index, input: setting, inputUnit: .millivolts,
                rise: .bms, measuredAt: reading?.at)
        }
        if packs[index]?.offered.chargeVoltage == nil, without.contains(.bmsLimit) { return nil }
        return heldVoltage(of: index)
    }

    /// What a battery tells as its own CVL; where that says nothing, what it allowed before, and nothing is charged.
    private mutating func toldVoltageOffer(of index: Int, at now: Instant) -> LimitReason? {
        guard let pack = packs[index],
            let told = pack.view?.toldChargeVoltage(pack.settings, at: now, settings)
        else { return heldVoltage(of: index) }
        return LimitReason(
            .toldLimit, limit: told.value, pack: index, input: told.value, inputUnit: .millivolts, rise: .bms,
            measuredAt: told.at)
    }

    /// A CVL that is not known stays as it was, or at the voltage of the pack: under it the bank would be emptied.
    private mutating func heldVoltage(of index: Int) -> LimitReason {
        let present = max(packs[index]?.view?.voltage?.value ?? floorVoltage, floorVoltage)
        let held = packs[index]?.offered.chargeVoltage?.limit ?? present
        return LimitReason(.inputMissing, limit: held, pack: index, rise: .reported)
    }

    /// What the stage asks for: in float less, but never less than the bank still has.
    ///
    /// A CVL under the bank's voltage makes many inverters empty it into the grid. So CVL waits for the bank, while
    /// CCL keeps anybody from holding it up.
    private mutating func stageVoltage(_ bank: BankMeasurement) -> LimitReason? {
        guard let float = stages.floatMillivolts else { return nil }
        let present = bank.meanVoltage.map(Self.roundedUp) ?? float
        let limit = stages.isSettling ? max(float, present) : float
        return LimitReason(
            .stage, limit: max(limit, floorVoltage), input: bank.meanVoltage, inputUnit: .millivolts,
            rise: .rebulk)
    }

    /// For an inverter that ignores CCL nothing is left to charge to: CVL is the voltage that the bank has, not less.
    private mutating func ignoredVoltage(_ bank: BankMeasurement) -> LimitReason? {
        guard let cap = supervision.voltageCap else { return nil }
        let present = bank.meanVoltage.map(Self.roundedUp) ?? cap
        return LimitReason(
            .limitsIgnored, limit: max(max(cap, present), floorVoltage), input: bank.meanVoltage,
            inputUnit: .millivolts, rise: .acknowledged)
    }

    /// Cells above the charge voltage take what they have too much away from CVL; a pack that is lost goes on
    /// taking what it took.
    private mutating func hearOvershoots(_ members: UInt16, into ballot: inout Ballot) {
        for index in 0..<count {
            if members & 1 << UInt16(index) != 0 {
                let offer = overshoot(of: index)
                packs[index]?.offered.overshoot = offer
            }
            guard var offer = packs[index]?.offered.overshoot else { continue }
            if packs[index]?.isLost == true {
                offer.rule = .packLost
                offer.rise = .newReading
            }
            ballot.hear(offer)
        }
    }

    private mutating func overshoot(of index: Int) -> LimitReason? {
        guard let view = packs[index]?.view, let sum = view.sumWithoutOvershoot, let high = view.cells?.high
        else { return nil }
        let lowest = settings.stages.floatMillivoltsPerCell * cellCount
        return LimitReason(
            .overshoot, limit: max(sum, lowest), pack: index, place: high.place, input: high.value,
            inputUnit: .millivolts, rise: .inputBelow(settings.chargeVoltageMillivoltsPerCell),
            measuredAt: view.cellsAt)
    }

    /// The next tenth of a volt: protocols say no more, and rounded down it would lie under the bank's voltage.
    private static func roundedUp(_ millivolts: Int32) -> Int32 {
        Int32(clamping: (Int64(millivolts) + 99) / 100 * 100)
    }

    private var floorVoltage: Int32 {
        mutating get { settings.floorVoltageMillivoltsPerCell * cellCount }
    }

    /// Cells in series; the same for all packs of a bank.
    var cellCount: Int32 {
        mutating get { packs[0]?.settings.cells ?? 0 }
    }

    mutating func dischargeVoltageLimit() -> Limit {
        Limit(
            LimitReason(
                .bankMaximum, limit: settings.dischargeVoltageMillivoltsPerCell * cellCount,
                rise: .configuration))
    }
}
