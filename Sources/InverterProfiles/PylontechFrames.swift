import BatteryModel
import BusCodec

/// The frames that Pylontech's V1.2 brought into the 0x35x family: 0x359 alarms and 0x35C requests, and the
/// cell frames 0x370 and 0x371 that other makers add to it.
///
/// Many brands took them over. One that changed a part of a frame takes the other parts from here and adds its
/// own rows.
///
/// Sources: PYLON CAN-Bus-protocol low-voltage V1.2; captures of Pylontech and JK, see the golden tables.
enum PylontechFrames {
    /// The identifiers of the frames.
    static let alarms: UInt32 = 0x359, requests: UInt32 = 0x35C
    /// The identifiers of the frames about single cells.
    static let cells: UInt32 = 0x370, cellNumbers: UInt32 = 0x371

    /// The alarm bits in bytes 0 to 3 of 0x359.
    static func visitAlarmBits(
        _ container: UInt32?, dialects: UInt8 = .max, _ visit: (BankRow) -> Void
    ) {
        guard container == nil || container == alarms else { return }
        for index in alarmRows.indices { visit(alarmRows[index].limited(to: dialects)) }
    }

    /// The rest of 0x359 as Pylontech has it: bits that only others set, number of packs, "PN".
    static func visitAlarmRest(
        _ container: UInt32?, dialects: UInt8 = .max, _ visit: (BankRow) -> Void
    ) {
        guard container == nil || container == alarms else { return }
        for index in restRows.indices { visit(restRows[index].limited(to: dialects)) }
    }

    /// The bits of 0x35C.
    static func visitRequests(
        _ container: UInt32?, dialects: UInt8 = .max, _ visit: (BankRow) -> Void
    ) {
        guard container == nil || container == requests else { return }
        for index in requestRows.indices { visit(requestRows[index].limited(to: dialects)) }
    }

    /// The rows of 0x370 in a dialect.
    static func visitCells(_ container: UInt32?, dialects: UInt8 = .max, _ visit: (BankRow) -> Void) {
        guard container == nil || container == cells else { return }
        for index in cellRows.indices { visit(cellRows[index].limited(to: dialects)) }
    }

    /// The rows of 0x371 in a dialect.
    static func visitCellNumbers(
        _ container: UInt32?, dialects: UInt8 = .max, _ visit: (BankRow) -> Void
    ) {
        guard container == nil || container == cellNumbers else { return }
        for index in cellNumberRows.indices { visit(cellNumberRows[index].limited(to: dialects)) }
    }

    private static let alarmRows: [_ of BankRow] = [
        .alarm("prot_over_voltage", in: alarms, byte: 0, bit: 1, .overVoltage, .protection),
        .alarm("prot_under_voltage", in: alarms, byte: 0, bit: 2, .underVoltage, .protection),
        .alarm("prot_over_temperature", in: alarms, byte: 0, bit: 3, .overTemperature, .protection),
        .alarm("prot_under_temperature", in: alarms, byte: 0, bit: 4, .underTemperature, .protection),
        .alarm("prot_discharge_over_current", in: alarms, byte: 0, bit: 7, .anyDischargeCurrent, .protection),
        .alarm("prot_charge_over_current", in: alarms, byte: 1, bit: 0, .anyChargeCurrent, .protection),
        .alarm("prot_system_error", in: alarms, byte: 1, bit: 3, .systemError, .protection),
        .alarm("alarm_high_voltage", in: alarms, byte: 2, bit: 1, .overVoltage, .warning),
        .alarm("alarm_low_voltage", in: alarms, byte: 2, bit: 2, .underVoltage, .warning),
        .alarm("alarm_high_temperature", in: alarms, byte: 2, bit: 3, .overTemperature, .warning),
        .alarm("alarm_low_temperature", in: alarms, byte: 2, bit: 4, .underTemperature, .warning),
        .alarm("alarm_discharge_high_current", in: alarms, byte: 2, bit: 7, .anyDischargeCurrent, .warning),
        .alarm("alarm_charge_high_current", in: alarms, byte: 3, bit: 0, .anyChargeCurrent, .warning),
        .alarm("alarm_internal_comm_fail", in: alarms, byte: 3, bit: 3, .systemError, .warning),
    ]

    private static let restRows: [_ of BankRow] = [
        // YamBMS says charge over-current with 1.7 and 3.7; Battery-Emulator and ArminJo say system error with
        // 1.7.
        .heardAlarm(
            "prot_deviating", in: alarms, byte: 1, bit: 7,
            AlarmMask(.chargeOverCurrent, .internalCommunication), .protection),
        .heardAlarm(
            "alarm_deviating", in: alarms, byte: 3, bit: 7, AlarmMask(.chargeOverCurrent), .warning),
        BankRow("module_count", in: alarms, byte: 4, bits: 8, range: 0...255, .number(.packs)),
        .token("token_p", in: alarms, byte: 5, 0x50),
        .token("token_n", in: alarms, byte: 6, 0x4E),
    ]

    private static let requestRows: [_ of BankRow] = [
        .request("request_full_charge", in: requests, byte: 0, bit: 3, .fullCharge),
        // Sol-Ark and LuxPower number the two the other way round; their places and meanings are the same.
        .request("request_force_charge_2", in: requests, byte: 0, bit: 4, .forceChargeSoon),
        .request("request_force_charge_1", in: requests, byte: 0, bit: 5, .forceCharge),
        .permission("discharge_enable", in: requests, byte: 0, bit: 6, .dischargeEnabled),
        .permission("charge_enable", in: requests, byte: 0, bit: 7, .chargeEnabled),
    ]

    private static let cellRows: [_ of BankRow] = [
        .temperature("max_cell_temperature", in: cells, byte: 0, .highestTemperature),
        .temperature("min_cell_temperature", in: cells, byte: 2, .lowestTemperature),
        .cell("max_cell_voltage", in: cells, byte: 4, .highestCell),
        .cell("min_cell_voltage", in: cells, byte: 6, .lowestCell),
    ]

    private static let cellNumberRows: [_ of BankRow] = [
        .count("max_temperature_id", in: cellNumbers, byte: 0, .highestTemperatureNumber),
        .count("min_temperature_id", in: cellNumbers, byte: 2, .lowestTemperatureNumber),
        .count("max_voltage_cell_id", in: cellNumbers, byte: 4, .highestCellNumber),
        .count("min_voltage_cell_id", in: cellNumbers, byte: 6, .lowestCellNumber),
    ]
}

extension SignalRow {
    /// The row as it stands in those of `dialects` in which it exists.
    func limited(to dialects: UInt8) -> SignalRow {
        var row = self
        row.dialects &= dialects
        return row
    }
}
