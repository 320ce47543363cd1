import BatteryModel
import BusCodec

/// PACE's Modbus map on RS485, V1.3, which is also sold as "WOW": what an inverter reads of a battery.
///
/// Modbus RTU, function 3. The map is that of one pack with sixteen cells and has no place for limits: CVL stands as
/// protection of the pack and as full-charge voltage, DVL, CCL and DCL stand as protections. A battery's own protections
/// lie above what it wants, so they are no limits when read back: a battery that speaks this is read by the driver
/// `pace-modbus`, not as a source.
///
/// As JK packs do, an answer carries registers 0 to 12 or 15 to 36, or a part of them, and nothing across 13 and 14.
///
/// Sources: PACE Modbus protocol for RS485 V1.3 (2017-06-27); captures of JK packs that speak it as PACE and as WOW
/// (dnc392/rs485-bms-probe, victorstoica114/sigrok-pylon-bms-decoders).
public enum PaceModbusRS485 {
    /// The profile.
    public static let profile = InverterProfile(
        sheet: sheet, serial: talk, frameCount: frames.count, frame: { frames[$0] },
        visitRows: { container, visit in
            for index in rows.indices where container == nil || rows[index].container == container {
                visit(rows[index])
            }
            for index in alarmRows.indices where container == nil || alarmRows[index].container == container {
                visit(alarmRows[index])
            }
        },
        prepare: prepare, mend: InverterProfile.noMending)

    private static let sheet = ProfileSheet(
        id: "pace-modbus-rs485", name: "PACE, WOW (RS485 Modbus V1.3)",
        inverters: "SRNE and its brands with battery protocol WOW or PACE, where PYL is not to be had",
        link: .serial(baud: 9_600), dialects: ["V1.3", "", "", ""], period: .seconds(2),
        keepAlive: KeepAlive(identifier: 0, period: .seconds(2), timeout: .seconds(10)),
        stop: """
            Bits 10 and 11 of register 11 (switch for charging, for discharging) cleared, and protections 77 and 80 at \
            0 A. No inverter has been seen that follows any of them. There is no register for limits: 61 and 107 carry \
            CVL, 69 DVL, 77 and 80 CCL and DCL in whole amperes, never more.
            """,
        silence: """
            SRNE: fault 58; the output goes on unless the inverter is set to stop at a fault of the BMS. Others: not \
            published.
            """,
        isExperimental: true,
        evidence: """
            Registers 0 to 36: vendor text, and captures of JK packs in both modes, high. 60 to 179: vendor text alone, \
            medium. No inverter was ever captured: what it asks, and whether it takes limits from protections, is not \
            known.
            """)

    private static let talk = SerialTalk(
        framing: .modbus, bauds: [9_600, 19_200, 0, 0], address: 1,
        question: { index, _ in questions.indices.contains(index) ? questions[index] : nil },
        // The text wants more than 100 ms between frames, and an answer within 200 ms.
        spacing: .milliseconds(500), answerWithin: .milliseconds(200), answersAs: answersAs, take: take,
        complete: complete, dissect: dissect)

    /// The two blocks that were captured, and the protections that stand for limits of current.
    private static let questions: [4 of SerialQuestion] = [
        SerialQuestion(code: UInt16(Register.pack), count: 13),
        SerialQuestion(code: UInt16(Register.cells), count: 22),
        SerialQuestion(code: UInt16(Register.chargeCurrent), count: 1),
        SerialQuestion(code: UInt16(Register.dischargeCurrent), count: 1),
    ]

    /// Where the blocks begin.
    ///
    /// What lies between them is not known, and refused.
    enum Register {
        static let pack: UInt32 = 0
        static let cells: UInt32 = 15
        static let temperatures: UInt32 = 31
        static let packOverVoltage: UInt32 = 61
        static let packUnderVoltage: UInt32 = 69
        static let chargeCurrent: UInt32 = 77
        static let dischargeCurrent: UInt32 = 80
        static let fullCharge: UInt32 = 107
        static let texts: UInt32 = 150
    }

