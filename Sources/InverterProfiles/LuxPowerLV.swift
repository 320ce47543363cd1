import BatteryModel
import BusCodec

/// LuxPower and EG4 on CAN, V04.x, for 48 V batteries.
///
/// Every word is little-endian. The identifiers are Pylontech's, and much of what they carry is not: 0x355 ends
/// in cell voltages, 0x356 in temperatures, 0x359 in the capacity, 0x35C in the number of cycles. A sender of
/// Pylontech's frames shows wrong cells on an inverter in this mode. For high voltage batteries 0x356 has 0.1
/// V, which is not spoken here.
///
/// Sources: Luxpower Battery communication CAN Protocol V04.2 (2024-03-13); YamBMS;
/// ArminJo/JK-BMSToPylontechCAN for 0x379.
public enum LuxPowerLV {
    /// The profile.
    public static let profile = InverterProfile(
        sheet: sheet, frameCount: frames.count, frame: { frames[$0] },
        visitRows: { container, visit in
            LowVoltageFrames.visitLimits(container, visit)
            LowVoltageFrames.visitState(container, visit)
            PylontechFrames.visitRequests(container, visit)
            PylontechFrames.visitRequestRest(container, visit)
            PylontechFrames.visitAlarmBits(container, visit)
            for index in rows.indices where container == nil || rows[index].container == container {
                visit(rows[index])
            }
        },
        prepare: prepare, mend: LowVoltageFrames.mend)

    private static let sheet = ProfileSheet(
        id: "luxpower-can", name: "LuxPower / EG4 (CAN)",
        inverters: "LuxPower SNA, LXP-LB-US; EG4 6000XP, 12000XP, 18kPV; battery setting Lithium 6",
        link: .can(bitrateKilobits: 500),
        dialects: ["V04.2", "V04.2 and 0x379 (SNA)", "", ""], period: .seconds(1),
        keepAlive: KeepAlive(identifier: 0x305, acceptsEitherWidth: true),
        stop: """
            CCL and DCL 0 A with the enable bits of 0x35C cleared, CVL at or above the bank's voltage. No \
            report of how LuxPower takes 0 A. 0x300, with which the inverter asks for a rapid shutdown, is \
            shown and not obeyed.
            """,
        silence: "Not published.",
        isExperimental: true,
        evidence: """
            Vendor text, high for the layout; users of one sender (YamBMS), medium for the behaviour; no \
            capture.
            """)

    private static let sna: UInt8 = 1 << 1
    private static let text: StaticString = "Luxpower Battery communication CAN Protocol V04.2"

    private static let frames: [_ of FrameRow] = [
        FrameRow(0x351, "limits", source: text),
        FrameRow(0x355, "soc_soh_cells", source: text),
        FrameRow(0x356, "measurements", source: text),
        FrameRow(0x35C, "request_cycles", source: text),
        FrameRow(0x35E, "brand", source: text),
        FrameRow(0x359, "protection_alarm", source: text),
        // Not in the text; sent for the SNA.
        FrameRow(
            0x379, "capacity", dialects: sna, isRequired: false, source: "ArminJo/JK-BMSToPylontechCAN"),
        FrameRow(0x305, "inverter_answer", .fromInverter, isRequired: false, source: text),
        FrameRow(0x300, "remote_command", .fromInverter, isRequired: false, source: text),
    ]

    private static let rows: [_ of BankRow] = [
        .cell("max_cell_voltage", in: 0x355, byte: 4, .highestCell),
        .cell("min_cell_voltage", in: 0x355, byte: 6, .lowestCell),

        .voltage(in: 0x356, byte: 0),
        .current(in: 0x356, byte: 2),
        .temperature("max_cell_temperature", in: 0x356, byte: 4, .highestTemperature),
        .temperature("min_cell_temperature", in: 0x356, byte: 6, .lowestTemperature),

        .cycles("cycle_count", in: 0x35C, byte: 2),
        .maker("brand", in: 0x35E, byte: 0, characters: 8),

        BankRow("module_count", in: 0x359, byte: 4, bits: 8, range: 0...255, .number(.packs)),
        // The text gives byte 5 and no length; senders use 16 bits.
        .ampHours("capacity", in: 0x359, byte: 5),
        .reserved("reserved_alarms", in: 0x359, byte: 7, bits: 8),
        .ampHours("capacity_sna", in: 0x379, byte: 0),

        .reserved("zeros", in: 0x305, byte: 0, bits: 64),
        .shown("rsd_shutdown", in: 0x300, byte: 0, bit: 0, bits: 1, unit: .onOff),
        BankRow("zero_bits_command", in: 0x300, byte: 0, bit: 1, bits: 7, unit: .bits, .reserved),
        .reserved("zeros_command", in: 0x300, byte: 1, bits: 56),
    ]

    /// Fills in the brand, keeps limits and enable bits from contradicting each other, and the temperatures
    /// apart.
    ///
    /// No brand is known that the inverter asks for.
    private static func prepare(_ bank: inout BankReading, _ options: ProfileOptions) {
        bank.name("Busbar")
        bank.makeLimitsAgree()
        bank.keepApartFromEmpty()
        keepTemperaturesApart(&bank)
    }

    /// Says 0.1 °C more for the warmest sensor where it equals the coldest: else the inverter shows only one
    /// (YamBMS).
    private static func keepTemperaturesApart(_ bank: inout BankReading) {
        guard let highest = bank[.highestTemperature], highest.value == bank[.lowestTemperature]?.value
        else { return }
        bank[.highestTemperature] = Reading(highest.value + 1, at: highest.at)
    }
}
