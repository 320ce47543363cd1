public import BatteryModel
public import ChargeControl
public import InverterProfiles

/// Something that happened and that a person may want to know.
public struct GatewayEvent: Sendable, Equatable {
    /// What happened.
    public enum Kind: Sendable, Equatable {
        /// The gateway has started.
        case started
        /// The gateway is being stopped.
        case stopping
        /// A bus works; the number is its place in the configuration.
        case busUp(Int)
        /// A bus does not work, with the system's reason.
        case busDown(Int, String)
        /// The CAN controller of a bus has left it after too many errors.
        case busOff(Int)
        /// The CAN controller of a bus has come back.
        case busOn(Int)
        /// A pack has moved on the ladder.
        case pack(Int, Freshness)
        /// A pack has begun to answer seldom or late, or does so no more.
        case packAnswers(Int, PackAnswers)
        /// The bank has changed its state.
        case bank(BankVerdict.State)
        /// An alarm has been raised; `nil` stands for the bank.
        case raised(AlarmKind, AlarmLevel, pack: Int?)
        /// An alarm has ended; `nil` stands for the bank.
        case cleared(AlarmKind, AlarmLevel, pack: Int?)
        /// What was found of the time before the start.
        case remembered(Remembered.Note)
        /// A limit has fallen to zero, with the reason.
        case blocked(Direction, LimitReason)
        /// A limit has risen above zero.
        case released(Direction)
        /// An inverter has been heard; the number is its place in the configuration, here and below.
        case inverterHeard(Int)
        /// An inverter has fallen silent.
        case inverterSilent(Int)
        /// Somebody else speaks to an inverter as a battery; the first frame heard of it.
        case secondBattery(Int, identifier: UInt32)
        /// Too few frames to an inverter come through; `nil` if so few were tried that no part can be told.
        case linkPoor(Int, permille: Int32?)
        /// Frames to an inverter come through again.
        case linkGood(Int)
        /// The charge has reached another stage.
        case stage(ChargeStage)
        /// The state of charge has been set to 100 % because the bank is full.
        case socFull
        /// The state of charge has been set to 0 % because a cell is at its floor.
        case socEmpty
        /// Somebody has given an order.
        case ordered(OperatorOrder, by: String)
        /// An order has been ended by somebody; `nil` if its time was over.
        case orderEnded(OperatorOrder.Kind, by: String?)
        /// An order was not taken.
        case orderRefused(OperatorOrder.Kind, OrderRefusal, by: String)
        /// What a pack is set to contradicts the configuration from now on.
        case contradiction(Contradiction, pack: Int)
        /// What a pack is set to does not contradict the configuration any more.
        case contradictionOver(Contradiction, pack: Int)
        /// A setting of a BMS is being written, or what became of it.
        case setting(SettingRecord)
        /// A setting of a BMS was not written.
        case settingRefused(SettingChange, SettingRefusal, by: String)
        /// Somebody has seen what is wrong.
        case acknowledged(by: String)
        /// The bus thread has finished no cycle for so long; the link to the inverter was closed meanwhile.
        case stalled(Interval)
        /// What was on the buses before an alarm has been written into a file.
        case blackBox(path: String)
        /// The diagnosis of a bus has found something, told by its title.
        case found(String, bus: Int)
        /// The diagnosis of a bus does not find it any more.
        case foundNoMore(String, bus: Int)
        /// A frame to an inverter could not be written and was not sent; the first of its kind.
        case withheld(Int, identifier: UInt32, EncodeError)
    }

    /// How a pack has come to answer.
    public enum PackAnswers: Sendable, Equatable {
        /// Too few questions are answered; the part of the last minute in thousandths, if it can be told.
        case seldom(permille: Int32?)
        /// They are answered again.
        case often
        /// An answer takes so long on average: half of what is waited for, or longer.
        case late(Interval)
        /// Answers come sooner again.
        case soon
    }

    /// When it happened.
    public var at: Instant
    /// What happened.
    public var kind: Kind
}

