import BatteryModel

/// Names who speaks what on a serial line, from what each protocol makes of it.
struct SerialNaming {
    /// The protocols that fit, the best first.
    private(set) var ranked: [Ranked] = []

    struct Ranked {
        /// The place among the ears.
        var ear: Int
        var score: Int32
    }

    /// A protocol must reach so many thousandths to be named.
    static let leastScore: Int32 = 350
    /// Candidates behind the best are told down to this distance, and so many of them.
    private static let distance: Int32 = 250, mostCandidates = 5
    /// Less than this share of what is heard is chance.
    private static let leastShare: Int32 = 50

    private let ears: [SerialEar]

    init(_ ears: [SerialEar]) {
        self.ears = ears
        for index in ears.indices {
            guard let score = Self.score(ears[index]), score >= Self.leastScore else { continue }
            ranked.append(Ranked(ear: index, score: score))
        }
        ranked.sort { $0.score == $1.score ? $0.ear < $1.ear : $0.score > $1.score }
    }

    /// The ear of the protocol that fits best; `nil` if none does.
    var best: Int? { ranked.first?.ear }

    /// The ear of another protocol that is spoken between the frames of the best; `nil` if there is none.
    var second: Int? {
        guard let best else { return nil }
        let one = ears[best].conversation.counts
        // What both understand is one conversation, not two.
        return ears.indices.first { place in
            let other = ears[place].conversation.counts
            return place != best && ears[place].grammar.source != nil && other.knownQuestions >= 4
                && other.readAnswers >= 4 && other.readAnswers * 2 > other.answers
                && (one.understoodBytes + other.understoodBytes) * 100 <= ears[best].heardBytes * 103
        }
    }

    /// What a protocol understands of the bytes, of the questions and of the answers, in thousandths.
    private static func score(_ ear: SerialEar) -> Int32? {
        let counts = ear.conversation.counts
        guard ear.grammar.source != nil, ear.conversation.isMet, ear.heardBytes > 0 else { return nil }
        let share = permille(counts.understoodBytes, of: ear.heardBytes)
        guard share >= leastShare else { return nil }
        var (sum, weight) = (share * 4, Int32(4))
        let asked = counts.knownQuestions + counts.strangeQuestions
        if asked > 0 {
            sum += permille(counts.knownQuestions, of: asked) * 3
            weight += 3
        }
        let first = counts.answers - min(counts.secondAnswers, counts.answers)
        if first > 0 {
            let good = counts.readAnswers - counts.impossibleAnswers / 2
            sum += permille(good, of: first) * 3
            weight += 3
        }
        var score = sum / weight
        let isWhole = ear.grammar.isBroadcast || asked > 0 && counts.readAnswers > 0
        if !isWhole { score = score * 9 / 10 }
        // Whatever answers there are frames of another version.
        if counts.readAnswers == 0, counts.others * 2 > asked { score = score * 8 / 10 }
        if counts.knownQuestions + counts.readAnswers < 2 { score = score * 8 / 10 }
        // A few commands that many have are no sign among a crowd that it does not have.
        if counts.readAnswers == 0, counts.knownQuestions * 8 < asked { score = score * 7 / 10 }
        return score * 97 / 100 + completeness(ear)
    }

    /// Of two protocols with the same questions it is the one with fewer others.
    private static func completeness(_ ear: SerialEar) -> Int32 {
        let count = Int32(ear.grammar.questionCount)
        guard count > 0 else { return 30 }
        return min(Int32(ear.conversation.questionsAsked.nonzeroBitCount), count) * 30 / count
    }

    private static func permille(_ part: UInt64, of whole: UInt64) -> Int32 {
        whole > 0 ? Int32(min(part * 1_000 / whole, 1_000)) : 0
    }
}

// MARK: - Talkers

