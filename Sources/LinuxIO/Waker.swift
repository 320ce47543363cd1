import CLinuxIO
import Glibc

/// Ends the wait of an ``EventLoop`` from any thread.
///
/// Calls made before the loop gets round to it count as one. A waker may outlive its loop.
public final class Waker: Sendable {
    private let owned: OwnedDescriptor

    init() throws(SystemError) {
        owned = try OwnedDescriptor("eventfd") { () -> Int32 in
            eventfd(0, Int32(EFD_NONBLOCK | EFD_CLOEXEC))
        }
    }

    var descriptor: Int32 { owned.number }

    /// Ends the current wait, or the next if nobody is waiting.
    public func wake() {
        var one: UInt64 = 1
        // Fails only when the counter is full, and then the loop is awake anyway.
        write(owned.number, &one, 8)
    }

    func clear() {
        var count: UInt64 = 0
        read(owned.number, &count, 8)
    }
}
