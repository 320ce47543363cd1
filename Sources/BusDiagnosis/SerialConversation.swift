import BatteryModel
import BusCodec
import InverterProfiles

/// What was asked and answered on a serial line, as one protocol understands it.
public struct SerialConversation: Sendable {
    /// What happened, in numbers.
    public internal(set) var counts = SerialCounts()
    /// One track for each address that was asked or has answered, in the order in which they appeared.
    public internal(set) var tracks: [AddressTrack] = []
    /// The questions of the protocol that were asked: bit n for question n.
    public private(set) var questionsAsked: UInt64 = 0
    /// The addresses that were asked, each once, the first thirty-two.
    public private(set) var askedAddresses: [UInt8] = []
    /// Where each kind of trouble was seen first.
    var places = Places()

    let grammar: SerialGrammar
    /// The addresses of ``tracks``: to look into a track is to copy it, readings and all.
    var addresses: [UInt8] = []
    var asked: Asked?
    private var lastItemAt: Instant?
    /// At how many questions one behind the other something was damaged, and the number of the last of them.
    private var burst: UInt64 = 0, damagedQuestion: UInt64 = 0

    /// Where trouble was seen.
    struct Places: Sendable {
        var unanswered = SerialPlaces(), hasty = SerialPlaces(), refused = SerialPlaces()
        var wrongAddress = SerialPlaces(), second = SerialPlaces(), late = SerialPlaces()
        var broken = SerialPlaces(), damaged = SerialPlaces(), echo = SerialPlaces()
        var strange = SerialPlaces(), cold = SerialPlaces(), stray = SerialPlaces()
    }

    struct Asked: Sendable {
        var item: SerialItem
        var hash: UInt32
        var at: Instant
        var place: Int
        var isOwn: Bool
        var isCold: Bool
        var hadNoise = false
        var answer: (hash: UInt32, at: Instant)?
    }

    /// A question that comes sooner behind another cannot have waited for its answer.
    private static let hasty = Interval.milliseconds(60)
    /// Nobody waits longer for an answer.
    private static let longestWait = Interval.seconds(2)
    /// What answers twice does so within this time.
    static let secondWithin = Interval.seconds(1)
    /// A bus on which nothing was said for so long is cold.
    private static let cold = Interval.seconds(3)
    /// A pause that no adapter makes inside a frame.
    static let pause = Interval.milliseconds(25)
    /// So many damaged frames one behind the other are a burst.
    private static let leastBurst: UInt64 = 4
    /// More packs do not share a line.
    static let mostTracks = 64

    init(_ grammar: SerialGrammar) { self.grammar = grammar }

    /// Whether anything was heard that only this protocol has.
    var isMet: Bool { counts.knownQuestions + counts.readAnswers + counts.unaskedAnswers > 0 }

    /// Whether it belongs to a framing that many protocols share.
    var isShared: Bool { grammar.source == nil }

    /// Takes something whole.
    mutating func take(
        _ item: SerialItem, _ bytes: Span<UInt8>, isOwn: Bool, pause: Interval, at now: Instant, place: Int
    ) {
        counts.items += 1
        // What belongs to the framing and is of another version or kind speaks for nobody.
        if item.kind != .other { counts.understoodBytes += UInt64(bytes.count) }
        if pause >= Self.pause {
            counts.brokenFrames += 1
            counts.longestPause = max(counts.longestPause, pause)
            places.broken.note(place)
        }
        switch item.kind {
        case .question, .write: takeQuestion(item, bytes, isOwn: isOwn, at: now, place: place)
        case .answer: takeAnswer(item, bytes, at: now, place: place)
        case .refusal: takeRefusal(item, at: now, place: place)
        case .other:
            counts.others += 1
            if asked?.item.kind == .write { asked = nil }
        }
        lastItemAt = now
    }

    /// Notes that bytes came that are no frame: the answer that is waited for may be among them.
    mutating func noteNoise() {
        if asked?.answer == nil { asked?.hadNoise = true }
    }

