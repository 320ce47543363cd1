/// A rule that can set a limit.
public enum LimitRule: UInt8, Sendable, Hashable {
    /// The operator's maximum for the bank.
    case bankMaximum
    /// The operator's maximum for one pack.
    case packMaximum
    /// What the BMS itself allows.
    case bmsLimit
    /// The BMS has opened its charge or discharge switch.
    case switchOpen
    /// The highest cell.
    case highestCell
    /// The lowest cell.
    case lowestCell
    /// A cell stands at its absolute maximum.
    case absoluteMaximumCell
    /// The coldest or warmest cell sensor.
    case cellTemperature
    /// The power board.
    case mosfetTemperature
    /// A protection of the BMS stands in this direction.
    case protection
    /// The bank already stands above its highest permitted charge voltage.
    case bankVoltage
    /// A value that a rule needs is not reported.
    case inputMissing
    /// The reading is old: the limit may fall but not rise.
    case stale
    /// A pack has left the bank without a word: no more than it was offered before.
    case packLost
    /// No pack can be relied on.
    case bankLost
    /// Not every pack has been heard yet.
    case starting
    /// The voltages of the packs lie too far apart.
    case connectRefused
    /// The limit fell a moment ago and stays down.
    case hold
    /// The limit is on its way up, no faster than allowed.
    case ramp
    /// The gateway is being stopped.
    case stopping
    /// The pack has another number of cells than configured.
    case cellCount
    /// A value comes close to a protection that is set in the BMS.
    case nearProtection
    /// State of charge, where the operator has given a curve for it.
    case soc
    /// The cells of a pack lie far apart.
    case imbalance
    /// A pack carries more than it may.
    case packOverCurrent
    /// The stage of the charge asks for less voltage.
    case stage
    /// Cells stand above the charge voltage.
    case overshoot
    /// The bank is full and has not come down to the float voltage yet.
    case floatSettling
    /// The state of charge the operator wants is reached.
    case socTarget
    /// No faster than needed to be charged at the time the operator wants.
    case chargeBy
    /// The operator has paused this direction.
    case operatorPause
    /// The operator has set a cap.
    case operatorCap
    /// The inverter does not keep to what it is told.
    case limitsIgnored
    /// Somebody else speaks to the inverter with the battery's identifiers.
    case secondBattery
    /// The inverter's protocol can say no more.
    case protocolMaximum
    /// The limit that a battery without single cells has told.
    case toldLimit
}

/// What has to happen for a limit to rise.
public enum RiseCondition: Sendable, Hashable {
    /// The rule's input must be below this value.
    case inputBelow(Int32)
    /// The rule's input must be above this value.
    case inputAbove(Int32)
    /// Time must pass until this instant.
    case until(Instant)
    /// The operator must allow more.
    case configuration
    /// The BMS must allow more.
    case bms
    /// The BMS must close its switch again.
    case switchClosed
    /// The missing value must be reported.
    case reported
    /// A new reading must arrive.
    case newReading
    /// The alarm must end.
    case alarmEnds
    /// The packs' voltages must come together.
    case voltagesAgree
    /// Nothing: it rises by itself.
    case rising
    /// The bank must need charging again.
    case rebulk
    /// The operator must end his order.
    case operatorEnds
    /// The operator must acknowledge.
    case acknowledged
    /// The other talker must fall silent.
    case otherFallsSilent
}

/// One rule's verdict: the limit it sets, what it looked at, and what would raise it.
public struct LimitReason: Sendable, Hashable {
    /// The limit that the rule sets, in the unit of the limit.
    public var limit: Int32
    /// The rule.
    public var rule: LimitRule
    /// The pack it looked at, counted from 0; `nil` for the bank.
    public var pack: Int?
    /// The cell or sensor it looked at, counted from 1 as people do; `nil` where it looked at none.
    public var place: Int?
    /// What it read; `nil` where it read nothing.
    public var input: Int32?
    /// The unit of ``input``.
    public var inputUnit: Unit
    /// What has to change.
    public var rise: RiseCondition
    /// When ``input`` was measured; `nil` where that means nothing.
    public var measuredAt: Instant?

    /// Makes a verdict.
    public init(
        _ rule: LimitRule, limit: Int32, pack: Int? = nil, place: Int? = nil, input: Int32? = nil,
        inputUnit: Unit = .count, rise: RiseCondition, measuredAt: Instant? = nil
    ) {
        self.limit = limit
        self.rule = rule
        self.pack = pack
        self.place = place
        self.input = input
        self.inputUnit = inputUnit
        self.rise = rise
        self.measuredAt = measuredAt
    }
}

/// A limit with the rule that set it and the next that would have.
public struct Limit: Sendable, Hashable {
    /// The verdict that won because it is the smallest.
    public private(set) var winner: LimitReason
    /// The second smallest; `nil` if only one rule has spoken.
    public private(set) var runnerUp: LimitReason?

    /// Begins with the verdict of one rule.
    public init(_ reason: LimitReason) {
        winner = reason
        runnerUp = nil
    }

    /// The limit: millivolts for voltages, milliamps for currents.
    public var value: Int32 { winner.limit }

    /// Hears another rule; of equal verdicts the one heard first stays.
    public mutating func apply(_ reason: LimitReason) {
        if reason.limit < winner.limit {
            runnerUp = winner
            winner = reason
        } else if let second = runnerUp, second.limit <= reason.limit {
            return
        } else {
            runnerUp = reason
        }
    }
}
