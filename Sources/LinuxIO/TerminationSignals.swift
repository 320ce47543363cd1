import CLinuxIO
import Glibc

/// SIGINT and SIGTERM as something to read instead of something that interrupts.
///
/// Made once, before the first thread starts: threads inherit which signals are blocked. SIGPIPE is ignored as
/// well, so that a peer that goes away is an error of the write and not the end of the program.
public struct TerminationSignals: ~Copyable, Sendable {
    private let owned: OwnedDescriptor

    /// Blocks SIGINT and SIGTERM for the calling thread and all it starts later.
    ///
    /// - Throws: `SystemError` if the system has no descriptor left.
    public init() throws(SystemError) {
        var signals = sigset_t()
        sigemptyset(&signals)
        sigaddset(&signals, SIGINT)
        sigaddset(&signals, SIGTERM)
        let code = pthread_sigmask(SIG_BLOCK, &signals, nil)
        guard code == 0 else { throw SystemError(call: "pthread_sigmask", code: code) }
        signal(SIGPIPE, SIG_IGN)
        let flags = Int32(SFD_NONBLOCK | SFD_CLOEXEC)
        owned = try OwnedDescriptor("signalfd") { () -> Int32 in signalfd(-1, &signals, flags) }
    }

    /// Readable once a signal has come; give it to ``EventLoop/watch(_:for:token:)``.
    public var descriptor: Int32 { owned.number }

    /// The number of the next signal that came; nil if none.
    ///
    /// - Throws: `SystemError` if the descriptor cannot be read.
    public func next() throws(SystemError) -> Int32? {
        var record = signalfd_siginfo()
        let size = MemoryLayout<signalfd_siginfo>.size
        guard try attempt("read", "signalfd", { read(owned.number, &record, size) }) != nil else {
            return nil
        }
        return Int32(record.ssi_signo)
    }
}
