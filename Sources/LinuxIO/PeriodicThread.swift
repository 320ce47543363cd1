public import BatteryModel
import Synchronization

/// A thread that looks after something again and again, and may wait for a disk meanwhile.
public final class PeriodicThread: Sendable {
    private let waker = Mutex<Waker?>(nil)
    private let stopRequested = Atomic(false)
    private let ended = Atomic(false)

    /// Makes a thread that does not run yet.
    public init() {}

    /// Starts the thread.
    ///
    /// - Parameters:
    ///   - name: What `top -H` shows.
    ///   - interval: The pause between two passes.
    ///   - body: One pass; `true` tells it that it is the last.
    /// - Throws: `SystemError` if the system has no thread to give.
    public func start(
        name: String, every interval: Interval, _ body: @escaping @Sendable (_ isLast: Bool) -> Void
    ) throws(SystemError) {
        _ = try NativeThread(name: name) { [self] in
            defer { ended.store(true, ordering: .releasing) }
            guard let loop = try? EventLoop() else { return }
            waker.withLock { $0 = loop.waker }
            while true {
                let isLast = stopRequested.load(ordering: .acquiring)
                body(isLast)
                if isLast { return }
                _ = try? loop.wait(until: MonotonicClock.now() + interval)
            }
        }
    }

    /// Asks for one last pass, and waits until it is done, but no longer than `patience`: a disk may hang.
    public func stop(patience: Interval = .seconds(2)) {
        stopRequested.store(true, ordering: .releasing)
        waker.withLock { $0 }?.wake()
        guard let loop = try? EventLoop() else { return }
        let end = MonotonicClock.now() + patience
        while !ended.load(ordering: .acquiring), MonotonicClock.now() < end {
            _ = try? loop.wait(until: MonotonicClock.now() + .milliseconds(5))
        }
    }
}
