import BatteryModel
import BusCodec
import LinuxIO

/// A port of a simulation on its thread: one link, or the link of whoever has called last.
final class Outlet {
    /// The link; `nil` while nobody has called.
    private(set) var link: Link?
    private let port: OpenPort
    private let loop: EventLoop
    private let token: Int
    private var caller: OwnedDescriptor?
    /// The SLCAN adapter that stands between a CAN bus and a link of bytes; `nil` on other links.
    private(set) var adapter: SLCANAdapter?

    /// What the token of a caller is larger by than that of the link.
    static let callerToken = 100

    /// Opens nothing yet.
    ///
    /// - Parameters:
    ///   - port: The port.
    ///   - loop: The loop that waits for it.
    ///   - token: What its events are known by.
    ///   - busKilobits: The bit rate of the CAN bus that is simulated; `nil` for a serial line.
    /// - Throws: `SystemError` if the port cannot be made.
    init(
        _ port: OpenPort, on loop: EventLoop, token: Int, busKilobits: Int32? = nil
    ) throws(SystemError) {
        self.port = port
        self.loop = loop
        self.token = token
        if let busKilobits, port.address?.carriesFrames != true {
            adapter = SLCANAdapter(busKilobits: busKilobits)
        }
        if let address = port.address { link = Link(address, on: loop, token: token) }
        if let descriptor = port.callerDescriptor {
            try loop.watch(descriptor, for: .readable, token: token + Self.callerToken)
        }
    }

    var isOpen: Bool { link?.state == .open }

    /// Whether its link is open; for an SLCAN adapter, whether the host has opened the channel.
    var isOnBus: Bool { isOpen && (adapter?.isOnBus ?? true) }

    /// Puts a frame on the bus, for whoever is there to hear it.
    func send(_ frame: CANFrame, at now: Instant) {
        guard adapter != nil else {
            link?.send(frame, at: now)
            return
        }
        if let line = adapter?.heard(frame) { link?.send(line.span, at: now) }
    }

    /// Reads the frames that have arrived, and does what the host of an SLCAN adapter asks of it.
    func receiveFrames(at now: Instant, _ body: (CANFrame) -> Void) {
        guard adapter != nil else {
            link?.receiveFrames(at: now, body)
            return
        }
        var replies: [UInt8] = []
        link?.receiveBytes(at: now) { bytes in
            for index in bytes.indices {
                guard let step = adapter?.receive(bytes[index]) else { continue }
                replies += step.reply
                if let frame = step.frame { body(frame) }
            }
        }
        if !replies.isEmpty { link?.send(replies.span, at: now) }
    }

    func open(at now: Instant) { link?.open(at: now) }

    func close(at now: Instant) { link?.close(at: now) }

    /// Takes the next caller; the one before is hung up on.
    func answerCall(at now: Instant) {
        guard let caller = port.accept() else { return }
        link?.close(at: now)
        link = Link(.descriptor(caller.number, .bytes), on: loop, token: token)
        link?.open(at: now)
        self.caller = consume caller
    }

    /// Does what has become due; a caller that has gone is forgotten.
    func tick(at now: Instant) {
        link?.tick(at: now)
        guard port.callerDescriptor != nil, let link, link.counters.errors > 0 else { return }
        link.close(at: now)
        self.link = nil
        caller = nil
    }
}
