import BatteryModel
import BusCodec
import InverterProfiles
import LinuxIO
import Simulators
import Testing

/// Every profile that is spoken on a serial line, and those that are spoken over a network once more, in each of their
/// dialects.
private let everySerialDialect: [(profile: InverterProfile, dialect: UInt8)] = ProfileTable.profiles.indices
    .map { ProfileTable.profiles[$0] }
    .filter { $0.serial != nil }
    .flatMap { [$0] + ($0.overTCP.map { [$0] } ?? []) }
    .flatMap { profile in (0..<profile.sheet.dialectCount).map { (profile, $0) } }

@Suite("Both sides of a serial line", .timeLimit(.minutes(1))) struct SerialSideTests {
    @Test(
        "an inverter understands the battery and obeys it, in every profile and dialect",
        arguments: everySerialDialect)
    func understood(profile: InverterProfile, dialect: UInt8) throws {
        var wire = SerialWire(profile, dialect: dialect)
        var differences: [String] = []
        wire.run(for: .seconds(60)) { differences += $0.differences(profile, dialect) }
        #expect(differences == [])
        let inverter = try #require(wire.inverter.inverter)
        let limits = try #require(inverter.limits(at: wire.now))
        #expect(limits.chargeMillivolts <= 55_200 && limits.chargeMillivolts >= 54_000)
        #expect(limits.dischargeMilliamps <= 280_000 && limits.chargeMilliamps <= 280_000)
        #expect(abs(inverter.milliamps - 20_000) < 100)
        #expect(inverter.statistics.malformed == 0 && inverter.statistics.foreign == 0)
        #expect(wire.asked.questions > 0 && wire.asked.answers >= wire.asked.questions - 1)
        #expect(wire.asked.timeouts == 0 && wire.asked.refusals == 0 && wire.asked.noiseBytes == 0)
        #expect(wire.answered.questions == wire.asked.questions && wire.answered.withheld == 0)
        #expect(wire.battery.battery?.statistics.keepAlives == wire.asked.questions)
    }

    @Test("questions and answers keep to the times of the profile", arguments: everySerialDialect)
    func times(profile: InverterProfile, dialect: UInt8) throws {
        let talk = try #require(profile.serial)
        var wire = SerialWire(profile, dialect: dialect)
        wire.run(for: .seconds(60))
        #expect(!wire.delays.isEmpty)
        #expect(wire.delays.allSatisfy { $0 >= talk.answerAfter && $0 < talk.answerWithin })
        let expected = Interval.seconds(60).nanoseconds / talk.spacing.nanoseconds
        #expect(abs(Int64(wire.asked.questions) - expected) <= 1)
    }

    @Test("a question that nobody answers is given up on, and limits run out", arguments: everySerialDialect)
    func silence(profile: InverterProfile, dialect: UInt8) throws {
        var wire = SerialWire(profile, dialect: dialect)
        wire.run(for: .seconds(60))
        #expect(wire.inverter.inverter?.milliamps ?? 0 > 19_000)
        wire.spoil = { _ in [] }
        wire.run(for: .seconds(120))
        #expect(wire.asked.timeouts > 0)
        let inverter = try #require(wire.inverter.inverter)
        #expect(inverter.limits(at: wire.now) == nil && inverter.milliamps == 0)
        #expect(inverter.statistics.stops == 1)
        wire.spoil = { $0 }
        wire.run(for: .seconds(60))
        #expect(wire.inverter.inverter?.milliamps ?? 0 > 19_000)
    }

    /// Modbus TCP has no checksum of its own.
    private static let everyChecked = everySerialDialect.filter {
        $0.profile.serial?.framing != .modbusTCP
    }

    @Test("spoiled answers are noise and nothing is read from them", arguments: everyChecked)
    func noise(profile: InverterProfile, dialect: UInt8) {
        var wire = SerialWire(profile, dialect: dialect)
        wire.spoil = { bytes in
            var bytes = bytes
            bytes[bytes.count / 2] ^= 0x10
            return bytes
        }
        wire.run(for: .seconds(30))
        #expect(wire.asked.answers == 0 && wire.asked.timeouts > 0 && wire.asked.noiseBytes > 0)
        #expect(wire.inverter.inverter?.limits(at: wire.now) == nil)
    }

    @Test("a battery at another address keeps quiet")
    func address() {
        var wire = SerialWire(PylontechRS485.profile, address: 9)
        wire.run(for: .seconds(10))
        #expect(wire.answered.questions == 0 && wire.answered.foreign == wire.asked.questions)
        #expect(wire.asked.timeouts > 0 && wire.asked.answers == 0)
    }

    @Test("a question that the protocol does not have is refused, and both count it")
    func refusal() {
        var profile = PylontechRS485.profile
        profile.serial?.question = { index, _ in index == 0 ? SerialQuestion(code: 0x99) : nil }
        var wire = SerialWire(profile)
        wire.run(for: .seconds(10))
        #expect(wire.asked.refusals > 10 && wire.asked.refusals == wire.answered.refusals)
        #expect(wire.asked.answers == 0 && wire.asked.timeouts == 0)
    }

    @Test("own frames that come back, frames of others and answers too late are counted and not believed")
    func others() throws {
        var inverter = SimulatedInverter(PylontechRS485.profile, at: start)
        var battery = SerialWire(PylontechRS485.profile).battery
        battery.advance(to: start)
        let asked = inverter.question(at: start)
        let question = try #require(asked)
        inverter.received(question.span, at: start)
        #expect(inverter.asker?.statistics.echoes == 1)
        battery.received(question.span, at: start)
        let early = battery.nextBytes(at: start + .milliseconds(4))
        #expect(early == nil)
        let answered = battery.nextBytes(at: start + .milliseconds(5))
        let answer = try #require(answered)
        battery.received(answer.span, at: start + .milliseconds(6))
        #expect(battery.battery?.answerer?.statistics.echoes == 1)
        inverter.received(answer.span, at: start + .seconds(1))
        #expect(inverter.asker?.statistics.foreign == 1 && inverter.asker?.statistics.answers == 0)
        let other = Array("~200346040000FDAD\r".utf8)
        inverter.received(other.span, at: start + .milliseconds(10))
        battery.received(other.span, at: start + .milliseconds(10))
        #expect(inverter.asker?.statistics.foreign == 2 && inverter.asker?.statistics.refusals == 0)
        #expect(battery.battery?.answerer?.statistics.foreign == 1)
        inverter.received(answer.span, at: start + .milliseconds(20))
        #expect(inverter.asker?.statistics.answers == 1)
    }

    @Test("a write that is repeated is confirmed again, its echo is not")
    func repeatedWrite() throws {
        var battery = SerialWire(GivEnergyRS485.profile).battery
        battery.advance(to: start)
        var write = SerialBuffer()
        let address = try #require(GivEnergyRS485.profile.serial?.address)
        ModbusRTU.encodeWriteAnswer(.writeOne, address: address, register: 20, word: 1, into: &write)
        for round in 0..<3 {
            let asked = start + .milliseconds(Int64(round) * 500)
            battery.received(write.bytes, at: asked)
            let answer = battery.nextBytes(at: asked + .milliseconds(20))
            #expect(answer?.count == 8)
            battery.received(write.bytes, at: asked + .milliseconds(30))
            let echoed = battery.nextBytes(at: asked + .milliseconds(100))
            #expect(echoed == nil)
        }
        #expect(battery.battery?.answerer?.statistics.echoes == 3)
    }

    @Test("who asks again gets one answer, and a broken question is forgotten")
    func again() {
        var battery = SerialWire(PylontechRS485.profile).battery
        battery.advance(to: start)
        let question = Array("~200246630000FDA9\r".utf8)
        battery.received(question.span, at: start)
        battery.received(question.span, at: start + .milliseconds(2))
        let answers = [6, 7, 100].map { battery.nextBytes(at: start + .milliseconds($0)) != nil }
        #expect(answers == [false, true, false])
        #expect(battery.battery?.answerer?.statistics.overtaken == 1)
        let (head, rest) = (Array(question.prefix(9)), Array(question.dropFirst(9)))
        battery.received(head.span, at: start + .milliseconds(200))
        battery.received(rest.span, at: start + .milliseconds(300))
        #expect(battery.nextDue == nil)
        #expect(battery.battery?.answerer?.statistics.noiseBytes == UInt64(question.count))
    }

    @Test("a protection that the script raises stops both currents, and is heard")
    func script() throws {
        var alarms = AlarmSet()
        alarms.raise(.cellOverVoltage, .protection)
        var wire = SerialWire(PylontechRS485.profile, scripted: alarms)
        wire.run(for: .seconds(10))
        let inverter = try #require(wire.inverter.inverter)
        let limits = try #require(inverter.limits(at: wire.now))
        #expect(limits.chargeMilliamps == 0 && limits.dischargeMilliamps == 0)
        #expect(inverter.understood.alarms?.value.protections.contains(.cellOverVoltage) == true)
    }

    @Test("a silent inverter asks nothing")
    func silent() {
        var wire = SerialWire(PylontechRS485.profile)
        wire.inverter.apply(.inverterSilent(true), at: start)
        wire.run(for: .seconds(10))
        #expect(wire.asked.questions == 0 && wire.inverter.nextDue == nil)
    }

    @Test("on real links both sides find each other on a line in memory")
    func links() throws {
        let line = try MemoryBus.bytes()
        let profile = PylontechRS485.profile
        let battery = try Simulation(.speaker(.init(profile: profile, port: .link(line.first))))
        let inverter = try Simulation(.inverter(.init(profile: profile, port: .link(line.second))))
        let peer = try Peer()
        #expect(
            try peer.run {
                inverter.snapshot.inverter?.limits != nil
                    && battery.snapshot.battery?.answering?.answers ?? 0 > 0
            })
        #expect(inverter.snapshot.inverter?.adapter == nil)
        #expect(inverter.snapshot.inverter?.isOnBus == true && battery.snapshot.battery?.isOnBus == true)
    }
}

