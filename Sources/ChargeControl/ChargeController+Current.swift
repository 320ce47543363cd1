import BatteryModel

// CCL and DCL: how much may flow.

extension ChargeController {
    /// Asks every rule of a direction.
    mutating func currentBallot(
        _ direction: Direction, _ members: UInt16, _ bank: BankMeasurement, _ state: BankVerdict.State,
        _ wall: WallTime?, at now: Instant
    ) -> Ballot {
        let maximum =
            direction == .charge ? settings.bankChargeMilliamps : settings.bankDischargeMilliamps
        var ballot = Ballot(LimitReason(.bankMaximum, limit: max(maximum, 0), rise: .configuration))
        let ceiling =
            direction == .charge ? settings.ceilings.chargeMilliamps : settings.ceilings.dischargeMilliamps
        if ceiling < maximum {
            ballot.hear(LimitReason(.protocolMaximum, limit: max(ceiling, 0), rise: .configuration))
        }
        switch state {
        case .starting:
            // A pack that is lost before the start must bound the bank as well as one lost later.
            var unsaid = ballot
            share(direction, members, bank, into: &unsaid, at: now)
            ballot.hear(LimitReason(.starting, limit: 0, rise: .newReading))
        case .bankLost, .silent: ballot.hear(LimitReason(.bankLost, limit: 0, rise: .newReading))
        case .stopped: ballot.hear(LimitReason(.limitsIgnored, limit: 0, rise: .acknowledged))
        case .running: share(direction, members, bank, into: &ballot, at: now)
        }
        let refused = LimitReason(.connectRefused, limit: 0, rise: .voltagesAgree)
        ballot.hear(.connectRefused, refusal.isRefusing ? refused : nil)
        let contradicted = LimitReason(.secondBattery, limit: 0, rise: .otherFallsSilent)
        ballot.hear(.secondBattery, supervision.isContradicted ? contradicted : nil)
        if direction == .charge { hearChargeRules(bank, wall, into: &ballot, at: now) }
        orders.visitReasons(direction) { ballot.hear($0) }
        return ballot
    }

    /// Rules that only charging knows.
    private mutating func hearChargeRules(
        _ bank: BankMeasurement, _ wall: WallTime?, into ballot: inout Ballot, at now: Instant
    ) {
        ballot.hear(.absoluteMaximumCell, absoluteMaximum(at: now))
        ballot.hear(.bankVoltage, bankVoltage(bank))
        let settling = stages.floatMillivolts.map {
            LimitReason(
                .floatSettling, limit: 0, input: bank.meanVoltage, inputUnit: .millivolts,
                rise: .inputBelow($0))
        }
        ballot.hear(.floatSettling, stages.isSettling ? settling : nil)
        ballot.hear(.socTarget, socTarget(bank))
        ballot.hear(.chargeBy, chargeBy(bank, wall, before: ballot.limit.value))
    }

    /// Chargers swing a little about the voltage they hold; that much is not above it.
    private mutating func bankVoltage(_ bank: BankMeasurement) -> LimitReason? {
        let swing = cellCount * settings.stages.absorptionTolerancePerCellMillivolts
        guard let voltage = bank.highestVoltage, let highest = permittedVoltage,
            Int64(voltage) > Int64(highest) + Int64(swing)
        else { return nil }
        return LimitReason(
            .bankVoltage, limit: 0, input: voltage, inputUnit: .millivolts, rise: .inputBelow(highest))
    }

    private func socTarget(_ bank: BankMeasurement) -> LimitReason? {
        guard stages.isHeld, let target = settings.stages.socTargetPermille else { return nil }
        return LimitReason(
            .socTarget, limit: 0, input: saidSOC(bank), inputUnit: .permille,
            rise: .inputBelow(target - settings.stages.socTargetHysteresisPermille))
    }

    /// No faster than needed: what is missing, over the time that is left.
    ///
    /// A state of charge comes in whole percents; what they take from the need is not followed at once, or the limit
    /// would turn with each of them.
    private mutating func chargeBy(
        _ bank: BankMeasurement, _ wall: WallTime?, before: Int32
    ) -> LimitReason? {
        isChargeByUrgent = false
        guard let wish = settings.stages.chargeBy, let wall, let soc = saidSOC(bank), soc < wish.socPermille
        else {
            keptChargeBy = nil
            return nil
        }
        let due = wish.minuteOfDay * 60
        let now = wall.secondOfDay
        let seconds = Int64(due > now ? due - now : due - now + 86_400)
        let missing = Int64(wish.socPermille - soc) * bank.capacityMilliampHours / 1_000
        let needed = missing * 3_600 * Self.chargeByReservePermille / 1_000 / max(seconds, 1)
        isChargeByUrgent = needed * 2 > Int64(before)
        let kept = keptChargeBy.map { needed <= $0 && needed * 4 >= $0 * 3 ? $0 : needed } ?? needed
        keptChargeBy = kept
        let least = Int64(settings.bankChargeMilliamps) * Self.chargeByLeastPermille / 1_000
        return LimitReason(
            .chargeBy, limit: Int32(clamping: max(kept, least)), input: soc, inputUnit: .permille,
            rise: .inputBelow(wish.socPermille))
    }

