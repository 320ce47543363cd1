import BatteryModel
import Gateway

// Which inverter is meant, where there are several.

extension Wording {
    /// What an inverter is called beside others: its protocol and the operator's name for its link, on which no other
    /// inverter is.
    static func name(_ inverter: Snapshot.Inverter) -> String { "\(inverter.profile) on \(inverter.bus)" }

    /// The inverter that somebody else was last heard to speak to as a battery; `nil` if none.
    static func overspoken(_ inverters: [Snapshot.Inverter]) -> Int? {
        inverters.indices.filter { inverters[$0].otherTalkerAgo != nil }
            .min { inverters[$0].otherTalkerAgo ?? .zero < inverters[$1].otherTalkerAgo ?? .zero }
    }

    /// An inverter by its name; one that is alone needs none.
    func inverter(_ index: Int, alone: String = "the inverter") -> String {
        guard inverters.count > 1 else { return alone }
        return "inverter " + (inverters.indices.contains(index) ? inverters[index] : "\(index + 1)")
    }

    /// To whom, where it could be another.
    func toInverter(_ index: Int) -> String { inverters.count > 1 ? " to \(inverter(index))" : "" }

    /// An alarm in words that name the inverter it is about.
    ///
    /// Of limits and voltages that are ignored only the sum over all inverters is known.
    ///
    /// - Parameters:
    ///   - kind: The alarm.
    ///   - inverter: Whose it is; `nil` if it is not about one, or nobody knows about which.
    /// - Returns: The words; with one inverter the same as without its number.
    func alarm(_ kind: AlarmKind, inverter: Int? = nil) -> String {
        guard inverters.count > 1 else { return Self.alarm(kind) }
        let name = inverter.map { self.inverter($0) } ?? "an inverter"
        return switch kind {
        case .inverterSilent: "\(name) silent"
        case .inverterLinkDown: "link to \(name) down"
        case .linkPoor: "many frames to \(name) fail"
        case .notRepresentable: "a frame to \(name) is withheld: a value is not known or does not fit"
        case .secondBattery: "a second battery speaks to \(name)"
        case .limitsIgnored: "the inverters together do not keep to their limits"
        case .voltageIgnored: "the bank stands above the voltage the inverters were told"
        default: Self.alarm(kind)
        }
    }
}
