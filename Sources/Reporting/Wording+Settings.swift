import BMSDrivers
public import BatteryModel
public import ChargeControl
public import Gateway

// What a BMS is set to, in words.

extension Wording {
    /// What is needed to name what is chosen in a pack.
    struct Choices: Sendable {
        var settings = BMSSettings.none
        var identity: PackIdentity?
    }

    static func choices(_ snapshot: Snapshot) -> [Choices] {
        snapshot.packs.indices.map { index in
            guard case .driver(let driver, _, _) = snapshot.configuration.packs[index].reader else {
                return Choices()
            }
            return Choices(
                settings: driver.settings, identity: snapshot.packs[index].reading.identity?.value)
        }
    }

    /// What a setting is set to, with its unit; of a choice also what it stands for.
    public func setting(_ field: PackField, _ value: Int32, pack: Int) -> String {
        let text = Self.quantity(value, field.unit)
        if field == .batteryType { return Self.chemistry(value) }
        guard choices.indices.contains(pack) else { return text }
        let name = choices[pack].settings.choice(field, value, choices[pack].identity)
        return name.map { "\(text) (\($0))" } ?? text
    }

    /// What a pack is set to and what the configuration says, in a sentence without a full stop.
    public func contradiction(_ found: Contradiction, pack index: Int) -> String {
        let who = pack(index)
        let (theirs, ours) = (
            setting(found.field, found.found, pack: index), setting(found.field, found.wanted, pack: index)
        )
        return switch found.kind {
        case .cellCount: "the BMS of \(who) is set to \(theirs) cells, the configuration says \(ours)"
        case .address: "\(who) answers at address \(ours) and says that its address is \(theirs)"
        case .chemistry: "the BMS of \(who) is set to \(theirs) cells, the configuration says \(ours)"
        case .overVoltageTooLow:
            "the BMS of \(who) stops charging at \(theirs) per cell, the bank is charged to \(ours) per cell"
        case .overVoltageTooHigh:
            "the BMS of \(who) stops charging only at \(theirs) per cell, later than the cells bear (\(ours))"
        case .underVoltageTooHigh:
            "the BMS of \(who) stops discharging at \(theirs) per cell, the bank may be discharged to \(ours) per cell"
        case .capacity: "the BMS of \(who) is set to \(theirs), the configuration says \(ours)"
        case .chargeLimit: "the BMS of \(who) allows \(theirs) of charging, the configuration \(ours)"
        case .dischargeLimit: "the BMS of \(who) allows \(theirs) of discharging, the configuration \(ours)"
        case .chargeOverCurrent:
            "the BMS of \(who) protects itself from \(theirs) of charging on, the configuration allows \(ours)"
        case .dischargeOverCurrent:
            "the BMS of \(who) protects itself from \(theirs) of discharging on, the configuration allows \(ours)"
        case .balanceStart:
            "the BMS of \(who) balances from \(theirs) per cell, the bank is charged to \(ours) per cell"
        case .fullCell:
            "\(who) counts as full at \(theirs) per cell, the bank is charged to \(ours) per cell"
        case .chargeVoltage:
            "the BMS of \(who) would ask for \(theirs) per cell, the bank is charged to \(ours) per cell"
        case .canProtocol: "\(who) is set to CAN protocol \(theirs)\(ownProtocol)"
        case .uartProtocol: "\(who) is set to protocol \(theirs) on its first serial port\(ownProtocol)"
        }
    }

    /// What to do about it, without a full stop.
    public static func remedy(_ kind: Contradiction.Kind) -> String {
        switch kind {
        case .cellCount: "correct 'cells' of the pack, or the number of cells in the BMS"
        case .address: "compare the address switches of the pack with 'address' in the configuration"
        case .chemistry: "correct 'chemistry' in the configuration, or the type of battery in the BMS"
        case .overVoltageTooLow:
            "lower the charge voltage in the configuration, or raise the cell over-voltage protection in the BMS as far as the cells bear"
        case .overVoltageTooHigh: "lower the cell over-voltage protection in the BMS"
        case .underVoltageTooHigh:
            "raise the discharge voltage in the configuration, or lower the cell under-voltage protection in the BMS as far as the cells bear"
        case .capacity: "correct whichever is wrong: the SOC and the share of the current depend on them"
        case .chargeLimit, .dischargeLimit:
            "Busbar stays below the BMS; raise the limit in the BMS if cells, fuses and cables bear it, or lower it in the configuration"
        case .chargeOverCurrent, .dischargeOverCurrent:
            "lower the current of the pack in the configuration below that of the BMS"
        case .balanceStart: "lower the voltage in the BMS, or its cells drift apart"
        case .fullCell: "set it just below the charge voltage, or the SOC of the BMS does not reach 100 %"
        case .chargeVoltage:
            "Busbar does not use it; a BMS that waits at this voltage for a full charge never sees one: set it just below the charge voltage"
        case .canProtocol:
            "leave the CAN port of this pack unconnected: on one bus with an inverter it would be a second battery"
        case .uartProtocol:
            "do not wire that port to an inverter: it would hear this pack alone, beside what Busbar says"
        }
    }

