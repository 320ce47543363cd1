import BatteryModel
import BusCodec

// States: one number for what one bit each says in other protocols.

extension EPeverRS485 {
    /// Keeps limits and enable bits from contradicting each other; a board that is not measured is as warm as the
    /// cells.
    static func prepare(_ bank: inout BankReading, _ options: ProfileOptions) {
        bank.makeLimitsAgree(resolution: 10)
        bank.keepApartFromEmpty()
        if let temperature = bank[.temperature] { bank.sayIfUnknown(.mosfetTemperature, temperature.value) }
    }

    /// Writes states, power, and the limits that stand beside those that are obeyed.
    static func complete(
        _ question: SerialFrame, _ bank: borrowing BankReading, _ options: ProfileOptions, _ hasRows: Bool,
        _ payload: inout SerialPayload
    ) throws(SignalError) -> Bool {
        guard hasRows else { return false }
        let start = 2 * question.registers.lowerBound
        if question.registers.overlaps(0x3100..<0x3128) { try writeData(bank, &payload, 2 * 0x3100 - start) }
        if question.registers.overlaps(0x9000..<0x9008) {
            try writeLimits(bank, &payload, 2 * 0x9000 - start)
        }
        return true
    }

    private static func writeData(
        _ bank: borrowing BankReading, _ payload: inout SerialPayload, _ start: Int
    ) throws(SignalError) {
        // Hundredths of a watt, always positive, the low word first.
        let product = Int64(try bank.need(.voltage)) * Int64(try bank.need(.current))
        let power = UInt32(clamping: (product.magnitude + 5_000) / 10_000)
        payload.set(big: UInt16(truncatingIfNeeded: power), at: start + 6)
        payload.set(big: UInt16(power >> 16), at: start + 8)
        let alarms = try bank.needAlarms()
        payload.set(big: state(alarms, low: packLow, high: packHigh), at: start + 30)
        payload.set(big: state(alarms, low: discharging, high: charging), at: start + 32)
        // The vendor's text has charging in bit 0, a bridge in the field has it in bit 1, so both are on while
        // either direction is permitted; which one is, is said by 3127.
        let enabled = try bank.need(.chargeEnabled) + bank.need(.dischargeEnabled)
        payload.set(big: enabled > 0 ? 3 : 0, at: start + 34)
        payload.set(big: cellTemperature(alarms), at: start + 36)
        payload.set(big: state(alarms, low: AlarmMask(), high: boardHot), at: start + 42)
        writeCells(bank, alarms, &payload, start + 44)
        writeStatus(bank, alarms, &payload, start + 78)
    }

    private static func writeCells(
        _ bank: borrowing BankReading, _ alarms: AlarmSet, _ payload: inout SerialPayload, _ start: Int
    ) {
        func place(_ field: BankField) -> Int {
            start + 2 * (Int(min(max(bank[field]?.value ?? 1, 1), 16)) - 1)
        }
        let low = state(alarms, low: cellLow, high: AlarmMask())
        let high = state(alarms, low: AlarmMask(), high: cellHigh)
        if low != 0 { payload.set(big: low, at: place(.lowestCellNumber)) }
        if high != 0 { payload.set(big: high, at: place(.highestCellNumber)) }
    }

    private static func writeStatus(
        _ bank: borrowing BankReading, _ alarms: AlarmSet, _ payload: inout SerialPayload, _ place: Int
    ) {
        guard place >= 0, place + 1 < payload.count else { return }
        let stands = alarms.protections
        if bank[.soc]?.value == 1_000 { payload[place] |= 0x10 }
        if stands.intersects(chargeStops) { payload[place + 1] |= 0x01 }
        if stands.intersects(dischargeStops) { payload[place + 1] |= 0x02 }
        if stands.contains(.temperatureSensorFault) { payload[place + 1] |= 0x08 }
    }

    /// 9000 to 9007: what the bridge says beside the limits that are obeyed, at the distances that it keeps.
    private static func writeLimits(
        _ bank: borrowing BankReading, _ payload: inout SerialPayload, _ start: Int
    ) throws(SignalError) {
        func word(_ value: Int32) -> UInt16 { UInt16(clamping: value / 10) }
        payload.set(big: word(try bank.need(.dischargeVoltageLimit) + 1_000), at: start)
        payload.set(big: word(try bank.need(.chargeVoltageLimit) + 500), at: start + 6)
        payload.set(big: word(try bank.need(.chargeCurrentLimit)), at: start + 8)
        payload.set(big: word(try bank.need(.dischargeCurrentLimit)), at: start + 12)
    }
}

