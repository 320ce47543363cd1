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

    /// The sine of a part of a turn.
    private static func sine(ofTurns turns: Double) -> Double {
        let isLower = turns >= 0.5
        let value = sineOfHalfTurns(isLower ? 2 * turns - 1 : 2 * turns)
        return isLower ? -value : value
    }
}

/// The sine of a part of half a turn, 0 at 0 and 1 and highest between, right to two thousandths (Bhaskara).
func sineOfHalfTurns(_ part: Double) -> Double {
    let product = part * (1 - part)
    return 16 * product / (5 - 4 * product)
}
