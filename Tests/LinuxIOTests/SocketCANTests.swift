import BatteryModel
import BusCodec
import Glibc
import LinuxIO
import Testing

/// Two CAN interfaces on one bus, as in `BUSBAR_TEST_CAN=can0,can1`; may be the same one, as in `vcan0,vcan0`.
///
/// Their receiver must keep up with a burst. The SJA1000 that QEMU emulates does not and mangles frames then, as
/// candump shows too. A virtual interface with a slow queue shows what a full one does:
/// `tc qdisc replace dev vcan0 root tbf rate 64kbit burst 48b limit 64`.
private let interfaces: [String] =
    getenv("BUSBAR_TEST_CAN").map {
        String(cString: $0).split(separator: ",").map(String.init)
    } ?? []

private let hasInterfaces = ConditionTrait.enabled(
    if: interfaces.count == 2, "set BUSBAR_TEST_CAN to two CAN interfaces on one bus")

private func kernelHasCAN() -> Bool {
    let number = socket(29, Int32(SOCK_RAW.rawValue), 1)
    if number >= 0 { close(number) }
    return number >= 0
}

@Suite("SocketCAN", .serialized) struct SocketCANTests {
    @Test("a kernel without CAN is named as such", .enabled(if: !kernelHasCAN(), "this kernel has CAN"))
    func noCAN() throws {
        let bench = try Bench()
        let link = bench.link(.socketCAN(interface: "can0"))
        #expect(try bench.run { link.lastError != nil })
        #expect(link.lastError?.description.hasPrefix("can0: this kernel has no CAN support") == true)
    }

    @Test(
        "a CAN interface that does not exist is named",
        .enabled(if: kernelHasCAN(), "this kernel has no CAN support"))
    func noInterface() throws {
        let bench = try Bench()
        let link = bench.link(.socketCAN(interface: "nocan9"))
        #expect(try bench.run { link.lastError != nil })
        #expect(link.lastError?.code == ENODEV)
    }

    private func pair() throws -> (bench: Bench, one: Link, other: Link) {
        let bench = try Bench()
        let one = bench.link(.socketCAN(interface: interfaces[0]), queueLimit: 256)
        let other = bench.link(.socketCAN(interface: interfaces[1]))
        try #require(try bench.runUntilOpen())
        return (bench, one, other)
    }

    @Test("frames cross a CAN interface and do not come back", hasInterfaces) func crosses() throws {
        let (bench, one, other) = try pair()
        let sent = [
            dataFrame(0x351, [1, 2, 3]), dataFrame(0x18FF_50E5, [9], extended: true),
            CANFrame(identifier: 0x305, kind: .remote, length: 8),
        ]
        for frame in sent { #expect(one.send(frame, at: bench.now)) }
        #expect(try bench.run { bench.frames[other.token] == sent })
        #expect(bench.frames[one.token] == [])
    }

    @Test("more frames than the interface's queue holds arrive all the same, in order", hasInterfaces)
    func flood() throws {
        let (bench, one, other) = try pair()
        for number: UInt32 in 0..<200 {
            one.send(dataFrame(number, [1, 2, 3, 4, 5, 6, 7, 8]), at: bench.now)
        }
        #expect(try bench.run { bench.frames[other.token].count + Int(one.counters.dropped) == 200 })
        #expect(bench.frames[other.token].map(\.identifier) == Array(0..<200))
    }

    @Test("an interface that goes down and comes up again is opened again", hasInterfaces) func downAndUp()
        throws
    {
        let (bench, one, _) = try pair()
        try setInterface(interfaces[0], up: false)
        #expect(try bench.run { one.counters.errors >= 2 })
        #expect(one.lastError?.code == ENETDOWN)
        try setInterface(interfaces[0], up: true)
        #expect(try bench.run { one.state == .open })
        #expect(one.counters.reopened == 1)
    }

    private func setInterface(_ name: String, up: Bool) throws {
        let command = "ip link set \(name) \(up ? "up" : "down")"
        var pid = pid_t()
        var arguments: [UnsafeMutablePointer<CChar>?] = ["sh", "-c", command].map { (word: String) in
            strdup(word)
        }
        arguments.append(nil)
        defer { for argument in arguments { free(argument) } }
        try #require(posix_spawn(&pid, "/bin/sh", nil, nil, arguments, nil) == 0)
        var status: Int32 = -1
        waitpid(pid, &status, 0)
        try #require(status == 0, "\(command) needs CAP_NET_ADMIN")
    }
}
