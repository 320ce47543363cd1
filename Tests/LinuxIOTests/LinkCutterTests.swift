import BatteryModel
import BusCodec
import Glibc
import LinuxIO
import Synchronization
import Testing

@Suite("Cutting a link off from another thread") struct LinkCutterTests {
    @Test("what is sent after the cut does not arrive, and the link opens again") func cutAndMended() throws {
        let bus = try MemoryBus.frames()
        let bench = try Bench()
        let link = Link(bus.first, on: bench.loop, token: 1)
        let other = bench.link(bus.second)
        let cutter = try link.makeCutter()
        try #require(try open(link, bench))
        #expect(link.send(dataFrame(1, []), at: bench.now))
        cutter.cut()
        #expect(!link.send(dataFrame(2, []), at: bench.now))
        #expect(link.lastError?.code == ENOTSOCK || link.lastError?.code == EBADF)
        link.tick(at: bench.now)
        #expect(!cutter.isCut, "noticed by the link's own thread")
        try #require(try open(link, bench))
        #expect(link.send(dataFrame(3, []), at: bench.now))
        #expect(try bench.run { bench.frames[other.token].count >= 2 })
        #expect(bench.frames[other.token].map(\.identifier) == [1, 3])
        #expect(link.counters.reopened == 1)
    }

    @Test("a link that is being opened while it is cut does not come up with what was decided before")
    func cutWhileOpening() throws {
        let bus = try MemoryBus.frames()
        let bench = try Bench()
        let link = Link(bus.first, on: bench.loop, token: 0)
        let cutter = try link.makeCutter()
        link.open(at: bench.now)
        cutter.cut()
        link.tick(at: bench.now)
        guard case .waiting = link.state else {
            Issue.record("\(link.state)")
            return
        }
        #expect(link.lastError?.code == ECANCELED)
        #expect(try open(link, bench))
    }

    @Test("what waits in the link's own queue is dropped with the cut") func queueIsDropped() throws {
        let bus = try MemoryBus.frames()
        let bench = try Bench()
        let link = Link(bus.first, on: bench.loop, token: 1)
        let other = bench.link(bus.second)
        let cutter = try link.makeCutter()
        try #require(try open(link, bench))
        let start = bench.now
        while link.counters.delayed == 0 { link.send(dataFrame(1, []), at: start) }
        let accepted = Int(link.counters.framesOut)
        cutter.cut()
        link.tick(at: start)
        #expect(link.counters.dropped >= 1)
        try #require(try open(link, bench))
        link.send(dataFrame(2, []), at: bench.now)
        #expect(try bench.run { bench.frames[other.token].last?.identifier == 2 })
        #expect(bench.frames[other.token].count == accepted + 1)
    }

    @Test("a serial port is let go by the cut, so that it can be opened again") func serial() throws {
        let terminal = try PseudoTerminal()
        let bench = try Bench()
        let link = Link(
            .serial(path: terminal.slavePath, SerialFormat(baud: 9_600)), on: bench.loop, token: 0)
        let cutter = try link.makeCutter()
        try #require(try open(link, bench))
        cutter.cut()
        #expect(link.send("late", at: bench.now) == nil || link.state != .open)
        #expect(try open(link, bench), "\(String(describing: link.lastError))")
        #expect(link.counters.reopened == 1)
    }

    @Test("a cut at any moment never touches a descriptor of somebody else") func bystanders() throws {
        let bus = try MemoryBus.frames()
        let bench = try Bench()
        let link = Link(bus.first, on: bench.loop, token: 0)
        let cutter = try link.makeCutter()
        let flag = Flag()
        let thread = try NativeThread(name: "cutting") {
            while !flag.isSet { cutter.cut() }
        }
        for _ in 0..<400 {
            link.open(at: bench.now)
            for _ in 0..<20 { link.tick(at: bench.now) }
            link.send(dataFrame(1, []), at: bench.now)
            // Takes the numbers that the link has just given back.
            let pair = try MemoryBus.bytes()
            link.close(at: bench.now)
            let isWhole = carries(pair)
            #expect(isWhole, "a pair of sockets that nobody cut")
        }
        flag.set()
        thread.join()
    }

    /// Runs a link that is not one of the bench's until it is open.
    private func open(_ link: Link, _ bench: Bench) throws -> Bool {
        link.open(at: bench.now)
        return try bench.run {
            link.tick(at: bench.now)
            return link.state == .open
        }
    }

    private func carries(_ pair: borrowing MemoryBus) -> Bool {
        guard case .descriptor(let one, _) = pair.first, case .descriptor(let other, _) = pair.second else {
            return false
        }
        var byte: UInt8 = 7
        return write(one, &byte, 1) == 1 && read(other, &byte, 1) == 1
    }
}

/// Something that has happened, as any thread sees it.
private final class Flag: Sendable {
    private let value = Atomic(false)
    var isSet: Bool { value.load(ordering: .acquiring) }
    func set() { value.store(true, ordering: .releasing) }
}
