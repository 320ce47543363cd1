import BatteryModel
import BusCodec

/// Growatt's battery on RS485 (1xSxxP ESS), and the part of it that SMK calls "GT" or "LI4".
///
/// Modbus RTU, function 3, unit 1. The extension of Rev 2.02 from 0100 is not carried: thresholds, times and
/// calibration of a single pack, of which a bank knows nothing.
///
/// The protocol has no DVL: the inverter discharges down to its own setting, or until it is told 0 A.
///
/// Sources: Growatt 1xSxxP ESS protocol Rev 2.01 and 2.02; SMK "GT" protocol V1.0 of July 2024 (syssi/esphome-smg-ii,
/// issue 102); captures of a Growatt inverter with a JK battery and of JK and Seplos batteries
/// (victorstoica114/sigrok-pylon-bms-decoders, dnc392/rs485-bms-probe).
public enum GrowattRS485 {
    /// The profile.
    public static let profile = InverterProfile(
        sheet: sheet, serial: talk, frameCount: frames.count, frame: { frames[$0] },
        visitRows: { container, visit in
            GrowattRegisters.visitCommon(container, visit)
            GrowattRegisters.visitFull(container, dialects: growatt, visit)
            for index in rows.indices where container == nil || rows[index].container == container {
                visit(rows[index])
            }
        },
        prepare: prepare, mend: InverterProfile.noMending)

    private static let sheet = ProfileSheet(
        id: "growatt-rs485", name: "Growatt (RS485)",
        inverters: """
            Growatt SPF, SPH and SPA with a battery on RS485; SMK, EASUN, Anenji and PowMr ("LI4")
            """,
        link: .serial(baud: 9_600), dialects: ["1xSxxP", "LI4", "", ""], period: .milliseconds(1_500),
        keepAlive: KeepAlive(identifier: 0x10, period: .milliseconds(1_500), timeout: .seconds(10)),
        stop: """
            The current limit in register 25 or 35 at 0 A, together with bit 6 or 5 of register 19 cleared. How an \
            inverter weighs the one against the other is not published.
            """,
        silence: """
            LI4: the inverter clears its mark of a connected BMS and goes on with the user's settings, so a stop is \
            said and not kept quiet. Growatt: not published.
            """,
        evidence: """
            1xSxxP: vendor text; a captured Growatt inverter with a JK battery and captures of JK and Seplos, high. \
            LI4: vendor text with one printed frame, medium. The model of the captured inverter is not known.
            """)

    private static let talk = SerialTalk(
        framing: .modbus, bauds: [9_600, 0, 0, 0], address: 1,
        question: { index, dialect in
            guard dialect == 0 else { return index == 0 ? SerialQuestion(code: 0x13, count: 17) : nil }
            return questions.indices.contains(index) ? questions[index] : nil
        },
        // Captured: every 500 ms from the beginning of one question to that of the next.
        spacing: .milliseconds(500), answerWithin: .milliseconds(200), take: take, complete: complete)

    /// The round of a captured inverter.
    private static let questions: [3 of SerialQuestion] = [
        SerialQuestion(code: 0x01, count: 15), SerialQuestion(code: 0x70, count: 17),
        SerialQuestion(code: 0x10, count: 27),
    ]

    static let growatt: UInt8 = 1 << 0
    static let li4: UInt8 = 1 << 1
    private static let text: StaticString = "Growatt 1xSxxP ESS protocol Rev 2.02"

    // Registers that nobody has assigned, and those of a second pack, are answered with 0: an inverter was reported to
    // fault on missing data.
    private static let frames: [_ of FrameRow] = [
        FrameRow(0x00, "unassigned_0", lengths: 2, isRequired: false, source: text),
        FrameRow(0x01, "specification", lengths: 30, source: text),
        FrameRow(0x10, "status", lengths: 54, source: text),
        FrameRow(0x2B, "second_pack", lengths: 138, isRequired: false, source: text),
        FrameRow(0x70, "cells", lengths: 34, source: text),
        FrameRow(0x81, "second_pack_cells", lengths: 32, isRequired: false, source: text),
        FrameRow(0x91, "unassigned_91", lengths: 222, isRequired: false, source: text),
    ]

