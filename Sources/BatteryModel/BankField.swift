/// A number about the bank that an inverter protocol can carry.
///
/// The same fields serve the battery side, which writes them, and the inverter side, which reads them.
public enum BankField: UInt8, Sendable, Hashable {
    /// CVL: the voltage to charge to.
    case chargeVoltageLimit
    /// CCL: the highest charge current; never negative.
    case chargeCurrentLimit
    /// DCL: the highest discharge current; never negative.
    case dischargeCurrentLimit
    /// DVL: the voltage to discharge to.
    case dischargeVoltageLimit
    /// State of charge.
    case soc
    /// State of health.
    case soh
    /// Voltage of the bank.
    case voltage
    /// Current of the bank; charging is positive.
    case current
    /// Mean cell temperature.
    case temperature
    /// Highest cell of all packs.
    case highestCell
    /// Lowest cell of all packs.
    case lowestCell
    /// Warmest cell sensor of all packs.
    case highestTemperature
    /// Coldest cell sensor of all packs.
    case lowestTemperature
    /// Number of the highest cell, counted from 1.
    case highestCellNumber
    /// Number of the lowest cell, counted from 1.
    case lowestCellNumber
    /// Pack of the highest cell, counted from 1.
    case highestCellPack
    /// Pack of the lowest cell, counted from 1.
    case lowestCellPack
    /// Capacity of the packs in the bank.
    case capacity
    /// Whether charging is permitted.
    case chargeEnabled
    /// Whether discharging is permitted.
    case dischargeEnabled
    /// Whether charging is urgently requested.
    case forceCharge
    /// Whether charging is requested so that the BMS need not switch off.
    case forceChargeSoon
    /// Whether a full charge is requested.
    case fullCharge
    /// Number of packs in the bank.
    case packs
    /// Number of configured packs that are not in the bank.
    case packsOffline
    /// Code of the battery type.
    case batteryType
    /// Code of the protocol or firmware version.
    case version
    /// The inverter's keep-alive, when heard.
    case inverterAlive
    /// What is left of the capacity.
    case remainingCapacity
    /// Full cycles so far, of the pack that has had most.
    case cycles
    /// Cells in series in each pack.
    case cells
    /// The widest distance between the cells of one pack.
    case cellSpread
    /// What flows: 0 nothing, 1 charging, 2 discharging.
    case activity
    /// Number of packs in the bank that cannot be charged.
    case packsBlockingCharge
    /// Number of packs in the bank that cannot be discharged.
    case packsBlockingDischarge
    /// Number of the warmest cell sensor, counted from 1.
    case highestTemperatureNumber
    /// Number of the coldest cell sensor, counted from 1.
    case lowestTemperatureNumber
    /// Pack of the warmest cell sensor, counted from 1.
    case highestTemperaturePack
    /// Pack of the coldest cell sensor, counted from 1.
    case lowestTemperaturePack
    /// The warmest power board.
    case mosfetTemperature
    /// Energy charged so far.
    case energyCharged
    /// Energy drawn so far.
    case energyDischarged
    /// The highest state of charge that a pack in the bank reports; not known unless all of them report one.
    case highestSOC
    /// The lowest state of charge that a pack in the bank reports; not known unless all of them report one.
    case lowestSOC

    /// Number of fields; they are numbered from 0.
    public static let count = 44

    /// The name in files and on the screen.
    public var name: StaticString {
        switch self {
        case .chargeVoltageLimit: "cvl"
        case .chargeCurrentLimit: "ccl"
        case .dischargeCurrentLimit: "dcl"
        case .dischargeVoltageLimit: "dvl"
        case .soc: "soc"
        case .soh: "soh"
        case .voltage: "voltage"
        case .current: "current"
        case .temperature: "temperature"
        case .highestCell: "highest_cell"
        case .lowestCell: "lowest_cell"
        case .highestTemperature: "highest_temperature"
        case .lowestTemperature: "lowest_temperature"
        case .highestCellNumber: "highest_cell_number"
        case .lowestCellNumber: "lowest_cell_number"
        case .highestCellPack: "highest_cell_pack"
        case .lowestCellPack: "lowest_cell_pack"
        case .capacity: "capacity"
        case .chargeEnabled: "charge_enabled"
        case .dischargeEnabled: "discharge_enabled"
        case .forceCharge: "force_charge"
        case .forceChargeSoon: "force_charge_soon"
        case .fullCharge: "full_charge"
        case .packs: "packs"
        case .packsOffline: "packs_offline"
        case .batteryType: "battery_type"
        case .version: "version"
        case .inverterAlive: "inverter_alive"
        case .remainingCapacity: "remaining_capacity"
        case .cycles: "cycles"
        case .cells: "cells"
        case .cellSpread: "cell_spread"
        case .activity: "activity"
        case .packsBlockingCharge: "packs_blocking_charge"
        case .packsBlockingDischarge: "packs_blocking_discharge"
        case .highestTemperatureNumber: "highest_temperature_number"
        case .lowestTemperatureNumber: "lowest_temperature_number"
        case .highestTemperaturePack: "highest_temperature_pack"
        case .lowestTemperaturePack: "lowest_temperature_pack"
        case .mosfetTemperature: "mosfet_temperature"
        case .energyCharged: "energy_charged"
        case .energyDischarged: "energy_discharged"
        case .highestSOC: "highest_soc"
        case .lowestSOC: "lowest_soc"
        }
    }

    /// The unit of the integer.
    public var unit: Unit {
        switch self {
        case .chargeVoltageLimit, .dischargeVoltageLimit, .voltage, .highestCell, .lowestCell, .cellSpread:
            .millivolts
        case .chargeCurrentLimit, .dischargeCurrentLimit, .current:
            .milliamps
        case .soc, .soh, .highestSOC, .lowestSOC:
            .permille
        case .temperature, .highestTemperature, .lowestTemperature, .mosfetTemperature:
            .decicelsius
        case .highestCellNumber, .lowestCellNumber, .highestCellPack, .lowestCellPack, .packs,
            .packsOffline, .cycles, .cells, .packsBlockingCharge, .packsBlockingDischarge,
            .highestTemperatureNumber, .lowestTemperatureNumber, .highestTemperaturePack,
            .lowestTemperaturePack:
            .count
        case .capacity, .remainingCapacity:
            .milliampHours
        case .energyCharged, .energyDischarged:
            .wattHours
        case .chargeEnabled, .dischargeEnabled, .forceCharge, .forceChargeSoon, .fullCharge,
            .inverterAlive:
            .onOff
        case .activity:
            .choice
        case .batteryType, .version:
            .bits
        }
    }
}
