import BatteryModel
import BusCodec

/// Seplos on CAN, V1.0: Pylontech low voltage with the extremes of the cells and a map of the packs.
///
/// The text claims to be compatible with Pylontech V1.3 and GoodWe V1.5, and inverters know it under those names. In
/// its SMA and Sofar modes a Seplos BMS speaks those profiles instead.
///
/// Source: SEPLOS BMS CAN Protocoll V1.0, as kept by Sleeper85/esphome-yambms. The text prints 0x70 for the frame
/// that everybody else sends as 0x370.
public enum SeplosLV {
    /// The profile.
    public static let profile = InverterProfile(
        sheet: sheet, frameCount: frames.count, frame: { frames[$0] },
        visitRows: { container, visit in
            PylontechFrames.visitSet(container, visit)
            for index in rows.indices where container == nil || rows[index].container == container {
                visit(rows[index])
            }
            PylontechFrames.visitCells(container, visit)
            PylontechFrames.visitCellNumbers(container, visit)
        },
        prepare: PylontechLV.prepare, mend: InverterProfile.noMending)

    private static let sheet = ProfileSheet(
        id: "seplos-can", name: "Seplos V1.0 (CAN)",
        inverters:
            "inverters with a setting for Seplos; with one for Pylontech or GoodWe those profiles are proven",
        link: .can(bitrateKilobits: 500),
        dialects: ["V1.0", "", "", ""], period: .seconds(1),
        keepAlive: KeepAlive(identifier: 0x305, acceptsEitherWidth: true, timeout: .seconds(10)),
        stop: """
            As Pylontech: CCL and DCL 0 A with the enable bits of 0x35C cleared, CVL at or above the bank's voltage. \
            Not captured.
            """,
        silence: "Unknown; the text does not say.",
        isExperimental: true,
        evidence:
            "One vendor text, no capture of this mode: low. The frames shared with Pylontech are proven there."
    )

    private static let text: StaticString = "SEPLOS BMS CAN Protocoll V1.0"

    private static let frames: [_ of FrameRow] = [
        FrameRow(0x351, "limits", source: text),
        FrameRow(0x355, "soc_soh", source: text),
        FrameRow(0x356, "actual_values", source: text),
        FrameRow(0x359, "protection_alarm", source: text),
        FrameRow(0x35C, "request_flags", source: text),
        FrameRow(0x35E, "manufacturer", source: text),
        FrameRow(0x370, "cell_extremes", isRequired: false, source: text),
        FrameRow(0x371, "cell_extreme_ids", isRequired: false, source: text),
        FrameRow(0x305, "inverter_alive", .fromInverter, isRequired: false, source: text),
    ]

    private static let rows: [_ of BankRow] = [
        .reserved("padding", in: 0x355, byte: 4, bits: 32),
        .reserved("padding", in: 0x356, byte: 6, bits: 16),
        // Bit n for the pack with DIP address n. Busbar does not know the switches and sends zero, as JK does.
        .shown("pack_online_map", in: 0x359, byte: 7, bits: 8, unit: .bits),
        .reserved("padding", in: 0x35C, byte: 2, bits: 48),
        .maker("name", in: 0x35E, byte: 0, characters: 8),
        .reserved("zeros", in: 0x305, byte: 0, bits: 64),
    ]
}
