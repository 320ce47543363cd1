import BatteryModel
import Glibc
import LinuxIO
import Testing

@Suite("Links on which others call") struct CallerLinkTests {
    @Test("callers come, are heard apart, are answered apart, and go") func conversation() throws {
        let server = try ListeningSocket()
        let bench = try Bench()
        let link = bench.link(server.address)
        let clients = (0..<3).map { _ in bench.link(server.place) }
        try #require(try bench.run { bench.callers[link.token].count == 3 })
        for (number, client) in clients.enumerated() { client.send("question \(number)", at: bench.now) }
        try #require(try bench.run { bench.callers[link.token].values.allSatisfy { $0.count == 10 } })
        for (seat, heard) in bench.callers[link.token] {
            let isSent = link.say(Array("answer to ".utf8) + heard, to: seat)
            #expect(isSent)
        }
        #expect(try bench.run { clients.allSatisfy { bench.bytes[$0.token].count == 20 } })
        #expect(clients.map(bench.text) == (0..<3).map { "answer to question \($0)" })
        #expect(link.counters.bytesIn == 30 && link.counters.bytesOut == 60)
        clients[1].close(at: bench.now)
        #expect(try bench.run { bench.callers[link.token].count == 2 })
        #expect(link.state == .open && clients[0].state == .open)
    }

    @Test("who is hung up on notices, and his seat is free for the next") func hungUp() throws {
        let server = try ListeningSocket()
        let bench = try Bench()
        let link = bench.link(server.address)
        let client = bench.link(server.place)
        try #require(try bench.run { bench.callers[link.token].count == 1 })
        link.hangUp(onCaller: 0)
        let isSent = link.say([1], to: 0)
        #expect(!isSent)
        #expect(try bench.run { client.counters.errors == 1 })
        #expect(try bench.run { client.state == .open && client.send("again", at: bench.now) != nil })
        #expect(try bench.run { bench.callers[link.token][0]?.suffix(5) == Array("again".utf8)[...] })
    }

    @Test("while every seat is taken the next caller is hung up on, and nobody else") func full() throws {
        let server = try ListeningSocket()
        let bench = try Bench()
        let link = bench.link(server.address)
        let clients = (0..<Link.callerSeats).map { _ in bench.link(server.place) }
        try #require(try bench.run { bench.callers[link.token].count == Link.callerSeats })
        let late = bench.link(server.place)
        #expect(try bench.run { late.counters.errors > 0 })
        #expect(link.counters.refused == 1)
        #expect(clients.allSatisfy { $0.counters.errors == 0 })
    }

    @Test("a caller who does not read is told so much and no more, and nobody waits for him")
    func doesNotRead() throws {
        let server = try ListeningSocket()
        let bench = try Bench()
        let link = bench.link(server.address)
        let client = bench.link(server.place)
        try #require(try bench.run { bench.callers[link.token].count == 1 })
        bench.deaf = [client.token]
        let answer = [UInt8](repeating: 0x55, count: 259)
        var count = 0
        // What the other side's kernel takes is not ours to bound; 16 MB are more than it keeps.
        while link.say(answer, to: 0), count < 64_000 { count += 1 }
        #expect(count < 64_000)
        #expect(link.counters.dropped == 1)
    }

    @Test("a caller who floods is read in small pieces, so that the others have their turn")
    func flood() throws {
        let server = try ListeningSocket()
        let bench = try Bench()
        let link = bench.link(server.address)
        let client = bench.link(server.place)
        try #require(try bench.run { bench.callers[link.token].count == 1 })
        client.send([UInt8](repeating: 1, count: 4_000).span, at: bench.now)
        #expect(try bench.run { bench.callers[link.token][0]?.count == 4_000 })
        #expect(bench.longestPiece <= 192)
    }

    @Test("a cut hangs up on everybody, and then the port listens again") func cut() throws {
        let server = try ListeningSocket()
        let bench = try Bench()
        let link = Link(server.address, on: bench.loop, token: 0)
        let cutters = try link.makeCutters()
        bench.adopt(link)
        let client = bench.link(server.place)
        try #require(try bench.run { bench.callers[0].count == 1 })
        for cutter in cutters { cutter.cut() }
        let isSent = link.say([1], to: 0)
        #expect(!isSent)
        link.tick(at: bench.now)
        #expect(cutters.allSatisfy { !$0.isCut } && link.lastError?.code == ECANCELED)
        #expect(try bench.run { client.counters.errors == 1 })
        #expect(try bench.run { link.state == .open && client.state == .open })
    }

    @Test("a port that another program has is asked for again until it is free") func taken() throws {
        let bench = try Bench()
        var server: ListeningSocket? = try ListeningSocket()
        let port = server?.port ?? 0
        let link = bench.link(.tcpListener(host: "127.0.0.1", port: port))
        #expect(try bench.run { link.lastError != nil })
        #expect(
            link.lastError?.description
                == "127.0.0.1:\(port): Address already in use (bind); another program listens there: stop it, or "
                + "choose another port")
        server = nil
        #expect(try bench.run { link.state == .open })
        let client = bench.link(.tcp(host: "127.0.0.1", port: port))
        #expect(try bench.run { client.state == .open && bench.callers[link.token].count == 1 })
    }

    @Test("an address of another machine is refused with what to do") func foreignAddress() throws {
        let bench = try Bench()
        let link = bench.link(.tcpListener(host: "192.0.2.1", port: 1_502))
        #expect(try bench.run { link.lastError != nil })
        #expect(link.lastError?.code == EADDRNOTAVAIL)
        #expect(link.lastError?.description.contains("choose one that 'ip address' shows") == true)
    }
}

extension Link {
    fileprivate func say(_ bytes: [UInt8], to seat: Int) -> Bool { send(bytes.span, toCaller: seat) }
}
