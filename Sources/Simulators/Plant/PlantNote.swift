public import BatteryModel
public import ChargeControl

/// Something that happened in a plant.
public struct PlantNote: Sendable, Hashable {
    /// What can happen.
    public enum What: Sendable, Hashable {
        /// An event of the scenario.
        case script(PlantEvent.Action)
        /// A BMS opened a switch; packs are counted from 0.
        case cutOff(pack: Int, AlarmKind)
        /// A BMS closed its switch again.
        case released(pack: Int, AlarmKind)
        /// The control raised an alarm.
        case alarm(AlarmKind, AlarmLevel)
        /// The control took an alarm back.
        case alarmEnds(AlarmKind)
        /// The control is in another state; `nil` while the gateway is not there.
        case state(BankVerdict.State?)
        /// The control is in another stage of the charge.
        case stage(ChargeStage)
        /// Absorption was completed.
        case full
        /// The inverter stopped because it heard no limits.
        case inverterStopped
    }

    /// When, counted from the beginning.
    public var at: Interval
    /// What.
    public var what: What
}

extension PlantNote: CustomStringConvertible {
    /// What happened, in a few words.
    public var description: String {
        switch what {
        case .script(let action): "\(action)"
        case .cutOff(let pack, let kind): "the BMS of pack \(pack + 1) cuts off: \(kind.word)"
        case .released(let pack, let kind): "the BMS of pack \(pack + 1) closes again: \(kind.word) is over"
        case .alarm(let kind, let level): "\(level): \(kind.word)"
        case .alarmEnds(let kind): "over: \(kind.word)"
        case .state(let state): "the control is \(state.map { snakeCase("\($0)") } ?? "not there")"
        case .stage(let stage): "stage: \(stage.word)"
        case .full: "absorption is completed: the bank is full"
        case .inverterStopped: "the inverter stops: it hears no limits"
        }
    }
}
