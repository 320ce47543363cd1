public import BatteryModel

/// What the control has decided in one step.
public struct BankVerdict: Sendable {
    /// Where the bank stands.
    public enum State: UInt8, Sendable {
        /// Not every pack has been heard; nothing is sent.
        case starting
        /// At least one pack can be relied on.
        case running
        /// No pack can be relied on; zero limits are sent.
        case bankLost
        /// No pack could be relied on for so long that nothing is sent any more.
        case silent
        /// The inverter did not keep to its limits; nothing is sent until somebody acknowledges.
        case stopped
    }

    /// What was decided about one pack.
    public struct Pack: Sendable {
        /// Its step on the ladder.
        public var freshness = Freshness.unheard
        /// The age of its newest complete reading; `nil` if there was none.
        public var age: Interval?
        /// The charge current the pack itself may take, with the reason.
        public var charge: Limit?
        /// The current that may be drawn from the pack itself, with the reason.
        public var discharge: Limit?
        /// The part of the bank's charge current that flows through it, in thousandths; 0 if none can.
        public var chargeSharePermille: Int32 = 0
        /// The part of the bank's discharge current that flows through it, in thousandths; 0 if none can.
        public var dischargeSharePermille: Int32 = 0
        /// Its alarms, the BMS's and the control's.
        public var alarms = AlarmSet()
        /// Whether a jump in its values is being doubted.
        public var isDoubted = false
    }

    /// Where the bank stands.
    public var state: State
    /// CVL in millivolts.
    public var chargeVoltage: Limit
    /// CCL in milliamps.
    public var charge: Limit
    /// DCL in milliamps.
    public var discharge: Limit
    /// DVL in millivolts.
    public var dischargeVoltage: Limit
    /// What is to be said about the bank; limits and alarms included.
    public var bank: BankReading
    /// Alarms of the bank.
    public var alarms: AlarmSet
    /// Where the charge stands.
    public var stage = StageProgress()
    /// The state of charge and how it was found.
    public var soc = SOCVerdict()
    /// What the operator has ordered.
    public var orders = StandingOrders()
    /// When it was decided.
    public var at: Instant
    /// Packs in the bank: bit n for pack n.
    public var members: UInt16

    // Inlinable: a call across modules would copy all packs to read one.
    @usableFromInline
    var packs: InlineArray<16, Pack> = InlineArray(repeating: Pack())

    init(state: State, limits: BankLimits, alarms: AlarmSet, members: UInt16, at: Instant) {
        self.state = state
        chargeVoltage = limits.chargeVoltage
        charge = limits.charge
        discharge = limits.discharge
        dischargeVoltage = limits.dischargeVoltage
        bank = BankReading()
        self.alarms = alarms
        self.at = at
        self.members = members
    }

    /// Whether anything may be sent to the inverter.
    public var isTransmitting: Bool { state == .running || state == .bankLost }

    /// What was decided about pack number `index`.
    @inlinable
    public subscript(index: Int) -> Pack {
        get { packs.span[index] }
        set { packs[index] = newValue }
    }
}

/// The four limits of the bank.
struct BankLimits: Sendable {
    var chargeVoltage: Limit
    var charge: Limit
    var discharge: Limit
    var dischargeVoltage: Limit
}

extension BankVerdict {
    /// Sets both currents to zero because the gateway is being stopped; the voltages stay.
    public mutating func stop() {
        charge.apply(LimitReason(.stopping, limit: 0, rise: .configuration))
        discharge.apply(LimitReason(.stopping, limit: 0, rise: .configuration))
        bank[.chargeCurrentLimit] = Reading(0, at: at)
        bank[.dischargeCurrentLimit] = Reading(0, at: at)
        bank[.chargeEnabled] = Reading(0, at: at)
        bank[.dischargeEnabled] = Reading(0, at: at)
        bank[.forceCharge] = Reading(0, at: at)
        bank[.forceChargeSoon] = Reading(0, at: at)
        bank[.fullCharge] = Reading(0, at: at)
    }
}
