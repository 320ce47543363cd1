import BatteryModel
import BusCodec

/// The three frames that the 0x35x family has in common: 0x351 limits, 0x355 state of charge, 0x356 measured values.
///
/// Every word is little-endian. A profile whose text bounds a value otherwise, or puts something else into one of them,
/// has rows of its own for that frame.
///
/// Sources: PYLON CAN-Bus-protocol low-voltage V1.2; SMA FSS-ConnectingBat-TI-en-10; captures of Pylontech, BYD, JK and
/// Seplos, see the golden tables; for what is added behind, Sleeper85/esphome-yambms and a log of a Sofar battery.
enum LowVoltageFrames {
    /// The identifiers of the frames.
    static let limits: UInt32 = 0x351, state: UInt32 = 0x355, measured: UInt32 = 0x356

    /// Hands the rows of the three frames to `visit`, or those of `container` if it is one of them.
    static func visitRows(_ container: UInt32?, _ visit: (BankRow) -> Void) {
        visitLimits(container, visit)
        visitState(container, visit)
        visitMeasured(container, visit)
    }

    /// The rows of 0x351.
    static func visitLimits(_ container: UInt32?, _ visit: (BankRow) -> Void) {
        guard container == nil || container == limits else { return }
        for index in limitRows.indices { visit(limitRows[index]) }
    }

    /// The rows of 0x355.
    static func visitState(_ container: UInt32?, _ visit: (BankRow) -> Void) {
        guard container == nil || container == state else { return }
        for index in stateRows.indices { visit(stateRows[index]) }
    }

    /// The rows of 0x356.
    static func visitMeasured(_ container: UInt32?, _ visit: (BankRow) -> Void) {
        guard container == nil || container == measured else { return }
        for index in measuredRows.indices { visit(measuredRows[index]) }
    }

    /// What Sofar and YamBMS have behind the rows of 0x355 and 0x356: remaining capacity and cycles.
    static func visitAdditions(_ container: UInt32?, dialects: UInt8 = .max, _ visit: (BankRow) -> Void) {
        for index in additions.indices where container == nil || additions[index].container == container {
            visit(additions[index].limited(to: dialects))
        }
    }

    private static let limitRows: [_ of BankRow] = [
        // The Pylontech text gives 0 to 75.0 V as typical.
        .chargeVoltageLimit(in: limits, byte: 0, range: 100...75_000),
        .chargeCurrentLimit(in: limits, byte: 2),
        .dischargeCurrentLimit(in: limits, byte: 4),
        // Blank in the V1.2 text, sent by every real battery.
        .dischargeVoltageLimit(in: limits, byte: 6, range: 0...75_000),
    ]

    private static let stateRows: [_ of BankRow] = [
        .soc(in: state, byte: 0, bits: 16),
        .soh(in: state, byte: 2, bits: 16),
    ]

    private static let measuredRows: [_ of BankRow] = [
        .voltage(in: measured, byte: 0, times: 10),
        .current(in: measured, byte: 2),
        .temperature("temperature", in: measured, byte: 4, .temperature),
    ]

    private static let additions: [_ of BankRow] = [
        // YamBMS comments 1 Ah and sends 0.1 Ah, as a logged Sofar battery does. 0 is sent by all who do not know.
        BankRow(
            "remaining_capacity", in: state, byte: 6, bits: 16, times: 100, unit: .milliampHours,
            range: 100...6_553_500, notAvailable: 0, rounding: .down, .number(.remainingCapacity)),
        .cycles("cycles", in: measured, byte: 6),
    ]
}
