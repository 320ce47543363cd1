import BatteryModel
import BusCodec

/// BYD Battery-Box Premium LVS and LVL, 48 V: the frames of a Victron GX as BYD fills them.
///
/// It is for inverters that want a BYD by name. There are no hundredths of a percent, and what BYD sends as zeros is
/// sent as zeros. The high-voltage boxes (HVS, HVM) speak another protocol.
///
/// Sources: dfch/BydCanProtocol, recorded between a Battery-Box Premium LVS (firmware 1.17) and Venus OS 3.00.
public enum BYDLVS {
    /// The profile.
    public static let profile = InverterProfile(
        sheet: sheet, frameCount: frames.count, frame: { frames[$0] },
        visitRows: { container, visit in
            LowVoltageFrames.visitRows(container, visit)
            AlarmPairs.visitRows(container, visit)
            GXFrames.visitRows(container, visit)
            for index in rows.indices where container == nil || rows[index].container == container {
                visit(rows[index])
            }
        },
        prepare: prepare, mend: InverterProfile.noMending)

    private static let sheet = ProfileSheet(
        id: "byd-lvs-can", name: "BYD Battery-Box Premium LVS/LVL (48 V)",
        inverters: "Inverters that have BYD LVS or LVL in their list; proven with Victron GX only",
        link: .can(bitrateKilobits: 500),
        dialects: ["LVS", "", "", ""], period: .seconds(1),
        keepAlive: KeepAlive(identifier: 0x305),
        stop: """
            CCL or DCL 0 A with CVL at or above the bank's voltage. How inverters other than Victron's take 0 A is not \
            known.
            """,
        silence: """
            Venus OS shows the battery as disconnected and stops charging and inverting. What other inverters do is \
            not known; the frames of the inverter may be ignored.
            """,
        evidence: "A complete capture of a real LVS with Venus OS: high. Other inverters: not proven.")

    private static let capture: StaticString = "capture of BYD LVS against Venus OS 3.00"

    /// In the order of an emulation that a GX takes for a BYD.
    private static let frames: [_ of FrameRow] = [
        FrameRow(0x35E, "manufacturer", source: capture),
        FrameRow(0x382, "family_name", source: capture),
        FrameRow(0x35F, "battery_model", isRequired: false, source: capture),
        FrameRow(AlarmPairs.identifier, "alarms_warnings", source: capture),
        FrameRow(0x35B, "events", source: capture),
        FrameRow(0x351, "charge_limits", source: capture),
        FrameRow(0x355, "soc_soh", source: capture),
        FrameRow(0x356, "measured", source: capture),
        FrameRow(0x360, "charge_request", source: capture),
        FrameRow(0x372, "module_counts", isRequired: false, source: capture),
        FrameRow(0x373, "cell_extremes", isRequired: false, source: capture),
        FrameRow(0x378, "energy_history", isRequired: false, source: capture),
        FrameRow(0x379, "installed_capacity", isRequired: false, source: capture),
        FrameRow(0x374, "min_cell_voltage_id", dialects: 0, isRequired: false, source: capture),
        FrameRow(0x375, "max_cell_voltage_id", dialects: 0, isRequired: false, source: capture),
        FrameRow(0x376, "min_temperature_id", dialects: 0, isRequired: false, source: capture),
        FrameRow(0x377, "max_temperature_id", dialects: 0, isRequired: false, source: capture),
        FrameRow(0x305, "gx_keepalive", .fromInverter, isRequired: false, source: capture),
        FrameRow(0x306, "gx_status", .fromInverter, isRequired: false, source: capture),
        FrameRow(0x307, "gx_identification", .fromInverter, isRequired: false, source: capture),
    ]

    private static let rows: [_ of BankRow] = [
        .reserved("reserved", in: 0x355, byte: 4, bits: 32),
        .reserved("zeros", in: 0x360, byte: 0, bits: 64),
        // "PREMIUM" and a zero.
        BankRow(
            "family", in: 0x382, byte: 0, bits: 64, unit: .bits, .constant(0x004D_5549_4D45_5250)),
    ]

    /// The name is `BYD`, and type and firmware are those of the capture, unless the bank says otherwise.
    private static func prepare(_ bank: inout BankReading, _ options: ProfileOptions) {
        bank.name("BYD")
        bank.sayIfUnknown(.batteryType, 0x694C)
        bank.sayIfUnknown(.version, 0x0117)
        bank.makeLimitsAgree()
        bank.keepApartFromEmpty()
    }
}