    private static let text: StaticString = "PACE Modbus protocol for RS485 V1.3"

    private static let frames: [_ of FrameRow] = [
        FrameRow(Register.pack, "pack", lengths: 26, source: text),
        FrameRow(Register.cells, "cells", lengths: 44, source: text),
        FrameRow(Register.packOverVoltage, "pack_over_voltage", lengths: 2, source: text),
        FrameRow(Register.packUnderVoltage, "pack_under_voltage", lengths: 2, source: text),
        FrameRow(Register.chargeCurrent, "charge_over_current", lengths: 2, source: text),
        FrameRow(Register.dischargeCurrent, "discharge_over_current", lengths: 2, source: text),
        FrameRow(Register.fullCharge, "full_charge", lengths: 2, source: text),
        FrameRow(Register.texts, "texts", lengths: 60, isRequired: false, source: text),
    ]

    private static let rows: [_ of BankRow] = [
        .current(in: 0, byte: 0, times: 10),
        .hundredths("voltage", in: 0, byte: 2, unit: .millivolts, 0...655_350, .nearest, .voltage),
        .soc(in: 0, byte: 4, bits: 16),
        .soh(in: 0, byte: 6, bits: 16),
        // What does not fit is capped.
        charge("remaining_capacity", byte: 8, .remainingCapacity),
        charge("full_capacity", byte: 10, .capacity),
        charge("design_capacity", byte: 12, .capacity).onlySaid,
        .cycles("cycles", in: 0, byte: 14),
        .reserved("reserved_8", in: 0, byte: 16, bits: 16),
        .shown("heater", in: 0, byte: 22, bit: 7, bits: 1, unit: .onOff),
        .shown("charger_reversed", in: 0, byte: 22, bit: 6, bits: 1, unit: .onOff),
        .reserved("reserved_status_13", in: 0, byte: 22, bit: 5, bits: 1),
        .shown("charge_limiter", in: 0, byte: 22, bit: 4, bits: 1, unit: .onOff),
        .permission("discharge_switch", in: 0, byte: 22, bit: 3, .dischargeEnabled),
        .permission("charge_switch", in: 0, byte: 22, bit: 2, .chargeEnabled),
        // Bit 8 charging, bit 9 discharging.
        BankRow(
            "activity", in: 0, byte: 22, bit: 1, bits: 2, .big, unit: .choice, range: 0...2,
            .number(.activity)),
        .shown("balancing", in: 0, byte: 24, bits: 16, unit: .bits),

        .shownCell("cell_1", in: 15, byte: 0), .shownCell("cell_2", in: 15, byte: 2),
        .shownCell("cell_3", in: 15, byte: 4), .shownCell("cell_4", in: 15, byte: 6),
        .shownCell("cell_5", in: 15, byte: 8), .shownCell("cell_6", in: 15, byte: 10),
        .shownCell("cell_7", in: 15, byte: 12), .shownCell("cell_8", in: 15, byte: 14),
        .shownCell("cell_9", in: 15, byte: 16), .shownCell("cell_10", in: 15, byte: 18),
        .shownCell("cell_11", in: 15, byte: 20), .shownCell("cell_12", in: 15, byte: 22),
        .shownCell("cell_13", in: 15, byte: 24), .shownCell("cell_14", in: 15, byte: 26),
        .shownCell("cell_15", in: 15, byte: 28), .shownCell("cell_16", in: 15, byte: 30),
        // The extremes stand as the first two of four sensors, see `dissect`.
        .temperature("temperature_1", in: 15, byte: 32, .highestTemperature).onlySaid,
        .temperature("temperature_2", in: 15, byte: 34, .lowestTemperature).onlySaid,
        .temperature("temperature_3", in: 15, byte: 36, .temperature).onlySaid,
        .temperature("temperature_4", in: 15, byte: 38, .temperature).onlySaid,
        .temperature("mosfet_temperature", in: 15, byte: 40, .mosfetTemperature),
        // Nobody measures it.
        .temperature("ambient_temperature", in: 15, byte: 42, .temperature).onlySaid,

        voltage("pack_over_voltage_protection", Register.packOverVoltage, .down, .chargeVoltageLimit),
        voltage("pack_under_voltage_protection", Register.packUnderVoltage, .up, .dischargeVoltageLimit),
        wholeAmperes("charge_over_current_protection", Register.chargeCurrent, .chargeCurrentLimit),
        wholeAmperes("discharge_over_current_protection", Register.dischargeCurrent, .dischargeCurrentLimit),
        voltage("full_charge_voltage", Register.fullCharge, .down, .chargeVoltageLimit),

        // The maker's name takes the place of the version; of serial numbers a bank has none.
        .shownText("version", in: 150, byte: 0, characters: 20),
        .shownText("bms_serial_number", in: 150, byte: 20, characters: 20),
        .shownText("pack_serial_number", in: 150, byte: 40, characters: 20),
    ]

