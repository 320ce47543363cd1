public import BatteryModel

extension SimulatedPack {
    /// Everything the pack reports at `now`; the old values while it is frozen.
    public func reading(at now: Instant) -> PackReading { frozen ?? reportedReading(at: now) }

    /// What it would report if it were not frozen.
    func reportedReading(at now: Instant) -> PackReading {
        var reading = PackReading()
        for (field, value) in settings { reading[field] = Reading(value, at: now) }
        for (field, value) in Self.selections(address: address) { reading[field] = Reading(value, at: now) }
        reading.identity = Reading(identity, at: now)
        reportCells(into: &reading, at: now)
        reportCharge(into: &reading, at: now)
        reportTimes(into: &reading, at: now)
        for sensor in Self.cellSensors + [.mosfetTemperature] {
            reading[sensor] = temperature(sensor).map { Reading(Int32($0.rounded()), at: now) }
        }
        var alarms = AlarmSet()
        alarms.protections = tripped
        if !missingSensors.isEmpty { alarms.raise(.temperatureSensorFault, .warning) }
        reading.alarms = Reading(alarms, at: now)
        return reading
    }

    private func reportCells(into reading: inout PackReading, at now: Instant) {
        var values = CellValues()
        var wires = CellValues()
        for index in 0..<cellCount {
            values[index] = UInt16(min(max(cellMillivolts(index).rounded(), 0), 6_000))
            wires[index] = UInt16(48 + (index * 7 + Int(address)) % 23)
        }
        reading.cellMillivolts = Reading(values, at: now)
        reading.wireMilliohms = Reading(wires, at: now)
        guard let high = values.highest, let low = values.lowest else { return }
        let spread = Int32(high.value) - Int32(low.value)
        reading[.packVoltage] = Reading(values.sum, at: now)
        reading[.averageCell] = Reading(values.sum / Int32(cellCount), at: now)
        reading[.cellSpread] = Reading(spread, at: now)
        reading[.highestCellNumber] = Reading(Int32(high.index + 1), at: now)
        reading[.lowestCellNumber] = Reading(Int32(low.index + 1), at: now)
        let isWide = spread >= settings[.balanceTrigger] ?? .max
        let balances = isWide && Int32(high.value) >= settings[.balanceStart] ?? .max
        reading[.balancing] = Reading(balances ? 2 : 0, at: now)
        reading[.balanceCurrent] = Reading(balances ? -(settings[.balanceCurrentMaximum] ?? 0) : 0, at: now)
    }

    private func reportCharge(into reading: inout PackReading, at now: Instant) {
        let soc = min(max(socPermille, 0), 1_000)
        let capacity = Double(capacityMilliampHours)
        reading[.current] = Reading(milliamps, at: now)
        // A JK-PB counts in whole percent.
        reading[.soc] = Reading(Int32(soc / 10) * 10, at: now)
        reading[.soh] = Reading(1_000, at: now)
        reading[.remainingCapacity] = Reading(Int32(capacity * soc / 1_000), at: now)
        reading[.fullCapacity] = Reading(capacityMilliampHours, at: now)
        reading[.cycles] = Reading(Int32(throughputMilliampHours / capacity), at: now)
        reading[.throughput] = Reading(Int32(min(throughputMilliampHours, Double(Int32.max))), at: now)
        reading[.chargeSwitch] = Reading(isChargeSwitchClosed ? 1 : 0, at: now)
        reading[.dischargeSwitch] = Reading(isDischargeSwitchClosed ? 1 : 0, at: now)
        reading[.chargerPlugged] = Reading(milliamps > 0 ? 1 : 0, at: now)
        let isAbsorbing = (reading.cellMillivolts?.value.highest?.value ?? 0) >= 3_450
        reading[.chargePhase] = Reading(isAbsorbing ? 1 : 0, at: now)
        for field in Self.quietFields { reading[field] = Reading(0, at: now) }
    }

