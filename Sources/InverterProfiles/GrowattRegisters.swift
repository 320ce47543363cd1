import BatteryModel
import BusCodec

/// The registers of Growatt's 1xSxxP document, which SMK ("LI4") and EG4 took over, each with other details.
///
/// The rows stand in the block that begins at ``status``; offsets are those of this block.
///
/// Sources: Growatt 1xSxxP ESS protocol Rev 2.01 and 2.02; captures of JK and Seplos batteries with a Growatt inverter
/// (victorstoica114/sigrok-pylon-bms-decoders).
enum GrowattRegisters {
    /// The first register of the block of state and limits.
    static let status: UInt16 = 0x10
    /// The first register of the block of single cells: the number of the pack.
    static let cells: UInt16 = 0x70

    /// Hands the rows that every kind has to `visit`.
    static func visitCommon(_ container: UInt32?, _ visit: (BankRow) -> Void) {
        guard container == nil || container == 0x10 else { return }
        for index in commonRows.indices { visit(commonRows[index]) }
    }

    /// Hands the rows of errors, warnings and cells to `visit`, for `dialects`.
    static func visitFull(_ container: UInt32?, dialects: UInt8 = .max, _ visit: (BankRow) -> Void) {
        for index in fullRows.indices where container == nil || fullRows[index].container == container {
            var row = fullRows[index]
            row.dialects = dialects
            visit(row)
        }
    }

    private static let commonRows: [_ of BankRow] = [
        .reserved("reserved_status", in: 0x10, byte: 6, bit: 7, bits: 3),
        .request("force_charge", in: 0x10, byte: 6, bit: 4, .forceCharge),
        .permission("discharge_output_enabled", in: 0x10, byte: 7, bit: 5, .dischargeEnabled),
        .permission("charge_output_enabled", in: 0x10, byte: 7, bit: 6, .chargeEnabled),
        .soc(in: 0x10, byte: 10, bits: 16),
        .voltage(in: 0x10, byte: 12),
        .current(in: 0x10, byte: 14, times: 10),
        .hundredths(
            "cv_voltage", in: 0x10, byte: 34, unit: .millivolts, 10...327_670, .down, .chargeVoltageLimit),
    ]

    // A battery that is too warm in no stated direction is too warm for both.
    private static let chargeHot = AlarmGroup(.chargeOverTemperature, .batteryOverTemperature)
    private static let dischargeHot = AlarmGroup(.dischargeOverTemperature, .batteryOverTemperature)
    private static let mosfetHot = AlarmGroup(.mosfetOverTemperature)
    private static let permanentFault = AlarmGroup.bmsInternal.with(.general)

