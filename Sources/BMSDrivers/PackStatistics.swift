public import BatteryModel

/// What went wrong in a transaction with a pack.
public enum TransactionFault: Sendable, Equatable {
    /// No answer in time.
    case timeout
    /// The pack refused with this code.
    case refused(code: UInt8)
    /// The answer was not believed.
    case answer(AnswerError)
    /// Another pack answered.
    case wrongAddress(UInt8)
}

/// How the transactions with one pack went.
public struct PackStatistics: Sendable {
    /// Answers that were believed.
    public var answers: UInt64 = 0
    /// Requests that were not answered in time.
    public var timeouts: UInt64 = 0
    /// Requests that were refused.
    public var refusals: UInt64 = 0
    /// Answers that were not believed, for whatever reason.
    public var rejectedAnswers: UInt64 = 0
    /// Answers that came while this pack was asked but belong to another.
    public var wrongAddresses: UInt64 = 0
    /// Time from the end of the last request to the end of its answer.
    public var turnaround: Interval?
    /// The same of all answers so far.
    public var turnarounds = TurnaroundTimes()
    /// Time between the last two readings.
    public var cycle: Interval?
    /// The last fault and when it was.
    public var lastFault: Reading<TransactionFault>?

    /// Nothing happened yet.
    public init() {}

    /// Notes how long an answer took.
    mutating func took(_ time: Interval) {
        turnaround = time
        turnarounds.add(time)
    }

    /// Counts a fault.
    mutating func count(_ fault: TransactionFault, at now: Instant) {
        switch fault {
        case .timeout: timeouts += 1
        case .refused: refusals += 1
        case .answer: rejectedAnswers += 1
        case .wrongAddress: wrongAddresses += 1
        }
        lastFault = Reading(fault, at: now)
    }
}