    private static func charge(_ name: StaticString, byte: UInt16, _ field: BankField) -> BankRow {
        .hundredths(name, in: 0, byte: byte, unit: .milliampHours, 0...655_350, .down, field)
    }

    /// A voltage in millivolts, which is a limit only as long as this side says it.
    private static func voltage(
        _ name: StaticString, _ register: UInt32, _ rounding: Rounding, _ field: BankField
    ) -> BankRow {
        BankRow(
            name, in: register, byte: 0, bits: 16, unit: .millivolts, range: 1...65_535, rounding: rounding,
            .said(field))
    }

    /// A limit of current in whole amperes.
    private static func wholeAmperes(
        _ name: StaticString, _ register: UInt32, _ field: BankField
    ) -> BankRow {
        BankRow(
            name, in: register, byte: 0, bits: 16, times: 1_000, unit: .milliamps, range: 0...65_535_000,
            rounding: .down, .number(field))
    }

    // A battery that is too warm in no stated direction is too warm for both; its surroundings nobody measures.
    private static let chargeHot = AlarmGroup(.chargeOverTemperature, .batteryOverTemperature)
    private static let dischargeHot = AlarmGroup(.dischargeOverTemperature, .batteryOverTemperature)
    private static let mosfetHot = AlarmGroup(.mosfetOverTemperature)
    private static let packHigh = AlarmGroup(.packOverVoltage)
    private static let packLow = AlarmGroup(.packUnderVoltage)
    private static let cellHigh = AlarmGroup(.cellOverVoltage)
    private static let cellLow = AlarmGroup(.cellUnderVoltage)
    private static let sensor = AlarmGroup(.temperatureSensorFault)
    /// Whatever else makes the bank one that cannot be relied on.
    private static let frontEnd = AlarmGroup.bmsInternal.without(sensor).with(.general)
    private static let hotAround = AlarmMask(.batteryOverTemperature)
    private static let coldAround = AlarmMask(.chargeUnderTemperature, .dischargeUnderTemperature)

