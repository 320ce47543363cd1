import BatteryModel
import BusCodec

/// Victron GX devices on their CAN-bus BMS port, low voltage (500 kbit/s).
///
/// The text of the vendor is not public. What is known comes from batteries that were recorded on a GX device, and
/// from manuals that reprint the vendor's table. Frames with 29 bits are ignored on this port.
///
/// Sources: dfch/BydCanProtocol (BYD LVS against Venus OS 3.00); CRC-checked capture of a JK BMS in Victron mode in
/// victorstoica114/sigrok-pylon-bms-decoders; Safiery CAN Bus BMS Protocol; MG Master LV communication guide;
/// stuartpittaway/diyBMSv4ESP32 (victron_canbus.cpp); Sleeper85/esphome-yambms.
public enum VictronGX {
    /// The profile.
    public static let profile = InverterProfile(
        sheet: sheet, frameCount: frames.count, frame: { frames[$0] },
        visitRows: { container, visit in
            LowVoltageFrames.visitRows(container, visit)
            FineStateOfCharge.visitRows(container, visit)
            AlarmPairs.visitRows(container, visit)
            GXFrames.visitRows(container, visit)
            for index in rows.indices where container == nil || rows[index].container == container {
                visit(rows[index])
            }
        },
        prepare: prepare, mend: FineStateOfCharge.mend)

    private static let sheet = ProfileSheet(
        id: "victron-can", name: "Victron GX CAN-bus BMS (low voltage)",
        inverters: "Victron Cerbo GX, Venus GX and everything else with Venus OS",
        link: .can(bitrateKilobits: 500),
        dialects: ["Venus OS", "", "", ""], period: .seconds(1),
        keepAlive: KeepAlive(identifier: 0x305),
        stop: """
            CCL or DCL 0 A; DCL 0 A ends inverting from the battery. CVL stays at or above the bank's voltage: a \
            lower one is taken for over-voltage and the battery is fed into loads and grid. A full bank is held by a \
            lower CVL (float), because several chargers feed the same DC bus.
            """,
        silence: """
            Venus OS shows the battery as disconnected (GX #67) and stops charging and inverting; without 0x351 after \
            3 s, as one battery manual says. 0x305 and 0x307 come rapidly until a battery is recognised, then with \
            0x306 about once a second. A battery is to bear 10 min without them.
            """,
        evidence: """
            Two batteries captured on or for Venus OS, one of them CRC checked: high for the layout. Times and the \
            effect of 0x360: one text each, medium to low.
            """)

    private static let captures: StaticString = "captures of BYD LVS and of JK BMS in Victron mode"
    private static let byd: StaticString = "capture of BYD LVS against Venus OS 3.00"

    /// In the order in which a JK BMS sends them.
    private static let frames: [_ of FrameRow] = [
        FrameRow(0x351, "charge_limits", source: captures),
        FrameRow(0x355, "soc_soh", source: captures),
        FrameRow(0x356, "measured", source: captures),
        FrameRow(AlarmPairs.identifier, "alarms_warnings", source: captures),
        FrameRow(0x35E, "manufacturer", isRequired: false, source: captures),
        FrameRow(0x35F, "battery_model", isRequired: false, source: captures),
        FrameRow(0x360, "charge_request", isRequired: false, source: "YamBMS; BYD sends zeros"),
        FrameRow(0x372, "module_counts", isRequired: false, source: captures),
        FrameRow(0x373, "cell_extremes", isRequired: false, source: captures),
        FrameRow(0x378, "energy_history", isRequired: false, source: captures),
        FrameRow(0x379, "installed_capacity", isRequired: false, source: byd),
        FrameRow(0x35B, "events", dialects: 0, isRequired: false, source: byd),
        FrameRow(0x370, "name_part_1", dialects: 0, isRequired: false, source: "diyBMS"),
        FrameRow(0x371, "name_part_2", dialects: 0, isRequired: false, source: "diyBMS"),
        FrameRow(0x374, "min_cell_voltage_id", dialects: 0, isRequired: false, source: captures),
        FrameRow(0x375, "max_cell_voltage_id", dialects: 0, isRequired: false, source: captures),
        FrameRow(0x376, "min_temperature_id", dialects: 0, isRequired: false, source: captures),
        FrameRow(0x377, "max_temperature_id", dialects: 0, isRequired: false, source: captures),
        FrameRow(0x380, "serial_part_1", dialects: 0, isRequired: false, source: "capture of JK BMS"),
        FrameRow(0x381, "serial_part_2", dialects: 0, isRequired: false, source: "capture of JK BMS"),
        FrameRow(0x382, "family_name", dialects: 0, isRequired: false, source: byd),
        FrameRow(0x305, "gx_keepalive", .fromInverter, isRequired: false, source: byd),
        FrameRow(0x306, "gx_status", .fromInverter, isRequired: false, source: byd),
        FrameRow(0x307, "gx_identification", .fromInverter, isRequired: false, source: byd),
    ]

    private static let rows: [_ of BankRow] = [
        .reserved("reserved", in: 0x355, byte: 6, bits: 16),

        // 0xFF asks, 0 does not.
        BankRow(
            "request_charge", in: 0x360, byte: 0, bits: 8, over: 255, unit: .onOff, range: 0...1,
            substitute: 0, .number(.forceCharge)),
        .reserved("reserved", in: 0x360, byte: 1, bits: 56),

        .shownText("name_1_8", in: 0x370, byte: 0, characters: 8),
        .shownText("name_9_16", in: 0x371, byte: 0, characters: 8),
        .shownText("serial_1_8", in: 0x380, byte: 0, characters: 8),
        .shownText("serial_9_16", in: 0x381, byte: 0, characters: 8),
        .shownText("family", in: 0x382, byte: 0, characters: 8),
    ]

    /// Fills in a name that is no other maker's, and takes back what is asked for but not permitted.
    private static func prepare(_ bank: inout BankReading, _ options: ProfileOptions) {
        bank.name("Busbar")
        bank.makeLimitsAgree()
        bank.keepApartFromEmpty()
    }
}
