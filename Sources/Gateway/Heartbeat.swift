import BatteryModel
import LinuxIO
import Synchronization

/// The sign of life of the bus thread, written by it after every complete cycle and read by whoever watches it.
final class Heartbeat: Sendable {
    private let count = Atomic<UInt64>(0)
    private let lastNanoseconds = Atomic<Int64>(0)

    /// Notes that a cycle is complete: input, control, output, publishing.
    func beat(at now: Instant) {
        lastNanoseconds.store(now.nanoseconds, ordering: .releasing)
        count.wrappingAdd(1, ordering: .releasing)
    }

    /// Number of complete cycles.
    var cycles: UInt64 { count.load(ordering: .acquiring) }

    /// When the last one was complete; zero before the first.
    var last: Instant { Instant(nanoseconds: lastNanoseconds.load(ordering: .acquiring)) }
}
