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

extension PlantReport {
    /// Takes down a step that has just been made.
    mutating func observe(_ plant: borrowing Plant) {
        let day = Int((plant.elapsed.nanoseconds - 1) / 86_400_000_000_000)
        if day >= days.count {
            let soc = total.socEndPermille
            days.append(Span(socStartPermille: soc, socEndPermille: soc))
        }
        var part = Span(socStartPermille: 0, socEndPermille: 0)
        observeEnergy(plant.bank, into: &part)
        observePacks(plant, into: &part)
        if !plant.isPerfect {
            observeControl(plant, into: &part)
            observeInverter(plant)
        }
        let soc = plant.elapsed.seconds % 60 == 0 || plant.isOver ? plant.bank.socPermille : nil
        total.add(part, soc: soc)
        days[day].add(part, soc: soc)
    }

    private func observeEnergy(_ bank: SimulatedBank, into part: inout Span) {
        let watts = Double(bank.milliamps) * bank.exactMillivolts / 1_000_000
        let energy = watts * stepSeconds / 3_600
        if energy > 0 { part.chargedWattHours = energy } else { part.dischargedWattHours = -energy }
    }

    private mutating func observePacks(_ plant: borrowing Plant, into part: inout Span) {
        for index in plant.bank.packs.indices {
            let (high, low) = (
                plant.bank.packs[index].highestCellMillivolts, plant.bank.packs[index].lowestCellMillivolts
            )
            part.highestCellMillivolts = max(part.highestCellMillivolts, high)
            part.lowestCellMillivolts = min(part.lowestCellMillivolts, low)
            part.widestSpreadMillivolts = max(part.widestSpreadMillivolts, high - low)
            observeCurrent(of: plant.bank.packs[index], packs[index])
            observeSwitches(index, plant.bank.packs[index].tripped, at: plant.elapsed, into: &part)
        }
    }

    private mutating func observeCurrent(of pack: SimulatedPack, _ own: PackSettings) {
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
    private mutating func observeControl(_ plant: borrowing Plant, into part: inout Span) {
        let state = plant.verdict?.state
        if state != watch.state {
            watch.state = state
            note(.state(state), at: plant.elapsed)
        }
        guard let state, let charge = plant.verdict?.charge, let discharge = plant.verdict?.discharge,
            let alarms = plant.verdict?.alarms
        else { return }
        stateSeconds[Int(state.rawValue)] += stepSeconds
        observeAlarms(alarms, at: plant.elapsed)
        guard state == .running else { return }
        let hour = plant.elapsed.seconds / 3_600
        if watch.charge.take(charge.value, hour: hour) { part.chargeReversals = 1 }
        if watch.discharge.take(discharge.value, hour: hour) { part.dischargeReversals = 1 }
        reversalsInWorstHour = max(
            reversalsInWorstHour, max(watch.charge.inThisHour, watch.discharge.inThisHour))
        if charge.value == 0 {
            part.zeroChargeSeconds = stepSeconds
            zeroChargeByRule[Int(charge.winner.rule.rawValue)] += stepSeconds
        }
        if discharge.value == 0 {
            part.zeroDischargeSeconds = stepSeconds
            zeroDischargeByRule[Int(discharge.winner.rule.rawValue)] += stepSeconds
        }
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

    private mutating func observeInverter(_ plant: borrowing Plant) {
        if plant.inverter.stops > watch.stops {
            watch.stops = plant.inverter.stops
            inverterStops = watch.stops
            note(.inverterStopped, at: plant.elapsed)
        }
        guard let heard = plant.inverter.heard?.value else { return }
        let milliamps = plant.bank.milliamps
        overChargeSeconds += watch.overCharge.take(
            milliamps, limit: heard.cclMilliamps, seconds: stepSeconds)
        overDischargeSeconds += watch.overDischarge.take(
            -milliamps, limit: heard.dclMilliamps, seconds: stepSeconds)
        guard milliamps > 0 else { return }
        overVoltageMillivolts = max(
            overVoltageMillivolts, plant.bank.exactMillivolts - Double(heard.cvlMillivolts))
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
