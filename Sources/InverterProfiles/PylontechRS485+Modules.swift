import BatteryModel
import BusCodec

// Answers about a module, which the bank plays: battery side.

extension PylontechRS485 {
    /// 42: the bank as one module.
    static func writeAnalog(
        beginning first: UInt8, _ bank: borrowing BankReading, into payload: inout SerialPayload
    ) throws(SignalError) {
        let cells = try BankCells(bank)
        payload.append(0)
        payload.append(first)
        payload.append(UInt8(clamping: cells.count))
        for number in 1...max(cells.count, 1) { payload.append(big: cells[number]) }
        let cell = try bank.need(.temperature)
        let warmest = try bank.need(.highestTemperature)
        let coldest = try bank.need(.lowestTemperature)
        let board = bank[.mosfetTemperature]?.value ?? cell
        payload.append(5)
        append(
            board + 2_731, warmest + 2_731, coldest + 2_731, cell + 2_731, cell + 2_731, to: &payload)
        payload.append(big: UInt16(bitPattern: Int16(clamping: try bank.need(.current) / 100)))
        payload.append(big: UInt16(clamping: try bank.need(.voltage)))
        // Four items: more than 65 Ah need the long capacities.
        payload.append(big: .max)
        payload.append(4)
        payload.append(big: .max)
        // As the row of 61 says what nobody counts.
        payload.append(big: UInt16(clamping: bank[.cycles]?.value ?? 0))
        append(long: try bank.need(.remainingCapacity), to: &payload)
        append(long: try bank.need(.capacity), to: &payload)
    }

    /// 44: what stands, at the place where it stands.
    static func writeAlarms(
        beginning first: UInt8, _ bank: borrowing BankReading, into payload: inout SerialPayload
    ) throws(SignalError) {
        let stands = try bank.needAlarms().protections
        let cells = try bank.need(.cells)
        payload.append(0)
        payload.append(first)
        payload.append(UInt8(clamping: cells))
        let (highPlace, lowPlace) = BankCells.places(bank, count: cells)
        for number in 1...max(cells, 1) {
            let isHigh = number == highPlace && stands.contains(.cellOverVoltage)
            let isLow = number == lowPlace && stands.contains(.cellUnderVoltage)
            payload.append(state(high: isHigh, low: isLow))
        }
        payload.append(5)
        payload.append(state(high: stands.contains(.mosfetOverTemperature), low: false))
        let isHot = stands.intersects(PylontechAlarms.cellHot.kinds)
        let isCold = stands.intersects(AlarmGroup.underTemperature.kinds)
        payload.append(state(high: isHot, low: isCold))
        payload.append(zeros: 3)
        let (charge, discharge) = (AlarmGroup.anyChargeCurrent.kinds, AlarmGroup.anyDischargeCurrent.kinds)
        payload.append(state(high: stands.intersects(charge), low: false))
        payload.append(
            state(high: stands.contains(.packOverVoltage), low: stands.contains(.packUnderVoltage)))
        payload.append(state(high: stands.intersects(discharge), low: false))
        appendStatus(bank, stands, to: &payload)
    }

    /// The states of a value: 1 below its limit, 2 above.
    private static func state(high: Bool, low: Bool) -> UInt8 { high ? 2 : low ? 1 : 0 }

    private static func appendStatus(
        _ bank: borrowing BankReading, _ stands: AlarmMask, to payload: inout SerialPayload
    ) {
        var first: UInt8 = 0
        for index in statusBits.indices where stands.intersects(statusBits[index].kinds) {
            first |= statusBits[index].bit
        }
        payload.append(first)
        let isCharging = bank[.chargeEnabled]?.value != 0
        let isDischarging = bank[.dischargeEnabled]?.value != 0
        payload.append(0x08 | (isDischarging ? 0x04 : 0) | (isCharging ? 0x02 : 0))
        let milliamps = bank[.current]?.value ?? 0
        let isFull = bank[.soc]?.value == 1_000
        payload.append(
            (milliamps > 100 ? 0x80 : 0) | (milliamps < -100 ? 0x40 : 0) | (isFull ? 0x08 : 0))
        payload.append(zeros: 2)
    }

    /// The bits of status 1.
    static let statusBits: [7 of (bit: UInt8, kinds: AlarmMask)] = [
        (0x80, AlarmMask(.packUnderVoltage)),
        (0x40, AlarmMask(.chargeOverTemperature, .batteryOverTemperature)),
        (0x20, AlarmMask(.dischargeOverTemperature, .batteryOverTemperature)),
        (0x10, AlarmGroup.anyDischargeCurrent.kinds), (0x04, AlarmGroup.anyChargeCurrent.kinds),
        (0x02, AlarmMask(.cellUnderVoltage)), (0x01, AlarmMask(.packOverVoltage)),
    ]

    /// 47: the limits of now; the temperatures are those at which Busbar's LFP curves end.
    static func writeParameters(
        _ bank: borrowing BankReading, into payload: inout SerialPayload
    ) throws(SignalError) {
        let cells = max(try bank.need(.cells), 1)
        let high = try bank.need(.chargeVoltageLimit)
        let low = try bank.need(.dischargeVoltageLimit)
        payload.append(0)
        append(high / cells, low / cells, low / cells, 2_731 + 550, 2_731, to: &payload)
        payload.append(big: UInt16(clamping: try bank.need(.chargeCurrentLimit) / 100))
        append(high, low, low, 2_731 + 550, 2_731 - 100, to: &payload)
        payload.append(
            big: UInt16(bitPattern: Int16(clamping: -(try bank.need(.dischargeCurrentLimit) / 100))))
    }

    static func writeMaker(_ bank: borrowing BankReading, into payload: inout SerialPayload) {
        payload.removeAll()
        payload.append(bank.maker?.value, characters: 10)
        payload.append(0)
        payload.append(1)
        payload.append(bank.maker?.value, characters: 20)
    }

    static func writeSystem(_ bank: borrowing BankReading, into payload: inout SerialPayload) {
        payload.removeAll()
        payload.append(bank.maker?.value, characters: 10)
        payload.append(bank.maker?.value, characters: 20)
        payload.append(0)
        payload.append(1)
        payload.append(1)
        payload.append(bank.maker?.value, characters: 16)
    }

    private static func append(
        _ first: Int32, _ second: Int32, _ third: Int32, _ fourth: Int32, _ fifth: Int32,
        to payload: inout SerialPayload
    ) {
        payload.append(big: UInt16(clamping: first))
        payload.append(big: UInt16(clamping: second))
        payload.append(big: UInt16(clamping: third))
        payload.append(big: UInt16(clamping: fourth))
        payload.append(big: UInt16(clamping: fifth))
    }

    private static func append(long value: Int32, to payload: inout SerialPayload) {
        let clamped = UInt32(min(max(value, 0), 0xFF_FFFF))
        payload.append(UInt8(clamped >> 16))
        payload.append(big: UInt16(truncatingIfNeeded: clamped))
    }
}
