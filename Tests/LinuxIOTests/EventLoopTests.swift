import BatteryModel
import CLinuxIO
import Glibc
import LinuxIO
import Synchronization
import Testing

@Suite("Event loop, threads and signals") struct EventLoopTests {
    @Test("a wait ends at its deadline, not before") func deadline() throws {
        let loop = try EventLoop()
        for milliseconds: Int64 in [30, 5, 0, -5] {
            let deadline = MonotonicClock.now() + .milliseconds(milliseconds)
            let events = try loop.wait(until: deadline)
            #expect(MonotonicClock.now() >= deadline)
            #expect(events.count == 0)
            #expect(!events.wasWoken)
        }
    }

    @Test("a nearer deadline takes the place of a farther one") func nearerDeadline() throws {
        let loop = try EventLoop()
        let start = MonotonicClock.now()
        loop.waker.wake()
        #expect(try loop.wait(until: start + .seconds(5)).wasWoken)
        #expect(try loop.wait(until: start + .milliseconds(5)).count == 0)
        #expect(MonotonicClock.now() - start < .seconds(5))
    }

    @Test("a past deadline given twice ends both waits") func pastDeadlineTwice() throws {
        let loop = try EventLoop()
        let past = MonotonicClock.now()
        _ = try loop.wait(until: past)
        #expect(try loop.wait(until: past).count == 0)
    }

    @Test("a waker ends a wait without deadline from another thread") func wake() throws {
        let loop = try EventLoop()
        let waker = loop.waker
        let thread = try NativeThread(name: "waker") { waker.wake() }
        #expect(try loop.wait(until: nil).wasWoken)
        thread.join()
        thread.join()
        let events = try loop.wait(until: MonotonicClock.now())
        #expect(!events.wasWoken, "two waits must not see one call")
    }

    @Test("a waker called before the wait ends it at once") func wakeBefore() throws {
        let loop = try EventLoop()
        loop.waker.wake()
        loop.waker.wake()
        #expect(try loop.wait(until: nil).wasWoken)
    }

    @Test("a descriptor is reported under its token, for what it is watched for") func watch() throws {
        let loop = try EventLoop()
        var pair: [Int32] = [-1, -1]
        try #require(socketpair(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0, &pair) == 0)
        let near = OwnedDescriptor(pair[0])
        let far = OwnedDescriptor(pair[1])
        try loop.watch(near.number, for: .readable, token: 7)
        #expect(try loop.wait(until: MonotonicClock.now()).count == 0)
        write(far.number, "x", 1)
        let events = try loop.wait(until: nil)
        #expect(events.count == 1)
        #expect(events[0].token == 7 && events[0].isReadable && !events[0].isWritable)
        try loop.watch(near.number, for: [.readable, .writable], token: 8)
        #expect(try Array(loop.wait(until: nil)).map(\.token) == [8])
        loop.unwatch(near.number)
        #expect(try loop.wait(until: MonotonicClock.now()).count == 0)
    }

    @Test("a descriptor that cannot be watched is an error") func watchNonsense() throws {
        let loop = try EventLoop()
        #expect(throws: SystemError(call: "epoll_ctl", code: EBADF)) {
            try loop.watch(-1, for: .readable, token: 1)
        }
    }

    @Test("SIGTERM is something to read") func termination() throws {
        let seen = Mutex<[Int32?]>([])
        // On a thread of its own: which signals are blocked would stay behind on a thread of the test runner.
        let thread = try NativeThread(name: "signals") {
            guard let signals = try? TerminationSignals(), let loop = try? EventLoop() else { return }
            try? loop.watch(signals.descriptor, for: .readable, token: 1)
            pthread_kill(pthread_self(), SIGTERM)
            guard let events = try? loop.wait(until: nil), events.count == 1 else { return }
            let first = try? signals.next()
            let second = try? signals.next()
            seen.withLock { $0 = [first, second] }
        }
        thread.join()
        #expect(seen.withLock { $0 } == [SIGTERM, nil])
    }

    @Test(
        "an error says what failed, where and what to do",
        arguments: [
            (
                SystemError(call: "open", code: EACCES, subject: "/dev/ttyUSB0"),
                "/dev/ttyUSB0: Permission denied (open); add the user to the group dialout and log in again"
            ),
            (
                SystemError(call: "flock", code: EBUSY, subject: "/dev/ttyUSB0"),
                "/dev/ttyUSB0: Device or resource busy (flock); another program holds it: stop that one first"
            ),
            (
                SystemError(call: "open", code: ENOENT, subject: "/dev/ttyUSB7"),
                "/dev/ttyUSB7: No such file or directory (open); check the name and that the adapter is plugged in"
            ),
            (
                SystemError(call: "socket(AF_CAN)", code: EAFNOSUPPORT, subject: "can0"),
                "can0: this kernel has no CAN support (socket(AF_CAN)); "
                    + "load the modules can and can_raw, or use an SLCAN adapter"
            ),
            (
                SystemError(call: "getaddrinfo", code: EAI_NONAME, subject: "nowhere:1"),
                "nowhere:1: Name or service not known (getaddrinfo); check the host name"
            ),
            (SystemError(call: "epoll_ctl", code: EINVAL), "Invalid argument (epoll_ctl)"),
        ])
    func description(error: SystemError, text: String) {
        #expect(error.description == text)
    }
}
