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

    /// Makes a gateway that does nothing yet.
    public init(_ configuration: GatewayConfiguration) {
        self.configuration = configuration
    }

    /// Starts the bus thread.
    ///
    /// - Returns: The thread, to be joined after ``stop()``.
    /// - Throws: `SystemError` if the system has no thread to give.
    public func start() throws(SystemError) -> NativeThread {
        try NativeThread(name: "busbar-bus") { [self] in
            do throws(SystemError) {
                let loop = try EventLoop()
                waker.withLock { $0 = loop.waker }
                let bus = BusThread(configuration, on: loop, commands: commands) { snapshot in
                    self.published.withLock { $0 = snapshot }
                }
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

    /// Asks for the end, zero limits for one period and then silence, and returns at once.
    public func stop() {
        stopRequested.store(true, ordering: .releasing)
        waker.withLock { $0 }?.wake()
    }

    /// Whether the bus thread has ended.
    public var hasEnded: Bool { ended.load(ordering: .acquiring) }

    /// Why the bus thread ended by itself; `nil` if it did not.
    public var lastFailure: SystemError? { failure.withLock { $0 } }
}
