import BatteryModel
import BusCodec

/// Discover Energy AES batteries behind a Lynk II gateway.
///
/// The 0x35x family with a frame of its own for the capacity. 0x372 and 0x373 are not those of Victron. Some firmware
/// is said to send Pylontech's 0x359 instead of 0x35A; none was seen.
///
/// Sources: ai-republic/bms-to-inverter, issue 107 (capture of a Lynk II gateway) and its reader, bms-discover-can.
public enum Discover {
    /// The profile.
    public static let profile = InverterProfile(
        sheet: sheet, frameCount: frames.count, frame: { frames[$0] },
        visitRows: { container, visit in
            LowVoltageFrames.visitLimits(container, visit)
            LowVoltageFrames.visitState(container, visit)
            AlarmPairs.visitRows(container, visit)
            AlarmPairs.visitRest(container, visit)
            for index in rows.indices where container == nil || rows[index].container == container {
                visit(rows[index])
            }
        },
        prepare: prepare, mend: InverterProfile.noMending)

    private static let sheet = ProfileSheet(
        id: "discover-can", name: "Discover Energy AES (Lynk II)",
        inverters: "Inverters that have Discover AES with Lynk II in their list; none is proven",
        link: .can(bitrateKilobits: 500),
        dialects: ["0.1 V", "0.01 V", "", ""],
        // Not published; that of the rest of the family.
        period: .seconds(1), keepAlive: KeepAlive(identifier: 0x305),
        stop: "CCL or DCL 0 A and an alarm in 0x35A; how inverters take them from a Lynk II is not known.",
        silence: "Not known. No sign of life of an inverter is described; 0x305 is that of the family.",
        evidence: """
            One capture of a Lynk II gateway: medium for the layout. The dialect with 0.01 V in 0x356 is the reader's \
            comment alone. Period and behaviour are not published.
            """)

    private static let capture: StaticString = "capture of a Lynk II gateway"

    private static let frames: [_ of FrameRow] = [
        FrameRow(0x351, "limits", source: capture),
        FrameRow(0x354, "capacity", isRequired: false, source: capture),
        FrameRow(0x355, "soc_soh", source: capture),
        FrameRow(0x356, "measurements", source: capture),
        FrameRow(AlarmPairs.identifier, "alarms", source: capture),
        FrameRow(0x35E, "manufacturer", isRequired: false, source: capture),
        FrameRow(0x370, "name_1", dialects: 0, isRequired: false, source: "bms-to-inverter"),
        FrameRow(0x371, "name_2", dialects: 0, isRequired: false, source: "bms-to-inverter"),
        FrameRow(0x372, "module_count", dialects: 0, isRequired: false, source: capture),
        FrameRow(0x373, "unknown", dialects: 0, isRequired: false, source: capture),
        FrameRow(
            0x305, "inverter_alive", .fromInverter, isRequired: false, source: "the rest of the family"),
    ]

    private static let tenths: UInt8 = 1 << 0
    private static let hundredths: UInt8 = 1 << 1

    private static let rows: [_ of BankRow] = [
        // Whole ampere-hours: 300 and 186 fit the 62 % of the same capture; the reader's comment has tenths.
        .ampHours("nominal_capacity", in: 0x354, byte: 0),
        .ampHours("remaining_capacity", in: 0x354, byte: 2, .remainingCapacity),
        .reserved("reserved", in: 0x354, byte: 4, bits: 32),

        .reserved("reserved", in: 0x355, byte: 4, bits: 32),

        .voltage(in: 0x356, byte: 0, dialects: hundredths),
        // 52.2 V in the capture. It stands last and ends at 100 V, so that whoever reads without knowing the dialect
        // gets the one that is plausible.
        BankRow(
            "voltage", in: 0x356, byte: 0, bits: 16, signed: true, times: 100, unit: .millivolts,
            range: 0...100_000, dialects: tenths, .number(.voltage)),
        .current(in: 0x356, byte: 2),
        .temperature("temperature", in: 0x356, byte: 4, .temperature),
        .reserved("reserved", in: 0x356, byte: 6, bits: 16),

        .reserved("warning_reserved_14", in: 0x35A, byte: 7, bit: 2, bits: 2),

        .maker("manufacturer", in: 0x35E, byte: 0, characters: 8),

        .shownText("name_1_8", in: 0x370, byte: 0, characters: 8),
        .shownText("name_9_16", in: 0x371, byte: 0, characters: 8),
        .shown("unknown", in: 0x372, byte: 0, bits: 32, unit: .bits),
        .shown("unknown", in: 0x373, byte: 0, bits: 32, unit: .bits),

        .reserved("zeros", in: 0x305, byte: 0, bits: 64),
    ]

    private static func prepare(_ bank: inout BankReading, _ options: ProfileOptions) {
        bank.name("DISCOVER")
        bank.makeLimitsAgree()
        bank.keepApartFromEmpty()
    }
}
