import BatteryModel
import BusCodec

/// The bits of 0x359 as DY has them: protections in bytes 0 to 3, warnings in 4 and 5, faults of the system in
/// 6.
///
/// V3.3 evaluates only the important ones: all of byte 3 and 6, bits 0, 1 and 4 to 7 of byte 0, bits 2 to 5 of
/// byte 1, bits 2 and 7 of byte 2, bits 6 and 7 of byte 5. What would be lost that way raises one of those as
/// well.
///
/// Source: PCS CAN-Bus-protocol-DY-low-voltage V3.3.
extension DeyeLV {
    /// Hands the bits to `visit` if they stand in `container`, or if that is `nil`.
    static func visitAlarmsOfDY(_ container: UInt32?, _ visit: (BankRow) -> Void) {
        guard container == nil || container == faults else { return }
        for index in protections.indices { visit(protections[index].limited(to: dy)) }
        for index in warnings.indices { visit(warnings[index].limited(to: dy)) }
    }

    private static let faults = PylontechFrames.alarms

    private static let chargeHot = AlarmGroup(.chargeOverTemperature, .batteryOverTemperature)
    private static let dischargeHot = AlarmGroup(.dischargeOverTemperature, .batteryOverTemperature)
    private static let mosfetHot = AlarmGroup(.mosfetOverTemperature)
    private static let internalFault = AlarmGroup(
        .internalCommunication, .currentSensorFault, .cellCountMismatch, .parallelLimiterFault
    ).with(.general)

    private static let protections: [_ of BankRow] = [
        // The two bits of the modules are not evaluated any more.
        protection("prot_cell_over_voltage", 0, 0, .overVoltage),
        protection("prot_cell_under_voltage", 0, 1, .underVoltage),
        protection("prot_module_over_voltage", 0, 2, AlarmGroup(.packOverVoltage)),
        protection("prot_module_under_voltage", 0, 3, AlarmGroup(.packUnderVoltage)),
        protection("prot_charge_over_current", 0, 4, .anyChargeCurrent),
        protection("prot_discharge_over_current", 0, 5, .anyDischargeCurrent),
        protection("prot_cell_over_temp_charge", 0, 6, chargeHot),
        protection("prot_cell_under_temp_charge", 0, 7, .chargeCold),
        protection("prot_cell_over_temp_discharge", 1, 0, dischargeHot),
        protection("prot_cell_under_temp_discharge", 1, 1, .cold),
        protection("prot_cell_voltage_difference", 1, 2, .imbalance),
        unsaid("prot_cell_temp_difference", 1, 3),
        protection("prot_mos_over_temp", 1, 4, mosfetHot),
        unsaid("prot_heating_film_over_temp", 1, 5),
        // What the measuring chip (AFE) found by itself: the bank has no word for who found it.
        heard("prot_afe_ocd1", 1, 6, AlarmMask(.dischargeOverCurrent)),
        heard("prot_afe_ocd2", 1, 7, AlarmMask(.dischargeOverCurrent)),
        heard("prot_afe_uv", 2, 0, AlarmMask(.cellUnderVoltage)),
        heard("prot_afe_ov", 2, 1, AlarmMask(.cellOverVoltage)),
        heard("prot_afe_ocdl_ocd1_ocd2", 2, 2, AlarmMask(.dischargeOverCurrent)),
        heard("prot_afe_occ", 2, 3, AlarmMask(.chargeOverCurrent)),
        protection("prot_afe_scd", 2, 4, AlarmGroup(.dischargeShortCircuit)),
        heard("prot_afe_ut", 2, 5, AlarmMask(.chargeUnderTemperature, .dischargeUnderTemperature)),
        heard("prot_afe_ot", 2, 6, AlarmMask(.batteryOverTemperature)),
        heard("prot_afe_scdl", 2, 7, AlarmMask(.dischargeShortCircuit)),
        heard("prot_afe_comm_fail", 3, 0, AlarmMask(.internalCommunication)),
        heard("prot_cell_voltage_sampling_fail", 3, 1, AlarmMask(.internalCommunication)),
        protection("prot_temp_sampling_fail", 3, 2, AlarmGroup(.temperatureSensorFault)),
        protection("prot_mosfet_short", 3, 3, .contactor),
        unsaid("prot_eeprom_error", 3, 4),
        protection("prot_internal_comm_fail", 3, 5, internalFault),
        protection("prot_pcs_comm_fail", 3, 6, AlarmGroup(.inverterSilent, .inverterLinkDown)),
        // One decoder (Psynosaur) has this in bit 3; the text has bit 7.
        protection("prot_master_address_repeat", 3, 7, AlarmGroup(.secondBattery)),
        unsaid("system_connector_over_temp", 6, 0),
        heard("system_precharge_failed", 6, 1, AlarmMask(.dischargeSwitchFault)),
        unsaid("system_charge_inversed", 6, 2),
        unsaid("system_terminal_over_temp", 6, 3),
        unsaid("system_fuse_blown", 6, 4),
        protection("system_voltage_open_wire", 6, 5, AlarmGroup(.wireResistance)),
        heard("system_temp_open_wire", 6, 6, AlarmMask(.temperatureSensorFault)),
        unsaid("system_charge_voltage_low", 6, 7),
    ]

    private static let warnings: [_ of BankRow] = [
        warning("alarm_cell_high_voltage", 0, .overVoltage),
        warning("alarm_cell_low_voltage", 1, .underVoltage),
        warning("alarm_module_high_voltage", 2, AlarmGroup(.packOverVoltage)),
        warning("alarm_module_low_voltage", 3, AlarmGroup(.packUnderVoltage)),
        warning("alarm_charge_high_current", 4, .anyChargeCurrent),
        warning("alarm_discharge_high_current", 5, .anyDischargeCurrent),
        warning("alarm_cell_high_temp_charge", 6, chargeHot),
        warning("alarm_cell_low_temp_charge", 7, .chargeCold),
        warning("alarm_cell_high_temp_discharge", 8, dischargeHot),
        warning("alarm_cell_low_temp_discharge", 9, .cold),
        warning("alarm_cell_voltage_difference", 10, .imbalance),
        unsaid("alarm_cell_temp_difference", 5, 3),
        warning("alarm_mos_high_temp", 12, mosfetHot),
        unsaid("alarm_heating_film_high_temp", 5, 5),
        unsaid("alarm_heat_mos_adhesion", 5, 6),
        unsaid("alarm_heating_error", 5, 7),
        .reserved("reserved_faults", in: faults, byte: 7, bits: 8),
    ]

    private static func protection(
        _ name: StaticString, _ byte: UInt16, _ bit: UInt8, _ group: AlarmGroup
    ) -> BankRow {
        .alarm(name, in: faults, byte: byte, bit: bit, group, .protection)
    }

    /// A warning; its bit is counted from byte 4.
    private static func warning(_ name: StaticString, _ bit: UInt8, _ group: AlarmGroup) -> BankRow {
        .alarm(name, in: faults, byte: 4 + UInt16(bit / 8), bit: bit % 8, group, .warning)
    }

    private static func heard(
        _ name: StaticString, _ byte: UInt16, _ bit: UInt8, _ kinds: AlarmMask
    ) -> BankRow {
        .heardAlarm(name, in: faults, byte: byte, bit: bit, kinds, .protection)
    }

    /// A fault that the bank has no word for.
    private static func unsaid(_ name: StaticString, _ byte: UInt16, _ bit: UInt8) -> BankRow {
        .shown(name, in: faults, byte: byte, bit: bit, bits: 1, unit: .onOff)
    }
}