    /// Registers 9 (warnings), 10 (protections; MOSFETs and surroundings change places) and the faults of 11.
    private static let alarmRows: [_ of BankRow] = [
        .shown("warn_soc_low", in: 0, byte: 18, bit: 7, bits: 1, unit: .onOff),
        .alarm("warn_mosfet_hot", in: 0, byte: 18, bit: 6, mosfetHot, .warning),
        .heardAlarm("warn_ambient_cold", in: 0, byte: 18, bit: 5, coldAround, .warning),
        .heardAlarm("warn_ambient_hot", in: 0, byte: 18, bit: 4, hotAround, .warning),
        .alarm("warn_discharge_cold", in: 0, byte: 18, bit: 3, .cold, .warning),
        .alarm("warn_charge_cold", in: 0, byte: 18, bit: 2, .chargeCold, .warning),
        .alarm("warn_discharge_hot", in: 0, byte: 18, bit: 1, dischargeHot, .warning),
        .alarm("warn_charge_hot", in: 0, byte: 18, bit: 0, chargeHot, .warning),
        .reserved("reserved_warnings", in: 0, byte: 19, bit: 7, bits: 2),
        .alarm("warn_discharge_over_current", in: 0, byte: 19, bit: 5, .anyDischargeCurrent, .warning),
        .alarm("warn_charge_over_current", in: 0, byte: 19, bit: 4, .anyChargeCurrent, .warning),
        .alarm("warn_pack_under_voltage", in: 0, byte: 19, bit: 3, packLow, .warning),
        .alarm("warn_pack_over_voltage", in: 0, byte: 19, bit: 2, packHigh, .warning),
        .alarm("warn_cell_under_voltage", in: 0, byte: 19, bit: 1, cellLow, .warning),
        .alarm("warn_cell_over_voltage", in: 0, byte: 19, bit: 0, cellHigh, .warning),

        .reserved("reserved_protection", in: 0, byte: 20, bit: 7, bits: 1),
        .heardAlarm("prot_ambient_cold", in: 0, byte: 20, bit: 6, coldAround, .protection),
        .heardAlarm("prot_ambient_hot", in: 0, byte: 20, bit: 5, hotAround, .protection),
        .alarm("prot_mosfet_hot", in: 0, byte: 20, bit: 4, mosfetHot, .protection),
        .alarm("prot_discharge_cold", in: 0, byte: 20, bit: 3, .cold, .protection),
        .alarm("prot_charge_cold", in: 0, byte: 20, bit: 2, .chargeCold, .protection),
        .alarm("prot_discharge_hot", in: 0, byte: 20, bit: 1, dischargeHot, .protection),
        .alarm("prot_charge_hot", in: 0, byte: 20, bit: 0, chargeHot, .protection),
        .heardAlarm(
            "prot_charger_over_voltage", in: 0, byte: 21, bit: 7, AlarmMask(.packOverVoltage), .protection),
        .alarm("prot_short_circuit", in: 0, byte: 21, bit: 6, .shortCircuit, .protection),
        .alarm("prot_discharge_over_current", in: 0, byte: 21, bit: 5, .dischargeCurrent, .protection),
        .alarm("prot_charge_over_current", in: 0, byte: 21, bit: 4, .chargeCurrent, .protection),
        .alarm("prot_pack_under_voltage", in: 0, byte: 21, bit: 3, packLow, .protection),
        .alarm("prot_pack_over_voltage", in: 0, byte: 21, bit: 2, packHigh, .protection),
        .alarm("prot_cell_under_voltage", in: 0, byte: 21, bit: 1, cellLow, .protection),
        .alarm("prot_cell_over_voltage", in: 0, byte: 21, bit: 0, cellHigh, .protection),

        .reserved("reserved_status_6", in: 0, byte: 23, bit: 7, bits: 2),
        .alarm("fault_front_end", in: 0, byte: 23, bit: 5, frontEnd, .protection),
        .alarm("fault_cell", in: 0, byte: 23, bit: 4, .imbalance, .protection),
        .reserved("reserved_status_3", in: 0, byte: 23, bit: 3, bits: 1),
        .alarm("fault_temperature_sensor", in: 0, byte: 23, bit: 2, sensor, .protection),
        .alarm("fault_discharge_switch", in: 0, byte: 23, bit: 1, dischargeSwitch, .protection),
        .alarm("fault_charge_switch", in: 0, byte: 23, bit: 0, chargeSwitch, .protection),
    ]

    private static let dischargeSwitch = AlarmGroup(.dischargeSwitchFault)
    private static let chargeSwitch = AlarmGroup(.chargeSwitchFault)
}
