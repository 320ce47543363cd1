import BatteryModel
import BusCodec

extension VictronModbus {
    /// The unit of the system.
    private static let system: UInt8 = 100

    /// Keeps limits and enable bits from contradicting each other.
    static func prepare(_ bank: inout BankReading, _ options: ProfileOptions) {
        bank.makeLimitsAgree()
    }

    /// Answers as the battery and as the system.
    static func answersAs(_ asked: UInt8, _ own: UInt8, _ code: UInt16) -> UInt8? {
        asked == own || asked == system ? asked : nil
    }

    /// Writes powers, what was consumed and the state; every unit has its own registers.
    static func complete(
        _ question: SerialFrame, _ bank: borrowing BankReading, _ options: ProfileOptions, _ hasRows: Bool,
        _ payload: inout SerialPayload
    ) throws(SignalError) -> Bool {
        let isSystem = (Block.system..<Block.behindSystem).contains(Int(question.code))
        guard hasRows, isSystem == (question.address == system) else { return false }
        try completePower(question, bank, options, &payload)
        payload.set(consumed(bank), at: Block.battery + 9, answering: question)
        payload.set(consumed(bank), at: Block.system + 5, answering: question)
        if question.asks(for: Block.details) {
            // 9 running, 10 error.
            payload.set(try bank.isFaulty() ? 10 : 9, at: Block.details, answering: question)
        }
        return true
    }

    private static func completePower(
        _ question: SerialFrame, _ bank: borrowing BankReading, _ options: ProfileOptions,
        _ payload: inout SerialPayload
    ) throws(SignalError) {
        let isAsked =
            question.asks(for: Block.battery) || question.asks(for: Block.battery + 1)
            || question.asks(for: Block.battery + 2) || question.asks(for: Block.system + 2)
        guard isAsked else { return }
        guard let flowing = bank.watts else { throw .missing(signal: SignalName("power")) }
        let watts = options.invertsCurrent ? -flowing : flowing
        let word = UInt16(bitPattern: Int16(clamping: watts))
        payload.set(UInt16(truncatingIfNeeded: watts >> 16), at: Block.battery, answering: question)
        payload.set(UInt16(truncatingIfNeeded: watts), at: Block.battery + 1, answering: question)
        payload.set(word, at: Block.battery + 2, answering: question)
        payload.set(word, at: Block.system + 2, answering: question)
    }

    /// What is missing from a full bank, in tenths of an ampere-hour.
    private static func consumed(_ bank: borrowing BankReading) -> UInt16 {
        guard let capacity = bank[.capacity]?.value, let remaining = bank[.remainingCapacity]?.value else {
            return 0xFFFF
        }
        return UInt16(clamping: min((capacity - remaining) / 100, 0xFFFE))
    }
}
