import BatteryModel
import BusCodec
import ChargeControl
import Gateway
import InverterProfiles
import LinuxIO
import Testing

@Suite("Several inverters, and inverters that ask")
struct InverterPortTests {
    /// A plant with an inverter that asks on a serial line as well; it has as much of the current as the first one.
    private static func asking(_ options: ProfileOptions = ProfileOptions()) -> VirtualPlant {
        var plant = VirtualPlant(
            packs: 2, others: [.init(bus: 2, profile: PylontechRS485.profile, options: options)])
        plant.run(for: .seconds(120))
        return plant
    }

    private static func frame(_ text: String) -> [UInt8] { Array(text.utf8) + [0x0D] }

    /// What the last answer says.
    private static func heard(_ plant: VirtualPlant, _ code: UInt16) -> BankReading {
        var reading = BankReading()
        guard let talk = PylontechRS485.profile.serial, let last = plant.output.answers.last else {
            return reading
        }
        _ = PylontechRS485.profile.understand(
            last.bytes.span, answering: SerialQuestion(code: code), talk, options: ProfileOptions(),
            at: last.at, into: &reading)
        return reading
    }

    @Test(
        "each inverter is told its part by weight, and the parts never add up to more than the bank may carry"
    )
    func parts() throws {
        var plant = VirtualPlant(
            packs: 2,
            others: [.init(bus: 2, profile: VictronGX.profile, weight: 2)])
        var told: [Int: BankReading] = [1: BankReading(), 2: BankReading()]
        var seen = 0
        for step in 0..<2_000 {
            plant.packs[0].reading[.chargeLimit] = Reading(step % 700 < 350 ? 100_000 : 33_333, at: plant.now)
            plant.run(for: .milliseconds(100))
            for sent in plant.output.frames[seen...] {
                let profile = sent.bus == 1 ? PylontechLV.profile : VictronGX.profile
                var reading = told[sent.bus] ?? BankReading()
                _ = profile.decode(sent.frame, at: sent.at, into: &reading)
                told[sent.bus] = reading
            }
            seen = plant.output.frames.count
            let verdict = try #require(plant.snapshot.verdict)
            for (field, limit) in [
                (BankField.chargeCurrentLimit, verdict.charge), (.dischargeCurrentLimit, verdict.discharge),
            ] {
                guard let first = told[1]?[field]?.value, let second = told[2]?[field]?.value else {
                    continue
                }
                // A rise may have reached one of them; a fall reaches both at once.
                #expect(first + second <= limit.value, "\(field.name) at step \(step)")
            }
        }
        let verdict = try #require(plant.snapshot.verdict)
        #expect(verdict.charge.value > 50_000)
        let first = try #require(told[1]?[.chargeCurrentLimit]?.value)
        let second = try #require(told[2]?[.chargeCurrentLimit]?.value)
        #expect(abs(second - 2 * first) <= 400 && first + second >= verdict.charge.value - 5_200)
        #expect(plant.snapshot.inverters.map(\.profile) == ["pylontech-lv-can", "victron-can"])
    }

    @Test("an inverter that asks is answered with what is known now, not earlier than it can listen")
    func answers() throws {
        var plant = Self.asking()
        plant.inject(Self.frame("~200246630000FDA9"), bus: 2)
        let asked = plant.now
        plant.run(for: .milliseconds(20))
        let answer = try #require(plant.output.answers.last)
        #expect(answer.at - asked >= .milliseconds(5) && answer.at - asked <= .milliseconds(7))
        let reading = Self.heard(plant, 0x63)
        let verdict = try #require(plant.snapshot.verdict)
        #expect(reading[.chargeCurrentLimit]?.value == verdict.charge.value / 2 / 100 * 100)
        #expect(reading[.chargeEnabled]?.value == 1)
        #expect(plant.snapshot.inverters[1].framesSent == 1 && !plant.snapshot.inverters[1].isSilent)
    }

    @Test("a lost bank answers 0 A, and then nothing")
    func silence() {
        var plant = Self.asking()
        plant.packs[0].isSilent = true
        plant.packs[1].isSilent = true
        plant.run(for: .seconds(12))
        plant.inject(Self.frame("~200246630000FDA9"), bus: 2)
        plant.run(for: .milliseconds(20))
        let reading = Self.heard(plant, 0x63)
        #expect(reading[.chargeCurrentLimit]?.value == 0 && reading[.dischargeCurrentLimit]?.value == 0)
        #expect(reading[.chargeEnabled]?.value == 0 && reading[.dischargeEnabled]?.value == 0)
        plant.run(for: .seconds(15))
        let count = plant.output.answers.count
        plant.inject(Self.frame("~200246630000FDA9"), bus: 2)
        plant.run(for: .seconds(1))
        #expect(plant.output.answers.count == count)
    }

