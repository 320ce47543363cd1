import BatteryModel
import BusCodec
import InverterProfiles

/// Answers those who call over the network and read the bank: energy managers, or inverters that speak Modbus TCP.
///
/// The answers are those of ``InverterResponder``, made of what is known when they leave, but they leave at once and
/// each caller gets his own. Where a serial line has silence there is an exception here, because whoever has called
/// would only wait in vain. Nobody is waited for: who does not take an answer is hung up on.
///
/// Source: MODBUS Messaging on TCP/IP Implementation Guide V1.0b, section 4.2.1 (of too many connections the one that
/// was idle the longest is closed).
struct InverterServer: Sendable {
    /// The most callers that keep their seats; one more costs the one his who was quiet for the longest.
    static let mostCallers = 8
    /// Who asks nothing for so long is hung up on.
    static let longestIdle = Interval.seconds(300)

    /// How callers come and go.
    struct Counts: Sendable {
        /// Calls taken.
        var came: UInt64 = 0
        /// Callers who had to make room for another.
        var displaced: UInt64 = 0
        /// Callers who asked nothing for too long.
        var idle: UInt64 = 0
        /// Callers who did not take their answers.
        var stuck: UInt64 = 0
    }

    let talk: SerialTalk
    private(set) var counts = Counts()
    /// Who sits where; a seat has the number that the link gives it.
    private var seats: [Int: Caller] = [:]
    private var noiseOfOthers = NoiseCounts()

    init(_ talk: SerialTalk) {
        self.talk = talk
    }

    /// Those who are there now.
    var callers: Int { seats.count }

    /// Bytes that belong to no question.
    var noise: NoiseCounts { seats.values.reduce(noiseOfOthers) { $0 + $1.noise } }

    /// Notes that somebody has called, or has gone.
    mutating func caller(_ seat: Int, isThere: Bool, at now: Instant) {
        leave(seat)
        guard isThere else { return }
        seats[seat] = Caller(at: now)
        counts.came += 1
    }

    /// Takes bytes of a caller.
    mutating func received(_ bytes: Span<UInt8>, seat: Int, at now: Instant) {
        seats[seat]?.received(bytes, talk.framing, at: now)
    }

    /// Answers everything that was asked, and hangs up on those who have lost their seats.
    mutating func step(
        _ offer: borrowing InverterOffer, _ contact: inout InverterContact, at now: Instant,
        _ output: inout some GatewayOutput, log: inout EventLog
    ) {
        let bus = contact.configuration.bus
        for seat in seats.keys.sorted() {
            while let question = seats[seat]?.next() {
                answer(question, seat, offer, &contact, at: now, &output, log: &log)
            }
            guard let caller = seats[seat], now - caller.lastAt > Self.longestIdle else { continue }
            counts.idle += 1
            hangUp(seat, bus: bus, &output)
        }
        while seats.count > Self.mostCallers, let quietest = quietest(at: now) {
            counts.displaced += 1
            hangUp(quietest, bus: bus, &output)
        }
    }

    private func quietest(at now: Instant) -> Int? {
        let order = seats.sorted { $0.key < $1.key }
        return order.max { $0.value.quiet(at: now) < $1.value.quiet(at: now) }?.key
    }

    private mutating func answer(
        _ question: SerialFrame, _ seat: Int, _ offer: borrowing InverterOffer,
        _ contact: inout InverterContact, at now: Instant, _ output: inout some GatewayOutput,
        log: inout EventLog
    ) {
        let configuration = contact.configuration
        let own = configuration.options.address ?? talk.address
        let isOurs = talk.answerer(of: question.address, own: own, code: question.code) != nil
        var answer = SerialBuffer()
        var outcome = SerialOutcome.refused(.notKnownNow)
        if isOurs, !offer.isTransmitting {
            // The bank is not known any more. Reading is refused, whatever is read; the last value is never said.
            talk.framing.writeRefusal(of: question, as: question.address, .notKnownNow, into: &answer)
        } else {
            outcome = configuration.answer(question, talk, offer, into: &answer)
        }
        if isOurs, configuration.isSignOfLife(question) { contact.heard(at: now, log: &log) }
        let isTaken = output.send(answer: answer.bytes, bus: configuration.bus, caller: seat)
        contact.note(outcome, of: question, offer, isTaken: isTaken, log: &log)
        guard !isTaken else { return }
        counts.stuck += 1
        hangUp(seat, bus: configuration.bus, &output)
    }

    private mutating func hangUp(_ seat: Int, bus: Int, _ output: inout some GatewayOutput) {
        leave(seat)
        output.hangUp(bus: bus, caller: seat)
    }

    private mutating func leave(_ seat: Int) {
        guard let caller = seats.removeValue(forKey: seat) else { return }
        noiseOfOthers = noiseOfOthers + caller.noise
    }

    /// Forgets everybody: the bus has gone down or come up.
    mutating func reset() {
        for seat in seats.keys { leave(seat) }
    }
}

extension GatewayConfiguration.Inverter {
    /// Whether a question is a sign of life where strangers ask as well: it reads what the inverter cannot do without.
    fileprivate func isSignOfLife(_ question: SerialFrame) -> Bool {
        let rule = profile.sheet.keepAlive
        guard question.kind == .question,
            let index = (0..<profile.frameCount).first(where: {
                profile.frame($0).identifier == rule.identifier
            })
        else { return false }
        let first = Int(rule.identifier)
        let block = first..<first + Int(profile.frame(index).lengths[options.dialect]) / 2
        let asked = Int(question.code)..<Int(question.code) + Int(question.count)
        return asked.overlaps(block)
    }
}
