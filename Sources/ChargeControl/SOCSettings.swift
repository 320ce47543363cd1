public import BatteryModel

/// Where the state of charge that the inverter hears comes from.
public struct SOCSettings: Sendable {
    /// What is believed.
    public enum Source: UInt8, Sendable {
        /// What the BMS report, weighted by capacity.
        case bms
        /// Charge counted from the bank's current, anchored at full and empty.
        case counted
        /// What the shunt reports.
        case shunt
    }

    /// What is believed.
    public var source = Source.bms
    /// Part of the charge put in that comes out again, in thousandths (LFP: 990).
    public var chargeEfficiencyPermille: Int32 = 990
    /// What the current sensors of the bank show at rest, in milliamps; taken off before counting.
    public var currentOffsetMilliamps: Int32 = 0
    /// How far the state of charge may move in ten seconds, in thousandths (10).
    public var stepPermillePerTenSeconds: Int32 = 10
    /// How long a cell must be at its floor for the bank to count as empty (60 s).
    public var emptySettle: Interval = .seconds(60)
    /// A BMS whose state of charge stands still while so much of its capacity flows is not believed, in
    /// thousandths (100).
    public var stuckPermille: Int32 = 100

    /// The defaults.
    public init() {}
}
