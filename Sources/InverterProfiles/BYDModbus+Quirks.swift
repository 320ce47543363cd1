import BatteryModel
import BusCodec

// MARK: - Battery side

extension BYDModbus {
    /// Keeps limits and enable bits from contradicting each other, and takes the cells' temperature where no board
    /// reports its own.
    static func prepare(_ bank: inout BankReading, _ options: ProfileOptions) {
        bank.name("BYD")
        bank.makeLimitsAgree()
        if bank[.mosfetTemperature] == nil { bank[.mosfetTemperature] = bank[.highestTemperature] }
    }

    /// Confirms every write: watchdog, clock and mode of the inverter change nothing here.
    static func take(_ write: SerialFrame) -> SerialWriting {
        let last = Int(write.code) + Int(write.count) - 1
        return last <= Register.last ? .confirmed : .refused(.unknownRegister)
    }

    /// Writes powers, energies and states; zeros for registers that mean nothing, as the battery answers them.
    static func complete(
        _ question: SerialFrame, _ bank: borrowing BankReading, _ options: ProfileOptions, _ hasRows: Bool,
        _ payload: inout SerialPayload
    ) throws(SignalError) -> Bool {
        guard hasRows else { return completeEmpty(question, &payload) }
        let nameplate = Register.nameplate + 2
        if question.registers.contains(nameplate) {
            payload.set(big: try energy(of: .capacity, bank), at: question.place(of: nameplate))
        }
        if question.registers.overlaps(Register.status..<Register.status + 12) {
            try completeStatus(question, bank, options, &payload)
        }
        return true
    }

    private static func completeStatus(
        _ question: SerialFrame, _ bank: borrowing BankReading, _ options: ProfileOptions,
        _ payload: inout SerialPayload
    ) throws(SignalError) {
        let status = Register.status
        payload.set(big: try bank.isFaulty() ? State.fault : State.active, at: question.place(of: status))
        payload.set(big: mode(bank), at: question.place(of: status + 2))
        payload.set(big: try energy(of: .capacity, bank), at: question.place(of: status + 4))
        payload.set(big: try energy(of: .remainingCapacity, bank), at: question.place(of: status + 5))
        payload.set(big: try power(of: .dischargeCurrentLimit, bank), at: question.place(of: status + 6))
        payload.set(big: try power(of: .chargeCurrentLimit, bank), at: question.place(of: status + 7))
        let watts = try bank.needWatts()
        let said = UInt16(bitPattern: Int16(clamping: options.invertsCurrent ? watts : -watts))
        payload.set(big: said, at: question.place(of: status + 9))
        payload.set(big: said, at: question.place(of: status + 11))
    }

    /// An energy in watt-hours, not above what Battery-Emulator says at most.
    private static func energy(
        of field: BankField, _ bank: borrowing BankReading
    ) throws(SignalError) -> UInt16 {
        guard let wattHours = bank.wattHours(of: field) else {
            throw .missing(signal: SignalName(field.name))
        }
        return UInt16(clamping: min(wattHours, 57_960))
    }

    /// A current limit as power, not above what Battery-Emulator says at most.
    private static func power(
        of limit: BankField, _ bank: borrowing BankReading
    ) throws(SignalError) -> UInt16 {
        guard let watts = bank.watts(of: limit, voltageStep: 100) else {
            throw .missing(signal: SignalName(limit.name))
        }
        return UInt16(clamping: min(watts, 30_000))
    }

    /// Bit 7 normal operation, bit 0 charging, bit 1 discharging.
    private static func mode(_ bank: borrowing BankReading) -> UInt16 {
        switch bank[.activity]?.value {
        case 1: 0x81
        case 2: 0x82
        default: 0x80
        }
    }

    /// Register 300 as far as it is known to be understood.
    enum State {
        static let active: UInt16 = 3
        static let fault: UInt16 = 4
    }

    private static func completeEmpty(_ question: SerialFrame, _ payload: inout SerialPayload) -> Bool {
        let isBefore = question.registers.upperBound <= Register.identification
        let isBehind =
            question.registers.lowerBound >= Register.behind
            && question.registers.upperBound <= Register.last + 1
        guard isBefore || isBehind else { return false }
        payload.removeAll()
        payload.append(zeros: Int(question.count) * 2)
        return true
    }
}

// MARK: - Inverter side

extension BYDModbus {
    /// Reads from a status what rows cannot say: currents from powers, and the states.
    static func dissect(
        _ code: UInt16, _ payload: Span<UInt8>, _ now: Instant, _ reading: inout BankReading
    ) -> Bool {
        guard Int(code) == Register.status, payload.count >= 24 else { return false }
        func word(_ register: Int) -> UInt16 { payload.word(at: 2 * register) ?? 0 }
        var alarms = AlarmSet()
        if word(0) == State.fault { alarms.raise(.undocumented, .protection) }
        reading.alarms = Reading(alarms, at: now)
        reading[.activity] = Reading(word(2) & 1 != 0 ? 1 : word(2) & 2 != 0 ? 2 : 0, at: now)
        let millivolts = Int64(word(10)) * 100
        // Without a voltage a power says nothing about a current, unless it is none.
        func current(_ watts: Int64) -> Reading<Int32>? {
            if watts == 0 { return Reading(0, at: now) }
            return millivolts > 0 ? Reading(Int32(clamping: watts * 1_000_000 / millivolts), at: now) : nil
        }
        reading[.dischargeCurrentLimit] = current(Int64(word(6)))
        reading[.chargeCurrentLimit] = current(Int64(word(7)))
        reading[.current] = current(-Int64(Int16(bitPattern: word(11))))
        return false
    }
}
