import BatteryModel
import BusCodec

/// Voltronic's own battery protocol on RS485 ("LIB"), of Axpert, PIP and InfiniSolar.
///
/// Modbus RTU with a length of two bytes in answers. A parameter that the battery does not have is 0, no error; so are
/// single cells here, of which a bank knows only two and the unit is in doubt: tenths of a volt in the text, in which no
/// lithium cell can be said, millivolts in JK firmware.
///
/// Sources: Voltronic Inverter and BMS 485 communication protocol 20201202 (ardupic/voltronic-inverter-communication-
/// protocols); captures of JK (dnc392/rs485-bms-probe) and Seplos (victorstoica114/sigrok-pylon-bms-decoders).
public enum VoltronicLIBRS485 {
    /// The profile.
    public static let profile = InverterProfile(
        sheet: sheet, serial: talk, frameCount: frames.count, frame: { frames[$0] },
        visitRows: { container, visit in
            for index in rows.indices where container == nil || rows[index].container == container {
                visit(rows[index])
            }
            visitAlarms(container, visit)
            visitStates(container, visit)
        },
        prepare: prepare, mend: InverterProfile.noMending)

    private static let sheet = ProfileSheet(
        id: "voltronic-lib-rs485", name: "Voltronic LIB (RS485)",
        inverters: "Voltronic Axpert, PIP, MPP Solar and InfiniSolar with a BMS port (\"LIB\")",
        link: .serial(baud: 9_600), dialects: ["20201202", "", "", ""], period: .milliseconds(1_548),
        keepAlive: KeepAlive(identifier: 0x70, period: .seconds(2), timeout: .seconds(10)),
        stop: """
            Bits 7 and 6 of register 0074 cleared, and the current limits in 0072 and 0073 at 0 A. The text says that \
            inverters do not use the limits yet, so only the bits may count.
            """,
        silence: "Axpert MAX: fault 61; whether it goes on is a setting of the inverter.",
        isExperimental: true,
        evidence: """
            Vendor text, and captures of JK and Seplos batteries asked by a bridge, high for the registers. No inverter \
            was ever captured: what it asks and what it obeys is not known.
            """)

    private static let talk = SerialTalk(
        framing: .voltronicLIB, bauds: [9_600, 0, 0, 0], address: 1,
        question: { index, _ in questions.indices.contains(index) ? questions[index] : nil },
        // A captured bridge asks every 258 ms; a captured Seplos needs 105 ms for the first byte of its answer.
        spacing: .milliseconds(258), answersAs: answersAs, complete: complete, dissect: dissect)

    private static let questions: [6 of SerialQuestion] = [
        SerialQuestion(code: 0x01, count: 6), SerialQuestion(code: 0x10, count: 22),
        SerialQuestion(code: 0x26, count: 10), SerialQuestion(code: 0x30, count: 6),
        SerialQuestion(code: 0x36, count: 10), SerialQuestion(code: 0x70, count: 8),
    ]

    private static let text: StaticString = "Voltronic Inverter and BMS 485 communication protocol 20201202"

    private static let frames: [_ of FrameRow] = [
        FrameRow(0x00, "protocol", lengths: 32, isRequired: false, source: text),
        FrameRow(0x10, "pack", lengths: 64, isRequired: false, source: text),
        FrameRow(0x30, "bank", lengths: 32, source: text),
        FrameRow(0x40, "states", lengths: 96, isRequired: false, source: text),
        FrameRow(0x70, "limits", lengths: 16, source: text),
    ]

