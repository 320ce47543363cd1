import BatteryModel
import BusCodec

/// Sofar low voltage on CAN (HYD-ES, ME3000SP): SMA's frames as Sofar's own mode has them, and Pylontech's
/// V1.2.
///
/// Every word is little-endian. High voltage Sofar (29-bit identifiers) is another protocol.
///
/// Sources: captures of a Seplos BMS in its Sofar mode (F1); crodar33/CommandPoint, a gateway for a HYD6000-ES;
/// diyBMS, pylon_canbus.cpp.
public enum SofarLV {
    /// The profile.
    public static let profile = InverterProfile(
        sheet: sheet, frameCount: frames.count, frame: { frames[$0] },
        visitRows: { container, visit in
            PylontechFrames.visitSet(container, visit)
            FineStateOfCharge.visitRows(container, dialects: sofar, visit)
            LowVoltageFrames.visitAdditions(container, dialects: sofar, visit)
            AlarmPairs.visitRows(container, visit)
            PylontechFrames.visitInfo(container, visit)
            for index in rows.indices where container == nil || rows[index].container == container {
                visit(rows[index])
            }
        },
        prepare: prepare, mend: LowVoltageFrames.mendWithFineSOC)

    private static let sheet = ProfileSheet(
        id: "sofar-lv-can", name: "Sofar low voltage (CAN)", inverters: "Sofar HYD-ES, ME3000SP",
        link: .can(bitrateKilobits: 500),
        dialects: ["Sofar", "Pylontech, 0.1 A at a stop", "", ""], period: .seconds(1),
        keepAlive: KeepAlive(identifier: 0x305, acceptsEitherWidth: true),
        stop: """
            CCL and DCL 0 A, CVL at or above the bank's voltage; the Sofar frames have no enable bits. diyBMS \
            reports, as the only one, that Sofar ignores zeros in 0x351. For such an inverter the second \
            dialect says Pylontech's frames with 0.1 A instead of 0 A and the enable bits of 0x35C cleared, as \
            diyBMS did (issue 216); its 0.1 V is not followed, CVL stays at or above the bank's voltage.
            """,
        silence: "Not published, nor what the inverter itself sends; 0x305 is reported.",
        evidence: """
            Sofar: captures of a Seplos BMS in its Sofar mode and a gateway that ran for long, medium to high. \
            Pylontech with 0.1 A: one project, low.
            """)

    private static let sofar: UInt8 = 1 << 0
    private static let pylontech: UInt8 = 1 << 1
    private static let capture: StaticString = "captures of a Seplos BMS in Sofar mode (F1)"
    private static let gateway: StaticString = "crodar33/CommandPoint"
    private static let text: StaticString =
        "PYLON CAN-Bus-protocol low-voltage V1.2, which Sofar takes as well"

    private static let frames: [_ of FrameRow] = [
        FrameRow(PylontechFrames.info, "battery_info", dialects: sofar, isRequired: false, source: capture),
        FrameRow(AlarmPairs.identifier, "alarms_warnings", dialects: sofar, source: capture),
        FrameRow(0x351, "limits", source: capture),
        FrameRow(0x355, "soc_soh", lengths: FrameLengths(8, 4), source: capture),
        FrameRow(0x356, "measurements", lengths: FrameLengths(8, 6), source: capture),
        FrameRow(0x35C, "request_flags", lengths: 2, dialects: pylontech, source: text),
        FrameRow(0x35E, "manufacturer", source: capture),
        FrameRow(0x359, "protection_alarm", lengths: 7, dialects: pylontech, source: text),
        // Charges from the grid or holds the inverter still. Not sent: a command, and no wish of a battery.
        FrameRow(0x30F, "remote_command", dialects: 0, isRequired: false, source: gateway),
        FrameRow(0x305, "inverter_alive", .fromInverter, isRequired: false, source: text),
    ]

    private static let rows: [_ of BankRow] = [
        .maker("name", in: 0x35E, byte: 0, characters: 8),

        // 0 normal, 1 forced charging, 2 forced standby.
        .shown("command", in: 0x30F, byte: 0, bits: 16, unit: .choice),
        .reserved("zeros_command", in: 0x30F, byte: 2, bits: 48),
        .reserved("zeros", in: 0x305, byte: 0, bits: 64),
    ]
}

// MARK: - Wishes and quirks

extension SofarLV {
    /// Fills in name, type and version, keeps limits and enable bits from contradicting each other, and says 0
    /// A as 0.1 A in the second dialect.
    ///
    /// Name, type 0 and version 1.0 are those of the capture (F1).
    private static func prepare(_ bank: inout BankReading, _ options: ProfileOptions) {
        let isPylontech = options.dialect == 1
        bank.name(isPylontech ? "PYLON" : "Sofar")
        bank.identify(type: 0, version: 0x0100)
        bank.makeLimitsAgree()
        bank.keepApartFromEmpty()
        guard isPylontech else { return }
        saySmallest(.chargeCurrentLimit, .chargeEnabled, in: &bank)
        saySmallest(.dischargeCurrentLimit, .dischargeEnabled, in: &bank)
    }

    /// Says 0 A as 0.1 A, only together with a cleared enable bit.
    ///
    /// A Sofar that ignores zeros would keep to the limit before them (diyBMS, pylon_canbus.cpp).
    private static func saySmallest(_ limit: BankField, _ enable: BankField, in bank: inout BankReading) {
        guard let milliamps = bank[limit], (0..<100).contains(milliamps.value), bank[enable]?.value == 0
        else { return }
        bank[limit] = Reading(100, at: milliamps.at)
    }
}
