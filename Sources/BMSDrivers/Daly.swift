import BatteryModel
import BusCodec

/// Daly on UART or RS485: the older "A5" protocol of the smart boards (blue or red box).
///
/// A question has thirteen bytes and an answer thirteen or, for cells and sensors, several times thirteen. How many
/// cells and sensors there are stands in an answer of its own; without it those are not understood, because unused
/// places hold left-overs of the answer before.
///
/// The sign of the current is unsure, see `agreed`. The board reports neither the temperature of its
/// MOSFETs nor what it is set to. Newer boards speak ``DalyD2`` or ``DalyModbus`` instead.
///
/// Sources: vendor's protocol V1.2; captured answers, see the golden table.
public enum Daly {
    /// The driver.
    public static let driver = BMSDriver(
        sheet: sheet, pollCount: questions.count, poll: { questions[$0].poll }, request: request, scan: scan,
        decode: decode, answer: answer,
        visitFacts: {
            DriverFact.visit(
                "Answers to 94, 93, 90, 95 (cells), 96 (sensors), 98 (failures) and 50", rows, alarmBits, $0)
        })

    /// What is said about the protocol as a whole.
    ///
    /// A sleeping board does not answer at all; current, its button or its dongle wakes it. The gap is longer than any
    /// pause that is known between the frames of one answer.
    public static let sheet = DriverSheet(
        id: "daly", name: "Daly, older protocol A5 (UART or RS485)", addresses: 1...16, baud: 9_600,
        timing: LineTiming(
            spacing: .milliseconds(20), timeout: .milliseconds(500), probeTimeout: .milliseconds(500),
            gap: .milliseconds(100)),
        evidence: """
            vendor's protocol V1.2; captured answers, also of sixteen cells in sixteen frames. The sign of the \
            current is unsure: implementations disagree; a captured pack that discharges has a number above the \
            middle, so that is taken for discharging, but above 1 A the state that the board tells decides. Failure \
            bits from the document only
            """,
        isExperimental: true)

    /// A question; rows of the answer have its data id as their container.
    struct Question: Sendable {
        var poll: Poll
        var id: UInt8
        /// How many frames the answer can have; 1 where they are not numbered.
        var frames = 1
        /// How many cells or sensors stand in each of several frames, behind its number.
        var places = 0
        /// Bytes of each.
        var size = 0
    }

    /// The questions, in an order that matters.
    ///
    /// The number of cells and sensors comes first: cells and sensors are not understood without it. The state comes
    /// before the current, which takes its sign from it.
    static let questions: [_ of Question] = [
        Question(poll: Poll("counts", .live, .frames), id: 0x94),
        Question(poll: Poll("state", .live, .frames), id: 0x93),
        Question(poll: Poll("pack", .live, .frames), id: 0x90),
        Question(poll: Poll("cells", .live, .frames), id: 0x95, frames: 16, places: 3, size: 2),
        Question(poll: Poll("temperatures", .live, .frames), id: 0x96, frames: 3, places: 7, size: 1),
        Question(poll: Poll("failures", .live, .frames), id: 0x98),
        Question(poll: Poll("rated", .slow, .frames, .optional), id: 0x50),
    ]

    /// The rows; the container is the data id, bytes count from the first byte of data.
    ///
    /// Those of cells and sensors count as if the numbers of the frames were not there.
    static let rows: [_ of PackRow] = [
        PackRow(
            "rated_capacity", in: 0x50, byte: 0, bits: 32, .big, unit: .milliampHours,
            .information(.designCapacity)),
        PackRow("nominal_cell", in: 0x50, byte: 4, bits: 32, .big, unit: .millivolts, .reserved),
        PackRow(
            "pack_voltage", in: 0x90, byte: 0, bits: 16, .big, times: 100, unit: .millivolts,
            .number(.packVoltage)),
        PackRow(
            "gathered_voltage", in: 0x90, byte: 2, bits: 16, .big, times: 100, unit: .millivolts, .reserved),
        // Some boards say raw 0 after sleep, with everything else wrong too: outside the range.
        PackRow(
            "current", in: 0x90, byte: 4, bits: 16, .big, times: -100, plus: 3_000_000, unit: .milliamps,
            range: -2_999_900...2_999_900, .number(.current)),
        PackRow("soc", in: 0x90, byte: 6, bits: 16, .big, unit: .permille, range: 0...1_000, .number(.soc)),
        // State (0 stationary, 1 charging, 2 discharging), charge MOSFET and discharge MOSFET, one byte each.
        PackRow(
            "state_and_switches", in: 0x93, byte: 0, bits: 24, .big, unit: .bits, .information(.controlWord)),
        PackRow(
            "charge_switch", in: 0x93, byte: 1, bits: 8, unit: .onOff, range: 0...1, .number(.chargeSwitch)),
        PackRow(
            "discharge_switch", in: 0x93, byte: 2, bits: 8, unit: .onOff, range: 0...1,
            .number(.dischargeSwitch)),
        PackRow("life_counter", in: 0x93, byte: 3, bits: 8, unit: .count, .reserved),
        PackRow(
            "remaining_capacity", in: 0x93, byte: 4, bits: 32, .big, unit: .milliampHours,
            .information(.remainingCapacity)),
        PackRow("cells", in: 0x94, byte: 0, bits: 8, range: 1...48, .information(.configuredCells)),
        PackRow("sensors", in: 0x94, byte: 1, bits: 8, unit: .count, .reserved),
        PackRow(
            "charger_connected", in: 0x94, byte: 2, bits: 8, unit: .onOff, range: 0...1,
            .information(.chargerPlugged)),
        PackRow("load_connected", in: 0x94, byte: 3, bits: 8, unit: .onOff, .reserved),
        PackRow("inputs_and_outputs", in: 0x94, byte: 4, bits: 8, unit: .bits, .reserved),
        PackRow("cycles", in: 0x94, byte: 5, bits: 16, .big, .information(.cycles)),
        PackRow(
            "cell", in: 0x95, byte: 0, bits: 16, .big, unit: .millivolts, range: 0...6_000, count: 32,
            .cellVoltages),
        PackRow(
            "temperature", in: 0x96, byte: 0, bits: 8, times: 10, plus: -400, unit: .decicelsius,
            range: -400...2_000, count: 8, .temperatures),
        PackRow("failures", in: 0x98, byte: 0, bits: 32, .big, unit: .bits, .alarmWord),
        PackRow("failures_of_the_board", in: 0x98, byte: 4, bits: 24, .big, unit: .bits, .reserved),
        PackRow("failure_code", in: 0x98, byte: 7, bits: 8, unit: .bits, .reserved),
    ]

    static let alarmBits = DalyFaults.bits(in: 0x98, from: 0)
}
