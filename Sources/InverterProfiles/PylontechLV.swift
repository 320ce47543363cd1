import BatteryModel
import BusCodec

/// Pylontech low voltage on CAN: V1.2, and V1.3 as newer firmware speaks it.
///
/// Every word is little-endian. V1.3 drops 0x359 and 0x35C for 0x35A and 0x35F and lengthens 0x355; no vendor text of
/// it is public. The frames 0x370 to 0x379 are what other makers add; they are understood and not sent, see
/// ``PylonPlus``. Where the V1.0 text differs, V1.1 corrected it: bit 0.1 of 0x359 was printed as "over temp".
///
/// Sources: PYLON CAN-Bus-protocol low-voltage V1.2 (2018-04-08) and V1.0 (2016-11-03); captures of US2000, US3000C
/// and US5000 (S3), JK BMS (S6, CRC checked) and Shoto (S7), see the golden table. Which inverters take it, with which
/// setting: reports in Sleeper85/esphome-yambms, Supported_devices.md.
public enum PylontechLV {
    /// The profile.
    public static let profile = InverterProfile(
        sheet: sheet, frameCount: frames.count, frame: { frames[$0] },
        visitRows: { container, visit in
            PylontechFrames.visitSet(container, visit)
            for index in rows.indices where container == nil || rows[index].container == container {
                visit(rows[index])
            }
            AlarmPairs.visitRows(container, visit)
            PylontechFrames.visitInfo(container, visit)
            PylontechFrames.visitCells(container, visit)
            PylontechFrames.visitCellNumbers(container, visit)
            PylontechFrames.visitModules(container, visit)
        },
        prepare: prepare, mend: LowVoltageFrames.mend)

    private static let sheet = ProfileSheet(
        id: "pylontech-lv-can", name: "Pylontech low voltage (CAN)",
        inverters:
            """
            Victron GX, Deye, Sunsynk, Sol-Ark, Growatt SPF (L52), Solis (PYLON_LV), Sofar (Automatic), LuxPower, EG4 \
            6000XP (Lithium 2), GoodWe, MidNite AIO, Studer Xcom-CAN and most others
            """,
        link: .can(bitrateKilobits: 500),
        dialects: ["V1.2", "V1.3", "", ""], period: .seconds(1),
        // Deye answers each 0x356 with it, and leaves it out for 3 s every two hours and for 5 s at midnight (YamBMS);
        // twice the longest.
        keepAlive: KeepAlive(identifier: 0x305, acceptsEitherWidth: true, timeout: .seconds(10)),
        stop: """
            CCL and DCL 0 A with the enable bits of 0x35C cleared, CVL at or above the bank's voltage. V1.3 has no \
            enable bits: the limits alone. Sofar is reported to ignore 0 A in 0x351.
            """,
        silence: """
            A communication fault at the inverter (Deye: F58); the time until then is not published. 0x305 is only a \
            sign of life: some inverters never send it, and Deye pauses it for 3 to 5 s.
            """,
        evidence: "V1.2: vendor text and many captures, high. V1.3: captures of US5000, medium.")

    private static let v12: UInt8 = 1 << 0
    private static let v13: UInt8 = 1 << 1
    private static let text: StaticString = "PYLON CAN-Bus-protocol low-voltage V1.2"
    private static let capture: StaticString = "captures of US5000 after the update to V1.3"

    private static let frames: [_ of FrameRow] = [
        FrameRow(0x351, "limits", source: text),
        FrameRow(0x355, "soc_soh", lengths: FrameLengths(4, 6), source: text),
        FrameRow(0x356, "actual_values", lengths: 6, source: text),
        FrameRow(0x35C, "request_flags", lengths: 2, dialects: v12, source: text),
        FrameRow(AlarmPairs.identifier, "alarm_warning_2bit", dialects: v13, source: capture),
        FrameRow(0x35E, "manufacturer", source: text),
        FrameRow(0x35F, "battery_info", dialects: v13, isRequired: false, source: capture),
        FrameRow(0x359, "protection_alarm", lengths: 7, dialects: v12, source: text),
        FrameRow(0x305, "inverter_alive", .fromInverter, isRequired: false, source: text),
        FrameRow(
            0x370, "cell_extremes", dialects: 0, isRequired: false,
            source: "SEPLOS BMS CAN protocol V1.0, which prints it as 0x70; captures of JK"),
        FrameRow(0x371, "cell_extreme_ids", dialects: 0, isRequired: false, source: "captures of JK"),
        FrameRow(0x372, "module_state_counts", dialects: 0, isRequired: false, source: "YamBMS, PYLON V2"),
        FrameRow(0x373, "cell_extremes_kelvin", dialects: 0, isRequired: false, source: "YamBMS, PYLON V2"),
        FrameRow(0x374, "min_cell_voltage_label", dialects: 0, isRequired: false, source: "YamBMS, PYLON V2"),
        FrameRow(0x375, "max_cell_voltage_label", dialects: 0, isRequired: false, source: "YamBMS, PYLON V2"),
        FrameRow(0x376, "min_temperature_label", dialects: 0, isRequired: false, source: "YamBMS, PYLON V2"),
        FrameRow(0x377, "max_temperature_label", dialects: 0, isRequired: false, source: "YamBMS, PYLON V2"),
        FrameRow(0x379, "installed_capacity", dialects: 0, isRequired: false, source: "YamBMS, PYLON V2"),
    ]

    private static let rows: [_ of BankRow] = [
        .reserved("reserved_or_soc_hires", in: 0x355, byte: 4, bits: 16, dialects: v13),
        .maker("name", in: 0x35E, byte: 0, characters: 8),
        .reserved("zeros", in: 0x305, byte: 0, bits: 64),
    ]

    /// Fills in the name, and keeps limits and enable bits from contradicting each other.
    ///
    /// `PYLON` is accepted everywhere, and Deye and Sunsynk show SOH only with it. Where there is a 0x35F it says type
    /// "LI", version 3.1: those of the US5000 capture (S3), the only V1.3 battery seen.
    static func prepare(_ bank: inout BankReading, _ options: ProfileOptions) {
        bank.name("PYLON")
        if options.dialect == 1 { bank.identify(type: 0x494C, version: 0x0301) }
        bank.makeLimitsAgree()
        bank.keepApartFromEmpty()
    }
}
