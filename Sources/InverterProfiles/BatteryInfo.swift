import BatteryModel
import BusCodec

/// Frame 0x35F of the 0x35x family: type, version and capacity of the battery.
///
/// Every word is little-endian.
///
/// Sources: SMA FSS-ConnectingBat-TI-en-10; captures of Pylontech US5000 (`4C 49 01 03 3C 02 AA 00`) and of a
/// Seplos BMS (`00 00 00 01 22 01 00 00`).
enum BatteryInfo {
    /// The identifier of the frame.
    static let identifier: UInt32 = 0x35F

    /// Hands the rows to `visit` if they stand in `container`, or if that is `nil`.
    static func visitRows(_ container: UInt32?, _ visit: (BankRow) -> Void) {
        guard container == nil || container == identifier else { return }
        for index in rows.indices { visit(rows[index]) }
    }

    private static let rows: [_ of BankRow] = [
        .code("battery_type", in: identifier, byte: 0, .batteryType),
        .code("version", in: identifier, byte: 2, .version),
        .ampHours("capacity", in: identifier, byte: 4),
        .reserved("reserved_manufacturer", in: identifier, byte: 6, bits: 16),
    ]
}

extension BankReading {
    /// Says type and version of the battery if nobody has said others.
    mutating func identify(type: Int32, version: Int32) {
        let at = alarms?.at ?? Instant(nanoseconds: 0)
        if self[.batteryType] == nil { self[.batteryType] = Reading(type, at: at) }
        if self[.version] == nil { self[.version] = Reading(version, at: at) }
    }
}
