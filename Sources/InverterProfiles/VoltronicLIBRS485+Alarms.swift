import BatteryModel
import BusCodec

// The alarm registers 0037 to 003C, and the states of modules and cells.

extension VoltronicLIBRS485 {
    /// Hands the rows of 0037 to 003C to `visit`.
    static func visitAlarms(_ container: UInt32?, _ visit: (BankRow) -> Void) {
        guard container == nil || container == 0x30 else { return }
        for index in alarmRows.indices { visit(alarmRows[index]) }
    }

    /// Hands the rows of 0060 to 0069 to `visit`.
    static func visitStates(_ container: UInt32?, _ visit: (BankRow) -> Void) {
        guard container == nil || container == 0x40 else { return }
        for index in states.indices {
            visit(
                .shown(
                    states[index].name, in: 0x40, byte: (states[index].register - 0x40) * 2, bits: 16,
                    unit: .bits))
        }
    }

    // A battery that is too warm in no stated direction is too warm for both.
    private static let chargeHot = AlarmGroup(.chargeOverTemperature, .batteryOverTemperature)
    private static let dischargeHot = AlarmGroup(.dischargeOverTemperature, .batteryOverTemperature)
    private static let mosfetHot = AlarmGroup(.mosfetOverTemperature)
    private static let chargeShort = AlarmGroup(.chargeShortCircuit)
    private static let dischargeShort = AlarmGroup(.dischargeShortCircuit)
    private static let chargeSwitch = AlarmGroup(.chargeSwitchFault)
    private static let dischargeSwitch = AlarmGroup(.dischargeSwitchFault)

    private static let alarmRows: [_ of BankRow] = [
        .reserved("reserved_37", in: 0x30, byte: 14, bit: 7, bits: 12),
        .alarm("warn_charge_over_current", in: 0x30, byte: 15, bit: 3, .anyChargeCurrent, .warning),
        .alarm("warn_charge_cold", in: 0x30, byte: 15, bit: 2, .chargeCold, .warning),
        .alarm("warn_cell_over_voltage", in: 0x30, byte: 15, bit: 1, .overVoltage, .warning),
        .alarm("warn_charge_hot", in: 0x30, byte: 15, bit: 0, chargeHot, .warning),

        .reserved("reserved_38", in: 0x30, byte: 16, bit: 7, bits: 12),
        .alarm("warn_cell_under_voltage", in: 0x30, byte: 17, bit: 3, .underVoltage, .warning),
        .alarm("warn_mosfet_hot", in: 0x30, byte: 17, bit: 2, mosfetHot, .warning),
        .alarm("warn_discharge_cold", in: 0x30, byte: 17, bit: 1, .cold, .warning),
        .alarm("warn_discharge_hot", in: 0x30, byte: 17, bit: 0, dischargeHot, .warning),

        heard("charge_over_current_2", byte: 18, bit: 7, .chargeOverCurrent),
        .reserved("reserved_39", in: 0x30, byte: 18, bit: 6, bits: 1),
        .shown("charge_can_id_incomplete", in: 0x30, byte: 18, bit: 5, bits: 1, unit: .onOff),
        heard("charge_cell_over_voltage_2", byte: 18, bit: 4, .cellOverVoltage),
        .alarm("prot_charge_over_current", in: 0x30, byte: 18, bit: 3, .chargeCurrent, .protection),
        .alarm("prot_cell_over_voltage", in: 0x30, byte: 18, bit: 2, .overVoltage, .protection),
        .alarm("prot_charge_cold", in: 0x30, byte: 18, bit: 1, .chargeCold, .protection),
        .alarm("prot_charge_hot", in: 0x30, byte: 18, bit: 0, chargeHot, .protection),
        heard("safety_under_voltage", byte: 19, bit: 7, .cellUnderVoltage),
        .alarm("prot_charge_mosfet_hot", in: 0x30, byte: 19, bit: 6, mosfetHot, .protection),
        heard("charge_afe_short_circuit", byte: 19, bit: 5, .dischargeShortCircuit),
        heard("charge_afe_discharge_over_current", byte: 19, bit: 4, .dischargeOverCurrent),
        heard("charge_afe_charge_over_current", byte: 19, bit: 3, .chargeOverCurrent),
        .alarm("prot_charge_afe_link", in: 0x30, byte: 19, bit: 2, .bmsInternal, .protection),
        .alarm("prot_charge_driver", in: 0x30, byte: 19, bit: 1, chargeSwitch, .protection),
        .shown("charge_in_system", in: 0x30, byte: 19, bit: 0, bits: 1, unit: .onOff),

        .reserved("reserved_3a", in: 0x30, byte: 20, bit: 7, bits: 12),
        .shown("charge_can_id_error", in: 0x30, byte: 21, bit: 3, bits: 1, unit: .onOff),
        .alarm("prot_charge_short_circuit", in: 0x30, byte: 21, bit: 2, chargeShort, .protection),
        .shown("charge_low_voltage_shutdown", in: 0x30, byte: 21, bit: 1, bits: 1, unit: .onOff),
        .shown("charge_shutdown_command", in: 0x30, byte: 21, bit: 0, bits: 1, unit: .onOff),

        .shown("discharge_low_voltage_shutdown", in: 0x30, byte: 22, bit: 7, bits: 1, unit: .onOff),
        .alarm("prot_discharge_hot", in: 0x30, byte: 22, bit: 6, dischargeHot, .protection),
        .alarm("prot_discharge_cold", in: 0x30, byte: 22, bit: 5, .cold, .protection),
        .alarm("prot_discharge_over_current", in: 0x30, byte: 22, bit: 4, .dischargeCurrent, .protection),
        .alarm("prot_cell_under_voltage", in: 0x30, byte: 22, bit: 3, .underVoltage, .protection),
        .alarm("prot_discharge_mosfet_hot", in: 0x30, byte: 22, bit: 2, mosfetHot, .protection),
        .reserved("reserved_3b_high", in: 0x30, byte: 22, bit: 1, bits: 3),
        .shown("discharge_can_id_error", in: 0x30, byte: 23, bit: 6, bits: 1, unit: .onOff),
        .reserved("reserved_3b_low", in: 0x30, byte: 23, bit: 5, bits: 1),
        heard("discharge_afe_short_circuit", byte: 23, bit: 4, .dischargeShortCircuit),
        heard("discharge_afe_discharge_over_current", byte: 23, bit: 3, .dischargeOverCurrent),
        heard("discharge_afe_charge_over_current", byte: 23, bit: 2, .chargeOverCurrent),
        .alarm("prot_discharge_driver", in: 0x30, byte: 23, bit: 1, dischargeSwitch, .protection),
        .shown("discharge_in_system", in: 0x30, byte: 23, bit: 0, bits: 1, unit: .onOff),

        .reserved("reserved_3c_high", in: 0x30, byte: 24, bit: 7, bits: 2),
        .shown("discharge_can_id_incomplete", in: 0x30, byte: 24, bit: 5, bits: 1, unit: .onOff),
        .reserved("reserved_3c_middle", in: 0x30, byte: 24, bit: 4, bits: 6),
        .shown("discharge_shutdown_command", in: 0x30, byte: 25, bit: 6, bits: 1, unit: .onOff),
        heard("discharge_hot_2", byte: 25, bit: 5, .dischargeOverTemperature),
        heard("discharge_cell_over_voltage_2", byte: 25, bit: 4, .cellOverVoltage),
        .reserved("reserved_3c_low", in: 0x30, byte: 25, bit: 3, bits: 1),
        heard("discharge_over_current_2", byte: 25, bit: 2, .dischargeOverCurrent),
        .alarm("prot_discharge_short_circuit", in: 0x30, byte: 25, bit: 1, dischargeShort, .protection),
        .alarm("prot_discharge_afe_link", in: 0x30, byte: 25, bit: 0, .bmsInternal, .protection),
    ]

