import BatteryModel
import ChargeControl

/// Watches from outside that what falls stays down for its time.
struct RateWatch {
    private var charge = Current()
    private var discharge = Current()
    private var voltageFellAt: Instant?

    /// One direction.
    fileprivate struct Current {
        var fellAt: Instant?
        var missingAt: Instant?
        /// When it last fell to zero; `nil` once it has risen again.
        var emptiedAt: Instant?
        /// Whether the rules have allowed more than 1.5 % of the maximum since.
        var isReleased = false
        var hasRisen = false
    }

    mutating func check(
        _ verdict: BankVerdict, _ before: BankVerdict, _ settings: ControlSettings
    ) -> String? {
        charge.check(
            verdict.charge, before.charge, settings.bankChargeMilliamps, settings.holdAfterFall, verdict.at)
            ?? discharge.check(
                verdict.discharge, before.discharge, settings.bankDischargeMilliamps, settings.holdAfterFall,
                verdict.at)
    }

    /// CVL of a running bank, which may always come up to `free`, its own voltage or the floor.
    mutating func checkVoltage(
        _ new: Int32, _ old: Int32, free: Int64, at now: Instant, _ hold: Interval
    ) -> String? {
        defer { if new < old { voltageFellAt = now } }
        guard let voltageFellAt, now - voltageFellAt < hold, Int64(new) > max(Int64(old), free) else {
            return nil
        }
        return "5: CVL rises from \(old) to \(new), \(now - voltageFellAt) after it fell; bank \(free)"
    }
}

extension RateWatch.Current {
    fileprivate mutating func check(
        _ new: Limit, _ old: Limit, _ maximum: Int32, _ hold: Interval, _ now: Instant
    ) -> String? {
        defer {
            if new.value < old.value { fellAt = now }
            if new.value == 0, old.value > 0 {
                emptiedAt = now
                isReleased = false
            }
            // At the start there was nothing that could have fallen.
            if hasRisen, [.inputMissing, .bankLost].contains(new.winner.rule) { missingAt = now }
        }
        if emptiedAt != nil, Int64(Self.allowed(new)) * 1_000 > Int64(maximum) * 15 - 1_000 {
            isReleased = true
        }
        guard new.value > old.value else { return nil }
        defer {
            emptiedAt = nil
            hasRisen = true
        }
        if let fellAt, now - fellAt < hold { return "5: \(new) rises \(now - fellAt) after it fell" }
        if let missingAt, now - missingAt < hold {
            return "5: \(new) rises \(now - missingAt) after an input was missing"
        }
        guard let emptiedAt, !isReleased, now - emptiedAt < .seconds(600) else { return nil }
        return "5: flutters: \(new) rises \(now - emptiedAt) after it fell to 0"
    }

    /// What the rules allow, without those that only slow a rise.
    private static func allowed(_ limit: Limit) -> Int32 {
        let isSlowed = limit.winner.rule == .hold || limit.winner.rule == .ramp
        return isSlowed ? limit.runnerUp?.limit ?? limit.value : limit.value
    }
}
