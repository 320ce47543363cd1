import BatteryModel
import BusCodec

/// A BYD battery as Kostal's PLENTICORE asks for it on RS485: frames of its own, numbers as IEEE 754 has them.
///
/// The inverter asks what the battery is, then how it is, again and again, and says when it may close its contactors. A
/// bank of Busbar has none of its own to close: its packs do that, or somebody else. So the permission is confirmed and
/// changes nothing, and no answer waits for it.
///
/// What a real battery does and this one does not: it says 0 V and "not enabled" until the inverter has permitted, and
/// marks its first answer. And this side never plays the inverter's start to a battery, since that opens contactors: a
/// real one is no source, it stays silent.
///
/// Source: dalathegreat/Battery-Emulator (KOSTAL-RS485, pull request 426, issues 150 and 212), which works on real
/// inverters and whose constant bytes were recorded of a BYD; no vendor text is public.
public enum KostalRS485 {
    /// The profile.
    public static let profile = InverterProfile(
        sheet: sheet, serial: talk, frameCount: frames.count, frame: { frames[$0] },
        visitRows: { container, visit in
            for index in rows.indices where container == nil || rows[index].container == container {
                visit(rows[index])
            }
        },
        prepare: prepare, mend: InverterProfile.noMending)

    private static let sheet = ProfileSheet(
        id: "kostal-rs485", name: "Kostal PLENTICORE (RS485, BYD)",
        inverters: "Kostal PLENTICORE with a BYD battery; high-voltage batteries",
        link: .serial(baud: 57_600), dialects: ["BYD", "", "", ""], period: .seconds(2),
        keepAlive: KeepAlive(identifier: Request.state, period: .seconds(2), timeout: .seconds(15)),
        stop: """
            The current limits at 0.0 A; with neither direction permitted also "not enabled" and "contactors not \
            permitted". 0.0 A for charging is what a full battery says; for discharging it has not been seen.
            """,
        silence:
            "the inverter opens its battery path and reports a fault of communication; the time is not known",
        isExperimental: true,
        evidence: """
            Framing, voltage and currents: one emulator that runs on real inverters, medium. The name plate beside \
            voltage and capacity is the recorded BYD's, date and number included. Not known: numbers of errors, so none \
            is said; what bytes 53 to 55 of the state mean; whether an inverter is content with a battery that is \
            enabled from the start. A permission of contactors is confirmed and is information only; a test of \
            contactors is confirmed and not done.
            """)

    private static let talk = SerialTalk(
        framing: .kostal, bauds: [57_600, 0, 0, 0], address: 0, order: .little,
        question: { index, _ in questions.indices.contains(index) ? questions[index] : nil },
        // The state about once per second, as the emulator's counters have it.
        spacing: .seconds(1), answersAs: { _, _, _ in 0 }, take: take, complete: complete, dissect: dissect)

    /// What the inverter asks for.
    enum Request {
        static let state: UInt32 = 0x044A
        static let identity: UInt32 = 0x084A
        static let status: UInt32 = 0x0353
    }

    /// The name plate is not asked for: a battery takes that for the inverter's start and opens its contactors, and to ask
    /// again and again would open them under load.
    ///
    /// One that wants to be asked first stays silent.
    private static let questions: [2 of SerialQuestion] = [
        SerialQuestion(code: UInt16(Request.state)), SerialQuestion(code: UInt16(Request.status)),
    ]

    private static let source: StaticString = "dalathegreat/Battery-Emulator, KOSTAL-RS485"

    private static let frames: [_ of FrameRow] = [
        FrameRow(Request.state, "state", lengths: 56, source: source),
        FrameRow(Request.identity, "identity", lengths: 32, source: source),
        FrameRow(Request.status, "status", lengths: 1, source: source),
    ]

    /// Where what no row can say stands in the body of the state.
    enum Place {
        static let enabled: UInt16 = 50
        static let full: UInt16 = 51
        static let contactors: UInt16 = 53
    }

