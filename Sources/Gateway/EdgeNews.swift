import Synchronization

/// What the edges have done and the log is to have: they leave it here, and the bus thread takes it along.
final class EdgeNews: Sendable {
    /// The most that waits; what comes then is left out.
    private static let capacity = 16

    private let waiting = Mutex<[GatewayEvent.Kind]>([])

    func add(_ kind: GatewayEvent.Kind) {
        waiting.withLock { if $0.count < Self.capacity { $0.append(kind) } }
    }

    func take() -> [GatewayEvent.Kind] {
        waiting.withLock { waiting in
            defer { waiting.removeAll() }
            return waiting
        }
    }
}
