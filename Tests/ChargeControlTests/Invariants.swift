import BatteryModel
import ChargeControl

/// The invariants of the contract, checked after every step.
struct Invariants {
    private var oracle: Oracle
    private let settings: ControlSettings
    private let packs: [PackSettings]
    private let shares: [Double]
    private var before: BankVerdict?

    init(_ history: History) {
        settings = history.settings
        packs = history.packs
        oracle = Oracle(history.settings, history.packs)
        shares = oracle.shares
    }

    /// What is violated; `nil` if nothing is.
    mutating func check(_ verdict: BankVerdict, _ history: History) -> String? {
        oracle.look(at: history.readings)
        defer { before = verdict }
        if !verdict.isTransmitting || verdict.members == 0 {
            if verdict.charge.value != 0 || verdict.discharge.value != 0 { return "a limit without a pack" }
        }
        return checkVoltage(verdict, history.readings) ?? checkCurrent(true, verdict, history)
            ?? checkCurrent(false, verdict, history) ?? checkPermilles(verdict)
    }

    private func checkCurrent(_ isCharge: Bool, _ verdict: BankVerdict, _ history: History) -> String? {
        let limit = isCharge ? verdict.charge : verdict.discharge
        let value = Double(limit.value)
        let now = history.now
        let maximum = isCharge ? settings.bankChargeMilliamps : settings.bankDischargeMilliamps
        if limit.value < 0 || limit.value > maximum { return "a limit outside what the operator allows" }
        var bounds: [(pack: Int, bound: Double, own: Double)] = []
        var carrying = 0.0
        for index in packs.indices {
            let reading = history.readings[index]
            if isCharge, limit.value != 0, oracle.isAnyCellTooHigh(reading, now) {
                return "4: CCL \(limit.value) although a cell of pack \(index) is at its absolute maximum"
            }
            guard verdict.members & 1 << UInt16(index) != 0 else { continue }
            let own = isCharge ? verdict[index].charge : verdict[index].discharge
            if own?.value != 0, !oracle.isHeard(index, reading, now) {
                return "1: pack \(index) counts, but is too old"
            }
            let bound = oracle.bound(index, isCharge, reading, now)
            guard let own, Double(own.value) <= bound + 1 else {
                return "1: pack \(index) is allowed \(own as Any), its reading says \(bound)"
            }
            if oracle.isOpen(isCharge, reading, now) { continue }
            bounds.append((index, bound, Double(own.value)))
            carrying += shares[index]
        }
        if limit.value != 0, bounds.allSatisfy({ $0.own == 0 }) { return "4: all forbid, but \(limit)" }
        let margin = bounds.count > 1 ? 0.9 : 1
        for (pack, bound, own) in bounds {
            // Shares are kept in millionths of the bank.
            let share = shares[pack] / carrying * (1 - 2e-6 * carrying / shares[pack])
            if value * share > own * margin * 1.000_01 + 1 {
                return "2: pack \(pack) may carry \(own), gets \(value * share) of \(limit)"
            }
            if value * share > bound * margin * 1.000_01 + 1 {
                return "1: pack \(pack) may carry \(bound), gets \(value * share) of \(limit)"
            }
        }
        return checkRise(isCharge, verdict, history)
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
        let mayRiseByItself: [LimitRule] = [.hold, .ramp, .connectRefused, .starting]
        return mayRiseByItself.contains(old.winner.rule) ? nil : "5: rises without news from \(old) to \(new)"
    }

    private func checkVoltage(_ verdict: BankVerdict, _ readings: [PackReading]) -> String? {
        let cells = packs[0].cells
        let value = verdict.chargeVoltage.value
        let floor = settings.floorVoltageMillivoltsPerCell * cells
        if value == 0 || value < floor { return "3: CVL \(value) below \(floor)" }
        if value > settings.chargeVoltageMillivoltsPerCell * cells { return "3: CVL \(value) too high" }
        if verdict.state == .bankLost, let before, value > before.chargeVoltage.value {
            return "3: CVL rises to \(value) although no pack is there"
        }
        for index in packs.indices where verdict.members & 1 << UInt16(index) != 0 {
            guard let setting = readings[index][.cellOverVoltage],
                verdict.at - setting.at <= .seconds(300), setting.at <= verdict.at
            else { continue }
            // What no cell could have, or what lies under the floor, counts as not reported.
            let allowed = Int64(setting.value) * Int64(cells)
            guard (1_000...5_000).contains(setting.value), allowed >= Int64(floor) else { continue }
            if verdict.state == .running, Int64(value) > allowed {
                return "3: CVL \(value) above \(setting.value) per cell of pack \(index)"
            }
        }
        return nil
    }

    /// The shares that are shown: rounded up, so together a little more than the whole.
    private func checkPermilles(_ verdict: BankVerdict) -> String? {
        var charge: Int32 = 0
        var discharge: Int32 = 0
        for index in packs.indices {
            charge += verdict[index].chargeSharePermille
            discharge += verdict[index].dischargeSharePermille
            let own = verdict[index].charge?.value ?? .max
            if verdict[index].chargeSharePermille > 0,
                Int64(verdict.charge.value) * Int64(verdict[index].chargeSharePermille - 1) > Int64(own)
                    * 1_000
            {
                return "2: CCL \(verdict.charge) × \(verdict[index].chargeSharePermille) ‰ above \(own)"
            }
        }
        for sum in [charge, discharge] where sum != 0 && !(1_000...1_016).contains(sum) {
            return "the shares add up to \(sum)"
        }
        return nil
    }
}

/// Everything in a verdict that reaches anyone, for comparing two of them.
struct Essence: Equatable {
    var state: BankVerdict.State
    var limits: [Limit]
    var alarms: AlarmSet
    var members: UInt16
    var packs: [String]
    var bank: [Reading<Int32>?]

    init(_ verdict: BankVerdict, count: Int) {
        state = verdict.state
        limits = [verdict.charge, verdict.discharge, verdict.chargeVoltage, verdict.dischargeVoltage]
        alarms = verdict.alarms
        members = verdict.members
        packs = (0..<count).map { "\(verdict[$0])" }
        bank = (0..<UInt8(BankField.count)).map { raw in
            BankField(rawValue: raw).flatMap { verdict.bank[$0] }
        }
    }
}
