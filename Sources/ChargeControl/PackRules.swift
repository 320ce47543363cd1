import BatteryModel

/// Everything a rule about one pack may look at.
struct PackContext {
    let direction: Direction
    let index: Int
    let now: Instant
    let control: ControlSettings
    let pack: PackSettings
    let view: PackView
    let isStale: Bool
    /// What the pack was allowed in the step before.
    let before: Int32

    /// The pack's configured maximum in this direction; curves take their part of it.
    var maximum: Int32 { direction == .charge ? pack.chargeMilliamps : pack.dischargeMilliamps }

    /// A value that is young enough to be used at all.
    func usable<Value>(_ reading: Reading<Value>?, noOlderThan oldest: Interval) -> Value? {
        reading?.usable(at: now, noOlderThan: oldest)
    }

    func verdict(
        _ rule: LimitRule, _ limit: Int32, place: Int? = nil, input: Int32? = nil, unit: Unit = .count,
        _ rise: RiseCondition, at measuredAt: Instant? = nil
    ) -> LimitReason {
        LimitReason(
            rule, limit: max(limit, 0), pack: index, place: place, input: input, inputUnit: unit, rise: rise,
            measuredAt: measuredAt)
    }

    func missing() -> LimitReason { verdict(.inputMissing, 0, .reported) }
}

/// The rules that limit the current of one pack.
///
/// To add one, write a function and put it into the list; the smallest verdict wins. A rule that does not limit
/// says nothing; one whose input is absent says 0.
enum PackRules {
    static let all: [_ of PackRule] = [
        PackRule(rule: .packMaximum, evaluate: packMaximum),
        PackRule(rule: .cellCount, evaluate: cellCount),
        PackRule(rule: .bmsLimit, evaluate: bmsLimit),
        PackRule(rule: .toldLimit, evaluate: toldLimit),
        PackRule(rule: .switchOpen, evaluate: switchOpen),
        PackRule(rule: .protection, evaluate: protection),
        PackRule(rule: .absoluteMaximumCell, evaluate: absoluteMaximumCell),
        PackRule(rule: .highestCell, evaluate: highestCell),
        PackRule(rule: .lowestCell, evaluate: lowestCell),
        PackRule(rule: .cellTemperature, evaluate: cellTemperature),
        PackRule(rule: .mosfetTemperature, evaluate: mosfetTemperature),
        PackRule(rule: .nearProtection, evaluate: nearProtection),
        PackRule(rule: .imbalance, evaluate: imbalance),
        PackRule(rule: .soc, evaluate: soc),
        PackRule(rule: .stale, evaluate: stale),
    ]

    /// Settings are read once a minute; beyond this age they count as not reported.
    static let settingsAge = Interval.seconds(300)

    private static func packMaximum(_ context: borrowing PackContext) -> LimitReason? {
        context.verdict(.packMaximum, context.maximum, .configuration)
    }

    /// A pack with another number of cells than configured would be charged to the wrong voltage.
    private static func cellCount(_ context: borrowing PackContext) -> LimitReason? {
        guard let count = context.view.cellCount else {
            return context.pack.without.contains(.singleCells) ? nil : context.missing()
        }
        guard count != context.pack.cells else { return nil }
        return context.verdict(.cellCount, 0, input: count, .configuration)
    }

    /// Nine tenths of the BMS's over-current setting, so that the BMS need not cut.
    private static func bmsLimit(_ context: borrowing PackContext) -> LimitReason? {
        let reported = context.usable(context.view.ownLimit(context.direction), noOlderThan: settingsAge)
        guard let reported else {
            return context.pack.without.contains(.bmsLimit) ? nil : context.missing()
        }
        let limit = Int32(Int64(max(reported, 0)) * 9 / 10)
        return context.verdict(
            .bmsLimit, limit, input: reported, unit: .milliamps, .bms,
            at: context.view.ownLimit(context.direction)?.at)
    }

