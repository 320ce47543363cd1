import BatteryModel
import BusCodec

/// Frames of Pylontech low voltage, and of those who add to it, that several profiles have in common.
///
/// Many brands took them over. One that changed a part of a frame takes the other parts from here and adds its own
/// rows; each part can be limited to some dialects. 0x351, 0x355 and 0x356 are ``LowVoltageFrames``, 0x35A is
/// ``AlarmPairs``.
///
/// Sources: PYLON CAN-Bus-protocol low-voltage V1.2; captures of US5000 and JK BMS, see the golden table of
/// ``PylontechLV``; SEPLOS BMS CAN protocol V1.0; PYLON V2 of Sleeper85/esphome-yambms.
enum PylontechFrames {
    /// The identifiers of the frames with flags, and of the one about the battery itself.
    static let alarms: UInt32 = 0x359, requests: UInt32 = 0x35C, info: UInt32 = 0x35F
    /// The identifiers of the frames about single cells.
    static let cells: UInt32 = 0x370, cellNumbers: UInt32 = 0x371

    /// The set of V1.2: limits, state, measured values, and the flags.
    static func visitSet(_ container: UInt32?, _ visit: (BankRow) -> Void) {
        LowVoltageFrames.visitRows(container, visit)
        visitFlags(container, visit)
    }

    /// 0x359 and 0x35C as Pylontech has them.
    static func visitFlags(_ container: UInt32?, _ visit: (BankRow) -> Void) {
        visitAlarmBits(container, visit)
        visitAlarmRest(container, visit)
        visitRequests(container, visit)
        visitRequestRest(container, visit)
    }

    /// The alarm bits in bytes 0 to 3 of 0x359, and the bits that all senders leave blank there.
    static func visitAlarmBits(
        _ container: UInt32?, dialects: UInt8 = .max, _ visit: (BankRow) -> Void
    ) {
        guard container == nil || container == alarms else { return }
        for index in alarmRows.indices { visit(alarmRows[index].limited(to: dialects)) }
    }

    /// The rest of 0x359 as Pylontech has it: bits that only others set, number of packs, "PN".
    ///
    /// The eighth byte, which Pylontech does not send, is not among them.
    static func visitAlarmRest(
        _ container: UInt32?, dialects: UInt8 = .max, _ visit: (BankRow) -> Void
    ) {
        guard container == nil || container == alarms else { return }
        for index in restRows.indices { visit(restRows[index].limited(to: dialects)) }
    }

    /// The requests and permissions in 0x35C.
    static func visitRequests(
        _ container: UInt32?, dialects: UInt8 = .max, _ visit: (BankRow) -> Void
    ) {
        guard container == nil || container == requests else { return }
        for index in requestRows.indices { visit(requestRows[index].limited(to: dialects)) }
    }

    /// What Pylontech leaves blank in 0x35C.
    static func visitRequestRest(
        _ container: UInt32?, dialects: UInt8 = .max, _ visit: (BankRow) -> Void
    ) {
        guard container == nil || container == requests else { return }
        for index in blankRequestRows.indices { visit(blankRequestRows[index].limited(to: dialects)) }
    }

    /// The rows of 0x35F: type, version and capacity of the battery.
    ///
    /// Sources besides: SMA FSS-ConnectingBat-TI-en-10; captures of Pylontech US5000 (`4C 49 01 03 3C 02 AA 00`) and
    /// of a Seplos BMS in its Sofar mode (`00 00 00 01 22 01 00 00`).
    static func visitInfo(_ container: UInt32?, dialects: UInt8 = .max, _ visit: (BankRow) -> Void) {
        guard container == nil || container == info else { return }
        for index in infoRows.indices { visit(infoRows[index].limited(to: dialects)) }
    }

    /// The rows of 0x370 as the Seplos text has them, with temperatures in tenths of a degree.
    static func visitCells(_ container: UInt32?, dialects: UInt8 = .max, _ visit: (BankRow) -> Void) {
        guard container == nil || container == cells else { return }
        for index in temperatureRows.indices { visit(temperatureRows[index].limited(to: dialects)) }
        visitCellVoltages(container, dialects: dialects, visit)
    }

