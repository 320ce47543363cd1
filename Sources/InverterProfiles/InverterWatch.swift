public import BatteryModel

/// Keeps track of the inverter's sign of life.
public struct InverterWatch: Sendable {
    /// When it was last heard; `nil` if never.
    public private(set) var last: Instant?
    /// How often it was heard.
    public private(set) var count: UInt64 = 0

    /// Frames heard in the last full second and in the running one.
    private var lastSecond: Int32 = 0
    private var thisSecond: Int32 = 0
    private var second: Int64 = 0

    /// Nothing heard yet.
    public init() {}

    /// Notes a sign of life.
    public mutating func heard(at now: Instant) {
        advance(to: now)
        last = now
        count += 1
        thisSecond += 1
    }

    /// How long ago it was heard; `nil` if never.
    public func age(at now: Instant) -> Interval? {
        last.map { max(now - $0, .zero) }
    }

    /// Tells whether the inverter counts as silent: never heard, or not within the rule's time.
    public func isSilent(at now: Instant, _ rule: KeepAlive) -> Bool {
        guard let age = age(at: now) else { return true }
        return age > rule.timeout
    }

    /// Number of signs of life in the last full second before `now`.
    public func framesPerSecond(at now: Instant) -> Int32 {
        var copy = self
        copy.advance(to: now)
        return copy.lastSecond
    }

    private mutating func advance(to now: Instant) {
        let current = now.nanoseconds / 1_000_000_000
        guard current != second else { return }
        lastSecond = current == second + 1 ? thisSecond : 0
        thisSecond = 0
        second = current
    }
}
