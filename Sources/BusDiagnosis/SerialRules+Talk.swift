import BatteryModel
import BusCodec
import InverterProfiles

// Rules about who asks and who answers.

extension SerialRules {
    static let talk: [@Sendable (SerialPicture) -> [Finding]] = [
        serialOtherProtocol, twoProtocols, secondMaster, noAnswer, addressSilent, wrongAddress,
        questionsRefused,
        duplicateAddress, lateAnswers, onlyAnswers, strangeQuestions, limitsNeverAsked,
    ]

    /// Somebody speaks another protocol than the inverter expects.
    @Sendable static func serialOtherProtocol(_ picture: SerialPicture) -> [Finding] {
        guard let expected = picture.options.expectedProfile, let talk = picture.conversation,
            let source = talk.grammar.source, talk.counts.items >= 4,
            let spoken = ProfileTable.profiles.span[expected].serial
        else { return [] }
        let dialect = picture.options.expectedDialect
        if case .profile(expected, let heard) = source, dialect == nil || dialect == heard { return [] }
        // Drivers may ask in the words of the profile.
        if case .driver = source, spoken.framing == .telecom(version: 0x20, deviceClass: 0x46),
            ASCIIText(talk.grammar.id) == ASCIIText("pylontech")
        {
            return []
        }
        return [
            Finding(
                FindingTable.serialOtherProtocol, certainty: 92,
                [
                    Fact("expected", .text(ASCIIText(ProfileTable.profiles.span[expected].sheet.id))),
                    Fact("heard", .text(ASCIIText(talk.grammar.id))),
                ])
        ]
    }

    /// Frames of two protocols stand one between the other.
    @Sendable static func twoProtocols(_ picture: SerialPicture) -> [Finding] {
        guard let talk = picture.conversation, let other = picture.other else { return [] }
        return [
            Finding(
                FindingTable.twoProtocols, certainty: 93,
                [
                    Fact("first", .text(ASCIIText(talk.grammar.id))),
                    Fact("its frames", .count(talk.counts.items)),
                    Fact("second", .text(ASCIIText(other.grammar.id))),
                    Fact("its frames", .count(other.counts.items)),
                ])
        ]
    }

    /// Questions that cannot have waited for the answer to the one before, or questions of ours and of somebody else.
    @Sendable static func secondMaster(_ picture: SerialPicture) -> [Finding] {
        guard let talk = picture.conversation, picture.other == nil else { return [] }
        let counts = talk.counts
        let others = counts.questions - counts.ownQuestions
        let isOursAndTheirs = counts.ownQuestions >= 3 && others >= 3
        let isHasty =
            picture.options.hasTimes && counts.hasty >= 3 && counts.hasty * 50 >= counts.questions
            && others > 0
        guard isOursAndTheirs || isHasty else { return [] }
        return [
            Finding(
                FindingTable.secondMaster,
                certainty: isOursAndTheirs ? 97 : certainty(counts.hasty, from: 70, to: 92),
                [
                    Fact("questions", .count(counts.questions)), Fact("of ours", .count(counts.ownQuestions)),
                    Fact("asked before the answer could come", .count(counts.hasty)),
                ], places: talk.places.hasty.first)
        ]
    }

    /// Questions, and not one answer.
    @Sendable static func noAnswer(_ picture: SerialPicture) -> [Finding] {
        guard let talk = picture.conversation, talk.isUnanswered, !talk.isJKAtAddressZero,
            !talk.isPylontech, picture.other == nil
        else { return [] }
        return [
            Finding(
                FindingTable.noAnswer, certainty: 95, unansweredFacts(talk, picture),
                places: talk.places.unanswered.first)
        ]
    }

    static func unansweredFacts(_ talk: SerialConversation, _ picture: SerialPicture) -> [Fact] {
        var facts = [
            Fact("questions", .count(talk.counts.questions)),
            Fact("asked in", .text(ASCIIText(talk.grammar.id))),
        ]
        facts += talk.askedAddresses.prefix(4).map { Fact("asked address", .address($0)) }
        if let rate = picture.options.rate { facts.append(Fact("at", .rate(rate))) }
        return facts
    }

