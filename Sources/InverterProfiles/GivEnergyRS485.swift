import BatteryModel
import BusCodec

/// GivEnergy low voltage on RS485: holding registers for the state of the bank, input registers for each battery.
///
/// The bank is one battery with address 1; the inverter counts the batteries that answer and multiplies the current by
/// their number. There is no voltage to charge to: the inverter has its own, and only the currents are limited.
///
/// Source: open-giv/bms-analysis: wire captures of 1698 frames between an AC 3.0 inverter and Gen 2 batteries, and the
/// firmware of battery (BMS_ARM 3022) and inverters.
public enum GivEnergyRS485 {
    /// The profile.
    public static let profile = InverterProfile(
        sheet: sheet, serial: talk, frameCount: frames.count, frame: { frames[$0] },
        visitRows: { container, visit in
            for index in holdingRows.indices
            where container == nil || holdingRows[index].container == container {
                visit(holdingRows[index])
            }
            for index in inputRows.indices where container == nil || inputRows[index].container == container {
                visit(inputRows[index])
            }
        },
        prepare: prepare, mend: InverterProfile.noMending)

    private static let sheet = ProfileSheet(
        id: "givenergy-rs485", name: "GivEnergy low voltage (RS485)",
        inverters: "GivEnergy low voltage: hybrids Gen 1, 2 and 3, AC 3.0",
        link: .serial(baud: 9_600), dialects: ["Gen 1 to 3", "", "", ""], period: .milliseconds(245),
        keepAlive: KeepAlive(identifier: 0, period: .milliseconds(245), timeout: .seconds(5)),
        stop: """
            Limits 26 and 27 at 0 A, with the bits of the status word as a real battery has them at its ends: forbid \
            charge, or no discharge. That the inverter keeps to the limits has been seen; 0 A has not. Gen 1 does not \
            ask for the limits, only for the status. There is no charge voltage in this protocol: what the inverter \
            charges to is set in the inverter.
            """,
        silence: """
            After about 20 questions without an answer the inverter reports the BMS as lost, and asks on for ever.
            """,
        isExperimental: true,
        evidence: """
            Framing, times, SOC, voltage, current and limits: captures and firmware, high. Alarm bits: the names of \
            GivTCP, some of them seen, medium. Status bits 2 to 7: seen at the ends of a calibration, medium.
            """)

    private static let talk = SerialTalk(
        framing: .givEnergy, bauds: [9_600, 0, 0, 0], address: 1,
        question: { index, _ in questions.indices.contains(index) ? questions[index] : nil },
        // Captured: a question every 231 to 481 ms, an answer after 83 to 114 ms.
        spacing: .milliseconds(245), answerWithin: .milliseconds(120),
        // The inverter repeats a write until it is confirmed. Function 16 does not exist.
        take: { $0.variant == ModbusRTU.Function.writeOne.rawValue ? .confirmed : .refused(.unknownCommand) },
        complete: complete)

    private static let questions: [4 of SerialQuestion] = [
        SerialQuestion(code: 0x00, count: 28), SerialQuestion(code: 0x00, count: 21, variant: 4),
        SerialQuestion(code: 0x15, count: 19, variant: 4), SerialQuestion(code: 0x28, count: 20, variant: 4),
    ]

    /// Above the input registers: function 4 has registers of its own.
    private static let input: UInt32 = 4 << 16

    private static let source: StaticString = "open-giv/bms-analysis, docs/02-holding-registers.md"
    private static let inputSource: StaticString = "open-giv/bms-analysis, docs/03-input-registers.md"

    private static let frames: [_ of FrameRow] = [
        FrameRow(0x00, "state", lengths: 56, source: source),
        FrameRow(input | 0x00, "temperatures", lengths: 42, isRequired: false, source: inputSource),
        FrameRow(input | 0x15, "pack", lengths: 38, isRequired: false, source: inputSource),
        FrameRow(input | 0x28, "cells", lengths: 40, isRequired: false, source: inputSource),
    ]