    private static let fullRows: [_ of BankRow] = [
        .reserved("reserved_error", in: 0x10, byte: 8, bit: 7, bits: 1),
        .shown("ambient_cold_error", in: 0x10, byte: 8, bit: 6, bits: 1, unit: .onOff),
        .shown("ambient_hot_error", in: 0x10, byte: 8, bit: 5, bits: 1, unit: .onOff),
        .alarm("prot_mosfet_hot", in: 0x10, byte: 8, bit: 4, mosfetHot, .protection),
        .alarm("prot_charge_over_current", in: 0x10, byte: 8, bit: 3, .chargeCurrent, .protection),
        .alarm("prot_cell_delta", in: 0x10, byte: 8, bit: 2, .imbalance, .protection),
        .alarm("prot_permanent_fault", in: 0x10, byte: 8, bit: 1, permanentFault, .protection),
        .alarm("prot_soft_start_fail", in: 0x10, byte: 8, bit: 0, .contactor, .protection),
        .alarm("prot_charge_cold", in: 0x10, byte: 9, bit: 7, .chargeCold, .protection),
        .alarm("prot_discharge_cold", in: 0x10, byte: 9, bit: 6, .cold, .protection),
        .alarm("prot_charge_hot", in: 0x10, byte: 9, bit: 5, chargeHot, .protection),
        .alarm("prot_discharge_hot", in: 0x10, byte: 9, bit: 4, dischargeHot, .protection),
        .alarm("prot_under_voltage", in: 0x10, byte: 9, bit: 3, .underVoltage, .protection),
        .alarm("prot_over_voltage", in: 0x10, byte: 9, bit: 2, .overVoltage, .protection),
        .alarm("prot_short_circuit", in: 0x10, byte: 9, bit: 1, .shortCircuit, .protection),
        .alarm("prot_discharge_over_current", in: 0x10, byte: 9, bit: 0, .dischargeCurrent, .protection),

        .cycles("cycle_count", in: 0x10, byte: 28),
        .shown("soh_flag", in: 0x10, byte: 33, bit: 7, bits: 1, unit: .onOff),
        .soh(in: 0x10, byte: 33, bits: 7, .little),

        // 0 LFP, 1 NMC, 2 LTO.
        .shown("chemistry", in: 0x10, byte: 36, bit: 7, bits: 2, unit: .choice),
        .shown("warn_before_turn_off", in: 0x10, byte: 36, bit: 5, bits: 1, unit: .onOff),
        .shown("warn_ambient_cold", in: 0x10, byte: 36, bit: 4, bits: 1, unit: .onOff),
        .shown("warn_ambient_hot", in: 0x10, byte: 36, bit: 3, bits: 1, unit: .onOff),
        .alarm("warn_mosfet_hot", in: 0x10, byte: 36, bit: 2, mosfetHot, .warning),
        .alarm("warn_charge_cold", in: 0x10, byte: 36, bit: 1, .chargeCold, .warning),
        .alarm("warn_charge_hot", in: 0x10, byte: 36, bit: 0, chargeHot, .warning),
        .alarm("warn_discharge_cold", in: 0x10, byte: 37, bit: 7, .cold, .warning),
        .alarm("warn_discharge_hot", in: 0x10, byte: 37, bit: 6, dischargeHot, .warning),
        .alarm("warn_charge_over_current", in: 0x10, byte: 37, bit: 5, .anyChargeCurrent, .warning),
        .alarm("warn_discharge_over_current", in: 0x10, byte: 37, bit: 4, .anyDischargeCurrent, .warning),
        .alarm("warn_pack_under_voltage", in: 0x10, byte: 37, bit: 3, packLow, .warning),
        .alarm("warn_pack_over_voltage", in: 0x10, byte: 37, bit: 2, packHigh, .warning),
        .alarm("warn_cell_under_voltage", in: 0x10, byte: 37, bit: 1, cellLow, .warning),
        .alarm("warn_cell_over_voltage", in: 0x10, byte: 37, bit: 0, cellHigh, .warning),

        .cell("highest_cell", in: 0x10, byte: 42, .highestCell),
        .cell("lowest_cell", in: 0x10, byte: 44, .lowestCell),
        .count("cells_in_series", in: 0x10, byte: 50, .cells, notAvailable: 0),

        .shown("pack_id", in: 0x70, byte: 0, bits: 16),
        cell("cell_1", 2), cell("cell_2", 4), cell("cell_3", 6), cell("cell_4", 8), cell("cell_5", 10),
        cell("cell_6", 12), cell("cell_7", 14), cell("cell_8", 16), cell("cell_9", 18), cell("cell_10", 20),
        cell("cell_11", 22), cell("cell_12", 24), cell("cell_13", 26), cell("cell_14", 28),
        cell("cell_15", 30), cell("cell_16", 32),
    ]

    private static let packHigh = AlarmGroup(.packOverVoltage)
    private static let packLow = AlarmGroup(.packUnderVoltage)
    private static let cellHigh = AlarmGroup(.cellOverVoltage)
    private static let cellLow = AlarmGroup(.cellUnderVoltage)

    // Only shown: the text begins with the first cell at 0071, JK firmware at 0070.
    private static func cell(_ name: StaticString, _ byte: UInt16) -> BankRow {
        .shownCell(name, in: 0x70, byte: byte)
    }
}

// MARK: - What rows cannot say

extension GrowattRegisters {
    /// Marks the error register as valid while an error stands, and takes the mark of balance away from an imbalance.
    static func completeStatus(
        _ question: SerialFrame, _ bank: borrowing BankReading, _ payload: inout SerialPayload
    ) {
        guard let place = question.place(of: 0x13), let status = payload.bytes.word(at: place),
            let stands = bank.alarms?.value.protections
        else { return }
        var errors = AlarmMask()
        for index in fullRows.indices {
            if case .alarm(let group, .protection) = fullRows[index].meaning {
                errors = errors.union(group.kinds)
            }
        }
        var mended = status
        if stands.intersects(errors) { mended |= 1 << 2 }
        if stands.contains(.imbalance) { mended &= ~(1 << 3) }
        payload.set(big: mended, at: place)
    }

    /// Writes the single cells where the document has them, the first at 0071; behind the last stands 0.
    static func completeCells(
        _ question: SerialFrame, _ bank: borrowing BankReading, _ payload: inout SerialPayload
    ) throws(SignalError) {
        guard question.registers.overlaps(0x71..<0x81) else { return }
        let cells = try BankCells(bank)
        for number in 1...16 where number <= cells.count {
            payload.set(big: cells[Int32(number)], at: question.place(of: 0x70 + number))
        }
    }
}
