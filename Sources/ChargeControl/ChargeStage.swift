public import BatteryModel

/// Where the charge of the bank stands.
public enum ChargeStage: UInt8, Sendable, Hashable {
    /// Not every pack has been heard.
    case start
    /// Being charged to the charge voltage.
    case bulk
    /// At the charge voltage, until the cells have come together.
    case absorption
    /// Full; kept at the float voltage.
    case float
    /// Being charged again after having been full.
    case rebulk
    /// Kept where it is: the state of charge that was asked for is reached.
    case hold
}

/// Where the charge stands, with the times that count.
public struct StageProgress: Sendable, Equatable {
    /// The stage.
    public var stage = ChargeStage.start
    /// How long absorption has lasted.
    public var absorbed = Interval.zero
    /// How long the cells have been together during absorption.
    public var balanced = Interval.zero
    /// Time since the last full charge; since Busbar first ran here if there was none.
    public var sinceFull = Interval.zero
    /// Whether there was one since Busbar first ran here.
    public var hasBeenFull = false
    /// Whether a full charge is overdue.
    public var isFullChargeDue = false
}
