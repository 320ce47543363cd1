public import BatteryModel

/// A clock that stands still until a test moves it.
public struct ManualClock: Sendable {
    /// The present instant.
    public private(set) var now: Instant

    /// A clock that shows `now`.
    public init(_ now: Instant = Instant(nanoseconds: 1_000_000_000_000)) { self.now = now }

    /// Moves the clock and returns the new instant.
    @discardableResult
    public mutating func advance(by interval: Interval) -> Instant {
        now = now + interval
        return now
    }
}
