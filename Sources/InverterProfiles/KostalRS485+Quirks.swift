import BatteryModel
import BusCodec

// MARK: - Battery side

extension KostalRS485 {
    /// Keeps limits and permissions from contradicting each other, and lets a full bank want no charge.
    static func prepare(_ bank: inout BankReading, _ options: ProfileOptions) {
        // At 100 % an inverter has to be told 0.0 A (Battery-Emulator).
        if bank[.soc]?.value == 1_000 { bank.cap(.chargeCurrentLimit, at: 0) }
        bank.makeLimitsAgree(resolution: 1)
        bank.keepApartFromEmpty()
    }

    /// Confirms what the inverter wants done, without doing it: the clock is not set, contactors are not switched.
    ///
    /// 5E with FF is not confirmed by the battery that is emulated, and what else there may be is not known.
    static func take(_ write: SerialFrame) -> SerialWriting {
        switch (write.code, write.value) {
        case (Command.state, 0xFF): .refused(.notPermitted)
        case (Command.clock, _), (Command.state, _): .confirmed
        default: .refused(.unknownCommand)
        }
    }

    private enum Command {
        static let clock: UInt16 = 0x47
        static let state: UInt16 = 0x5E
    }

    /// Writes what follows from several values.
    static func complete(
        _ question: SerialFrame, _ bank: borrowing BankReading, _ options: ProfileOptions, _ hasRows: Bool,
        _ payload: inout SerialPayload
    ) throws(SignalError) -> Bool {
        guard hasRows else { return false }
        switch UInt32(question.code) {
        case Request.state:
            let permitted = try bank.need(.chargeEnabled) + bank.need(.dischargeEnabled) > 0
            payload.set(byte: permitted ? 1 : 0, at: Int(Place.enabled))
            payload.set(byte: permitted ? 0 : 2, at: Int(Place.contactors))
            payload.set(byte: bank[.soc]?.value == 1_000 ? 0x40 : 0, at: Int(Place.full))
        case Request.identity:
            let twice =
                Int64(try bank.need(.chargeVoltageLimit)) + Int64(try bank.need(.dischargeVoltageLimit))
            let bits = Binary32.bits(twice, over: 2_000, .nearest)
            for place in 0..<4 {
                payload.set(byte: UInt8(truncatingIfNeeded: bits >> UInt32(8 * place)), at: place)
            }
        default: break
        }
        return true
    }
}

// MARK: - Inverter side

extension KostalRS485 {
    /// Reads from a state whether the bank is enabled, in both directions at once; nothing from an answer that has
    /// another length than its question wants.
    static func dissect(
        _ code: UInt16, _ payload: Span<UInt8>, _ now: Instant, _ reading: inout BankReading
    ) -> Bool {
        guard UInt32(code) == Request.state, payload.count == 56 else {
            return UInt32(code) == Request.state
        }
        let enabled: Int32 = payload[Int(Place.enabled)] == 1 ? 1 : 0
        reading[.chargeEnabled] = Reading(enabled, at: now)
        reading[.dischargeEnabled] = Reading(enabled, at: now)
        return false
    }
}
