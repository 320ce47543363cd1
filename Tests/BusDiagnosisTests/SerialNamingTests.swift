import BMSDrivers
import BatteryModel
import BusCodec
import BusDiagnosis
import InverterProfiles
import TestSupport
import Testing

@Suite("Who speaks on a serial line")
struct SerialNamingTests {
    static let states = [
        SerialState(), SerialState(soc: 50, current: 0), SerialState(soc: 1_000, current: 0),
        SerialState(soc: 800, current: 40_000), SerialState(soc: 200, current: -60_000),
    ]

    @Test("every protocol is named, and nothing is found wrong in any state", arguments: SerialSpeaker.all)
    func clean(_ speaker: SerialSpeaker) {
        for state in Self.states {
            for isOwn in state.soc == 550 ? [false, true] : [false] {
                let events = SerialEvents(speaker, rounds: 30, isOwn: isOwn) { round, _ in
                    var state = state
                    state.moment = round
                    return state
                }
                let diagnosis = events.heard()
                let account = diagnosis.account()
                #expect(account.findings.map { "\($0.sheet.id)" } == [], "SOC \(state.soc)")
                check(account, speaker)
                // What a screen shows: who answers, how fast, and what he has told.
                let tracks = diagnosis.conversation?.tracks ?? []
                #expect(tracks.map(\.address).sorted() == speaker.addresses.sorted())
                for track in tracks {
                    #expect(track.answers == track.questions && track.unanswered == 0)
                    #expect(track.told.isKnown)
                    let median = track.turnarounds.median ?? .zero
                    #expect(median > .milliseconds(35) && median < .milliseconds(55))
                }
            }
        }
    }

    @Test(
        "a load that comes and goes is no fault, and neither is the right BMS", arguments: SerialSpeaker.all)
    func swinging(_ speaker: SerialSpeaker) {
        var options = DiagnosisOptions(rate: speaker.baud)
        if case .driver(let place) = speaker.kind { options.expectedDriver = place }
        #expect(SerialEvents.swinging(speaker, by: 50_000).findings(options) == [])
    }

    private func check(_ account: DiagnosisAccount, _ speaker: SerialSpeaker) {
        let candidates = account.talkers.first?.candidates ?? []
        // Two dialects that ask alike cannot be told apart before something differs.
        let best = candidates.filter { $0.score == candidates[0].score }
        #expect(best.contains { $0.source == speaker.source })
        #expect(best.allSatisfy { "\($0.id)" == speaker.id })
        let role: Talker.Role = speaker.isDriver ? .pack : .battery
        #expect(
            account.talkers.filter { $0.role == role }.flatMap(\.addresses).sorted()
                == speaker.addresses.sorted())
        let master = account.talkers.filter { $0.role == (speaker.isDriver ? .master : .inverter) }
        #expect(master.count == 1 && master[0].addresses.sorted() == speaker.addresses.sorted())
    }

    @Test("a shunt that speaks by itself is named", arguments: ShuntTable.drivers.indices)
    func shunts(_ place: Int) {
        let driver = ShuntTable.drivers[place]
        var diagnosis = SerialDiagnosis()
        var now = Instant(nanoseconds: 0)
        for second in 0..<20 {
            var reading = ShuntReading()
            reading.currentMilliamps = Reading(-5_000 - Int32(second) * 10, at: now)
            reading.socPermille = Reading(500, at: now)
            reading.voltageMillivolts = Reading(52_800, at: now)
            reading.capacityMilliampHours = Reading(280_000, at: now)
            var message = AnswerBuffer()
            driver.say(reading, &message)
            diagnosis.received(message.bytes, at: now)
            now = now + .seconds(1)
            diagnosis.passed(to: now)
        }
        let account = diagnosis.account()
        #expect(account.findings.isEmpty)
        #expect(account.talkers.count == 1)
        #expect(account.talkers.first?.candidates.first?.source == .shunt(place))
        #expect(diagnosis.conversation?.tracks.first?.told.shunt?.voltageMillivolts?.value == 52_800)
    }

    @Test("a record that waits for an acknowledgement which never comes has no pause inside")
    func recordsAlone() {
        var events = SerialEvents(.named("jk-modbus"))
        let records = events.events.filter { $0.bytes.starts(with: [0x55, 0xAA]) }
        events.events = records.enumerated().map { number, event in
            var record = event
            record.bytes = Array(event.bytes.prefix(300))
            // Sooner than the acknowledgement is given up.
            record.at = .milliseconds(120) * Int64(number)
            return record
        }
        #expect(events.events.count >= 20)
        #expect(!events.findings().contains("broken-frames"))
    }

    @Test("an answer that nobody has heard asked for is not read as one that must be shorter")
    func guesses() {
        for speaker in SerialSpeaker.all where speaker.id == "pylontech-lv-rs485" {
            let answers = SerialEvents(speaker).keeping { !$0.isQuestion }
            let told = answers.heard().conversation?.tracks.first?.told.bank
            #expect(told?[.soc]?.value == 550 && told?[.chargeVoltageLimit]?.value == 56_000, "\(speaker)")
        }
    }

    @Test("frames of a known kind with questions of nobody are called what they are")
    func strangers() {
        var diagnosis = SerialDiagnosis()
        let start = Instant(nanoseconds: 0)
        for round in 0..<20 {
            var question = ByteBuffer<64>()
            ModbusRTU.encodeRead(address: 99, register: 0x7_654, count: 3, into: &question)
            diagnosis.received(question.bytes, at: start + .milliseconds(Int64(round) * 1_000))
            var answer = ByteBuffer<64>()
            let data: [UInt8] = [1, 2, 3, 4, 5, UInt8(round)]
            ModbusRTU.encodeReadAnswer(.readHolding, address: 99, data: data.span, into: &answer)
            diagnosis.received(answer.bytes, at: start + .milliseconds(Int64(round) * 1_000 + 40))
        }
        let account = diagnosis.account()
        #expect(account.findings.isEmpty)
        #expect(account.talkers.map(\.role) == [.master] && account.talkers.first?.addresses == [99])
        #expect(account.talkers.first?.candidates.isEmpty == true && account.talkers.first?.remark != nil)
    }

    @Test("a protocol is found again after hours of noise, and noise costs no more with time")
    func afterNoise() {
        var diagnosis = SerialDiagnosis()
        var random = SeededRandom(seed: 3)
        var now = Instant(nanoseconds: 0)
        for _ in 0..<4_000 {
            diagnosis.received(random.bytes(50).span, at: now)
            now = now + .milliseconds(30)
        }
        #expect(diagnosis.account().talkers.map(\.role) == [.unknown])
        let events = SerialEvents(.named("seplos-v3"), rounds: 300)
        for event in events.events { diagnosis.received(event.bytes.span, at: now + event.at) }
        #expect(diagnosis.account().talkers.first?.candidates.first.map { "\($0.id)" } == "seplos-v3")
    }
}
