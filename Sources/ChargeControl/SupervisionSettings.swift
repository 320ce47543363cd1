public import BatteryModel

/// What is expected of the inverter, and what happens when it does not do it.
public struct SupervisionSettings: Sendable {
    /// What is done about an inverter that does not keep to its limits.
    public enum Action: UInt8, Sendable {
        /// An alarm, nothing else.
        case alarm
        /// CVL is lowered to the voltage of the bank, so that nothing is left to charge to.
        case lowerVoltage
        /// CVL is lowered; if that does not help either, nothing is sent any more until somebody acknowledges.
        case stop
    }

    /// So far beyond a limit the current may be, in thousandths of it (50).
    public var tolerancePermille: Int32 = 50
    /// So far in milliamps, if that is more (2000).
    public var toleranceMilliamps: Int32 = 2_000
    /// Beyond it for so long is an alarm (10 s).
    public var alarmAfter: Interval = .seconds(10)
    /// Beyond it for so long has a consequence (60 s).
    public var actAfter: Interval = .seconds(60)
    /// The consequence.
    public var action = Action.lowerVoltage
    /// So far above CVL the bank may stand, in millivolts (400).
    public var overVoltageMillivolts: Int32 = 400

    /// The defaults.
    public init() {}
}
