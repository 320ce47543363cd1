import BatteryModel
import BusCodec
import LinuxIO
import Testing

@Suite("SLCAN links") struct SLCANLinkTests {
    static let open = "\r\r\rC\rS6\rO\r"

    /// A link to an SLCAN adapter, which is played by hand on the master side.
    func station(_ terminal: borrowing PseudoTerminal) throws -> (bench: Bench, link: Link, adapter: Link) {
        let bench = try Bench()
        let adapter = bench.link(terminal.masterAddress)
        let port = terminal.slaveAddress(SerialFormat(baud: 115_200))
        let link = bench.link(.slcan(over: port, bitrateKilobits: 500))
        try #require(try bench.run { bench.text(adapter) == Self.open })
        bench.forget()
        return (bench, link, adapter)
    }

    @Test("frames go both ways through an adapter that was opened at its bit rate") func bothWays() throws {
        let terminal = try PseudoTerminal()
        let (bench, link, adapter) = try station(terminal)
        let frame = dataFrame(0x123, [0xDE, 0xAD, 0xBE, 0xEF])
        #expect(link.send(frame, at: bench.now))
        #expect(try bench.run { bench.text(adapter) == "t1234DEADBEEF\r" })
        // However slow the machine, the adapter answers soon after it was opened.
        bench.timeAhead = .seconds(-60)
        adapter.send("\r\u{7}\u{0}nonsense\rt1234DEADBEEF\rT12ABCDEF2AA55\r", at: bench.now)
        #expect(try bench.run { bench.frames[link.token].count == 2 })
        #expect(bench.frames[link.token] == [frame, dataFrame(0x12AB_CDEF, [0xAA, 0x55], extended: true)])
        #expect(link.counters.framesIn == 2 && link.counters.framesOut == 1 && link.counters.bytesOut == 4)
        #expect(link.slcanFaults?.garbageBytes == 9)
        #expect(link.counters.refused == 0, "refusals right after opening are expected")
    }

    @Test("a frame that arrives byte by byte is the same frame") func dripFeed() throws {
        let terminal = try PseudoTerminal()
        let (bench, link, adapter) = try station(terminal)
        let line = Array("t1234DEADBEEF\r".utf8)
        for index in line.indices {
            #expect(bench.frames[link.token].isEmpty)
            let before = bench.wakes[link.token]
            adapter.send([line[index]].span, at: bench.now)
            _ = try bench.run { bench.wakes[link.token] > before }
        }
        #expect(bench.frames[link.token] == [dataFrame(0x123, [0xDE, 0xAD, 0xBE, 0xEF])])
    }

    @Test("an adapter that restarted and refuses everything is opened again") func restarted() throws {
        let terminal = try PseudoTerminal()
        let (bench, link, adapter) = try station(terminal)
        bench.timeAhead = .seconds(11)
        adapter.send("\u{7}\u{7}\u{7}\u{7}\u{7}", at: bench.now)
        #expect(try bench.run { bench.text(adapter).hasSuffix(Self.open) })
        #expect(link.counters.refused == 5 && link.state == .open)
    }

    @Test("status flags are asked for and an error is delivered once") func status() throws {
        let terminal = try PseudoTerminal()
        let (bench, link, adapter) = try station(terminal)
        bench.timeAhead = .milliseconds(1500)
        #expect(try bench.run { bench.text(adapter) == "F\r" })
        adapter.send("F24\rF24\rt1230\r", at: bench.now)
        #expect(try bench.run { bench.frames[link.token].count == 2 })
        #expect(link.slcanStatus == SLCANStatus(rawFlags: 0x24))
        #expect(bench.frames[link.token].map(\.kind) == [.error, .data])
        #expect(link.counters.errorFrames == 1)
    }

    @Test("closing tells the adapter to leave the bus") func close() throws {
        let terminal = try PseudoTerminal()
        let (bench, link, adapter) = try station(terminal)
        link.close(at: bench.now)
        #expect(try bench.run { bench.text(adapter) == "C\r" })
    }

    @Test("a bit rate SLCAN has no number for is an error") func noSuchRate() throws {
        let bus = try MemoryBus.bytes()
        let bench = try Bench()
        let link = bench.link(.slcan(over: bus.first, bitrateKilobits: 83))
        #expect(link.lastError?.description.contains("no such bit rate") == true)
    }
}
