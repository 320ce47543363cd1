import BatteryModel
import BusCodec
import Glibc
import LinuxIO
import Testing

/// A loop with links, and what each of them heard.
final class Bench {
    let loop: EventLoop
    private(set) var links: [Link] = []
    private(set) var bytes: [[UInt8]] = []
    private(set) var frames: [[CANFrame]] = []
    /// How often each link had something to read.
    private(set) var wakes: [Int] = []
    /// Links that are left alone, as by a program that hangs.
    var deaf: Set<Int> = []
    /// Lets the links live in the future.
    var timeAhead = Interval.zero

    init() throws {
        loop = try EventLoop()
    }

    var now: Instant { MonotonicClock.now() + timeAhead }

    func link(_ address: LinkAddress, queueLimit: Int = 64) -> Link {
        let link = Link(address, on: loop, token: links.count, queueLimit: queueLimit)
        links.append(link)
        bytes.append([])
        frames.append([])
        wakes.append(0)
        link.open(at: now)
        return link
    }

    /// Runs the links until `condition` holds; false if it does not within ten seconds.
    func run(until condition: () throws -> Bool) throws -> Bool {
        let end = MonotonicClock.now() + .seconds(10)
        while try !condition() {
            if MonotonicClock.now() >= end { return false }
            let deadlines = links.compactMap(\.nextDeadline)
                .map { Instant(nanoseconds: $0.nanoseconds - timeAhead.nanoseconds) }
            // A condition may also depend on something no link is told of.
            let soon = MonotonicClock.now() + .milliseconds(10)
            for event in try loop.wait(until: min(deadlines.min() ?? soon, soon)) where event.isReadable {
                if !deaf.contains(event.token) { receive(links[event.token]) }
            }
            for link in links { link.tick(at: now) }
        }
        return true
    }

    func runUntilOpen() throws -> Bool {
        try run { links.allSatisfy { $0.state == .open } }
    }

    private func receive(_ link: Link) {
        wakes[link.token] += 1
        if link.address.carriesFrames {
            link.receiveFrames(at: now) { frames[link.token].append($0) }
        } else {
            link.receiveBytes(at: now) { span in
                for index in span.indices { bytes[link.token].append(span[index]) }
            }
        }
    }

    func text(_ link: Link) -> String { String(decoding: bytes[link.token], as: UTF8.self) }

    func forget() {
        for index in links.indices {
            bytes[index] = []
            frames[index] = []
        }
    }
}

extension Link {
    @discardableResult
    func send(_ text: String, at now: Instant) -> Instant? {
        send(Array(text.utf8).span, at: now)
    }
}

func dataFrame(_ identifier: UInt32, _ payload: [UInt8], extended: Bool = false) -> CANFrame {
    CANFrame(identifier: identifier, isExtended: extended, payload: payload.span)
}

/// A TCP server on the loopback interface that takes one caller at a time.
struct LoopbackServer: ~Copyable {
    private let listener: OwnedDescriptor
    let port: UInt16

    /// Listens on a free port, or again on one that was used before.
    init(port: UInt16 = 0) throws {
        listener = OwnedDescriptor(
            socket(AF_INET, Int32(SOCK_STREAM.rawValue | SOCK_NONBLOCK.rawValue | SOCK_CLOEXEC.rawValue), 0))
        var yes: Int32 = 1
        setsockopt(listener.number, SOL_SOCKET, SO_REUSEADDR, &yes, 4)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = port.bigEndian
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        var size = socklen_t(MemoryLayout<sockaddr_in>.size)
        let number = listener.number
        let results = withUnsafeMutableBytes(of: &address) { raw in
            let generic = raw.assumingMemoryBound(to: sockaddr.self).baseAddress
            return [bind(number, generic, size), listen(number, 1), getsockname(number, generic, &size)]
        }
        try #require(results == [0, 0, 0])
        self.port = UInt16(bigEndian: address.sin_port)
    }

    func accept() -> OwnedDescriptor? {
        let number = Glibc.accept(listener.number, nil, nil)
        return number < 0 ? nil : OwnedDescriptor(number)
    }
}
