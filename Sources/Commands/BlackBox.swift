import BatteryModel
import Gateway
import LinuxIO
import Recordings
import Reporting
import Synchronization

/// Writes what was on the buses before an alarm, and shortly behind it, on a thread of its own that may wait for a disk.
final class BlackBox: Sendable {
    /// How much of the past is written, at most; the tape may have less.
    static let past = Interval.seconds(300)
    /// How long is waited for what follows.
    static let future = Interval.seconds(10)
    /// The next alarm within this time makes no file of its own.
    static let pause = Interval.seconds(120)
    /// The most files that are kept.
    static let mostFiles = 10

    /// A file that was written.
    private struct Written {
        var path: String
        /// The alarm, in words; `nil` if that is not known any more.
        var alarm: String?
        var at: Instant
    }

    private struct State {
        var seen: UInt64 = 0
        /// The alarm, in words, and when what is known of it is written.
        var waiting: (words: String, due: Instant)?
        var writtenAt: Instant?
        /// The file that was written last, also by a gateway before this one.
        var last: Written?
        var failure: SystemError?
    }

    private let tape: BusTape
    private let items: TapeItems
    private let gateway: Gateway
    private let plan: RecordingFiles.Plan
    private let state = Mutex(State())
    private let trouble = Mutex<SystemError?>(nil)
    private let thread = PeriodicThread()

    /// Makes one that does nothing yet.
    init(_ tape: BusTape, _ items: TapeItems, of gateway: Gateway, to plan: RecordingFiles.Plan) {
        self.tape = tape
        self.items = items
        self.gateway = gateway
        self.plan = plan
    }

    /// Starts to look for alarms.
    ///
    /// - Throws: `SystemError` if the system has no thread to give.
    func start() throws(SystemError) {
        if let (path, age) = RecordingFiles(plan).newest {
            state.withLock { $0.last = Written(path: path, at: MonotonicClock.now() + (.zero - age)) }
        }
        try thread.start(name: "busbar-blackbox", every: .milliseconds(250)) { [self] in look(isLast: $0) }
    }

    /// Writes what waits, and ends.
    func stop() { thread.stop() }

    /// Why nothing can be written, once for each new reason.
    func takeTrouble() -> SystemError? {
        trouble.withLock { trouble in
            defer { trouble = nil }
            return trouble
        }
    }

    /// The file that was written last, for the status; `nil` if there is none.
    func described(at now: Instant) -> StatusDocument.BlackBox? {
        state.withLock(\.last).map {
            StatusDocument.BlackBox(path: $0.path, secondsAgo: (now - $0.at).seconds, alarm: $0.alarm)
        }
    }

    private func look(isLast: Bool) {
        guard let snapshot = gateway.snapshot else { return }
        let now = MonotonicClock.now()
        let due = state.withLock { state -> String? in
            let alarm = Self.alarm(in: snapshot, since: &state.seen)
            if let alarm, state.waiting == nil, state.writtenAt.map({ now - $0 >= Self.pause }) ?? true {
                state.waiting = (alarm, now + Self.future)
            }
            guard let waiting = state.waiting, isLast || now >= waiting.due else { return nil }
            state.waiting = nil
            state.writtenAt = now
            return waiting.words
        }
        if let due { write(due, at: now) }
    }

    /// The first protection that has been raised since the last look, in words.
    private static func alarm(in snapshot: Snapshot, since seen: inout UInt64) -> String? {
        guard snapshot.log.total > seen else { return nil }
        let fresh = snapshot.log.events.suffix(Int(min(snapshot.log.total - seen, 1_000)))
        seen = snapshot.log.total
        let raised = fresh.first { event in
            if case .raised(_, .protection, _) = event.kind { true } else { false }
        }
        return raised.map { Wording(snapshot).event($0) }
    }

    private func write(_ alarm: String, at now: Instant) {
        var place = BusTape.Place.start
        let entries = tape.read(from: &place).entries.filter { now - $0.at <= Self.past + Self.future }
        var plan = plan
        plan.head.insert("black box: \(alarm)", at: 1)
        var files = RecordingFiles(plan)
        do throws(SystemError) {
            try files.begin()
            try files.add(entries.map(items.item))
            try files.close()
            state.withLock { state in
                state.failure = nil
                state.last = Written(path: files.path, alarm: alarm, at: now)
            }
            gateway.note(.blackBox(path: files.path))
        } catch {
            let isNew = state.withLock { state in
                defer { state.failure = error }
                return state.failure != error
            }
            if isNew { trouble.withLock { $0 = error } }
        }
    }
}
