import BatteryModel
import BusCodec
import InverterProfiles

/// Answers an inverter that asks on a serial line.
///
/// Every answer is made of what is known when it leaves, never of what was known when the question came. Whatever is no
/// question to this battery is met with silence and counted: another battery or a meter may share the line.
struct InverterResponder: Sendable {
    let talk: SerialTalk

    private var scanner = StreamScanner<1_100>()
    private var heardAt: Instant?
    private var waiting: (question: SerialFrame, due: Instant)?
    private var last = SerialBuffer()
    private var echo = AnswerEcho()

    init(_ talk: SerialTalk) {
        self.talk = talk
    }

    /// Bytes that belong to nothing.
    var noise: NoiseCounts { scanner.noise }

    /// Takes bytes from the line.
    mutating func received(
        _ bytes: Span<UInt8>, _ contact: inout InverterContact, at now: Instant, log: inout EventLog
    ) {
        let framing = talk.framing
        var heard: [(frame: SerialFrame, isOwn: Bool)] = []
        let own = last
        if let heardAt, now - heardAt > Self.longestGap {
            scanner.silence(grammar: { bytes, _ in framing.scanQuestion(bytes) }) { _, _ in }
        }
        heardAt = now
        scanner.received(bytes, grammar: { bytes, _ in framing.scanQuestion(bytes) }) { frame, item in
            heard.append((item, frame.isSame(as: own.bytes)))
        }
        for (frame, isOwn) in heard {
            let isEcho = echo.isHeard(in: frame.kind, isSame: isOwn, at: now)
            take(frame, isEcho: isEcho, &contact, at: now, log: &log)
        }
    }

    private mutating func take(
        _ frame: SerialFrame, isEcho: Bool, _ contact: inout InverterContact, at now: Instant,
        log: inout EventLog
    ) {
        guard !isEcho else {
            contact.counts.echoed += 1
            return
        }
        let own = contact.configuration.options.address ?? talk.address
        switch frame.kind {
        case .answer, .refusal:
            if frame.address == own { contact.heardOther(UInt32(own), at: now, log: &log) }
            return
        case .question, .write, .unknown: break
        }
        guard talk.answersAs(frame.address, own, frame.code) != nil else {
            contact.counts.foreign += 1
            return
        }
        contact.heard(at: now, log: &log)
        // Whoever asks again has given up waiting for the first answer.
        waiting = (frame, now + talk.answerAfter)
    }

    /// Answers what waits and returns when the next answer is due; `nil` if none waits.
    mutating func step(
        _ offer: borrowing InverterOffer, _ contact: inout InverterContact, at now: Instant,
        _ output: inout some GatewayOutput, log: inout EventLog
    ) -> Instant? {
        guard let (question, due) = waiting else { return nil }
        guard offer.isTransmitting, contact.isUp else {
            waiting = nil
            return nil
        }
        guard now >= due else { return due }
        waiting = nil
        let outcome = contact.configuration.answer(question, talk, offer, into: &last)
        // A protocol without a code for what is not known has silence for it.
        let isSilence = last.count == 0
        let end = isSilence ? nil : output.send(answer: last.bytes, bus: contact.configuration.bus)
        if let end { echo.sent(until: end) }
        contact.note(outcome, of: question, offer, isTaken: isSilence || end != nil, log: &log)
        return nil
    }

    /// Forgets what was asked and not answered.
    mutating func reset() {
        waiting = nil
        scanner.reset()
    }

    /// A frame that pauses for longer is broken off; serial adapters hold bytes back for up to 16 ms.
    private static let longestGap = Interval.milliseconds(50)
}
