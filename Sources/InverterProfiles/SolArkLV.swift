import BatteryModel
import BusCodec

/// Sol-Ark low voltage on CAN: Pylontech's V1.2 with eight bytes in every frame, and the capacity in 0x379.
///
/// Every word is little-endian. Frames of any other length are not recognised. All values are those of the
/// whole bank. The high voltage models (30K, 60K) speak something else. The text says that the sign of the
/// current differs between makers.
///
/// Sources: Sol-Ark CAN Bus Protocol V1.3 (2023-01-20); Battery-Emulator, SOL-ARK-LV-CAN.
public enum SolArkLV {
    /// The profile.
    public static let profile = InverterProfile(
        sheet: sheet, frameCount: frames.count, frame: { frames[$0] },
        visitRows: { container, visit in
            LowVoltageFrames.visitLimits(container, visit)
            LowVoltageFrames.visitState(container, visit)
            PylontechFrames.visitFlags(container, visit)
            for index in rows.indices where container == nil || rows[index].container == container {
                visit(rows[index])
            }
        },
        prepare: prepare, mend: LowVoltageFrames.mend)

    private static let sheet = ProfileSheet(
        id: "sol-ark-lv-can", name: "Sol-Ark low voltage (CAN)", inverters: "Sol-Ark low voltage hybrids",
        link: .can(bitrateKilobits: 500),
        dialects: ["0.01 V", "V1.3, 0.1 V", "", ""], period: .seconds(1),
        keepAlive: KeepAlive(identifier: 0x305, acceptsEitherWidth: true),
        stop: """
            CCL and DCL 0 A with the enable bits of 0x35C cleared, CVL at or above the bank's voltage. No \
            report of how Sol-Ark takes 0 A.
            """,
        silence: "Not published. 0x305 answers each set that arrived intact.",
        isExperimental: true,
        evidence: """
            Vendor text, high for the layout; no capture. The voltage in 0x356 is uncertain: the text has 0.1 \
            V, and every relative, Pylontech and Deye among them, has 0.01 V. Compare with the inverter's \
            screen.
            """)

    private static let fine: UInt8 = 1 << 0
    private static let coarse: UInt8 = 1 << 1
    private static let text: StaticString = "Sol-Ark CAN Bus Protocol V1.3"

    private static let frames: [_ of FrameRow] = [
        FrameRow(0x351, "limits", source: text),
        FrameRow(0x355, "soc_soh", source: text),
        FrameRow(0x356, "measurements", source: text),
        FrameRow(0x35C, "request_flags", source: text),
        FrameRow(0x35E, "manufacturer", source: text),
        FrameRow(0x359, "protection_alarm", source: text),
        FrameRow(0x379, "bank_capacity", isRequired: false, source: text),
        FrameRow(0x305, "inverter_answer", .fromInverter, isRequired: false, source: text),
    ]

    private static let rows: [_ of BankRow] = [
        .reserved("reserved_state", in: 0x355, byte: 4, bits: 32),

        // The coarse one stands first: of two readings of one signal the last counts, where the dialect is not
        // known.
        .voltage(in: 0x356, byte: 0, times: 100, dialects: coarse),
        // Sol-Ark inverters work with real Pylontech batteries, which send 0.01 V.
        .voltage(in: 0x356, byte: 0, dialects: fine),
        .current(in: 0x356, byte: 2),
        .temperature("temperature", in: 0x356, byte: 4, .temperature),
        .reserved("reserved_measurements", in: 0x356, byte: 6, bits: 16),

        .reserved("reserved_requests", in: 0x35C, byte: 2, bits: 48),
        .maker("name", in: 0x35E, byte: 0, characters: 8),
        .reserved("reserved_alarms", in: 0x359, byte: 7, bits: 8),
        .ampHours("capacity", in: 0x379, byte: 0),
        .reserved("reserved_capacity", in: 0x379, byte: 2, bits: 48),
        .reserved("zeros", in: 0x305, byte: 0, bits: 64),
    ]

    /// Fills in the name, and keeps limits and enable bits from contradicting each other.
    ///
    /// No name is known that Sol-Ark asks for; `PYLON` is what its relatives take.
    private static func prepare(_ bank: inout BankReading, _ options: ProfileOptions) {
        bank.name("PYLON")
        bank.makeLimitsAgree()
        bank.keepApartFromEmpty()
    }
}
