import BatteryModel
import ChargeControl
import Testing

@Suite("What survives a restart")
struct MemoryTests {
    private static let evening = WallTime(unixSeconds: 1_800_000_000)

    /// A new controller that was told what the old one remembered, `seconds` later.
    private static func restart(_ bench: inout Bench, after seconds: Int64) -> Bench {
        let memory = bench.controller.memory(at: bench.now, wall: evening)
        var next = Bench([.pack(), .pack(280)], .immediate)
        // After a boot the clock begins somewhere else.
        next.now = Instant(nanoseconds: 77_000_000_000)
        next.samples = bench.samples
        next.controller.restore(
            memory, at: next.now, wall: WallTime(unixSeconds: evening.unixSeconds + seconds))
        return next
    }

    private static func bench() -> Bench {
        var bench = Bench([.pack(), .pack(280)], .immediate)
        for index in 0..<2 {
            bench.samples[index].setCells(3_450)
            bench.samples[index].soc = 970
        }
        return bench
    }

    @Test("absorption goes on where it was; the time without power does not count")
    func absorption() {
        var bench = Self.bench()
        bench.advance(to: 10 * 60_000)
        #expect(bench.step().stage.stage == .absorption)
        var next = Self.restart(&bench, after: 7_200)
        let verdict = next.step()
        #expect(verdict.stage.stage == .absorption)
        #expect((595...601).contains(verdict.stage.absorbed.seconds))
        #expect(verdict.charge.value == 0, "limits begin at 0 whatever was remembered")
        #expect((7_795...7_805).contains(verdict.stage.sinceFull.seconds), "days go by the calendar")
        for _ in 0..<302 {
            next.now = next.now + .seconds(1)
            _ = next.step()
        }
        #expect(next.step().stage.stage == .float)
    }

    @Test("a clock on the wall that was set back does not count")
    func clockSetBack() {
        var bench = Self.bench()
        bench.advance(to: 60_000)
        _ = bench.step()
        var next = Self.restart(&bench, after: -90_000)
        #expect((58...62).contains(next.step().stage.sinceFull.seconds))
    }

    @Test("measured shares, the state of charge and CVL are taken up again")
    func values() {
        var bench = Self.bench()
        bench.samples[0].current = 40_000
        bench.samples[1].current = 40_000
        bench.samples[0].cells[3] = 3_480
        bench.advance(to: 30_000)
        let before = bench.step()
        #expect(before[0].chargeSharePermille == 500)
        var next = Self.restart(&bench, after: 60)
        next.samples[0].current = 0
        next.samples[1].current = 0
        next.samples[0].soc = 500
        next.samples[0].setCells(3_400)
        next.samples[1].setCells(3_400)
        let after = next.step()
        #expect(after[0].chargeSharePermille == 500 && after[1].chargeSharePermille == 737)
        #expect(after.soc.permille == before.soc.permille && after.soc.bound == .slewing)
        #expect(after.chargeVoltage.value == before.chargeVoltage.value)
    }

    @Test("orders keep what they had left; a pause without end stands, and one that has ended is gone")
    func orders() throws {
        var bench = Self.bench()
        _ = bench.step()
        try bench.controller.place(OperatorOrder(.pauseDischarge), at: bench.now)
        let soon = bench.now + .seconds(100)
        try bench.controller.place(OperatorOrder(.capCharge, milliamps: 9_000, until: soon), at: bench.now)
        try bench.controller.place(
            OperatorOrder(.forceCharge, until: bench.now + .seconds(50)), at: bench.now)
        var next = Self.restart(&bench, after: 60)
        let verdict = next.step()
        #expect(verdict.orders[.pauseDischarge] != nil && verdict.orders[.forceCharge] == nil)
        #expect(verdict.orders[.capCharge]?.milliamps == 9_000)
        #expect(verdict.orders[.capCharge]?.until == next.now + .seconds(40))
    }

    @Test("an inverter that ignored its limits is not trusted anew because of a restart")
    func stopped() {
        var settings = ControlSettings.immediate
        settings.supervision.action = .stop
        var bench = Bench([.pack(), .pack(280)], settings)
        bench.samples[0].current = -250_000
        bench.samples[1].current = -250_000
        bench.advance(to: 70_000)
        #expect(bench.step().state == .stopped)
        var next = Self.restart(&bench, after: 10)
        #expect(next.step().state == .stopped)
    }

    @Test("every value has a name of its own")
    func names() {
        var names: Set<String> = []
        for index in 0..<ControlMemory.count {
            let name = ControlMemory.name(index)
            names.insert("\(name.pack ?? 0) \(name.name)")
        }
        #expect(names.count == ControlMemory.count)
    }

    @Test("numbers that nobody can have remembered are left out", arguments: [.min, -1, 7, .max] as [Int64])
    func nonsense(value: Int64) {
        var memory = ControlMemory()
        for index in 0..<ControlMemory.count { memory[index] = value }
        var bench = Self.bench()
        bench.controller.restore(memory, at: bench.now, wall: Self.evening)
        let verdict = bench.step()
        #expect(verdict.charge.value == 0 && verdict.discharge.value == 0)
        #expect((48_000...55_200).contains(verdict.chargeVoltage.value))
        bench.advance(to: 100_000)
        _ = bench.step()
    }
}
