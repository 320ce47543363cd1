import BatteryModel
import LinuxIO
import Synchronization

/// Commands on their way from the edges to the bus thread.
///
/// Only the edge waits. The bus thread takes what is there, and answers by leaving a value and ringing a bell.
final class CommandQueue: Sendable {
    /// The most commands that wait.
    static let capacity = 16

    private struct State {
        var isOpen = true
        var waiting: [Ticket] = []
    }

    private let state = Mutex(State())

    /// One command on its way.
    final class Ticket: Sendable {
        let command: GatewayCommand
        private let outcome = Mutex<CommandOutcome?>(nil)
        private let bell: Waker

        init(_ command: GatewayCommand, bell: Waker) {
            self.command = command
            self.bell = bell
        }

        func answer(_ outcome: CommandOutcome) {
            self.outcome.withLock { $0 = outcome }
            bell.wake()
        }

        var answered: CommandOutcome? { outcome.withLock { $0 } }
    }

    /// Hands a command over and waits for what becomes of it.
    ///
    /// - Parameters:
    ///   - command: What is to be done.
    ///   - patience: How long to wait at most.
    ///   - ring: Wakes the bus thread.
    /// - Returns: What became of it.
    /// - Throws: `SystemError` if the system has no descriptors left.
    func submit(
        _ command: GatewayCommand, waiting patience: Interval, ring: () -> Void
    ) throws(SystemError) -> CommandOutcome {
        let loop = try EventLoop()
        let ticket = Ticket(command, bell: loop.waker)
        let refusal = state.withLock { state -> CommandOutcome? in
            guard state.isOpen else { return .notRunning }
            guard state.waiting.count < Self.capacity else { return .tooMany }
            state.waiting.append(ticket)
            return nil
        }
        if let refusal { return refusal }
        ring()
        let deadline = MonotonicClock.now() + patience
        while ticket.answered == nil, MonotonicClock.now() < deadline { _ = try loop.wait(until: deadline) }
        if let outcome = ticket.answered { return outcome }
        let isWithdrawn = state.withLock { state in
            let before = state.waiting.count
            state.waiting.removeAll { $0 === ticket }
            return state.waiting.count < before
        }
        return isWithdrawn ? .notReached : ticket.answered ?? .unknown
    }

    /// Takes everything that waits.
    func take() -> [Ticket] {
        state.withLock { state in
            defer { state.waiting.removeAll() }
            return state.waiting
        }
    }

    /// Lets nothing in any more; what waits is answered.
    func close() {
        let left = state.withLock { state in
            state.isOpen = false
            defer { state.waiting.removeAll() }
            return state.waiting
        }
        for ticket in left { ticket.answer(.notRunning) }
    }
}
