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
        payload.set(big: consumed(bank), at: question.place(of: Block.battery + 9))
        payload.set(big: consumed(bank), at: question.place(of: Block.system + 5))
        if question.registers.contains(Block.details) {
            // 9 running, 10 error.
            payload.set(big: try bank.isFaulty() ? 10 : 9, at: question.place(of: Block.details))
        }
        return true
    }

    private static func completePower(
        _ question: SerialFrame, _ bank: borrowing BankReading, _ options: ProfileOptions,
        _ payload: inout SerialPayload
    ) throws(SignalError) {
        let isAsked =
            question.registers.overlaps(Block.battery..<Block.battery + 3)
            || question.registers.contains(Block.system + 2)
        guard isAsked else { return }
        let watts = (try bank.needWatts()) * (options.invertsCurrent ? -1 : 1)
        let word = UInt16(bitPattern: Int16(clamping: watts))
        payload.set(big: UInt16(truncatingIfNeeded: watts >> 16), at: question.place(of: Block.battery))
        payload.set(big: UInt16(truncatingIfNeeded: watts), at: question.place(of: Block.battery + 1))
        payload.set(big: word, at: question.place(of: Block.battery + 2))
        payload.set(big: word, at: question.place(of: Block.system + 2))
    }

    /// What is missing from a full bank, in tenths of an ampere-hour.
    private static func consumed(_ bank: borrowing BankReading) -> UInt16 {
        guard let capacity = bank[.capacity]?.value, let remaining = bank[.remainingCapacity]?.value else {
            return 0xFFFF
        }
        return UInt16(clamping: min((capacity - remaining) / 100, 0xFFFE))
    }
}