    /// A pack that carries more than it may: the bank must come down in proportion.
    private mutating func overCurrent(
        _ direction: Direction, of index: Int, _ bank: BankMeasurement
    ) -> LimitReason? {
        guard let settings = packs[index]?.settings, let reading = bank.currents.milliamps[index] else {
            return nil
        }
        let most = Int64(direction == .charge ? settings.chargeMilliamps : settings.dischargeMilliamps)
        let sign: Int64 = direction == .charge ? 1 : -1
        let own = Int64(reading.value) * sign
        guard own > most + most / 50 else { return nil }
        // Where the others say nothing, this one carries it all.
        let total = bank.packsMilliamps.map { max($0 * sign, 0) } ?? own
        return LimitReason(
            .packOverCurrent, limit: Int32(clamping: total * most / own), pack: index,
            input: Int32(clamping: own), inputUnit: .milliamps, rise: .inputBelow(Int32(clamping: most)),
            measuredAt: reading.at)
    }

    /// The bank's current divides by share, so each pack's own limit bounds the whole.
    private mutating func share(
        _ direction: Direction, _ members: UInt16, _ bank: BankMeasurement, into ballot: inout Ballot,
        at now: Instant
    ) {
        var conducting: UInt16 = 0
        for index in 0..<count where members & 1 << UInt16(index) != 0 {
            if packs[index]?.conducts(direction) == true { conducting |= 1 << UInt16(index) }
        }
        let wired = conducting | lostOffers(direction)
        let group = sharing.group(conducting)
        for index in 0..<count where members & 1 << UInt16(index) != 0 {
            guard
                let own = direction == .charge
                    ? packs[index]?.verdict.charge : packs[index]?.verdict.discharge
            else { continue }
            let permille = sharing.permille(direction, of: index, in: group)
            if direction == .charge {
                packs[index]?.verdict.chargeSharePermille = permille
            } else {
                packs[index]?.verdict.dischargeSharePermille = permille
            }
            guard conducting & 1 << UInt16(index) != 0 else {
                packs[index]?.offered[direction] = nil
                if conducting == 0 { ballot.hear(own.winner) }
                continue
            }
            var offer = own.winner
            offer.limit = sharing.bankLimit(direction, for: own.value, of: index, in: group, wired: wired)
            if let over = overCurrent(direction, of: index, bank), over.limit < offer.limit { offer = over }
            packs[index]?.offered[direction] = offer
            if direction == .charge {
                packs[index]?.offered.ownCharge = own.value
            } else {
                packs[index]?.offered.ownDischarge = own.value
            }
            ballot.hear(offer)
        }
        hearLost(direction, conducting, into: &ballot)
    }

    /// A cell at its absolute maximum stops the whole bank, even in a pack whose switch is open or that is too
    /// incomplete to be in the bank, and even before its reading is believed.
    private mutating func absoluteMaximum(at now: Instant) -> LimitReason? {
        let maximum = settings.absoluteMaximumCellMillivolts
        for index in 0..<count {
            guard let reading = packs[index]?.view?.newestHigh,
                let high = reading.usable(at: now, noOlderThan: settings.lostAfter), high.value >= maximum
            else { continue }
            return LimitReason(
                .absoluteMaximumCell, limit: 0, pack: index, place: high.number, input: high.value,
                inputUnit: .millivolts, rise: .inputBelow(maximum), measuredAt: reading.at)
        }
        return nil
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
    private mutating func hearLost(_ direction: Direction, _ conducting: UInt16, into ballot: inout Ballot) {
        for index in 0..<count {
            guard packs[index]?.isLost == true, var offer = packs[index]?.offered[direction],
                let own = packs[index]?.offered.own(direction)
            else { continue }
            let among = conducting | 1 << UInt16(index)
            offer.limit = min(
                offer.limit,
                sharing.bankLimit(direction, for: own, of: index, in: sharing.group(among), wired: among))
            offer.rule = .packLost
            offer.rise = .newReading
            ballot.hear(offer)
        }
    }

    /// A tenth more than needed, because clouds come.
    private static let chargeByReservePermille: Int64 = 1_100
    /// Chargers do not work at a trickle.
    private static let chargeByLeastPermille: Int64 = 20
}