/// The last events, and how many there were.
public struct EventLog: Sendable {
    /// The most events kept.
    public static let capacity = 200

    /// The events kept, oldest first.
    public private(set) var events: [GatewayEvent] = []
    /// Number of events so far, those no longer kept included.
    public private(set) var total: UInt64 = 0

    mutating func add(_ kind: GatewayEvent.Kind, at now: Instant) {
        if events.count == Self.capacity { events.removeFirst(Self.capacity / 4) }
        events.append(GatewayEvent(at: now, kind: kind))
        total += 1
    }

    /// Adds what differs between two verdicts; `old` is `nil` for the first one.
    mutating func addChanges(from old: BankVerdict?, to new: BankVerdict, packs: Int) {
        let now = new.at
        if old?.state != new.state { add(.bank(new.state), at: now) }
        addCharge(from: old, to: new)
        let own = Self.bankAlarms
        guard let old else {
            for index in 0..<packs { addChanges(from: nil, to: new[index], index, at: now) }
            return addAlarms(from: AlarmSet(), to: new.alarms.only(own), pack: nil, at: now)
        }
        for index in 0..<packs { addChanges(from: old[index], to: new[index], index, at: now) }
        addAlarms(from: old.alarms.only(own), to: new.alarms.only(own), pack: nil, at: now)
        addBlock(.charge, from: old.charge, to: new.charge, at: now)
        addBlock(.discharge, from: old.discharge, to: new.discharge, at: now)
    }

    /// Alarms of the bank as a whole; all others are told of the pack that has them.
    private static let bankAlarms: AlarmMask = [
        AlarmKind.bankLost, .connectRefused, .limitsIgnored, .voltageIgnored, .secondBattery, .shuntLost,
        .memoryDamaged,
    ].reduce(AlarmMask()) { $0.union(AlarmMask($1)) }

    private mutating func addCharge(from old: BankVerdict?, to new: BankVerdict) {
        let stage = old?.stage.stage ?? .start
        if stage != new.stage.stage { add(.stage(new.stage.stage), at: new.at) }
        guard old?.soc.bound != new.soc.bound else { return }
        if new.soc.bound == .full { add(.socFull, at: new.at) }
        if new.soc.bound == .empty { add(.socEmpty, at: new.at) }
    }

    private mutating func addChanges(
        from old: BankVerdict.Pack?, to new: BankVerdict.Pack, _ index: Int, at now: Instant
    ) {
        if old?.freshness ?? .unheard != new.freshness { add(.pack(index, new.freshness), at: now) }
        addAlarms(from: old?.alarms ?? AlarmSet(), to: new.alarms, pack: index, at: now)
    }

    private mutating func addBlock(_ direction: Direction, from old: Limit, to new: Limit, at now: Instant) {
        if old.value > 0, new.value == 0 { add(.blocked(direction, new.winner), at: now) }
        if old.value == 0, new.value > 0 { add(.released(direction), at: now) }
    }

    private mutating func addAlarms(
        from old: AlarmSet, to new: AlarmSet, pack: Int?, at now: Instant
    ) {
        guard old != new else { return }
        for level in [AlarmLevel.info, .warning, .protection] {
            let raised = new[level].subtracting(old[level])
            let cleared = old[level].subtracting(new[level])
            for raw in 0..<UInt8(AlarmKind.count) {
                guard let kind = AlarmKind(rawValue: raw) else { continue }
                if raised.contains(kind) { add(.raised(kind, level, pack: pack), at: now) }
                if cleared.contains(kind) { add(.cleared(kind, level, pack: pack), at: now) }
            }
        }
    }
}

extension AlarmSet {
    fileprivate func only(_ kinds: AlarmMask) -> AlarmSet {
        var result = AlarmSet()
        for level in [AlarmLevel.info, .warning, .protection] {
            result[level] = AlarmMask(bits: self[level].bits & kinds.bits)
        }
        return result
    }
}
