public import BatteryModel

/// How the bank is charged: when it counts as full, what happens then, and when it is charged again.
public struct StageSettings: Sendable {
    /// Float voltage per cell, in millivolts (LFP: 3375).
    public var floatMillivoltsPerCell: Int32
    /// So far under the charge voltage, per cell, the bank counts as being at it (5 mV).
    ///
    /// Chargers regulate a little low, and many protocols carry tenths of a volt.
    public var absorptionTolerancePerCellMillivolts: Int32 = 5
    /// Cells this close together have been absorbed, in millivolts (10).
    public var absorptionSpreadMillivolts: Int32 = 10
    /// How long the cells must have been that close (15 min).
    public var absorptionTime: Interval = .seconds(900)
    /// How long absorption lasts while cells stay apart, unless a BMS is balancing (30 min).
    public var absorptionPatience: Interval = .seconds(1_800)
    /// How long it lasts at most, balancing or not (4 h).
    public var absorptionLongest: Interval = .seconds(14_400)
    /// Below this state of charge the bank is charged again, in thousandths (800).
    public var rebulkSOCPermille: Int32 = 800
    /// From this spread of the cells on it is charged again, in millivolts (80).
    public var rebulkSpreadMillivolts: Int32 = 80
    /// With the highest cell at or below this it is charged again, in millivolts (LFP: 3300).
    public var rebulkCellMillivolts: Int32
    /// How long a voltage must ask for charging again; a load must not start it (60 s).
    public var rebulkSettle: Interval = .seconds(60)
    /// So long after the last full charge the bank is charged fully again (14 days).
    public var fullChargeEvery: Interval = .seconds(14 * 86_400)
    /// Whether the inverter is asked for an overdue full charge, from the grid if need be (no).
    public var requestsFullCharge = false
    /// How fast CVL may rise, and fall to float, in microvolts of the bank per second (1 mV/s).
    public var voltageRampMicrovoltsPerSecond: Int32 = 1_000
    /// How long CVL stays down after a fall (60 s).
    public var voltageHold: Interval = .seconds(60)
    /// The state of charge to stop at, in thousandths; `nil` charges fully.
    public var socTargetPermille: Int32?
    /// So far below the target charging begins again, in thousandths (50).
    public var socTargetHysteresisPermille: Int32 = 50
    /// A state of charge wanted at a time of day; `nil` for none.
    public var chargeBy: ChargeBy?

    init(floatMillivoltsPerCell: Int32, rebulkCellMillivolts: Int32) {
        self.floatMillivoltsPerCell = floatMillivoltsPerCell
        self.rebulkCellMillivolts = rebulkCellMillivolts
    }
}

/// A state of charge wanted at a time of day.
///
/// Until then the charge current is no higher than needed; if even the full current would come too late, the
/// inverter is asked to charge.
public struct ChargeBy: Sendable, Hashable {
    /// The state of charge wanted, in thousandths.
    public var socPermille: Int32
    /// When, in minutes after local midnight, 0…1439.
    public var minuteOfDay: Int32

    /// Makes a wish.
    public init(socPermille: Int32, minuteOfDay: Int32) {
        self.socPermille = socPermille
        self.minuteOfDay = minuteOfDay
    }
}
