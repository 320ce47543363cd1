import BMSDrivers
import BatteryModel
import BusCodec
import TestSupport

/// How a pack misbehaves on the line, or somebody else beside it.
enum AnswerFault: CaseIterable, Sendable {
    case none
    /// The answer begins when the time-out has just passed.
    case justLate
    /// The answer begins when the next question has just been asked.
    case lateIntoNext
    /// The answer comes two time-outs late.
    case veryLate
    case short
    case noiseBefore, noiseBetween, noiseBehind
    case bitFlipped
    /// The bytes of the checksum are wrong.
    case badChecksum
    case twice
    /// Another pack's address stands in the answer.
    case otherPack
    /// Another question is answered.
    case otherQuestion
    case refusal
    case silence
    /// The BMS starts anew in the middle of an answer and is silent for two seconds, then gives one that is whole.
    case reboot
    /// The adapter gives back what is sent.
    case echo
    /// Another master asks the same pack, which answers.
    case secondMaster

    /// What becomes of the reading meanwhile.
    enum Outcome {
        /// Nothing is believed: it ages.
        case ages
        /// Good answers are still found.
        case goesOn
        /// Now and then one is.
        case sometimes
    }

    var outcome: Outcome {
        switch self {
        case .none, .noiseBefore, .noiseBehind, .twice, .echo: .goesOn
        // The bytes of two masters run into each other.
        case .reboot, .secondMaster: .sometimes
        // An answer to a question that is asked again is an answer, though an old one.
        case .justLate, .lateIntoNext, .veryLate: .sometimes
        case .short, .noiseBetween, .bitFlipped, .badChecksum, .otherPack, .otherQuestion, .refusal, .silence:
            .ages
        }
    }

    /// Whether anything counts it; an echo and another master's questions are frames like any other.
    var isCounted: Bool {
        switch self {
        case .none, .echo, .secondMaster: false
        default: true
        }
    }

    /// How often `line` has counted it.
    func count(in line: PackLine) -> UInt64 {
        let own = line[0].statistics
        var strangers = line.unexpectedAnswers
        for pack in 0..<line.count { strangers += line[pack].statistics.wrongAddresses }
        return switch self {
        case .none, .echo, .secondMaster: 0
        case .justLate, .lateIntoNext, .veryLate, .silence: own.timeouts
        case .short, .noiseBetween, .bitFlipped, .badChecksum, .reboot: min(own.timeouts, line.noise.total)
        case .noiseBefore, .noiseBehind: line.noise.total
        case .twice: strangers + line.noise.total
        case .otherPack: own.wrongAddresses
        case .otherQuestion: own.rejectedAnswers + strangers
        case .refusal: own.refusals
        }
    }

    /// A part of an answer, and how long after the question has ended it begins; `nil` behind the part before.
    typealias Part = (after: Interval?, bytes: [UInt8])

    /// What stands on the line instead of `answer`, in parts.
    ///
    /// `attempt` counts the answers that have been spoiled so.
    func spoil(
        _ answer: [UInt8], timing: LineTiming, attempt: Int, _ random: inout SeededRandom
    ) -> [Part] {
        let middle = answer.count / 2
        let long = max(timing.timeout, timing.probeTimeout)
        switch self {
        case .justLate: return [(long + .milliseconds(5), answer)]
        case .lateIntoNext: return [(long + timing.spacing + .milliseconds(20), answer)]
        case .veryLate: return [(long * 2 + .milliseconds(5), answer)]
        case .short: return [(nil, Array(answer.prefix(1 + attempt * 7 % max(answer.count - 1, 1))))]
        case .noiseBefore: return [(nil, random.bytes(1 + attempt % 12) + answer)]
        case .noiseBehind: return [(nil, answer + random.bytes(1 + attempt % 12))]
        case .noiseBetween:
            return [(nil, answer[..<middle] + random.bytes(1 + attempt % 12) + answer[middle...])]
        case .bitFlipped:
            var flipped = answer
            let place = answer.count / 4 + attempt * 5 % max(middle, 1)
            if flipped.indices.contains(place) { flipped[place] ^= 1 << UInt8(attempt % 8) }
            return [(nil, flipped)]
        case .badChecksum:
            return [(nil, answer.dropLast(3) + answer.suffix(3).map { $0 ^ 0x01 })]
        case .twice: return [(nil, answer + answer)]
        case .reboot: return attempt % 4 == 3 ? [(nil, answer)] : [(nil, Array(answer[..<middle]))]
        case .silence: return []
        default: return [(nil, answer)]
        }
    }
}
