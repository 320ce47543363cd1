import BatteryModel
import BusCodec
import BusDiagnosis
import InverterProfiles
import TestSupport
import Testing

/// Something that is done to a conversation on a serial line, and what shall be found of it.
struct SerialFault: Sendable, CustomTestStringConvertible {
    /// The id of the finding.
    var finding: String
    /// What is done.
    var name: String
    /// The conversation with the fault; `nil` where it cannot be done to this speaker.
    var make: @Sendable (SerialSpeaker) -> SerialEvents?
    var options: @Sendable (SerialSpeaker) -> DiagnosisOptions = { _ in DiagnosisOptions() }

    var testDescription: String { "\(finding): \(name)" }

    /// The finding that is right for a speaker.
    func finding(of speaker: SerialSpeaker) -> String {
        finding == "no-answer" && speaker.id.hasPrefix("pylontech") ? "pylontech-rate" : finding
    }

    static let all: [SerialFault] = talk + line + sounds + packs + limits + bms
}

// MARK: - Who asks and answers

extension SerialFault {
    static let talk: [SerialFault] = [
        SerialFault(finding: "no-answer", name: "nobody answers") {
            SerialEvents($0).keeping { event in event.isQuestion }
        },
        SerialFault(finding: "address-silent", name: "the second pack is off") { speaker in
            guard let last = speaker.addresses.last, speaker.addresses.count > 1 else { return nil }
            return SerialEvents(speaker).keeping { $0.isQuestion || $0.address != last }
        },
        SerialFault(finding: "first-pack-missing", name: "the first pack is off") { speaker in
            // Where 0 is an address as well, nobody says which the first is.
            guard speaker.addresses.count > 1, speaker.addresses[0] > 0 else { return nil }
            return SerialEvents(speaker).keeping { $0.isQuestion || $0.address != speaker.addresses[0] }
        },
        SerialFault(finding: "second-master", name: "another asks into every fourth question") { speaker in
            let events = SerialEvents(speaker)
            let questions = events.events.filter(\.isQuestion)
            guard Set(questions.map(\.bytes)).count > 1 else { return nil }
            return events.adding(every: 4) { number, question in
                var other = questions[(number + 1) % questions.count]
                if other.bytes == question.bytes { other = questions[(number + 2) % questions.count] }
                other.at = question.at + .milliseconds(17)
                return other
            }
        },
        SerialFault(finding: "second-master", name: "we ask, and somebody else does") { speaker in
            var events = SerialEvents(speaker)
            for index in events.events.indices where events.events[index].round % 2 == 0 {
                events.events[index].isOwn = events.events[index].isQuestion
            }
            return events
        },
        SerialFault(finding: "two-protocols", name: "another protocol between the frames") { speaker in
            let other = SerialSpeaker.named(speaker.id.hasPrefix("jbd") ? "daly" : "jbd")
            guard other.id != speaker.id else { return nil }
            var events = SerialEvents(speaker)
            let guest = SerialEvents(
                other, rounds: 40, spacing: .milliseconds(1_700), from: .milliseconds(100))
            let free = guest.events.filter { event in
                event.at < events.end
                    && !events.events.contains { ($0.at - event.at).magnitude < .milliseconds(4) }
            }
            guard free.count >= 20 else { return nil }
            events.merge(free)
            return events
        },
        SerialFault(finding: "wrong-address", name: "a pack answers under the next address") { speaker in
            guard speaker.isDriver, speaker.addresses.count > 1, !["jk-modbus"].contains(speaker.id) else {
                return nil
            }
            var events = SerialEvents(speaker, addresses: [speaker.addresses[0]])
            let other = SerialEvents(speaker, addresses: [speaker.addresses[1]])
            guard other.events.count == events.events.count else { return nil }
            for index in events.events.indices where !events.events[index].isQuestion {
                events.events[index].bytes = other.events[index].bytes
            }
            return events
        },
        SerialFault(finding: "questions-refused", name: "everything is refused") { speaker in
            // Daly answers from another address than is asked.
            guard speaker.id != "daly-modbus" else { return nil }
            var events = SerialEvents(speaker)
            for index in events.events.indices where !events.events[index].isQuestion {
                let question = events.events[index - 1].bytes
                guard let refusal = refusal(of: question) else { return nil }
                events.events[index].bytes = refusal
            }
            return events
        },
        SerialFault(finding: "duplicate-address", name: "two packs answer each question") { speaker in
            let other = SerialEvents(speaker) { round, _ in
                SerialState(soc: 300, moment: round, isOther: true)
            }
            let own = SerialEvents(speaker)
            guard
                zip(other.events, own.events).filter({ !$0.isQuestion && $0.bytes != $1.bytes }).count * 2
                    > own.events.count / 2
            else { return nil }
            return own.adding { number, event in
                guard !event.isQuestion, number < other.events.count else { return nil }
                var second = other.events[number]
                second.at = event.at + .milliseconds(30)
                return second
            }
        },
        SerialFault(finding: "duplicate-address", name: "now one pack answers, now another") { speaker in
            let events = SerialEvents(speaker) { round, _ in
                SerialState(soc: 550, moment: round, isOther: round % 2 == 1)
            }
            return events.tellsNature ? events : nil
        },
        SerialFault(finding: "answers-twice", name: "each answer comes twice") { speaker in
            SerialEvents(speaker).adding { _, event in
                guard !event.isQuestion else { return nil }
                var second = event
                second.at = event.at + .milliseconds(20)
                return second
            }
        },
        SerialFault(finding: "late-answers", name: "answers come too late") { speaker in
            let patience = speaker.pace.patience
            return SerialEvents(
                speaker, rounds: 15, spacing: patience * 3, turnaround: patience + .milliseconds(150))
        },
        SerialFault(finding: "only-answers", name: "only one pair of four wires is heard") { speaker in
            SerialEvents(speaker).keeping { !$0.isQuestion }
        },
        SerialFault(
            finding: "other-protocol", name: "the inverter expects another protocol",
            make: { SerialEvents($0) },
            options: { speaker in
                let other = speaker.id == "growatt-rs485" ? "voltronic-lib-rs485" : "growatt-rs485"
                guard case .profile(let place, _) = SerialSpeaker.all.first(where: { $0.id == other })?.kind
                else {
                    return DiagnosisOptions()
                }
                return DiagnosisOptions(expectedProfile: place)
            }),
        SerialFault(finding: "jk-master", name: "a JK master goes through its slaves") { speaker in
            guard speaker.id == "jk-modbus" else { return nil }
            return SerialEvents(speaker, rounds: 12, addresses: Array(1...15)).keeping {
                $0.isQuestion || $0.address <= 3
            }
        },
        SerialFault(finding: "jk-address-0", name: "address 0 is asked") { speaker in
            guard speaker.id == "jk-modbus" else { return nil }
            return SerialEvents(speaker, addresses: [0]).keeping(\.isQuestion)
        },
        SerialFault(finding: "cold-bus", name: "the first question after a pause is lost") { speaker in
            var cold = SerialEvents(speaker, rounds: 0)
            for round in 0..<12 {
                let start = Interval.seconds(6) * Int64(round)
                var part = SerialEvents(speaker, rounds: 1, from: start + speaker.pace.spacing) { _, _ in
                    SerialState(moment: round)
                }
                guard var first = part.events.first, part.end - start < .seconds(6) else { return nil }
                first.at = start
                part.events.insert(first, at: 0)
                cold.merge(part.events)
                cold.end = part.end
            }
            return cold
        },
        SerialFault(finding: "strange-questions", name: "half of what is asked is not in the map") {
            speaker in
            guard case .profile(let place, _) = speaker.kind,
                let talk = ProfileTable.profiles[place].serial, talk.framing.countsRegisters
            else { return nil }
            var strange = SerialBuffer()
            talk.framing.write(SerialQuestion(code: 0x2345, count: 7), to: talk.address, into: &strange)
            return SerialEvents(speaker).adding { _, event in
                guard event.isQuestion else { return nil }
                var other = event
                other.bytes = strange.list
                other.at = event.at + .milliseconds(95)
                return other
            }
        },
        SerialFault(finding: "limits-never-asked", name: "the limits are not asked for") { speaker in
            let kept: [String: Int] = ["growatt-rs485": 0, "voltronic-lib-rs485": 0]
            guard let first = kept[speaker.id], speaker.dialect != "LI4" else { return nil }
            let wanted = speaker.questions(to: speaker.addresses[0], withSlow: true)[first]
            let events = SerialEvents(speaker, rounds: 60)
            let numbers = events.events.indices.filter {
                events.events[$0].bytes == wanted || $0 > 0 && events.events[$0 - 1].bytes == wanted
            }
            var part = events
            part.events = numbers.map { events.events[$0] }
            return part
        },
    ]

