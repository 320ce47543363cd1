import BatteryModel
package import Gateway
import Glibc
package import LinuxIO
import Reporting
import ServiceManager

/// Tells systemd about a gateway, on a thread of its own: neither a full pipe of the log nor a busy systemd may hold
/// up the bus, and a hanging bus thread must not be called alive.
package struct ServiceReporter {
    private let thread: NativeThread

    /// Starts to report; `nil` where systemd does not wait for it.
    ///
    /// - Throws: `SystemError` if the system has no thread or no descriptors left.
    package static func start(for gateway: Gateway) throws(SystemError) -> ServiceReporter? {
        let service = ServiceManager()
        guard service.isPresent else { return nil }
        return try ServiceReporter(gateway, service)
    }

    private init(_ gateway: Gateway, _ service: ServiceManager) throws(SystemError) {
        thread = try NativeThread(name: "busbar-service") {
            var told = ServiceTold(service)
            while !gateway.hasEnded {
                told.look(at: gateway, MonotonicClock.now())
                usleep(UInt32(ServiceTold.lookInterval.microseconds))
            }
            told.look(at: gateway, MonotonicClock.now())
            told.end()
        }
    }

    /// Waits for the last word, a tenth of a second at most; to be called when the gateway has ended.
    package func finish() { thread.join() }
}

/// What systemd has been told, and what it is to be told next.
struct ServiceTold {
    /// How often the gateway is looked at.
    static let lookInterval = Interval.milliseconds(100)
    /// How often the line of status is renewed.
    static let statusInterval = Interval.seconds(5)

    private let service: ServiceManager
    /// A third of what systemd allows, so that one late sign of life is no reason to restart.
    private let aliveInterval: Interval?
    private var isReady = false
    private var isStopping = false
    private var wasStalled = false
    private var cyclesTold: UInt64 = 0
    private var nextAlive = Instant(nanoseconds: 0)
    private var nextStatus = Instant(nanoseconds: 0)

    init(_ service: ServiceManager) {
        self.service = service
        aliveInterval = service.watchdogInterval.map { Interval(nanoseconds: $0.nanoseconds / 3) }
    }

    mutating func look(at gateway: Gateway, _ now: Instant) {
        let cycles = gateway.completeCycles
        if !isReady, cycles > 0 {
            isReady = true
            service.ready()
        }
        if gateway.isStopping { end() }
        if let aliveInterval, cycles > cyclesTold, now >= nextAlive {
            cyclesTold = cycles
            nextAlive = now + aliveInterval
            service.alive()
        }
        tellStatus(of: gateway, now)
    }

    private mutating func tellStatus(of gateway: Gateway, _ now: Instant) {
        let stalled = gateway.stalledSince
        guard now >= nextStatus || (stalled != nil) != wasStalled, let snapshot = gateway.snapshot else {
            return
        }
        wasStalled = stalled != nil
        nextStatus = now + Self.statusInterval
        service.status(stalled.map { Wording.stalled(now - $0) } ?? Wording.service(snapshot))
    }

    /// Says once that the end has begun.
    mutating func end() {
        guard !isStopping else { return }
        isStopping = true
        service.stopping()
    }
}
