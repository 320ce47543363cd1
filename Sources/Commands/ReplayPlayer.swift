import BatteryModel
import LinuxIO
import Recordings

/// A link on which a recording is played, and the clock that goes with it.
final class ReplayPlayer {
    let console: Console
    private let loop: EventLoop
    private let link: Link
    private let signals: TerminationSignals
    /// Times as fast as the recording; `nil` for as fast as the bus can.
    private let speed: Double?
    private var roundBeganAt = Instant(nanoseconds: 0)
    private var firstTime: Int64?
    /// When what was sent has left the wire.
    private var freeAt = Instant(nanoseconds: 0)

    /// The longest time that can be waited for, in nanoseconds: a century or so.
    private static let longest = 4e18
    /// How long a link may take to open.
    private static let opensWithin = Interval.seconds(3)
    /// A frame of eight bytes at 500 kbit/s, and some room for others.
    private static let frameTime = Interval.microseconds(300)

    init(_ address: LinkAddress, speed: Double?, _ console: Console) throws(CommandFailure) {
        self.speed = speed
        self.console = console
        do throws(SystemError) {
            signals = try TerminationSignals()
            loop = try EventLoop()
            link = Link(address, on: loop, token: 0)
            try loop.watch(signals.descriptor, for: .readable, token: 1)
        } catch {
            throw Self.failure(error)
        }
    }

    /// What happened on the link.
    var counters: LinkCounters { link.counters }

    /// Opens the link.
    func open() throws(CommandFailure) {
        let end = MonotonicClock.now() + Self.opensWithin
        link.open(at: MonotonicClock.now())
        while link.state == .opening, MonotonicClock.now() < end { _ = try pass(until: end) }
        guard link.state == .open else {
            throw Self.failure(
                link.lastError ?? SystemError(call: "open", code: 110, subject: "\(link.address)"))
        }
    }

    /// Closes the link.
    func close() { link.close(at: MonotonicClock.now()) }

    /// Begins the recording, at its first time.
    func beginRound() { firstTime = nil }

    /// Waits until what was recorded at `time` is due; returns false if somebody wants it to end.
    func wait(for time: Int64?) throws(CommandFailure) -> Bool {
        var due = max(freeAt, MonotonicClock.now())
        if let speed, let time {
            if firstTime == nil { (firstTime, roundBeganAt) = (time, due) }
            let passed = Double(time &- (firstTime ?? time)) / speed
            due = roundBeganAt + Interval(nanoseconds: Int64(min(passed, Self.longest)))
        }
        repeat {
            guard try pass(until: due) else { return false }
        } while MonotonicClock.now() < due
        return true
    }

    /// Sends something; what the link does not take is counted.
    func send(_ content: RecordedItem.Content) {
        let now = MonotonicClock.now()
        switch content {
        case .frame(let frame):
            link.send(frame, at: now)
            freeAt = now + Self.frameTime
        case .bytes(let bytes): freeAt = link.send(bytes.span, at: now) ?? now
        case .note: break
        }
    }

    /// Waits until what was sent has left.
    func drain() throws(CommandFailure) {
        let end = max(freeAt, MonotonicClock.now()) + .milliseconds(50)
        while MonotonicClock.now() < end, try pass(until: end) {}
    }

    /// Waits, throws away what others say; returns false if somebody wants it to end.
    private func pass(until deadline: Instant) throws(CommandFailure) -> Bool {
        do throws(SystemError) {
            for event in try loop.wait(until: min(deadline, link.nextDeadline ?? deadline))
            where event.token == 0 && event.isReadable {
                let now = MonotonicClock.now()
                if link.address.carriesFrames {
                    link.receiveFrames(at: now) { _ in }
                } else {
                    link.receiveBytes(at: now) { _ in }
                }
            }
            link.tick(at: MonotonicClock.now())
            return try signals.next() == nil && console.isOpen
        } catch {
            throw Self.failure(error)
        }
    }

    private static func failure(_ error: SystemError) -> CommandFailure {
        CommandFailure("the recording cannot be played", "\(error)", "mend that and start it again")
    }
}
