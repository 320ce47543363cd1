import BatteryModel
import BusCodec
public import LinuxIO

/// Runs a ``BusScan`` on a CAN interface or an SLCAN adapter until it has ended or somebody wants it to stop.
public struct BusSearch {
    /// Where the bus is.
    public enum Place: Sendable, Equatable {
        /// A CAN interface of the kernel.
        case interface(String)
        /// An SLCAN adapter at this serial port.
        case adapter(path: String)
    }

    private var scan: BusScan
    private let place: Place
    /// Cuts what an adapter says into frames.
    private var scanner = SLCANScanner()

    /// Makes a search.
    public init(_ scan: BusScan, at place: Place) {
        self.scan = scan
        self.place = place
    }

    /// Searches.
    ///
    /// - Parameter isWanted: Is asked several times a second, and shown how far the search is.
    /// - Returns: The search as it ended.
    /// - Throws: `SystemError` if the link cannot be opened.
    public consuming func run(while isWanted: (BusScan) -> Bool) throws(SystemError) -> BusScan {
        let loop = try EventLoop()
        var link: Link?
        defer { if let link { leave(link) } }
        while isWanted(scan) {
            let now = MonotonicClock.now()
            var until = now + Self.glance
            switch scan.step(at: now) {
            case .done: return scan
            case .open(let kilobits, let listensOnly):
                if let link { leave(link) }
                link = try open(kilobits, listensOnly, on: loop)
                scan.opened(at: MonotonicClock.now())
                continue
            case .wait(let deadline): until = min(until, deadline)
            }
            for event in try loop.wait(until: until) where event.isReadable {
                if let link { receive(from: link, at: MonotonicClock.now()) }
            }
            link?.tick(at: MonotonicClock.now())
            if let link, link.state != .open { throw failure(of: link) }
        }
        return scan
    }

    /// How often whoever waits for the end is asked.
    private static let glance = Interval.milliseconds(200)
    /// How long a link may take to open.
    private static let opensWithin = Interval.seconds(3)

    private func open(
        _ kilobits: Int?, _ listensOnly: Bool, on loop: EventLoop
    ) throws(SystemError) -> Link {
        let link = Link(address, on: loop, token: 0)
        let deadline = MonotonicClock.now() + Self.opensWithin
        link.open(at: MonotonicClock.now())
        while link.state == .opening, MonotonicClock.now() < deadline {
            _ = try loop.wait(until: min(deadline, MonotonicClock.now() + .milliseconds(20)))
            link.tick(at: MonotonicClock.now())
        }
        guard link.state == .open else { throw failure(of: link) }
        if let kilobits { sayOpening(kilobits, listensOnly, to: link) }
        return link
    }

    private var address: LinkAddress {
        switch place {
        case .interface(let name): .socketCAN(interface: name)
        case .adapter(let path): .serial(path: path, SerialFormat(baud: 115_200))
        }
    }

    /// A link of frames would open the channel of an adapter to take part, so its bytes are said and understood here.
    private func sayOpening(_ kilobits: Int, _ listensOnly: Bool, to link: Link) {
        let line = SLCAN.openSequence(bitrateKilobits: kilobits, listensOnly: listensOnly)
        if let line { link.send(line.bytes, at: MonotonicClock.now()) }
    }

    private mutating func receive(from link: Link, at now: Instant) {
        guard !link.address.carriesFrames else {
            link.receiveFrames(at: now) { scan.received($0, at: now) }
            return
        }
        link.receiveBytes(at: now) { bytes in
            for index in bytes.indices {
                guard case .frame(let frame, _) = scanner.receive(bytes[index]) else { continue }
                scan.received(frame, at: now)
            }
        }
    }

    /// Takes an adapter off the bus, and closes the link.
    private func leave(_ link: Link) {
        let now = MonotonicClock.now()
        if !link.address.carriesFrames { link.send(SLCAN.close.bytes, at: now) }
        link.close(at: now)
    }

    private func failure(of link: Link) -> SystemError {
        link.lastError ?? SystemError(call: "open", code: 110, subject: "\(link.address)")
    }
}
