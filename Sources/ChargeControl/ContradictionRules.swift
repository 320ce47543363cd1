import BatteryModel

/// One comparison of what a BMS is set to with the configuration.
struct ContradictionRule: Sendable {
    let evaluate: @Sendable (borrowing SettingsView) -> Contradiction?
}

/// The comparisons of what a BMS is set to with the configuration.
///
/// To add one, write a function and put it into the list, add a case to ``Contradiction/Kind`` and its sentences to
/// `Wording`. What the BMS has not said is compared with nothing.
enum ContradictionRules {
    static let all: [_ of ContradictionRule] = [
        ContradictionRule(evaluate: cellCount),
        ContradictionRule(evaluate: address),
        ContradictionRule(evaluate: chemistry),
        ContradictionRule(evaluate: overVoltageTooLow),
        ContradictionRule(evaluate: overVoltageTooHigh),
        ContradictionRule(evaluate: underVoltageTooHigh),
        ContradictionRule(evaluate: capacity),
        ContradictionRule(evaluate: chargeLimit),
        ContradictionRule(evaluate: dischargeLimit),
        ContradictionRule(evaluate: balanceStart),
        ContradictionRule(evaluate: fullCell),
        ContradictionRule(evaluate: chargeVoltage),
        ContradictionRule(evaluate: canProtocol),
        ContradictionRule(evaluate: uartProtocol),
        ContradictionRule(evaluate: chargeOverCurrent),
        ContradictionRule(evaluate: dischargeOverCurrent),
    ]

    /// So far above the control's absolute maximum a BMS may cut at the latest.
    ///
    /// It is the backup, not the rule. LFP 3.70 V; packs leave the factory with 3.65 V.
    static let overVoltageMarginMillivolts: Int32 = 100

    private static func cellCount(_ view: borrowing SettingsView) -> Contradiction? {
        differs(.cellCount, .configuredCells, view)
    }

    private static func address(_ view: borrowing SettingsView) -> Contradiction? {
        differs(.address, .busAddress, view)
    }

    private static func chemistry(_ view: borrowing SettingsView) -> Contradiction? {
        let wanted = Int32(view.control.chemistry.rawValue)
        guard let found = view.found(.batteryType), (0...2).contains(found), found != wanted else {
            return nil
        }
        return Contradiction(.chemistry, .batteryType, found: found, wanted: wanted)
    }

    /// The BMS would cut while the bank is charged as it should be.
    private static func overVoltageTooLow(_ view: borrowing SettingsView) -> Contradiction? {
        guard let found = protection(.cellOverVoltage, view), let wanted = view.configured(.cellOverVoltage),
            found <= wanted
        else { return nil }
        return Contradiction(.overVoltageTooLow, .cellOverVoltage, found: found, wanted: wanted)
    }

    private static func overVoltageTooHigh(_ view: borrowing SettingsView) -> Contradiction? {
        let highest = view.control.absoluteMaximumCellMillivolts + overVoltageMarginMillivolts
        guard let found = protection(.cellOverVoltage, view), found > highest else { return nil }
        return Contradiction(.overVoltageTooHigh, .cellOverVoltage, found: found, wanted: highest)
    }

    private static func underVoltageTooHigh(_ view: borrowing SettingsView) -> Contradiction? {
        guard let found = protection(.cellUnderVoltage, view),
            let wanted = view.configured(.cellUnderVoltage), found >= wanted
        else { return nil }
        return Contradiction(.underVoltageTooHigh, .cellUnderVoltage, found: found, wanted: wanted)
    }

    /// Makers round; two in a hundred are no contradiction.
    private static func capacity(_ view: borrowing SettingsView) -> Contradiction? {
        guard let found = view.found(.designCapacity), let wanted = view.configured(.designCapacity),
            (Int64(found) - Int64(wanted)).magnitude * 50 > Int64(wanted).magnitude
        else { return nil }
        return Contradiction(.capacity, .designCapacity, found: found, wanted: wanted)
    }

    private static func chargeLimit(_ view: borrowing SettingsView) -> Contradiction? {
        isBelow(.chargeLimit, .chargeLimit, view)
    }

    private static func dischargeLimit(_ view: borrowing SettingsView) -> Contradiction? {
        isBelow(.dischargeLimit, .dischargeLimit, view)
    }

    private static func chargeOverCurrent(_ view: borrowing SettingsView) -> Contradiction? {
        isBelow(.chargeOverCurrent, .chargeOverCurrent, view)
    }

    private static func dischargeOverCurrent(_ view: borrowing SettingsView) -> Contradiction? {
        isBelow(.dischargeOverCurrent, .dischargeOverCurrent, view)
    }

    private static func balanceStart(_ view: borrowing SettingsView) -> Contradiction? {
        isNotReached(.balanceStart, .balanceStart, view)
    }

    /// JK: the SOC jumps to 100 % at this voltage and never where the cells stay below.
    private static func fullCell(_ view: borrowing SettingsView) -> Contradiction? {
        isNotReached(.fullCell, .fullCell, view)
    }

    /// JK with float mode: the pack counts as full after a time at this voltage.
    private static func chargeVoltage(_ view: borrowing SettingsView) -> Contradiction? {
        isNotReached(.chargeVoltage, .requestedChargeCell, view)
    }

    private static func canProtocol(_ view: borrowing SettingsView) -> Contradiction? {
        guard view.speaksCAN, let found = view.found(.canProtocol) else { return nil }
        return Contradiction(.canProtocol, .canProtocol, found: found, wanted: found)
    }

    private static func uartProtocol(_ view: borrowing SettingsView) -> Contradiction? {
        guard view.speaksUART, let found = view.found(.uart1Protocol) else { return nil }
        return Contradiction(.uartProtocol, .uart1Protocol, found: found, wanted: found)
    }

    /// Some BMS report 0, or the whole range, for a protection that is switched off.
    private static func protection(_ field: PackField, _ view: borrowing SettingsView) -> Int32? {
        guard let found = view.found(field), Plausibility.cellMillivolts.contains(found) else { return nil }
        return found
    }

    private static func differs(
        _ kind: Contradiction.Kind, _ field: PackField, _ view: borrowing SettingsView
    ) -> Contradiction? {
        guard let found = view.found(field), let wanted = view.configured(field), found != wanted else {
            return nil
        }
        return Contradiction(kind, field, found: found, wanted: wanted)
    }

    private static func isBelow(
        _ kind: Contradiction.Kind, _ field: PackField, _ view: borrowing SettingsView
    ) -> Contradiction? {
        guard let found = view.found(field), let wanted = view.configured(field), found < wanted else {
            return nil
        }
        return Contradiction(kind, field, found: found, wanted: wanted)
    }

    private static func isNotReached(
        _ kind: Contradiction.Kind, _ field: PackField, _ view: borrowing SettingsView
    ) -> Contradiction? {
        guard let found = view.found(field), let wanted = view.configured(field), found > wanted else {
            return nil
        }
        return Contradiction(kind, field, found: found, wanted: wanted)
    }
}