    private static func heard(
        _ name: StaticString, byte: UInt16, bit: UInt8, _ kind: AlarmKind
    ) -> BankRow {
        .heardAlarm(name, in: 0x30, byte: byte, bit: bit, AlarmMask(kind), .protection)
    }

    /// The states of the bank as a module and of its cells, with the kinds that make each too high and too low.
    private static let states:
        [10 of (name: StaticString, register: UInt16, over: AlarmMask, under: AlarmMask)] = [
            ("state_module_charge_voltage", 0x60, AlarmMask(.packOverVoltage), AlarmMask()),
            ("state_module_discharge_voltage", 0x61, AlarmMask(), AlarmMask(.packUnderVoltage)),
            ("state_cell_charge_voltage", 0x62, AlarmMask(.cellOverVoltage), AlarmMask()),
            ("state_cell_discharge_voltage", 0x63, AlarmMask(), AlarmMask(.cellUnderVoltage)),
            ("state_module_charge_current", 0x64, AlarmGroup.anyChargeCurrent.kinds, AlarmMask()),
            ("state_module_discharge_current", 0x65, AlarmGroup.anyDischargeCurrent.kinds, AlarmMask()),
            ("state_module_charge_temperature", 0x66, chargeHot.kinds, AlarmGroup.chargeCold.kinds),
            ("state_module_discharge_temperature", 0x67, dischargeHot.kinds, AlarmGroup.cold.kinds),
            ("state_cell_charge_temperature", 0x68, chargeHot.kinds, AlarmGroup.chargeCold.kinds),
            ("state_cell_discharge_temperature", 0x69, dischargeHot.kinds, AlarmGroup.cold.kinds),
        ]

    /// Writes the states that are asked for: 1 too low, 2 too high.
    static func completeStates(
        _ question: SerialFrame, _ bank: borrowing BankReading, _ payload: inout SerialPayload
    ) throws(SignalError) {
        for index in states.indices {
            guard let place = question.place(of: Int(states[index].register)) else { continue }
            let stands = try bank.needAlarms().protections
            let isHigh = stands.intersects(states[index].over)
            payload.set(big: isHigh ? 2 : stands.intersects(states[index].under) ? 1 : 0, at: place)
        }
    }
}
