public import BatteryModel
public import BusCodec

/// What a signal of an inverter protocol carries.
public enum BankMeaning: Sendable, Equatable {
    /// A number about the bank.
    case number(BankField)
    /// A number about the bank that is only said: read back it would be taken for something that it is not, or for what
    /// another row says better.
    case said(BankField)
    /// The mean of the cells, which is the voltage over the number of cells; only said.
    case meanCell
    /// One bit: 1 while a kind of the group stands at the level.
    case alarm(AlarmGroup, AlarmLevel)
    /// Two bits: 1 raised, 2 not raised, 0 and 3 not reported.
    case alarmPair(AlarmGroup, AlarmLevel)
    /// One bit that other makers set where the vendor's text says something else, or that says once more what another
    /// row says: understood, never sent.
    ///
    /// Every kind of the mask is raised, because the bit does not tell which maker speaks.
    case heardAlarm(AlarmMask, AlarmLevel)
    /// The same bits in every frame; not compared on reading, because compatible batteries send others.
    case constant(UInt64)
    /// The maker's name, filled up with spaces or zeros.
    case maker(padding: UInt8)
    /// A number that is shown and exported and says nothing about the bank; sent as the code for "not available", or
    /// as zero.
    case shown
    /// A text that is shown and exported and says nothing about the bank; sent as zeros.
    case shownText
    /// Sent as zero, not read.
    case reserved
}

/// One row of an inverter protocol.
public typealias BankRow = SignalRow<BankMeaning>

/// The kinds of alarm that an inverter protocol says with one bit or pair.
public struct AlarmGroup: Sendable, Equatable {
    /// The kind that is raised when the bit is read.
    public var representative: AlarmKind
    /// The kinds of which any sets the bit.
    public var kinds: AlarmMask

    /// Makes a group; its first kind is the representative.
    public init(
        _ representative: AlarmKind, _ second: AlarmKind? = nil, _ third: AlarmKind? = nil,
        _ fourth: AlarmKind? = nil
    ) {
        self.representative = representative
        kinds = AlarmMask(representative)
        if let second { kinds = kinds.union(AlarmMask(second)) }
        if let third { kinds = kinds.union(AlarmMask(third)) }
        if let fourth { kinds = kinds.union(AlarmMask(fourth)) }
    }

    /// The group without the kinds of `other`; its representative stays and must not be among them.
    public func without(_ other: AlarmGroup) -> AlarmGroup {
        var group = self
        group.kinds = kinds.subtracting(other.kinds)
        return group
    }

    /// The group with the kinds of `other` as well; its representative stays.
    public func with(_ other: AlarmGroup) -> AlarmGroup {
        var group = self
        group.kinds = kinds.union(other.kinds)
        return group
    }
}

/// The groups in which inverter protocols speak of alarms.
extension AlarmGroup {
    /// A cell or the pack above its voltage limit.
    public static let overVoltage = AlarmGroup(.cellOverVoltage, .packOverVoltage)
    /// A cell or the pack below its voltage limit.
    public static let underVoltage = AlarmGroup(.cellUnderVoltage, .packUnderVoltage)
    /// Too warm, where one bit stands for every direction.
    public static let overTemperature = hot.with(chargeHot)
    /// Too cold, where one bit stands for every direction.
    public static let underTemperature = chargeCold.with(cold)
    /// Too warm, where charging has a bit of its own.
    public static let hot = AlarmGroup(
        .batteryOverTemperature, .dischargeOverTemperature, .mosfetOverTemperature)
    /// Too cold, where charging has a bit of its own.
    public static let cold = AlarmGroup(.dischargeUnderTemperature)
    /// Too warm to charge.
    public static let chargeHot = AlarmGroup(.chargeOverTemperature)
    /// Too cold to charge.
    public static let chargeCold = AlarmGroup(.chargeUnderTemperature)
    /// Too much charge current.
    public static let chargeCurrent = AlarmGroup(.chargeOverCurrent)
    /// Too much discharge current.
    public static let dischargeCurrent = AlarmGroup(.dischargeOverCurrent)
    /// Too much charge current, short circuit included.
    public static let anyChargeCurrent = AlarmGroup(.chargeOverCurrent, .chargeShortCircuit)
    /// Too much discharge current, short circuit included.
    public static let anyDischargeCurrent = AlarmGroup(.dischargeOverCurrent, .dischargeShortCircuit)
    /// A short circuit in either direction.
    public static let shortCircuit = AlarmGroup(.dischargeShortCircuit, .chargeShortCircuit)
    /// A switch that cannot be relied on.
    public static let contactor = AlarmGroup(.dischargeSwitchFault, .chargeSwitchFault)
    /// Something inside a BMS does not work.
    public static let bmsInternal = AlarmGroup(
        .internalCommunication, .currentSensorFault, .temperatureSensorFault, .cellCountMismatch
    ).with(AlarmGroup(.parallelLimiterFault, .wireResistance))
    /// The cells lie too far apart.
    public static let imbalance = AlarmGroup(.imbalance)
    /// The bank cannot be relied on, or the control has found something, for a reason that has no bit.
    ///
    /// What is only worth knowing (level info) and what is about the link to the inverter itself is not among it.
    public static let general = AlarmGroup(.undocumented, .packLost, .bankLost, .inputMissing)
        .with(AlarmGroup(.implausible, .connectRefused, .packStale, .settingsMismatch))
        .with(AlarmGroup(.secondBattery, .limitsIgnored, .voltageIgnored, .socStuck))
        .with(AlarmGroup(.shuntLost, .memoryDamaged))
    /// Every fault that is none of voltage, temperature or current, where one bit stands for all of them.
    public static let systemError = bmsInternal.with(contactor).with(general)
}
