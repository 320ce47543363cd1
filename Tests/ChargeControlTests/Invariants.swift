import BatteryModel
import ChargeControl

/// The invariants of the contract, checked after every step.
struct Invariants {
    var oracle: Oracle
    let settings: ControlSettings
    let packs: [PackSettings]
    let shares: [Double]
    var before: BankVerdict?
    var charge = ChargeWatch()
    /// `nil` where clocks go backwards, for then no time is a length of time.
    var rates: RateWatch?

    /// How many different readings of each pack's cells, one after the other, did not add up to its voltage.
    private var contradictions: [(cells: Reading<CellValues>?, count: Int)]

    init(_ history: History) {
        contradictions = history.packs.map { _ in (nil, 0) }
        settings = history.settings
        packs = history.packs
        oracle = Oracle(history.settings, history.packs)
        shares = oracle.shares
        if history.temper == .rough { rates = RateWatch() }
    }

    /// Begins anew with a controller that was just started; `isRemembering` if it may know what was before.
    mutating func restart(isRemembering: Bool) {
        before = nil
        oracle.forgetTold()
        if rates != nil { rates = RateWatch() }
        charge = ChargeWatch()
        charge.mayBeFull = isRemembering
        charge.isRemembering = isRemembering
    }

    /// What is violated; `nil` if nothing is.
    mutating func check(_ verdict: BankVerdict, _ history: History) -> String? {
        oracle.look(at: history.readings)
        defer { before = verdict }
        if !verdict.isTransmitting || verdict.members == 0 {
            if verdict.charge.value != 0 || verdict.discharge.value != 0 { return "a limit without a pack" }
        }
        return checkFreshness(verdict, history) ?? checkSums(verdict, history) ?? checkVoltage(
            verdict, history.readings) ?? checkCurrent(true, verdict, history)
            ?? checkCurrent(false, verdict, history) ?? checkRequests(verdict)
            ?? charge.check(verdict, before, oracle, mean: believedVoltage(verdict, history.readings))
            ?? before.flatMap { rates?.check(verdict, $0, settings) }
    }

    private func checkFreshness(_ verdict: BankVerdict, _ history: History) -> String? {
        for index in packs.indices where verdict[index].freshness == .fresh {
            guard let age = verdict[index].age else { return "1: pack \(index) is fresh, of no age" }
            let cycle = history.image.packs[index].cycle ?? .zero
            let longest = min(max(settings.freshFor, cycle * 2), .seconds(10))
            if age > longest || age < .zero { return "1: pack \(index) is fresh at \(age)" }
        }
        return nil
    }

    /// Cells that go on contradicting the voltage of their pack are not believed.
    private mutating func checkSums(_ verdict: BankVerdict, _ history: History) -> String? {
        for index in packs.indices {
            let reading = history.readings[index]
            guard let cells = reading.cellMillivolts, let voltage = reading[.packVoltage]?.value else {
                contradictions[index] = (nil, 0)
                continue
            }
            guard cells != contradictions[index].cells else { continue }
            let isWrong = abs(Int64(cells.value.sum) - Int64(voltage)) > max(Int64(voltage), 0) / 50
            contradictions[index] = (cells, isWrong ? contradictions[index].count + 1 : 0)
            guard contradictions[index].count >= 5, verdict.members & 1 << UInt16(index) != 0 else {
                continue
            }
            let own = [verdict[index].charge, verdict[index].discharge].compactMap { $0?.value }
            if own.contains(where: { $0 > 0 }) {
                return "1: pack \(index) counts although its cells have not added up for five readings"
            }
        }
        return nil
    }

    private func checkCurrent(_ isCharge: Bool, _ verdict: BankVerdict, _ history: History) -> String? {
        let limit = isCharge ? verdict.charge : verdict.discharge
        let ceilings = settings.ceilings
        let maximum =
            isCharge
            ? min(settings.bankChargeMilliamps, ceilings.chargeMilliamps)
            : min(settings.bankDischargeMilliamps, ceilings.dischargeMilliamps)
        if limit.value < 0 || limit.value > maximum { return "a limit outside what the operator allows" }
        if let other = history.image.otherTalkerAt, verdict.at - other <= .seconds(10), limit.value != 0 {
            return "\(limit) although another battery talks"
        }
        var carriers: [Carrier] = []
        for index in packs.indices {
            let reading = history.readings[index]
            if isCharge, limit.value != 0, oracle.isAnyCellTooHigh(index, reading, history.now) {
                return "4: CCL \(limit.value) although a cell of pack \(index) is at its absolute maximum"
            }
            guard verdict.members & 1 << UInt16(index) != 0 else { continue }
            let own = isCharge ? verdict[index].charge : verdict[index].discharge
            if own?.value != 0, !oracle.isHeard(index, reading, history.now) {
                return "1: pack \(index) counts, but is too old"
            }
            let bound = oracle.bound(index, isCharge, reading, history.now)
            guard let own, Double(own.value) <= bound + 1 else {
                return "1: pack \(index) is allowed \(own as Any), its reading says \(bound)"
            }
            let old = isCharge ? before?[index].charge : before?[index].discharge
            if verdict[index].freshness == .stale, let old, own.value > old.value {
                return "1: pack \(index) is stale, but may have \(own) after \(old)"
            }
            let share =
                isCharge ? verdict[index].chargeSharePermille : verdict[index].dischargeSharePermille
            if oracle.isOpen(isCharge, reading, history.now) {
                if share != 0 { return "2: \(share) ‰ through the open switch of pack \(index)" }
                continue
            }
            carriers.append(Carrier(pack: index, own: own.value, permille: share))
        }
        if limit.value != 0, carriers.allSatisfy({ $0.own == 0 }) { return "4: all forbid, but \(limit)" }
        let isStarting = verdict.state != .running
        return (isStarting ? nil : checkShares(limit, carriers)) ?? checkRise(isCharge, verdict, history)
    }

