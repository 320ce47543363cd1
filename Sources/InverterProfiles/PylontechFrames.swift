import BatteryModel
import BusCodec

/// Frames of Pylontech low voltage, and of those who add to it, that several profiles have in common.
///
/// 0x351, 0x355 and 0x356 are ``LowVoltageFrames``, 0x35A is ``AlarmPairs``.
///
/// Sources: PYLON CAN-Bus-protocol low-voltage V1.2; captures of US5000 and JK BMS, see the golden table of
/// ``PylontechLV``; SEPLOS BMS CAN protocol V1.0; PYLON V2 of Sleeper85/esphome-yambms.
enum PylontechFrames {
    /// The rows of 0x359, whose eighth byte is not one of them, and of 0x35C.
    static func visitFlags(_ container: UInt32?, _ visit: (BankRow) -> Void) {
        for index in flagRows.indices where container == nil || flagRows[index].container == container {
            visit(flagRows[index])
        }
    }

    /// The rows of 0x35F.
    static func visitInfo(_ container: UInt32?, _ visit: (BankRow) -> Void) {
        guard container == nil || container == 0x35F else { return }
        for index in infoRows.indices { visit(infoRows[index]) }
    }

    /// The rows of 0x370 as the Seplos text has them, with temperatures in tenths of a degree.
    static func visitExtremes(_ container: UInt32?, _ visit: (BankRow) -> Void) {
        guard container == nil || container == 0x370 else { return }
        for index in extremeRows.indices { visit(extremeRows[index]) }
    }

    /// The rows of 0x371.
    static func visitNumbers(_ container: UInt32?, _ visit: (BankRow) -> Void) {
        guard container == nil || container == 0x371 else { return }
        for index in numberRows.indices { visit(numberRows[index]) }
    }

    /// The rows of 0x372 to 0x379, which come from Victron's profile.
    static func visitModules(_ container: UInt32?, _ visit: (BankRow) -> Void) {
        for index in moduleRows.indices where container == nil || moduleRows[index].container == container {
            visit(moduleRows[index])
        }
    }

