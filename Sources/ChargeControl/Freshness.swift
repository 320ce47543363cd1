import BatteryModel

/// How far a pack's newest complete reading has come down the ladder.
public enum Freshness: UInt8, Sendable, Comparable {
    /// Young enough for everything.
    case fresh
    /// Old: the pack's limits may fall but not rise.
    case stale
    /// So old that the pack has left the bank.
    case lost
    /// There has never been a complete reading.
    case unheard

    /// Tells whether `lhs` is better than `rhs`.
    public static func < (lhs: Freshness, rhs: Freshness) -> Bool { lhs.rawValue < rhs.rawValue }

    /// Whether the pack counts as part of the bank.
    public var isInBank: Bool { self <= .stale }

    /// The step of the ladder for a reading completed at `completedAt`.
    ///
    /// On a slow line a reading is fresh for twice the line's own cycle, but never for more than
    /// ``longestFresh``.
    static func of(
        _ completedAt: Instant?, at now: Instant, cycle: Interval?, _ settings: ControlSettings
    ) -> Freshness {
        guard let completedAt else { return .unheard }
        let age = now - completedAt
        let freshFor = min(max(settings.freshFor, (cycle ?? .zero) * 2), longestFresh)
        // A reading from the future is a contradiction, not a fresh one.
        if age < .zero { return .lost }
        if age > settings.lostAfter { return .lost }
        return age <= freshFor ? .fresh : .stale
    }

    /// The bound of `fresh`, whatever the line's cycle.
    static let longestFresh = Interval.seconds(10)
}
