import BMSDrivers
import BatteryModel
import BusCodec
import ChargeControl
import Gateway
import InverterProfiles
import LinuxIO
import Simulators
import Testing

@Suite("The running gateway and those who call it", .timeLimit(.minutes(2)))
struct NetworkTests {
    /// A gateway with one simulated pack, and a port at which its bank is read.
    private final class Stage {
        let packs: Simulation
        let socket: ListeningSocket
        let gateway: Gateway
        let thread: NativeThread
        let loop: EventLoop
        private(set) var callers: [Link] = []
        /// What each caller has heard.
        private(set) var heard: [[UInt8]] = []
        /// Callers who do not read.
        var deaf: Set<Int> = []

        init() throws {
            packs = try Simulation(.packs(.init(packs: 1)))
            socket = try ListeningSocket()
            loop = try EventLoop()
            var control = ControlSettings(bankChargeMilliamps: 50_000, bankDischargeMilliamps: 50_000)
            control.rampMilliampsPerSecond = 100_000
            let line = try #require(packs.linePlace)
            gateway = Gateway(
                GatewayConfiguration(
                    buses: [
                        .init(
                            name: "battery",
                            address: .serial(path: line, SerialFormat(baud: 115_200))),
                        .init(name: "lan", address: .descriptor(socket.descriptor, .listener)),
                    ],
                    packs: [
                        .init(
                            name: "A", bus: 0, driver: JKPB.driver, address: 1,
                            settings: PackSettings(
                                cells: 16, capacityMilliampHours: 280_000, chargeMilliamps: 100_000,
                                dischargeMilliamps: 100_000))
                    ],
                    inverters: [.init(bus: 1, profile: SunSpecBattery.profile)], control: control,
                    pollInterval: .milliseconds(200)))
            thread = try gateway.start()
        }

        deinit {
            gateway.stop()
            thread.join()
            packs.stop()
        }

        /// Somebody calls; returns his number.
        func call() -> Int {
            let link = Link(.tcp(host: "127.0.0.1", port: socket.port), on: loop, token: callers.count)
            link.open(at: MonotonicClock.now())
            callers.append(link)
            heard.append([])
            return link.token
        }

        /// Lets callers hear until something holds; false if it does not within ten seconds.
        func run(until condition: () -> Bool) throws -> Bool {
            let end = MonotonicClock.now() + .seconds(10)
            while !condition() {
                guard MonotonicClock.now() < end else { return false }
                for event in try loop.wait(until: MonotonicClock.now() + .milliseconds(5))
                where event.isReadable && !deaf.contains(event.token) {
                    callers[event.token].receiveBytes(at: MonotonicClock.now()) { bytes in
                        for index in bytes.indices { heard[event.token].append(bytes[index]) }
                    }
                }
                for link in callers { link.tick(at: MonotonicClock.now()) }
            }
            return true
        }

        /// Whether a question of a caller is answered with registers, and with which.
        func ask(_ caller: Int, _ register: UInt16, _ count: UInt16 = 1) throws -> [Int]? {
            guard try run(until: { callers[caller].state == .open }) else { return nil }
            heard[caller] = []
            var question = ByteBuffer<32>()
            ModbusTCP.encodeRead(
                transaction: 77, unit: 1, register: register, count: count, into: &question)
            callers[caller].send(question.bytes, at: MonotonicClock.now())
            guard try run(until: { heard[caller].count >= 9 }), heard[caller][0...1] == [0, 77] else {
                return nil
            }
            return stride(from: 9, to: heard[caller].count, by: 2).map {
                Int(heard[caller][$0]) << 8 | Int(heard[caller][$0 + 1])
            }
        }

        /// Waits until the bank is known.
        func settle() throws -> Bool {
            try run { gateway.snapshot?.verdict?.charge.value == 50_000 }
        }

        var count: Int? { gateway.snapshot?.inverters[0].callers?.now }
    }

    @Test("a simulated inverter reads the bank over the network and obeys it")
    func inverter() throws {
        let stage = try Stage()
        let profile = try #require(SunSpecBattery.profile.overTCP)
        let inverter = try Simulation(
            .inverter(
                .init(
                    profile: profile,
                    port: .link(.tcp(host: "127.0.0.1", port: stage.socket.port)))))
        defer { inverter.stop() }
        try #require(try stage.settle())
        let isUnderstood = try stage.run {
            inverter.snapshot.inverter?.understood[.chargeCurrentLimit]?.value == 50_000
        }
        #expect(isUnderstood)
        #expect(try stage.run { stage.gateway.snapshot?.inverters[0].isSilent == false })
    }

    @Test(
        "somebody who does not read, one who floods and one who drips do not keep others from their answers")
    func rudeCallers() throws {
        let stage = try Stage()
        try #require(try stage.settle())
        let (deaf, noisy, slow, good) = (stage.call(), stage.call(), stage.call(), stage.call())
        try #require(try stage.ask(good, 40_000, 2) == [0x5375, 0x6E53])
        try #require(try stage.run { stage.callers.allSatisfy { $0.state == .open } })
        stage.deaf = [deaf]
        var question = ByteBuffer<32>()
        ModbusTCP.encodeRead(transaction: 1, unit: 1, register: 40_070, count: 64, into: &question)
        let once = question.bytes.indices.map { question.bytes[$0] }
        let flood = Array(repeating: once, count: 300).flatMap { $0 }
        let noise = [UInt8](repeating: 0xA5, count: 3_000)
        for round in 0..<200 {
            let now = MonotonicClock.now()
            stage.callers[deaf].send(flood.span, at: now)
            stage.callers[noisy].send(noise.span, at: now)
            stage.callers[slow].send([once[round % 12]].span, at: now)
            guard try stage.ask(good, 40_000, 2) == [0x5375, 0x6E53] else {
                Issue.record("no answer in round \(round)")
                return
            }
        }
        #expect(try stage.run { (stage.gateway.snapshot?.inverters[0].callers?.stuck ?? 0) >= 1 })
        #expect(stage.callers[slow].counters.errors == 0)
    }

    @Test("of nine callers one is hung up on, and the ninth is answered")
    func ninth() throws {
        let stage = try Stage()
        try #require(try stage.settle())
        for number in 0..<9 {
            try #require(try stage.ask(stage.call(), 40_000) == [0x5375], "caller \(number)")
        }
        #expect(try stage.run { stage.callers[0].counters.errors > 0 })
        #expect(stage.callers[1...].allSatisfy { $0.counters.errors == 0 })
    }

    @Test("who hangs up in the middle of a question leaves nothing behind")
    func gone() throws {
        let stage = try Stage()
        try #require(try stage.settle())
        let caller = stage.call()
        try #require(try stage.ask(caller, 40_000) == [0x5375])
        stage.callers[caller].send([0, 1, 0, 0, 0].span, at: MonotonicClock.now())
        stage.callers[caller].close(at: MonotonicClock.now())
        #expect(try stage.run { stage.count == 0 })
        #expect(try stage.ask(stage.call(), 40_000) == [0x5375])
    }
}