    private static let flagRows: [_ of BankRow] = [
        .reserved("blank_0_0", in: 0x359, byte: 0, bit: 0, bits: 1),
        .alarm("prot_over_voltage", in: 0x359, byte: 0, bit: 1, .overVoltage, .protection),
        .alarm("prot_under_voltage", in: 0x359, byte: 0, bit: 2, .underVoltage, .protection),
        .alarm("prot_over_temperature", in: 0x359, byte: 0, bit: 3, .overTemperature, .protection),
        .alarm("prot_under_temperature", in: 0x359, byte: 0, bit: 4, .underTemperature, .protection),
        .reserved("blank_0_5", in: 0x359, byte: 0, bit: 5, bits: 2),
        .alarm("prot_discharge_over_current", in: 0x359, byte: 0, bit: 7, .anyDischargeCurrent, .protection),
        .alarm("prot_charge_over_current", in: 0x359, byte: 1, bit: 0, .anyChargeCurrent, .protection),
        .reserved("blank_1_1", in: 0x359, byte: 1, bit: 1, bits: 2),
        .alarm("prot_system_error", in: 0x359, byte: 1, bit: 3, .systemError, .protection),
        // Blank in the text. YamBMS: unbalanced cells, here and in 3.4, where Seplos V1.0 has "cell failure".
        .heardAlarm("prot_imbalance", in: 0x359, byte: 1, bit: 4, AlarmMask(.imbalance), .protection),
        .reserved("blank_1_5", in: 0x359, byte: 1, bit: 5, bits: 2),
        // YamBMS says charge over-current with 1.7 and 3.7; Battery-Emulator and ArminJo say system error with 1.7.
        .heardAlarm(
            "prot_deviating", in: 0x359, byte: 1, bit: 7,
            AlarmMask(.chargeOverCurrent, .internalCommunication), .protection),
        .reserved("blank_2_0", in: 0x359, byte: 2, bit: 0, bits: 1),
        .alarm("alarm_high_voltage", in: 0x359, byte: 2, bit: 1, .overVoltage, .warning),
        .alarm("alarm_low_voltage", in: 0x359, byte: 2, bit: 2, .underVoltage, .warning),
        .alarm("alarm_high_temperature", in: 0x359, byte: 2, bit: 3, .overTemperature, .warning),
        .alarm("alarm_low_temperature", in: 0x359, byte: 2, bit: 4, .underTemperature, .warning),
        .reserved("blank_2_5", in: 0x359, byte: 2, bit: 5, bits: 2),
        .alarm("alarm_discharge_high_current", in: 0x359, byte: 2, bit: 7, .anyDischargeCurrent, .warning),
        .alarm("alarm_charge_high_current", in: 0x359, byte: 3, bit: 0, .anyChargeCurrent, .warning),
        .reserved("blank_3_1", in: 0x359, byte: 3, bit: 1, bits: 2),
        .alarm("alarm_internal_comm_fail", in: 0x359, byte: 3, bit: 3, .systemError, .warning),
        .heardAlarm("alarm_imbalance", in: 0x359, byte: 3, bit: 4, AlarmMask(.imbalance), .warning),
        .reserved("blank_3_5", in: 0x359, byte: 3, bit: 5, bits: 2),
        .heardAlarm(
            "alarm_deviating", in: 0x359, byte: 3, bit: 7, AlarmMask(.chargeOverCurrent), .warning),
        BankRow("module_count", in: 0x359, byte: 4, bits: 8, range: 0...255, .number(.packs)),
        .token("token_p", in: 0x359, byte: 5, 0x50),
        // Pytes sends "PY", YamBMS zeros.
        .token("token_n", in: 0x359, byte: 6, 0x4E),

        .reserved("blank_0_0", in: 0x35C, byte: 0, bit: 0, bits: 3),
        .request("request_full_charge", in: 0x35C, byte: 0, bit: 3, .fullCharge),
        .request("request_force_charge_2", in: 0x35C, byte: 0, bit: 4, .forceChargeSoon),
        .request("request_force_charge_1", in: 0x35C, byte: 0, bit: 5, .forceCharge),
        .permission("discharge_enable", in: 0x35C, byte: 0, bit: 6, .dischargeEnabled),
        .permission("charge_enable", in: 0x35C, byte: 0, bit: 7, .chargeEnabled),
        .reserved("reserved", in: 0x35C, byte: 1, bits: 8),
    ]

    private static let infoRows: [_ of BankRow] = [
        .code("battery_type", in: 0x35F, byte: 0, .batteryType),
        .code("version", in: 0x35F, byte: 2, .version),
        .ampHours("capacity", in: 0x35F, byte: 4),
        .reserved("reserved_manufacturer", in: 0x35F, byte: 6, bits: 16),
    ]

    private static let extremeRows: [_ of BankRow] = [
        .temperature("max_cell_temperature", in: 0x370, byte: 0, .highestTemperature),
        .temperature("min_cell_temperature", in: 0x370, byte: 2, .lowestTemperature),
        // The Seplos text prints 0.1 °C for these two as well; captures of JK have millivolts.
        .cell("max_cell_voltage", in: 0x370, byte: 4, .highestCell),
        .cell("min_cell_voltage", in: 0x370, byte: 6, .lowestCell),
    ]

    private static let numberRows: [_ of BankRow] = [
        .count("max_temperature_id", in: 0x371, byte: 0, .highestTemperatureNumber),
        .count("min_temperature_id", in: 0x371, byte: 2, .lowestTemperatureNumber),
        .count("max_voltage_cell_id", in: 0x371, byte: 4, .highestCellNumber),
        .count("min_voltage_cell_id", in: 0x371, byte: 6, .lowestCellNumber),
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
