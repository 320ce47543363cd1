import BatteryModel
import BusCodec
import Glibc
import LinuxIO
import Testing

@Suite("Links") struct LinkTests {
    @Test(
        "bytes go both ways over a serial port at any baud rate", .timeLimit(.minutes(1)),
        arguments: [1200, 9600, 31_250, 74_880, 115_200, 250_000, 3_000_000])
    func serial(baud: Int) throws {
        let terminal = try PseudoTerminal()
        let bench = try Bench()
        let master = bench.link(terminal.masterAddress)
        let slave = bench.link(terminal.slaveAddress(SerialFormat(baud: baud)))
        try #require(try bench.runUntilOpen())
        // Bytes a terminal would act on: XON, XOFF, interrupt, end of file, CR and LF.
        let bytes: [UInt8] = [0x7E, 0x11, 0x13, 0x03, 0x04, 0x0D, 0x0A, 0xFF, 0x00, 0x7F]
        #expect(slave.send(bytes.span, at: bench.now) != nil)
        #expect(try bench.run { bench.bytes[master.token] == bytes })
        #expect(master.send(bytes.span, at: bench.now) != nil)
        #expect(try bench.run { bench.bytes[slave.token] == bytes })
        #expect(slave.counters.bytesIn == 10 && slave.counters.bytesOut == 10)
        // Behind a pseudo-terminal there is no UART that could count: not known, and not 0.
        #expect(slave.characterCounts == nil && master.characterCounts == nil)
    }

    @Test("a serial port that another link holds is refused") func exclusiveLock() throws {
        let terminal = try PseudoTerminal()
        let bench = try Bench()
        let holder = bench.link(terminal.slaveAddress(SerialFormat(baud: 9600)))
        try #require(try bench.runUntilOpen())
        let other = bench.link(terminal.slaveAddress(SerialFormat(baud: 9600)))
        #expect(try bench.run { other.lastError != nil })
        #expect(other.lastError?.code == EBUSY)
        #expect(other.lastError?.description.contains("another program holds it") == true)
        holder.close(at: bench.now)
        #expect(try bench.run { other.state == .open })
        #expect(other.counters.reopened == 1)
    }

    @Test("a serial port says when its last byte leaves the wire") func wireTime() throws {
        let terminal = try PseudoTerminal()
        let bench = try Bench()
        let link = bench.link(terminal.slaveAddress(SerialFormat(baud: 9600)))
        try #require(try bench.runUntilOpen())
        let start = bench.now
        let message = [UInt8](repeating: 0x55, count: 96)
        #expect(link.send(message.span, at: start) == start + .milliseconds(100))
        #expect(link.send(message.span, at: start + .milliseconds(40)) == start + .milliseconds(200))
        #expect(link.send(message.span, at: start + .seconds(1)) == start + .milliseconds(1100))
    }

    @Test("a message that could only be sent in part is finished, whatever else is dropped")
    func wholeMessages() throws {
        let line = try MemoryBus.bytes()
        let bench = try Bench()
        let link = bench.link(line.first, queueLimit: 3)
        let hung = bench.link(line.second)
        try #require(try bench.runUntilOpen())
        bench.deaf = [hung.token]
        let start = bench.now
        // More than the socket takes at once, so that it stops in the middle of a message.
        let size = 150_001
        var number: UInt8 = 0
        while link.counters.dropped < 5 {
            link.send([UInt8](repeating: number, count: size).span, at: start)
            number += 1
        }
        bench.deaf = []
        let arrived = size * (Int(number) - 5)
        #expect(try bench.run { bench.bytes[hung.token].count >= arrived })
        let received = bench.bytes[hung.token]
        #expect(received.count == arrived)
        for first in stride(from: 0, to: received.count - size + 1, by: size) {
            let message = [UInt8](repeating: received[first], count: size)
            let isWhole = Array(received[first..<(first + size)]) == message
            #expect(isWhole)
        }
        #expect(received.last == number - 1)
    }

    @Test("a path that is no serial port is refused with the reason") func notSerial() throws {
        let bench = try Bench()
        let file = bench.link(.serial(path: "/dev/null", SerialFormat(baud: 9600)))
        let nothing = bench.link(.serial(path: "/dev/no-such-port", SerialFormat(baud: 9600)))
        #expect(try bench.run { file.lastError != nil && nothing.lastError != nil })
        #expect(file.lastError?.code == ENOTTY)
        #expect(nothing.lastError?.code == ENOENT)
    }