    /// A refusal of a question, where the framing has one.
    private static func refusal(of question: [UInt8]) -> [UInt8]? {
        var buffer = ByteBuffer<64>()
        if case .item(let frame, _) = ModbusRTU.scanRequest(question.span) {
            ModbusRTU.encodeException(frame.function.rawValue, address: frame.address, code: 2, into: &buffer)
            return buffer.list
        }
        guard case .item(var frame, _) = TelecomFrame.scan(question.span) else { return nil }
        frame.code = frame.deviceClass == 0x46 ? 0x90 : 0x04
        frame.encode(info: ByteBuffer<1>().bytes, into: &buffer)
        return buffer.list
    }
}

extension Interval {
    fileprivate var magnitude: Interval { self < .zero ? .zero - self : self }
}

extension SerialEvents {
    /// The same with some events only.
    func keeping(_ isKept: (Event) -> Bool) -> SerialEvents {
        var other = self
        other.events = events.filter(isKept)
        return other
    }

    /// The same with more behind every `step`th event of those that `make` is given.
    func adding(every step: Int = 1, _ make: (Int, Event) -> Event?) -> SerialEvents {
        var other = self
        var more: [Event] = []
        for (number, event) in events.enumerated() where (number / 2) % step == 0 {
            if step > 1, !event.isQuestion { continue }
            if let new = make(number, event) { more.append(new) }
        }
        other.merge(more)
        return other
    }

    /// Puts events between these, in the order of time.
    mutating func merge(_ more: [Event]) {
        let all = events + more
        events = all.indices.sorted { (all[$0].at, $0) < (all[$1].at, $1) }.map { all[$0] }
    }

    /// Whether something that was told is so.
    func tells(_ isSo: (SerialTold) -> Bool) -> Bool {
        heard().conversation?.tracks.contains { isSo($0.told) } ?? false
    }

    /// Whether capacity or cycles are told.
    var tellsNature: Bool {
        tells {
            $0.pack?[.fullCapacity] != nil || $0.pack?[.cycles] != nil || $0.bank?[.capacity] != nil
                || $0.bank?[.cycles] != nil
        }
    }
}
