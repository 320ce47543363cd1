public import BatteryModel
public import LinuxIO
import Synchronization

/// A running gateway, as the edges see it: start it, look at it, stop it.
///
/// All work is done on one thread of its own, which no edge can hold up: what it publishes replaces what it
/// published before, and a lock is held only while a reference is exchanged.
public final class Gateway: Sendable {
    private let configuration: GatewayConfiguration
    private let published = Mutex<Snapshot?>(nil)
    private let waker = Mutex<Waker?>(nil)
    private let stopRequested = Atomic(false)
    private let failure = Mutex<SystemError?>(nil)
    private let ended = Atomic(false)
    private let commands = CommandQueue()
    private let heartbeat = Heartbeat()
    private let news = EdgeNews()
    private let stallGuard: StallGuard
    private let beforeFrame: (@Sendable () -> Void)?

    /// Makes a gateway that does nothing yet.
    public convenience init(_ configuration: GatewayConfiguration) {
        self.init(configuration, beforeFrame: nil)
    }

    /// Makes a gateway of which a test holds up the bus thread.
    ///
    /// - Parameters:
    ///   - configuration: What it works with.
    ///   - beforeFrame: Called by the bus thread when a frame for the inverter has been decided and not yet written.
    package init(_ configuration: GatewayConfiguration, beforeFrame: (@Sendable () -> Void)?) {
        self.configuration = configuration
        self.beforeFrame = beforeFrame
        stallGuard = StallGuard(heartbeat, limit: configuration.stallLimit)
    }

    /// Starts the bus thread, and the thread that watches it.
    ///
    /// - Returns: The bus thread, to be joined after ``stop()``.
    /// - Throws: `SystemError` if the system has no thread to give.
    public func start() throws(SystemError) -> NativeThread {
        try NativeThread(name: "busbar-bus") { [self] in
            do throws(SystemError) {
                let loop = try EventLoop()
                waker.withLock { $0 = loop.waker }
                var bus = try BusThread(
                    configuration, on: loop, commands: commands, news: news, heartbeat: heartbeat,
                    stallGuard: stallGuard, beforeFrame
                ) { snapshot in
                    self.published.withLock { $0 = snapshot }
                }
                defer { stallGuard.end() }
                try bus.run { stopRequested.load(ordering: .acquiring) }
            } catch {
                failure.withLock { $0 = error }
            }
            commands.close()
            ended.store(true, ordering: .releasing)
        }
    }

    /// Has a command carried out by the bus thread, and waits for what becomes of it.
    ///
    /// - Parameters:
    ///   - command: What is to be done.
    ///   - patience: How long to wait at most; what has not been begun by then is withdrawn.
    /// - Returns: What became of it.
    /// - Throws: `SystemError` if the system has no descriptors left.
    public func submit(
        _ command: GatewayCommand, waiting patience: Interval = .seconds(2)
    ) throws(SystemError) -> CommandOutcome {
        guard let waker = waker.withLock({ $0 }) else { return .notRunning }
        return try commands.submit(command, waiting: patience) { waker.wake() }
    }

    /// The newest snapshot; `nil` before the first.
    public var snapshot: Snapshot? { published.withLock { $0 } }

    /// Puts something that an edge has done into the log; returns at once.
    public func note(_ kind: GatewayEvent.Kind) {
        news.add(kind)
        waker.withLock { $0 }?.wake()
    }

    /// Asks for the end, zero limits for one period and then silence, and returns at once.
    public func stop() {
        stopRequested.store(true, ordering: .releasing)
        waker.withLock { $0 }?.wake()
    }

    /// Whether the end has been asked for.
    public var isStopping: Bool { stopRequested.load(ordering: .acquiring) }

    /// Number of complete cycles of the bus thread: input, control, output, publishing.
    ///
    /// It stands still while the thread hangs.
    public var completeCycles: UInt64 { heartbeat.cycles }

    /// The end of the last complete cycle while the bus thread hangs and the link to the inverter has been closed for
    /// it; `nil` while all is well.
    public var stalledSince: Instant? { stallGuard.stalledSince }

    /// Whether the bus thread has ended.
    public var hasEnded: Bool { ended.load(ordering: .acquiring) }

    /// Why the bus thread ended by itself; `nil` if it did not.
    public var lastFailure: SystemError? { failure.withLock { $0 } }
}
