public import BatteryModel
public import ChargeControl

// Words for rules that do not limit, and for the state of charge.

extension Wording {
    /// What a rule looks at.
    public static func rule(_ rule: LimitRule) -> String { ruleRows[rule] ?? "\(rule)" }

    private static let ruleRows: [LimitRule: String] = [
        .bankMaximum: "configured maximum of the bank",
        .packMaximum: "configured maximum of the pack",
        .bmsLimit: "setting of the BMS",
        .toldLimit: "limit that the battery tells",
        .switchOpen: "switch of the BMS",
        .highestCell: "highest cell",
        .lowestCell: "lowest cell",
        .absoluteMaximumCell: "absolute maximum of a cell",
        .cellTemperature: "cell temperature",
        .mosfetTemperature: "MOSFET temperature",
        .protection: "protection of the BMS",
        .bankVoltage: "voltage of the bank",
        .inputMissing: "missing value",
        .stale: "age of the reading",
        .packLost: "lost pack",
        .bankLost: "lost bank",
        .starting: "start",
        .connectRefused: "voltages of the packs",
        .hold: "hold after a fall",
        .ramp: "ramp",
        .stopping: "stopping",
        .cellCount: "number of cells",
        .nearProtection: "distance to the protections of the BMS",
        .soc: "state of charge of the pack",
        .imbalance: "distance between the cells",
        .packOverCurrent: "current of the pack",
        .stage: "stage of the charge",
        .overshoot: "cells above the charge voltage",
        .floatSettling: "way down to float",
        .socTarget: "wanted state of charge",
        .chargeBy: "charge by a time of day",
        .operatorPause: "pause by the operator",
        .operatorCap: "cap by the operator",
        .limitsIgnored: "supervision of the inverter",
        .secondBattery: "second battery on the bus",
        .protocolMaximum: "what the inverter's protocol can say",
    ]

    /// What holds the state of charge where it is, and what has to change.
    public static func bound(_ soc: SOCVerdict) -> (reason: String, movesWhen: String) {
        let (source, says, tells) =
            switch soc.source {
            case .bms: ("the packs", "say", "tell")
            case .counted: ("the counted charge", "says", "tells")
            case .shunt: ("the shunt", "says", "tells")
            }
        return switch soc.bound {
        case .source: ("it is what \(source) \(says)", "that changes")
        case .full: ("a full charge was completed", "1 % has been drawn")
        case .empty: ("a cell is at its floor", "no cell is at its floor any more")
        case .notFullYet:
            ("full according to \(source), but absorption has not been completed", "absorption is completed")
        case .notEmptyYet: ("empty according to \(source), but no cell is at its floor", "a cell is at it")
        case .slewing: ("on its way to what \(source) \(tells)", "time passes")
        case .unknown: ("nobody can say", "every pack in the bank reports its own")
        }
    }
}
