import BatteryModel
import ChargeControl
import Testing

@Suite("What operators may order")
struct OrderTests {
    private static func bench() -> Bench {
        var bench = Bench([.pack()], .immediate)
        bench.advance(to: 3_000)
        return bench
    }

    @Test("a pause is zero at once, with the reason and what ends it")
    func pause() throws {
        var bench = Self.bench()
        try bench.controller.place(OperatorOrder(.pauseCharge), at: bench.now)
        var verdict = bench.step()
        #expect(verdict.charge.value == 0 && verdict.charge.winner.rule == .operatorPause)
        #expect(verdict.charge.winner.rise == .operatorEnds)
        #expect(verdict.discharge.value == 100_000)
        #expect(verdict.chargeVoltage.value == 55_200)
        bench.controller.end(.pauseCharge)
        bench.advance(to: 5_000)
        verdict = bench.step()
        #expect(verdict.charge.value > 0 && verdict.orders.isEmpty)
    }

    @Test("an order with an end ends then, and not before")
    func expiry() throws {
        var bench = Self.bench()
        let until = Bench.instant(60_000)
        try bench.controller.place(
            OperatorOrder(.capDischarge, milliamps: 7_000, until: until), at: bench.now)
        #expect(bench.step().discharge.winner.rise == .until(until))
        bench.advance(to: 59_999)
        #expect(bench.step().discharge.value == 7_000)
        bench.advance(to: 60_000)
        _ = bench.step()
        bench.advance(to: 61_000)
        #expect(bench.step().discharge.value == 100_000)
    }

    @Test("a cap above the limit changes nothing")
    func highCap() throws {
        var bench = Self.bench()
        try bench.controller.place(OperatorOrder(.capCharge, milliamps: 500_000), at: bench.now)
        #expect(bench.step().charge.value == 100_000)
    }

    @Test("a force charge asks the inverter, raises nothing, and needs an end")
    func force() throws {
        var bench = Self.bench()
        #expect(throws: OrderRefusal.needsExpiry) {
            try bench.controller.place(OperatorOrder(.forceCharge), at: bench.now)
        }
        let order = OperatorOrder(.forceCharge, until: Bench.instant(600_000))
        try bench.controller.place(order, at: bench.now)
        var verdict = bench.step()
        #expect(verdict.bank[.forceCharge]?.value == 1 && verdict.charge.value == 100_000)
        // With nothing allowed there is nothing to ask for.
        bench.samples[0].protect(.cellOverVoltage)
        verdict = bench.step()
        #expect(verdict.bank[.forceCharge]?.value == 0 && verdict.charge.value == 0)
        bench.samples[0].alarms = AlarmSet()
        bench.advance(to: 601_000)
        #expect(bench.step().bank[.forceCharge]?.value == 0)
    }

    @Test("orders that make no sense are refused and leave the old one standing")
    func refused() throws {
        var bench = Self.bench()
        try bench.controller.place(OperatorOrder(.capCharge, milliamps: 5_000), at: bench.now)
        let bad: [(OperatorOrder, OrderRefusal)] = [
            (OperatorOrder(.capCharge, milliamps: -1), .badCap),
            (OperatorOrder(.capCharge, milliamps: 1, until: bench.now), .badExpiry),
            (OperatorOrder(.pauseCharge, until: bench.now + .seconds(32 * 86_400)), .badExpiry),
        ]
        for (order, refusal) in bad {
            #expect(throws: refusal) { try bench.controller.place(order, at: bench.now) }
        }
        #expect(bench.step().charge.value == 5_000)
    }

    @Test("the operator may say that packs whose voltages differ are to be tried again")
    func acknowledge() {
        var bench = Bench([.pack(), .pack()], .immediate)
        bench.samples[1].setCells(3_200)
        bench.advance(to: 3_000)
        #expect(bench.step().charge.winner.rule == .connectRefused)
        // Still apart: refused again in the same breath.
        bench.controller.acknowledge()
        #expect(bench.step().charge.winner.rule == .connectRefused)
        bench.samples[1].setCells(3_290)
        bench.advance(to: 4_000)
        #expect(bench.step().charge.winner.rule == .connectRefused)
        bench.controller.acknowledge()
        #expect(bench.step().charge.winner.rule != .connectRefused)
    }
}