    /// Notes that a frame came that is broken.
    mutating func noteDamage(isNew: Bool, run: UInt64, place: Int) {
        if isNew {
            counts.damages += 1
            places.damaged.note(place)
            noteBurst()
        }
        counts.longestDamage = max(counts.longestDamage, run)
    }

    /// Damage at one question after the other is of another kind than damage here and there.
    private mutating func noteBurst() {
        guard counts.questions > 0 else { return }
        burst = counts.questions <= damagedQuestion &+ 1 ? burst + 1 : 1
        damagedQuestion = counts.questions
        counts.longestBurst = max(counts.longestBurst, burst)
        if burst == Self.leastBurst { counts.burstDamages += burst }
        if burst > Self.leastBurst { counts.burstDamages += 1 }
    }

    /// Notes that a frame came with a byte or two before it that belong to nothing.
    mutating func noteStray(place: Int) {
        counts.strays += 1
        places.stray.note(place)
    }

    /// Notes that nothing came until `now`.
    mutating func passed(to now: Instant) {
        guard let asked, now - asked.at >= Self.longestWait else { return }
        settle(by: nil, at: now)
    }
}

// MARK: - Questions

extension SerialConversation {
    private mutating func takeQuestion(
        _ item: SerialItem, _ bytes: Span<UInt8>, isOwn: Bool, at now: Instant, place: Int
    ) {
        let hash = Self.hash(bytes)
        if let before = asked, before.hash == hash, before.answer == nil, now - before.at <= Self.hasty {
            return takeAgain(isOwn: isOwn, place: place)
        }
        settle(by: item, at: now)
        counts.questions += 1
        if isOwn { counts.ownQuestions += 1 }
        noteKind(of: item, place: place)
        if let address = item.address, let index = track(of: address, isWanted: isWanted(item)) {
            tracks[index].questions += 1
            tracks[index].askedAt = now
            if askedAddresses.count < 32, !askedAddresses.contains(address) { askedAddresses.append(address) }
        }
        let isCold = lastItemAt.map { now - $0 >= Self.cold } ?? false
        asked = Asked(item: item, hash: hash, at: now, place: place, isOwn: isOwn, isCold: isCold)
    }

    /// The same question at once again: it has come back, it was confirmed, or it is heard twice.
    private mutating func takeAgain(isOwn: Bool, place: Int) {
        if asked?.item.kind == .write {
            asked = nil
        } else if asked?.isOwn == true, !isOwn {
            counts.echoes += 1
            places.echo.note(place)
        } else {
            counts.repeats += 1
            places.echo.note(place)
        }
    }

    private mutating func noteKind(of item: SerialItem, place: Int) {
        if let poll = item.poll {
            counts.knownQuestions += 1
            if poll < 64 { questionsAsked |= 1 << UInt64(poll) }
        } else if item.kind == .write {
            counts.writes += 1
        } else {
            counts.strangeQuestions += 1
            counts.strangeRegister = item.register
            places.strange.note(place)
        }
    }

    private func isWanted(_ item: SerialItem) -> Bool { isShared || item.poll != nil || isMet }

    /// What becomes of the question before another one, or before a long silence.
    private mutating func settle(by next: SerialItem?, at now: Instant) {
        guard let before = asked else { return }
        asked = nil
        guard before.answer == nil else { return }
        if before.hadNoise {
            counts.damagedAnswers += 1
        } else if next != nil, now - before.at < Self.hasty {
            counts.hasty += 1
            places.hasty.note(before.place)
        } else if grammar.isOptional(before.item.poll) {
            counts.optionalFailures += 1
        } else {
            counts.unanswered += 1
            places.unanswered.note(before.place)
            noteCold(before, isFailure: true)
            if let address = before.item.address, let index = index(of: address) {
                tracks[index].unanswered += 1
            }
        }
    }

    mutating func noteCold(_ question: Asked, isFailure: Bool) {
        let failed: UInt64 = isFailure ? 1 : 0
        if question.isCold {
            counts.coldQuestions += 1
            counts.coldFailures += failed
            if isFailure { places.cold.note(question.place) }
        } else {
            counts.warmQuestions += 1
            counts.warmFailures += failed
        }
    }
}
