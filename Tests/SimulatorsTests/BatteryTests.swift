import BatteryModel
import BusCodec
import InverterProfiles
import LinuxIO
import Simulators
import Testing

/// Every profile that is spoken on CAN, in each of its dialects.
private let everyCANDialect: [(profile: InverterProfile, dialect: UInt8)] = ProfileTable.profiles.indices
    .map { ProfileTable.profiles[$0] }
    .filter { if case .can = $0.sheet.link { true } else { false } }
    .flatMap { profile in (0..<profile.sheet.dialectCount).map { (profile, $0) } }

@Suite("A simulated battery", .timeLimit(.minutes(1))) struct BatteryTests {
    /// A simulated battery and a simulated inverter with a wire between them.
    struct Wire {
        var battery: SimulationCore
        var inverter: SimulationCore
        var now = start

        init(
            _ profile: InverterProfile, dialect: UInt8 = 0, milliamps: Int32 = 20_000,
            scripted: AlarmSet = AlarmSet()
        ) {
            let options = ProfileOptions(dialect: dialect)
            battery = SimulationCore(
                bank: SimulatedBank(SimulatedPack.row(count: 2, socPermille: 800, at: start)),
                battery: SimulatedBattery(profile, options: options, scripted: scripted, at: start),
                demand: .constant(milliamps: milliamps), at: start)
            inverter = SimulationCore(
                inverter: SimulatedInverter(profile, options: options, at: start),
                demand: .constant(milliamps: milliamps), at: start)
        }

        mutating func run(for interval: Interval) {
            let end = now + interval
            while now < end {
                battery.advance(to: now)
                inverter.advance(to: now)
                while let frame = battery.nextFrame(at: now) { inverter.received(frame, at: now) }
                while let frame = inverter.nextFrame(at: now) { battery.received(frame, at: now) }
                now = now + .milliseconds(100)
            }
        }
    }

    @Test("an inverter understands it and obeys it, in every profile and dialect", arguments: everyCANDialect)
    func understood(profile: InverterProfile, dialect: UInt8) throws {
        var wire = Wire(profile, dialect: dialect)
        wire.run(for: .seconds(30))
        let inverter = try #require(wire.inverter.inverter)
        let battery = try #require(wire.battery.battery)
        let limits = try #require(inverter.limits(at: wire.now))
        #expect(limits.chargeMillivolts == 55_200 && limits.dischargeMilliamps == 280_000)
        #expect(limits.chargeMilliamps == 280_000)
        #expect(abs(inverter.milliamps - 20_000) < 100)
        let soc = try #require(inverter.understood[.soc]).value
        #expect(abs(soc - 800) <= 10)
        #expect(inverter.statistics.malformed == 0 && inverter.statistics.foreign == 0)
        #expect(inverter.statistics.frames == battery.statistics.sent)
        #expect(battery.statistics.foreign == 0)
        // 305 and the like are sent where they are known, and heard as what they are.
        #expect(battery.statistics.keepAlives == inverter.statistics.keepAlives)
        #expect((battery.statistics.keepAlives >= 29) == profile.sheet.keepAlive.isKnown)
    }

    @Test("what it cannot say is only what inverters can do without", arguments: everyCANDialect)
    func withheld(profile: InverterProfile, dialect: UInt8) throws {
        var wire = Wire(profile, dialect: dialect)
        wire.run(for: .seconds(1))
        let battery = try #require(wire.battery.battery)
        #expect(profile.obstacle(bank: battery.said, options: battery.options) == nil)
    }

    @Test("a protection that the script raises stops both currents, a warning does not")
    func script() throws {
        var alarms = AlarmSet()
        alarms.raise(.cellOverVoltage, .warning)
        var wire = Wire(PylontechLV.profile, scripted: alarms)
        wire.run(for: .seconds(10))
        #expect(wire.inverter.inverter?.limits(at: wire.now)?.chargeMilliamps == 280_000)
        #expect(wire.inverter.inverter?.understood.alarms?.value.warnings.contains(.cellOverVoltage) == true)
        wire.battery.battery?.scripted.raise(.dischargeShortCircuit, .protection)
        wire.run(for: .seconds(3))
        let limits = try #require(wire.inverter.inverter?.limits(at: wire.now))
        #expect(limits.chargeMilliamps == 0 && limits.dischargeMilliamps == 0)
        #expect(wire.inverter.inverter?.understood.alarms?.value.protections.isEmpty == false)
    }

    @Test("the current that is wanted flows through the packs and is said, in both directions")
    func current() throws {
        for wanted in [Int32(30_000), -30_000] {
            var wire = Wire(PylontechLV.profile, milliamps: wanted)
            wire.run(for: .seconds(5))
            let current = try #require(wire.inverter.inverter?.understood[.current]?.value)
            #expect(abs(current - wanted) <= 200)
        }
    }

    @Test("on real links it is found behind an SLCAN adapter and on a bus of frames")
    func links() throws {
        let bus = try MemoryBus.frames()
        let battery = try Simulation(.speaker(SimulationPlan.Speaker(port: .link(bus.first))))
        let inverter = try Simulation(.inverter(SimulationPlan.Inverter(port: .link(bus.second))))
        let peer = try Peer()
        #expect(
            try peer.run {
                inverter.snapshot.inverter?.limits != nil
                    && battery.snapshot.battery?.statistics.keepAlives ?? 0 > 0
            })
        let behind = try Simulation(.speaker(SimulationPlan.Speaker()))
        let path = try #require(behind.busPlace)
        peer.speak(.slcan(over: .serial(path: path, SerialFormat(baud: 115_200)), bitrateKilobits: 500))
        #expect(try peer.run { peer.heard.contains { $0.identifier == 0x351 } })
        #expect(try peer.run { behind.snapshot.battery?.isOnBus == true })
    }
}
