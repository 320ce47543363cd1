import BatteryModel

/// What may be believed of a pack's reading, each value on the side that is worse for the rule that reads it.
struct PackView: Sendable {
    var voltage: Reading<Int32>?
    var current: Reading<Int32>?
    var cells: Extremes?
    var cellsAt: Instant?
    /// The sum of the cells without what each has above the charge voltage, in millivolts; `nil` while no cell
    /// stands above it.
    var sumWithoutOvershoot: Int32?
    /// The distance between highest and lowest cell as it is believed, in millivolts.
    var spread: Int32?
    var balancing: Reading<Int32>?
    /// The highest cell of the newest reading, believed or not, until it is too old.
    var newestHigh: Reading<Placed>?
    var cellCount: Int32?
    var temperatures: Extremes?
    /// When they were last reported, even if one of the sensors no longer is.
    var temperaturesAt: Instant?
    var mosfet: Reading<Int32>?
    /// When it was last reported, even if it no longer is.
    var mosfetAt: Instant?
    var soc: Reading<Int32>?
    var soh: Reading<Int32>?
    var chargeSwitch: Reading<Int32>?
    var dischargeSwitch: Reading<Int32>?
    /// When the switches were last reported, even if they no longer are: a state that has gone missing must not
    /// make the reading younger than the state was.
    var chargeSwitchAt: Instant?
    var dischargeSwitchAt: Instant?
    var chargeLimit: Reading<Int32>?
    var dischargeLimit: Reading<Int32>?
    var cellOverVoltage: Reading<Int32>?
    /// CVL, CCL and DCL as a battery without single cells tells them.
    var toldVoltage: Reading<Int32>?
    var toldCharge: Reading<Int32>?
    var toldDischarge: Reading<Int32>?
    /// What the BMS is set to, in the order of ``ProtectionApproach/rows``; what it once said holds until it says
    /// something else, because a setting that is no longer reported must not let a limit rise.
    var protections: InlineArray<6, Int32?> = InlineArray(repeating: nil)
    var alarms: Reading<AlarmSet>?
    var cycles: Reading<Int32>?
    var isDoubted = false

    /// Takes over what needs no guard.
    init(_ reading: inout PackReading) {
        voltage = reading[.packVoltage]
        current = reading[.current].flatMap { Plausibility.milliamps.contains($0.value) ? $0 : nil }
        mosfet = reading[.mosfetTemperature]
        soh = reading[.soh]
        chargeSwitch = reading[.chargeSwitch]
        dischargeSwitch = reading[.dischargeSwitch]
        chargeLimit = reading[.chargeLimit]
        dischargeLimit = reading[.dischargeLimit]
        cellOverVoltage = reading[.cellOverVoltage]
        toldVoltage = reading[.chargeVoltageLimit]
        toldCharge = reading[.chargeCurrentLimit]
        toldDischarge = reading[.dischargeCurrentLimit]
        alarms = reading.alarms
        balancing = reading[.balancing]
        cycles = reading[.cycles]
        for row in ProtectionApproach.rows.indices {
            guard let setting = reading[ProtectionApproach.rows[row].setting]?.value,
                ProtectionApproach.rows[row].isPlausible(setting)
            else { continue }
            protections[row] = setting
        }
        if let cells = reading.cellMillivolts, let high = cells.value.highest {
            newestHigh = Reading(Placed(value: Int32(high.value), place: high.index + 1), at: cells.at)
        }
    }

    /// When the newest complete reading was measured: the oldest of the parts that a reading must have.
    ///
    /// `nil` if a part is missing that the operator has not declared absent. A part from the future makes the
    /// whole reading one from the future, or it would pass for young long after the pack has fallen silent.
    func completedAt(_ pack: PackSettings, now: Instant) -> Instant? {
        guard let voltage, let current, let cellsAt, let soc else { return nil }
        var oldest = min(min(voltage.at, current.at), min(cellsAt, soc.at))
        var newest = max(max(voltage.at, current.at), max(cellsAt, soc.at))
        let tellsTemperatures = pack.without.contains(.singleCells) && temperaturesAt != nil
        if !pack.without.contains(.cellTemperature) || tellsTemperatures {
            guard let temperaturesAt else { return nil }
            oldest = min(oldest, temperaturesAt)
            newest = max(newest, temperaturesAt)
        }
        if let chargeSwitchAt {
            oldest = min(oldest, chargeSwitchAt)
            newest = max(newest, chargeSwitchAt)
        }
        if let dischargeSwitchAt {
            oldest = min(oldest, dischargeSwitchAt)
            newest = max(newest, dischargeSwitchAt)
        }
        if pack.without.contains(.singleCells) {
            guard let toldVoltage, let toldCharge, let toldDischarge else { return nil }
            oldest = min(oldest, min(toldVoltage.at, min(toldCharge.at, toldDischarge.at)))
            newest = max(newest, max(toldVoltage.at, max(toldCharge.at, toldDischarge.at)))
        } else if chargeSwitch == nil || dischargeSwitch == nil, chargeLimit == nil || dischargeLimit == nil {
            let needsNeither = pack.without.contains(.switchState) && pack.without.contains(.bmsLimit)
            guard needsNeither else { return nil }
        }
        return newest > now ? newest : oldest
    }

