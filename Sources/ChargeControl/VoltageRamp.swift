import BatteryModel

/// Lets CVL fall at once and come back late and slowly.
///
/// What is said while the bank is lost does not count: no cell has asked for it.
struct VoltageRamp: Sendable {
    /// What was said last, in microvolts.
    private(set) var saidMicrovolts: Int64?
    private var fellAt: Instant?

    /// What was said last, in millivolts.
    var said: Int32? { saidMicrovolts.map { Int32(clamping: $0 / 1_000) } }

    /// Lowers `limit` to what may be said now; `present` is the voltage of the bank.
    ///
    /// Up to the bank's own voltage it may rise at once: a CVL under it would discharge the bank.
    mutating func step(
        _ ballot: inout Ballot, present: Int32?, elapsed: Interval, at now: Instant, _ settings: StageSettings
    ) {
        let target = Int64(ballot.limit.value) * 1_000
        guard let before = saidMicrovolts, target > before else {
            if let before = saidMicrovolts, target < before { fellAt = now }
            saidMicrovolts = target
            ballot.hear(.ramp, nil)
            return
        }
        var allowed = before
        let held = fellAt.map { now - $0 < settings.voltageHold } ?? false
        if !held {
            let seconds = min(elapsed, .seconds(1))
            allowed += Int64(settings.voltageRampMicrovoltsPerSecond) * seconds.milliseconds / 1_000
        }
        if let present { allowed = max(allowed, Int64(present) * 1_000) }
        let said = min(target, allowed)
        saidMicrovolts = said
        guard said < target else { return ballot.hear(.ramp, nil) }
        let value = Int32(clamping: said / 1_000)
        if held, let fellAt {
            ballot.hear(LimitReason(.hold, limit: value, rise: .until(fellAt + settings.voltageHold)))
        } else {
            ballot.hear(
                LimitReason(
                    .ramp, limit: value, input: ballot.limit.value, inputUnit: .millivolts, rise: .rising))
        }
    }

    mutating func restore(microvolts: Int64?) {
        saidMicrovolts = microvolts.flatMap { (1...2_000_000_000).contains($0) ? $0 : nil }
    }
}