    /// One address is asked in vain while another answers.
    @Sendable static func addressSilent(_ picture: SerialPicture) -> [Finding] {
        guard let talk = picture.conversation, talk.answering > 0, !talk.isJKMaster,
            talk.counts.wrongAddresses == 0, firstPackMissing(picture).isEmpty
        else { return [] }
        let silent = talk.tracks.filter {
            $0.unanswered >= 5 && $0.answers + $0.refusals == 0 && $0.unanswered * 2 >= $0.questions
        }
        guard let first = silent.first else { return [] }
        return [
            Finding(
                FindingTable.addressSilent, certainty: 90,
                silent.prefix(8).map { Fact("asked in vain", .address($0.address)) }
                    + [
                        Fact("questions to it", .count(first.questions)),
                        Fact("addresses that answer", .count(UInt64(talk.answering))),
                    ], places: talk.places.unanswered.first)
        ]
    }

    /// Answers from an address that was not asked.
    @Sendable static func wrongAddress(_ picture: SerialPicture) -> [Finding] {
        guard let talk = picture.conversation, picture.other == nil, secondMaster(picture).isEmpty else {
            return []
        }
        let counts = talk.counts
        guard counts.wrongAddresses >= 3, counts.wrongAddresses * 20 >= counts.answers else { return [] }
        return [
            Finding(
                FindingTable.wrongAddressAnswers,
                certainty: certainty(counts.wrongAddresses, from: 80, to: 96),
                [
                    Fact("asked", .address(counts.askedAddress)),
                    Fact("answered", .address(counts.wrongAddress)),
                    Fact("times", .count(counts.wrongAddresses)), Fact("answers", .count(counts.answers)),
                ], places: talk.places.wrongAddress.first)
        ]
    }

    /// Refusals, with their codes.
    @Sendable static func questionsRefused(_ picture: SerialPicture) -> [Finding] {
        guard let talk = picture.conversation else { return [] }
        let counts = talk.counts
        guard counts.refusals >= 3, counts.refusals * 20 >= counts.questions else { return [] }
        var sheet = FindingTable.questionsRefused
        // As long as most is answered, something is missing and not everything.
        if counts.readAnswers > counts.refusals { sheet.severity = .warning }
        return [
            Finding(
                sheet, certainty: 95,
                [
                    Fact("refused", .count(counts.refusals)),
                    Fact(
                        "of all questions", .share(permille: permille(counts.refusals, of: counts.questions))),
                ] + counts.refusalCodes.prefix(4).map { RefusalWords.fact(of: $0.code, in: talk.grammar) },
                places: talk.places.refused.first)
        ]
    }

    /// Two different answers to one question, or a pack that is now this one and now that one.
    @Sendable static func duplicateAddress(_ picture: SerialPicture) -> [Finding] {
        guard let talk = picture.conversation, secondMaster(picture).isEmpty else { return [] }
        let counts = talk.counts
        if counts.secondAnswers >= 3, counts.secondAnswers * 5 >= counts.questions {
            let isSame = counts.sameSecondAnswers * 10 >= counts.secondAnswers * 8
            return [
                Finding(
                    isSame ? FindingTable.answersTwice : FindingTable.duplicateAddress,
                    certainty: certainty(counts.secondAnswers, from: 75, to: 95),
                    [
                        Fact("second answers", .count(counts.secondAnswers)),
                        Fact("the same as the first", .count(counts.sameSecondAnswers)),
                        Fact("questions", .count(counts.questions)),
                    ], places: talk.places.second.first)
            ]
        }
        return talk.tracks.filter { $0.alternations >= 3 }.map {
            Finding(
                FindingTable.duplicateAddress, certainty: certainty($0.alternations, from: 70, to: 92),
                [
                    Fact("address", .address($0.address)),
                    Fact(
                        "capacity, cycles or serial number changed and changed back", .count($0.alternations)),
                ], places: [$0.alternationPlace])
        }
    }

