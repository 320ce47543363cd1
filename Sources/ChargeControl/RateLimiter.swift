import BatteryModel

/// Lets a current limit fall at once and rise late and slowly.
///
/// After a fall it stays down for the hold, then climbs no faster than the ramp. After a fall to zero it stays at
/// zero until the rules allow more than 1.5 % of the maximum, so that it does not flutter around the foot of a
/// curve; or until they have allowed anything at all for ten minutes, for near full a curve allows no more.
///
/// A current that rises lifts the cells that limit it, which undoes the rise. Each time that happens the hold is
/// doubled, so that the limit comes to rest instead of hunting. What goes missing has undone nothing.
struct RateLimiter: Sendable {
    /// What was allowed last.
    private(set) var published: Int32 = 0
    private var fellAt: Instant?
    private var isLatched = false
    /// Since when something has been allowed without a pause.
    private var allowedSince: Instant?
    private var hasRisen = false
    private var hasRisenSinceFall = false
    /// Rises undone one after the other.
    private var undone: Int64 = 0
    private var steppedAt: Instant?

    /// Lowers `limit` to what may be said now.
    mutating func step(
        _ ballot: inout Ballot, maximum: Int32, at now: Instant, _ settings: ControlSettings
    ) {
        // What is missing may have hidden a fall: the hold begins when it is back. At the start there was nothing
        // to fall from.
        let isMissing = ballot.limit.winner.rule == .inputMissing || ballot.limit.winner.rule == .bankLost
        if isMissing, hasRisen { fellAt = now }
        if isMissing { hasRisenSinceFall = false }
        let reason = step(ballot.limit.value, maximum: maximum, at: now, settings)
        ballot.hear(reason?.rule ?? .ramp, reason)
    }

    private mutating func step(
        _ allowed: Int32, maximum: Int32, at now: Instant, _ settings: ControlSettings
    ) -> LimitReason? {
        let before = steppedAt
        steppedAt = now
        if allowed <= published {
            if allowed < published { fall(at: now, settings) }
            if allowed == 0, published > 0 { isLatched = true }
            published = allowed
            if allowed == 0 { allowedSince = nil }
            return nil
        }
        let since = allowedSince ?? now
        allowedSince = since
        let release = Int32(Int64(maximum) * Self.releasePermille / 1_000)
        if isLatched, allowed <= release, now - since < Self.longestLatch {
            return LimitReason(
                .hold, limit: published, input: allowed, inputUnit: .milliamps, rise: .inputAbove(release))
        }
        isLatched = false
        if let fellAt, now - fellAt < hold(settings) {
            return LimitReason(.hold, limit: published, rise: .until(fellAt + hold(settings)))
        }
        climb(to: allowed, since: before ?? now, at: now, settings.rampMilliampsPerSecond)
        return published < allowed
            ? LimitReason(.ramp, limit: published, input: allowed, inputUnit: .milliamps, rise: .rising) : nil
    }

    private func hold(_ settings: ControlSettings) -> Interval { settings.holdAfterFall * (1 << undone) }

    private mutating func fall(at now: Instant, _ settings: ControlSettings) {
        if hasRisenSinceFall, let fellAt {
            let isSoon = now - fellAt < hold(settings) * Self.soonHolds
            undone = isSoon ? min(undone + 1, Self.longestDoublings) : 0
        }
        hasRisenSinceFall = false
        fellAt = now
    }

    private mutating func climb(
        to allowed: Int32, since: Instant, at now: Instant, _ milliampsPerSecond: Int32
    ) {
        // A stalled thread must not be paid back with a jump.
        let elapsed = min(max(now - since, .zero), Self.longestStep)
        let rise = Int64(milliampsPerSecond) * elapsed.microseconds / 1_000_000
        guard rise > 0 else {
            steppedAt = since
            return
        }
        published = Int32(min(Int64(published) + rise, Int64(allowed)))
        hasRisen = true
        hasRisenSinceFall = true
    }

    /// Whether the last fall was to zero, and nothing has released it since.
    var isLatchedAtZero: Bool { isLatched }

    /// Goes on holding at zero after a restart.
    mutating func restore(latched: Bool) { isLatched = latched }

    /// A fall within so many holds of the one before has undone the rise between them.
    private static var soonHolds: Int64 { 3 }
    /// With the hold of 30 s, eight minutes.
    private static var longestDoublings: Int64 { 4 }
    private static var longestLatch: Interval { .seconds(600) }
    private static var releasePermille: Int64 { 15 }
    private static var longestStep: Interval { .seconds(1) }
}
