import BatteryModel
import BusCodec
import InverterProfiles

/// The battery's side of a serial line: hears questions and answers those to its own address, not too early.
///
/// A value without clock or descriptor, a part of ``SimulatedBattery``. Each answer is made when it leaves.
public struct SerialAnswerer: Sendable {
    /// How answering went, in numbers.
    public struct Statistics: Sendable, Hashable {
        /// Questions to the own address.
        public var questions: UInt64 = 0
        /// Answers given.
        public var answers: UInt64 = 0
        /// Questions that the protocol does not have.
        public var refusals: UInt64 = 0
        /// Questions whose answer needs a value that is not known or does not fit.
        public var withheld: UInt64 = 0
        /// Questions to others, and answers of others.
        public var foreign: UInt64 = 0
        /// Questions that another one overtook.
        public var overtaken: UInt64 = 0
        /// Own answers that came back, as some adapters send them.
        public var echoes: UInt64 = 0
        /// Bytes that belong to no frame.
        public var noiseBytes: UInt64 = 0

        /// Nothing happened.
        public init() {}
    }

    /// How answering went so far.
    public private(set) var statistics = Statistics()

    let talk: SerialTalk
    private let address: UInt8
    private var scanner = StreamScanner<1_100>()
    private var heardAt: Instant
    private var waiting: (question: SerialFrame, due: Instant)?
    private var last = SerialBuffer()
    private var echo = AnswerEcho()

    /// A frame that pauses for longer is broken off; serial adapters hold bytes back for up to 16 ms.
    private static let longestGap = Interval.milliseconds(50)

    init(_ talk: SerialTalk, _ options: ProfileOptions, at now: Instant) {
        self.talk = talk
        address = options.address ?? talk.address
        heardAt = now
    }

    /// When the next answer is due; `nil` if none waits.
    var nextDue: Instant? { waiting?.due }

    /// Takes bytes from the line.
    mutating func received(_ bytes: Span<UInt8>, at now: Instant) {
        var moved = scanner
        let framing = talk.framing
        if now - heardAt > Self.longestGap {
            moved.silence(grammar: { bytes, _ in framing.scanQuestion(bytes) }) { _, _ in }
        }
        heardAt = now
        moved.received(bytes, grammar: { bytes, _ in framing.scanQuestion(bytes) }) { frame, item in
            take(frame, item, at: now)
        }
        scanner = moved
        statistics.noiseBytes = scanner.noise.total
    }

    private mutating func take(_ frame: Span<UInt8>, _ item: SerialFrame, at now: Instant) {
        guard !echo.isHeard(in: item.kind, isSame: frame.isSame(as: last.bytes), at: now) else {
            statistics.echoes += 1
            return
        }
        guard item.isFromInverter, talk.answerer(of: item.address, own: address, code: item.code) != nil
        else {
            statistics.foreign += 1
            return
        }
        statistics.questions += 1
        // Whoever asks again has given up waiting for the first answer.
        if waiting != nil { statistics.overtaken += 1 }
        waiting = (item, now + talk.answerAfter)
    }

    /// Has the answer that is due written.
    ///
    /// - Parameters:
    ///   - now: The time now.
    ///   - answer: Writes the answer to a question and says what became of it.
    /// - Returns: The answer to send; `nil` if none is due, or silence is the answer.
    mutating func next(
        at now: Instant, answer: (SerialFrame, inout SerialBuffer) -> SerialOutcome
    ) -> [UInt8]? {
        guard let (question, due) = waiting, now >= due else { return nil }
        waiting = nil
        last.removeAll()
        let outcome = answer(question, &last)
        // How fast the line is nobody has said; the little that a write's confirmation needs is within the time.
        if last.count > 0 { echo.sent(until: now) }
        if case .withheld = outcome {
            statistics.withheld += 1
        } else if case .refused = outcome {
            statistics.refusals += 1
        } else if last.count > 0 {
            statistics.answers += 1
        }
        return last.count > 0 ? last.bytes.indices.map { last.bytes[$0] } : nil
    }
}

extension SerialFrame {
    /// Whether an inverter sends such a frame; a battery does otherwise.
    fileprivate var isFromInverter: Bool {
        switch kind {
        case .answer, .refusal: false
        default: true
        }
    }
}
