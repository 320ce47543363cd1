import BatteryModel
import BusCodec
import ChargeControl
import Gateway
import InverterProfiles
import LinuxIO
import TestSupport
import Testing

extension VirtualPlant {
    /// A bank at rest that has reached its full limits.
    static func atRest(packs: Int = 1) -> VirtualPlant {
        var plant = VirtualPlant(packs: packs)
        for index in 0..<packs { plant.packs[index].reading[.current] = Reading(0, at: plant.now) }
        plant.run(for: .seconds(60))
        return plant
    }

    /// Gives an order that lasts for a while, or until it is ended.
    @discardableResult
    mutating func order(
        _ kind: OperatorOrder.Kind, milliamps: Int32 = 0, for length: Interval? = nil
    ) -> CommandOutcome {
        let order = OperatorOrder(kind, milliamps: milliamps, until: length.map { now + $0 })
        return core.carryOut(GatewayCommand([.place(order)], by: "anna"), at: now)
    }

    /// How the gateway stands.
    var snapshot: Snapshot {
        Snapshot(
            core: core, buses: [], framesPerSecond: [6], startedAt: now, worstLatency: .zero, at: now)
    }

    /// The events of a kind so far.
    func events(_ isWanted: (GatewayEvent.Kind) -> Bool) -> [GatewayEvent.Kind] {
        snapshot.log.events.map(\.kind).filter(isWanted)
    }

    /// What the inverter understands of the last second.
    var told: BankReading { understood(since: now.before(.seconds(1))) }
}

@Suite("Orders of the operator")
struct OrderTests {
    @Test("a pause makes its limit zero at once and leaves the other alone")
    func pause() throws {
        var plant = VirtualPlant.atRest()
        let before = plant.now
        #expect(plant.order(.pauseCharge) == .done)
        plant.run(for: .milliseconds(1))
        let first = try #require(plant.frames(0x351, since: before).first)
        #expect((first.at - before) < .milliseconds(1))
        #expect(first.frame.bytes[2] == 0 && first.frame.bytes[3] == 0)
        plant.run(for: .seconds(2))
        #expect(plant.told[.chargeEnabled]?.value == 0)
        #expect(plant.told[.dischargeCurrentLimit]?.value == 135_000)
        #expect(plant.told[.chargeVoltageLimit]?.value == 55_200, "a stop never lowers the voltage")
        #expect(plant.core.orders.first?.by == "anna")
    }

    @Test("a pause that expires lets the limit rise late and slowly, and is told")
    func expiry() {
        var plant = VirtualPlant.atRest()
        plant.order(.pauseDischarge, for: .seconds(20))
        let given = plant.now
        plant.run(for: .seconds(19))
        #expect(plant.told[.dischargeCurrentLimit]?.value == 0)
        plant.run(for: .seconds(2))
        #expect(plant.core.orders.isEmpty)
        #expect(plant.events { $0 == .orderEnded(.pauseDischarge, by: nil) }.count == 1)
        plant.run(for: .seconds(100))
        var last: (at: Instant, milliamps: Int32) = (given, 0)
        for sent in plant.frames(0x351, since: given + .milliseconds(1)) {
            var reading = BankReading()
            _ = PylontechLV.profile.decode(sent.frame, at: sent.at, into: &reading)
            let value = reading[.dischargeCurrentLimit]?.value ?? .max
            let highest = Int64(last.milliamps) + 5 * (sent.at - last.at).milliseconds + 100
            #expect(Int64(value) <= highest)
            last = (sent.at, value)
        }
        #expect(last.milliamps == 135_000)
    }

