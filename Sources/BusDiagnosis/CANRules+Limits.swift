import BatteryModel

// Rules about limits and whether they are followed.

extension CANRules {
    /// The inverter charges or discharges with more than it is allowed.
    @Sendable static func limitsIgnored(_ picture: CANPicture) -> [Finding] {
        guard let bank = picture.bank else { return [] }
        let worse = max(bank.overCCL.longest, bank.overDCL.longest)
        guard worse >= longestReaction else { return [] }
        let isCharging = bank.overCCL.longest >= bank.overDCL.longest
        let condition = isCharging ? bank.overCCL : bank.overDCL
        let limit = bank[isCharging ? .chargeCurrentLimit : .dischargeCurrentLimit]
        return [
            Finding(
                FindingTable.limitsIgnored, certainty: 90,
                [
                    Fact(isCharging ? "CCL at last" : "DCL at last", .number(limit?.last ?? 0, .milliamps)),
                    Fact("exceeded for", .interval(condition.longest)),
                    Fact("times", .count(condition.times)),
                ], places: [condition.place])
        ]
    }

    /// An inverter that follows its limits does so within this time.
    private static let longestReaction = Interval.seconds(20)
}