    private static let holdingRows: [_ of BankRow] = [
        .constant("marker", in: 0, byte: 0, bits: 16, 0x0065),
        .constant("unused_1", in: 0, byte: 2, bits: 64, .max),
        .shownText("serial_number", in: 0, byte: 10, characters: 10),
        .constant("unused_10", in: 0, byte: 20, bits: 16, 0xFFFF),
        .ampHours("capacity", in: 0, byte: 22),
        .constant("hardware", in: 0, byte: 24, bits: 16, 0x0030),
        .code("firmware", in: 0, byte: 26, .version, substitute: firmware),
        .shown("forced_mode", in: 0, byte: 28, bits: 16),
        .shown("full_flags", in: 0, byte: 30, bits: 16, unit: .bits),
        .shown("state", in: 0, byte: 32, bits: 16),
        // Made from the serial number; any value is taken.
        .shown("fingerprint_low", in: 0, byte: 34, bits: 16, unit: .bits),
        .shown("fingerprint_high", in: 0, byte: 36, bits: 16, unit: .bits),

        .reserved("status_high", in: 0, byte: 38, bits: 8),
        .shown("allow_both", in: 0, byte: 39, bit: 7, bits: 1, .little, unit: .onOff),
        .permission("allow_discharge", in: 0, byte: 39, bit: 6, .dischargeEnabled),
        .inverted("forbid_charge", in: 0, byte: 39, bit: 5, .chargeEnabled),
        .shown("protection_active", in: 0, byte: 39, bit: 4, bits: 1, .little, unit: .onOff),
        .shown("cells_within_limits", in: 0, byte: 39, bit: 3, bits: 1, .little, unit: .onOff),
        .inverted("no_charge_wanted", in: 0, byte: 39, bit: 2, substitute: 0, .forceCharge),
        // 1 nothing flows, 2 charging, 3 discharging.
        BankRow(
            "activity", in: 0, byte: 39, bit: 0, bits: 2, .little, plus: -1, unit: .choice, range: 0...2,
            .number(.activity)),

        .reserved("alarm_high", in: 0, byte: 40, bits: 8),
        .alarm("charge_cold", in: 0, byte: 41, bit: 7, .chargeCold, .protection),
        .alarm("discharge_cold", in: 0, byte: 41, bit: 6, .cold, .protection),
        .alarm("charge_hot", in: 0, byte: 41, bit: 5, .chargeHot, .protection),
        .alarm("discharge_hot", in: 0, byte: 41, bit: 4, dischargeHot, .protection),
        .alarm("under_voltage", in: 0, byte: 41, bit: 3, .underVoltage, .protection),
        .alarm("over_voltage", in: 0, byte: 41, bit: 2, .overVoltage, .protection),
        .alarm("short_circuit", in: 0, byte: 41, bit: 1, .shortCircuit, .protection),
        .alarm("over_current", in: 0, byte: 41, bit: 0, overCurrent, .protection),

        .soc(in: 0, byte: 42, bits: 16),
        .voltage(in: 0, byte: 44),
        .current(in: 0, byte: 46, times: 10),
        .wholeCelsius("highest_temperature", in: 0, byte: 48, .highestTemperature),
        .shown("configured_charge_current", in: 0, byte: 50, bits: 16, times: 10, unit: .milliamps),
        .hundredths(
            "charge_current_limit", in: 0, byte: 52, unit: .milliamps, 0...655_350, .down, .chargeCurrentLimit
        ),
        .hundredths(
            "discharge_current_limit", in: 0, byte: 54, unit: .milliamps, 0...655_350, .down,
            .dischargeCurrentLimit),
    ]

