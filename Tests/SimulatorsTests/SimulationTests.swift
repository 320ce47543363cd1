import BMSDrivers
import BatteryModel
import BusCodec
import Glibc
import InverterProfiles
import LinuxIO
import Simulators
import Testing

/// What stands on the other side of a simulation: a master on the line, a battery on the bus.
final class Peer {
    let loop: EventLoop
    var master: PackLine?
    var line: Link?
    var bus: Link?
    var heard: [CANFrame] = []
    private var nextBusAt = MonotonicClock.now()
    var bank: BankReading?

    init() throws { loop = try EventLoop() }

    func read(_ address: LinkAddress, packs: Int) {
        let now = MonotonicClock.now()
        var master = PackLine(at: now)
        for index in 0..<packs {
            _ = master.add(
                address: UInt8(1 + index), driver: JKPB.driver, interval: .milliseconds(300), at: now)
        }
        self.master = master
        line = Link(address, on: loop, token: 0)
        line?.open(at: now)
    }

    func speak(_ address: LinkAddress) {
        bus = Link(address, on: loop, token: 1)
        bus?.open(at: MonotonicClock.now())
    }

    /// Works until `condition` holds; false if it does not within twenty seconds.
    func run(until condition: () -> Bool) throws -> Bool {
        let end = MonotonicClock.now() + .seconds(20)
        while !condition() {
            let now = MonotonicClock.now()
            if now >= end { return false }
            let next = min(askLine(at: now), now + .milliseconds(10))
            talkOnBus(at: now)
            for event in try loop.wait(until: next) where event.isReadable {
                let arrived = MonotonicClock.now()
                if event.token == 0 {
                    line?.receiveBytes(at: arrived) { _ = master?.received($0, at: arrived) }
                } else {
                    bus?.receiveFrames(at: arrived) { heard.append($0) }
                }
            }
            line?.tick(at: MonotonicClock.now())
            bus?.tick(at: MonotonicClock.now())
        }
        return true
    }

    private func askLine(at now: Instant) -> Instant {
        guard let line, line.state == .open, let step = master?.step(at: now) else {
            return now + .seconds(1)
        }
        switch step {
        case .wait(let until): return until
        case .send:
            if let request = master?.outgoing, let sent = line.send(request.bytes, at: now) {
                master?.sent(at: sent)
            }
            return now
        }
    }

    private func talkOnBus(at now: Instant) {
        guard let bank, let bus, bus.state == .open, now >= nextBusAt else { return }
        nextBusAt = now + .milliseconds(200)
        let profile = PylontechLV.profile
        for index in 0..<profile.frameCount where profile.frame(index).isSent(inDialect: 0) {
            guard profile.frame(index).direction == .toInverter else { continue }
            do throws(EncodeError) {
                bus.send(try profile.encode(frame: index, bank: bank), at: now)
            } catch {
                Issue.record("\(error)")
            }
        }
    }

    var answers: UInt64 {
        guard let master else { return 0 }
        return (0..<master.count).map { master[$0].statistics.answers }.min() ?? 0
    }
}

