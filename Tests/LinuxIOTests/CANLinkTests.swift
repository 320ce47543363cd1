import BatteryModel
import BusCodec
import Glibc
import LinuxIO
import Testing

@Suite("CAN links") struct CANLinkTests {
    @Test("frames of every kind go both ways and do not come back") func pair() throws {
        let bus = try MemoryBus.frames()
        let bench = try Bench()
        let (one, other) = (bench.link(bus.first), bench.link(bus.second))
        try #require(try bench.runUntilOpen())
        let sent = [
            dataFrame(0x351, [1, 2, 3, 4, 5, 6, 7, 8]), dataFrame(0x18FF_50E5, [9], extended: true),
            CANFrame(identifier: 0x305, kind: .remote, length: 8), dataFrame(0x7FF, []),
        ]
        for frame in sent { #expect(one.send(frame, at: bench.now)) }
        #expect(try bench.run { bench.frames[other.token] == sent })
        for frame in sent { #expect(other.send(frame, at: bench.now)) }
        #expect(try bench.run { bench.frames[one.token] == sent })
        #expect(one.counters.framesOut == 4 && one.counters.framesIn == 4 && one.counters.bytesIn == 9)
    }

    @Test("bus-off is seen, counted and over when the controller restarts") func busOff() throws {
        let bus = try MemoryBus.frames()
        let bench = try Bench()
        let (link, controller) = (bench.link(bus.first), bench.link(bus.second))
        try #require(try bench.runUntilOpen())
        let off = CANFrame(identifier: 0x040, kind: .error, length: 8)
        let restarted = CANFrame(identifier: 0x100, kind: .error, length: 8)
        controller.send(off, at: bench.now)
        #expect(try bench.run { bench.frames[link.token] == [off] })
        #expect(link.isBusOff && link.counters.busOff == 1)
        #expect(!link.send(dataFrame(0x351, []), at: bench.now), "what the kernel takes now, it loses")
        controller.send(restarted, at: bench.now)
        #expect(try bench.run { bench.frames[link.token] == [off, restarted] })
        #expect(!link.isBusOff && link.counters.errorFrames == 2 && link.counters.framesIn == 0)
        #expect(link.send(dataFrame(0x351, []), at: bench.now))
    }

    @Test("a full queue drops the oldest frames and counts them") func overflow() throws {
        let bus = try MemoryBus.frames()
        let bench = try Bench()
        let link = bench.link(bus.first, queueLimit: 4)
        let hung = bench.link(bus.second)
        try #require(try bench.runUntilOpen())
        bench.deaf = [hung.token]
        let total: UInt32 = 2000
        let start = bench.now
        for number in 0..<total { link.send(dataFrame(number, []), at: start) }
        #expect(link.counters.dropped > 0)
        bench.deaf = []
        #expect(try bench.run { bench.frames[hung.token].count + Int(link.counters.dropped) == Int(total) })
        #expect(bench.frames[hung.token].suffix(4).map(\.identifier) == [1996, 1997, 1998, 1999])
        #expect(link.counters.framesOut == UInt64(bench.frames[hung.token].count))
    }

    @Test("a frame that has waited too long is dropped, not sent late") func expiry() throws {
        let bus = try MemoryBus.frames()
        let bench = try Bench()
        let link = bench.link(bus.first)
        let hung = bench.link(bus.second)
        try #require(try bench.runUntilOpen())
        bench.deaf = [hung.token]
        var accepted: UInt32 = 0
        let start = bench.now
        while link.counters.framesOut == UInt64(accepted) {
            link.send(dataFrame(accepted & 0x7FF, []), at: start)
            accepted += 1
        }
        link.tick(at: start + .milliseconds(900))
        #expect(link.counters.dropped == 0)
        link.tick(at: start + .milliseconds(1100))
        #expect(link.counters.dropped == 1)
    }

    @Test("a link on a bus that is cut goes on trying") func cut() throws {
        let bus = try MemoryBus.frames()
        let bench = try Bench()
        let link = bench.link(bus.first)
        try #require(try bench.runUntilOpen())
        bus.cut()
        #expect(try bench.run { link.counters.errors >= 2 })
        #expect(link.lastError?.code == EIO)
    }
}