extension SerialNaming {
    /// Who was heard: the packs or the battery by address, then who asks, then those of the second protocol.
    func talkers(_ traffic: SerialTraffic) -> [Talker] {
        guard let best else { return unnamed(traffic) }
        var talkers = talkers(of: best, candidates: candidates)
        if let second {
            let score = ranked.first { $0.ear == second }?.score ?? Self.leastScore
            talkers += self.talkers(of: second, candidates: [candidate(second, score)])
        }
        return talkers
    }

    private var candidates: [Candidate] {
        guard let best = ranked.first else { return [] }
        return ranked.prefix { best.score - $0.score <= Self.distance }.prefix(Self.mostCandidates)
            .map { candidate($0.ear, $0.score) }
    }

    private func talkers(of ear: Int, candidates: [Candidate]) -> [Talker] {
        let conversation = ears[ear].conversation
        var talkers: [Talker] = []
        let role: Talker.Role = if case .profile = ears[ear].grammar.source { .battery } else { .pack }
        for track in conversation.tracks where track.answers + track.refusals > 0 || track.told.isKnown {
            talkers.append(Talker(role, candidates: candidates, addresses: [track.address]))
        }
        if conversation.counts.questions > 0 {
            let master: Talker.Role = role == .battery ? .inverter : .master
            talkers.append(
                Talker(master, candidates: candidates, addresses: conversation.askedAddresses))
        }
        return talkers
    }

    private func candidate(_ place: Int, _ score: Int32) -> Candidate {
        let (grammar, counts) = (ears[place].grammar, ears[place].conversation.counts)
        let source = grammar.source ?? .driver(0)
        var reasons = [
            Fact(
                "bytes it understands",
                .share(permille: Self.permille(counts.understoodBytes, of: ears[place].heardBytes)))
        ]
        if counts.questions > 0 {
            reasons.append(Fact("questions that it has", .count(counts.knownQuestions)))
        }
        if counts.strangeQuestions > 0 {
            reasons.append(Fact("questions that it has not", .count(counts.strangeQuestions)))
        }
        if counts.answers > 0 { reasons.append(Fact("answers that it reads", .count(counts.readAnswers))) }
        if counts.answers > counts.readAnswers {
            reasons.append(Fact("answers that it does not read", .count(counts.answers - counts.readAnswers)))
        }
        if counts.impossibleAnswers > 0 {
            reasons.append(Fact("answers with a value that cannot be", .count(counts.impossibleAnswers)))
        }
        return Candidate(
            source, id: grammar.id, name: grammar.name, dialect: grammar.dialect, score: score,
            reasons: reasons)
    }

    /// What is said where no protocol fits.
    private func unnamed(_ traffic: SerialTraffic) -> [Talker] {
        guard traffic.bytes + traffic.ownBytes > 0 else { return [] }
        if let shared {
            let counts = ears[shared].conversation.counts
            let isModbus =
                ears[shared].grammar.name.utf8CodeUnitCount == SerialGrammar.modbus.name.utf8CodeUnitCount
            let remark: StaticString =
                isModbus
                ? "Modbus RTU with whole frames, but nobody who is known asks for these registers"
                : "frames of hexadecimal characters, as Pylontech and PACE have them, but with commands of nobody who is known"
            return [
                Talker(
                    counts.questions > 0 ? .master : .unknown, remark: remark,
                    addresses: ears[shared].conversation.askedAddresses)
            ]
        }
        let remark: StaticString =
            switch traffic.bytes {
            case traffic.zeroBytes:
                "cannot be told: nothing but zeros, which is a line that does not rest as it should"
            case ..<32: "cannot be told: too few bytes"
            default: "cannot be told: no frame of any protocol that is known, at this rate"
            }
        return [Talker(.unknown, remark: remark)]
    }

    /// A framing that many protocols share, if most of what is heard are whole frames of it.
    var shared: Int? {
        ears.indices.first { place in
            let counts = ears[place].conversation.counts
            return ears[place].grammar.source == nil && counts.items >= 3
                && counts.understoodBytes * 2 > ears[place].heardBytes
        }
    }
}