    // What is about one battery is not read: of several in a chain it is about the one that was asked.
    private static let inputRows: [_ of BankRow] = [
        .shownText("serial_number", in: input, byte: 0, characters: 20),
        .reserved("reserved_20", in: input, byte: 20, bits: 16),
        .temperature("temperature_1", in: input, byte: 22, .highestTemperature).onlySaid,
        .temperature("temperature_2", in: input, byte: 24, .lowestTemperature).onlySaid,
        .temperature("temperature_3", in: input, byte: 26, .temperature).onlySaid,
        .temperature("temperature_4", in: input, byte: 28, .temperature).onlySaid,
        .temperature("bms_temperature", in: input, byte: 30, .mosfetTemperature).onlySaid,
        .constant("unknown_32", in: input, byte: 32, bits: 16, 1),
        .constant("unknown_34", in: input, byte: 34, bits: 16, 8),
        .reserved("reserved_36", in: input, byte: 36, bits: 48),

        .count("cells", in: input | 0x15, byte: 0, bits: 8, .cells),
        .cycles("cycles", in: input | 0x15, byte: 1),
        .reserved("reserved_3", in: input | 0x15, byte: 3, bits: 16),
        .shown("cells_times_lowest", in: input | 0x15, byte: 5, bits: 16, unit: .millivolts),
        .shown("cells_times_highest", in: input | 0x15, byte: 7, bits: 16, unit: .millivolts),
        BankRow(
            "current", in: input | 0x15, byte: 9, bits: 32, signed: true, unit: .milliamps, .number(.current)),
        capacity("calibrated_capacity", byte: 13, .capacity),
        capacity("design_capacity", byte: 17, .capacity),
        capacity("remaining_capacity", byte: 21, .remainingCapacity),
        .soc("pack_soc", in: input | 0x15, byte: 25, bits: 8).onlySaid,
        .reserved("reserved_26", in: input | 0x15, byte: 26, bits: 16),
        .constant("status_1", in: input | 0x15, byte: 28, bits: 16, 0x0E10),
        .shown("status_2", in: input | 0x15, byte: 30, bits: 16, unit: .bits),
        .shown("status_3", in: input | 0x15, byte: 32, bits: 16, unit: .bits),
        .reserved("reserved_34", in: input | 0x15, byte: 34, bits: 8),
        .code("firmware", in: input | 0x15, byte: 35, .version, substitute: firmware),
        .reserved("reserved_37", in: input | 0x15, byte: 37, bits: 8),

        .shownCell("cell_1", in: input | 0x28, byte: 0), .shownCell("cell_2", in: input | 0x28, byte: 2),
        .shownCell("cell_3", in: input | 0x28, byte: 4), .shownCell("cell_4", in: input | 0x28, byte: 6),
        .shownCell("cell_5", in: input | 0x28, byte: 8), .shownCell("cell_6", in: input | 0x28, byte: 10),
        .shownCell("cell_7", in: input | 0x28, byte: 12), .shownCell("cell_8", in: input | 0x28, byte: 14),
        .shownCell("cell_9", in: input | 0x28, byte: 16), .shownCell("cell_10", in: input | 0x28, byte: 18),
        .shownCell("cell_11", in: input | 0x28, byte: 20), .shownCell("cell_12", in: input | 0x28, byte: 22),
        .shownCell("cell_13", in: input | 0x28, byte: 24), .shownCell("cell_14", in: input | 0x28, byte: 26),
        .shownCell("cell_15", in: input | 0x28, byte: 28), .shownCell("cell_16", in: input | 0x28, byte: 30),
        .temperature("highest_cell_temperature", in: input | 0x28, byte: 32, .highestTemperature),
        .temperature("lowest_cell_temperature", in: input | 0x28, byte: 34, .lowestTemperature),
        .cell("highest_cell", in: input | 0x28, byte: 36, .highestCell),
        .cell("lowest_cell", in: input | 0x28, byte: 38, .lowestCell),
    ]

    /// A capacity in hundredths of an ampere-hour, only said.
    private static func capacity(_ name: StaticString, byte: UInt16, _ field: BankField) -> BankRow {
        BankRow(
            name, in: input | 0x15, byte: byte, bits: 32, times: 10, unit: .milliampHours,
            range: 0...Int32.max, rounding: .down, .said(field))
    }

    /// 3022, which the captured batteries have.
    private static let firmware: Int32 = 0x0BCE

    /// Too warm to discharge, or at all: the one bit that is not about charging.
    private static let dischargeHot = AlarmGroup(
        .dischargeOverTemperature, .batteryOverTemperature, .mosfetOverTemperature)
    private static let overCurrent = AlarmGroup(.dischargeOverCurrent, .chargeOverCurrent)
}
