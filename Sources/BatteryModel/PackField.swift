/// A number that a pack can report.
///
/// A driver's rows say which wire position carries which field; the rest of the system knows only the field.
public enum PackField: UInt8, Sendable, Hashable {
    // MARK: Live values

    /// Voltage across the pack.
    case packVoltage
    /// Current; charging is positive.
    case current
    /// State of charge.
    case soc
    /// State of health.
    case soh
    /// Charge left.
    case remainingCapacity
    /// Charge when full, as the BMS has learned it.
    case fullCapacity
    /// Full cycles so far.
    case cycles
    /// All charge ever turned over.
    case throughput
    /// Mean cell voltage as the BMS reports it.
    case averageCell
    /// Highest minus lowest cell as the BMS reports it.
    case cellSpread
    /// Number of the highest cell as the BMS reports it, counted from 1.
    case highestCellNumber
    /// Number of the lowest cell as the BMS reports it, counted from 1.
    case lowestCellNumber
    /// Cell sensor 1.
    case temperature1
    /// Cell sensor 2.
    case temperature2
    /// Cell sensor 3.
    case temperature3
    /// Cell sensor 4.
    case temperature4
    /// Cell sensor 5.
    case temperature5
    /// Cell sensor 6.
    case temperature6
    /// Cell sensor 7.
    case temperature7
    /// Cell sensor 8.
    case temperature8
    /// The air around the pack; no limit is made from it.
    case ambientTemperature
    /// Power board.
    case mosfetTemperature
    /// Whether the charge MOSFET conducts.
    case chargeSwitch
    /// Whether the discharge MOSFET conducts.
    case dischargeSwitch
    /// Whether precharging is active.
    case prechargeSwitch
    /// 0 off, 1 charging a cell, 2 discharging a cell.
    case balancing
    /// Current of the balancer.
    case balanceCurrent
    /// Whether the heater is on.
    case heater
    /// Current of the heater.
    case heaterCurrent
    /// Whether a charger is detected.
    case chargerPlugged
    /// Whether the limiter between parallel packs is active.
    case parallelLimiter
    /// Bit n: balance lead n + 1 has too much resistance.
    case wireResistanceAlarms
    /// Bit 0 power board, bits 1 to 5 cell sensors 1 to 5.
    case sensorsPresent
    /// The alarm word as the BMS sent it.
    case alarmWord
    /// A second word of alarms as the BMS sent it, in which each has two bits for its level.
    case alarmLevels
    /// Time until this protection is released.
    case dischargeOverCurrentRelease
    /// Time until this protection is released.
    case dischargeShortCircuitRelease
    /// Time until this protection is released.
    case chargeOverCurrentRelease
    /// Time until this protection is released.
    case chargeShortCircuitRelease
    /// Time until this protection is released.
    case underVoltageRelease
    /// Time until this protection is released.
    case overVoltageRelease
    /// Time the emergency switch still holds.
    case emergencyTime
    /// Time since the BMS started.
    case uptime
    /// Time in use over its life.
    case runtime
    /// The BMS's clock, seconds since 2020-01-01 in the time its app has set.
    case clock
    /// Time until it goes to sleep.
    case sleepTime
    /// 0 bulk, 1 absorption, 2 float, as the BMS sees it; informative.
    case chargePhase
    /// 0 LFP, 1 NMC, 2 LTO, as set in the BMS; informative.
    case batteryType
    /// Bit 1 DRY1, bit 2 DRY2; informative.
    case dryContacts
    // MARK: What the BMS allows and is set to

