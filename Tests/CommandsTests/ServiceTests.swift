import BMSDrivers
import BatteryModel
import ChargeControl
import Commands
import Gateway
import Glibc
import InverterProfiles
import LinuxIO
import Simulators
import Synchronization
import Testing

@Suite("What systemd is told", .timeLimit(.minutes(2)))
struct ServiceTests {
    // In a process of its own: the environment belongs to all tests of this one.
    @Test("ready once, alive only while cycles are finished, stopping at the end") func wholeLife() async {
        await #expect(processExitsWith: .success) {
            let scene = try ServiceScene()
            let thread = try scene.gateway.start()
            let reporter = try #require(try ServiceReporter.start(for: scene.gateway))
            try #require(try scene.eventually { scene.count("WATCHDOG=1") >= 3 })
            #expect(scene.messages.first { !$0.hasPrefix("STATUS=") } == "READY=1")
            try #require(try scene.eventually { scene.gateway.snapshot?.inverters[0].framesSent ?? 0 > 6 })

            scene.holdUp()
            try #require(try scene.eventually { scene.has("STATUS=stalled: no cycle was finished for ") })
            let before = scene.count("WATCHDOG=1")
            let later = MonotonicClock.now() + ServiceScene.watchdogInterval
            _ = try scene.eventually { MonotonicClock.now() > later }
            #expect(scene.count("WATCHDOG=1") == before, "a thread that hangs is not alive")

            scene.letGo()
            try #require(try scene.eventually { scene.count("WATCHDOG=1") > before + 2 })
            #expect(try scene.eventually { scene.has("STATUS=running: 1 pack, CCL ") })
            #expect(scene.count("STOPPING=1") == 0)
            scene.gateway.stop()
            thread.join()
            reporter.finish()
            scene.listen()
            #expect(scene.count("STOPPING=1") == 1)
            #expect(scene.count("READY=1") == 1)
        }
    }

    @Test("nothing is told where systemd does not wait for it") func nobodyWaits() async {
        await #expect(processExitsWith: .success) {
            unsetenv("NOTIFY_SOCKET")
            let bus = try MemoryBus.frames()
            let gateway = Gateway(ServiceScene.configuration("/dev/null", bus.first))
            let reporter = try ServiceReporter.start(for: gateway)
            #expect(reporter == nil)
        }
    }
}

/// A gateway whose bus thread can be held up, and the socket on which systemd would listen.
private final class ServiceScene {
    static let watchdogInterval = Interval.milliseconds(600)

    let gateway: Gateway
    private(set) var messages: [String] = []
    private let hold = Hold()
    private let service: NotifySocket
    private let bus: MemoryBus
    private let battery: Simulation
    private let loop: EventLoop
    private let inverter: Link

    init() throws {
        service = try NotifySocket(path: "/tmp/busbar-test-\(getpid())-notify")
        setenv("NOTIFY_SOCKET", service.path, 1)
        setenv("WATCHDOG_USEC", "\(Self.watchdogInterval.microseconds)", 1)
        unsetenv("WATCHDOG_PID")
        bus = try MemoryBus.frames()
        battery = try Simulation(.packs(.init(packs: 1)))
        loop = try EventLoop()
        inverter = Link(bus.second, on: loop, token: 0)
        inverter.open(at: MonotonicClock.now())
        let line = try #require(battery.linePlace)
        gateway = Gateway(Self.configuration(line, bus.first)) { [hold] in hold.pass() }
    }

    static func configuration(_ line: String, _ bus: LinkAddress) -> GatewayConfiguration {
        GatewayConfiguration(
            buses: [
                .init(name: "battery", address: .serial(path: line, SerialFormat(baud: 115_200))),
                .init(name: "inverter", address: bus),
            ],
            packs: [
                .init(
                    name: "A", bus: 0, driver: JKPB.driver, address: 1,
                    settings: PackSettings(
                        cells: 16, capacityMilliampHours: 280_000, chargeMilliamps: 100_000,
                        dischargeMilliamps: 100_000))
            ],
            inverters: [.init(bus: 1, profile: PylontechLV.profile, period: .milliseconds(100))],
            control: ControlSettings(bankChargeMilliamps: 200_000, bankDischargeMilliamps: 200_000),
            pollInterval: .milliseconds(500), stallLimit: .milliseconds(800))
    }

    func holdUp() { hold.isHeld.store(true, ordering: .releasing) }
    func letGo() { hold.isHeld.store(false, ordering: .releasing) }

    /// Listens until something is so.
    func eventually(_ condition: () -> Bool) throws -> Bool {
        let end = MonotonicClock.now() + .seconds(20)
        while !condition() {
            guard MonotonicClock.now() < end else { return false }
            _ = try loop.wait(until: MonotonicClock.now() + .milliseconds(10))
            let now = MonotonicClock.now()
            inverter.tick(at: now)
            if inverter.state == .open { inverter.receiveFrames(at: now) { _ in } }
            listen()
        }
        return true
    }

    /// Takes what has been told.
    func listen() {
        while let message = service.next() { messages.append(message) }
    }

    func count(_ message: String) -> Int { messages.count { $0 == message } }
    func has(_ start: String) -> Bool { messages.contains { $0.hasPrefix(start) } }
}

/// The socket of a service manager.
private struct NotifySocket: ~Copyable {
    let path: String
    private let socket: OwnedDescriptor

    init(path: String) throws {
        self.path = path
        let flags = SOCK_DGRAM.rawValue | SOCK_NONBLOCK.rawValue | SOCK_CLOEXEC.rawValue
        socket = OwnedDescriptor(Glibc.socket(AF_UNIX, Int32(flags), 0))
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: Array(path.utf8)) }
        let number = socket.number
        let result = withUnsafeBytes(of: &address) {
            bind(number, $0.assumingMemoryBound(to: sockaddr.self).baseAddress, socklen_t($0.count))
        }
        try #require(result == 0)
    }

    deinit { unlink(path) }

    func next() -> String? {
        var buffer = [UInt8](repeating: 0, count: 1_024)
        let count = recv(socket.number, &buffer, buffer.count, 0)
        return count > 0 ? String(decoding: buffer[..<count], as: UTF8.self) : nil
    }
}

/// Lets threads pass unless it holds them up.
private final class Hold: Sendable {
    let isHeld = Atomic(false)

    func pass() {
        while isHeld.load(ordering: .acquiring) { usleep(2_000) }
    }
}
