public import BatteryModel

/// One pack on a line: who it is, what it said, and when it is asked what.
public struct PackSlot: Sendable {
    /// Its address on the line.
    public let address: UInt8
    /// Everything it has reported.
    public internal(set) var reading = PackReading()
    /// How talking to it goes.
    public internal(set) var statistics = PackStatistics()

    /// Answers that may still come though nobody waits for them any more.
    var late = LateAnswers()

    let driver: BMSDriver
    let mode: ReadMode
    let interval: Interval
    private var dues: InlineArray<16, Instant>
    private var misses: Int64 = 0
    private var notBefore: Instant
    /// The question with whose answer a round ends.
    private let roundMark: Int
    private var lastRound: Instant?
    /// Bytes of the last answer to each question, where it had several frames; otherwise 0.
    private var runs: InlineArray<16, UInt16> = InlineArray(repeating: 0)

    init(address: UInt8, driver: BMSDriver, mode: ReadMode, interval: Interval, at now: Instant) {
        precondition(driver.pollCount <= 16)
        self.address = address
        self.driver = driver
        self.mode = mode
        self.interval = interval
        dues = InlineArray(repeating: now)
        notBefore = now
        roundMark = driver.firstLiveQuestion(mode)
        // Settings first: with them the first live reading can be judged by every rule.
        for index in 0..<driver.pollCount where driver.poll(index).pace == .live {
            dues[index] = now + Interval(nanoseconds: 1)
        }
    }

    /// Whether it has been silent often enough to be asked less often.
    public var isAbsent: Bool { misses >= Self.missesUntilAbsent }

    /// How long to wait for it.
    private var timeout: Interval {
        isAbsent || statistics.answers == 0 ? driver.sheet.timing.probeTimeout : driver.sheet.timing.timeout
    }

    /// How many bytes the last answer to question `poll` had, if it was one of several frames; otherwise `nil`.
    func runLength(_ poll: Int) -> Int? { runs[poll] > 0 ? Int(runs[poll]) : nil }

    /// Notes an answer of `frames` numbered frames; 0 for one that says itself where it ends.
    mutating func noteRun(_ poll: Int, frames: UInt8, bytes: Int) {
        runs[poll] = frames > 0 ? UInt16(clamping: bytes) : 0
    }

    /// Notes that the answers to question `poll` are not as long as they were.
    mutating func forgetRun(_ poll: Int) { runs[poll] = 0 }

    /// What is to be asked of a pack next, and when.
    struct Turn {
        var poll = 0
        var due = Instant(nanoseconds: .max)
        var pace = Poll.Pace.live
        /// The quiet time that the pack wants around it.
        var spacing = Interval.zero
        /// The silence after which an unfinished item of the pack will not be finished.
        var gap = Interval.zero
        /// How long to wait for the answer.
        var timeout = Interval.zero
        /// Whether it is asked less often because it was silent.
        var isAbsent = false
        /// The time between its last two readings; `nil` for an absent pack.
        var cycle: Interval?

        /// Whether it comes before `other`: the more overdue one, and of two that are due together the one that a
        /// limit waits for.
        func isBefore(_ other: Turn) -> Bool {
            due == other.due ? pace == .live && other.pace == .slow : due < other.due
        }
    }

    /// The most overdue question; of an absent pack only the first live one.
    var turn: Turn {
        let timing = driver.sheet.timing
        let none = Turn(
            due: notBefore, spacing: timing.spacing, gap: timing.gap, timeout: timeout, isAbsent: isAbsent)
        var best: Turn?
        for index in 0..<driver.pollCount {
            let poll = driver.poll(index)
            guard poll.mode == mode, !isAbsent || poll.pace == .live else { continue }
            var turn = none
            turn.poll = index
            turn.due = max(dues[index], notBefore)
            turn.pace = poll.pace
            turn.cycle = isAbsent ? nil : statistics.cycle
            if best.map({ turn.isBefore($0) }) ?? true { best = turn }
            if isAbsent { break }
        }
        return best ?? none
    }

    /// Writes question `poll`, which counts as asked at `now`.
    mutating func ask(_ poll: Int, into question: inout RequestBuffer, at now: Instant) {
        driver.request(poll, address, &question)
        switch driver.poll(poll).pace {
        case .live: dues[poll] = max(dues[poll] + interval, now)
        case .slow: dues[poll] = now + Self.slowInterval
        }
    }

    /// Has a question asked at `instant`, whenever it was due.
    mutating func ask(_ poll: Int, at instant: Instant) { dues[poll] = instant }

    mutating func answered(_ poll: Int, at now: Instant) {
        let hadMissed = misses > 0
        misses = 0
        statistics.answers += 1
        guard poll == roundMark else { return }
        if let last = lastRound, !hadMissed, now - last > .zero { statistics.cycle = now - last }
        lastRound = now
    }

    mutating func failed(_ poll: Int, _ fault: TransactionFault, at now: Instant) {
        statistics.count(fault, at: now)
        forgetRun(poll)
        if driver.poll(poll).need == .optional {
            dues[poll] = now + Self.slowInterval
            return
        }
        let isFirst = misses == 0
        misses += 1
        // Once more at once: one lost answer is normal on a long line, and some firmware needs waking up.
        if isFirst { dues[poll] = now }
        if case .timeout = fault {} else { misses = min(misses, 1) }
        if isAbsent {
            let doubling = min(misses - Self.missesUntilAbsent, 4)
            let pause = min(.seconds(1 << doubling), Self.longestBackOff)
            // Each a little differently: in step with another, its late answer would fall upon that one's every time.
            notBefore = now + (pause - Interval(nanoseconds: pause.nanoseconds / 16) * Int64(address & 3))
        } else if driver.poll(poll).pace == .slow, !isFirst {
            dues[poll] = now + Self.slowRetry
        }
    }

    /// Whether `answer`, which does not say which question it answers, is a late one to another than `open`;
    /// then it has come.
    mutating func settlesLate(_ answer: Span<UInt8>, otherThan open: Int?) -> Bool {
        for poll in 0..<driver.pollCount where poll != open {
            guard let asked = late.since(poll) else { continue }
            var reading = reading
            do throws(AnswerError) {
                try driver.decode(answer, poll, asked, &reading)
            } catch {
                continue
            }
            late.settle(poll)
            return true
        }
        return false
    }

    private static let missesUntilAbsent: Int64 = 2
    private static let longestBackOff = Interval.seconds(9)
    private static let slowInterval = Interval.seconds(60)
    private static let slowRetry = Interval.seconds(5)
}

extension BMSDriver {
    /// The first question of every round.
    fileprivate func firstLiveQuestion(_ mode: ReadMode) -> Int {
        for index in 0..<pollCount {
            let poll = poll(index)
            if poll.mode == mode, poll.pace == .live, poll.need == .mandatory { return index }
        }
        return 0
    }
}
