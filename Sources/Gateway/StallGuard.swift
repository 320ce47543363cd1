package import BatteryModel
import Glibc
import LinuxIO
import Synchronization

/// A second thread that closes the links to the inverters when the bus thread stops working.
///
/// It does nothing else and waits for nothing but time, so that nothing can hold it up with the bus thread.
final class StallGuard: Sendable {
    /// How often the heartbeat is looked at.
    static let lookInterval = Interval.milliseconds(100)

    private let heartbeat: Heartbeat
    private let limit: Interval
    private let stalled = Mutex<Instant?>(nil)
    /// A stall that the bus thread has not been told of.
    private let untold = Mutex<Instant?>(nil)
    private let hasEnded = Atomic(false)

    init(_ heartbeat: Heartbeat, limit: Interval) {
        self.heartbeat = heartbeat
        self.limit = limit
    }

    /// The end of the last complete cycle before the present stall; `nil` while all is well.
    var stalledSince: Instant? { stalled.withLock { $0 } }

    /// Starts to watch; ends by itself soon after ``end()``.
    ///
    /// - Throws: `SystemError` if the system has no thread to give.
    func start(cutting cutters: [LinkCutter]) throws(SystemError) {
        _ = try NativeThread(name: "busbar-guard") { [self] in
            var watch = StallWatch(limit: limit, from: MonotonicClock.now())
            while !hasEnded.load(ordering: .acquiring) {
                usleep(UInt32(Self.lookInterval.microseconds))
                let isNew = watch.look(heartbeat.last, at: MonotonicClock.now())
                if isNew {
                    untold.withLock { $0 = watch.lastBeat }
                    for cutter in cutters { cutter.cut() }
                }
                stalled.withLock { $0 = watch.isStalled ? watch.lastBeat : nil }
            }
        }
    }

    func end() { hasEnded.store(true, ordering: .releasing) }

    /// Tells the bus thread, once, since when it has been stalled.
    func takeStall() -> Instant? {
        untold.withLock { since in
            defer { since = nil }
            return since
        }
    }
}

/// Decides from looks at a heartbeat whether a thread has stalled.
package struct StallWatch {
    /// The last beat seen; the start before the first.
    package private(set) var lastBeat: Instant
    /// Whether the thread counts as stalled.
    package private(set) var isStalled = false
    private let limit: Interval
    private var countsFrom: Instant
    private var lastLook: Instant

    /// Watches from `start` on.
    package init(limit: Interval, from start: Instant) {
        self.limit = limit
        lastBeat = start
        countsFrom = start
        lastLook = start
    }

    /// Looks at the instant of the last beat; returns whether a stall has just been found.
    package mutating func look(_ beat: Instant, at now: Instant) -> Bool {
        // Whoever is late himself was held up together with the thread he watches, for example by a machine that
        // slept. The thread decides anew when it wakes, and gets the time to do so.
        if (now - lastLook) * 2 > limit { countsFrom = now }
        lastLook = now
        if beat > lastBeat {
            lastBeat = beat
            countsFrom = max(countsFrom, beat)
            isStalled = false
        }
        guard !isStalled, now - countsFrom > limit else { return false }
        isStalled = true
        return true
    }
}