// MARK: - Numbers of states

extension EPeverRS485 {
    private static let packLow = AlarmMask(.packUnderVoltage)
    private static let packHigh = AlarmMask(.packOverVoltage)
    private static let cellLow = AlarmMask(.cellUnderVoltage)
    private static let cellHigh = AlarmMask(.cellOverVoltage)
    private static let charging = AlarmGroup.anyChargeCurrent.kinds
    private static let discharging = AlarmGroup.anyDischargeCurrent.kinds
    private static let boardHot = AlarmMask(.mosfetOverTemperature)
    private static let hot = AlarmMask(.chargeOverTemperature, .dischargeOverTemperature)
    private static let cold = AlarmMask(.chargeUnderTemperature, .dischargeUnderTemperature)

    private static let chargeTemperature = AlarmMask(.chargeOverTemperature, .chargeUnderTemperature)
    private static let dischargeTemperature = AlarmMask(.dischargeOverTemperature, .dischargeUnderTemperature)

    /// What stops charging and discharging in all, in bits 0 and 1 of 3127.
    private static let chargeStops = AlarmGroup.overVoltage.kinds.union(charging).union(chargeTemperature)
    private static let dischargeStops =
        AlarmGroup.underVoltage.kinds.union(discharging).union(dischargeTemperature)

    /// 0 normal, 1 and 2 warnings, F1 and F2 protections: low and high, or discharging and charging.
    private static func state(_ alarms: AlarmSet, low: AlarmMask, high: AlarmMask) -> UInt16 {
        if alarms.protections.intersects(high) { return 0xF2 }
        if alarms.protections.intersects(low) { return 0xF1 }
        if alarms.warnings.intersects(high) { return 2 }
        return alarms.warnings.intersects(low) ? 1 : 0
    }

    /// A protection here stops both directions, so one that is about one direction is said as a warning, and as a
    /// protection by 3127.
    private static func cellTemperature(_ alarms: AlarmSet) -> UInt16 {
        let stands = alarms.protections
        if stands.contains(.batteryOverTemperature) || hot.subtracting(stands).isEmpty { return 0xF2 }
        if cold.subtracting(stands).isEmpty { return 0xF1 }
        if stands.contains(.temperatureSensorFault) { return 0xF0 }
        let either = stands.union(alarms.warnings)
        if either.intersects(hot) || either.contains(.batteryOverTemperature) { return 2 }
        return either.intersects(cold) ? 1 : 0
    }

    /// Reads the states; rows read the rest, and the bits of 3127.
    static func dissect(
        _ code: UInt16, _ payload: Span<UInt8>, _ now: Instant, _ reading: inout BankReading
    ) -> Bool {
        guard code == 0x3100, payload.count >= 78 else { return false }
        var alarms = AlarmSet()
        func read(_ place: Int, low: AlarmMask, high: AlarmMask, fault: AlarmKind) {
            switch payload.word(at: place) {
            case 1: alarms.warnings = alarms.warnings.union(low)
            case 2: alarms.warnings = alarms.warnings.union(high)
            case 0xF0: alarms.raise(fault, .protection)
            case 0xF1: alarms.protections = alarms.protections.union(low)
            case 0xF2: alarms.protections = alarms.protections.union(high)
            default: break
            }
        }
        read(30, low: packLow, high: packHigh, fault: .undocumented)
        let (drawn, fed) = (AlarmMask(.dischargeOverCurrent), AlarmMask(.chargeOverCurrent))
        read(32, low: drawn, high: fed, fault: .undocumented)
        let warm = AlarmMask(.batteryOverTemperature)
        for place in 18..<21 {
            read(2 * place, low: cold, high: warm, fault: .temperatureSensorFault)
        }
        read(42, low: AlarmMask(), high: boardHot, fault: .temperatureSensorFault)
        for cell in 0..<16 { read(44 + 2 * cell, low: cellLow, high: cellHigh, fault: .undocumented) }
        reading.alarms = Reading(alarms, at: now)
        return false
    }
}
