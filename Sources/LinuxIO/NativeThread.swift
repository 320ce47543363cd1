import CLinuxIO
import Glibc
import Synchronization

/// A thread of the operating system, outside the pools of Swift concurrency.
///
/// A slow disk or name lookup on those pools cannot hold it up.
public final class NativeThread: Sendable {
    private let handle: pthread_t
    private let isReleased = Atomic(false)

    /// Starts a thread that runs `body` once.
    ///
    /// - Parameters:
    ///   - name: What `top -H` shows; cut to 15 characters.
    ///   - body: What the thread does. The thread ends with it.
    /// - Throws: `SystemError` if the system has no thread to give.
    public init(name: String, _ body: @escaping @Sendable () -> Void) throws(SystemError) {
        let start = Unmanaged.passRetained(ThreadStart(name: name, body: body))
        var handle = pthread_t()
        let code = pthread_create(&handle, nil, runThread, start.toOpaque())
        guard code == 0 else {
            start.release()
            throw SystemError(call: "pthread_create", code: code, subject: name)
        }
        self.handle = handle
    }

    deinit {
        if !isReleased.load(ordering: .acquiring) { pthread_detach(handle) }
    }

    /// Waits for the thread to end; a second call returns at once.
    public func join() {
        if !isReleased.exchange(true, ordering: .acquiringAndReleasing) { pthread_join(handle, nil) }
    }
}

private final class ThreadStart: Sendable {
    let name: String
    let body: @Sendable () -> Void

    init(name: String, body: @escaping @Sendable () -> Void) {
        self.name = name
        self.body = body
    }
}

private func runThread(_ argument: UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? {
    guard let argument else { return nil }
    let start = Unmanaged<ThreadStart>.fromOpaque(argument).takeRetainedValue()
    linuxio_name_thread(start.name)
    start.body()
    return nil
}
