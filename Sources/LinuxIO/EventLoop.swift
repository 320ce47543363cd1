public import BatteryModel
import CLinuxIO
import Glibc

/// Waits for descriptors, for a point in time and for a call from another thread, all at once.
///
/// Belongs to the thread that waits; only the ``Waker`` may be used from elsewhere. A descriptor that is ready
/// is reported again by every wait until it has been dealt with.
public final class EventLoop {
    let poll: PollSet
    private let timer: OwnedDescriptor
    private var armed: Instant?
    /// Ends the wait from any thread.
    public let waker: Waker

    /// What to be told of about a descriptor.
    public struct Interests: OptionSet, Sendable {
        /// The bits, as epoll has them.
        public let rawValue: UInt32
        /// Makes interests from epoll's bits.
        public init(rawValue: UInt32) { self.rawValue = rawValue }
        /// There is something to read, or the other end has gone.
        public static let readable = Interests(rawValue: EPOLLIN.rawValue)
        /// There is room to write.
        public static let writable = Interests(rawValue: EPOLLOUT.rawValue)
    }

    /// A descriptor that is ready.
    public struct Event: Sendable, Equatable {
        /// The number the descriptor was watched under.
        public var token: Int
        /// Reading will not wait.
        ///
        /// Also set when the other end has gone: only reading tells.
        public var isReadable: Bool
        /// Writing will not wait.
        public var isWritable: Bool
    }

    /// What one wait found, at most ``capacity`` events; what did not fit comes with the next wait.
    public struct Events: Sequence, Sendable {
        /// The most events one wait returns.
        public static let capacity = 16
        /// Number of events.
        public fileprivate(set) var count = 0
        /// Whether a ``Waker`` ended the wait.
        public fileprivate(set) var wasWoken = false
        private var storage = InlineArray<16, Event>(
            repeating: Event(token: 0, isReadable: false, isWritable: false))

        fileprivate mutating func append(_ event: Event) {
            storage[count] = event
            count += 1
        }

        /// The event at a position below ``count``.
        public subscript(position: Int) -> Event { storage[position] }

        /// Goes through the events in the order the kernel gave them.
        public func makeIterator() -> Iterator { Iterator(events: self, position: 0) }

        /// Goes through the events of one wait.
        public struct Iterator: IteratorProtocol, Sendable {
            fileprivate let events: Events
            fileprivate var position: Int

            /// The next event; nil after the last.
            public mutating func next() -> Event? {
                guard position < events.count else { return nil }
                defer { position += 1 }
                return events[position]
            }
        }
    }

    private static let timerToken = UInt64.max
    private static let wakerToken = UInt64.max - 1

    /// Makes a loop that watches nothing yet.
    ///
    /// - Throws: `SystemError` if the system has no descriptors left.
    public init() throws(SystemError) {
        poll = try PollSet()
        timer = try OwnedDescriptor("timerfd_create") { () -> Int32 in
            timerfd_create(CLOCK_BOOTTIME, Int32(TFD_NONBLOCK | TFD_CLOEXEC))
        }
        waker = try Waker()
        try watch(timer.number, for: .readable, key: Self.timerToken)
        try watch(waker.descriptor, for: .readable, key: Self.wakerToken)
    }

    /// Starts to watch a descriptor, or changes what is watched for.
    ///
    /// - Parameters:
    ///   - descriptor: Must be unwatched before it is closed.
    ///   - interests: What to report. Empty still reports that the other end has gone.
    ///   - token: Comes back with each event; at least 0.
    /// - Throws: `SystemError`, for example EPERM for a plain file.
    public func watch(_ descriptor: Int32, for interests: Interests, token: Int) throws(SystemError) {
        precondition(token >= 0)
        try watch(descriptor, for: interests, key: UInt64(token))
    }

    private func watch(_ descriptor: Int32, for interests: Interests, key: UInt64) throws(SystemError) {
        var event = epoll_event(events: interests.rawValue, data: epoll_data_t(u64: key))
        if epoll_ctl(poll.number, EPOLL_CTL_MOD, descriptor, &event) == 0 { return }
        if errno == ENOENT, epoll_ctl(poll.number, EPOLL_CTL_ADD, descriptor, &event) == 0 { return }
        throw .last("epoll_ctl")
    }

    /// Stops watching a descriptor; no harm if it was not watched.
    public func unwatch(_ descriptor: Int32) {
        poll.remove(descriptor)
    }

    /// Waits until something is ready, the deadline has come or a waker calls.
    ///
    /// - Parameter deadline: When to return at the latest; nil for never.
    /// - Returns: What is ready; empty if it was the deadline or a waker.
    /// - Throws: `SystemError` if the kernel refuses to wait.
    public func wait(until deadline: Instant?) throws(SystemError) -> Events {
        try arm(deadline)
        var raw = InlineArray<16, epoll_event>(repeating: epoll_event())
        var span = raw.mutableSpan
        let count = try attempt("epoll_wait") {
            span.withUnsafeMutableBufferPointer {
                Int(epoll_wait(poll.number, $0.baseAddress, Int32($0.count), -1))
            }
        }
        var events = Events()
        for index in 0..<(count ?? 0) {
            let event = raw[index]
            switch event.data.u64 {
            case Self.timerToken: try disarm()
            case Self.wakerToken:
                waker.clear()
                events.wasWoken = true
            default:
                let bits = event.events
                events.append(
                    Event(
                        token: Int(event.data.u64), isReadable: bits & ~EPOLLOUT.rawValue != 0,
                        isWritable: bits & EPOLLOUT.rawValue != 0))
            }
        }
        return events
    }

    private func arm(_ deadline: Instant?) throws(SystemError) {
        guard deadline != armed else { return }
        // Zero would mean "never" to the kernel; a deadline in the past must mean "now".
        let nanoseconds = deadline.map { max($0.nanoseconds, 1) } ?? 0
        var setting = itimerspec()
        setting.it_value.tv_sec = Int(nanoseconds / 1_000_000_000)
        setting.it_value.tv_nsec = Int(nanoseconds % 1_000_000_000)
        let flags = Int32(TFD_TIMER_ABSTIME)
        guard timerfd_settime(timer.number, flags, &setting, nil) == 0 else { throw .last("timerfd_settime") }
        armed = deadline
    }

    private func disarm() throws(SystemError) {
        var expirations: UInt64 = 0
        _ = try attempt("read", "timerfd") { read(timer.number, &expirations, 8) }
        armed = nil
    }
}

/// What a loop watches, as the kernel keeps it.
///
/// May outlive its loop, and any thread may take a descriptor out.
final class PollSet: Sendable {
    private let owned: OwnedDescriptor

    init() throws(SystemError) {
        owned = try OwnedDescriptor("epoll_create1") { () -> Int32 in epoll_create1(Int32(EPOLL_CLOEXEC)) }
    }

    var number: Int32 { owned.number }

    func remove(_ descriptor: Int32) {
        var event = epoll_event()
        epoll_ctl(owned.number, EPOLL_CTL_DEL, descriptor, &event)
    }
}
