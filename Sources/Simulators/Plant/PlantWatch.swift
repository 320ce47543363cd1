import BatteryModel
import ChargeControl

/// What has to be remembered from step to step to see what happens.
struct PlantWatch: Sendable {
    var tripped = [AlarmMask](repeating: AlarmMask(), count: 16)
    var alarms = AlarmMask()
    var state: BankVerdict.State?
    var charge: ReversalCount
    var discharge: ReversalCount
    var overCharge = OverLimit()
    var overDischarge = OverLimit()
    var stops = 0

    init(_ control: ControlSettings) {
        charge = ReversalCount(deadBand: max(control.bankChargeMilliamps / 100, 1_000))
        discharge = ReversalCount(deadBand: max(control.bankDischargeMilliamps / 100, 1_000))
    }
}

/// Counts how often a limit turns round; what moves less than the dead band does not turn.
struct ReversalCount: Sendable {
    let deadBand: Int32
    private(set) var inThisHour = 0
    private var extreme: Int32?
    private var isRising: Bool?
    private var hour: Int64 = 0

    init(deadBand: Int32) { self.deadBand = deadBand }

    /// Takes the limit of a step; tells whether it has turned.
    mutating func take(_ limit: Int32, hour now: Int64) -> Bool {
        if now != hour {
            hour = now
            inThisHour = 0
        }
        guard let turning = extreme else {
            extreme = limit
            return false
        }
        let distance = limit - turning
        guard let rising = isRising else {
            if abs(distance) >= deadBand {
                isRising = distance > 0
                extreme = limit
            }
            return false
        }
        if rising ? distance > 0 : distance < 0 { extreme = limit }
        guard rising ? distance <= -deadBand : distance >= deadBand else { return false }
        isRising = !rising
        extreme = limit
        inThisHour += 1
        return true
    }
}

/// Counts the time for which a current is above its limit by more than 5 % and 2 A, from the tenth second on.
struct OverLimit: Sendable {
    private var above = 0.0

    /// Takes the current of a step; returns the seconds that count.
    mutating func take(_ milliamps: Int32, limit: Int32, seconds: Double) -> Double {
        guard milliamps > limit + max(limit / 20, 2_000) else {
            above = 0
            return 0
        }
        above += seconds
        return above > 10 ? seconds : 0
    }
}

/// What the report needs of a verdict, without the rest of its weight.
struct PlantDecision: Sendable {
    var state: BankVerdict.State
    var charge: LimitReason
    var discharge: LimitReason
    var voltage: LimitReason
    var alarms: AlarmSet
    var stage: StageProgress
    /// What is said of the state of charge, in thousandths.
    var socPermille: Int32?

    init(_ verdict: borrowing BankVerdict) {
        state = verdict.state
        charge = verdict.charge.winner
        discharge = verdict.discharge.winner
        voltage = verdict.chargeVoltage.winner
        alarms = verdict.alarms
        stage = verdict.stage
        socPermille = verdict.isTransmitting ? verdict.bank[.soc]?.value : nil
    }
}

extension PlantReport {
    /// Takes down a step that has just been made.
    ///
    /// - Parameters:
    ///   - bank: The packs after it.
    ///   - inverter: The inverter after it; `nil` where nobody watches whether it obeys.
    ///   - decision: What the control has decided in it; `nil` while the gateway is not there.
    ///   - elapsed: The time after it.
    ///   - isLast: Whether it was the last.
    mutating func observe(
        _ bank: borrowing SimulatedBank, _ inverter: PlantInverter?, _ decision: PlantDecision?,
        at elapsed: Interval, isLast: Bool
    ) {
        let day = Int((elapsed.nanoseconds - 1) / 86_400_000_000_000)
        if day >= days.count {
            let soc = total.socEndPermille
            days.append(Span(socStartPermille: soc, socEndPermille: soc))
        }
        var part = Span(socStartPermille: 0, socEndPermille: 0)
        observeEnergy(bank, into: &part)
        observePacks(bank, at: elapsed, into: &part)
        let soc = elapsed.seconds % 60 == 0 || isLast ? bank.socPermille : nil
        if let inverter {
            observeControl(decision, at: elapsed, into: &part)
            observeCharge(decision, bank, soc: soc, at: elapsed)
            observeInverter(inverter, bank, at: elapsed)
        }
        total.add(part, soc: soc)
        days[day].add(part, soc: soc)
    }