    private static let rows: [_ of BankRow] = [
        .shown("protocol_type", in: 0x00, byte: 2, bits: 16),
        .shown("protocol_version", in: 0x00, byte: 4, bits: 16),
        .shown("firmware_version", in: 0x00, byte: 6, bits: 32, unit: .bits),
        .shown("hardware_version", in: 0x00, byte: 10, bits: 32, unit: .bits),

        .count("cells", in: 0x10, byte: 0, .cells, notAvailable: 0),
        cell("cell_1", 2), cell("cell_2", 4), cell("cell_3", 6), cell("cell_4", 8), cell("cell_5", 10),
        cell("cell_6", 12), cell("cell_7", 14), cell("cell_8", 16), cell("cell_9", 18), cell("cell_10", 20),
        cell("cell_11", 22), cell("cell_12", 24), cell("cell_13", 26), cell("cell_14", 28),
        cell("cell_15", 30), cell("cell_16", 32), cell("cell_17", 34), cell("cell_18", 36),
        cell("cell_19", 38), cell("cell_20", 40),
        .constant("sensors", in: 0x10, byte: 42, bits: 16, 6),
        // The extremes stand as the first two sensors, the power board as the sixth.
        .tenthKelvin("temperature_1", in: 0x10, byte: 44, notAvailable: 0, .highestTemperature).onlySaid,
        .tenthKelvin("temperature_2", in: 0x10, byte: 46, notAvailable: 0, .lowestTemperature).onlySaid,
        sensor("temperature_3", 48),
        sensor("temperature_4", 50),
        sensor("temperature_5", 52),
        .tenthKelvin("temperature_6", in: 0x10, byte: 54, notAvailable: 0, .mosfetTemperature),
        sensor("temperature_7", 56),
        sensor("temperature_8", 58),
        sensor("temperature_9", 60),
        sensor("temperature_10", 62),

        // Both together are the current, see `complete` and `dissect`.
        .shown("charge_current", in: 0x30, byte: 0, bits: 16, times: 100, unit: .milliamps),
        .shown("discharge_current", in: 0x30, byte: 2, bits: 16, times: 100, unit: .milliamps),
        .voltage(in: 0x30, byte: 4, times: 100),
        .soc(in: 0x30, byte: 6, bits: 16),
        charge("total_capacity", in: 0x30, byte: 8, .capacity),
        .count("packs_online", in: 0x30, byte: 12, .packs, notAvailable: 0),
        .shown("bms_state", in: 0x30, byte: 26, bits: 16, unit: .bits),
        .shown("design_capacity", in: 0x30, byte: 28, bits: 32, unit: .milliampHours),

        .chargeVoltageLimit(in: 0x70, byte: 0, range: 100...6_553_500),
        .dischargeVoltageLimit(in: 0x70, byte: 2, range: 0...6_553_500),
        .chargeCurrentLimit(in: 0x70, byte: 4),
        .dischargeCurrentLimit(in: 0x70, byte: 6),
        .reserved("reserved_status", in: 0x70, byte: 8, bits: 8),
        .permission("charge_enable", in: 0x70, byte: 9, bit: 7, .chargeEnabled),
        .permission("discharge_enable", in: 0x70, byte: 9, bit: 6, .dischargeEnabled),
        .request("charge_immediately", in: 0x70, byte: 9, bit: 5, .forceCharge),
        .request("charge_immediately_2", in: 0x70, byte: 9, bit: 4, .forceChargeSoon),
        .request("full_charge", in: 0x70, byte: 9, bit: 3, .fullCharge),
        .shown("small_current_charge", in: 0x70, byte: 9, bit: 2, bits: 1, unit: .onOff),
        .reserved("reserved_requests", in: 0x70, byte: 9, bit: 1, bits: 2),
        .shown("minutes_to_empty", in: 0x70, byte: 10, bits: 16),
        charge("remaining_capacity", in: 0x70, byte: 12, .remainingCapacity),
    ]

    private static func cell(_ name: StaticString, _ byte: UInt16) -> BankRow {
        .shown(name, in: 0x10, byte: byte, bits: 16)
    }

    /// A temperature in tenths of a kelvin of a sensor that there is not.
    private static func sensor(_ name: StaticString, _ byte: UInt16) -> BankRow {
        .shown(name, in: 0x10, byte: byte, bits: 16, plus: -2_731, unit: .decicelsius, notAvailable: 0)
    }

    // 0 is "missing", so an empty bank has a thousandth of an ampere-hour left.
    private static func charge(
        _ name: StaticString, in container: UInt32, byte: UInt16, _ field: BankField
    ) -> BankRow {
        BankRow(
            name, in: container, byte: byte, bits: 32, unit: .milliampHours, range: 1...Int32.max,
            notAvailable: 0, rounding: .down, .number(field))
    }
}