    private static let rows: [_ of BankRow] = [
        float("voltage", byte: 0, .voltage, 0...highest),
        float("charge_voltage_limit", byte: 4, .chargeVoltageLimit, 100...highest, .down),
        float("temperature", byte: 8, .temperature, celsius),
        // The same number twice: peak and mean of a second.
        float("peak_current", byte: 12, .current, -highest...highest).onlySaid,
        float("current", byte: 16, .current, -highest...highest),
        float("discharge_current_limit", byte: 20, .dischargeCurrentLimit, 0...highest, .down),
        float("capacity", byte: 24, .capacity, 0...Int32.max, .down),
        float("charge_current_limit", byte: 28, .chargeCurrentLimit, 0...highest, .down),
        float("highest_temperature", byte: 32, .highestTemperature, celsius),
        float("lowest_temperature", byte: 36, .lowestTemperature, celsius),
        float("highest_cell", byte: 40, .highestCell, 0...65_535),
        float("lowest_cell", byte: 44, .lowestCell, 0...65_535),
        .cycles("cycles", in: Request.state, byte: 48),
        // 1 while charging or discharging is permitted, 0 otherwise.
        .shown("enabled", in: Request.state, byte: Place.enabled, bits: 8, unit: .choice),
        // 64 while full.
        .shown("full", in: Request.state, byte: Place.full, bits: 8, unit: .bits),
        .soc(in: Request.state, byte: 52, bits: 8),
        // 0 while the contactors are permitted, 2 otherwise.
        .shown("contactors", in: Request.state, byte: Place.contactors, bits: 8, unit: .choice),
        .reserved("reserved_54", in: Request.state, byte: 54, bits: 8),
        // 1 in a real battery's first answer after its start.
        .shown("first_answer", in: Request.state, byte: 55, bits: 8, unit: .onOff),

        // The middle between DVL and CVL.
        .shown(
            "nominal_voltage", in: Request.identity, byte: 0, bits: 32, float: true, times: 1_000,
            unit: .millivolts),
        // 2019-03-14, in seconds since 1970.
        .constant("manufactured", in: Request.identity, byte: 4, bits: 32, 0x5C8A_70E4),
        .constant("serial_number", in: Request.identity, byte: 8, bits: 32, 0x00D3_00B5),
        float("nominal_capacity", in: Request.identity, byte: 12, .capacity, 0...Int32.max, .down).onlySaid,
        .constant("firmware", in: Request.identity, byte: 16, bits: 16, 0x18C2),
        .reserved("reserved_18", in: Request.identity, byte: 18, bits: 16),
        // "YB", which is BYD; Dyness is "YD".
        .constant("maker", in: Request.identity, byte: 20, bits: 16, 0x4259),
        .reserved("reserved_22", in: Request.identity, byte: 22, bits: 32),
        // Of the recorded battery, as the emulator says it whatever the voltage is; the next is not understood.
        .constant("blocks_in_series", in: Request.identity, byte: 26, bits: 16, 5),
        .constant("unknown_28", in: Request.identity, byte: 28, bits: 32, 0xA0),

        // 6 is "no error"; the numbers of errors are not known.
        .constant("status", in: Request.status, byte: 0, bits: 8, 6),
    ]

    /// Millivolts or milliamps: no inverter of this kind has more than 1000 V.
    private static let highest: Int32 = 1_000_000
    /// Tenths of a degree.
    private static let celsius: ClosedRange<Int32> = -500...1_250

    /// A number of IEEE 754 in V, A, Ah or °C.
    private static func float(
        _ name: StaticString, in container: UInt32 = Request.state, byte: UInt16, _ field: BankField,
        _ range: ClosedRange<Int32>, _ rounding: Rounding = .nearest
    ) -> BankRow {
        BankRow(
            name, in: container, byte: byte, bits: 32, float: true,
            times: field.unit == .decicelsius ? 10 : 1_000, unit: field.unit, range: range,
            rounding: rounding, .number(field))
    }
}
