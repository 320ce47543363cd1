import BatteryModel
import BusCodec
import BusDiagnosis
import TestSupport

/// What a recorder writes down of a serial line.
struct SerialEvents: Sendable {
    struct Event: Sendable {
        var at: Interval
        var bytes: [UInt8]
        var isOwn = false
        /// What it is in the conversation.
        var isQuestion: Bool
        var address: UInt8
        var round: Int
    }

    var speaker: SerialSpeaker
    var events: [Event] = []
    var end = Interval.zero

    /// A conversation in which nothing is wrong; `state` is what the battery is like in each round.
    init(
        _ speaker: SerialSpeaker, rounds: Int = 40, addresses: [UInt8]? = nil, isOwn: Bool = false,
        spacing: Interval? = nil, turnaround: Interval = .milliseconds(45), from start: Interval = .zero,
        _ state: (_ round: Int, _ address: UInt8) -> SerialState = { round, _ in SerialState(moment: round) }
    ) {
        self.speaker = speaker
        let step = spacing ?? speaker.pace.spacing
        var now = start
        for round in 0..<rounds {
            for address in addresses ?? speaker.addresses {
                for question in speaker.questions(to: address, withSlow: round % 10 == 0) {
                    let answer = speaker.answer(question, state(round, address), address: address)
                    events.append(
                        Event(
                            at: now, bytes: question, isOwn: isOwn, isQuestion: true, address: address,
                            round: round))
                    events.append(
                        Event(
                            at: now + turnaround, bytes: answer, isQuestion: false, address: address,
                            round: round))
                    now = now + step
                }
            }
        }
        events.removeAll { $0.bytes.isEmpty }
        end = now + .seconds(3)
    }

    /// What somebody who listens makes of it.
    func heard(_ options: DiagnosisOptions = DiagnosisOptions()) -> SerialDiagnosis {
        var diagnosis = SerialDiagnosis(options)
        let start = Instant(nanoseconds: 1_000_000_000_000)
        diagnosis.passed(to: start)
        for (place, event) in events.enumerated() {
            diagnosis.received(event.bytes.span, isOwn: event.isOwn, at: start + event.at, place: place + 1)
        }
        diagnosis.passed(to: start + end)
        return diagnosis
    }

    /// The ids of what is found, the most important first.
    func findings(_ options: DiagnosisOptions = DiagnosisOptions()) -> [String] {
        heard(options).account().findings.map { "\($0.sheet.id)" }
    }
}
