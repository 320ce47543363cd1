import BatteryModel
import BusCodec
import InverterProfiles

// What a conversation makes of answers and refusals.

extension SerialConversation {
    mutating func takeAnswer(
        _ item: SerialItem, _ bytes: Span<UInt8>, at now: Instant, place: Int
    ) {
        counts.answers += 1
        guard let question = asked else {
            return readUnasked(item, bytes, at: now, place: place)
        }
        let expected = question.item.address.flatMap { grammar.answerer($0, question.item.frame) }
        if let address = item.address, let expected, address != expected {
            // The master among the packs tells its own values between those of the others.
            guard address != grammar.unaskedAddress else {
                _ = read(bytes, item.poll, nil, from: address, at: now, place: place)
                return
            }
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

    mutating func takeRefusal(_ item: SerialItem, at now: Instant, place: Int) {
        guard let question = asked, question.answer == nil else { return }
        let expected = question.item.address.flatMap { grammar.answerer($0, question.item.frame) }
        guard item.address == nil || item.address == expected else { return }
        guard !grammar.isOptional(question.item.poll) || counts.readAnswers == 0 else {
            counts.optionalFailures += 1
            asked?.answer = (0, now)
            return
        }
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
            if read(bytes, item.poll, nil, from: address, at: now, place: place) {
                counts.unaskedAnswers += 1
            }
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
            if reading != .foreign, let index = track(of: address, isWanted: true) {
                tracks[index].told = told
            }
        }
        guard reading != .foreign else { return false }
        counts.readAnswers += 1
        if reading == .impossible { counts.impossibleAnswers += 1 }
        guard let index = index(of: address) else { return true }
        tracks[index].noteRead(isImpossible: reading == .impossible, at: now, place: place)
        return true
    }

    func index(of address: UInt8) -> Int? { addresses.firstIndex(of: address) }

    mutating func track(of address: UInt8, isWanted: Bool) -> Int? {
        if let index = index(of: address) { return index }
        guard isWanted, tracks.count < Self.mostTracks else { return nil }
        tracks.append(AddressTrack(address))
        addresses.append(address)
        return tracks.count - 1
    }

    /// FNV-1a, to tell whether two frames are the same.
    static func hash(_ bytes: Span<UInt8>) -> UInt32 {
        var hash: UInt32 = 0x811C_9DC5
        for index in bytes.indices { hash = (hash ^ UInt32(bytes[index])) &* 0x0100_0193 }
        return hash
    }
}