    /// A pack of the bank through which current can flow.
    private struct Carrier {
        var pack: Int
        var own: Int32
        /// The part of the current that the control expects through it.
        var permille: Int32
    }

    /// No pack gets more than it may, by its share; and the shares leave nothing of the current out.
    private func checkShares(_ limit: Limit, _ carriers: [Carrier]) -> String? {
        guard !carriers.isEmpty else { return nil }
        let sum = carriers.reduce(0) { $0 + $1.permille }
        if sum < 1_000 { return "2: the shares add up to \(sum) ‰ only" }
        let carrying = carriers.reduce(0) { $0 + shares[$1.pack] }
        let areAllGiven = carriers.allSatisfy { packs[$0.pack].sharePermille != nil }
        for (pack, own, permille) in carriers.map({ ($0.pack, $0.own, $0.permille) }) {
            if permille < 1 || permille > 1_000 { return "2: \(permille) ‰ through pack \(pack)" }
            let margin = carriers.count > 1 ? 0.9 : 1
            // Shown shares are rounded up.
            let part = carriers.count > 1 ? Double(permille - 1) / 1_000 : 1
            if Double(limit.value) * part > Double(own) * margin + 1 {
                return "2: pack \(pack) may carry \(own), gets \(permille) ‰ of \(limit)"
            }
            guard packs[pack].sharePermille != nil else { continue }
            let given = shares[pack] / carrying * 1_000
            if Double(permille) < given - 0.01 {
                return "2: pack \(pack) has \(given) ‰, counts \(permille) ‰"
            }
            if areAllGiven, Double(permille) > given + 1.01 { return "2: a given share was changed" }
        }
        return nil
    }

    private func checkRise(_ isCharge: Bool, _ verdict: BankVerdict, _ history: History) -> String? {
        guard let before else {
            return verdict.charge.value + verdict.discharge.value == 0 ? nil : "5: begins above 0"
        }
        let old = isCharge ? before.charge : before.discharge
        let new = isCharge ? verdict.charge : verdict.discharge
        guard new.value > old.value else { return nil }
        let seconds = min(max(Double((verdict.at - before.at).nanoseconds) / 1e9, 0), 1)
        if Double(new.value - old.value) > Double(settings.rampMilliampsPerSecond) * seconds + 1 {
            return "5: rises by \(new.value - old.value) mA in \(seconds) s"
        }
        if history.hasNews || history.futureUntil >= before.at { return nil }
        return Self.mayRiseByItself.contains(old.winner.rule)
            ? nil : "5: rises without news from \(old) to \(new)"
    }

    /// What ends when its time is over, with nobody saying anything.
    private static let mayRiseByItself: [LimitRule] = [
        .hold, .ramp, .connectRefused, .starting, .operatorPause, .operatorCap, .secondBattery, .chargeBy,
        .socTarget, .floatSettling,
    ]

    /// Orders take away and ask; what is asked for ends by itself and stays within the limits.
    private func checkRequests(_ verdict: BankVerdict) -> String? {
        let orders = verdict.orders
        if orders[.pauseCharge] != nil, verdict.charge.value != 0 { return "charges although paused" }
        if orders[.pauseDischarge] != nil, verdict.discharge.value != 0 {
            return "discharges although paused"
        }
        if let cap = orders[.capCharge], verdict.charge.value > cap.milliamps { return "CCL above its cap" }
        if let cap = orders[.capDischarge], verdict.discharge.value > cap.milliamps {
            return "DCL above its cap"
        }
        for kind in [
            OperatorOrder.Kind.pauseCharge, .pauseDischarge, .capCharge, .capDischarge, .forceCharge,
        ] {
            guard let order = orders[kind] else { continue }
            if let until = order.until, until <= verdict.at { return "an order outlives its end" }
            if kind == .forceCharge, order.until == nil { return "a force charge without end" }
        }
        for field in [BankField.forceCharge, .forceChargeSoon, .fullCharge]
        where verdict.bank[field]?.value == 1 {
            if verdict.charge.value == 0 { return "\(field) although nothing may be charged" }
        }
        if verdict.bank[.forceCharge]?.value == 1, orders[.forceCharge] == nil {
            return "force charge unasked"
        }
        let enabled = (verdict.bank[.chargeEnabled]?.value, verdict.bank[.dischargeEnabled]?.value)
        if enabled.0 == 1, verdict.charge.value == 0 { return "charging enabled at 0" }
        if enabled.1 == 1, verdict.discharge.value == 0 { return "discharging enabled at 0" }
        return nil
    }
}
