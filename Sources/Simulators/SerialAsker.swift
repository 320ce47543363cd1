import BatteryModel
import BusCodec
import InverterProfiles

/// The inverter's side of a serial line: asks the questions of a profile one after the other and waits for answers.
///
/// A value without clock or descriptor, a part of ``SimulatedInverter``.
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

    let talk: SerialTalk
    private let address: UInt8
    private let dialect: UInt8
    private var scanner = StreamScanner<1_100>()
    private var asked: (question: SerialQuestion, until: Instant)?
    private var last = SerialBuffer()
    private var place = 0
    /// The number of the question, which an answer over a network repeats.
    private var transaction: UInt16 = 0
    private var nextAt: Instant

    init(_ talk: SerialTalk, _ options: ProfileOptions, at now: Instant) {
        self.talk = talk
        address = options.address ?? talk.address
        dialect = options.dialect
        nextAt = now
    }

    /// The time in which every question has had its turn.
    var round: Interval {
        var count: Int64 = 0
        while talk.question(Int(count), dialect) != nil { count += 1 }
        return max(talk.spacing, talk.answerWithin) * count
    }

    /// When something is to be done next: to ask, or to give up waiting.
    var nextDue: Instant? {
        guard talk.question(0, dialect) != nil else { return nil }
        return asked.map { $0.until } ?? nextAt
    }

    /// The question to send now; `nil` if none is due.
    mutating func next(at now: Instant) -> [UInt8]? {
        if let asked, now >= asked.until {
            statistics.timeouts += 1
            self.asked = nil
        }
        guard asked == nil, now >= nextAt, let question = takeTurn() else { return nil }
        // Whatever came in the meantime is no beginning of an answer.
        let framing = talk.framing
        scanner.silence(grammar: { bytes, _ in framing.scanAnswer(bytes) }) { _, _ in }
        statistics.noiseBytes = scanner.noise.total
        last.removeAll()
        transaction &+= 1
        talk.framing.write(question, to: address, transaction: transaction, into: &last)
        asked = (question, now + talk.answerWithin)
        nextAt = max(nextAt + talk.spacing, now + Interval(nanoseconds: talk.spacing.nanoseconds / 2))
        statistics.questions += 1
        return last.bytes.indices.map { last.bytes[$0] }
    }

    /// Takes bytes from the line and hands the answer to a question to `read`.
    mutating func received(
        _ bytes: Span<UInt8>, at now: Instant, read: (Span<UInt8>, SerialQuestion) -> Void
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
        read: (Span<UInt8>, SerialQuestion) -> Void
    ) {
        guard !frame.isSame(as: last.bytes) else {
            statistics.echoes += 1
            return
        }
        guard let asked, now < asked.until, item.address == answerer(of: asked.question),
            talk.framing != .modbusTCP || item.transaction == transaction
        else {
            statistics.foreign += 1
            return
        }
        switch item.kind {
        case .answer:
            statistics.answers += 1
            read(frame, asked.question)
        case .refusal: statistics.refusals += 1
        default:
            statistics.foreign += 1
            return
        }
        self.asked = nil
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

extension Span<UInt8> {
    /// Whether `other` has the same bytes.
    func isSame(as other: Span<UInt8>) -> Bool {
        guard count == other.count else { return false }
        for index in indices where self[index] != other[index] { return false }
        return true
    }
}
