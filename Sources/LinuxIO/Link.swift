public import BatteryModel
import BusCodec
import CLinuxIO
import Glibc

/// One physical bus: opens itself, opens itself again after a loss, and carries either bytes or CAN frames.
///
/// Belongs to the thread of its ``EventLoop``. That thread never waits for a link: opening and closing run on
/// short-lived threads, reading and writing take what is there. After every wait the owner calls `receiveBytes` or
/// `receiveFrames` or `receiveCalls` if the link's token was readable, then ``tick(at:)`` on every link, and waits at most until
/// ``nextDeadline``.
///
/// Frames that the link sends itself do not come back.
public final class Link {
    /// What a link is doing.
    public enum State: Sendable, Equatable {
        /// Told to be closed, or never told to open.
        case closed
        /// Being opened on another thread.
        case opening
        /// Ready to carry.
        case open
        /// Failed; the next attempt is made at this instant.
        case waiting(until: Instant)
    }

    /// Where the link leads to.
    public let address: LinkAddress
    /// The token of its events.
    public let token: Int
    /// What the link is doing.
    public internal(set) var state = State.closed
    /// Why the link failed last; kept while it is open again, nil if it never failed.
    public internal(set) var lastError: SystemError?
    /// What happened so far.
    public internal(set) var counters = LinkCounters()
    /// Whether the CAN controller has left the bus and not come back.
    ///
    /// It comes back by itself if the interface was set up with `restart-ms`.
    public internal(set) var isBusOff = false

    /// The first pause after a failure; each further one doubles it, until something is received.
    public static let shortestBackOff = Interval.milliseconds(500)
    /// The longest pause between two attempts.
    public static let longestBackOff = Interval.seconds(10)
    /// The same for an interface of the kernel.
    ///
    /// Looking whether it is up costs nothing, and an inverter that hears nothing for ten seconds raises an alarm.
    public static let longestInterfaceBackOff = Interval.seconds(2)

    let loop: EventLoop
    let format: SerialFormat?
    let isTerminalMaster: Bool
    let isSerial: Bool
    var descriptor: Int32 = -1
    var opener: LinkOpener?
    var backOff = Link.shortestBackOff
    var wasLost = false
    var buffer = [UInt8](repeating: 0, count: 4096)
    var queue: OutQueue
    var watchesWritable = false
    var retrySendAt: Instant?
    var retryMasterAt: Instant?
    var wireFreeAt = Instant(nanoseconds: 0)
    var slcan: SLCANChannel?
    /// That of the link's own descriptor first, then one for each of the ``callers``.
    var cutters: [LinkCutter] = []
    /// The descriptor of whoever sits in each seat; -1 where it is free.
    var callers: [Int32]

    /// Makes a closed link.
    ///
    /// - Parameters:
    ///   - address: Where it leads to.
    ///   - loop: The loop of the thread that uses the link.
    ///   - token: What the loop reports its events under; different for each link.
    ///   - queueLimit: Messages or frames kept while the system takes none; then the oldest is dropped.
    ///   - maximumQueueAge: How old a message may become in that queue before it is dropped.
    ///   - listensOnly: Whether an SLCAN adapter is opened so that it does not even acknowledge; elsewhere it is up to
    ///     the owner to send nothing.
    public init(
        _ address: LinkAddress, on loop: EventLoop, token: Int, queueLimit: Int = 64,
        maximumQueueAge: Interval = .seconds(1), listensOnly: Bool = false
    ) {
        precondition(queueLimit >= 2)
        self.address = address
        self.loop = loop
        self.token = token
        queue = OutQueue(limit: queueLimit, maximumAge: maximumQueueAge)
        var wire = address
        if case .slcan(let under, let bitrateKilobits) = address {
            wire = under
            slcan = SLCANChannel(bitrateKilobits: bitrateKilobits, listensOnly: listensOnly)
        }
        if case .serial(_, let format) = wire { self.format = format } else { format = nil }
        isSerial = format != nil
        isTerminalMaster = if case .descriptor(_, .terminalMaster) = wire { true } else { false }
        callers = Array(repeating: -1, count: address.takesCalls ? Self.callerSeats : 0)
    }

    deinit {
        opener?.abandon()
        closeDescriptor(discardingOutput: true)
    }

    /// Makes what cuts this link off from another thread; to be called before the link is opened for the first time.
    ///
    /// - Throws: `SystemError` if the system has no descriptors left.
    public func makeCutter() throws(SystemError) -> LinkCutter {
        precondition(state == .closed, "the descriptor of an open link is not registered")
        let made = try LinkCutter(address, poll: loop.poll)
        cutters.append(made)
        return made
    }

    /// Makes what cuts off this link and everybody who calls on it, as above.
    ///
    /// - Throws: `SystemError` if the system has no descriptors left.
    public func makeCutters() throws(SystemError) -> [LinkCutter] {
        for _ in 0...callers.count { _ = try makeCutter() }
        return cutters
    }

