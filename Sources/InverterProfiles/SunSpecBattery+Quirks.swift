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
        payload.set(big: UInt16(question.address), at: question.place(of: Model.common + 66))
        completeBase(question, bank, &payload)
        try completeState(question, bank, options, &payload)
        payload.set(big: tens(bank.wattHours(of: .capacity)), at: question.place(of: Model.storage + 2))
        payload.set(
            big: tens(bank.wattHours(of: .remainingCapacity)), at: question.place(of: Model.storage + 3))
        payload.set(big: status(bank), at: question.place(of: Model.storage + 6))
        return true
    }

    private static func completeBase(
        _ question: SerialFrame, _ bank: borrowing BankReading, _ payload: inout SerialPayload
    ) {
        let base = Model.base
        payload.set(big: tens(bank.wattHours(of: .capacity)), at: question.place(of: base + 3))
        payload.set(big: tens(bank.watts(of: .chargeCurrentLimit)), at: question.place(of: base + 4))
        payload.set(big: tens(bank.watts(of: .dischargeCurrentLimit)), at: question.place(of: base + 5))
        payload.set(big: chargeStatus(bank), at: question.place(of: base + 16))
        payload.set(big: heartbeat(bank), at: question.place(of: base + 18))
    }

    private static func completeState(
        _ question: SerialFrame, _ bank: borrowing BankReading, _ options: ProfileOptions,
        _ payload: inout SerialPayload
    ) throws(SignalError) {
        if question.registers.contains(Model.base + 22) {
            payload.set(big: try state(bank), at: question.place(of: Model.base + 22))
        }
        guard question.registers.contains(Model.base + 47) else { return }
        let watts = try bank.needWatts()
        let said = Int16(clamping: (options.invertsCurrent ? watts : -watts) / 10)
        payload.set(big: UInt16(bitPattern: said), at: question.place(of: Model.base + 47))
    }

    /// A number in tens, rounded down; the highest that can be said for one that is higher.
    private static func tens(_ value: Int32?) -> UInt16 {
        guard let value else { return 0xFFFF }
        return UInt16(clamping: min(value / 10, 0xFFFE))
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
        let mayCharge = try bank.need(.chargeCurrentLimit) > 0
        let mayDischarge = try bank.need(.dischargeCurrentLimit) > 0
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
