public import BatteryModel

extension Wording {
    /// An alarm in words.
    public static func alarm(_ kind: AlarmKind) -> String {
        alarmRows[kind]?.words ?? "unknown alarm"
    }

    /// The name of an alarm in files.
    public static func alarmName(_ kind: AlarmKind) -> String {
        alarmRows[kind]?.name ?? "unknown"
    }

    /// The kinds that stand at a level, by their names in files.
    public static func alarmNames(_ mask: AlarmMask) -> [String] {
        kinds(mask).map(alarmName)
    }

    /// The kinds in a mask.
    public static func kinds(_ mask: AlarmMask) -> [AlarmKind] {
        (0..<UInt8(AlarmKind.count)).compactMap(AlarmKind.init(rawValue:)).filter(mask.contains)
    }

    /// Kinds that are about the inverter and its bus: shown to people, told to no inverter.
    static let aboutInverter = AlarmMask(.inverterSilent, .inverterLinkDown)
        .union(AlarmMask(.linkPoor, .notRepresentable))

    /// Kinds that a protocol has no bit for, in words.
    static func hidden(_ kinds: AlarmMask) -> String {
        let every = AlarmMask(bits: 1 << UInt64(AlarmKind.count) - 1).subtracting(aboutInverter)
        if kinds.isEmpty { return "none" }
        return kinds == every ? "all of them" : self.kinds(kinds).map(alarm).joined(separator: ", ")
    }

    private static let alarmRows: [AlarmKind: (name: String, words: String)] = [
        .cellOverVoltage: ("cell_over_voltage", "cell over-voltage"),
        .cellUnderVoltage: ("cell_under_voltage", "cell under-voltage"),
        .packOverVoltage: ("pack_over_voltage", "pack over-voltage"),
        .packUnderVoltage: ("pack_under_voltage", "pack under-voltage"),
        .chargeOverCurrent: ("charge_over_current", "charge over-current"),
        .dischargeOverCurrent: ("discharge_over_current", "discharge over-current"),
        .chargeShortCircuit: ("charge_short_circuit", "short circuit while charging"),
        .dischargeShortCircuit: ("discharge_short_circuit", "short circuit while discharging"),
        .chargeOverTemperature: ("charge_over_temperature", "too warm to charge"),
        .chargeUnderTemperature: ("charge_under_temperature", "too cold to charge"),
        .dischargeOverTemperature: ("discharge_over_temperature", "too warm to discharge"),
        .dischargeUnderTemperature: ("discharge_under_temperature", "too cold to discharge"),
        .batteryOverTemperature: ("battery_over_temperature", "battery too warm"),
        .mosfetOverTemperature: ("mosfet_over_temperature", "MOSFETs too warm"),
        .cellCountMismatch: ("cell_count_mismatch", "number of cells is not as configured"),
        .currentSensorFault: ("current_sensor_fault", "current sensor fault"),
        .temperatureSensorFault: ("temperature_sensor_fault", "temperature sensor fault"),
        .internalCommunication: ("internal_communication", "communication inside the BMS"),
        .chargeSwitchFault: ("charge_switch_fault", "charge switch fault"),
        .dischargeSwitchFault: ("discharge_switch_fault", "discharge switch fault"),
        .wireResistance: ("wire_resistance", "balance lead resistance"),
        .parallelLimiterFault: ("parallel_limiter_fault", "parallel limiter fault"),
        .imbalance: ("imbalance", "cells lie too far apart"),
        .positionLost: ("position_lost", "positioning module lost"),
        .undocumented: ("undocumented", "undocumented alarm bit"),
        .packStale: ("pack_stale", "last reading is old"),
        .packLost: ("pack_lost", "pack lost"),
        .bankLost: ("bank_lost", "no pack can be relied on"),
        .implausible: ("implausible", "a value is doubted"),
        .inputMissing: ("input_missing", "a value that a rule needs is missing"),
        .connectRefused: ("connect_refused", "pack voltages too far apart"),
        .firmwareUnknown: ("firmware_unknown", "firmware not among the proven ones"),
        .settingsMismatch: ("settings_mismatch", "BMS settings contradict the configuration"),
        .inverterSilent: ("inverter_silent", "inverter silent"),
        .inverterLinkDown: ("inverter_link_down", "link to the inverter down"),
        .notRepresentable: ("not_representable", "a frame is withheld: a value is not known or does not fit"),
        .limitsIgnored: ("limits_ignored", "the inverter does not keep to its limits"),
        .voltageIgnored: ("voltage_ignored", "the bank stands above the voltage the inverter was told"),
        .secondBattery: ("second_battery", "a second battery speaks to the inverter"),
        .linkPoor: ("link_poor", "many frames to the inverter fail"),
        .socStuck: ("soc_stuck", "the BMS reports the same SOC although charge flows"),
        .shuntLost: ("shunt_lost", "shunt not heard"),
        .memoryDamaged: ("memory_damaged", "what was remembered over the restart is damaged"),
    ]
}
