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
    /// What each caller of a link has said, by his seat.
    private(set) var callers: [[Int: [UInt8]]] = []
    /// The most bytes of a caller that came at once.
    private(set) var longestPiece = 0
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
        adopt(link)
        return link
    }

    /// Opens a link that was made elsewhere; its token is the number of links so far.
    func adopt(_ link: Link) {
        links.append(link)
        bytes.append([])
        frames.append([])
        callers.append([:])
        wakes.append(0)
        link.open(at: now)
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
        if link.address.takesCalls {
            receiveCalls(link)
        } else if link.address.carriesFrames {
            link.receiveFrames(at: now) { frames[link.token].append($0) }
        } else {
            link.receiveBytes(at: now) { span in
                for index in span.indices { bytes[link.token].append(span[index]) }
            }
        }
    }

    private func receiveCalls(_ link: Link) {
        link.receiveCalls(
            at: now,
            bytes: { seat, span in
                longestPiece = max(longestPiece, span.count)
                for index in span.indices { callers[link.token][seat]?.append(span[index]) }
            },
            changed: { seat, isThere in callers[link.token][seat] = isThere ? [] : nil })
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

extension ListeningSocket {
    /// The socket itself, for a link to take callers from.
    var address: LinkAddress { .descriptor(descriptor, .listener) }

    /// Where callers find it.
    var place: LinkAddress { .tcp(host: "127.0.0.1", port: port) }
}
