import BatteryModel
import CLinuxIO
import Glibc
import Synchronization

/// Cuts a link off from any thread, also while the link's own thread hangs, even inside a system call.
///
/// The link's descriptor is replaced by one that refuses everything. So whatever the hanging thread was about to
/// write fails when it comes back, and its next ``Link/tick(at:)`` treats that as a failure of the link and opens it
/// again.
///
/// Why this cannot hit the wrong file: a number is registered here only after the link has got it and is taken out,
/// under the same lock, before the link closes it. While it is registered it is therefore open, the kernel gives it
/// to nobody else, and `dup3` exchanges what is behind it in one step: each call of the hanging thread finds either
/// the old file or the refusing one. A link that is being opened while it is cut is refused when it registers.
///
/// What cannot be called back: a write that was inside the kernel at that moment, and frames that the queue of a CAN
/// interface holds already; those leave even when their socket is closed. What waits in a serial port or in a TCP
/// connection is thrown away.
public final class LinkCutter: Sendable {
    private struct State {
        var descriptor: Int32 = -1
        var isCut = false
    }

    private let state = Mutex(State())
    /// Opened before it is needed: when it is, nothing may be left that can fail.
    private let refusing: OwnedDescriptor
    private let poll: PollSet
    private let isSerial: Bool
    private let isTCP: Bool

    init(_ address: LinkAddress, poll: PollSet) throws(SystemError) {
        var wire = address
        if case .slcan(let under, _) = address { wire = under }
        isSerial = if case .serial = wire { true } else { false }
        isTCP =
            switch wire {
            case .tcp, .tcpListener, .descriptor(_, .listener): true
            default: false
            }
        refusing = try OwnedDescriptor("open(O_PATH)", "/") { linuxio_open_refusing() }
        self.poll = poll
    }

    /// Whether the link is cut off and its thread has not noticed yet.
    public var isCut: Bool { state.withLock { $0.isCut } }

    /// Cuts the link off, open or not.
    ///
    /// Nothing in here waits for the link's thread. The lock is not held while the old file is closed.
    public func cut() {
        let old = state.withLock { state -> Int32 in
            guard !state.isCut else { return -1 }
            state.isCut = true
            guard state.descriptor >= 0 else { return -1 }
            let kept = linuxio_duplicate(state.descriptor)
            // Without a free number the old file closes inside dup3, with its output thrown away before, not after.
            if kept < 0 { discardOutput(of: state.descriptor) }
            // A file that others hold open as well would go on being reported under this number.
            poll.remove(state.descriptor)
            linuxio_replace(state.descriptor, refusing.number)
            return kept
        }
        guard old >= 0 else { return }
        discardOutput(of: old)
        close(old)
    }

    private func discardOutput(of descriptor: Int32) {
        if isSerial {
            linuxio_unlock_terminal(descriptor)
            linuxio_discard_terminal(descriptor, 1)
        }
        if isTCP { linuxio_reset_on_close(descriptor) }
    }

    /// Takes note of the number of the link's descriptor; `false` if the link has been cut off meanwhile.
    func register(_ descriptor: Int32) -> Bool {
        state.withLock {
            if !$0.isCut { $0.descriptor = descriptor }
            return !$0.isCut
        }
    }

    /// Forgets the number, which from then on belongs to the link's thread alone.
    func unregister() {
        state.withLock { $0.descriptor = -1 }
    }

    /// Lets the link open again.
    func mend() {
        state.withLock { $0.isCut = false }
    }
}
