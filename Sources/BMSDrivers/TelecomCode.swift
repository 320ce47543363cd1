import BatteryModel
import BusCodec

/// What the codes by which the telecom family says how a measured value stands mean for one sort of value.
///
/// 00 is normal, 01 below its limit, 02 above it, 80 to EF are the maker's own, F0 is "another fault": then nothing is
/// known of what is measured, which is a protection whatever the level of the others is.
struct TelecomCode: Sendable {
    /// What 01 means.
    var low: AlarmMask
    /// What 02 means.
    var high: AlarmMask
    /// What F0 means.
    var fault: AlarmMask

    /// A cell.
    static let cell = TelecomCode(
        low: AlarmMask(.cellUnderVoltage), high: AlarmMask(.cellOverVoltage),
        fault: AlarmMask(.internalCommunication))
    /// The pack's voltage.
    static let packVoltage = TelecomCode(
        low: AlarmMask(.packUnderVoltage), high: AlarmMask(.packOverVoltage),
        fault: AlarmMask(.internalCommunication))
    /// A temperature: it is not said which direction it forbids.
    static let temperature = TelecomCode(
        low: AlarmMask(.chargeUnderTemperature, .dischargeUnderTemperature),
        high: AlarmMask(.batteryOverTemperature), fault: AlarmMask(.temperatureSensorFault))
    /// The power board's temperature.
    static let mosfet = TelecomCode(
        low: temperature.low, high: AlarmMask(.mosfetOverTemperature), fault: temperature.fault)
    /// The charge current, where the discharge current has a code of its own.
    static let chargeCurrent = TelecomCode(
        low: AlarmMask(.chargeOverCurrent), high: AlarmMask(.chargeOverCurrent),
        fault: AlarmMask(.currentSensorFault))
    /// The discharge current; its sign differs, so both limits are the one that matters.
    static let dischargeCurrent = TelecomCode(
        low: AlarmMask(.dischargeOverCurrent), high: AlarmMask(.dischargeOverCurrent),
        fault: AlarmMask(.currentSensorFault))
    /// The current in either direction.
    static let current = TelecomCode(
        low: AlarmMask(.chargeOverCurrent, .dischargeOverCurrent),
        high: AlarmMask(.chargeOverCurrent, .dischargeOverCurrent), fault: AlarmMask(.currentSensorFault))

    private static let below: UInt8 = 0x01
    private static let above: UInt8 = 0x02
    private static let otherFault: UInt8 = 0xF0

    /// Raises in `alarms` what `code` says; an undocumented code is worth knowing, no more.
    func raise(_ code: UInt8, _ level: AlarmLevel, in alarms: inout AlarmSet) {
        switch code {
        case 0: break
        case Self.below: alarms[level] = alarms[level].union(low)
        case Self.above: alarms[level] = alarms[level].union(high)
        case Self.otherFault: alarms.protections = alarms.protections.union(fault)
        default: alarms.raise(.undocumented, .info)
        }
    }

    /// Raises what the codes behind the sensors say: current and voltage of the pack, and where `isTwoWay` the first
    /// is that of the charge current, and a third one that of the discharge current.
    static func raise(
        behindSensors fields: Span<UInt8>, isTwoWay: Bool, _ level: AlarmLevel, in alarms: inout AlarmSet
    ) {
        let first: TelecomCode = isTwoWay ? .chargeCurrent : .current
        first.raise(fields[0], level, in: &alarms)
        packVoltage.raise(fields[1], level, in: &alarms)
        if isTwoWay { dischargeCurrent.raise(fields[2], level, in: &alarms) }
    }

    /// Writes the codes behind the sensors.
    static func write(
        behindSensors fields: inout MutableSpan<UInt8>, isTwoWay: Bool, _ level: AlarmLevel,
        from alarms: AlarmSet
    ) {
        let first: TelecomCode = isTwoWay ? .chargeCurrent : .current
        fields[0] = first.code(for: alarms, level)
        fields[1] = packVoltage.code(for: alarms, level)
        if isTwoWay { fields[2] = dischargeCurrent.code(for: alarms, level) }
    }

    /// The code that says what stands in `alarms`.
    func code(for alarms: AlarmSet, _ level: AlarmLevel) -> UInt8 {
        if alarms[level].intersects(high) { return Self.above }
        return alarms[level].intersects(low) ? Self.below : 0
    }
}

extension TelecomLayout {
    /// The alarms of the cells and sensors in `info`.
    func alarms(in info: Span<UInt8>, _ level: AlarmLevel) -> AlarmSet {
        var alarms = AlarmSet()
        for place in cells { TelecomCode.cell.raise(info[place], level, in: &alarms) }
        let mosfet = kinds.mosfet(of: sensorCount)
        for sensor in 0..<sensorCount {
            let code: TelecomCode = sensor == mosfet ? .mosfet : .temperature
            code.raise(info[sensors.lowerBound + sensor], level, in: &alarms)
        }
        return alarms
    }

    /// Writes the codes of the cells and sensors: those of the highest and the lowest cell, and of the first of the
    /// cells' sensors, because alarms do not say which one they mean.
    func writeAlarms(
        from reading: borrowing PackReading, _ level: AlarmLevel, to address: UInt8,
        into info: inout MutableSpan<UInt8>
    ) {
        writeCounts(address, into: &info)
        guard let alarms = reading.alarms?.value else { return }
        if let values = reading.cellMillivolts?.value, let high = values.highest, let low = values.lowest,
            max(high.index, low.index) < cellCount
        {
            if alarms[level].intersects(TelecomCode.cell.low) { info[cells.lowerBound + low.index] = 1 }
            if alarms[level].intersects(TelecomCode.cell.high) { info[cells.lowerBound + high.index] = 2 }
        }
        let ofCells = kinds.cells(of: sensorCount)
        if ofCells.count > 0 {
            info[sensors.lowerBound + ofCells.lowerBound] = TelecomCode.temperature.code(for: alarms, level)
        }
        if let mosfet = kinds.mosfet(of: sensorCount) {
            info[sensors.lowerBound + mosfet] =
                TelecomCode(low: AlarmMask(), high: TelecomCode.mosfet.high, fault: AlarmMask())
                .code(for: alarms, level)
        }
    }
}
