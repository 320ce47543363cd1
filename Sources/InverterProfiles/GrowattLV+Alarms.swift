import BatteryModel
import BusCodec

// The alarms of 0x312, what Rev_05 adds, and the cells.

extension GrowattLV {
    /// Hands the rows of 0x312 to `visit`.
    static func visitAlarms(_ container: UInt32?, _ visit: (BankRow) -> Void) {
        guard container == nil || container == 0x312 else { return }
        for index in alarmRows.indices { visit(alarmRows[index]) }
    }

    /// Hands the rows of 0x315 to 0x318, 0x322 and 0x323 to `visit`.
    static func visitNewFrames(_ container: UInt32?, _ visit: (BankRow) -> Void) {
        for index in newRows.indices where container == nil || newRows[index].container == container {
            visit(newRows[index])
        }
        for index in cellRows.indices where container == nil || cellRows[index].container == container {
            visit(cellRows[index])
        }
    }

    // A battery that is too warm in no stated direction is too warm for both.
    private static let chargeHot = AlarmGroup(.chargeOverTemperature, .batteryOverTemperature)
    private static let dischargeHot = AlarmGroup(
        .dischargeOverTemperature, .batteryOverTemperature, .mosfetOverTemperature)
    private static let cellHigh = AlarmGroup(.cellOverVoltage)
    private static let cellLow = AlarmGroup(.cellUnderVoltage)
    private static let moduleHigh = AlarmGroup(.packOverVoltage)
    private static let moduleLow = AlarmGroup(.packUnderVoltage)
    private static let limitsIgnored = AlarmGroup(.limitsIgnored)

    private static let alarmRows: [_ of BankRow] = [
        .alarm("prot_soft_start_fail", in: 0x312, byte: 0, bit: 0, .contactor, .protection),
        .alarm("prot_module_under_voltage", in: 0x312, byte: 0, bit: 1, moduleLow, .protection),
        .alarm("prot_module_over_voltage", in: 0x312, byte: 0, bit: 2, moduleHigh, .protection),
        .alarm("prot_cell_under_voltage", in: 0x312, byte: 0, bit: 3, cellLow, .protection),
        .alarm("prot_cell_over_voltage", in: 0x312, byte: 0, bit: 4, cellHigh, .protection),
        .alarm("prot_short_circuit_discharge", in: 0x312, byte: 0, bit: 5, .shortCircuit, .protection),
        .alarm("prot_charge_over_current", in: 0x312, byte: 0, bit: 6, .chargeCurrent, .protection),
        .alarm("prot_discharge_over_current", in: 0x312, byte: 0, bit: 7, .dischargeCurrent, .protection),
        .reserved("reserved_protection", in: 0x312, byte: 1, bit: 0, bits: 2),
        .alarm("prot_delta_v_fail", in: 0x312, byte: 1, bit: 2, .imbalance, .protection),
        .alarm("prot_system_error", in: 0x312, byte: 1, bit: 3, .systemError, .protection),
        .alarm("prot_under_temp_charge", in: 0x312, byte: 1, bit: 4, .chargeCold, .protection),
        .alarm("prot_under_temp_discharge", in: 0x312, byte: 1, bit: 5, .cold, .protection),
        .alarm("prot_over_temp_charge", in: 0x312, byte: 1, bit: 6, chargeHot, .protection),
        .alarm("prot_over_temp_discharge", in: 0x312, byte: 1, bit: 7, dischargeHot, .protection),
        .reserved("reserved_alarm_0", in: 0x312, byte: 2, bit: 0, bits: 1),
        .alarm("alarm_module_under_voltage", in: 0x312, byte: 2, bit: 1, moduleLow, .warning),
        .alarm("alarm_module_over_voltage", in: 0x312, byte: 2, bit: 2, moduleHigh, .warning),
        .alarm("alarm_cell_under_voltage", in: 0x312, byte: 2, bit: 3, cellLow, .warning),
        .alarm("alarm_cell_over_voltage", in: 0x312, byte: 2, bit: 4, cellHigh, .warning),
        .reserved("reserved_alarm_5", in: 0x312, byte: 2, bit: 5, bits: 1),
        .alarm("alarm_charge_over_current", in: 0x312, byte: 2, bit: 6, .anyChargeCurrent, .warning),
        .alarm("alarm_discharge_over_current", in: 0x312, byte: 2, bit: 7, .anyDischargeCurrent, .warning),
        internalFail(.systemError, dialects: rev04),
        internalFail(.systemError.without(limitsIgnored), dialects: rev05),
        .shown("alarm_pack_before_turn_off", in: 0x312, byte: 3, bit: 1, bits: 1, unit: .onOff),
        .alarm("alarm_delta_v_fail", in: 0x312, byte: 3, bit: 2, .imbalance, .warning),
        .reserved("reserved_alarm_11", in: 0x312, byte: 3, bit: 3, bits: 1),
        .alarm("alarm_under_temp_charge", in: 0x312, byte: 3, bit: 4, .chargeCold, .warning),
        .alarm("alarm_under_temp_discharge", in: 0x312, byte: 3, bit: 5, .cold, .warning),
        .alarm("alarm_over_temp_charge", in: 0x312, byte: 3, bit: 6, chargeHot, .warning),
        .alarm("alarm_over_temp_discharge", in: 0x312, byte: 3, bit: 7, dischargeHot, .warning),
        .count("pack_count", in: 0x312, byte: 4, bits: 8, .packs),
        // The maker's code in Rev_04, flags of power reduction in Rev_05, of which no bit is known.
        .shown("manufacturer_code", in: 0x312, byte: 5, bits: 16, .big, unit: .bits, dialects: rev04),
        .shown("power_reduction", in: 0x312, byte: 5, bits: 16, .big, unit: .bits, dialects: rev05),
        // JK sends 0 here and the number in 0x323, Seplos sends it here.
        .count("cell_count", in: 0x312, byte: 7, bits: 8, .cells, notAvailable: 0, dialects: rev04),
        .reserved("reserved_cell_count", in: 0x312, byte: 7, bits: 8, dialects: rev05),
    ]

