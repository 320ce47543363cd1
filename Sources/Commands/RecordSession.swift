import BatteryModel
import BusCodec
import Gateway
import LinuxIO

/// Listens to links, and puts on a tape what is heard.
final class RecordSession {
    private let loop: EventLoop
    private let links: [Link]
    private let tape: BusTape
    private var wasOpen: [Bool]
    private var told: [String?]
    /// What was heard so far.
    private(set) var heard: Heard

    /// What was heard, counted.
    struct Heard {
        var frames = 0
        var errorFrames = 0
        var bytes = 0
        /// Pieces in which they came.
        var runs = 0
        /// Times a link failed.
        var losses = 0
        /// Links that work now.
        var open = 0
    }

    init(_ buses: [BusArgument], on loop: EventLoop, _ tape: BusTape) {
        self.loop = loop
        self.tape = tape
        links = buses.enumerated().map { Link($1.address, on: loop, token: $0, listensOnly: true) }
        wasOpen = buses.map { _ in false }
        told = buses.map { _ in nil }
        heard = Heard()
        for link in links { link.open(at: MonotonicClock.now()) }
    }

    /// Waits until something has come or `deadline`, and takes what is there.
    ///
    /// - Parameters:
    ///   - deadline: When to return at the latest.
    ///   - complain: Is told, once for each reason, why a link does not work.
    /// - Throws: `SystemError` if the system cannot wait; a link that fails is no error.
    func pass(until deadline: Instant, complain: (String) -> Void) throws(SystemError) {
        var until = deadline
        for link in links { until = min(until, link.nextDeadline ?? until) }
        let events = try loop.wait(until: until)
        let now = MonotonicClock.now()
        for event in events where event.isReadable && links.indices.contains(event.token) {
            receive(links[event.token], at: now)
        }
        for index in links.indices { note(index, at: now, complain) }
    }

    /// Closes the links; an SLCAN adapter is told to.
    func close() {
        for link in links { link.close(at: MonotonicClock.now()) }
    }

    private func receive(_ link: Link, at now: Instant) {
        let bus = link.token
        guard link.address.carriesFrames else {
            link.receiveBytes(at: now) { bytes in
                heard.bytes += bytes.count
                heard.runs += 1
                tape.add(bytes, .received, bus: bus, at: now)
            }
            return
        }
        link.receiveFrames(at: now) { frame in
            if frame.kind == .error { heard.errorFrames += 1 } else { heard.frames += 1 }
            tape.add(frame, .received, bus: bus, at: now)
        }
    }

    /// Notes whether a link has come up or gone down.
    private func note(_ index: Int, at now: Instant, _ complain: (String) -> Void) {
        let link = links[index]
        link.tick(at: now)
        let isOpen = link.state == .open
        let reason = link.lastError?.description ?? ""
        if isOpen != wasOpen[index] {
            wasOpen[index] = isOpen
            heard.open += isOpen ? 1 : -1
            if !isOpen { heard.losses += 1 }
            tape.add(note: (isOpen ? TapeNote.up : .down(reason)).text, bus: index, at: now)
            if isOpen, told[index] != nil { complain("\(link.address) works again") }
            if isOpen { told[index] = nil }
        }
        if !isOpen, case .waiting = link.state, told[index] != reason {
            told[index] = reason
            complain("\(reason); it is tried again")
        }
    }
}
