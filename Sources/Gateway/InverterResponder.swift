import BatteryModel
import BusCodec
import InverterProfiles

/// Answers an inverter that asks on a serial line.
///
/// Every answer is made of what is known when it leaves, never of what was known when the question came. Whatever is no
/// question to this battery is met with silence and counted: another battery or a meter may share the line.
struct InverterResponder: Sendable {
    let configuration: GatewayConfiguration.Inverter
    let talk: SerialTalk
    private(set) var watch = InverterWatch()
    private(set) var counts = Counts()
    private(set) var isSilent = true
    private(set) var isUp = false
    /// When somebody else was last heard to answer as this battery; `nil` if never.
    private(set) var otherTalkerAt: Instant?

    /// How asking and answering goes.
    struct Counts: Sendable {
        var questions: UInt64 = 0
        var answered: UInt64 = 0
        /// Questions that the protocol does not have.
        var refused: UInt64 = 0
        /// Questions whose answer needs a value that is not known.
        var withheld: UInt64 = 0
        /// Questions to other addresses.
        var foreign: UInt64 = 0
        /// Questions that another one overtook.
        var overtaken: UInt64 = 0
        /// Answers that the link did not take.
        var unsent: UInt64 = 0
        /// Own answers that came back.
        var echoed: UInt64 = 0
        /// Answers of somebody else with the battery's address.
        var contradicting: UInt64 = 0
    }

    private var scanner = StreamScanner<1_100>()
    private var heardAt: Instant?
    private var waiting: (question: SerialFrame, due: Instant)?
    private var last = SerialBuffer()
    private var lastSentAt: Instant?
    /// Whether the withholding of an answer has been put into the log.
    private var isWithholding = false

    init(_ configuration: GatewayConfiguration.Inverter, _ talk: SerialTalk) {
        self.configuration = configuration
        self.talk = talk
    }

    /// Bytes that belong to nothing.
    var noise: NoiseCounts { scanner.noise }

    /// Takes bytes from the line.
    mutating func received(_ bytes: Span<UInt8>, at now: Instant, log: inout EventLog) {
        let framing = talk.framing
        var heard: [(frame: SerialFrame, isEcho: Bool)] = []
        let isEchoTime = lastSentAt.map { now - $0 <= Self.echoWithin } ?? false
        let own = last
        if let heardAt, now - heardAt > Self.longestGap {
            scanner.silence(grammar: { bytes, _ in framing.scanQuestion(bytes) }) { _, _ in }
        }
        heardAt = now
        scanner.received(bytes, grammar: { bytes, _ in framing.scanQuestion(bytes) }) { frame, item in
            heard.append((item, isEchoTime && frame.isSame(as: own.bytes)))
        }
        for (frame, isEcho) in heard { take(frame, isEcho: isEcho, at: now, log: &log) }
    }

    private mutating func take(_ frame: SerialFrame, isEcho: Bool, at now: Instant, log: inout EventLog) {
        guard !isEcho else {
            counts.echoed += 1
            return
        }
        let own = configuration.options.address ?? talk.address
        switch frame.kind {
        case .answer, .refusal:
            if frame.address == own { heardBattery(at: now, log: &log) }
            return
        case .question, .write, .unknown: break
        }
        guard talk.answersAs(frame.address, own, frame.code) != nil else {
            counts.foreign += 1
            return
        }
        counts.questions += 1
        watch.heard(at: now)
        if isSilent {
            isSilent = false
            log.add(.inverterHeard, at: now)
        }
        // Whoever asks again has given up waiting for the first answer.
        if waiting != nil { counts.overtaken += 1 }
        waiting = (frame, now + talk.answerAfter)
    }

    /// Somebody else answers under the battery's address.
    private mutating func heardBattery(at now: Instant, log: inout EventLog) {
        counts.contradicting += 1
        if otherTalkerAt.map({ now - $0 > Self.otherIsNewAfter }) ?? true {
            let own = configuration.options.address ?? talk.address
            log.add(.secondBattery(identifier: UInt32(own)), at: now)
        }
        otherTalkerAt = now
    }

    /// Answers what waits and returns when the next answer is due; `nil` if none waits.
    mutating func step(
        _ offer: borrowing InverterOffer, at now: Instant, _ output: inout some GatewayOutput,
        log: inout EventLog
    ) -> Instant? {
        look(at: now, log: &log)
        guard let (question, due) = waiting else { return nil }
        guard offer.isTransmitting, isUp else {
            waiting = nil
            return nil
        }
        guard now >= due else { return due }
        waiting = nil
        answer(question, offer, at: now, &output, log: &log)
        return nil
    }

    private mutating func answer(
        _ question: SerialFrame, _ offer: borrowing InverterOffer, at now: Instant,
        _ output: inout some GatewayOutput, log: inout EventLog
    ) {
        last.removeAll()
        let outcome = configuration.profile.answer(
            question, talk, bank: offer.bank, options: configuration.options, into: &last)
        switch outcome {
        case .answered, .confirmed:
            counts.answered += 1
            isWithholding = false
        case .refused: counts.refused += 1
        case .withheld(let error):
            counts.withheld += 1
            if !isWithholding {
                log.add(.withheld(identifier: UInt32(question.code), .signal(error)), at: offer.at)
            }
            isWithholding = true
        case .notForUs, .noQuestion: return
        }
        // A protocol without a code for what is not known has silence for it.
        guard last.count > 0 else { return }
        if output.send(answer: last.bytes, bus: configuration.bus) {
            lastSentAt = now
        } else {
            counts.unsent += 1
        }
    }

    private mutating func look(at now: Instant, log: inout EventLog) {
        guard !isSilent, watch.isSilent(at: now, configuration.keepAliveRule) else { return }
        isSilent = true
        if isMissing { log.add(.inverterSilent, at: now) }
    }

    mutating func busChanged(isUp: Bool) {
        self.isUp = isUp
        waiting = nil
        scanner.reset()
    }

    /// Whether the inverter ought to be heard and is not.
    var isMissing: Bool { isSilent && configuration.expectsKeepAlive }

    /// What is wrong with the inverter or its line.
    var alarms: AlarmSet {
        var alarms = AlarmSet()
        if isMissing { alarms.raise(.inverterSilent, .warning) }
        if !isUp { alarms.raise(.inverterLinkDown, .warning) }
        if isWithholding { alarms.raise(.notRepresentable, .warning) }
        return alarms
    }

    /// A frame that pauses for longer is broken off; serial adapters hold bytes back for up to 16 ms.
    private static let longestGap = Interval.milliseconds(50)
    /// How long after it was sent an answer may come back.
    private static let echoWithin = Interval.seconds(2)
    /// Somebody who answers now and then is told once in this time.
    private static let otherIsNewAfter = Interval.seconds(600)
}

extension InverterSender.Counts {
    /// What answering comes to, in the words of sending.
    init(_ counts: InverterResponder.Counts?) {
        self.init()
        guard let counts else { return }
        sent = counts.answered
        unsent = counts.unsent
        withheld = counts.withheld
        foreign = counts.foreign + counts.refused
        echoed = counts.echoed
        contradicting = counts.contradicting
    }
}