    /// Charge current the BMS allows.
    case chargeLimit
    /// Discharge current the BMS allows.
    case dischargeLimit
    /// Protection: cell too low.
    case cellUnderVoltage
    /// Its release.
    case cellUnderVoltageRelease
    /// Protection: cell too high.
    case cellOverVoltage
    /// Its release.
    case cellOverVoltageRelease
    /// Cell voltage that counts as 100 %.
    case fullCell
    /// Cell voltage that counts as 0 %.
    case emptyCell
    /// Charge voltage the BMS would request, per cell.
    case requestedChargeCell
    /// Float voltage the BMS would request, per cell.
    case requestedFloatCell
    /// Cell voltage at which the BMS switches itself off.
    case powerOffCell
    /// Cell voltage below which the BMS may sleep.
    case sleepCell
    /// Spread at which balancing starts.
    case balanceTrigger
    /// Cell voltage from which balancing is allowed.
    case balanceStart
    /// Highest balance current.
    case balanceCurrentMaximum
    /// Delay of the charge over-current protection.
    case chargeOverCurrentDelay
    /// Its release.
    case chargeOverCurrentReleaseDelay
    /// Delay of the discharge over-current protection.
    case dischargeOverCurrentDelay
    /// Its release.
    case dischargeOverCurrentReleaseDelay
    /// Release of the short-circuit protection.
    case shortCircuitReleaseDelay
    /// Delay of the short-circuit protection.
    case shortCircuitDelay
    /// Protection: too warm to charge.
    case chargeOverTemperature
    /// Its release.
    case chargeOverTemperatureRelease
    /// Protection: too warm to discharge.
    case dischargeOverTemperature
    /// Its release.
    case dischargeOverTemperatureRelease
    /// Protection: too cold to charge.
    case chargeUnderTemperature
    /// Its release.
    case chargeUnderTemperatureRelease
    /// Protection: power board too warm.
    case mosfetOverTemperature
    /// Its release.
    case mosfetOverTemperatureRelease
    /// Number of cells set in the BMS.
    case configuredCells
    /// Whether charging is switched on in the settings.
    case chargeEnabled
    /// Whether discharging is switched on in the settings.
    case dischargeEnabled
    /// Whether the balancer is switched on in the settings.
    case balancerEnabled
    /// Capacity set in the BMS.
    case designCapacity
    /// Address on the bus (DIP switch).
    case busAddress
    /// Duration of precharging.
    case prechargeTime
    /// Switches of the BMS as one word.
    case controlWord
    /// Heater on below this; on old boards the temperature alarm.
    case heaterStart
    /// Heater off above this; on old boards the release of the alarm.
    case heaterStop
    /// Idle time before it sleeps.
    case sleepDelay
    // MARK: What it is and which protocols it speaks

    /// Time since it was made.
    case lifetime
    /// How often it was started.
    case boots
    /// Protocol number selected for UART1.
    case uart1Protocol
    /// Bit n: protocol n can be selected for UART1.
    case uart1Selectable
    /// Protocol number in use on UART2.
    case uart2Protocol
    /// Protocol number selected for CAN.
    case canProtocol
    /// Bit n: protocol n can be selected for CAN.
    case canSelectable
    /// What sounds the buzzer.
    case buzzerTrigger
    /// What closes dry contact 1.
    case dry1Trigger
    /// What closes dry contact 2.
    case dry2Trigger
    /// How long the charge voltage would be requested.
    case requestedChargeTime
    /// How long the float voltage would be requested.
    case requestedFloatTime

    // MARK: What a battery works out by itself and tells instead of single cells

    /// CVL as the battery tells it.
    case chargeVoltageLimit
    /// CCL as the battery tells it; 0 also while it forbids charging.
    case chargeCurrentLimit
    /// DCL as the battery tells it; 0 also while it forbids discharging.
    case dischargeCurrentLimit
    /// The highest of its cells.
    case highestCell
    /// The lowest of its cells.
    case lowestCell

    // MARK: What the BMS is set to and no limit is made from

    /// Protection: charge current too high.
    case chargeOverCurrent
    /// Protection: discharge current too high; positive.
    case dischargeOverCurrent

    /// Number of fields; they are numbered from 0.
    public static let count = 108