    /// What somebody sends on the line, and how often he is answered.
    static let strange: [(what: String, bytes: [UInt8], answers: Int)] = [
        ("another address", frame("~201246610000FDAA"), 0),
        ("an unknown command", frame("~200246990000FDA0"), 1),
        ("a broken checksum", frame("~200246630000FDA8"), 0),
        ("a broken length", frame("~200246631000FDA8"), 0),
        ("half a question", Array("~2002466300".utf8), 0),
        ("another class of device", frame("~20024A630000FD9E"), 0),
        ("noise", [0x00, 0xFF, 0x7E, 0x7E, 0x0D], 0),
        ("a question behind noise", [0x00, 0xFF, 0x7E] + frame("~200246630000FDA9"), 1),
        ("two questions at once", frame("~200246610000FDAB") + frame("~200246630000FDA9"), 1),
    ]

    @Test(
        "whatever is no question to this battery is met with silence or the protocol's refusal",
        arguments: strange.indices)
    func badInput(_ index: Int) {
        let (what, bytes, answers) = Self.strange[index]
        var plant = Self.asking()
        plant.inject(bytes, bus: 2)
        plant.run(for: .milliseconds(200))
        #expect(plant.output.answers.count == answers, "\(what)")
        // Whatever came before, the next question is answered.
        plant.inject(Self.frame("~200246630000FDA9"), bus: 2)
        plant.run(for: .milliseconds(200))
        #expect(plant.output.answers.count == answers + 1, "\(what)")
    }

    @Test("a question that comes in pieces is answered once, and its echo is no second battery")
    func pieces() {
        var plant = Self.asking()
        for byte in Self.frame("~200246630000FDA9") {
            plant.inject([byte], bus: 2)
            plant.run(for: .milliseconds(1))
        }
        plant.run(for: .milliseconds(20))
        #expect(plant.output.answers.count == 1)
        plant.inject(plant.output.answers[0].bytes, bus: 2)
        plant.run(for: .seconds(1))
        #expect(plant.snapshot.inverters[1].framesEchoed == 1)
        #expect(plant.snapshot.inverters[1].framesContradicting == 0)
    }

    /// A plant that a GivEnergy asks, and its write of one register: whoever confirms it repeats it byte for byte.
    private static func written() throws -> (plant: VirtualPlant, write: [UInt8]) {
        let profile = GivEnergyRS485.profile
        var plant = VirtualPlant(packs: 1, others: [.init(bus: 2, profile: profile)])
        plant.run(for: .seconds(60))
        var write = SerialBuffer()
        let address = try #require(profile.serial?.address)
        ModbusRTU.encodeWriteAnswer(.writeOne, address: address, register: 20, word: 1, into: &write)
        return (plant, write.bytes.indices.map { write[$0] })
    }

    @Test("a write that the inverter repeats is confirmed each time, and the echo that looks like it never")
    func repeatedWrite() throws {
        var (plant, write) = try Self.written()
        for round in 1...6 {
            plant.inject(write, bus: 2)
            plant.run(for: .milliseconds(20))
            #expect(plant.output.answers.count == round && plant.output.answers.last?.bytes == write)
            // The echo, as an adapter passes it on that holds bytes back.
            plant.inject(Array(write[..<5]), bus: 2)
            plant.run(for: .milliseconds(16))
            plant.inject(Array(write[5...]), bus: 2)
            plant.run(for: .milliseconds(300))
            #expect(plant.output.answers.count == round)
        }
        #expect(plant.snapshot.inverters[1].framesEchoed == 6)
    }

    @Test("an echo that comes late is answered three times and no more")
    func lateEcho() throws {
        var (plant, write) = try Self.written()
        for _ in 0..<12 {
            plant.inject(write, bus: 2)
            plant.run(for: .milliseconds(120))
        }
        #expect(plant.output.answers.count == 4)
        plant.run(for: .seconds(3))
        plant.inject(write, bus: 2)
        plant.run(for: .milliseconds(120))
        #expect(plant.output.answers.count == 5)
    }

    @Test("another battery that answers under our address stops the bank")
    func secondBattery() {
        var plant = Self.asking()
        plant.inject(Self.frame("~20024600D01270805460064006A4C0F9E5"), bus: 2)
        plant.run(for: .milliseconds(500))
        #expect(plant.told[.chargeCurrentLimit]?.value == 0)
        #expect(plant.snapshot.inverters[1].framesContradicting == 1)
    }

    @Test("an optional frame about something that nobody knows is left out without an alarm")
    func optionalFrame() {
        var plant = VirtualPlant(packs: 1, profile: VictronGX.profile)
        plant.run(for: .seconds(60))
        #expect(plant.snapshot.inverters[0].framesWithheld > 0, "energy is not known")
        #expect(!plant.snapshot.inverters[0].alarms.warnings.contains(.notRepresentable))
        #expect(plant.events { if case .withheld = $0 { true } else { false } }.isEmpty)
    }
}
