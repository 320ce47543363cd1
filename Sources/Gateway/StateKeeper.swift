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
    private struct State {
        var file: StateFile
        var pace = StatePace()
        var failure: SystemError?
    }

    private let gateway: Gateway
    private let state: Mutex<State>
    private let trouble = Mutex<SystemError?>(nil)
    private let thread = PeriodicThread()

    /// Makes a keeper that does nothing yet.
    public init(_ file: StateFile, of gateway: Gateway) {
        self.gateway = gateway
        state = Mutex(State(file: file))
    }

    /// Starts to write.
    ///
    /// - Throws: `SystemError` if the system has no thread to give.
    public func start() throws(SystemError) {
        try thread.start(name: "busbar-state", every: .milliseconds(250)) { [self] in keep(isLast: $0) }
    }

    /// Writes once more, and ends; to be called when the bus thread has ended.
    public func stop() { thread.stop() }

    /// Why nothing can be written, once for each new reason.
    public func takeTrouble() -> SystemError? {
        trouble.withLock { trouble in
            defer { trouble = nil }
            return trouble
        }
    }

    private func keep(isLast: Bool) {
        guard let snapshot = gateway.snapshot, let verdict = snapshot.verdict, let memory = snapshot.memory
        else { return }
        let mark = StatePace.Mark(verdict)
        let now = MonotonicClock.now()
        let untold = state.withLock { state -> SystemError? in
            guard isLast || state.pace.isDue(mark, at: now) else { return nil }
            state.pace.wrote(mark, at: now)
            let before = state.failure
            state.failure = Self.save(memory, snapshot.orders, &state.file)
            return state.failure == before ? nil : state.failure
        }
        if let untold { trouble.withLock { $0 = untold } }
    }

    /// Saves; returns why it could not.
    private static func save(
        _ memory: ControlMemory, _ orders: [GivenOrder], _ file: inout StateFile
    ) -> SystemError? {
        do throws(SystemError) {
            try file.save(memory, orders)
            return nil
        } catch {
            return error
        }
    }
}
