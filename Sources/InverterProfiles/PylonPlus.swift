import BatteryModel
import BusCodec

/// PYLON+: the frames of Pylontech low voltage and those that others add, in one set.
///
/// One setting at the battery then serves inverters that look for 0x359 and 0x35C, for 0x35A, or for the capacity in
/// 0x379. YamBMS calls the set PYLON V2. The second dialect adds what V1.3 batteries and JK send besides; 0x370 and
/// 0x371 are numbers there, while a Victron GX takes them for text.
///
/// Sources: packages/yambms/yambms_canbus.yaml and Supported_devices.md of Sleeper85/esphome-yambms; PYLON
/// CAN-Bus-protocol low-voltage V1.2; captures of US5000 and JK BMS, see the golden table.
public enum PylonPlus {
    /// The profile.
    public static let profile = InverterProfile(
        sheet: sheet, frameCount: frames.count, frame: { frames[$0] },
        visitRows: { container, visit in
            PylontechFrames.visitSet(container, visit)
            // Behind the whole percents, so that the finer number is the one that stays.
            FineStateOfCharge.visitRows(container, visit)
            LowVoltageFrames.visitAdditions(container, visit)
            for index in rows.indices where container == nil || rows[index].container == container {
                visit(rows[index])
            }
            AlarmPairs.visitRows(container, visit)
            PylontechFrames.visitInfo(container, visit)
            PylontechFrames.visitCellVoltages(container, visit)
            PylontechFrames.visitCellNumbers(container, visit)
            PylontechFrames.visitModules(container, visit)
        },
        prepare: PylontechLV.prepare, mend: mend)

    private static let sheet = ProfileSheet(
        id: "pylon-plus-can", name: "PYLON+ low voltage (CAN)",
        inverters: """
            Solis (Pylon LV), GoodWe ES, S-BP and BP, SRNE (UZE), Studer Xcom-CAN (Pylontech), Schneider XW Pro, and \
            others set to Pylontech that want more
            """,
        link: .can(bitrateKilobits: 500),
        dialects: ["PYLON V2", "PYLON V2 with 0x35F to 0x371", "", ""], period: .seconds(1),
        // As Pylontech; Schneider answers with 29 bits (YamBMS).
        keepAlive: KeepAlive(identifier: 0x305, acceptsEitherWidth: true, timeout: .seconds(10)),
        stop: """
            CCL and DCL 0 A with the enable bits of 0x35C cleared, CVL at or above the bank's voltage. Sofar is \
            reported to ignore 0 A in 0x351.
            """,
        silence: """
            A communication fault at the inverter; the time until then is not published. 0x305 is only a sign of \
            life: some inverters never send it.
            """,
        evidence: """
            Each frame of the first dialect: vendor text or captures, high; all of them in one set: reports of YamBMS \
            users on five brands, medium. The second dialect as a set: no report, low.
            """)

    private static let extended: UInt8 = 1 << 1
    private static let text: StaticString = "PYLON CAN-Bus-protocol low-voltage V1.2; YamBMS, PYLON V2"
    private static let yam: StaticString = "YamBMS, PYLON V2; layout of Victron's profile"

    private static let frames: [_ of FrameRow] = [
        FrameRow(0x35E, "manufacturer", source: text),
        FrameRow(0x351, "limits", source: text),
        FrameRow(0x355, "soc_soh", source: text),
        FrameRow(0x356, "actual_values", source: text),
        FrameRow(0x359, "protection_alarm", source: text),
        FrameRow(0x35C, "request_flags", source: text),
        FrameRow(AlarmPairs.identifier, "alarm_warning_2bit", source: "YamBMS, PYLON V2; captures of US5000"),
        FrameRow(0x35F, "battery_info", dialects: extended, isRequired: false, source: "captures of US5000"),
        FrameRow(0x370, "cell_extremes", dialects: extended, isRequired: false, source: "captures of JK"),
        FrameRow(0x371, "cell_extreme_ids", dialects: extended, isRequired: false, source: "captures of JK"),
        FrameRow(0x372, "module_state_counts", isRequired: false, source: yam),
        FrameRow(0x373, "cell_extremes_kelvin", isRequired: false, source: yam),
        FrameRow(0x379, "installed_capacity", isRequired: false, source: yam),
        FrameRow(0x305, "inverter_alive", .fromInverter, isRequired: false, source: text),
        // YamBMS writes numbers in text here, which Busbar has no row for.
        FrameRow(0x374, "min_cell_voltage_label", dialects: 0, isRequired: false, source: yam),
        FrameRow(0x375, "max_cell_voltage_label", dialects: 0, isRequired: false, source: yam),
        FrameRow(0x376, "min_temperature_label", dialects: 0, isRequired: false, source: yam),
        FrameRow(0x377, "max_temperature_label", dialects: 0, isRequired: false, source: yam),
    ]

    private static let rows: [_ of BankRow] = [
        .reserved("reserved", in: 0x359, byte: 7, bits: 8),
        .reserved("padding", in: 0x35C, byte: 2, bits: 48),
        .maker("name", in: 0x35E, byte: 0, characters: 8),
        wholeDegrees("max_cell_temperature", byte: 0, .highestTemperature),
        wholeDegrees("min_cell_temperature", byte: 2, .lowestTemperature),
        .reserved("zeros", in: 0x305, byte: 0, bits: 64),
    ]

    /// A temperature in whole degrees, as JK sends it to Deye, GoodWe and Pylontech inverters.
    ///
    /// The Seplos text has tenths; no capture does. Read as tenths, whole degrees look cold, while tenths read as
    /// whole degrees look like a fire.
    private static func wholeDegrees(_ name: StaticString, byte: UInt16, _ field: BankField) -> BankRow {
        BankRow(
            name, in: 0x370, byte: byte, bits: 16, signed: true, times: 10, unit: .decicelsius,
            range: -500...1_250, .number(field))
    }
}
