import BMSDrivers
import BatteryModel
import BusCodec
import ChargeControl
import Gateway
import Reporting
import Testing

@Suite("A shunt beside the packs")
struct ShuntTests {
    /// A plant of two packs with 10 A and 55 % each, and a shunt that measures the whole.
    private struct Plant {
        var plant: VirtualPlant
        var says = Plant.reading(33_000, soc: 700)

        init() {
            var control = ControlSettings(bankChargeMilliamps: 200_000, bankDischargeMilliamps: 300_000)
            control.soc.source = .shunt
            plant = VirtualPlant(
                packs: 2, control: control, shunt: .init(bus: 2, driver: VictronShunt.driver))
            plant.core.bus(2, isUp: true, at: plant.now)
        }

        static func reading(_ milliamps: Int32, soc: Int32?) -> ShuntReading {
            var reading = ShuntReading()
            reading.currentMilliamps = Reading(milliamps, at: Instant(nanoseconds: 0))
            reading.voltageMillivolts = Reading(52_800, at: Instant(nanoseconds: 0))
            reading.socPermille = soc.map { Reading($0, at: Instant(nanoseconds: 0)) }
            return reading
        }

        /// Lets time pass while the shunt speaks every second, in two pieces.
        mutating func run(seconds: Int, isSilent: Bool = false) {
            for _ in 0..<seconds {
                if !isSilent { say() }
                plant.run(for: .seconds(1))
            }
        }

        mutating func say(spoiling index: Int? = nil) {
            var buffer = AnswerBuffer()
            VictronShunt.driver.say(says, &buffer)
            var bytes = buffer.bytes.indices.map { buffer.bytes[$0] }
            if let index { bytes[index] ^= 1 }
            plant.core.received(Array(bytes.prefix(40)).span, bus: 2, at: plant.now)
            plant.run(for: .milliseconds(16))
            plant.core.received(Array(bytes.dropFirst(40)).span, bus: 2, at: plant.now)
        }

        var snapshot: Snapshot {
            Snapshot(
                core: plant.core, buses: [], framesPerSecond: [6], startedAt: Instant(nanoseconds: 0),
                worstLatency: .zero, at: plant.now)
        }

        var document: StatusDocument { StatusDocument(snapshot, version: "0", at: plant.now) }
        var milliamps: Int32? { snapshot.verdict?.bank[.current]?.value }
        var isLost: Bool { document.bank.alarms.contains { $0.name == "shunt_lost" } }
    }

    @Test("its current takes the place of the sum, and its state of charge is followed")
    func replaces() {
        var plant = Plant()
        plant.run(seconds: 60)
        #expect(plant.milliamps == 33_000)
        #expect(plant.snapshot.verdict?.soc.shunt == 700)
        #expect(plant.snapshot.verdict?.soc.packs == 550)
        #expect(plant.snapshot.verdict?.soc.permille == 700)
        #expect(!plant.isLost)
    }

    @Test("it is missed when it is lost; the packs take its place until it is back")
    func lossAndRecovery() {
        var plant = Plant()
        plant.run(seconds: 30)
        plant.run(seconds: 8, isSilent: true)
        #expect(plant.milliamps == 33_000)
        #expect(!plant.isLost)
        plant.run(seconds: 4, isSilent: true)
        #expect(plant.isLost)
        #expect(plant.milliamps == 20_000)
        #expect(plant.snapshot.verdict?.soc.shunt == nil)
        #expect(plant.snapshot.verdict?.isTransmitting == true, "a lost shunt is no reason to stop")
        plant.run(seconds: 2)
        #expect(!plant.isLost)
        #expect(plant.milliamps == 33_000)
    }

    @Test("a shunt that was never heard is missed, but not before it could have been heard")
    func neverHeard() {
        var plant = Plant()
        plant.run(seconds: 9, isSilent: true)
        #expect(!plant.isLost)
        plant.run(seconds: 3, isSilent: true)
        #expect(plant.isLost)
        #expect(plant.milliamps == 20_000)
        #expect(StatusView().lines(plant.document).contains { $0 == "Shunt     never heard" })
    }

    @Test("a state of charge that the shunt does not know is not made up")
    func unknownSOC() {
        var plant = Plant()
        plant.says = Plant.reading(33_000, soc: nil)
        plant.run(seconds: 60)
        #expect(plant.milliamps == 33_000)
        #expect(!plant.isLost)
        #expect(plant.snapshot.verdict?.soc.shunt == nil)
        #expect(plant.snapshot.verdict?.soc.permille == 550)
    }

