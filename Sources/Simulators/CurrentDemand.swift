public import BatteryModel

/// The current that sun and loads ask of the battery; charging is positive.
public enum CurrentDemand: Sendable, Hashable {
    /// Always the same.
    case constant(milliamps: Int32)
    /// Up and down like sun and night: charging for half the period, discharging for the other.
    case sine(peakMilliamps: Int32, period: Interval)

    /// What is asked for a time after the beginning.
    public func milliamps(after elapsed: Interval) -> Int32 {
        switch self {
        case .constant(let milliamps): return milliamps
        case .sine(let peak, let period):
            guard period > .zero else { return 0 }
            let phase = Double(elapsed.nanoseconds % period.nanoseconds) / Double(period.nanoseconds)
            return Int32((Double(peak) * Self.sine(ofTurns: phase)).rounded())
        }
    }

    /// The sine of a part of a turn, right to two thousandths (Bhaskara's approximation).
    private static func sine(ofTurns turns: Double) -> Double {
        let isLower = turns >= 0.5
        let half = isLower ? turns - 0.5 : turns
        let product = half * (0.5 - half)
        let value = 4 * product / (0.3125 - product)
        return isLower ? -value : value
    }
}
