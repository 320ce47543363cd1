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
    ]
}

// MARK: - What packs tell

extension SerialFault {
    static let packs: [SerialFault] = [
        SerialFault(finding: "pack-frozen", name: "the values stand still") { speaker in
            let step = max(speaker.pace.spacing, .seconds(3))
            return SerialEvents(speaker, rounds: 80, spacing: step) { _, _ in SerialState() }
        },
        SerialFault(finding: "pack-protection", name: "a cell is too high") { speaker in
            var alarms = AlarmSet()
            alarms.raise(.cellOverVoltage, .protection)
            let events = SerialEvents(speaker) { round, _ in SerialState(moment: round, alarms: alarms) }
            return events.tells {
                !(($0.pack?.alarms ?? $0.bank?.alarms)?.value.protections.isEmpty ?? true)
            } ? events : nil
        },
        SerialFault(finding: "pack-limits-zero", name: "CCL is 0 at 55 %") { speaker in
            let events = SerialEvents(speaker) { round, _ in SerialState(moment: round, chargeLimit: 0) }
            return events.tells {
                ($0.pack?[.chargeCurrentLimit] ?? $0.bank?[.chargeCurrentLimit])?.value == 0
            }
                ? events : nil
        },
        SerialFault(finding: "pack-soc-jump", name: "from 55 to 95 %") { speaker in
            SerialEvents(speaker) { round, _ in SerialState(soc: round < 20 ? 550 : 950, moment: round) }
        },
        SerialFault(finding: "pack-impossible", name: "a cell of 9 V, or 200 °C") { speaker in
            for state in [SerialState(oddCell: 9_000), SerialState(temperature: 2_000)] {
                let events = SerialEvents(speaker) { round, _ in
                    var state = state
                    state.moment = round
                    return state
                }
                let clean = SerialEvents(speaker)
                if events.events.count == clean.events.count,
                    zip(events.events, clean.events).contains(where: { $0.bytes != $1.bytes }),
                    events.tells({ $0.isOff })
                {
                    return events
                }
            }
            return nil
        },
    ]
}

extension SerialTold {
    /// Whether the values that a fault puts in can be read.
    fileprivate var isOff: Bool {
        if let cells = pack?.cellMillivolts?.value, (cells[0] ?? 0) > 5_000 { return true }
        return (pack?[.temperature1] ?? bank?[.temperature])?.value ?? 0 > 1_500
    }
}