    /// What a battery tells as its own limit, whole: it has kept back what it wants to keep back.
    ///
    /// A BMS that reports its cells need not tell one, but once it has it must go on. A battery without single cells that
    /// does not say how far it may be charged is not charged.
    private static func toldLimit(_ context: borrowing PackContext) -> LimitReason? {
        guard !context.pack.without.contains(.toldLimit) else { return nil }
        let reading = context.view.toldLimit(context.direction)
        guard let told = context.usable(reading, noOlderThan: context.control.lostAfter) else {
            return context.missing()
        }
        if context.pack.without.contains(.singleCells), context.direction == .charge,
            context.view.toldChargeVoltage(context.pack, at: context.now, context.control) == nil
        {
            return context.missing()
        }
        return context.verdict(.toldLimit, told, input: told, unit: .milliamps, .bms, at: reading?.at)
    }

    private static func switchOpen(_ context: borrowing PackContext) -> LimitReason? {
        let state = context.usable(
            context.view.switchState(context.direction), noOlderThan: context.control.lostAfter)
        guard let state else { return context.pack.without.contains(.switchState) ? nil : context.missing() }
        return state == 0 ? context.verdict(.switchOpen, 0, .switchClosed) : nil
    }

    private static func protection(_ context: borrowing PackContext) -> LimitReason? {
        guard let alarms = context.usable(context.view.alarms, noOlderThan: context.control.lostAfter) else {
            return context.pack.without.contains(.alarms) ? nil : context.missing()
        }
        var blocking = context.direction == .charge ? AlarmMask.forbidCharge : AlarmMask.forbidDischarge
        if context.pack.without.contains(.singleCells) { blocking = blocking.union(.general) }
        return alarms.protections.intersects(blocking)
            ? context.verdict(.protection, 0, .alarmEnds) : nil
    }

    private static func absoluteMaximumCell(_ context: borrowing PackContext) -> LimitReason? {
        guard context.direction == .charge, let high = context.view.cells?.high,
            high.value >= context.control.absoluteMaximumCellMillivolts
        else { return nil }
        return context.verdict(
            .absoluteMaximumCell, 0, place: high.number, input: high.value, unit: .millivolts,
            .inputBelow(context.control.absoluteMaximumCellMillivolts), at: context.view.cellsAt)
    }

    private static func highestCell(_ context: borrowing PackContext) -> LimitReason? {
        guard context.direction == .charge else { return nil }
        guard let cells = context.view.cells else { return context.missing() }
        return context.curve(
            context.control.highestCell, cells.high, .millivolts, .highestCell, at: context.view.cellsAt)
    }

    private static func lowestCell(_ context: borrowing PackContext) -> LimitReason? {
        guard context.direction == .discharge else { return nil }
        guard let cells = context.view.cells else { return context.missing() }
        return context.curve(
            context.control.lowestCell, cells.low, .millivolts, .lowestCell, at: context.view.cellsAt)
    }

    /// The colder and the warmer end are both looked up; the smaller part wins.
    private static func cellTemperature(_ context: borrowing PackContext) -> LimitReason? {
        if context.pack.without.contains(.cellTemperature) { return nil }
        guard let temperatures = context.view.temperatures else { return context.missing() }
        let curve =
            context.direction == .charge
            ? context.control.chargeTemperature : context.control.dischargeTemperature
        let isWarmEndWorse =
            curve.permille(at: temperatures.high.value) < curve.permille(at: temperatures.low.value)
        let worse = isWarmEndWorse ? temperatures.high : temperatures.low
        return context.curve(
            curve, worse, .decicelsius, .cellTemperature, at: context.view.temperaturesAt)
    }

    private static func mosfetTemperature(_ context: borrowing PackContext) -> LimitReason? {
        if context.pack.without.contains(.mosfetTemperature) { return nil }
        guard let value = context.usable(context.view.mosfet, noOlderThan: context.control.lostAfter) else {
            return context.missing()
        }
        return context.curve(
            context.control.mosfetTemperature, Placed(value: value, place: 0), .decicelsius,
            .mosfetTemperature, at: context.view.mosfet?.at)
    }