    /// Starts to open the link, and keeps it open from then on; does nothing if it is not closed.
    public func open(at now: Instant) {
        guard state == .closed else { return }
        backOff = Self.shortestBackOff
        startOpening(at: now)
    }

    /// Closes the link for good, until it is told to open again.
    ///
    /// An SLCAN adapter is told to leave the bus. A serial port may still be held for a moment, until what was
    /// written has left it.
    public func close(at now: Instant) {
        if state == .open, slcan != nil { transmit(SLCAN.close.bytes, payloadCount: nil, at: now) }
        opener?.abandon()
        opener = nil
        closeDescriptor(discardingOutput: false)
        state = .closed
    }

    /// Does what has become due: takes over an opened descriptor, tries again, sends what was kept back.
    public func tick(at now: Instant) {
        if cutters.contains(where: \.isCut) { noteCut(at: now) }
        switch state {
        case .closed: break
        case .opening: adopt(at: now)
        case .waiting(let until): if until <= now { startOpening(at: now) }
        case .open:
            if let due = retryMasterAt, due <= now { watchMasterAgain(at: now) }
            flush(at: now)
            tickSLCAN(at: now)
        }
    }

    /// When ``tick(at:)`` must be called next; nil if only an event can change anything.
    public var nextDeadline: Instant? {
        switch state {
        case .closed, .opening: nil
        case .waiting(let until): until
        case .open: earliest(earliest(retrySendAt, retryMasterAt), slcan?.nextPollAt)
        }
    }

    private func earliest(_ one: Instant?, _ other: Instant?) -> Instant? {
        guard let one, let other else { return one ?? other }
        return min(one, other)
    }
}

extension Link {
    private func startOpening(at now: Instant) {
        do throws(SystemError) {
            if let slcan, SLCAN.openSequence(bitrateKilobits: slcan.bitrateKilobits) == nil {
                throw SystemError(call: "SLCAN has no such bit rate", code: EINVAL, subject: "\(address)")
            }
            opener = try LinkOpener.start(address, waking: loop.waker)
            state = .opening
        } catch {
            fail(error, at: now)
        }
    }

    private func adopt(at now: Instant) {
        guard let opener else { return }
        switch opener.take() {
        case .working: return
        case .failed(let error): fail(error, at: now)
        case .opened(let number):
            self.opener = nil
            descriptor = number
            if let cutter = cutters.first, !cutter.register(number) { return fail(wasCutOff, at: now) }
            state = .open
            if wasLost { counters.reopened += 1 }
            wasLost = false
            wireFreeAt = now
            do throws(SystemError) {
                try loop.watch(number, for: .readable, token: token)
            } catch {
                return fail(error, at: now)
            }
            openSLCANChannel(at: now)
        }
    }

    /// Notes that another thread has cut the link off, and has it opened again.
    private func noteCut(at now: Instant) {
        if state == .open || state == .opening {
            opener?.abandon()
            fail(wasCutOff, at: now)
        }
        for cutter in cutters { cutter.mend() }
    }

    private var wasCutOff: SystemError {
        SystemError(call: "cut off after a stall", code: ECANCELED, subject: "\(address)")
    }

    /// Closes after a failure and plans the next attempt.
    func fail(_ error: SystemError, at now: Instant) {
        counters.errors += 1
        lastError = error
        wasLost = true
        opener = nil
        closeDescriptor(discardingOutput: true)
        state = .waiting(until: now + backOff)
        let isInterface = if case .socketCAN = address { true } else { false }
        backOff = min(backOff * 2, isInterface ? Self.longestInterfaceBackOff : Self.longestBackOff)
    }

    private func closeDescriptor(discardingOutput: Bool) {
        counters.dropped += UInt64(queue.removeAll())
        isBusOff = false
        watchesWritable = false
        retrySendAt = nil
        retryMasterAt = nil
        slcan?.nextPollAt = nil
        for seat in callers.indices { hangUp(onCaller: seat) }
        guard descriptor >= 0 else { return }
        let number = descriptor
        descriptor = -1
        cutters.first?.unregister()
        loop.unwatch(number)
        guard isSerial else {
            Glibc.close(number)
            return
        }
        linuxio_unlock_terminal(number)
        if discardingOutput { linuxio_discard_terminal(number, 1) }
        // The kernel may hold up close until the last byte has left the port.
        do throws(SystemError) {
            _ = try NativeThread(name: "close link") { Glibc.close(number) }
        } catch {
            Glibc.close(number)
        }
    }

    private func watchMasterAgain(at now: Instant) {
        retryMasterAt = nil
        watch(writable: watchesWritable, at: now)
    }

    /// Tells the loop what to wait for.
    func watch(writable: Bool, at now: Instant) {
        watchesWritable = writable
        do throws(SystemError) {
            try loop.watch(descriptor, for: writable ? [.readable, .writable] : .readable, token: token)
        } catch {
            fail(error, at: now)
        }
    }
}
