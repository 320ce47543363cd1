import BatteryModel
import BusCodec
import InverterProfiles

/// Somebody who has called over the network, and what he has asked and got no answer to yet.
///
/// What he sends can be cut into any pieces. Nothing about him grows: half a question waits in a scanner of fixed size,
/// and no more than ``mostWaiting`` whole ones wait for their answers.
struct Caller: Sendable {
    /// The most questions that wait for their answers; one more is dropped.
    ///
    /// Sixteen is the most that a client may have under way. Source: MODBUS Messaging on TCP/IP Implementation Guide
    /// V1.0b, section 4.2.2.
    static let mostWaiting = 16

    /// When he asked his last question; the call itself if there was none.
    private(set) var lastAt: Instant
    /// Whether he has asked anything.
    private(set) var hasAsked = false
    /// What he has asked, oldest first.
    private(set) var waiting: [SerialFrame] = []
    private var scanner = StreamScanner<1024>()

    init(at now: Instant) { lastAt = now }

    /// Bytes that belong to no question.
    var noise: NoiseCounts { scanner.noise }

    /// Takes bytes, in pieces of any size.
    mutating func received(_ bytes: Span<UInt8>, _ framing: SerialFraming, at now: Instant) {
        var found: [SerialFrame] = []
        scanner.received(bytes, grammar: { bytes, _ in framing.scanQuestion(bytes) }) { _, question in
            found.append(question)
        }
        guard !found.isEmpty else { return }
        lastAt = now
        hasAsked = true
        waiting += found.prefix(Self.mostWaiting - waiting.count)
    }

    /// The question to answer next; `nil` if none waits.
    mutating func next() -> SerialFrame? { waiting.isEmpty ? nil : waiting.removeFirst() }

    /// How long he has been quiet, as far as his seat is concerned: whoever calls and asks nothing has less claim to it
    /// than anybody who has asked something.
    func quiet(at now: Instant) -> Interval {
        let quiet = now - lastAt
        return hasAsked || quiet < Self.firstQuestionWithin ? quiet : quiet + InverterServer.longestIdle
    }

    /// So long a new caller counts like one who has just asked.
    private static let firstQuestionWithin = Interval.seconds(5)
}
