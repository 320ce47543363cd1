import BMSDrivers
import BatteryModel

/// Whether a pack answers as often and as soon as it should; judged once a second.
struct PackQuality: Sendable {
    /// How many questions are answered; begins and ends as it does for an inverter's link.
    private(set) var answering = LinkQuality()
    /// Whether answers take too long; begins at half of the time-out, ends below three eighths of it.
    private(set) var isSlow = false

    /// What was counted when it was judged last.
    private var known = (answers: UInt64(0), faults: UInt64(0))
    /// The mean of the last answers, the older the lighter; `nil` before the first.
    private var turnaround: Interval?
    /// Answers in ``turnaround``, up to ``enough``.
    private var answers = 0

    /// With fewer answers nothing is said about how long they take.
    private static let enough = 8

    /// Looks at what was counted in the last second; `timeout` is how long an answer is waited for.
    mutating func judge(_ statistics: PackStatistics, timeout: Interval, at now: Instant) -> [GatewayEvent
        .PackAnswers]
    {
        let faults = statistics.faults
        let (newAnswers, newFaults) = (statistics.answers - known.answers, faults - known.faults)
        known = (statistics.answers, faults)
        answering.note(
            LinkQuality.Counts(
                sent: UInt32(clamping: newAnswers + newFaults), lost: UInt32(clamping: newFaults)), at: now)
        var changes: [GatewayEvent.PackAnswers] = []
        if answering.judge(at: now) {
            changes.append(answering.isPoor ? .seldom(permille: answering.permille(at: now)) : .often)
        }
        if newAnswers > 0, let last = statistics.turnaround { note(last) }
        if let change = judgeTurnaround(timeout) { changes.append(change) }
        return changes
    }

    private mutating func note(_ last: Interval) {
        let mean = turnaround ?? last
        turnaround = mean + Interval(nanoseconds: (last - mean).nanoseconds / Int64(Self.enough))
        answers = min(answers + 1, Self.enough)
    }

    private mutating func judgeTurnaround(_ timeout: Interval) -> GatewayEvent.PackAnswers? {
        guard answers == Self.enough, let turnaround else { return nil }
        if !isSlow, turnaround * 2 >= timeout {
            isSlow = true
            return .late(turnaround)
        }
        if isSlow, turnaround * 8 < timeout * 3 {
            isSlow = false
            return .soon
        }
        return nil
    }
}

extension PackStatistics {
    /// Questions that were not answered as they should be.
    fileprivate var faults: UInt64 { timeouts + refusals + rejectedAnswers }
}

extension GatewayCore {
    /// Judges once a second how every pack on a line answers, and logs what has changed.
    mutating func judgePacks(at now: Instant) {
        guard now >= nextJudgement else { return }
        nextJudgement = now + .seconds(1)
        for (number, place) in places.enumerated() {
            guard case .slot(let line, let slot) = place,
                case .driver(let driver, _, _) = configuration.packs[number].reader
            else { continue }
            // Who only listens asks nothing, and nothing is owed to him.
            guard lines[line].isUp, !lines[line].isListening else { continue }
            let changes = packQualities[number].judge(
                packLines[line].statistics(of: slot), timeout: driver.sheet.timing.timeout, at: now)
            for change in changes { log.add(.packAnswers(number, change), at: now) }
        }
    }
}