    /// The second half of 0x370, for a profile whose temperatures are not those of the Seplos text.
    static func visitCellVoltages(
        _ container: UInt32?, dialects: UInt8 = .max, _ visit: (BankRow) -> Void
    ) {
        guard container == nil || container == cells else { return }
        for index in cellVoltageRows.indices { visit(cellVoltageRows[index].limited(to: dialects)) }
    }

    /// The rows of 0x371.
    static func visitCellNumbers(
        _ container: UInt32?, dialects: UInt8 = .max, _ visit: (BankRow) -> Void
    ) {
        guard container == nil || container == cellNumbers else { return }
        for index in cellNumberRows.indices { visit(cellNumberRows[index].limited(to: dialects)) }
    }

    /// The rows of 0x372 to 0x379, which come from Victron's profile.
    static func visitModules(_ container: UInt32?, dialects: UInt8 = .max, _ visit: (BankRow) -> Void) {
        for index in moduleRows.indices where container == nil || moduleRows[index].container == container {
            visit(moduleRows[index].limited(to: dialects))
        }
    }

    private static let alarmRows: [_ of BankRow] = [
        .reserved("blank_0_0", in: alarms, byte: 0, bit: 0, bits: 1),
        .alarm("prot_over_voltage", in: alarms, byte: 0, bit: 1, .overVoltage, .protection),
        .alarm("prot_under_voltage", in: alarms, byte: 0, bit: 2, .underVoltage, .protection),
        .alarm("prot_over_temperature", in: alarms, byte: 0, bit: 3, .overTemperature, .protection),
        .alarm("prot_under_temperature", in: alarms, byte: 0, bit: 4, .underTemperature, .protection),
        .reserved("blank_0_5", in: alarms, byte: 0, bit: 5, bits: 2),
        .alarm("prot_discharge_over_current", in: alarms, byte: 0, bit: 7, .anyDischargeCurrent, .protection),
        .alarm("prot_charge_over_current", in: alarms, byte: 1, bit: 0, .anyChargeCurrent, .protection),
        .reserved("blank_1_1", in: alarms, byte: 1, bit: 1, bits: 2),
        .alarm("prot_system_error", in: alarms, byte: 1, bit: 3, .systemError, .protection),
        .reserved("blank_1_5", in: alarms, byte: 1, bit: 5, bits: 2),
        .reserved("blank_2_0", in: alarms, byte: 2, bit: 0, bits: 1),
        .alarm("alarm_high_voltage", in: alarms, byte: 2, bit: 1, .overVoltage, .warning),
        .alarm("alarm_low_voltage", in: alarms, byte: 2, bit: 2, .underVoltage, .warning),
        .alarm("alarm_high_temperature", in: alarms, byte: 2, bit: 3, .overTemperature, .warning),
        .alarm("alarm_low_temperature", in: alarms, byte: 2, bit: 4, .underTemperature, .warning),
        .reserved("blank_2_5", in: alarms, byte: 2, bit: 5, bits: 2),
        .alarm("alarm_discharge_high_current", in: alarms, byte: 2, bit: 7, .anyDischargeCurrent, .warning),
        .alarm("alarm_charge_high_current", in: alarms, byte: 3, bit: 0, .anyChargeCurrent, .warning),
        .reserved("blank_3_1", in: alarms, byte: 3, bit: 1, bits: 2),
        .alarm("alarm_internal_comm_fail", in: alarms, byte: 3, bit: 3, .systemError, .warning),
        .reserved("blank_3_5", in: alarms, byte: 3, bit: 5, bits: 2),
    ]

    private static let restRows: [_ of BankRow] = [
        // Blank in the text. YamBMS: unbalanced cells, here and in 3.4, where Seplos V1.0 has "cell failure".
        .heardAlarm("prot_imbalance", in: alarms, byte: 1, bit: 4, AlarmMask(.imbalance), .protection),
        // YamBMS says charge over-current with 1.7 and 3.7; Battery-Emulator and ArminJo say system error with 1.7.
        .heardAlarm(
            "prot_deviating", in: alarms, byte: 1, bit: 7,
            AlarmMask(.chargeOverCurrent, .internalCommunication), .protection),
        .heardAlarm("alarm_imbalance", in: alarms, byte: 3, bit: 4, AlarmMask(.imbalance), .warning),
        .heardAlarm(
            "alarm_deviating", in: alarms, byte: 3, bit: 7, AlarmMask(.chargeOverCurrent), .warning),
        BankRow("module_count", in: alarms, byte: 4, bits: 8, range: 0...255, .number(.packs)),
        .constant("token_p", in: alarms, byte: 5, bits: 8, 0x50),
        // Pytes sends "PY", YamBMS zeros.
        .constant("token_n", in: alarms, byte: 6, bits: 8, 0x4E),
    ]

