import BatteryModel
import LinuxIO

/// A port of a simulation on its thread: one link, or the link of whoever has called last.
final class Outlet {
    /// The link; `nil` while nobody has called.
    private(set) var link: Link?
    private let port: OpenPort
    private let loop: EventLoop
    private let token: Int
    private var caller: OwnedDescriptor?

    /// What the token of a caller is larger by than that of the link.
    static let callerToken = 100

    init(_ port: OpenPort, on loop: EventLoop, token: Int) throws(SystemError) {
        self.port = port
        self.loop = loop
        self.token = token
        if let address = port.address { link = Link(address, on: loop, token: token) }
        if let descriptor = port.callerDescriptor {
            try loop.watch(descriptor, for: .readable, token: token + Self.callerToken)
        }
    }

    var carriesFrames: Bool { port.address?.carriesFrames ?? false }

    var isOpen: Bool { link?.state == .open }

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
