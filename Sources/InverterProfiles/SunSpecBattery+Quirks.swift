import BatteryModel
import BusCodec

// SunSpec: battery side.

extension SunSpecBattery {
    /// Keeps limits and enable bits from contradicting each other.
    static func prepare(_ bank: inout BankReading, _ options: ProfileOptions) {
        bank.name("Busbar")
        bank.makeLimitsAgree()
    }

    /// Answers the own address, and 255, which clients of Modbus TCP send where a unit means nothing.
    ///
    /// On a serial line no question for 255 is ever found. Source: MODBUS Messaging on TCP/IP Implementation Guide
    /// V1.0b, on the unit identifier.
    static func answersAs(_ asked: UInt8, _ own: UInt8, _ code: UInt16) -> UInt8? {
        asked == own || asked == 255 ? asked : nil
    }

    /// Confirms the heartbeat of a controller and the reset of alarms without effect; nothing else can be written.
    static func take(_ write: SerialFrame) -> SerialWriting {
        let heartbeat = Model.base + 19
        let reset = Model.base + 20
        let first = Int(write.code)
        let last = first + Int(write.count) - 1
        if first >= heartbeat, last <= reset { return .confirmed }
        let isInside = first >= Model.marker && last < Model.behind
        return .refused(isInside ? .notPermitted : .unknownRegister)
    }

    /// Writes the points that are computed.
    static func complete(
        _ question: SerialFrame, _ bank: borrowing BankReading, _ options: ProfileOptions, _ hasRows: Bool,
        _ payload: inout SerialPayload
    ) throws(SignalError) -> Bool {
        guard hasRows else { return false }
        payload.set(UInt16(question.address), at: Model.common + 66, answering: question)
        completeBase(question, bank, &payload)
        try completeState(question, bank, options, &payload)
        payload.set(meanCell(bank), at: Model.bank + Model.string + 11, answering: question)
        payload.set(tens(bank.wattHours(of: .capacity)), at: Model.storage + 2, answering: question)
        payload.set(tens(bank.wattHours(of: .remainingCapacity)), at: Model.storage + 3, answering: question)
        payload.set(status(bank), at: Model.storage + 6, answering: question)
        return true
    }

    private static func completeBase(
        _ question: SerialFrame, _ bank: borrowing BankReading, _ payload: inout SerialPayload
    ) {
        let base = Model.base
        payload.set(tens(bank.wattHours(of: .capacity)), at: base + 3, answering: question)
        payload.set(tens(bank.watts(of: .chargeCurrentLimit)), at: base + 4, answering: question)
        payload.set(tens(bank.watts(of: .dischargeCurrentLimit)), at: base + 5, answering: question)
        payload.set(chargeStatus(bank), at: base + 16, answering: question)
        payload.set(heartbeat(bank), at: base + 18, answering: question)
        payload.set(meanCell(bank), at: base + 43, answering: question)
    }

    private static func completeState(
        _ question: SerialFrame, _ bank: borrowing BankReading, _ options: ProfileOptions,
        _ payload: inout SerialPayload
    ) throws(SignalError) {
        if question.asks(for: Model.base + 22) {
            payload.set(try state(bank), at: Model.base + 22, answering: question)
        }
        guard question.asks(for: Model.base + 47) else { return }
        guard let watts = bank.watts else { throw .missing(signal: SignalName("power")) }
        let said = Int16(clamping: (options.invertsCurrent ? watts : -watts) / 10)
        payload.set(UInt16(bitPattern: said), at: Model.base + 47, answering: question)
    }

    /// A number in tens, rounded down; the highest that can be said for one that is higher.
    private static func tens(_ value: Int32?) -> UInt16 {
        guard let value else { return 0xFFFF }
        return UInt16(clamping: min(value / 10, 0xFFFE))
    }

    /// The mean of the cells in millivolts, from voltage and number.
    private static func meanCell(_ bank: borrowing BankReading) -> UInt16 {
        guard let millivolts = bank[.voltage]?.value, let cells = bank[.cells]?.value, cells > 0 else {
            return 0xFFFF
        }
        return UInt16(clamping: min(millivolts / cells, 0xFFFE))
    }

    /// The seconds of the clock at which the limits were last found: they stand still when the control does.
    private static func heartbeat(_ bank: borrowing BankReading) -> UInt16 {
        guard let at = bank[.chargeCurrentLimit]?.at else { return 0xFFFF }
        let seconds = Interval(nanoseconds: at.nanoseconds).seconds % 0xFFFF
        return UInt16(clamping: seconds)
    }

    private static func chargeStatus(_ bank: borrowing BankReading) -> UInt16 {
        switch bank[.activity]?.value {
        case 1: ChargeStatus.charging
        case 2: ChargeStatus.discharging
        case 0:
            switch bank[.soc]?.value {
            case 0: ChargeStatus.empty
            case 1_000: ChargeStatus.full
            default: ChargeStatus.holding
            }
        default: 0xFFFF
        }
    }

    /// State: 3 connected, 4 standby, 99 fault.
    private static func state(_ bank: borrowing BankReading) throws(SignalError) -> UInt16 {
        if try bank.isFaulty() { return 99 }
        let mayCharge = try bank.needed(.chargeCurrentLimit) > 0
        let mayDischarge = try bank.needed(.dischargeCurrentLimit) > 0
        return mayCharge || mayDischarge ? 3 : 4
    }

    /// Sta of 713: 0 OK, 1 warning, 2 error.
    private static func status(_ bank: borrowing BankReading) -> UInt16 {
        guard let alarms = bank.alarms?.value else { return 0xFFFF }
        return !alarms.protections.isEmpty ? 2 : !alarms.warnings.isEmpty ? 1 : 0
    }

    /// ChaSt.
    enum ChargeStatus {
        static let empty: UInt16 = 2
        static let discharging: UInt16 = 3
        static let charging: UInt16 = 4
        static let full: UInt16 = 5
        static let holding: UInt16 = 6
    }
}
