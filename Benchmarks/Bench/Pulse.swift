import BatteryModel
import LinuxIO
import Synchronization

/// Six times a second a thread that does nothing else wakes up: how regular the machine itself is meanwhile.
final class Pulse: Sendable {
    private let periods = Mutex(FramePeriods())
    private let mustStop = Atomic(false)
    private let thread = Mutex<NativeThread?>(nil)

    /// Starts to wake up.
    func start() throws(SystemError) {
        let made = try NativeThread(name: "pulse") { [self] in beat() }
        thread.withLock { $0 = made }
    }

    private func beat() {
        guard let loop = try? EventLoop() else { return }
        let start = MonotonicClock.now()
        var count: Int64 = 0
        while !mustStop.load(ordering: .acquiring) {
            let due = start + Interval(nanoseconds: 1_000_000_000 * count / 6)
            while MonotonicClock.now() < due {
                guard (try? loop.wait(until: due)) != nil else { return }
            }
            let now = MonotonicClock.now()
            periods.withLock { $0.note(UInt32(count % 6), at: now) }
            count += 1
        }
    }

    /// Ends, and returns the milliseconds by which a period of a second was off.
    func stop() -> Sample {
        mustStop.store(true, ordering: .releasing)
        thread.withLock { $0 }?.join()
        return periods.withLock { $0.deviations }
    }
}