    // The flags of 0x323 that say what 0x312 says too are understood and left at 0, as JK leaves them: their names are
    // from a single project.
    private static let newRows: [_ of BankRow] = [
        .count("cell_count", in: 0x323, byte: 0, bits: 8, .cells, notAvailable: 0),
        .reserved("reserved", in: 0x323, byte: 1, bits: 24),
        heard("prot_over_load_charge", byte: 4, bit: 0, .chargeOverCurrent),
        heard("prot_over_load_discharge", byte: 4, bit: 1, .dischargeOverCurrent),
        .shown("fault_external_comm", in: 0x323, byte: 4, bit: 2, bits: 1, unit: .onOff),
        heard("fault_precharge", byte: 4, bit: 3, .dischargeSwitchFault),
        .shown("fault_hardware", in: 0x323, byte: 4, bit: 4, bits: 1, unit: .onOff),
        heard("fault_afe_comm", byte: 4, bit: 5, .internalCommunication),
        heard("fault_cell_lost", byte: 4, bit: 6, .cellCountMismatch),
        heard("fault_current_sampling", byte: 4, bit: 7, .currentSensorFault),
        .shown("fault_main_voltage_sample", in: 0x323, byte: 5, bit: 0, bits: 1, unit: .onOff),
        .shown("fault_load_voltage_sample", in: 0x323, byte: 5, bit: 1, bits: 1, unit: .onOff),
        .shown("fault_eeprom", in: 0x323, byte: 5, bit: 2, bits: 1, unit: .onOff),
        .shown("fault_charge_bus_reverse", in: 0x323, byte: 5, bit: 3, bits: 1, unit: .onOff),
        heard("fault_over_voltage", byte: 5, bit: 4, .packOverVoltage),
        .heardAlarm(
            "fault_over_current", in: 0x323, byte: 5, bit: 5,
            AlarmMask(.chargeOverCurrent, .dischargeOverCurrent), .protection),
        .shown("fault_parallel", in: 0x323, byte: 5, bit: 6, bits: 1, unit: .onOff),
        heard("fault_parallel_voltage_difference", byte: 5, bit: 7, .connectRefused),
        heard("fault_discharge_over_current", byte: 6, bit: 0, .dischargeOverCurrent),
        // Which of the two limits it was is not told apart. A warning, as to every inverter that ignores them.
        .alarm("fault_charge_limit_no_response", in: 0x323, byte: 6, bit: 1, limitsIgnored, .warning),
        .alarm("fault_discharge_limit_no_response", in: 0x323, byte: 6, bit: 2, limitsIgnored, .warning),
        .shown("fault_bus_open", in: 0x323, byte: 6, bit: 3, bits: 1, unit: .onOff),
        .reserved("reserved_fault", in: 0x323, byte: 6, bit: 4, bits: 4),
        heard("warn_over_load_charge", byte: 7, bit: 0, .chargeOverCurrent, .warning),
        heard("warn_over_load_discharge", byte: 7, bit: 1, .dischargeOverCurrent, .warning),
        .shown("warn_parallel_inrush_charge", in: 0x323, byte: 7, bit: 2, bits: 1, unit: .onOff),
        .shown("warn_parallel_inrush_discharge", in: 0x323, byte: 7, bit: 3, bits: 1, unit: .onOff),
        .reserved("reserved_warning", in: 0x323, byte: 7, bit: 4, bits: 4),

        .temperature("max_temperature", in: 0x322, byte: 0, .highestTemperature, .big),
        // JK sends 0 whatever the temperature is.
        BankRow(
            "min_temperature", in: 0x322, byte: 2, bits: 16, .big, signed: true, unit: .decicelsius,
            range: -500...1250, notAvailable: 0, .number(.lowestTemperature)),
        .count(
            "max_temperature_sensor", in: 0x322, byte: 4, bits: 8, .highestTemperatureNumber, notAvailable: 0),
        .count(
            "min_temperature_sensor", in: 0x322, byte: 5, bits: 8, .lowestTemperatureNumber, notAvailable: 0),
        .soc("max_soc", in: 0x322, byte: 6, bits: 8, of: .highestSOC),
        .soc("min_soc", in: 0x322, byte: 7, bits: 8, of: .lowestSOC),
    ]

