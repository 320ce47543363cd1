import BatteryModel
import BusCodec
public import LinuxIO

/// Runs a ``LineScan`` on a port until it has ended or somebody wants it to stop.
public struct PortScan {
    private var scan: LineScan
    private let path: String

    /// Makes a search on the serial port `path`.
    public init(_ scan: LineScan, path: String) {
        self.scan = scan
        self.path = path
    }

    /// Searches.
    ///
    /// - Parameter isWanted: Is asked several times a second, and shown how far the search is.
    /// - Returns: The search as it ended.
    /// - Throws: `SystemError` if the port cannot be opened.
    public consuming func run(while isWanted: (LineScan) -> Bool) throws(SystemError) -> LineScan {
        let loop = try EventLoop()
        var link: Link?
        var counts: CharacterCounts?
        defer { link?.close(at: MonotonicClock.now()) }
        while isWanted(scan) {
            let now = MonotonicClock.now()
            var until = now + Self.glance
            switch scan.step(at: now) {
            case .done: return scan
            case .open(let baud):
                link?.close(at: now)
                let opened = try open(baud, isAgain: link != nil, on: loop)
                counts = opened.characterCounts
                link = opened
                scan.opened(at: MonotonicClock.now())
                continue
            case .send:
                let end = link?.send(scan.outgoing.bytes, at: now)
                scan.sent(at: end ?? now)
            case .wait(let deadline): until = min(until, deadline)
            }
            for event in try loop.wait(until: until) where event.isReadable {
                link?.receiveBytes(at: MonotonicClock.now()) { scan.received($0, at: MonotonicClock.now()) }
            }
            if let before = counts, let after = link?.characterCounts {
                scan.counted(CharacterErrors(before, after))
                counts = after
            }
            let later = MonotonicClock.now()
            link?.tick(at: later)
            if let link, link.state != .open {
                throw link.lastError ?? SystemError(call: "open", code: 5, subject: path)
            }
        }
        return scan
    }

    /// How often whoever waits for the end is asked.
    private static let glance = Interval.milliseconds(200)
    /// How long a port may take to open.
    private static let opensWithin = Interval.seconds(3)

    /// A port that was open already is closed by another thread, and holds itself until that is done.
    private func open(_ baud: Int32, isAgain: Bool, on loop: EventLoop) throws(SystemError) -> Link {
        let link = Link(.serial(path: path, SerialFormat(baud: Int(baud))), on: loop, token: 0)
        let deadline = MonotonicClock.now() + Self.opensWithin
        link.open(at: MonotonicClock.now())
        while link.state == .opening || isAgain && link.state != .open, MonotonicClock.now() < deadline {
            _ = try loop.wait(until: min(deadline, MonotonicClock.now() + .milliseconds(20)))
            link.tick(at: MonotonicClock.now())
        }
        guard link.state == .open else {
            throw link.lastError ?? SystemError(call: "open", code: 110, subject: path)
        }
        return link
    }
}

extension CharacterErrors {
    /// What a driver has counted in between; its counters go round.
    fileprivate init(_ before: CharacterCounts, _ after: CharacterCounts) {
        self.init(
            framing: UInt64(after.framing &- before.framing), breaks: UInt64(after.breaks &- before.breaks))
    }
}
