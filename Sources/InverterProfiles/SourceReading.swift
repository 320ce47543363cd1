public import BatteryModel

// What a battery tells an inverter, as the reading of a pack.

extension PackReading {
    /// Takes over what a battery has told about itself, each value with its instant; the rest stays not reported.
    ///
    /// A permission that the battery withdraws makes its limit 0. It is no open switch: a current through its
    /// neighbours would go on flowing through it.
    public init(telling bank: borrowing BankReading) {
        self.init()
        for index in Self.sameValues.indices {
            let row = Self.sameValues[index]
            self[row.pack] = bank[row.bank]
        }
        self[.chargeCurrentLimit] = Self.permitted(bank[.chargeCurrentLimit], bank[.chargeEnabled])
        self[.dischargeCurrentLimit] = Self.permitted(bank[.dischargeCurrentLimit], bank[.dischargeEnabled])
        alarms = bank.alarms
    }

    /// A limit with the permission that goes with it: 0 without it, and as old as the older of the two.
    private static func permitted(_ limit: Reading<Int32>?, _ permission: Reading<Int32>?) -> Reading<Int32>?
    {
        guard let limit, let permission else { return limit }
        return Reading(permission.value == 0 ? 0 : limit.value, at: min(limit.at, permission.at))
    }

    /// What a field of the bank says about the pack.
    private struct Row {
        var bank: BankField
        var pack: PackField
    }

    private static let sameValues: [_ of Row] = [
        Row(bank: .voltage, pack: .packVoltage), Row(bank: .current, pack: .current),
        Row(bank: .soc, pack: .soc), Row(bank: .soh, pack: .soh),
        Row(bank: .chargeVoltageLimit, pack: .chargeVoltageLimit),
        Row(bank: .remainingCapacity, pack: .remainingCapacity), Row(bank: .capacity, pack: .fullCapacity),
        Row(bank: .cycles, pack: .cycles), Row(bank: .cells, pack: .configuredCells),
        Row(bank: .highestCell, pack: .highestCell), Row(bank: .lowestCell, pack: .lowestCell),
        Row(bank: .highestCellNumber, pack: .highestCellNumber),
        Row(bank: .lowestCellNumber, pack: .lowestCellNumber), Row(bank: .cellSpread, pack: .cellSpread),
        // The warmest and the coldest are enough: rules look at the worse end.
        Row(bank: .highestTemperature, pack: .temperature1),
        Row(bank: .lowestTemperature, pack: .temperature2), Row(bank: .temperature, pack: .temperature3),
        Row(bank: .mosfetTemperature, pack: .mosfetTemperature),
    ]
}