    private static let cellRows: [_ of BankRow] = [
        cell("cell_1", 0x315, 0), cell("cell_2", 0x315, 2), cell("cell_3", 0x315, 4),
        cell("cell_4", 0x315, 6),
        cell("cell_5", 0x316, 0), cell("cell_6", 0x316, 2), cell("cell_7", 0x316, 4),
        cell("cell_8", 0x316, 6),
        cell("cell_9", 0x317, 0), cell("cell_10", 0x317, 2), cell("cell_11", 0x317, 4),
        cell("cell_12", 0x317, 6), cell("cell_13", 0x318, 0), cell("cell_14", 0x318, 2),
        cell("cell_15", 0x318, 4), cell("cell_16", 0x318, 6),
    ]

    private static func internalFail(_ group: AlarmGroup, dialects: UInt8) -> BankRow {
        BankRow.alarm("alarm_internal_comm_fail", in: 0x312, byte: 3, bit: 0, group, .warning)
            .limited(to: dialects)
    }

    private static func cell(_ name: StaticString, _ container: UInt32, _ byte: UInt16) -> BankRow {
        .shown(name, in: container, byte: byte, bits: 16, .big, unit: .millivolts)
    }

    private static func heard(
        _ name: StaticString, byte: UInt16, bit: UInt8, _ kind: AlarmKind, _ level: AlarmLevel = .protection
    ) -> BankRow {
        .heardAlarm(name, in: 0x323, byte: byte, bit: bit, AlarmMask(kind), level)
    }
}