    /// The protection of the BMS that is closest: less before it must cut.
    private static func nearProtection(_ context: borrowing PackContext) -> LimitReason? {
        var worst: LimitReason?
        for index in ProtectionApproach.rows.indices {
            let row = ProtectionApproach.rows[index]
            guard context.direction == .charge ? row.limitsCharge : row.limitsDischarge else { continue }
            // Beside a setting, a value that has gone missing may be the one that comes close.
            if context.view.protections[index] != nil, context.view.hasLost(row.measure) {
                return context.missing()
            }
            guard let distance = context.view.distance(row, index),
                let value = context.view.measured(row.measure), let setting = context.view.protections[index]
            else { continue }
            let permille = row.permille(atDistance: distance)
            guard permille < 1_000 else { continue }
            let limit = Int32(Int64(context.maximum) * Int64(permille) / 1_000)
            if let worst, worst.limit <= limit { continue }
            worst = context.verdict(
                .nearProtection, limit, place: value.value.number, input: value.value.value,
                unit: row.setting.unit, row.rise(from: setting), at: value.at)
        }
        return worst
    }

    private static func imbalance(_ context: borrowing PackContext) -> LimitReason? {
        guard let spread = context.view.spread else { return nil }
        return context.curve(
            context.control.imbalance, Placed(value: spread, place: 0), .millivolts, .imbalance,
            at: context.view.cellsAt)
    }

    private static func soc(_ context: borrowing PackContext) -> LimitReason? {
        let curve = context.direction == .charge ? context.control.chargeSOC : context.control.dischargeSOC
        guard let curve else { return nil }
        guard let soc = context.view.soc else { return context.missing() }
        return context.curve(curve, Placed(value: soc.value, place: 0), .permille, .soc, at: soc.at)
    }

    private static func stale(_ context: borrowing PackContext) -> LimitReason? {
        context.isStale ? context.verdict(.stale, context.before, .newReading) : nil
    }
}

/// One rule of the list.
struct PackRule: Sendable {
    let rule: LimitRule
    let evaluate: @Sendable (borrowing PackContext) -> LimitReason?
}

extension PackContext {
    /// The part of the maximum that a curve allows; nothing where it allows all.
    func curve(
        _ curve: Curve, _ input: Placed, _ unit: Unit, _ rule: LimitRule, at measuredAt: Instant?
    ) -> LimitReason? {
        let permille = curve.permille(at: input.value)
        guard permille < 1_000 else { return nil }
        return verdict(
            rule, Int32(Int64(maximum) * Int64(permille) / 1_000), place: input.number, input: input.value,
            unit: unit, curve.rise(from: input.value), at: measuredAt)
    }
}

extension AlarmMask {
    /// What a battery says when it cannot be relied on and its protocol has no word for the reason.
    static let general = AlarmMask(.undocumented, .bankLost)
        .union(AlarmMask(.inputMissing, .implausible))

    private static let forbidBoth = AlarmMask(.mosfetOverTemperature, .cellCountMismatch)
        .union(AlarmMask(.currentSensorFault, .internalCommunication))
        .union(AlarmMask(.batteryOverTemperature, .temperatureSensorFault))

    /// Protections under which nothing may be charged.
    static let forbidCharge =
        forbidBoth
        .union(AlarmMask(.cellOverVoltage, .packOverVoltage))
        .union(AlarmMask(.chargeOverCurrent, .chargeShortCircuit))
        .union(AlarmMask(.chargeOverTemperature, .chargeUnderTemperature))
        .union(AlarmMask(.chargeSwitchFault))

    /// Protections under which nothing may be discharged.
    static let forbidDischarge =
        forbidBoth
        .union(AlarmMask(.cellUnderVoltage, .packUnderVoltage))
        .union(AlarmMask(.dischargeOverCurrent, .dischargeShortCircuit))
        .union(AlarmMask(.dischargeOverTemperature, .dischargeUnderTemperature))
        .union(AlarmMask(.dischargeSwitchFault))
}
