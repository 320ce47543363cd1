import BatteryModel
import BusCodec
import ChargeControl
import Gateway
import InverterProfiles
import LinuxIO
import Reporting
import Testing

@Suite("The inverter and its bus are watched")
struct SupervisionTests {
    private func frame(_ identifier: UInt32, isExtended: Bool = false, _ byte: UInt8) -> CANFrame {
        var frame = CANFrame(identifier: identifier, isExtended: isExtended, length: 8)
        frame.bytes[0] = byte
        return frame
    }

    @Test("a second battery makes both limits zero at once and is told once; when it is gone they rise")
    func secondBattery() throws {
        var plant = VirtualPlant.atRest()
        let before = plant.now
        plant.core.received(frame(0x355, 99), bus: 1, at: plant.now)
        plant.run(for: .milliseconds(1))
        let first = try #require(plant.frames(0x351, since: before).first)
        #expect((2...5).allSatisfy { first.frame.bytes[$0] == 0 })
        for _ in 0..<20 {
            plant.core.received(frame(0x351, 1), bus: 1, at: plant.now)
            plant.run(for: .seconds(1))
        }
        #expect(plant.events { $0 == .secondBattery(0, identifier: 0x355) }.count == 1)
        #expect(plant.events { $0 == .secondBattery(0, identifier: 0x351) }.isEmpty)
        #expect(plant.events { $0 == .raised(.secondBattery, .protection, pack: nil) }.count == 1)
        #expect(plant.told[.chargeCurrentLimit]?.value == 0)
        #expect(plant.snapshot.inverters[0].framesContradicting == 21)
        plant.run(for: .seconds(120))
        #expect(plant.told[.chargeCurrentLimit]?.value == 90_000)
        #expect(plant.events { $0 == .cleared(.secondBattery, .protection, pack: nil) }.count == 1)
    }

    @Test("an adapter that repeats what it is given is no second battery")
    func echo() {
        var plant = VirtualPlant.atRest()
        var seen = plant.output.frames.count
        for _ in 0..<300 {
            plant.run(for: .milliseconds(100))
            for sent in plant.output.frames[seen...] {
                plant.core.received(sent.frame, bus: 1, at: plant.now)
            }
            seen = plant.output.frames.count
        }
        #expect(plant.snapshot.inverters[0].framesEchoed > 150)
        #expect(plant.snapshot.inverters[0].framesContradicting == 0)
        #expect(plant.told[.chargeCurrentLimit]?.value == 90_000)
    }

    @Test("what was sent long ago and comes now is no echo")
    func lateEcho() {
        var plant = VirtualPlant.atRest()
        let old = plant.frames(0x351, since: plant.now.before(.seconds(2)))[0].frame
        plant.order(.pauseCharge)
        plant.run(for: .milliseconds(2_500))
        plant.core.received(old, bus: 1, at: plant.now)
        #expect(plant.snapshot.inverters[0].framesContradicting == 1)
    }

    @Test(
        "other frames say nothing about a second battery",
        arguments: [(UInt32(0x305), false), (0x305, true), (0x351, true), (0x370, false), (0x123, false)])
    func others(identifier: UInt32, isExtended: Bool) {
        let plant = VirtualPlant.atRest()
        plant.core.received(frame(identifier, isExtended: isExtended, 7), bus: 1, at: plant.now)
        #expect(plant.snapshot.inverters[0].framesContradicting == 0)
    }

