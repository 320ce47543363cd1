public import BatteryModel
import CSystemd
import Glibc

/// Tells systemd how the process is: ready, alive, stopping, and one line of status.
///
/// Does nothing where systemd is not waiting to be told, so that nobody has to ask first. A call may wait while
/// systemd is busy: none may be made on the bus thread.
public struct ServiceManager: Sendable {
    /// libsystemd; `nil` if nobody waits to be told.
    private let library: Library?
    /// The time within which a sign of life is expected; `nil` if none is.
    public let watchdogInterval: Interval?

    /// Looks at the environment, as systemd has set it.
    public init() {
        guard getenv("NOTIFY_SOCKET") != nil, let handle = csystemd_load() else {
            library = nil
            watchdogInterval = nil
            return
        }
        library = Library(handle: handle)
        var microseconds: UInt64 = 0
        let isExpected = csystemd_watchdog_enabled(handle, &microseconds) > 0
        watchdogInterval = isExpected ? .microseconds(Int64(clamping: microseconds)) : nil
    }

    /// Whether systemd is waiting to be told.
    public var isPresent: Bool { library != nil }

    /// The service does what it is for.
    public func ready() { tell("READY=1") }

    /// The service is alive; to be said well within ``watchdogInterval``.
    public func alive() { tell("WATCHDOG=1") }

    /// The service has begun to end.
    public func stopping() { tell("STOPPING=1") }

    /// What `systemctl status` shows.
    ///
    /// - Parameter line: Is cut at the first line break, which would begin another message.
    public func status(_ line: String) {
        tell("STATUS=\(line.prefix { !$0.isNewline })")
    }

    /// A message that does not arrive is not worth more than that: systemd judges by what it gets.
    private func tell(_ message: String) {
        guard let library else { return }
        _ = csystemd_notify(library.handle, message)
    }
}

/// The handle of a loaded library.
///
/// Unchecked, because a pointer is not `Sendable`: it is only handed to `dlsym`, which any thread may call, and the
/// library is never unloaded.
private struct Library: @unchecked Sendable {
    let handle: UnsafeMutableRawPointer
}