    /// Answers that nobody waits for any more.
    @Sendable static func lateAnswers(_ picture: SerialPicture) -> [Finding] {
        guard picture.options.hasTimes, let talk = picture.conversation else { return [] }
        let counts = talk.counts
        guard counts.lateAnswers >= 3, counts.lateAnswers * 10 >= counts.answers else { return [] }
        let slowest = talk.tracks.compactMap { $0.turnarounds.percentile(90) }.max() ?? .zero
        return [
            Finding(
                FindingTable.lateAnswers, certainty: 88,
                [
                    Fact("answers that were late", .count(counts.lateAnswers)),
                    Fact("answers", .count(counts.answers)),
                    Fact("nine of ten come within", .interval(slowest)),
                    Fact("who asks waits for", .interval(talk.grammar.patience)),
                ], places: talk.places.late.first)
        ]
    }

    /// Answers without any question.
    @Sendable static func onlyAnswers(_ picture: SerialPicture) -> [Finding] {
        guard let talk = picture.conversation, !talk.grammar.isBroadcast, talk.counts.questions == 0,
            talk.counts.answers >= 5
        else { return [] }
        return [
            Finding(FindingTable.onlyAnswers, certainty: 90, [Fact("answers", .count(talk.counts.answers))])
        ]
    }

    /// An inverter asks for registers or with commands that the profile does not have.
    @Sendable static func strangeQuestions(_ picture: SerialPicture) -> [Finding] {
        guard let talk = picture.conversation, case .profile = talk.grammar.source,
            questionsRefused(picture).isEmpty, !talk.isUnanswered
        else { return [] }
        let counts = talk.counts
        guard counts.strangeQuestions >= 5, counts.strangeQuestions * 5 >= counts.questions else { return [] }
        return [
            Finding(
                FindingTable.strangeQuestions, certainty: 80,
                [
                    Fact("such questions", .count(counts.strangeQuestions)),
                    Fact("the last asked for", .code(UInt32(counts.strangeRegister ?? 0))),
                ], places: talk.places.strange.first)
        ]
    }

    /// An inverter that reads the battery and never its limits, though its protocol has them.
    @Sendable static func limitsNeverAsked(_ picture: SerialPicture) -> [Finding] {
        guard let talk = picture.conversation, case .profile(let place, let dialect) = talk.grammar.source,
            talk.counts.readAnswers >= 10, !talk.isGuessed, picture.traffic.length >= .seconds(20),
            ProfileTable.profiles.span[place].tellsLimits(dialect)
        else { return [] }
        let told = talk.tracks.filter { $0.told.bank != nil }
        guard !told.isEmpty, told.allSatisfy({ $0.hasNoLimits }) else { return [] }
        return [
            Finding(
                FindingTable.limitsNeverAsked, certainty: 80,
                [
                    Fact("answers", .count(talk.counts.readAnswers)),
                    Fact("listened for", .interval(picture.traffic.length)),
                ])
        ]
    }
}

extension SerialConversation {
    /// Number of addresses that answer.
    var answering: Int { tracks.count { $0.answers + $0.refusals > 0 } }

    /// Whether questions are asked, and nothing has ever come back.
    var isUnanswered: Bool {
        counts.unanswered >= 4 && counts.answers + counts.refusals + counts.unaskedAnswers == 0
            && counts.damagedAnswers * 4 < counts.unanswered && counts.others * 4 < counts.questions
    }
}

extension AddressTrack {
    fileprivate var hasNoLimits: Bool {
        guard let bank = told.bank else { return true }
        return bank[.chargeCurrentLimit] == nil && bank[.dischargeCurrentLimit] == nil
            && bank[.chargeVoltageLimit] == nil
    }
}

extension InverterProfile {
    /// Whether a battery can tell a limit of current in a dialect.
    fileprivate func tellsLimits(_ dialect: UInt8) -> Bool {
        var tells = false
        visitRows(nil) { row in
            guard row.dialects >> dialect & 1 != 0, case .number(.chargeCurrentLimit) = row.meaning else {
                return
            }
            tells = true
        }
        return tells
    }
}
