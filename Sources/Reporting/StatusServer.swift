import BatteryModel
public import Gateway
public import LinuxIO
import Synchronization

/// Answers `busbar status` on a Unix socket, on a thread of its own.
public final class StatusServer: Sendable {
    private let server: LocalServer
    private let gateway: Gateway
    private let version: String
    private let stopRequested = Atomic(false)

    /// What a client may ask for.
    public static let request = "status"

    /// Opens the socket.
    ///
    /// - Parameters:
    ///   - path: Where; the folder must exist.
    ///   - gateway: Whose state is told.
    ///   - version: The version of the program.
    /// - Throws: `SystemError` if the socket cannot be opened, or if another gateway answers there.
    public init(path: String, gateway: Gateway, version: String) throws(SystemError) {
        server = try LocalServer(path: path)
        self.gateway = gateway
        self.version = version
    }

    /// Starts to answer.
    ///
    /// - Returns: The thread, to be joined after ``stop()``.
    /// - Throws: `SystemError` if the system has no thread to give.
    public func start() throws(SystemError) -> NativeThread {
        try NativeThread(name: "busbar-status") { [self] in
            while !stopRequested.load(ordering: .acquiring) {
                server.serve(waitingMilliseconds: 200) { answer(to: $0) }
            }
        }
    }

    /// Asks for the end; the thread ends within a moment.
    public func stop() {
        stopRequested.store(true, ordering: .releasing)
    }

    private func answer(to request: String) -> [UInt8] {
        guard request == Self.request else { return Array(#"{"error":"unknown request"}"#.utf8) }
        guard let snapshot = gateway.snapshot else { return Array(#"{"error":"starting"}"#.utf8) }
        let document = StatusDocument(
            snapshot, version: version, stalledSince: gateway.stalledSince, at: MonotonicClock.now())
        return (try? document.json()) ?? Array(#"{"error":"the status cannot be written"}"#.utf8)
    }
}