    /// Why a setting is not written, and what to do about it.
    func refusal(_ why: SettingRefusal, _ change: SettingChange?) -> ControlRefusal {
        let name = change.map { "\($0.field.name)" } ?? "the setting"
        let who = change.map { pack($0.pack) } ?? "the pack"
        return switch why {
        case .unknownPack: ControlRefusal("there is no such pack", "there are \(list(packs))")
        case .notWritable:
            ControlRefusal("\(name) cannot be written on \(who)", "there are \(writableNames(change?.pack))")
        case .notAllowed:
            ControlRefusal(
                "the settings of \(who) may not be written",
                "write 'settings_writable: true' in the pack in the configuration, and restart the gateway")
        case .outOfRange(let range):
            ControlRefusal(
                "\(name) cannot be \(Self.quantity(change?.value ?? 0, change?.field.unit ?? .count))",
                "it must be \(Self.quantity(range.lowerBound, change?.field.unit ?? .count)) to \(Self.quantity(range.upperBound, change?.field.unit ?? .count))"
            )
        case .listening:
            ControlRefusal(
                "\(who) is only listened to", "ask through the master of the line, or take it off the line")
        case .notFresh: ControlRefusal("\(who) has not been heard just now", "look with 'busbar status'")
        case .notKnown:
            ControlRefusal("\(who) has not said what \(name) is set to", "look with 'busbar settings'")
        case .alreadySet: ControlRefusal("\(name) of \(who) is set to that already", "nothing is to be done")
        case .busy: ControlRefusal("another setting is being written", "try again in a few seconds")
        case .contradicts(let found):
            ControlRefusal(
                "it would contradict the configuration: \(contradiction(found, pack: change?.pack ?? 0))",
                "change the configuration first")
        }
    }

    /// A write of a setting, as the log and the audit have it.
    public func setting(_ record: SettingRecord) -> String {
        let change = record.change
        let (old, new) = (
            setting(change.field, record.old, pack: change.pack),
            setting(change.field, change.value, pack: change.pack)
        )
        return "\(change.field.name) of \(pack(change.pack)) from \(old) to \(new) by \(record.by): "
            + outcome(record)
    }

    /// What became of a write.
    public func outcome(_ record: SettingRecord) -> String {
        guard let outcome = record.outcome else { return "being written" }
        return switch outcome {
        case .written: "written, confirmed and read back"
        case .writtenUnconfirmed: "written; the BMS did not confirm it, and it was read back"
        case .refused(let code): "refused by the BMS with code \(code), and set as before"
        case .notKept(let found, let wasConfirmed):
            "not set: the BMS \(wasConfirmed ? "confirmed it" : "did not answer"), and says it is set to \(setting(record.change.field, found, pack: record.change.pack))"
        case .unknown: "unknown: it was sent once, and the BMS has not said since what is set"
        case .notSent: "not sent: the line was not free"
        }
    }

    /// The name of an outcome in files.
    public static func outcomeName(_ outcome: SettingRecord.Outcome?) -> String {
        switch outcome {
        case nil: "under_way"
        case .written: "written"
        case .writtenUnconfirmed: "written_unconfirmed"
        case .refused: "refused"
        case .notKept: "not_kept"
        case .unknown: "unknown"
        case .notSent: "not_sent"
        }
    }

    private var ownProtocol: String { profiles.isEmpty ? "" : "; Busbar itself speaks \(list(profiles))" }

    private func writableNames(_ pack: Int?) -> String {
        guard let pack, choices.indices.contains(pack) else { return "none" }
        let settings = choices[pack].settings
        let names = (0..<settings.writableCount).map { "\(settings.writable($0).field.name)" }
        return names.isEmpty ? "none with a proven way to write them" : list(names)
    }

    private func list(_ words: [String]) -> String { words.joined(separator: ", ") }

    private static func chemistry(_ number: Int32) -> String {
        switch number {
        case 0: "LFP"
        case 1: "NMC"
        case 2: "LTO"
        default: "\(number)"
        }
    }
}