    /// The name in files and on the screen.
    public var name: StaticString {
        switch self {
        case .packVoltage: "pack_voltage"
        case .current: "current"
        case .soc: "soc"
        case .soh: "soh"
        case .remainingCapacity: "remaining_capacity"
        case .fullCapacity: "full_capacity"
        case .cycles: "cycles"
        case .throughput: "throughput"
        case .averageCell: "average_cell"
        case .cellSpread: "cell_spread"
        case .highestCellNumber: "highest_cell_number"
        case .lowestCellNumber: "lowest_cell_number"
        case .temperature1: "temperature_1"
        case .temperature2: "temperature_2"
        case .temperature3: "temperature_3"
        case .temperature4: "temperature_4"
        case .temperature5: "temperature_5"
        case .temperature6: "temperature_6"
        case .temperature7: "temperature_7"
        case .temperature8: "temperature_8"
        case .ambientTemperature: "ambient_temperature"
        case .mosfetTemperature: "mosfet_temperature"
        case .chargeSwitch: "charge_switch"
        case .dischargeSwitch: "discharge_switch"
        case .prechargeSwitch: "precharge_switch"
        case .balancing: "balancing"
        case .balanceCurrent: "balance_current"
        case .heater: "heater"
        case .heaterCurrent: "heater_current"
        case .chargerPlugged: "charger_plugged"
        case .parallelLimiter: "parallel_limiter"
        case .wireResistanceAlarms: "wire_resistance_alarms"
        case .sensorsPresent: "sensors_present"
        case .alarmWord: "alarm_word"
        case .alarmLevels: "alarm_levels"
        case .dischargeOverCurrentRelease: "discharge_over_current_release"
        case .dischargeShortCircuitRelease: "discharge_short_circuit_release"
        case .chargeOverCurrentRelease: "charge_over_current_release"
        case .chargeShortCircuitRelease: "charge_short_circuit_release"
        case .underVoltageRelease: "under_voltage_release"
        case .overVoltageRelease: "over_voltage_release"
        case .emergencyTime: "emergency_time"
        case .uptime: "uptime"
        case .runtime: "runtime"
        case .clock: "clock"
        case .sleepTime: "sleep_time"
        case .chargePhase: "charge_phase"
        case .batteryType: "battery_type"
        case .dryContacts: "dry_contacts"
        case .chargeLimit: "charge_limit"
        case .dischargeLimit: "discharge_limit"
        case .cellUnderVoltage: "cell_under_voltage"
        case .cellUnderVoltageRelease: "cell_under_voltage_release"
        case .cellOverVoltage: "cell_over_voltage"
        case .cellOverVoltageRelease: "cell_over_voltage_release"
        case .fullCell: "full_cell"
        case .emptyCell: "empty_cell"
        case .requestedChargeCell: "requested_charge_cell"
        case .requestedFloatCell: "requested_float_cell"
        case .powerOffCell: "power_off_cell"
        case .sleepCell: "sleep_cell"
        case .balanceTrigger: "balance_trigger"
        case .balanceStart: "balance_start"
        case .balanceCurrentMaximum: "balance_current_maximum"
        case .chargeOverCurrentDelay: "charge_over_current_delay"
        case .chargeOverCurrentReleaseDelay: "charge_over_current_release_delay"
        case .dischargeOverCurrentDelay: "discharge_over_current_delay"
        case .dischargeOverCurrentReleaseDelay: "discharge_over_current_release_delay"
        case .shortCircuitReleaseDelay: "short_circuit_release_delay"
        case .shortCircuitDelay: "short_circuit_delay"
        case .chargeOverTemperature: "charge_over_temperature"
        case .chargeOverTemperatureRelease: "charge_over_temperature_release"
        case .dischargeOverTemperature: "discharge_over_temperature"
        case .dischargeOverTemperatureRelease: "discharge_over_temperature_release"
        case .chargeUnderTemperature: "charge_under_temperature"
        case .chargeUnderTemperatureRelease: "charge_under_temperature_release"
        case .mosfetOverTemperature: "mosfet_over_temperature"
        case .mosfetOverTemperatureRelease: "mosfet_over_temperature_release"
        case .configuredCells: "configured_cells"
        case .chargeEnabled: "charge_enabled"
        case .dischargeEnabled: "discharge_enabled"
        case .balancerEnabled: "balancer_enabled"
        case .designCapacity: "design_capacity"
        case .busAddress: "bus_address"
        case .prechargeTime: "precharge_time"
        case .controlWord: "control_word"
        case .heaterStart: "heater_start"
        case .heaterStop: "heater_stop"
        case .sleepDelay: "sleep_delay"
        case .lifetime: "lifetime"
        case .boots: "boots"
        case .uart1Protocol: "uart1_protocol"
        case .uart1Selectable: "uart1_selectable"
        case .uart2Protocol: "uart2_protocol"
        case .canProtocol: "can_protocol"
        case .canSelectable: "can_selectable"
        case .buzzerTrigger: "buzzer_trigger"
        case .dry1Trigger: "dry1_trigger"
        case .dry2Trigger: "dry2_trigger"
        case .requestedChargeTime: "requested_charge_time"
        case .requestedFloatTime: "requested_float_time"
        case .chargeVoltageLimit: "charge_voltage_limit"
        case .chargeCurrentLimit: "charge_current_limit"
        case .dischargeCurrentLimit: "discharge_current_limit"
        case .highestCell: "highest_cell"
        case .lowestCell: "lowest_cell"
        case .chargeOverCurrent: "charge_over_current"
        case .dischargeOverCurrent: "discharge_over_current"
        }
    }