    private func observeEnergy(_ bank: borrowing SimulatedBank, into part: inout Span) {
        let watts = Double(bank.milliamps) * bank.exactMillivolts / 1_000_000
        let energy = watts * stepSeconds / 3_600
        if energy > 0 { part.chargedWattHours = energy } else { part.dischargedWattHours = -energy }
    }

    private mutating func observePacks(
        _ bank: borrowing SimulatedBank, at elapsed: Interval, into part: inout Span
    ) {
        for index in bank.packs.indices {
            let high = bank.packs[index].highestCellMillivolts
            let low = bank.packs[index].lowestCellMillivolts
            part.highestCellMillivolts = max(part.highestCellMillivolts, high)
            part.lowestCellMillivolts = min(part.lowestCellMillivolts, low)
            part.widestSpreadMillivolts = max(part.widestSpreadMillivolts, high - low)
            observeCurrent(of: bank.packs[index], packs[index])
            observeSwitches(index, bank.packs[index].tripped, at: elapsed, into: &part)
        }
    }

    private mutating func observeCurrent(of pack: borrowing SimulatedPack, _ own: PackSettings) {
        let milliamps = pack.milliamps
        if milliamps > 0 {
            worstOfPack.chargePermille = max(
                worstOfPack.chargePermille, permille(milliamps, of: own.chargeMilliamps))
            worstOfBMS.chargePermille = max(
                worstOfBMS.chargePermille, permille(milliamps, of: pack.settings[.chargeLimit] ?? .max))
            if pack.cellDecicelsius <= 0 { frozenChargeMilliamps = max(frozenChargeMilliamps, milliamps) }
        } else {
            worstOfPack.dischargePermille = max(
                worstOfPack.dischargePermille, permille(-milliamps, of: own.dischargeMilliamps))
            worstOfBMS.dischargePermille = max(
                worstOfBMS.dischargePermille, permille(-milliamps, of: pack.settings[.dischargeLimit] ?? .max)
            )
        }
    }

    private func permille(_ part: Int32, of whole: Int32) -> Double { Double(part) / Double(whole) * 1_000 }

    private mutating func observeSwitches(
        _ pack: Int, _ tripped: AlarmMask, at elapsed: Interval, into part: inout Span
    ) {
        let before = watch.tripped[pack]
        guard tripped != before else { return }
        watch.tripped[pack] = tripped
        forEach(of: tripped.subtracting(before)) { report, kind in
            part.cutOffs += 1
            if let place = report.cutOffs.firstIndex(where: { $0.pack == pack && $0.kind == kind }) {
                report.cutOffs[place].count += 1
            } else {
                report.cutOffs.append(CutOff(pack: pack, kind: kind))
            }
            report.note(.cutOff(pack: pack, kind), at: elapsed)
        }
        forEach(of: before.subtracting(tripped)) { report, kind in
            report.note(.released(pack: pack, kind), at: elapsed)
        }
    }

    private mutating func forEach(of mask: AlarmMask, _ body: (inout PlantReport, AlarmKind) -> Void) {
        guard !mask.isEmpty else { return }
        for number in 0..<UInt8(AlarmKind.count) {
            guard let kind = AlarmKind(rawValue: number), mask.contains(kind) else { continue }
            body(&self, kind)
        }
    }
}

// MARK: - Control and inverter

