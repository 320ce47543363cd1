package import BatteryModel
package import LinuxIO
import Synchronization

/// Commands on their way from the edges to the bus thread.
///
/// Only the edge waits. The bus thread takes what is there, and answers by leaving a value and ringing a bell.
package final class CommandQueue: Sendable {
    /// The most commands that wait.
    package static let capacity = 16

    private struct State {
        var isOpen = true
        var waiting: [Ticket] = []
    }

    private let state = Mutex(State())

    /// A queue without commands.
    package init() {}

    /// One command on its way.
    package final class Ticket: Sendable {
        /// What is to be done.
        package let command: GatewayCommand
        private let outcome = Mutex<CommandOutcome?>(nil)
        private let bell: Waker

        init(_ command: GatewayCommand, bell: Waker) {
            self.command = command
            self.bell = bell
        }

        /// Tells the edge what became of it.
        package func answer(_ outcome: CommandOutcome) {
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
    package func submit(
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

    /// Number of commands that wait.
    package var count: Int { state.withLock { $0.waiting.count } }

    /// Takes everything that waits.
    package func take() -> [Ticket] {
        state.withLock { state in
            defer { state.waiting.removeAll() }
            return state.waiting
        }
    }

    /// Lets nothing in any more; what waits is answered.
    package func close() {
        let left = state.withLock { state in
            state.isOpen = false
            defer { state.waiting.removeAll() }
            return state.waiting
        }
        for ticket in left { ticket.answer(.notRunning) }
    }
}
