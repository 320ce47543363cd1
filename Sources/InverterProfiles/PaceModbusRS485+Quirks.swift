import BatteryModel
import BusCodec

// MARK: - Battery side

extension PaceModbusRS485 {
    /// Keeps limits and switches from contradicting each other; a board that is not measured is as warm as the cells.
    static func prepare(_ bank: inout BankReading, _ options: ProfileOptions) {
        bank.name("Busbar")
        bank.cap(.chargeCurrentLimit, at: 65_535_000)
        bank.cap(.dischargeCurrentLimit, at: 65_535_000)
        bank.makeLimitsAgree(resolution: 1_000)
        bank.keepApartFromEmpty()
        if let mean = bank[.temperature]?.value { bank.sayIfUnknown(.mosfetTemperature, mean) }
    }

    /// Answers the own address alone.
    ///
    /// Switches at 0 mean a pack by itself, which is asked as 1: to everybody, which is
    /// what 0 says on a line, nobody answers.
    static func answersAs(_ asked: UInt8, _ own: UInt8, _ code: UInt16) -> UInt8? {
        asked != 0 && asked == max(own, 1) ? asked : nil
    }

    /// Refuses every write: settings of a pack are none of an inverter's business.
    ///
    /// Function 6 does not exist.
    static func take(_ write: SerialFrame) -> SerialWriting {
        let isMany = write.variant == ModbusRTU.Function.writeMany.rawValue
        return .refused(isMany ? .notPermitted : .unknownCommand)
    }

    /// Writes the single cells, and a name where the version stands.
    static func complete(
        _ question: SerialFrame, _ bank: borrowing BankReading, _ options: ProfileOptions, _ hasRows: Bool,
        _ payload: inout SerialPayload
    ) throws(SignalError) -> Bool {
        guard hasRows else { return false }
        if question.registers.overlaps(Int(Register.cells)..<Int(Register.temperatures)) {
            try completeCells(question, bank, &payload)
        }
        let texts = Int(Register.texts)
        if question.registers.overlaps(texts..<texts + 10) {
            payload.set(bank.maker?.value, characters: 20, at: 2 * (texts - Int(question.code)))
        }
        return true
    }

    /// Behind the last cell stands 0; more than sixteen cannot be said, and the highest may be among them.
    private static func completeCells(
        _ question: SerialFrame, _ bank: borrowing BankReading, _ payload: inout SerialPayload
    ) throws(SignalError) {
        let cells = try BankCells(bank)
        guard cells.count <= mostCells else {
            throw .outOfRange(signal: SignalName("cells"), value: Int64(cells.count))
        }
        for number in 1...mostCells where number <= cells.count {
            payload.set(big: cells[number], at: question.place(of: Int(Register.cells) + Int(number) - 1))
        }
    }

    private static let mostCells: Int32 = 16
}

// MARK: - Inverter side

extension PaceModbusRS485 {
    /// Reads the extremes of cells and temperatures, where all of them were answered.
    static func dissect(
        _ code: UInt16, _ payload: Span<UInt8>, _ now: Instant, _ reading: inout BankReading
    ) -> Bool {
        readCells(payload, at: 2 * (Int(Register.cells) - Int(code)), now, &reading)
        readTemperatures(payload, at: 2 * (Int(Register.temperatures) - Int(code)), now, &reading)
        return false
    }

    private static func readCells(
        _ payload: Span<UInt8>, at start: Int, _ now: Instant, _ reading: inout BankReading
    ) {
        var (count, highest, lowest) = (Int32(0), Int32.min, Int32.max)
        // From the last cell back: a pack of fewer than sixteen has 0 behind its own, and only there is 0 no cell.
        for number in (0..<mostCells).reversed() {
            guard let millivolts = payload.word(at: start + 2 * Int(number)) else { return }
            if count == 0, millivolts == 0 { continue }
            count = max(count, number + 1)
            highest = max(highest, Int32(millivolts))
            lowest = min(lowest, Int32(millivolts))
        }
        guard count > 0 else { return }
        reading[.cells] = Reading(count, at: now)
        reading[.highestCell] = Reading(highest, at: now)
        reading[.lowestCell] = Reading(lowest, at: now)
    }

    private static func readTemperatures(
        _ payload: Span<UInt8>, at start: Int, _ now: Instant, _ reading: inout BankReading
    ) {
        var (highest, lowest) = (Int32.min, Int32.max)
        for number in 0..<4 {
            guard let word = payload.word(at: start + 2 * number) else { return }
            highest = max(highest, Int32(Int16(bitPattern: word)))
            lowest = min(lowest, Int32(Int16(bitPattern: word)))
        }
        guard lowest >= -500, highest <= 1_250 else { return }
        reading[.highestTemperature] = Reading(highest, at: now)
        reading[.lowestTemperature] = Reading(lowest, at: now)
    }
}