    /// What a protection of the BMS looks at.
    func measured(_ measure: ProtectionApproach.Measure) -> Reading<Placed>? {
        switch measure {
        case .highestCell: cells.flatMap { found in cellsAt.map { Reading(found.high, at: $0) } }
        case .lowestCell: cells.flatMap { found in cellsAt.map { Reading(found.low, at: $0) } }
        case .warmest: temperatures.flatMap { found in temperaturesAt.map { Reading(found.high, at: $0) } }
        case .coldest: temperatures.flatMap { found in temperaturesAt.map { Reading(found.low, at: $0) } }
        case .mosfet: mosfet.map { Reading(Placed(value: $0.value, place: 0), at: $0.at) }
        }
    }

    /// How far the pack is from a protection of its BMS; `nil` if it does not say where that lies.
    func distance(_ row: ProtectionApproach, _ index: Int) -> Int32? {
        guard let setting = protections[index], let value = measured(row.measure) else { return nil }
        return row.distance(of: value.value.value, from: setting)
    }

    /// Whether what a protection looks at was reported once and no longer is.
    func hasLost(_ measure: ProtectionApproach.Measure) -> Bool {
        switch measure {
        case .highestCell, .lowestCell: false
        case .warmest, .coldest: temperatures == nil && temperaturesAt != nil
        case .mosfet: mosfet == nil && mosfetAt != nil
        }
    }

    func switchState(_ direction: Direction) -> Reading<Int32>? {
        direction == .charge ? chargeSwitch : dischargeSwitch
    }

    /// What the pack evidently can report in this direction.
    func reported(_ direction: Direction, _ pack: PackSettings) -> AbsentSources {
        var sources = AbsentSources.none
        if ownLimit(direction) != nil { sources.insert(.bmsLimit) }
        if switchState(direction) != nil { sources.insert(.switchState) }
        if alarms != nil { sources.insert(.alarms) }
        if toldLimit(direction) != nil { sources.insert(.toldLimit) }
        // What such a battery tells is known only when it is heard.
        guard pack.without.contains(.singleCells) else { return sources }
        if temperatures != nil { sources.insert(.cellTemperature) }
        if mosfet != nil { sources.insert(.mosfetTemperature) }
        return sources
    }

    func ownLimit(_ direction: Direction) -> Reading<Int32>? {
        direction == .charge ? chargeLimit : dischargeLimit
    }

    func toldLimit(_ direction: Direction) -> Reading<Int32>? {
        direction == .charge ? toldCharge : toldDischarge
    }

    /// CVL as the battery tells it, if it can be meant; one below the floor or beyond any cell says nothing.
    func toldChargeVoltage(
        _ pack: PackSettings, at now: Instant, _ control: ControlSettings
    ) -> Reading<Int32>? {
        guard let told = toldVoltage, let value = told.usable(at: now, noOlderThan: control.lostAfter),
            value >= control.floorVoltageMillivoltsPerCell * pack.cells,
            value <= Plausibility.cellMillivolts.upperBound * pack.cells
        else { return nil }
        return told
    }
}

extension Reading {
    /// The value if it is at most `oldest` old; a value from the future has no age and counts as absent.
    func usable(at now: Instant, noOlderThan oldest: Interval) -> Value? {
        at <= now ? value(at: now, noOlderThan: oldest) : nil
    }
}

/// Which way the current flows.
public enum Direction: UInt8, Sendable {
    /// Into the battery.
    case charge
    /// Out of the battery.
    case discharge
}
