import BatteryModel
public import ChargeControl

/// What every rule has said in one cycle of the control, in the order in which they were asked.
public struct RuleBook: Sendable {
    /// What the rules said about one pack.
    public struct Pack: Sendable {
        /// About its charge current.
        public let charge: [RuleList.Entry]
        /// About its discharge current.
        public let discharge: [RuleList.Entry]
    }

    /// About CVL.
    public let chargeVoltage: RuleList
    /// About CCL; each pack with its strictest rule.
    public let charge: RuleList
    /// About DCL; each pack with its strictest rule.
    public let discharge: RuleList
    /// About each pack, in the order of the configuration.
    public let packs: [Pack]
}

extension GatewayCore {
    /// What every rule has said in the last cycle; `nil` before the first.
    public mutating func rules() -> RuleBook? {
        guard verdict != nil else { return nil }
        let packs = configuration.packs.indices.map { index in
            RuleBook.Pack(charge: rules(ofPack: index, .charge), discharge: rules(ofPack: index, .discharge))
        }
        return RuleBook(
            chargeVoltage: controller.chargeVoltageRules, charge: controller.currentRules(.charge),
            discharge: controller.currentRules(.discharge), packs: packs)
    }

    private mutating func rules(ofPack index: Int, _ direction: Direction) -> [RuleList.Entry] {
        var entries: [RuleList.Entry] = []
        entries.reserveCapacity(16)
        controller.visitRules(ofPack: index, direction) { entries.append($0) }
        return entries
    }
}
