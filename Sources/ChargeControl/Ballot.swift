public import BatteryModel

/// Every rule that was asked about one limit, in the order in which they were asked.
public struct RuleList: Sendable {
    /// A rule and what it said.
    public struct Entry: Sendable {
        /// The rule.
        public var rule: LimitRule
        /// Its verdict; `nil` where it does not limit.
        public var reason: LimitReason?
    }

    /// The most rules that are kept.
    public static let capacity = 40

    private var entries: InlineArray<40, Entry> = InlineArray(repeating: Entry(rule: .starting, reason: nil))
    /// Number of rules.
    public private(set) var count = 0

    init() {}

    /// Rule number `index`, counted from 0.
    ///
    /// - Precondition: `index` is below ``count``.
    public subscript(index: Int) -> Entry {
        precondition(index < count)
        return entries[index]
    }

    mutating func add(_ rule: LimitRule, _ reason: LimitReason?) {
        guard count < Self.capacity else { return }
        entries[count] = Entry(rule: rule, reason: reason)
        count += 1
    }

    mutating func removeAll() { count = 0 }
}

/// Asks rules for one limit: the smallest verdict wins, and everything that was said is kept.
struct Ballot: Sendable {
    private(set) var limit: Limit
    private(set) var heard = RuleList()

    /// Begins with the operator's maximum, which always has a verdict.
    init(_ reason: LimitReason) {
        limit = Limit(reason)
        heard.add(reason.rule, reason)
    }

    /// Hears a rule that may have nothing to say.
    mutating func hear(_ rule: LimitRule, _ reason: LimitReason?) {
        heard.add(rule, reason)
        if let reason { limit.apply(reason) }
    }

    /// Hears a verdict.
    mutating func hear(_ reason: LimitReason) { hear(reason.rule, reason) }
}
