import BatteryModel
import BusCodec

extension VoltronicLIBRS485 {
    /// Keeps limits and enable bits from contradicting each other, and limits within the numbers there are.
    static func prepare(_ bank: inout BankReading, _ options: ProfileOptions) {
        bank.cap(.chargeCurrentLimit, at: 3_276_700)
        bank.cap(.dischargeCurrentLimit, at: 3_276_700)
        bank.makeLimitsAgree()
        bank.keepApartFromEmpty()
    }

    /// Answers under the id that all batteries have in common, 1, and under the battery's own.
    static func answersAs(_ asked: UInt8, _ own: UInt8, _ code: UInt16) -> UInt8? {
        asked == own || asked == 1 ? asked : nil
    }

    /// Writes current and states, and 0 for every register there is not.
    static func complete(
        _ question: SerialFrame, _ bank: borrowing BankReading, _ options: ProfileOptions, _ hasRows: Bool,
        _ payload: inout SerialPayload
    ) throws(SignalError) -> Bool {
        payload.append(zeros: max(Int(question.count) * 2 - payload.count, 0))
        try completeCurrent(question, bank, &payload)
        try completeStates(question, bank, &payload)
        return true
    }

    private static func completeCurrent(
        _ question: SerialFrame, _ bank: borrowing BankReading, _ payload: inout SerialPayload
    ) throws(SignalError) {
        let charge = question.place(of: 0x30)
        let discharge = question.place(of: 0x31)
        guard charge != nil || discharge != nil else { return }
        let tenths = (try bank.need(.current)) / 100
        payload.set(big: UInt16(clamping: tenths), at: charge)
        payload.set(big: UInt16(clamping: -tenths), at: discharge)
    }

    /// Reads the current, of which each direction has a register, and the extremes of the temperatures.
    static func dissect(
        _ code: UInt16, _ payload: Span<UInt8>, _ now: Instant, _ reading: inout BankReading
    ) -> Bool {
        if let charge = word(0x30, code, payload), let discharge = word(0x31, code, payload) {
            reading[.current] = Reading((charge - discharge) * 100, at: now)
        }
        // Some of the sensors say nothing about the extremes of all.
        guard word(0x26, code, payload) != nil, word(0x2F, code, payload) != nil else { return false }
        var (warmest, coldest) = (Int32.min, Int32.max)
        // The sixth sensor is that of the power board; 0 is a sensor that is not there.
        for register in 0x26...0x2F as ClosedRange<UInt16> where register != 0x2B {
            guard let kelvin = word(register, code, payload), kelvin > 0 else { continue }
            warmest = max(warmest, kelvin - 2_731)
            coldest = min(coldest, kelvin - 2_731)
        }
        if warmest >= coldest, coldest >= -500, warmest <= 1_250 {
            reading[.highestTemperature] = Reading(warmest, at: now)
            reading[.lowestTemperature] = Reading(coldest, at: now)
        }
        return false
    }

    private static func word(_ register: UInt16, _ code: UInt16, _ payload: Span<UInt8>) -> Int32? {
        payload.word(at: (Int(register) - Int(code)) * 2).map { Int32($0) }
    }
}
