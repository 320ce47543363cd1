import BatteryModel
public import BusCodec

/// Frame 0x35A of the 0x35x family: two bits for each alarm (bytes 0…3) and each warning (bytes 4…7).
///
/// Of each pair the lower bit says "raised", the upper one "not raised"; 0 and 3 say nothing. A condition that is
/// not present is sent as 2, so that a missed edge cannot leave an alarm standing.
///
/// Sources: SMA FSS-ConnectingBat-TI-en-10; BYD LVS captures against Venus OS (`AA AA …`, and `10` in byte 0 raises
/// "low battery voltage"); CRC-checked captures of JK and Seplos.
public enum AlarmPairs {
    /// The identifier of the frame.
    public static let identifier: UInt32 = 0x35A

    /// Hands the pairs to `visit` if they stand in `container`, or if that is `nil`.
    public static func visitRows(_ container: UInt32?, _ visit: (BankRow) -> Void) {
        guard container == nil || container == identifier else { return }
        for index in rows.indices { visit(rows[index]) }
    }

    private static let rows: [_ of BankRow] = [
        pair("alarm_general", 0, 0, .general, .protection),
        pair("alarm_battery_high_voltage", 0, 2, .overVoltage, .protection),
        pair("alarm_battery_low_voltage", 0, 4, .underVoltage, .protection),
        pair("alarm_battery_high_temperature", 0, 6, .hot, .protection),
        pair("alarm_battery_low_temperature", 1, 0, .cold, .protection),
        pair("alarm_battery_high_temperature_charge", 1, 2, .chargeHot, .protection),
        pair("alarm_battery_low_temperature_charge", 1, 4, .chargeCold, .protection),
        pair("alarm_battery_high_current", 1, 6, .dischargeCurrent, .protection),
        pair("alarm_battery_high_charge_current", 2, 0, .chargeCurrent, .protection),
        pair("alarm_contactor", 2, 2, .contactor, .protection),
        pair("alarm_short_circuit", 2, 4, .shortCircuit, .protection),
        pair("alarm_bms_internal", 2, 6, .bmsInternal, .protection),
        pair("alarm_cell_imbalance", 3, 0, .imbalance, .protection),
        pair("warning_general", 4, 0, .general, .warning),
        pair("warning_battery_high_voltage", 4, 2, .overVoltage, .warning),
        pair("warning_battery_low_voltage", 4, 4, .underVoltage, .warning),
        pair("warning_battery_high_temperature", 4, 6, .hot, .warning),
        pair("warning_battery_low_temperature", 5, 0, .cold, .warning),
        pair("warning_battery_high_temperature_charge", 5, 2, .chargeHot, .warning),
        pair("warning_battery_low_temperature_charge", 5, 4, .chargeCold, .warning),
        pair("warning_battery_high_current", 5, 6, .dischargeCurrent, .warning),
        pair("warning_battery_high_charge_current", 6, 0, .chargeCurrent, .warning),
        pair("warning_contactor", 6, 2, .contactor, .warning),
        pair("warning_short_circuit", 6, 4, .shortCircuit, .warning),
        pair("warning_bms_internal", 6, 6, .bmsInternal, .warning),
        pair("warning_cell_imbalance", 7, 0, .imbalance, .warning),
    ]

    /// Hands the bits that no text gives a meaning to `visit`: what is left of bytes 3 and 7.
    ///
    /// The pair at bit 2 of byte 7 is not among them: Victron's is the state of the system.
    static func visitRest(_ container: UInt32?, _ visit: (BankRow) -> Void) {
        guard container == nil || container == identifier else { return }
        visit(.reserved("alarm_reserved", in: identifier, byte: 3, bit: 2, bits: 6))
        visit(.reserved("warning_reserved", in: identifier, byte: 7, bit: 4, bits: 4))
    }

    private static func pair(
        _ name: StaticString, _ byte: UInt16, _ bit: UInt8, _ group: AlarmGroup, _ level: AlarmLevel
    ) -> BankRow {
        BankRow(
            name, in: identifier, byte: byte, bit: bit, bits: 2, unit: .choice,
            .alarmPair(group.said(at: level), level))
    }
}
