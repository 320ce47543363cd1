import BatteryModel
import BusDiagnosis
import TestSupport

// MARK: - The line

extension SerialFault {
    static let line: [SerialFault] = [
        SerialFault(finding: "damaged-frames", name: "every eighth answer has a wrong bit") { speaker in
            var events = SerialEvents(speaker)
            var count = 0
            for index in events.events.indices where !events.events[index].isQuestion {
                count += 1
                guard count % 8 == 0 else { continue }
                events.events[index].bytes[events.events[index].bytes.count / 2] ^= 0x04
            }
            return events
        },
        SerialFault(finding: "echo", name: "the adapter hears itself") { speaker in
            SerialEvents(speaker, isOwn: true).adding { _, event in
                guard event.isQuestion else { return nil }
                var back = event
                back.isOwn = false
                back.at = event.at + .milliseconds(4)
                return back
            }
        },
        SerialFault(finding: "broken-frames", name: "an adapter holds back the second half of each answer") {
            speaker in
            var events = SerialEvents(speaker)
            let whole = events.events
            events.events = whole.flatMap { event -> [SerialEvents.Event] in
                guard !event.isQuestion else { return [event] }
                var (one, other) = (event, event)
                one.bytes = Array(event.bytes.prefix(event.bytes.count / 2))
                other.bytes = Array(event.bytes.dropFirst(event.bytes.count / 2))
                other.at = event.at + .milliseconds(35)
                return [one, other]
            }
            return events
        },
        SerialFault(finding: "damage-in-bursts", name: "twenty answers damaged, then sixty whole") {
            speaker in
            var events = SerialEvents(speaker, rounds: 120)
            var count = 0
            for index in events.events.indices where !events.events[index].isQuestion {
                count += 1
                guard count % 80 >= 60 else { continue }
                events.events[index].bytes[events.events[index].bytes.count / 2] ^= 0x04
            }
            return count >= 160 ? events : nil
        },
        SerialFault(finding: "stray-bytes", name: "a zero before each answer") { speaker in
            var events = SerialEvents(speaker)
            for index in events.events.indices where !events.events[index].isQuestion {
                events.events[index].bytes.insert(0, at: 0)
            }
            return events
        },
    ]
}

// MARK: - What cannot be read

extension SerialFault {
    static let sounds: [SerialFault] = [
        SerialFault(finding: "serial-silent", name: "nobody speaks") { speaker in
            guard speaker.testDescription == SerialSpeaker.all[0].testDescription else { return nil }
            return SerialEvents(speaker, chunks: [], end: .seconds(20))
        },
        SerialFault(finding: "idle-break", name: "the line lies at a start bit") { speaker in
            guard speaker.baud < 38_400 else { return nil }
            return SerialEvents(speaker, chunks: [UInt8](repeating: 0, count: 600))
        },
        listened("wires-swapped", "A and B swapped") { wire, _ in
            wire.swapped.received(.takesStopForStart).bytes
        },
        listened("wrong-rate", "listened to at another rate", at: otherRate) {
            $0.received(at: $1, .takesStopForStart).bytes
        },
        SerialFault(finding: "wrong-parity", name: "8E1") { speaker in
            let wire = SerialSoundTests.wire(speaker, parity: false)
            return SerialEvents(speaker, chunks: wire.received(.takesStopForStart).bytes)
        } options: {
            DiagnosisOptions(rate: $0.baud)
        },
        SerialFault(finding: "unreadable", name: "nothing but noise") { speaker in
            var random = SeededRandom(
                seed: UInt64(speaker.testDescription.utf8.count) * 7 + UInt64(speaker.baud))
            return SerialEvents(speaker, chunks: random.bytes(3_000))
        } options: {
            DiagnosisOptions(rate: $0.baud)
        },
    ]

    /// A rate that is not the speaker's, near enough that it can be told.
    private static func otherRate(_ speaker: SerialSpeaker) -> Int32 {
        switch speaker.baud {
        case 9_600: 19_200
        case 57_600: 115_200
        default: 57_600
        }
    }

    /// What a UART hears of a conversation, set to `rate`.
    private static func listened(
        _ finding: String, _ name: String,
        at rate: @escaping @Sendable (SerialSpeaker) -> Int32 = { $0.baud },
        _ hear: @escaping @Sendable (WireLevels, Int32) -> [UInt8]
    ) -> SerialFault {
        SerialFault(finding: finding, name: name) { speaker in
            SerialEvents(speaker, chunks: hear(SerialSoundTests.wire(speaker), rate(speaker)))
        } options: {
            DiagnosisOptions(rate: rate($0))
        }
    }
}

extension SerialEvents {
    /// Bytes as an adapter hands them over, whatever they mean.
    init(_ speaker: SerialSpeaker, chunks bytes: [UInt8], end: Interval? = nil) {
        self.init(speaker, rounds: 0)
        var now = Interval.zero
        for first in stride(from: 0, to: bytes.count, by: 30) {
            let part = Array(bytes[first..<min(first + 30, bytes.count)])
            events.append(Event(at: now, bytes: part, isQuestion: false, address: 0, round: 0))
            now = now + .milliseconds(20)
        }
        self.end = end ?? now + .seconds(3)
    }
}