    /// The unit of the integer.
    public var unit: Unit {
        switch self {
        case .packVoltage, .averageCell, .cellSpread, .cellUnderVoltage, .cellUnderVoltageRelease,
            .cellOverVoltage, .cellOverVoltageRelease, .fullCell, .emptyCell, .requestedChargeCell,
            .requestedFloatCell, .powerOffCell, .sleepCell, .balanceTrigger, .balanceStart,
            .chargeVoltageLimit, .highestCell, .lowestCell:
            .millivolts
        case .current, .balanceCurrent, .heaterCurrent, .chargeLimit, .dischargeLimit,
            .balanceCurrentMaximum, .chargeCurrentLimit, .dischargeCurrentLimit, .chargeOverCurrent,
            .dischargeOverCurrent:
            .milliamps
        case .soc, .soh:
            .permille
        case .remainingCapacity, .fullCapacity, .throughput, .designCapacity:
            .milliampHours
        case .cycles, .highestCellNumber, .lowestCellNumber, .configuredCells, .busAddress, .boots:
            .count
        case .temperature1, .temperature2, .temperature3, .temperature4, .temperature5, .temperature6,
            .temperature7, .temperature8, .ambientTemperature, .mosfetTemperature,
            .chargeOverTemperature, .chargeOverTemperatureRelease, .dischargeOverTemperature,
            .dischargeOverTemperatureRelease, .chargeUnderTemperature, .chargeUnderTemperatureRelease,
            .mosfetOverTemperature, .mosfetOverTemperatureRelease, .heaterStart, .heaterStop:
            .decicelsius
        case .chargeSwitch, .dischargeSwitch, .prechargeSwitch, .heater, .chargerPlugged, .parallelLimiter,
            .chargeEnabled, .dischargeEnabled, .balancerEnabled:
            .onOff
        case .balancing, .chargePhase, .batteryType, .uart1Protocol, .uart2Protocol, .canProtocol,
            .buzzerTrigger, .dry1Trigger, .dry2Trigger:
            .choice
        case .wireResistanceAlarms, .sensorsPresent, .alarmWord, .alarmLevels, .dryContacts, .controlWord,
            .uart1Selectable, .canSelectable:
            .bits
        case .dischargeOverCurrentRelease, .dischargeShortCircuitRelease, .chargeOverCurrentRelease,
            .chargeShortCircuitRelease, .underVoltageRelease, .overVoltageRelease, .emergencyTime,
            .runtime, .clock, .sleepTime, .chargeOverCurrentDelay, .chargeOverCurrentReleaseDelay,
            .dischargeOverCurrentDelay, .dischargeOverCurrentReleaseDelay, .shortCircuitReleaseDelay,
            .prechargeTime, .lifetime:
            .seconds
        case .uptime:
            .deciseconds
        case .shortCircuitDelay:
            .microseconds
        case .sleepDelay:
            .hours
        case .requestedChargeTime, .requestedFloatTime:
            .minutes
        }
    }
}