    private static let rows: [_ of BankRow] = [
        .shown("mcu_firmware", in: 0x01, byte: 0, bits: 16, unit: .bits, dialects: growatt),
        .shown("gauge_firmware", in: 0x01, byte: 2, bits: 16, unit: .bits, dialects: growatt),
        .shown("gauge_fr_version", in: 0x01, byte: 4, bits: 32, unit: .bits, dialects: growatt),
        .shown("manufactured_high", in: 0x01, byte: 8, bits: 32, unit: .bits, dialects: growatt),
        .shown("manufactured_low", in: 0x01, byte: 12, bits: 32, unit: .bits, dialects: growatt),
        .shownText("bar_code", in: 0x01, byte: 16, characters: 8, dialects: growatt),
        .shown("bms_company", in: 0x01, byte: 24, bits: 16, unit: .bits, dialects: growatt),
        .shown("pack_company", in: 0x01, byte: 26, bits: 16, unit: .bits, dialects: growatt),
        .shown("usable_capacity", in: 0x01, byte: 28, bits: 16, unit: .wattHours, dialects: growatt),

        // JK and Seplos leave it at 0; the current is that of register 0017.
        .shown(
            "gauge_current", in: 0x10, byte: 0, bits: 16, signed: true, times: 10, unit: .milliamps,
            dialects: growatt),
        .shown("date_time", in: 0x10, byte: 2, bits: 32, unit: .bits, dialects: growatt),
        .shown("box_state", in: 0x10, byte: 6, bit: 3, bits: 2, unit: .choice, dialects: growatt),
        .shown("parallel_state", in: 0x10, byte: 6, bit: 1, bits: 2, unit: .choice, dialects: growatt),
        .shown("terminal_open", in: 0x10, byte: 7, bit: 7, bits: 1, unit: .onOff, dialects: growatt),
        .shown("sleep_enabled", in: 0x10, byte: 7, bit: 4, bits: 1, unit: .onOff, dialects: growatt),
        // JK and Seplos always set it. An imbalance clears it, see `GrowattRegisters.completeStatus`.
        BankRow(
            "cell_balance", in: 0x10, byte: 7, bit: 3, bits: 1, unit: .onOff, dialects: growatt, .constant(1)),
        .shown("error_valid", in: 0x10, byte: 7, bit: 2, bits: 1, unit: .onOff, dialects: growatt),
        // 0 is a soft start, of which nobody knows what flows; 1 standby, 2 charging, 3 discharging.
        BankRow(
            "battery_state", in: 0x10, byte: 7, bit: 1, bits: 2, plus: -1, unit: .choice, range: 0...2,
            notAvailable: 0, dialects: growatt, .number(.activity)),

        .wholeCelsius("temperature", in: 0x10, byte: 16, dialects: growatt, .temperature),
        .hundredths(
            "max_charge_current", in: 0x10, byte: 18, unit: .milliamps, 0...655_350, .down,
            dialects: growatt, .chargeCurrentLimit),
        // Larger banks are capped: the text lets the number begin again at 0.
        .hundredths(
            "remaining_capacity", in: 0x10, byte: 20, unit: .milliampHours, 0...655_350, .down,
            dialects: growatt, .remainingCapacity),
        .hundredths(
            "full_capacity", in: 0x10, byte: 22, unit: .milliampHours, 0...655_350, .down, dialects: growatt,
            .capacity),
        // One byte for the hardware and one for the software.
        BankRow("version", in: 0x10, byte: 24, bits: 16, unit: .bits, dialects: growatt, .number(.version)),
        BankRow(
            "cell_delta", in: 0x10, byte: 26, bits: 16, unit: .millivolts, range: 0...65_535,
            dialects: growatt, .number(.cellSpread)),
        .shown("box_info", in: 0x10, byte: 30, bits: 16, unit: .bits, dialects: growatt),
        .hundredths(
            "max_discharge_current", in: 0x10, byte: 38, unit: .milliamps, 0...655_350, .down,
            dialects: growatt, .dischargeCurrentLimit),
        // Bits 0 to 2 are about settings of the packs, 3 and 4 about the link between them; who lost whom is not said.
        .shown("extended_error", in: 0x10, byte: 40, bits: 16, unit: .bits, dialects: growatt),
        .count(
            "highest_cell_number", in: 0x10, byte: 46, .highestCellNumber, notAvailable: 0, dialects: growatt),
        .count(
            "lowest_cell_number", in: 0x10, byte: 48, .lowestCellNumber, notAvailable: 0, dialects: growatt),

        .hundredths(
            "li4_max_charge_current", in: 0x10, byte: 18, signed: true, unit: .milliamps, 0...327_670, .down,
            dialects: li4, .chargeCurrentLimit),
        .hundredths(
            "li4_remaining_capacity", in: 0x10, byte: 20, signed: true, unit: .milliampHours, 0...327_670,
            .down, dialects: li4, .remainingCapacity),
        .hundredths(
            "li4_total_capacity", in: 0x10, byte: 22, signed: true, unit: .milliampHours, 0...327_670, .down,
            dialects: li4, .capacity),
        .hundredths(
            "li4_max_discharge_current", in: 0x10, byte: 38, signed: true, unit: .milliamps, 0...327_670,
            .down, dialects: li4, .dischargeCurrentLimit),
    ]
}

// MARK: - What is said differently

extension GrowattRS485 {
    /// Keeps limits and enable bits from contradicting each other, and limits within the numbers there are.
    static func prepare(_ bank: inout BankReading, _ options: ProfileOptions) {
        // As a JK BMS says it to a real inverter.
        bank.sayIfUnknown(.version, 0x0101)
        // JK and Seplos say standby whatever flows; nothing is known of an inverter that uses it.
        bank.sayIfUnknown(.activity, 0)
        bank.sayCellDistance()
        let highest: Int32 = options.dialect == 0 ? 655_350 : 327_670
        bank.cap(.chargeCurrentLimit, at: highest)
        bank.cap(.dischargeCurrentLimit, at: highest)
        bank.makeLimitsAgree(resolution: 10)
        bank.keepApartFromEmpty()
    }

    /// Writes the single cells and the marks of the status; LI4 answers what it does not know with zeros.
    static func complete(
        _ question: SerialFrame, _ bank: borrowing BankReading, _ options: ProfileOptions, _ hasRows: Bool,
        _ payload: inout SerialPayload
    ) throws(SignalError) -> Bool {
        if options.dialect == 0 {
            guard hasRows else { return false }
            GrowattRegisters.completeStatus(question, bank, &payload)
            try GrowattRegisters.completeCells(question, bank, &payload)
        } else if !hasRows {
            // SMK: a faulty question has an answer of the usual shape in which everything is 0.
            payload.removeAll()
            payload.append(zeros: Int(question.count) * 2)
        }
        return true
    }

    /// Confirms the handshake: 0 written to register 0013, upon which a battery does nothing more.
    static func take(_ write: SerialFrame) -> SerialWriting {
        let isMany = write.variant == ModbusRTU.Function.writeMany.rawValue
        return isMany && write.code == 0x13 && write.count == 1 ? .confirmed : .refused(.unknownCommand)
    }
}
