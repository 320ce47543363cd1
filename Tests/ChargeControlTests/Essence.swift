import BatteryModel
import ChargeControl

/// Everything in a verdict that reaches anyone, for comparing two of them.
struct Essence: Equatable {
    var state: BankVerdict.State
    var limits: [Limit]
    var alarms: AlarmSet
    var stage: StageProgress
    var soc: SOCVerdict
    var members: UInt16
    var packs: [String]
    var bank: [Reading<Int32>?]

    init(_ verdict: BankVerdict, count: Int) {
        state = verdict.state
        limits = [verdict.charge, verdict.discharge, verdict.chargeVoltage, verdict.dischargeVoltage]
        alarms = verdict.alarms
        stage = verdict.stage
        soc = verdict.soc
        members = verdict.members
        packs = (0..<count).map { "\(verdict[$0])" }
        bank = (0..<UInt8(BankField.count)).map { raw in
            BankField(rawValue: raw).flatMap { verdict.bank[$0] }
        }
    }
}