extension PlantReport {
    private mutating func observeControl(
        _ decision: PlantDecision?, at elapsed: Interval, into part: inout Span
    ) {
        let state = decision?.state
        if state != watch.state {
            watch.state = state
            note(.state(state), at: elapsed)
        }
        guard let decision else { return }
        stateSeconds[Int(decision.state.rawValue)] += stepSeconds
        observeAlarms(decision.alarms, at: elapsed)
        guard decision.state == .running else { return }
        let (charge, discharge) = (decision.charge, decision.discharge)
        let hour = elapsed.seconds / 3_600
        if watch.charge.take(charge.limit, hour: hour) { part.chargeReversals = 1 }
        if watch.discharge.take(discharge.limit, hour: hour) { part.dischargeReversals = 1 }
        reversalsInWorstHour = max(
            reversalsInWorstHour, max(watch.charge.inThisHour, watch.discharge.inThisHour))
        if charge.limit == 0 {
            part.zeroChargeSeconds = stepSeconds
            zeroChargeByRule[Int(charge.rule.rawValue)] += stepSeconds
        }
        if discharge.limit == 0 {
            part.zeroDischargeSeconds = stepSeconds
            zeroDischargeByRule[Int(discharge.rule.rawValue)] += stepSeconds
        }
    }

    private mutating func observeCharge(
        _ decision: PlantDecision?, _ bank: borrowing SimulatedBank, soc: Double?, at elapsed: Interval
    ) {
        let change = charge.take(decision, bank, soc: soc, seconds: stepSeconds, at: elapsed)
        if change.isFull { note(.full, at: elapsed) }
        if let stage = change.began { note(.stage(stage), at: elapsed) }
    }

    private mutating func observeAlarms(_ set: AlarmSet, at elapsed: Interval) {
        let all = set.infos.union(set.warnings).union(set.protections)
        let before = watch.alarms
        guard all != before else { return }
        watch.alarms = all
        forEach(of: all.subtracting(before)) { report, kind in
            let level = set.level(of: kind) ?? .info
            if let place = report.alarms.firstIndex(where: { $0.kind == kind }) {
                report.alarms[place].count += 1
                report.alarms[place].level = max(report.alarms[place].level, level)
            } else {
                report.alarms.append(Alarm(kind: kind, level: level))
            }
            report.note(.alarm(kind, level), at: elapsed)
        }
        forEach(of: before.subtracting(all)) { report, kind in report.note(.alarmEnds(kind), at: elapsed) }
    }

    private mutating func observeInverter(
        _ inverter: PlantInverter, _ bank: borrowing SimulatedBank, at elapsed: Interval
    ) {
        if inverter.stops > watch.stops {
            watch.stops = inverter.stops
            inverterStops = watch.stops
            note(.inverterStopped, at: elapsed)
        }
        guard let heard = inverter.heard?.value else { return }
        let milliamps = bank.milliamps
        overChargeSeconds += watch.overCharge.take(
            milliamps, limit: heard.cclMilliamps, seconds: stepSeconds)
        overDischargeSeconds += watch.overDischarge.take(
            -milliamps, limit: heard.dclMilliamps, seconds: stepSeconds)
        guard milliamps > 0 else { return }
        overVoltageMillivolts = max(
            overVoltageMillivolts, bank.exactMillivolts - Double(heard.cvlMillivolts))
    }
}

extension PlantReport.Span {
    /// Adds a step, with the state of charge after it.
    fileprivate mutating func add(_ step: PlantReport.Span, soc: Double?) {
        chargedWattHours += step.chargedWattHours
        dischargedWattHours += step.dischargedWattHours
        if let soc { socEndPermille = soc }
        highestCellMillivolts = max(highestCellMillivolts, step.highestCellMillivolts)
        lowestCellMillivolts = min(lowestCellMillivolts, step.lowestCellMillivolts)
        widestSpreadMillivolts = max(widestSpreadMillivolts, step.widestSpreadMillivolts)
        cutOffs += step.cutOffs
        chargeReversals += step.chargeReversals
        dischargeReversals += step.dischargeReversals
        zeroChargeSeconds += step.zeroChargeSeconds
        zeroDischargeSeconds += step.zeroDischargeSeconds
    }
}
