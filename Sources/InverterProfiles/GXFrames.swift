import BatteryModel
import BusCodec

/// What the frames of a CAN-bus BMS on a Victron GX say beyond the 0x35x family, for every maker that speaks so.
///
/// Every word is little-endian; only the firmware version in 0x35F has its most significant byte first.
///
/// Sources: dfch/BydCanProtocol (BYD LVS against Venus OS 3.00); CRC-checked capture of a JK BMS in Victron mode in
/// victorstoica114/sigrok-pylon-bms-decoders; MG Master LV communication guide; Safiery CAN Bus BMS Protocol.
enum GXFrames {
    /// Hands the rows to `visit`, or those of `container`.
    static func visitRows(_ container: UInt32?, _ visit: (BankRow) -> Void) {
        for index in rows.indices where container == nil || rows[index].container == container {
            visit(rows[index])
        }
        AlarmPairs.visitRest(container, visit)
        for index in fromGX.indices where container == nil || fromGX[index].container == container {
            visit(fromGX[index])
        }
    }

    private static let rows: [_ of BankRow] = [
        .reserved("reserved", in: 0x356, byte: 6, bits: 16),

        // 1 is said to be online and 2 offline; diyBMS sends 2 while running, JK 0: it is left at "not supported".
        .shown("system_status_online", in: 0x35A, byte: 7, bit: 2, bits: 2, unit: .choice),

        .reserved("events", in: 0x35B, byte: 0, bits: 64),

        // BYD, JK and diyBMS fill the name up with zeros.
        .maker("manufacturer", in: 0x35E, byte: 0, characters: 8, padding: 0),

        // Only shown; 0 names no product and no version, as it names no hardware below.
        .code("product_id", in: 0x35F, byte: 0, .batteryType, substitute: 0),
        .code("firmware_version", in: 0x35F, byte: 2, .version, .big, substitute: 0),
        // What is left, not the size: BYD says 105 Ah at 67 % of 156 Ah, and diyBMS multiplies with the SOC.
        .ampHours("available_capacity", in: 0x35F, byte: 4, .remainingCapacity),
        .shown("hardware_version", in: 0x35F, byte: 6, bits: 16),

        .count("modules_ok", in: 0x372, byte: 0, .packs),
        .count("modules_blocking_charge", in: 0x372, byte: 2, .packsBlockingCharge),
        .count("modules_blocking_discharge", in: 0x372, byte: 4, .packsBlockingDischarge),
        .count("modules_offline", in: 0x372, byte: 6, .packsOffline),

        .cell("min_cell_voltage", in: 0x373, byte: 0, .lowestCell),
        .cell("max_cell_voltage", in: 0x373, byte: 2, .highestCell),
        .kelvin("min_cell_temperature", in: 0x373, byte: 4, .lowestTemperature),
        .kelvin("max_cell_temperature", in: 0x373, byte: 6, .highestTemperature),
        .shownText("min_cell_voltage_id", in: 0x374, byte: 0, characters: 8),
        .shownText("max_cell_voltage_id", in: 0x375, byte: 0, characters: 8),
        .shownText("min_temperature_id", in: 0x376, byte: 0, characters: 8),
        .shownText("max_temperature_id", in: 0x377, byte: 0, characters: 8),

        // In 100 Wh, as Venus OS shows what BYD sends.
        .energy("energy_charged", in: 0x378, byte: 0, times: 100, .energyCharged),
        .energy("energy_discharged", in: 0x378, byte: 4, times: 100, .energyDischarged),

        .ampHours("installed_capacity", in: 0x379, byte: 0),
        // SimpBMS has its inputs and outputs in bytes 2 to 4.
        .reserved("reserved", in: 0x379, byte: 2, bits: 48),
    ]

    private static let fromGX: [_ of BankRow] = [
        .reserved("zeros", in: 0x305, byte: 0, bits: 64),
        .reserved("zeros", in: 0x306, byte: 0, bits: 64),
        BankRow("signature", in: 0x307, byte: 0, bits: 32, unit: .bits, .constant(0x7856_3412)),
        .shownText("vendor", in: 0x307, byte: 4, characters: 3),
        .reserved("zero", in: 0x307, byte: 7, bits: 8),
    ]
}