extension SerialWire {
    /// What the inverter has understood just now and the battery has not said so, to the coarsest step of a row.
    func differences(_ profile: InverterProfile, _ dialect: UInt8) -> [String] {
        guard var said = battery.battery?.said, let understood = inverter.inverter?.understood else {
            return []
        }
        let options = ProfileOptions(dialect: dialect)
        var capped: [BankField: Int32] = [:]
        profile.visitCapped(bank: said, options: options) { row, _, number in
            if case .number(let field) = row.meaning { capped[field] = number }
        }
        profile.prepare(&said, options)
        return (0..<UInt8(BankField.count)).compactMap { raw in
            // Cells of two packs may have the same number, which places in one module cannot.
            guard let field = BankField(rawValue: raw), field != .lowestCellNumber,
                let heard = understood[field], heard.at == now,
                let meant = capped[field] ?? said[field]?.value
            else { return nil }
            let most = Self.step(of: field, in: profile)
            guard abs(heard.value - meant) > most else { return nil }
            return "\(field.name) is \(meant), heard \(heard.value)"
        }
    }

    /// The coarsest step of a field; answers that rows cannot say have the steps of Pylontech's.
    private static func step(of field: BankField, in profile: InverterProfile) -> Int32 {
        var step: Int32 = field == .current ? 100 : field == .soc ? 10 : 0
        profile.visitRows(nil) { row in
            guard row.meaning == .number(field) else { return }
            step = max(step, abs(row.numerator) / max(row.denominator, 1))
        }
        return step
    }
}
