public import BatteryModel
public import BusCodec

/// The inverter's side of a serial line: asks the questions of a profile one after the other and waits for answers.
///
/// A value without clock or descriptor. Whoever owns the line sends ``outgoing`` each time ``asks(at:)`` says so.
public struct SerialAsker: Sendable {
    /// How asking went, in numbers.
    public struct Statistics: Sendable, Hashable {
        /// Questions asked.
        public var questions: UInt64 = 0
        /// Answers to them.
        public var answers: UInt64 = 0
        /// Questions that were refused.
        public var refusals: UInt64 = 0
        /// Questions that nothing came back to in time.
        public var timeouts: UInt64 = 0
        /// Frames that answer nothing that was asked: of another battery, or too late.
        public var foreign: UInt64 = 0
        /// Own questions that came back, as some adapters send them.
        public var echoes: UInt64 = 0
        /// Bytes that belong to no frame.
        public var noiseBytes: UInt64 = 0

        /// Nothing happened.
        public init() {}
    }

    /// How asking went so far.
    public private(set) var statistics = Statistics()
    /// How the protocol is spoken.
    public let talk: SerialTalk
    /// The question that was asked last.
    public private(set) var outgoing = SerialBuffer()
    /// The time between the last two answers to the first question; `nil` while there were none, or one was missed.
    public private(set) var cycle: Interval?

    private let address: UInt8
    private let dialect: UInt8
    private let spacing: Interval
    private var scanner = StreamScanner<1_100>()
    private var asked: Asked?
    private var place = 0
    /// The number of the question, which an answer over a network repeats.
    private var transaction: UInt16 = 0
    private var nextAt: Instant
    private var firstAnsweredAt: Instant?

    private struct Asked {
        var question: SerialQuestion
        var isFirst: Bool
        var sentAt: Instant
        var until: Instant
    }

    /// One that has not asked yet.
    ///
    /// - Parameters:
    ///   - talk: How the protocol is spoken.
    ///   - options: The dialect, and the address of the battery.
    ///   - longestSpacing: Questions follow each other no slower than this, however patient inverters are.
    ///   - now: From when on it asks.
    public init(
        _ talk: SerialTalk, _ options: ProfileOptions, longestSpacing: Interval = .seconds(3_600),
        at now: Instant
    ) {
        self.talk = talk
        address = options.address ?? talk.address
        dialect = options.dialect
        spacing = min(talk.spacing, longestSpacing)
        nextAt = now
    }

    /// The time in which every question has had its turn.
    public var round: Interval {
        var count: Int64 = 0
        while talk.question(Int(count), dialect) != nil { count += 1 }
        return max(spacing, talk.answerWithin) * count
    }

    /// When something is to be done next: to ask, or to give up waiting; `nil` if there is nothing to ask.
    public var nextDue: Instant? {
        guard talk.question(0, dialect) != nil else { return nil }
        return asked.map { $0.until } ?? nextAt
    }

    /// Bytes that belong to no frame, by what is wrong with them.
    public var noise: NoiseCounts { scanner.noise }

    /// Tells whether a question is due; it is in ``outgoing`` then, and counts as sent now.
    public mutating func asks(at now: Instant) -> Bool {
        if let asked, now >= asked.until {
            statistics.timeouts += 1
            miss()
        }
        guard asked == nil, now >= nextAt, let question = takeTurn() else { return false }
        // Whatever came in the meantime is no beginning of an answer.
        let framing = talk.framing
        scanner.silence(grammar: { bytes, _ in framing.scanAnswer(bytes) }) { _, _ in }
        statistics.noiseBytes = scanner.noise.total
        outgoing.removeAll()
        transaction &+= 1
        talk.framing.write(question, to: address, transaction: transaction, into: &outgoing)
        asked = Asked(question: question, isFirst: place == 1, sentAt: now, until: now + talk.answerWithin)
        nextAt = max(nextAt + spacing, now + Interval(nanoseconds: spacing.nanoseconds / 2))
        statistics.questions += 1
        return true
    }

    /// Says that the last byte of the question has left at `wireEnd`; the waiting begins there.
    public mutating func sent(at wireEnd: Instant) {
        asked?.sentAt = wireEnd
        asked?.until = wireEnd + talk.answerWithin
    }

    /// Forgets what has arrived and what was asked; for a line that was broken and is back.
    public mutating func reset() {
        scanner.reset()
        miss()
    }

    /// Takes bytes from the line.
    ///
    /// - Parameters:
    ///   - bytes: What has arrived.
    ///   - now: When.
    ///   - read: Is given the answer to a question, the question, and when that had left.
    public mutating func received(
        _ bytes: Span<UInt8>, at now: Instant, read: (Span<UInt8>, SerialQuestion, Instant) -> Void
    ) {
        var moved = scanner
        let framing = talk.framing
        moved.received(bytes, grammar: { bytes, _ in framing.scanAnswer(bytes) }) { frame, item in
            take(frame, item, at: now, read: read)
        }
        scanner = moved
        statistics.noiseBytes = scanner.noise.total
    }

    private mutating func take(
        _ frame: Span<UInt8>, _ item: SerialFrame, at now: Instant,
        read: (Span<UInt8>, SerialQuestion, Instant) -> Void
    ) {
        guard !frame.isSame(as: outgoing.bytes) else {
            statistics.echoes += 1
            return
        }
        guard let asked, now < asked.until, item.address == answerer(of: asked.question),
            talk.framing != .modbusTCP || item.transaction == transaction,
            item.code == 0 || item.code == asked.question.code
        else {
            statistics.foreign += 1
            return
        }
        switch item.kind {
        case .answer:
            statistics.answers += 1
            note(asked, at: now)
            // An answer can be there before the question is thought to have left.
            read(frame, asked.question, min(asked.sentAt, now))
        case .refusal: statistics.refusals += 1
        default:
            statistics.foreign += 1
            return
        }
        self.asked = nil
    }

    private mutating func note(_ asked: Asked, at now: Instant) {
        guard asked.isFirst else { return }
        if let before = firstAnsweredAt { cycle = now - before }
        firstAnsweredAt = now
    }

    private mutating func miss() {
        asked = nil
        firstAnsweredAt = nil
    }

    private func answerer(of question: SerialQuestion) -> UInt8 {
        talk.answerer(of: address, own: address, code: question.code) ?? address
    }

    private mutating func takeTurn() -> SerialQuestion? {
        if talk.question(place, dialect) == nil { place = 0 }
        defer { place += 1 }
        return talk.question(place, dialect)
    }
}
