import BatteryModel
import BusCodec

/// SMA Sunny Island with an external BMS, 48 V.
///
/// The bus is shared with the traffic between Sunny Islands, so no other identifier may appear on it, and no value may
/// be repeated within 200 ms. A value out of its range is ignored silently: the last good one stays for up to 60 s.
/// SMA's high-voltage batteries speak another protocol.
///
/// Sources: SMA FSS-ConnectingBat-TI-en-10 V1.0; CRC-checked capture of a Seplos BMS in SMA mode in
/// victorstoica114/sigrok-pylon-bms-decoders. Battery-Emulator's SMA-LV-CAN is big-endian and has the current limits
/// the other way round, and bms-to-inverter has the alarms in 0x359; both contradict the text and the capture.
public enum SMALV {
    /// The profile.
    public static let profile = InverterProfile(
        sheet: sheet, frameCount: frames.count, frame: { frames[$0] },
        visitRows: { container, visit in
            SunnyIslandFrames.visitRows(container, visit)
            for index in rows.indices where container == nil || rows[index].container == container {
                visit(rows[index])
            }
        },
        prepare: prepare, mend: FineStateOfCharge.mend)

    private static let sheet = ProfileSheet(
        id: "sma-lv-can", name: "SMA Sunny Island (48 V)",
        inverters: "SMA Sunny Island; Solis (AoBo), Sofar (General Lithium)",
        link: .can(bitrateKilobits: 500),
        dialects: ["Sunny Island", "", "", ""], period: .seconds(1), spacing: .milliseconds(200),
        keepAlive: KeepAlive(identifier: 0x305),
        stop: """
            CCL or DCL 0 A, followed within 10 s. DCL is not observed off-grid and in backup, nor while CVL lies below \
            the bank's voltage: the inverter then discharges to CVL without limit. An alarm in 0x35A brings it to \
            standby within 10 s, until it is cleared.
            """,
        silence: """
            Without 0x355 for 60 s error F952 and standby, without 0x351 for 60 s warning W952. The defaults then \
            apply (54 V, 0 A, 0 A) and a state of charge of 0 %, which ends in a complete shutdown.
            """,
        evidence: """
            Vendor text and a CRC-checked capture of a battery in SMA mode: high. The sign of the current in 0x356, \
            which is only shown, is that of the rest of the family.
            """)

    private static let text: StaticString = "SMA FSS-ConnectingBat-TI-en-10"

    /// In the order in which Seplos sends them.
    private static let frames: [_ of FrameRow] = [
        FrameRow(0x35E, "manufacturer", isRequired: false, source: text),
        FrameRow(0x35F, "battery_system_data", isRequired: false, source: text),
        FrameRow(AlarmPairs.identifier, "alarms_warnings", source: text),
        FrameRow(0x351, "battery_limits", source: text),
        FrameRow(0x355, "state", source: text),
        FrameRow(0x356, "measurements", isRequired: false, source: text),
        FrameRow(0x35B, "events", dialects: 0, isRequired: false, source: text),
        // Puts the inverter into standby until somebody starts it again; no replacement for an alarm.
        FrameRow(0x00F, "quick_stop", lengths: 0, dialects: 0, isRequired: false, source: text),
        FrameRow(0x305, "si_measurements", .fromInverter, isRequired: false, source: text),
        FrameRow(0x306, "si_state", .fromInverter, isRequired: false, source: text),
        FrameRow(0x307, "si_relays", .fromInverter, isRequired: false, source: text),
    ]

    /// The highest DVL that a Sunny Island accepts, in millivolts.
    private static let highestDischargeVoltageLimit: Int32 = 48_000

    private static let rows: [_ of BankRow] = [
        .chargeVoltageLimit("battery_charge_voltage", in: 0x351, byte: 0, range: 41_000...63_000),
        .chargeCurrentLimit("dc_charge_current_limit", in: 0x351, byte: 2, range: 0...1_200_000),
        .dischargeCurrentLimit("dc_discharge_current_limit", in: 0x351, byte: 4, range: 0...1_200_000),
        // 41.0 to 48.0 V in the text, but Seplos sends 51.2 V; what is sent is bounded by the preparation.
        .dischargeVoltageLimit("battery_discharge_voltage", in: 0x351, byte: 6, range: 41_000...63_000),

        .shown("reserved", in: 0x355, byte: 6, bits: 16, notAvailable: SunnyIslandFrames.invalid),

        .code("bms_version", in: 0x35F, byte: 2, .version, notAvailable: SunnyIslandFrames.invalid),

        .shown("si_battery_voltage", in: 0x305, byte: 0, bits: 16, times: 100, unit: .millivolts),
        // Charging is negative on the wire.
        .shown(
            "si_battery_current", in: 0x305, byte: 2, bits: 16, signed: true, times: -100, unit: .milliamps),
        .shown("si_battery_temperature", in: 0x305, byte: 4, bits: 16, signed: true, unit: .decicelsius),
        .shown("si_soc", in: 0x305, byte: 6, bits: 16, signed: true, unit: .permille),
        .shown("si_soh", in: 0x306, byte: 0, bits: 16, times: 10, unit: .permille),
        // 10: external BMS.
        .shown("si_charging_procedure", in: 0x306, byte: 2, bits: 8, unit: .choice),
        // 0 none, 1 operating, 3 warning, 4 failure.
        .shown("si_operating_state", in: 0x306, byte: 3, bits: 8, unit: .choice),
        .shown("si_error_number", in: 0x306, byte: 4, bits: 16),
        .shown("si_charge_voltage_setpoint", in: 0x306, byte: 6, bits: 16, times: 100, unit: .millivolts),
        .shown("si_relay_state", in: 0x307, byte: 0, bits: 16, unit: .bits),
        .reserved("reserved", in: 0x307, byte: 2, bits: 48),
    ]

    /// Fills in the name, and says the highest DVL that is accepted where the bank's is higher.
    ///
    /// A Sunny Island ignores a higher one without a word and takes 41 or 42 V instead, so 48.0 V is the nearest to
    /// what is wanted. A bank that must not be discharged so far relies on DCL and alarms.
    private static func prepare(_ bank: inout BankReading, _ options: ProfileOptions) {
        bank.name("Busbar")
        bank.makeLimitsAgree()
        bank.keepApartFromEmpty()
        if let limit = bank[.dischargeVoltageLimit], limit.value > highestDischargeVoltageLimit {
            bank[.dischargeVoltageLimit] = Reading(highestDischargeVoltageLimit, at: limit.at)
        }
    }
}