    @Test("a cap holds until it is ended")
    func cap() {
        var plant = VirtualPlant.atRest()
        plant.order(.capCharge, milliamps: 40_000)
        plant.run(for: .seconds(2))
        #expect(plant.told[.chargeCurrentLimit]?.value == 40_000)
        let ended = plant.core.carryOut(GatewayCommand([.end(.capCharge)], by: "bert"), at: plant.now)
        #expect(ended == .done)
        plant.run(for: .seconds(120))
        #expect(plant.told[.chargeCurrentLimit]?.value == 90_000)
        #expect(plant.events { $0 == .orderEnded(.capCharge, by: "bert") }.count == 1)
        _ = plant.core.carryOut(GatewayCommand([.end(.capCharge)], by: "bert"), at: plant.now)
        #expect(
            plant.events { $0 == .orderEnded(.capCharge, by: "bert") }.count == 1, "there was none to end")
    }

    @Test("a force charge asks the inverter, within the limits, and ends by itself")
    func forceCharge() {
        var plant = VirtualPlant.atRest()
        #expect(plant.told[.forceCharge]?.value == 0)
        plant.order(.forceCharge, for: .seconds(60))
        plant.run(for: .seconds(2))
        #expect(plant.told[.forceCharge]?.value == 1)
        #expect(plant.told[.chargeCurrentLimit]?.value == 90_000)
        plant.order(.pauseCharge, for: .seconds(10))
        plant.run(for: .seconds(2))
        #expect(plant.told[.forceCharge]?.value == 0, "nothing is asked for that may not be given")
        plant.run(for: .seconds(58))
        #expect(plant.told[.forceCharge]?.value == 0)
        #expect(plant.core.orders.isEmpty)
    }

    @Test("the last word of a gateway asks for nothing")
    func farewell() {
        var plant = VirtualPlant.atRest()
        plant.order(.forceCharge, for: .seconds(60))
        plant.run(for: .seconds(2))
        plant.core.stop(at: plant.now)
        plant.run(for: .milliseconds(999))
        #expect(plant.told[.forceCharge]?.value == 0)
        #expect(plant.order(.pauseCharge) == .notRunning)
    }

    @Test(
        "an order that makes no sense is refused and told",
        arguments: [
            (OperatorOrder.Kind.forceCharge, Int32(0), Interval?.none, OrderRefusal.needsExpiry),
            (.pauseCharge, 0, .seconds(-1), .badExpiry), (.pauseCharge, 0, .zero, .badExpiry),
            (.capCharge, 1, Interval(nanoseconds: .max), .badExpiry), (.capDischarge, -1, nil, .badCap),
        ])
    func refused(kind: OperatorOrder.Kind, milliamps: Int32, length: Interval?, why: OrderRefusal) {
        var plant = VirtualPlant.atRest()
        #expect(plant.order(kind, milliamps: milliamps, for: length) == .refused(why))
        #expect(plant.core.orders.isEmpty)
        #expect(plant.events { $0 == .orderRefused(kind, why, by: "anna") }.count == 1)
    }

    @Test("a command with too many steps is not begun")
    func tooLong() {
        let plant = VirtualPlant.atRest()
        let pause = GatewayCommand.Action.place(OperatorOrder(.pauseCharge))
        let steps = Array(repeating: pause, count: GatewayCommand.maximumActions + 1)
        #expect(plant.core.carryOut(GatewayCommand(steps, by: "anna"), at: plant.now) == .tooMany)
        #expect(plant.core.orders.isEmpty)
    }

    @Test("whatever is ordered, no limit is higher than without it", arguments: 1...4)
    func neverHigher(seed: UInt64) {
        var random = SeededRandom(seed: seed)
        var plain = VirtualPlant.atRest(packs: 2)
        var ordered = VirtualPlant.atRest(packs: 2)
        for _ in 0..<60 {
            let raw = UInt8.random(in: 0..<UInt8(OperatorOrder.Kind.count), using: &random)
            guard let kind = OperatorOrder.Kind(rawValue: raw) else { continue }
            let length = Interval.seconds(Int64.random(in: -1...30, using: &random))
            let milliamps = Int32.random(in: 0...400_000, using: &random)
            switch Int.random(in: 0..<3, using: &random) {
            case 0: ordered.order(kind, milliamps: milliamps, for: length)
            case 1: ordered.order(kind, milliamps: milliamps)
            default:
                let steps: [GatewayCommand.Action] = [.end(kind), .acknowledge]
                _ = ordered.core.carryOut(GatewayCommand(steps, by: "anna"), at: ordered.now)
            }
            plain.run(for: .seconds(5))
            ordered.run(for: .seconds(5))
            for field in [
                BankField.chargeVoltageLimit, .chargeCurrentLimit, .dischargeCurrentLimit, .chargeEnabled,
                .dischargeEnabled,
            ] {
                #expect((ordered.told[field]?.value ?? .max) <= (plain.told[field]?.value ?? 0))
            }
        }
    }
}

@Suite("The way of a command to the bus thread", .timeLimit(.minutes(1)))
struct CommandQueueTests {
    private let pause = GatewayCommand([.place(OperatorOrder(.pauseCharge))], by: "anna")

    @Test("whoever waits gets the answer")
    func answer() throws {
        let queue = CommandQueue()
        let thread = try NativeThread(name: "bus") {
            while true {
                let tickets = queue.take()
                for ticket in tickets { ticket.answer(.refused(.badCap)) }
                if !tickets.isEmpty { return }
            }
        }
        #expect(try queue.submit(pause, waiting: .seconds(10)) {} == .refused(.badCap))
        thread.join()
    }

    @Test("what nobody takes is withdrawn; what was taken and not answered is unknown")
    func nobody() throws {
        let queue = CommandQueue()
        #expect(try queue.submit(pause, waiting: .milliseconds(20)) {} == .notReached)
        #expect(queue.take().isEmpty)
        #expect(try queue.submit(pause, waiting: .milliseconds(20)) { _ = queue.take() } == .unknown)
    }

    @Test("a full queue says so at once, and a closed one answers everybody")
    func full() throws {
        let queue = CommandQueue()
        let threads = try (0..<CommandQueue.capacity).map { number in
            try NativeThread(name: "edge \(number)") {
                #expect((try? queue.submit(pause, waiting: .seconds(30)) {}) == .notRunning)
            }
        }
        while queue.count < CommandQueue.capacity {}
        #expect(try queue.submit(pause, waiting: .seconds(30)) {} == .tooMany)
        queue.close()
        for thread in threads { thread.join() }
        #expect(try queue.submit(pause, waiting: .seconds(30)) {} == .notRunning)
    }

    @Test("a running gateway carries it out, one that does not run says so")
    func gateway() throws {
        let nowhere = LinkAddress.serial(path: "/nowhere/at/all", SerialFormat(baud: 9_600))
        let gateway = Gateway(
            GatewayConfiguration(
                buses: [
                    .init(name: "a", address: nowhere),
                    .init(name: "b", address: .socketCAN(interface: "no")),
                ],
                packs: [], inverters: [.init(bus: 1, profile: PylontechLV.profile)],
                control: ControlSettings(bankChargeMilliamps: 1_000, bankDischargeMilliamps: 1_000)))
        #expect(try gateway.submit(pause) == .notRunning)
        let thread = try gateway.start()
        while gateway.snapshot == nil {}
        #expect(try gateway.submit(pause) == .done)
        #expect(gateway.snapshot?.orders.map(\.order.kind) == [.pauseCharge], "the snapshot shows it at once")
        gateway.stop()
        thread.join()
        #expect(try gateway.submit(pause) == .notRunning)
    }
}
