import BatteryModel
import BusCodec
import LinuxIO
import Synchronization

/// Energy managers that read a gateway over Modbus TCP, each once a second, on a thread of their own.
final class Readers: Sendable {
    private let latencies = Mutex(Sample())
    private let unanswered = Atomic(0)
    private let mustStop = Atomic(false)
    private let thread = Mutex<NativeThread?>(nil)
    private let port: UInt16
    private let count: Int

    init(_ count: Int, port: UInt16) {
        self.count = count
        self.port = port
    }

    /// Starts to read.
    func start() throws(SystemError) {
        let made = try NativeThread(name: "readers") { [self] in read() }
        thread.withLock { $0 = made }
    }

    /// Ends, and returns the milliseconds from question to answer, and the number of questions without an answer.
    func stop() -> (latencies: Sample, unanswered: Int) {
        mustStop.store(true, ordering: .releasing)
        thread.withLock { $0 }?.join()
        return (latencies.withLock { $0 }, unanswered.load(ordering: .acquiring))
    }

    private func read() {
        guard let loop = try? EventLoop() else { return }
        var question = ByteBuffer<32>()
        ModbusTCP.encodeRead(transaction: 1, unit: 1, register: 40_070, count: 64, into: &question)
        let address = LinkAddress.tcp(host: "127.0.0.1", port: port)
        let links = (0..<count).map { Link(address, on: loop, token: $0) }
        let start = MonotonicClock.now()
        for link in links { link.open(at: start) }
        var askedAt = [Instant?](repeating: nil, count: count)
        var turn = 0
        while !mustStop.load(ordering: .acquiring) {
            let due = start + Interval(nanoseconds: 1_000_000_000 * Int64(turn) / Int64(count))
            if MonotonicClock.now() >= due {
                let link = links[turn % count]
                if askedAt[link.token] != nil { unanswered.add(1, ordering: .relaxed) }
                let now = MonotonicClock.now()
                askedAt[link.token] = link.send(question.bytes, at: now) == nil ? nil : now
                turn += 1
            }
            let soon = MonotonicClock.now() + .milliseconds(100)
            guard let events = try? loop.wait(until: min(due, soon)) else { return }
            for event in events where event.isReadable {
                links[event.token].receiveBytes(at: MonotonicClock.now()) { _ in
                    guard let asked = askedAt[event.token] else { return }
                    latencies.withLock { $0.add((MonotonicClock.now() - asked).inMilliseconds) }
                    askedAt[event.token] = nil
                }
            }
            for link in links { link.tick(at: MonotonicClock.now()) }
        }
    }
}
