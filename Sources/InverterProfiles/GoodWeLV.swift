import BatteryModel
import BusCodec

/// GoodWe low voltage on CAN, for 48 V batteries (ES, EM, SBP, S-BP).
///
/// Every word is little-endian. GoodWe's own text (EMS V1.5) is not public. Two senders are known to be taken:
/// JK and Seplos with Pylontech's V1.2, and REC with SMA's frames. The frames 0x453 to 0x460, which are often
/// called GoodWe's low voltage ones, belong to its high voltage batteries, and so does the dispute over the
/// place of the warnings.
///
/// Sources: captures of JK in its mode "GoodWe LV BMS protocol" (L1, CRC checked); SEPLOS BMS CAN protocol
/// V1.0, which claims GoodWe V1.5; REC BMS, Goodwe/SMA CAN protocol V1.2.
public enum GoodWeLV {
    /// The profile.
    public static let profile = InverterProfile(
        sheet: sheet, frameCount: frames.count, frame: { frames[$0] },
        visitRows: { container, visit in
            PylontechFrames.visitSet(container, visit)
            FineStateOfCharge.visitRows(container, dialects: sma, visit)
            AlarmPairs.visitRows(container, visit)
            SunnyIslandFrames.visitEvents(container, visit)
            PylontechFrames.visitCells(container, visit)
            PylontechFrames.visitCellNumbers(container, visit)
            PylontechFrames.visitInfo(container, visit)
            for index in rows.indices where container == nil || rows[index].container == container {
                visit(rows[index])
            }
        },
        prepare: prepare, mend: LowVoltageFrames.mendWithFineSOC)

    private static let sheet = ProfileSheet(
        id: "goodwe-lv-can", name: "GoodWe low voltage (CAN)",
        inverters: "GoodWe ES, EM, SBP, S-BP (48 V); select a Pylontech or GoodWe LX U battery in the app",
        link: .can(bitrateKilobits: 500),
        dialects: ["Pylontech", "SMA (REC)", "", ""], period: .seconds(1),
        keepAlive: KeepAlive(identifier: 0x305, acceptsEitherWidth: true),
        stop: """
            CCL and DCL 0 A with the enable bits of 0x35C cleared, CVL at or above the bank's voltage; SMA's \
            frames have no enable bits: the limits alone. No report of how GoodWe takes 0 A.
            """,
        silence: "Not published.",
        evidence: """
            Pylontech: captures of JK in its GoodWe mode, users of GW5048-ES, GW5000S-BP and GW3600S-BP, \
            medium to high. SMA: the text of one maker of BMS, low.
            """)

    private static let pylontech: UInt8 = 1 << 0
    private static let sma: UInt8 = 1 << 1
    private static let capture: StaticString = "captures of JK in GoodWe mode (L1)"
    private static let rec: StaticString = "REC BMS, Goodwe/SMA CAN protocol V1.2"

    private static let frames: [_ of FrameRow] = [
        FrameRow(0x359, "protection_alarm", lengths: 7, dialects: pylontech, source: capture),
        FrameRow(0x351, "limits", source: capture),
        FrameRow(0x355, "soc_soh", lengths: FrameLengths(4, 6), source: capture),
        FrameRow(0x356, "actual_values", lengths: 6, source: capture),
        FrameRow(0x35C, "request_flags", lengths: 2, dialects: pylontech, source: capture),
        FrameRow(AlarmPairs.identifier, "alarms", dialects: sma, source: rec),
        FrameRow(0x35B, "events", dialects: sma, isRequired: false, source: rec),
        FrameRow(0x35E, "manufacturer", source: capture),
        FrameRow(PylontechFrames.info, "battery_data", dialects: sma, isRequired: false, source: rec),
        // Not sent: JK and the Seplos text disagree on the unit of the temperatures, and nobody is known to
        // need them.
        FrameRow(0x370, "cell_extremes", dialects: 0, isRequired: false, source: capture),
        FrameRow(0x371, "cell_extreme_ids", dialects: 0, isRequired: false, source: capture),
        FrameRow(0x305, "inverter_alive", .fromInverter, isRequired: false, source: capture),
    ]

    private static let rows: [_ of BankRow] = [
        .maker("name", in: 0x35E, byte: 0, characters: 8),
        .reserved("zeros", in: 0x305, byte: 0, bits: 64),
    ]

    /// Fills in name, type and version, and keeps limits and enable bits from contradicting each other.
    ///
    /// GoodWe is not known to ask for a name: JK sends its own, YamBMS `GOODWE`, REC `GoodWe`. Type 0 and
    /// version 1.0 are those of a captured Seplos BMS with SMA's frames.
    private static func prepare(_ bank: inout BankReading, _ options: ProfileOptions) {
        bank.name(options.dialect == 1 ? "GoodWe" : "GOODWE")
        bank.identify(type: 0, version: 0x0100)
        bank.makeLimitsAgree()
        bank.keepApartFromEmpty()
    }
}
