import BatteryModel
import BusCodec

extension GivEnergyRS485 {
    /// Keeps limits and enable bits from contradicting each other; a board that is not measured is as warm as the cells.
    static func prepare(_ bank: inout BankReading, _ options: ProfileOptions) {
        bank.name("Busbar")
        bank.makeLimitsAgree(resolution: 10)
        bank.keepApartFromEmpty()
        if let mean = bank[.temperature]?.value { bank.sayIfUnknown(.mosfetTemperature, mean) }
    }

    /// Writes what follows from several values, and what a real battery has where rows would leave zeros.
    static func complete(
        _ question: SerialFrame, _ bank: borrowing BankReading, _ options: ProfileOptions, _ hasRows: Bool,
        _ payload: inout SerialPayload
    ) throws(SignalError) -> Bool {
        guard hasRows else { return false }
        let start = -2 * Int(question.code)
        guard question.variant == ModbusRTU.Function.readInput.rawValue else {
            try completeState(bank, &payload, start)
            return true
        }
        // A real serial number ends with spaces.
        if question.registers.overlaps(0..<0x15) {
            payload.set(bank.maker?.value, characters: 20, padding: 0x20, at: start)
        }
        if question.registers.overlaps(0x15..<0x28) { try writePack(bank, &payload, start + 2 * 0x15) }
        if question.registers.overlaps(0x28..<0x3C) { try writeCells(bank, &payload, start + 2 * 0x28) }
        return true
    }

    private static func completeState(
        _ bank: borrowing BankReading, _ payload: inout SerialPayload, _ start: Int
    ) throws(SignalError) {
        payload.set(bank.maker?.value, characters: 10, padding: 0x20, at: start + 10)
        // The highest charge current is informative; it is never more than the limit.
        if let limit = bank[.chargeCurrentLimit]?.value {
            payload.set(big: UInt16(clamping: limit / 10), at: start + 50)
        }
        if let soc = bank[.soc]?.value { payload.set(byte: soc == 1_000 ? 1 : 0, at: start + 31) }
        let status = start + 39
        guard status >= 0, status < payload.count else { return }
        let stands = try bank.needAlarms().protections
        let mayCharge = try bank.need(.chargeEnabled) == 1
        let mayDischarge = try bank.need(.dischargeEnabled) == 1
        if mayCharge, mayDischarge { payload[status] |= 0x80 }
        if !stands.isEmpty { payload[status] |= 0x10 }
        if !stands.intersects(voltages) { payload[status] |= 0x08 }
    }

    private static let voltages = AlarmGroup.overVoltage.kinds.union(AlarmGroup.underVoltage.kinds)

    private static func writePack(
        _ bank: borrowing BankReading, _ payload: inout SerialPayload, _ start: Int
    ) throws(SignalError) {
        let cells = try bank.need(.cells)
        payload.set(big: UInt16(clamping: cells * (try bank.need(.lowestCell))), at: start + 5)
        payload.set(big: UInt16(clamping: cells * (try bank.need(.highestCell))), at: start + 7)
    }

    private static func writeCells(
        _ bank: borrowing BankReading, _ payload: inout SerialPayload, _ start: Int
    ) throws(SignalError) {
        let cells = try BankCells(bank)
        for number in 1...16 where number <= cells.count {
            payload.set(big: cells[Int32(number)], at: start + 2 * (number - 1))
        }
    }
}