    private func reportTimes(into reading: inout PackReading, at now: Instant) {
        let running = max(now - startedAt, .zero)
        let seconds = Int32(clamping: running.seconds)
        reading[.uptime] = Reading(
            Self.uptimeDeciseconds + Int32(clamping: running.milliseconds / 100), at: now)
        reading[.runtime] = Reading(Self.runtimeSeconds + seconds, at: now)
        reading[.lifetime] = Reading(Self.runtimeSeconds + seconds, at: now)
        reading[.clock] = Reading(Self.clockSeconds + seconds, at: now)
        reading[.sleepTime] = Reading((settings[.sleepDelay] ?? 0) * 3_600, at: now)
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
        .dischargeOverCurrentRelease, .dischargeShortCircuitRelease, .chargeOverCurrentRelease,
        .chargeShortCircuitRelease, .underVoltageRelease, .overVoltageRelease, .emergencyTime, .batteryType,
        .dryContacts,
    ]
}

extension SimulatedPack {
    /// The settings a JK-PB leaves the factory with for LFP, with 60 A for each pack.
    static func settings(address: UInt8, cells: Int, capacityMilliampHours: Int32) -> [PackField: Int32] {
        [
            .sleepCell: 2_800, .powerOffCell: 2_500, .emptyCell: 2_650, .fullCell: 3_450,
            .cellUnderVoltage: 2_600, .cellUnderVoltageRelease: 2_700, .cellOverVoltage: 3_650,
            .cellOverVoltageRelease: 3_500, .requestedChargeCell: 3_450, .requestedFloatCell: 3_350,
            .balanceTrigger: 10, .balanceStart: 3_400, .balanceCurrentMaximum: 2_000,
            .balancerEnabled: 1,
            .chargeLimit: 60_000, .chargeOverCurrentDelay: 30, .chargeOverCurrentReleaseDelay: 60,
            .dischargeLimit: 60_000, .dischargeOverCurrentDelay: 300, .dischargeOverCurrentReleaseDelay: 60,
            .shortCircuitDelay: 1_500, .shortCircuitReleaseDelay: 60, .prechargeTime: 2,
            .chargeOverTemperature: 550, .chargeOverTemperatureRelease: 500,
            .dischargeOverTemperature: 600, .dischargeOverTemperatureRelease: 550,
            .chargeUnderTemperature: 20, .chargeUnderTemperatureRelease: 50,
            .mosfetOverTemperature: 1_000, .mosfetOverTemperatureRelease: 800,
            .heaterStart: 0, .heaterStop: 50, .sleepDelay: 24, .controlWord: 0,
            .configuredCells: Int32(cells), .chargeEnabled: 1, .dischargeEnabled: 1,
            .designCapacity: capacityMilliampHours, .busAddress: Int32(address),
        ]
    }

    /// What is selected in the BMS: Modbus on UART1, Pylontech on CAN.
    ///
    /// On UART2 the pack with address 0 is the master of the others (protocol 15).
    static func selections(address: UInt8) -> [(PackField, Int32)] {
        [
            (.uart1Protocol, 1), (.uart1Selectable, 0x0000_FFFF), (.uart2Protocol, address == 0 ? 15 : 1),
            (.canProtocol, 2), (.canSelectable, 0x0000_3FFF), (.buzzerTrigger, 0), (.dry1Trigger, 1),
            (.dry2Trigger, 4), (.requestedChargeTime, 60), (.requestedFloatTime, 600), (.boots, 12),
        ]
    }

    /// Hardware 15, firmware 15.41, and a serial number of eleven digits.
    static func identity(address: UInt8, number: UInt64) -> PackIdentity {
        var identity = PackIdentity()
        identity.model = ASCIIText("JK_PB2A16S20P")
        identity.hardware = ASCIIText("15A")
        identity.firmware = ASCIIText("15.41")
        identity.name = text("Simulated-\(address)")
        identity.manufactured = ASCIIText("250612")
        let digits = String(number % 100_000_000)
        identity.serial = text("506" + String(repeating: "0", count: 8 - digits.count) + digits)
        return identity
    }

    private static func text(_ string: String) -> ASCIIText {
        var text = ASCIIText()
        for byte in string.utf8 { text.append(byte) }
        return text
    }
}