@Suite("A running simulation", .timeLimit(.minutes(1))) struct SimulationTests {
    @Test("three packs are read over a pseudo-terminal at the pace of 115 200 baud") func packsOverTerminal()
        throws
    {
        let simulation = try Simulation(.packs(SimulationPlan.Battery()))
        let peer = try Peer()
        peer.read(.serial(path: try #require(simulation.linePlace), SerialFormat(baud: 115_200)), packs: 3)
        #expect(try peer.run { peer.answers >= 4 })
        for index in 0..<3 {
            let slot = try #require(peer.master)[index]
            #expect(slot.reading[.busAddress]?.value == Int32(1 + index))
            #expect(text(slot.reading.identity?.value.model ?? ASCIIText()) == "JK_PB2A16S20P")
            #expect(slot.reading.cellMillivolts?.value.count == 16)
            // 308 bytes take 26.7 ms on the wire, and the pack thinks for 30 ms.
            #expect(slot.statistics.turnaround ?? .zero >= .milliseconds(56))
        }
        #expect(peer.master?.noise.total == 0)
        simulation.stop()
        let snapshot = simulation.snapshot
        #expect(snapshot.hasEnded && snapshot.failure == nil && snapshot.line?.statistics.answers ?? 0 >= 12)
        #expect(!simulation.send(.restore), "nobody is there any more")
    }

    @Test("packs answer over a line in memory without pace, and do as they are told") func packsInMemory()
        throws
    {
        let bus = try MemoryBus.bytes()
        let battery = SimulationPlan.Battery(packs: 2, port: .link(bus.first), timing: .immediate)
        let simulation = try Simulation(.packs(battery))
        let peer = try Peer()
        peer.read(bus.second, packs: 2)
        #expect(try peer.run { peer.answers >= 3 })
        #expect(simulation.send(.packSilent(pack: 1, true)))
        #expect(try peer.run { peer.master?[1].isAbsent == true })
        #expect(peer.master?[0].statistics.timeouts == 0)
        #expect(simulation.send(.restore))
        #expect(try peer.run { peer.master?[1].isAbsent == false })
    }

    @Test("packs are read over TCP, and again by the next caller") func packsOverTCP() throws {
        let battery = SimulationPlan.Battery(packs: 1, port: .tcpListener(port: 0), timing: .immediate)
        let simulation = try Simulation(.packs(battery))
        let place = try #require(simulation.linePlace).split(separator: ":")
        let port = try #require(UInt16(place[1]))
        for _ in 0..<2 {
            let peer = try Peer()
            peer.read(.tcp(host: "127.0.0.1", port: port), packs: 1)
            #expect(try peer.run { peer.answers >= 3 })
            #expect(simulation.snapshot.line?.isOpen == true)
        }
        #expect(throws: SystemError.self) {
            try Simulation(.packs(SimulationPlan.Battery(port: .tcpListener(port: port))))
        }
    }

    @Test("a battery and an inverter understand each other through an SLCAN adapter on a pseudo-terminal")
    func inverterOverSLCAN() throws {
        let simulation = try Simulation(.inverter(SimulationPlan.Inverter()))
        let peer = try Peer()
        let port = LinkAddress.serial(
            path: try #require(simulation.busPlace), SerialFormat(baud: 115_200))
        peer.bank = InverterTests.Station(wantedMilliamps: 0).bank
        peer.speak(.slcan(over: port, bitrateKilobits: 500))
        #expect(try peer.run { simulation.snapshot.inverter?.limits != nil && peer.heard.count >= 2 })
        #expect(peer.heard.allSatisfy { PylontechLV.profile.isKeepAlive($0) })
        #expect(simulation.snapshot.inverter?.limits?.chargeMilliamps == 50_000)
        #expect(peer.bus?.counters.refused == 0)
        simulation.send(.wantedCurrent(milliamps: 99_000))
        #expect(try peer.run { simulation.snapshot.inverter?.milliamps ?? 0 > 49_000 })
        simulation.send(.inverterSilent(true))
        #expect(try peer.run { simulation.snapshot.inverter?.isSilent == true })
        let heard = peer.heard.count
        #expect(try peer.run { simulation.snapshot.inverter?.statistics.frames ?? 0 > 60 })
        #expect(peer.heard.count - heard <= 1)
        #expect(simulation.snapshot.inverter?.adapter?.framesOut ?? 0 > 0)
    }

    @Test("an inverter on a bus of frames hears the same") func inverterOnFrames() throws {
        let bus = try MemoryBus.frames()
        let simulation = try Simulation(.inverter(SimulationPlan.Inverter(port: .link(bus.first))))
        let peer = try Peer()
        peer.bank = InverterTests.Station(wantedMilliamps: 0).bank
        peer.speak(bus.second)
        #expect(try peer.run { simulation.snapshot.inverter?.limits != nil && !peer.heard.isEmpty })
        #expect(simulation.snapshot.inverter?.adapter == nil)
    }

    @Test("packs and inverter share one current: what the limits allow flows through the packs")
    func wholePlant() throws {
        let simulation = try Simulation(SimulationPlan(demand: .constant(milliamps: 80_000)))
        let peer = try Peer()
        let port = LinkAddress.serial(
            path: try #require(simulation.busPlace), SerialFormat(baud: 115_200))
        peer.read(.serial(path: try #require(simulation.linePlace), SerialFormat(baud: 115_200)), packs: 3)
        peer.bank = InverterTests.Station(wantedMilliamps: 0).bank
        peer.speak(.slcan(over: port, bitrateKilobits: 500))
        #expect(try peer.run { simulation.snapshot.bankMilliamps > 49_000 && peer.answers >= 3 })
        #expect(
            try peer.run { (0..<3).allSatisfy { peer.master?[$0].reading[.current]?.value ?? 0 > 5_000 } })
    }
}

@Suite("The name of a pseudo-terminal") struct PortNameTests {
    let path = "/tmp/simulators-test-\(getpid())-\(UInt32.random(in: 0...UInt32.max))"

    func plan() -> SimulationPlan {
        .packs(SimulationPlan.Battery(port: .pseudoTerminal(name: path)))
    }

    @Test("it leads to the terminal while the simulation runs and is gone afterwards") func comesAndGoes()
        throws
    {
        do {
            let simulation = try Simulation(plan())
            #expect(simulation.linePlace == path)
            #expect(access(path, R_OK | W_OK) == 0)
        }
        #expect(access(path, F_OK) != 0)
    }

    @Test("one that leads nowhere is replaced") func stale() throws {
        #expect(symlink("/dev/pts/no-such-terminal", path) == 0)
        let simulation = try Simulation(plan())
        #expect(access(path, F_OK) == 0)
        simulation.stop()
    }

    @Test("a file, or a name that leads somewhere else, is left alone") func taken() throws {
        close(open(path, O_CREAT | O_WRONLY, 0o600))
        #expect(throws: SystemError.self) { try Simulation(plan()) }
        #expect(access(path, F_OK) == 0)
        unlink(path)
        #expect(symlink("/dev/null", path) == 0)
        #expect(throws: SystemError(call: "symlink", code: EEXIST, subject: path)) { try Simulation(plan()) }
        unlink(path)
    }
}
