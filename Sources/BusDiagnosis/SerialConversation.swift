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
    private(set) var places = Places()

    let grammar: SerialGrammar
    /// The addresses of ``tracks``: to look into a track is to copy it, readings and all.
    private var addresses: [UInt8] = []
    private var asked: Asked?
    private var lastItemAt: Instant?

    /// Where trouble was seen.
    struct Places: Sendable {
        var unanswered = SerialPlaces(), hasty = SerialPlaces(), refused = SerialPlaces()
        var wrongAddress = SerialPlaces(), second = SerialPlaces(), late = SerialPlaces()
        var broken = SerialPlaces(), damaged = SerialPlaces(), echo = SerialPlaces()
        var strange = SerialPlaces(), cold = SerialPlaces()
    }

    private struct Asked: Sendable {
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
    private static let secondWithin = Interval.seconds(1)
    /// A bus on which nothing was said for so long is cold.
    private static let cold = Interval.seconds(3)
    /// A pause that no adapter makes inside a frame.
    static let pause = Interval.milliseconds(25)
    /// More packs do not share a line.
    private static let mostTracks = 64

    init(_ grammar: SerialGrammar) { self.grammar = grammar }

    /// Whether anything was heard that only this protocol has.
    var isMet: Bool { counts.knownQuestions + counts.readAnswers + counts.unaskedAnswers > 0 }

    /// Whether it belongs to a framing that many protocols share.
    private var isShared: Bool { grammar.source == nil }

    /// Takes something whole.
    mutating func take(
        _ item: SerialItem, _ bytes: Span<UInt8>, isOwn: Bool, pause: Interval, at now: Instant, place: Int
    ) {
        counts.items += 1
        counts.understoodBytes += UInt64(bytes.count)
        if pause >= Self.pause {
            counts.brokenFrames += 1
            counts.longestPause = max(counts.longestPause, pause)
            places.broken.note(place)
        }
        switch item.kind {
        case .question, .write: takeQuestion(item, bytes, isOwn: isOwn, at: now, place: place)
        case .answer: takeAnswer(item, bytes, at: now, place: place)
        case .refusal: takeRefusal(item, at: now, place: place)
        case .other: if asked?.item.kind == .write { asked = nil }
        }
        lastItemAt = now
    }

    /// Notes that bytes came that are no frame.
    mutating func noteDamage(isNew: Bool, run: UInt64, place: Int) {
        if isNew {
            counts.damages += 1
            places.damaged.note(place)
        }
        counts.longestDamage = max(counts.longestDamage, run)
        if asked?.answer == nil { asked?.hadNoise = true }
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
        } else {
            counts.unanswered += 1
            places.unanswered.note(before.place)
            noteCold(before, isFailure: true)
            if let address = before.item.address, let index = index(of: address) {
                tracks[index].unanswered += 1
            }
        }
    }

    private mutating func noteCold(_ question: Asked, isFailure: Bool) {
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

// MARK: - Answers

extension SerialConversation {
    private mutating func takeAnswer(
        _ item: SerialItem, _ bytes: Span<UInt8>, at now: Instant, place: Int
    ) {
        counts.answers += 1
        guard let question = asked else {
            return readUnasked(item, bytes, at: now, place: place)
        }
        let expected = question.item.address.flatMap { grammar.answerer($0, question.item.frame) }
        if let address = item.address, let expected, address != expected {
            counts.wrongAddresses += 1
            (counts.askedAddress, counts.wrongAddress) = (expected, address)
            places.wrongAddress.note(place)
            asked?.answer = (0, now)
            let poll = item.poll ?? question.item.poll
            _ = read(bytes, poll, question.item.frame, from: address, at: now, place: place)
            return
        }
        let hash = Self.hash(bytes)
        if let first = question.answer {
            guard now - first.at < Self.secondWithin else { return }
            counts.secondAnswers += 1
            if first.hash == hash { counts.sameSecondAnswers += 1 }
            places.second.note(place)
            return
        }
        asked?.answer = (hash, now)
        noteCold(question, isFailure: false)
        let address = item.address ?? expected ?? 0
        noteTurnaround(now - question.at, of: address, at: now, place: place)
        let poll = item.poll ?? question.item.poll
        _ = read(bytes, poll, question.item.frame, from: address, at: now, place: place)
    }

    private mutating func noteTurnaround(
        _ time: Interval, of address: UInt8, at now: Instant, place: Int
    ) {
        if time > grammar.patience {
            counts.lateAnswers += 1
            places.late.note(place)
        }
        guard let index = track(of: address, isWanted: isShared || isMet) else { return }
        tracks[index].answers += 1
        tracks[index].answeredAt = now
        tracks[index].turnarounds.note(max(time, .zero))
    }

    private mutating func takeRefusal(_ item: SerialItem, at now: Instant, place: Int) {
        guard let question = asked, question.answer == nil else { return }
        let expected = question.item.address.flatMap { grammar.answerer($0, question.item.frame) }
        guard item.address == nil || item.address == expected else { return }
        counts.noteRefusal(item.code)
        places.refused.note(question.place)
        asked?.answer = (0, now)
        noteCold(question, isFailure: false)
        if let address = item.address ?? expected,
            let index = track(of: address, isWanted: isShared || isMet)
        {
            tracks[index].refusals += 1
        }
    }

    /// An answer to nothing that was heard: while no question ever was, every question may be the one.
    private mutating func readUnasked(
        _ item: SerialItem, _ bytes: Span<UInt8>, at now: Instant, place: Int
    ) {
        let address = item.address ?? 0
        if grammar.isBroadcast || item.poll != nil {
            if read(bytes, item.poll, nil, from: address, at: now, place: place) { counts.unaskedAnswers += 1 }
            return
        }
        guard counts.questions == 0 else { return }
        for poll in 0..<grammar.pollCount
        where read(bytes, poll, nil, from: address, at: now, place: place) {
            counts.unaskedAnswers += 1
            counts.guessedAnswers += 1
            return
        }
    }

    /// Whether it was guessed what most answers say.
    var isGuessed: Bool { counts.guessedAnswers * 2 > counts.readAnswers }

    private mutating func read(
        _ bytes: Span<UInt8>, _ poll: Int?, _ frame: SerialFrame?, from address: UInt8, at now: Instant,
        place: Int
    ) -> Bool {
        let reading: SerialGrammar.Reading
        if let index = index(of: address) {
            reading = grammar.read(bytes, poll, frame, now, &tracks[index].told)
        } else {
            var told = SerialTold()
            reading = grammar.read(bytes, poll, frame, now, &told)
            if reading != .foreign, let index = track(of: address, isWanted: true) { tracks[index].told = told }
        }
        guard reading != .foreign else { return false }
        counts.readAnswers += 1
        if reading == .impossible { counts.impossibleAnswers += 1 }
        guard let index = index(of: address) else { return true }
        tracks[index].noteRead(isImpossible: reading == .impossible, at: now, place: place)
        return true
    }

    private func index(of address: UInt8) -> Int? { addresses.firstIndex(of: address) }

    private mutating func track(of address: UInt8, isWanted: Bool) -> Int? {
        if let index = index(of: address) { return index }
        guard isWanted, tracks.count < Self.mostTracks else { return nil }
        tracks.append(AddressTrack(address))
        addresses.append(address)
        return tracks.count - 1
    }

    /// FNV-1a, to tell whether two frames are the same.
    private static func hash(_ bytes: Span<UInt8>) -> UInt32 {
        var hash: UInt32 = 0x811C_9DC5
        for index in bytes.indices { hash = (hash ^ UInt32(bytes[index])) &* 0x0100_0193 }
        return hash
    }
}
