import BMSDrivers
import BatteryModel
import BusCodec
import ChargeControl
import Gateway
import Glibc
import InverterProfiles
import LinuxIO
import Simulators
import Synchronization
import Testing

@Suite("A bus thread that hangs", .timeLimit(.minutes(2)))
struct StallTests {
    @Test("a thread that hangs before it writes does not reach the inverter when it comes back")
    func nothingMoreIsSent() throws {
        let plant = try StallPlant()
        let thread = try plant.gateway.start()
        try #require(try plant.eventually { plant.frames > 12 }, "the gateway is sending")
        plant.barrier.close()
        try #require(try plant.eventually { plant.gateway.stalledSince != nil }, "the stall is noticed")
        let before = plant.frames
        // So that the link has no time to open again: the farewell ends before the first attempt.
        plant.gateway.stop()
        plant.barrier.open()
        thread.join()
        plant.listen()
        #expect(plant.frames == before)
        let snapshot = try #require(plant.gateway.snapshot)
        #expect(snapshot.log.events.contains { $0.kind == .busDown(1, snapshot.buses[1].lastError ?? "") })
        #expect(plant.stalls(in: snapshot).allSatisfy { $0 > StallPlant.limit })
        #expect(plant.stalls(in: snapshot).count == 1)
        // The stall counts from the last complete cycle, the pass only from its own beginning.
        #expect(snapshot.overruns >= 1 && snapshot.worstCycle * 2 > StallPlant.limit)
    }

    @Test("after a stall the link is opened again and the limits are sent anew") func recovers() throws {
        let plant = try StallPlant()
        let thread = try plant.gateway.start()
        try #require(try plant.eventually { plant.frames > 12 })
        plant.barrier.close()
        try #require(try plant.eventually { plant.gateway.stalledSince != nil })
        let before = plant.frames
        let cycles = plant.gateway.completeCycles
        plant.barrier.open()
        try #require(try plant.eventually { plant.frames > before + 12 })
        #expect(plant.gateway.completeCycles > cycles)
        #expect(try plant.eventually { plant.gateway.stalledSince == nil })
        #expect(try plant.eventually { (plant.gateway.snapshot?.buses[1].counters.reopened ?? 0) >= 1 })
        plant.gateway.stop()
        thread.join()
    }

    @Test(
        "a stall is found once, and only when the one who looks was not held up himself",
        arguments: [
            // Milliseconds of the looks, of the beats before them, and of the looks that find a stall.
            ([100, 200, 300, 1_000, 1_900, 2_300, 2_400, 2_500], [100], [2_300]),
            ([1_000, 2_000, 3_000, 4_000, 5_000], [1_000, 2_000, 3_000, 4_000, 5_000], []),
            ([1_000, 60_000, 60_500, 61_400, 62_100], [1_000], [62_100]),
            ([900, 1_800, 2_200, 3_000, 4_000, 5_000, 5_200], [2_900], [2_200, 5_000]),
        ] as [([Int64], [Int64], [Int64])])
    func looks(_ looks: [Int64], beats: [Int64], found: [Int64]) {
        var watch = StallWatch(limit: .seconds(2), from: Instant(nanoseconds: 0))
        let instant = { (milliseconds: Int64) in Instant(nanoseconds: milliseconds * 1_000_000) }
        let stalls = looks.filter { look in
            watch.look(instant(beats.last { $0 <= look } ?? 0), at: instant(look))
        }
        #expect(stalls == found)
    }
}

/// A gateway between a simulated pack and a CAN bus in memory, whose bus thread can be held up.
private final class StallPlant {
    static let limit = Interval.milliseconds(800)

    let gateway: Gateway
    let barrier = Barrier()
    private(set) var frames = 0
    private let bus: MemoryBus
    private let battery: Simulation
    private let loop: EventLoop
    private let inverter: Link

    init() throws {
        bus = try MemoryBus.frames()
        battery = try Simulation(.packs(.init(packs: 1)))
        loop = try EventLoop()
        inverter = Link(bus.second, on: loop, token: 0)
        var control = ControlSettings(bankChargeMilliamps: 200_000, bankDischargeMilliamps: 200_000)
        control.rampMilliampsPerSecond = 100_000
        let configuration = GatewayConfiguration(
            buses: [
                .init(
                    name: "battery",
                    address: .serial(
                        path: try #require(battery.linePlace), SerialFormat(baud: 115_200))),
                .init(name: "inverter", address: bus.first),
            ],
            packs: [
                .init(
                    name: "A", bus: 0, driver: JKPB.driver, address: 1,
                    settings: PackSettings(
                        cells: 16, capacityMilliampHours: 280_000, chargeMilliamps: 100_000,
                        dischargeMilliamps: 100_000))
            ],
            inverters: [.init(bus: 1, profile: PylontechLV.profile, period: .milliseconds(100))],
            control: control, pollInterval: .milliseconds(500), stallLimit: Self.limit)
        gateway = Gateway(configuration) { [barrier] in barrier.pass() }
        inverter.open(at: MonotonicClock.now())
    }

    /// Listens to the bus until something is so.
    func eventually(_ condition: () -> Bool) throws -> Bool {
        let end = MonotonicClock.now() + .seconds(20)
        while !condition() {
            guard MonotonicClock.now() < end else { return false }
            _ = try loop.wait(until: MonotonicClock.now() + .milliseconds(10))
            listen()
        }
        return true
    }

    /// Takes what has arrived.
    func listen() {
        let now = MonotonicClock.now()
        inverter.tick(at: now)
        guard inverter.state == .open else { return }
        var count = 0
        repeat {
            count = 0
            inverter.receiveFrames(at: now) { _ in count += 1 }
            frames += count
        } while count > 0
    }

    func stalls(in snapshot: Snapshot) -> [Interval] {
        snapshot.log.events.compactMap { if case .stalled(let length) = $0.kind { length } else { nil } }
    }
}

/// Lets threads pass until it is closed.
private final class Barrier: Sendable {
    private let isClosed = Atomic(false)

    func close() { isClosed.store(true, ordering: .releasing) }
    func open() { isClosed.store(false, ordering: .releasing) }

    func pass() {
        while isClosed.load(ordering: .acquiring) { usleep(2_000) }
    }
}
