public import BatteryModel

extension SimulatedPack {
    /// Everything the pack reports at `now`; the old values while it is frozen.
    public func reading(at now: Instant) -> PackReading { frozen.first ?? reportedReading(at: now) }

    /// What it would report if it were not frozen.
    func reportedReading(at now: Instant) -> PackReading {
        var reading = PackReading()
        reportConstants(into: &reading, at: now)
        reportLive(into: &reading, at: now)
        return reading
    }

    /// Writes what seldom changes: settings, selections, identity and the leads.
    func reportConstants(into reading: inout PackReading, at now: Instant) {
        settings.report(into: &reading, at: now)
        for (field, value) in Self.selections(address: address) { reading[field] = Reading(value, at: now) }
        reading.identity = Reading(identity, at: now)
        var wires = CellValues()
        for index in 0..<cellCount { wires[index] = UInt16(48 + (index * 7 + Int(address)) % 23) }
        reading.wireMilliohms = Reading(wires, at: now)
        reading[.sleepTime] = Reading((settings[.sleepDelay] ?? 0) * 3_600, at: now)
        reading[.soh] = Reading(1_000, at: now)
        for field in Self.quietFields { reading[field] = Reading(0, at: now) }
    }

    /// Writes what changes all the time.
    func reportLive(into reading: inout PackReading, at now: Instant) {
        reportCells(into: &reading, at: now)
        reportCharge(into: &reading, at: now)
        reportTimes(into: &reading, at: now)
        for sensor in Self.cellSensors { report(sensor, into: &reading, at: now) }
        report(.mosfetTemperature, into: &reading, at: now)
        var alarms = scriptedAlarms
        alarms.protections = alarms.protections.union(tripped)
        if !missingSensors.isEmpty { alarms.raise(.temperatureSensorFault, .warning) }
        reading.alarms = Reading(alarms, at: now)
    }

    private func report(_ sensor: PackField, into reading: inout PackReading, at now: Instant) {
        reading[sensor] = temperature(sensor).map { Reading(Int32($0.rounded()), at: now) }
    }

    private func reportCells(into reading: inout PackReading, at now: Instant) {
        var values = CellValues()
        var sum: Int32 = 0
        var high = (index: 0, value: UInt16.min)
        var low = (index: 0, value: UInt16.max)
        for index in 0..<cellCount {
            let value = UInt16(min(max(cellMillivolts(index).rounded(), 0), 6_000))
            values[index] = value
            sum += Int32(value)
            if value > high.value { high = (index, value) }
            if value < low.value { low = (index, value) }
        }
        reading.cellMillivolts = Reading(values, at: now)
        reading[.packVoltage] = Reading(sum, at: now)
        reading[.averageCell] = Reading(sum / Int32(cellCount), at: now)
        reading[.cellSpread] = Reading(Int32(high.value) - Int32(low.value), at: now)
        reading[.highestCell] = Reading(Int32(high.value), at: now)
        reading[.lowestCell] = Reading(Int32(low.value), at: now)
        reading[.highestCellNumber] = Reading(Int32(high.index + 1), at: now)
        reading[.lowestCellNumber] = Reading(Int32(low.index + 1), at: now)
        reading[.chargePhase] = Reading(high.value >= 3_450 ? 1 : 0, at: now)
        let balances = isBalancing
        reading[.balancing] = Reading(balances ? 2 : 0, at: now)
        reading[.balanceCurrent] = Reading(balances ? -(settings[.balanceCurrentMaximum] ?? 0) : 0, at: now)
    }

    private func reportCharge(into reading: inout PackReading, at now: Instant) {
        let soc = counterPermille
        let capacity = Double(capacityMilliampHours)
        reading[.current] = Reading(milliamps, at: now)
        // A JK-PB counts in whole percent.
        reading[.soc] = Reading(Int32(soc / 10) * 10, at: now)
        reading[.remainingCapacity] = Reading(Int32(capacity * soc / 1_000), at: now)
        reading[.fullCapacity] = Reading(capacityMilliampHours, at: now)
        reading[.cycles] = Reading(Int32(throughputMilliampHours / capacity), at: now)
        reading[.throughput] = Reading(Int32(min(throughputMilliampHours, Double(Int32.max))), at: now)
        reading[.chargeSwitch] = Reading(isChargeSwitchClosed ? 1 : 0, at: now)
        reading[.dischargeSwitch] = Reading(isDischargeSwitchClosed ? 1 : 0, at: now)
        // For protocols in which a BMS tells limits and extremes by itself.
        reading[.chargeVoltageLimit] = settings[.requestedChargeCell].map {
            Reading($0 * Int32(cellCount), at: now)
        }
        reading[.chargeCurrentLimit] = settings[.chargeLimit].map { Reading($0, at: now) }
        reading[.dischargeCurrentLimit] = settings[.dischargeLimit].map { Reading($0, at: now) }
        reading[.chargerPlugged] = Reading(milliamps > 0 ? 1 : 0, at: now)
        reading[.chargeOverCurrentRelease] = Reading(Int32(chargeOverCurrent.open.rounded(.up)), at: now)
        reading[.dischargeOverCurrentRelease] = Reading(
            Int32(dischargeOverCurrent.open.rounded(.up)), at: now)
    }

    private func reportTimes(into reading: inout PackReading, at now: Instant) {
        let running = max(now - startedAt, .zero)
        let seconds = Int32(clamping: running.seconds)
        reading[.uptime] = Reading(
            Self.uptimeDeciseconds + Int32(clamping: running.milliseconds / 100), at: now)
        reading[.runtime] = Reading(Self.runtimeSeconds + seconds, at: now)
        reading[.lifetime] = Reading(Self.runtimeSeconds + seconds, at: now)
        reading[.clock] = Reading(Self.clockSeconds + seconds, at: now)
    }

    /// An hour since it was switched on.
    private static let uptimeDeciseconds: Int32 = 36_000
    /// A year in use.
    private static let runtimeSeconds: Int32 = 31_536_000
    /// The autumn of 2025, in seconds since the beginning of 2020.
    private static let clockSeconds: Int32 = 181_000_000

    /// Live fields that are zero on a pack at peace.
    private static let quietFields: [PackField] = [
        .prechargeSwitch, .heater, .heaterCurrent, .parallelLimiter, .wireResistanceAlarms,
        .dischargeShortCircuitRelease, .chargeShortCircuitRelease, .underVoltageRelease, .overVoltageRelease,
        .emergencyTime, .batteryType, .dryContacts,
    ]
}
