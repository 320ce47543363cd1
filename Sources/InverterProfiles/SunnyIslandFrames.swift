import BatteryModel
import BusCodec

/// The frames of SMA's text but 0x351, for every protocol built on it.
///
/// A value that is not known is said as 0xFFFF, or as 0x8000 where it is signed. The limits have no such code here: a
/// Sunny Island would charge to 54 V instead, so what is not known withholds them.
///
/// Sources: SMA FSS-ConnectingBat-TI-en-10; MG Master LV communication guide, which has the same codes.
enum SunnyIslandFrames {
    /// What is said for an unsigned word, and for a signed one, that is not known.
    static let invalid: UInt64 = 0xFFFF, invalidSigned: UInt64 = 0x8000

    /// Hands the rows to `visit`, or those of `container`.
    static func visitRows(_ container: UInt32?, _ visit: (BankRow) -> Void) {
        for index in rows.indices where container == nil || rows[index].container == container {
            visit(rows[index])
        }
        // Behind the whole percents, so that the finer number is the one that stays.
        FineStateOfCharge.visitRows(container, visit)
        AlarmPairs.visitRows(container, visit)
        AlarmPairs.visitRest(container, visit)
        visitEvents(container, visit)
    }

    /// The rows of 0x35B; none of its events is ever announced.
    static func visitEvents(_ container: UInt32?, _ visit: (BankRow) -> Void) {
        guard container == nil || container == events else { return }
        for index in eventRows.indices { visit(eventRows[index]) }
    }

    private static let state = LowVoltageFrames.state, events: UInt32 = 0x35B

    private static let rows: [_ of BankRow] = [
        .soc(in: state, byte: 0, bits: 16),
        .soh(in: state, byte: 2, bits: 16, notAvailable: invalid),

        .voltage(in: 0x356, byte: 0, notAvailable: invalidSigned),
        // Nothing is said about the sign; captures of the family have charging positive.
        .current(in: 0x356, byte: 2, notAvailable: invalidSigned),
        .temperature("temperature", in: 0x356, byte: 4, .temperature, notAvailable: invalidSigned),
        .shown("reserved", in: 0x356, byte: 6, bits: 16, notAvailable: invalid),

        .reserved("warning_reserved_14", in: 0x35A, byte: 7, bit: 2, bits: 2),

        .maker("manufacturer", in: 0x35E, byte: 0, characters: 8),

        .code("battery_type", in: 0x35F, byte: 0, .batteryType, notAvailable: invalid),
        .ampHours("battery_capacity", in: 0x35F, byte: 4, notAvailable: invalid),
        .shown("manufacturer_id", in: 0x35F, byte: 6, bits: 16, unit: .bits, notAvailable: invalid),
    ]

    private static let eventRows: [_ of BankRow] = [
        event("event_start_soc_recalibration", bit: 0),
        event("event_stop_soc_recalibration", bit: 1),
        event("event_start_power_limitation", bit: 2),
        event("event_stop_power_limitation", bit: 3),
        event("event_preventive_shutdown", bit: 4),
        .reserved("reserved_events", in: events, byte: 0, bit: 5, bits: 3),
        .reserved("reserved", in: events, byte: 1, bits: 56),
    ]

    private static func event(_ name: StaticString, bit: UInt8) -> BankRow {
        .shown(name, in: events, byte: 0, bit: bit, bits: 1, unit: .onOff)
    }
}