    @Test("a spoiled block changes nothing and is counted")
    func spoiled() {
        var plant = Plant()
        plant.run(seconds: 30)
        plant.says = Plant.reading(-90_000, soc: 100)
        plant.say(spoiling: 25)
        plant.run(seconds: 1, isSilent: true)
        #expect(plant.milliamps == 33_000)
        #expect(plant.snapshot.shunt?.counts.badChecksums == 1)
        #expect(plant.snapshot.shunt?.counts.messages == 30)
    }

    @Test("a bus that was down begins anew, in the midst of a block too")
    func busDown() {
        var plant = Plant()
        plant.run(seconds: 30)
        plant.plant.core.received(Array("\r\nPID\t0xA389\r\nV\t52".utf8).span, bus: 2, at: plant.plant.now)
        plant.plant.core.bus(2, isUp: false, at: plant.plant.now)
        plant.run(seconds: 12, isSilent: true)
        #expect(plant.isLost)
        plant.plant.core.bus(2, isUp: true, at: plant.plant.now)
        plant.run(seconds: 1)
        #expect(!plant.isLost)
        #expect(plant.snapshot.shunt?.counts.badChecksums == 0)
    }

    /// What is said on the bus of a shunt that must be asked.
    private struct Questions: GatewayOutput {
        var asked: [String] = []

        mutating func send(_ bytes: Span<UInt8>, bus: Int) -> Instant? {
            if bus == 2 { asked.append(String(decoding: bytes.indices.map { bytes[$0] }, as: UTF8.self)) }
            return nil
        }

        mutating func send(_ frame: CANFrame, bus: Int) -> Bool { true }
        mutating func send(answer bytes: Span<UInt8>, bus: Int) -> Instant? { nil }
        mutating func send(answer bytes: Span<UInt8>, bus: Int, caller: Int) -> Bool { true }
        mutating func hangUp(bus: Int, caller: Int) {}
    }

    @Test("a shunt that does not speak by itself is asked, as long as its bus is up")
    func asks() {
        let plant = VirtualPlant(packs: 1, shunt: .init(bus: 2, driver: JunctekShunt.driver))
        var reading = Plant.reading(-12_340, soc: 710)
        reading.capacityMilliampHours = Reading(280_000, at: Instant(nanoseconds: 0))
        var answers = AnswerBuffer()
        JunctekShunt.driver.say(reading, &answers)
        var output = Questions()
        for tenth in 0..<200 {
            let now = plant.now + .milliseconds(Int64(tenth) * 100)
            if tenth == 50 { plant.core.bus(2, isUp: true, at: now) }
            if tenth == 150 { plant.core.bus(2, isUp: false, at: now) }
            let before = output.asked.count
            _ = plant.core.step(at: now, &output)
            #expect((50..<150).contains(tenth) || output.asked.count == before)
            if output.asked.count > before { plant.core.received(answers.bytes, bus: 2, at: now) }
        }
        #expect(output.asked.count == 7 && output.asked.prefix(2) == [":R51=1,2,1,\r\n", ":R50=1,2,1,\r\n"])
        let end = plant.now + .seconds(20)
        let snapshot = Snapshot(
            core: plant.core, buses: [], framesPerSecond: [6], startedAt: Instant(nanoseconds: 0),
            worstLatency: .zero, at: end)
        #expect(snapshot.shunt?.reading.currentMilliamps?.value == -12_340)
        #expect(snapshot.shunt?.reading.socPermille?.value == 710)
    }

    @Test("status shows it, as a line and as JSON")
    func status() throws {
        var plant = Plant()
        plant.says = Plant.reading(12_300, soc: 876)
        plant.run(seconds: 30)
        plant.plant.run(for: .milliseconds(400))
        let shown = StatusView().lines(plant.document)
        #expect(shown.contains("Shunt     12.3 A  87.6 %  1.4 s ago"))
        let shunt = try #require(try StatusDocument(json: plant.document.json()).shunt)
        #expect(shunt.driver == "victron-vedirect")
        #expect(shunt.current?.value == 12.3 && shunt.current?.unit == "A")
        #expect(shunt.soc?.value == 87.6 && shunt.voltage?.value == 52.8)
        #expect(shunt.heardSecondsAgo == 1.4 && shunt.messages == 30)
    }
}