    private static let requestRows: [_ of BankRow] = [
        .request("request_full_charge", in: requests, byte: 0, bit: 3, .fullCharge),
        // Sol-Ark and LuxPower number the two the other way round; their places and meanings are the same.
        .request("request_force_charge_2", in: requests, byte: 0, bit: 4, .forceChargeSoon),
        .request("request_force_charge_1", in: requests, byte: 0, bit: 5, .forceCharge),
        .permission("discharge_enable", in: requests, byte: 0, bit: 6, .dischargeEnabled),
        .permission("charge_enable", in: requests, byte: 0, bit: 7, .chargeEnabled),
    ]

    private static let blankRequestRows: [_ of BankRow] = [
        .reserved("blank_0_0", in: requests, byte: 0, bit: 0, bits: 3),
        .reserved("reserved", in: requests, byte: 1, bits: 8),
    ]

    private static let infoRows: [_ of BankRow] = [
        .code("battery_type", in: info, byte: 0, .batteryType),
        .code("version", in: info, byte: 2, .version),
        .ampHours("capacity", in: info, byte: 4),
        .reserved("reserved_manufacturer", in: info, byte: 6, bits: 16),
    ]

    private static let temperatureRows: [_ of BankRow] = [
        .temperature("max_cell_temperature", in: cells, byte: 0, .highestTemperature),
        .temperature("min_cell_temperature", in: cells, byte: 2, .lowestTemperature),
    ]

    private static let cellVoltageRows: [_ of BankRow] = [
        // The Seplos text prints 0.1 °C for these two as well; captures of JK have millivolts.
        .cell("max_cell_voltage", in: cells, byte: 4, .highestCell),
        .cell("min_cell_voltage", in: cells, byte: 6, .lowestCell),
    ]

    private static let cellNumberRows: [_ of BankRow] = [
        .count("max_temperature_id", in: cellNumbers, byte: 0, .highestTemperatureNumber),
        .count("min_temperature_id", in: cellNumbers, byte: 2, .lowestTemperatureNumber),
        .count("max_voltage_cell_id", in: cellNumbers, byte: 4, .highestCellNumber),
        .count("min_voltage_cell_id", in: cellNumbers, byte: 6, .lowestCellNumber),
    ]

    private static let moduleRows: [_ of BankRow] = [
        .count("modules_ok", in: 0x372, byte: 0, .packs),
        .count("modules_blocking_charge", in: 0x372, byte: 2, .packsBlockingCharge),
        .count("modules_blocking_discharge", in: 0x372, byte: 4, .packsBlockingDischarge),
        .count("modules_offline", in: 0x372, byte: 6, .packsOffline),
        .cell("min_cell_voltage", in: 0x373, byte: 0, .lowestCell),
        .cell("max_cell_voltage", in: 0x373, byte: 2, .highestCell),
        .kelvin("min_temperature", in: 0x373, byte: 4, .lowestTemperature),
        .kelvin("max_temperature", in: 0x373, byte: 6, .highestTemperature),
        // Labels such as "2" (YamBMS) or "00::02" (JK); Busbar has no text for them.
        .shownText("min_cell_voltage_id", in: 0x374, byte: 0, characters: 8),
        .shownText("max_cell_voltage_id", in: 0x375, byte: 0, characters: 8),
        .shownText("min_temperature_id", in: 0x376, byte: 0, characters: 8),
        .shownText("max_temperature_id", in: 0x377, byte: 0, characters: 8),
        .ampHours("capacity", in: 0x379, byte: 0),
        // SimpBMS puts its inputs and outputs here.
        .reserved("reserved_zero", in: 0x379, byte: 2, bits: 48),
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