    @Test("the pause between attempts doubles up to ten seconds") func backOff() throws {
        let bench = try Bench()
        let link = bench.link(.serial(path: "/dev/no-such-port", SerialFormat(baud: 9600)))
        var pauses: [Int64] = []
        for attempt in 1...7 {
            let before = bench.now
            try #require(try bench.run { link.counters.errors == UInt64(attempt) })
            guard case .waiting(let until) = link.state else { break }
            pauses.append((until - before).milliseconds / 100)
            bench.timeAhead = bench.timeAhead + (until - bench.now)
        }
        #expect(zip(pauses, [5, 10, 20, 40, 80, 100, 100]).allSatisfy { abs($0 - $1) <= 4 }, "\(pauses)")
    }

    @Test("what is sent while a link is not open is dropped and counted") func notOpen() throws {
        let bench = try Bench()
        let link = Link(.tcp(host: "127.0.0.1", port: 1), on: bench.loop, token: 0)
        #expect(link.send("x", at: bench.now) == nil)
        #expect(link.counters.dropped == 1)
    }

    @Test("a serial adapter that is unplugged and plugged in again is opened again") func replugged() throws {
        let path = "/tmp/busbar-test-port-\(getpid())"
        unlink(path)
        defer { unlink(path) }
        let bench = try Bench()
        let port = bench.link(.serial(path: path, SerialFormat(baud: 9600)))
        do {
            let terminal = try PseudoTerminal()
            try #require(symlink(terminal.slavePath, path) == 0)
            try #require(try bench.runUntilOpen())
            unlink(path)
        }
        #expect(try bench.run { port.state != .open })
        let terminal = try PseudoTerminal()
        try #require(symlink(terminal.slavePath, path) == 0)
        let peer = bench.link(terminal.masterAddress)
        #expect(try bench.runUntilOpen())
        #expect(port.counters.reopened >= 1)
        peer.send("hello", at: bench.now)
        #expect(try bench.run { bench.text(port) == "hello" })
    }

    @Test("bytes go both ways over TCP, and the link comes back with the server") func tcp() throws {
        let bench = try Bench()
        let link: Link
        let port: UInt16
        do {
            let server = try ListeningSocket()
            port = server.port
            link = bench.link(.tcp(host: "localhost", port: port))
            try exchange(with: server, bench, link)
        }
        #expect(try bench.run { link.state != .open })
        #expect(try bench.run { link.lastError?.code == ECONNREFUSED })
        let server = try ListeningSocket(port: port)
        try exchange(with: server, bench, link)
        #expect(link.counters.reopened == 1)
    }

    private func exchange(with server: borrowing ListeningSocket, _ bench: Bench, _ link: Link) throws {
        try #require(try bench.run { link.state == .open })
        guard let caller = server.accept() else { throw NobodyCalled() }
        bench.forget()
        link.send("ping", at: bench.now)
        var heard = [UInt8](repeating: 0, count: 4)
        var count = 0
        #expect(
            try bench.run {
                count = max(count, recv(caller.number, &heard, 4, Int32(MSG_DONTWAIT)))
                return count == 4
            })
        #expect(heard == Array("ping".utf8))
        write(caller.number, "pong", 4)
        #expect(try bench.run { bench.text(link) == "pong" })
    }

    private struct NobodyCalled: Error {}

    @Test("a pseudo-terminal's master stays open while nobody is there") func lonelyMaster() throws {
        let terminal = try PseudoTerminal()
        let bench = try Bench()
        let master = bench.link(terminal.masterAddress)
        let slave = bench.link(terminal.slaveAddress(SerialFormat(baud: 9600)))
        try #require(try bench.runUntilOpen())
        slave.close(at: bench.now)
        #expect(try bench.run { master.nextDeadline != nil })
        #expect(master.state == .open)
        slave.open(at: bench.now)
        #expect(try bench.run { slave.state == .open })
        slave.send("back", at: bench.now)
        #expect(try bench.run { bench.text(master) == "back" })
        #expect(master.counters.errors == 0)
    }
}
