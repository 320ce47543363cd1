import BMSDrivers
import BatteryModel
import BusCodec
import InverterProfiles

/// Somebody whose questions are heard though the listener is set otherwise than the line.
public struct HeardAnyway: Sendable {
    /// Whose questions it is.
    public var source: Candidate.Source
    /// The id of the protocol, and its name.
    public var id: StaticString, name: StaticString
    /// How the line is heard.
    public var sound: LineSound
    /// How often a question was found.
    public var times: Int
    /// The addresses that are asked.
    public var addresses: [UInt8]
    /// Whether no other protocol sounds as much alike.
    public var isProtocolSure: Bool
}

/// Looks for questions of known protocols in what was heard, as they would sound on swapped wires, at another rate, or with
/// a parity bit.
///
/// Answers say what they please and cannot be recognised so.
public struct SoundSearch: Sendable {
    /// A question and who asks it.
    struct Question: Sendable {
        var speaker: Int
        var address: UInt8
        var bytes: [UInt8]
    }

    /// A protocol of which questions are looked for.
    struct Speaker: Sendable {
        var source: Candidate.Source
        var id: StaticString, name: StaticString
        var bauds: [Int32]
    }

    /// Rates that are in use, the usual ones first.
    private static let rates: [Int32] = [9_600, 115_200, 19_200, 57_600, 38_400, 4_800, 2_400]
    /// So many bytes of a question must be heard one behind the other.
    private static let enough = 4
    /// So often a question must be heard; by chance that happens to no stream.
    private static let enoughTimes = 2

    private let heard: [UInt8]
    /// Where each byte stands.
    private var places: [[Int32]]

    /// Looks at what was heard.
    public init(_ heard: [UInt8]) {
        self.heard = heard
        places = Array(repeating: [], count: 256)
        for (place, byte) in heard.enumerated() { places[Int(byte)].append(Int32(place)) }
    }

    /// How often `sound` is heard.
    public func count(_ sound: ArraySlice<UInt8>) -> Int {
        guard let first = sound.first else { return 0 }
        var count = 0
        for place in places[Int(first)] where heard[Int(place)...].starts(with: sound) { count += 1 }
        return count
    }

    /// Who is heard; `nil` if nobody can be recognised.
    ///
    /// `rate` is the one at which was listened, if it is known.
    func find(rate: Int32?) -> HeardAnyway? {
        var best: (found: HeardAnyway, weight: Int)?
        for sound in Self.sounds(rate) {
            guard let (found, weight) = find(sound, rateIsKnown: rate != nil), weight > best?.weight ?? 0
            else {
                continue
            }
            best = (found, weight)
        }
        return best?.found
    }

    /// All ways in which a line can sound otherwise, the likeliest first.
    private static func sounds(_ rate: Int32?) -> [LineSound] {
        var sounds: [LineSound] = []
        for heard in rate.map({ [$0] }) ?? rates {
            for resync in [false, true] {
                if rate != nil || heard == 9_600 {
                    sounds.append(
                        LineSound(
                            sentRate: heard, heardRate: heard, isSwapped: true, takesStopForStart: resync))
                    for parity in [LineSound.Parity.even, .odd] {
                        sounds.append(
                            LineSound(
                                sentRate: heard, heardRate: heard, parity: parity, takesStopForStart: resync))
                    }
                }
                for sent in rates where sent != heard {
                    sounds.append(LineSound(sentRate: sent, heardRate: heard, takesStopForStart: resync))
                }
            }
        }
        return sounds
    }

    /// Whose questions are heard in this way, and how many bytes of them.
    private func find(_ sound: LineSound, rateIsKnown: Bool) -> (HeardAnyway, Int)? {
        var weights = Array(repeating: 0, count: Self.speakers.count)
        var times = weights
        var addresses = Array(repeating: [UInt8](), count: weights.count)
        // The first bytes on swapped wires depend on what the line was like before.
        let unsure = sound.isSwapped ? 2 : 0
        for question in Self.questions {
            let speaker = Self.speakers[question.speaker]
            // At one rate only the ratio of the rates counts: each protocol is taken at its own.
            guard rateIsKnown || sound.sentRate == sound.heardRate || speaker.bauds.contains(sound.sentRate)
            else { continue }
            let bytes = sound.heard(question.bytes).dropFirst(unsure)
            // At a wrong rate few different bytes are heard, so that short stretches of them mean little.
            guard bytes.count >= Self.enough, Set(bytes).count >= (sound.isSwapped ? 2 : 3),
                sound.parity == .none || !bytes.elementsEqual(question.bytes)
            else { continue }
            let count = count(bytes)
            guard count > 0 else { continue }
            weights[question.speaker] +=
                count * bytes.count * (speaker.bauds.contains(sound.sentRate) ? 3 : 2)
            times[question.speaker] += count
            if !addresses[question.speaker].contains(question.address) {
                addresses[question.speaker].append(question.address)
            }
        }
        guard let best = weights.indices.max(by: { weights[$0] < weights[$1] }),
            times[best] >= Self.enoughTimes
        else { return nil }
        let second = weights.indices.filter { $0 != best }.map { weights[$0] }.max() ?? 0
        let speaker = Self.speakers[best]
        let found = HeardAnyway(
            source: speaker.source, id: speaker.id, name: speaker.name, sound: sound, times: times[best],
            addresses: addresses[best], isProtocolSure: second * 10 < weights[best] * 9)
        return (found, weights[best])
    }
}

// MARK: - What can be recognised

extension SoundSearch {
    /// So many addresses of each protocol are looked for.
    private static let mostAddresses = 6

    static let speakers: [Speaker] = {
        var speakers: [Speaker] = []
        for grammar in SerialGrammar.all {
            guard let source = grammar.source else { continue }
            speakers.append(
                Speaker(source: source, id: grammar.id, name: grammar.name, bauds: grammar.bauds))
        }
        return speakers
    }()

    static let questions: [Question] = {
        var questions: [Question] = []
        for (place, speaker) in speakers.enumerated() {
            switch speaker.source {
            case .driver(let driver): add(DriverTable.drivers.span[driver], place, to: &questions)
            case .profile(let profile, let dialect):
                add(ProfileTable.profiles.span[profile], dialect, place, to: &questions)
            case .shunt: break
            }
        }
        return questions
    }()

    private static func add(_ driver: BMSDriver, _ speaker: Int, to questions: inout [Question]) {
        var addresses = Array(driver.sheet.addresses.prefix(mostAddresses))
        if let own = driver.sheet.factoryAddress, !addresses.contains(own) { addresses.append(own) }
        for address in addresses {
            for poll in 0..<driver.pollCount {
                var buffer = RequestBuffer()
                driver.request(poll, address, &buffer)
                let bytes = buffer.bytes.indices.map { buffer.bytes[$0] }
                questions.append(Question(speaker: speaker, address: address, bytes: bytes))
            }
        }
    }

    private static func add(
        _ profile: InverterProfile, _ dialect: UInt8, _ speaker: Int, to questions: inout [Question]
    ) {
        guard let talk = profile.serial else { return }
        var index = 0
        while let question = talk.question(index, dialect) {
            var buffer = SerialBuffer()
            talk.framing.write(question, to: talk.address, into: &buffer)
            let bytes = buffer.bytes.indices.map { buffer.bytes[$0] }
            questions.append(Question(speaker: speaker, address: talk.address, bytes: bytes))
            index += 1
        }
    }
}
