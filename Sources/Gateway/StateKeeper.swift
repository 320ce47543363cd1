import BatteryModel
import ChargeControl
public import LinuxIO
import Synchronization

/// When the state is to be written: every twenty seconds, and at once when something has changed that matters.
struct StatePace {
    static let interval = Interval.seconds(20)
    /// The disk is not written more often than this, whatever happens.
    static let shortest = Interval.seconds(1)

    private var writtenAt: Instant?
    private var written: Mark?

    /// What is worth a file of its own.
    struct Mark: Equatable {
        var stage: ChargeStage
        var state: BankVerdict.State
        var orders: [OperatorOrder?]

        init(_ verdict: BankVerdict) {
            stage = verdict.stage.stage
            state = verdict.state
            orders = (0..<UInt8(OperatorOrder.Kind.count)).map { raw in
                OperatorOrder.Kind(rawValue: raw).flatMap { verdict.orders[$0] }
            }
        }
    }

    func isDue(_ mark: Mark, at now: Instant) -> Bool {
        guard let writtenAt else { return true }
        let age = now - writtenAt
        return age >= Self.interval || mark != written && age >= Self.shortest
    }

    /// Notes an attempt to write; one that failed is made again after the interval.
    mutating func wrote(_ mark: Mark, at now: Instant) {
        writtenAt = now
        written = mark
    }
}

/// Writes down what a gateway has to remember, on a thread of its own that may wait for a disk.
public final class StateKeeper: Sendable {
    private let gateway: Gateway
    private let file: Mutex<StateFile>
    private let waker = Mutex<Waker?>(nil)
    private let stopRequested = Atomic(false)
    private let trouble = Mutex<(last: SystemError?, untold: SystemError?)>((nil, nil))

    /// Makes a keeper that does nothing yet.
    public init(_ file: StateFile, of gateway: Gateway) {
        self.gateway = gateway
        self.file = Mutex(file)
    }

    /// Starts to write.
    ///
    /// - Returns: The thread, to be joined after ``stop()``.
    /// - Throws: `SystemError` if the system has no thread to give.
    public func start() throws(SystemError) -> NativeThread {
        try NativeThread(name: "busbar-state") { [self] in
            guard let loop = try? EventLoop() else { return }
            waker.withLock { $0 = loop.waker }
            var pace = StatePace()
            while true {
                let isLast = stopRequested.load(ordering: .acquiring)
                keep(gateway.snapshot, &pace, isLast: isLast)
                if isLast { return }
                _ = try? loop.wait(until: MonotonicClock.now() + .milliseconds(250))
            }
        }
    }

    /// Writes once more, and ends; to be called when the bus thread has ended.
    public func stop() {
        stopRequested.store(true, ordering: .releasing)
        waker.withLock { $0 }?.wake()
    }

    /// Why nothing can be written, once for each new reason.
    public func takeTrouble() -> SystemError? {
        trouble.withLock { state in
            defer { state.untold = nil }
            return state.untold
        }
    }

    private func keep(_ snapshot: Snapshot?, _ pace: inout StatePace, isLast: Bool) {
        guard let snapshot, let verdict = snapshot.verdict, let memory = snapshot.memory else { return }
        let mark = StatePace.Mark(verdict)
        let now = MonotonicClock.now()
        guard isLast || pace.isDue(mark, at: now) else { return }
        pace.wrote(mark, at: now)
        var failure: SystemError?
        do throws(SystemError) {
            try file.withLock { file throws(SystemError) in try file.save(memory) }
        } catch {
            failure = error
        }
        trouble.withLock { state in
            if let failure, failure != state.last { state.untold = failure }
            state.last = failure
        }
    }
}