    @Test("a link that loses frames is called poor, and good again a minute after the last loss")
    func poorLink() {
        var plant = VirtualPlant.atRest()
        #expect(plant.snapshot.inverters[0].qualityPermille == 1_000)
        let error = CANFrame(identifier: 0x20, kind: .error, length: 8)
        for _ in 0..<60 {
            plant.core.received(error, bus: 1, at: plant.now)
            plant.run(for: .seconds(1))
        }
        #expect((800..<900).contains(plant.snapshot.inverters[0].qualityPermille ?? 0))
        #expect(plant.snapshot.inverters[0].alarms.warnings.contains(.linkPoor))
        plant.run(for: .seconds(62))
        #expect(!plant.snapshot.inverters[0].alarms.warnings.contains(.linkPoor))
        let isPoor = { (kind: GatewayEvent.Kind) in if case .linkPoor = kind { true } else { false } }
        #expect(plant.events(isPoor).count == 1)
        #expect(plant.events { $0 == .linkGood(0) }.count == 1)
    }

    @Test("frames that the link took and lost count as well")
    func lostFrames() {
        var plant = VirtualPlant.atRest()
        plant.core.inverterLinkLost(40, bus: 1, at: plant.now)
        plant.run(for: .seconds(2))
        #expect(plant.snapshot.inverters[0].failuresLastMinute == 40)
        #expect(plant.snapshot.inverters[0].alarms.warnings.contains(.linkPoor))
    }

    @Test("a controller that leaves the bus makes the link poor for a minute")
    func busOff() {
        var plant = VirtualPlant.atRest()
        plant.core.bus(1, isOff: true, at: plant.now)
        plant.run(for: .seconds(2))
        plant.core.bus(1, isOff: false, at: plant.now)
        #expect(plant.snapshot.inverters[0].busOffsLastMinute == 1)
        #expect(plant.snapshot.inverters[0].alarms.warnings.contains(.linkPoor))
        plant.run(for: .seconds(60))
        #expect(plant.snapshot.inverters[0].alarms.isEmpty)
    }

    @Test("the pauses of a Deye are no silence; more than ten seconds are")
    func pauses() {
        var plant = VirtualPlant.atRest()
        for pause in [Int64(3), 5, 8] {
            plant.isInverterSilent = true
            plant.run(for: .seconds(pause))
            plant.isInverterSilent = false
            plant.run(for: .seconds(10))
        }
        #expect(plant.events { $0 == .inverterSilent(0) }.isEmpty)
        plant.isInverterSilent = true
        plant.run(for: .seconds(12))
        #expect(plant.events { $0 == .inverterSilent(0) }.count == 1)
        #expect(plant.snapshot.inverters[0].alarms.warnings.contains(.inverterSilent))
        #expect(plant.told[.chargeCurrentLimit]?.value == 90_000, "sending does not depend on it")
    }

    @Test("the operator may allow more silence, or any")
    func chosenSilence() {
        var patient = VirtualPlant(packs: 1, keepAlive: .within(.seconds(60)))
        patient.run(for: .seconds(10))
        patient.isInverterSilent = true
        patient.run(for: .seconds(50))
        #expect(patient.events { $0 == .inverterSilent(0) }.isEmpty)
        var deaf = VirtualPlant(packs: 1, keepAlive: .ignored)
        deaf.isInverterSilent = true
        deaf.run(for: .seconds(60))
        #expect(deaf.snapshot.inverters[0].alarms.isEmpty)
        #expect(deaf.snapshot.inverters[0].silentAfter == nil)
        let status = StatusDocument(deaf.snapshot, version: "0", at: deaf.now)
        #expect(StatusView(columns: 200).lines(status).contains { $0.contains("not waited for") })
    }

    @Test("an inverter that ignores its limit is an alarm of the bank in the log")
    func limitsIgnored() {
        var plant = VirtualPlant(packs: 1)
        plant.run(for: .seconds(30))
        plant.order(.pauseCharge)
        plant.run(for: .seconds(15))
        #expect(plant.events { $0 == .raised(.limitsIgnored, .protection, pack: nil) }.count == 1)
    }

    @Test("stages are told when they change")
    func stages() {
        let plant = VirtualPlant.atRest()
        #expect(plant.events { $0 == .stage(.bulk) }.count == 1)
        #expect(StatusDocument(plant.snapshot, version: "0", at: plant.now).bank.stage?.name == "bulk")
    }
}
