import BatteryModel
import ChargeControl
import Testing

@Suite("Falling at once, rising late and slowly")
struct RateTests {
    private static func check(_ cycles: [Cycle], _ bench: Bench = Bench()) {
        let found = Cycle.run(cycles, on: bench)
        #expect(found.isEmpty, Comment(rawValue: found))
    }

    @Test("a fall acts at once, a rise waits 30 s and then takes 5 A each second")
    func hold() {
        let until = RiseCondition.until(Bench.instant(90_000))
        Self.check([
            Cycle(at: 0, charge: Expected(0, .ramp)),
            Cycle(at: 30_000, charge: Expected(100_000, .packMaximum)),
            Cycle(
                at: 60_000, change: { $0.samples[0].chargeLimit = 50_000 },
                charge: Expected(45_000, .bmsLimit), discharge: Expected(100_000)),
            Cycle(
                at: 61_000, change: { $0.samples[0].chargeLimit = 200_000 },
                charge: Expected(45_000, .hold, rise: until)),
            Cycle(at: 89_999, charge: Expected(45_000, .hold)),
            Cycle(at: 90_000, charge: Expected(45_005, .ramp, input: 100_000, rise: .rising)),
            Cycle(at: 91_000, charge: Expected(50_005, .ramp)),
            Cycle(at: 101_500, charge: Expected(100_000, .packMaximum)),
        ])
    }

    @Test("a second fall during the hold begins it anew")
    func secondFall() {
        Self.check([
            Cycle(at: 0), Cycle(at: 60_000, change: { $0.samples[0].chargeLimit = 50_000 }),
            Cycle(at: 80_000, change: { $0.samples[0].chargeLimit = 40_000 }, charge: Expected(36_000)),
            Cycle(at: 81_000, change: { $0.samples[0].chargeLimit = 200_000 }),
            Cycle(at: 109_900, charge: Expected(36_000, .hold)),
            Cycle(at: 110_900, charge: Expected(41_000, .ramp)),
        ])
    }

    @Test("after a fall to 0 the limit stays 0 until its rule is above 1.5 % of the maximum")
    func latch() {
        Self.check([
            Cycle(at: 0),
            Cycle(at: 60_000, change: { $0.samples[0].chargeSwitch = 0 }, charge: Expected(0, .switchOpen)),
            Cycle(
                at: 61_000,
                change: {
                    $0.samples[0].chargeSwitch = 1; $0.samples[0].chargeLimit = 5_000
                }, charge: Expected(0, .hold, input: 4_500, rise: .inputAbove(4_500))),
            Cycle(at: 120_000, charge: Expected(0, .hold)),
            Cycle(
                at: 121_000, change: { $0.samples[0].chargeLimit = 5_002 }, charge: Expected(4_501, .bmsLimit)
            ),
        ])
    }

    @Test("ten minutes in which the rules allow anything at all end it too") func latchEnds() {
        let open = { (bench: inout Bench) in
            bench.samples[0].chargeSwitch = 1
            bench.samples[0].chargeLimit = 3_000
        }
        Self.check([
            Cycle(at: 0), Cycle(at: 60_000, change: { $0.samples[0].chargeSwitch = 0 }, charge: Expected(0)),
            Cycle(at: 61_000, change: open),
            Cycle(at: 400_000, change: { $0.samples[0].chargeSwitch = 0 }, charge: Expected(0)),
            Cycle(at: 401_000, change: open), Cycle(at: 1_000_500, charge: Expected(0, .hold)),
            Cycle(at: 1_002_000, charge: Expected(2_700, .bmsLimit)),
        ])
    }

    @Test("the hold counts anew while an input is missing")
    func missing() {
        Self.check([
            Cycle(at: 0),
            Cycle(
                at: 60_000, change: { $0.samples[0].mosfet = nil }, charge: Expected(0, .inputMissing),
                raised: [(.inputMissing, .protection)]),
            Cycle(at: 120_000, change: { $0.samples[0].mosfet = 300 }, charge: Expected(0, .hold)),
            Cycle(at: 148_900, charge: Expected(0, .hold)),
            Cycle(at: 149_900, charge: Expected(5_000, .ramp)),
        ])
    }

    @Test("a stalled thread is not paid back: one step is worth one second at most")
    func stalled() {
        Self.check([
            Cycle(at: 0), Cycle(at: 1_000, charge: Expected(5_000, .ramp)),
            Cycle(at: 9_000, isLeap: true, charge: Expected(10_000, .ramp)),
        ])
    }

    @Test(
        "many short steps rise as fast as few long ones, and a clock that stands or goes back raises nothing")
    func shortSteps() {
        var bench = Bench()
        bench.period = .milliseconds(1)
        var back = Bench()
        _ = back.step()
        back.now = Bench.instant(1_000)
        let first = back.step().charge.value
        back.now = Bench.instant(500)
        #expect(first == 5_000 && back.step().charge.value == 5_000)
        Self.check([Cycle(at: 0), Cycle(at: 1_000, charge: Expected(5_000, .ramp))], bench)
    }

    @Test("the operator's maxima hold: bank, pack, and both directions apart")
    func maxima() {
        var settings = ControlSettings.immediate
        settings.bankChargeMilliamps = 70_000
        settings.bankDischargeMilliamps = -5
        Self.check(
            [
                Cycle(at: 0),
                Cycle(
                    at: 2_000,
                    charge: Expected(70_000, .bankMaximum, next: .packMaximum, rise: .configuration),
                    discharge: Expected(0, .bankMaximum)),
            ], Bench([.pack()], settings))
    }

    @Test(
        "CVL is the smallest of the packs and keeps its value when the setting goes missing or is one no cell could have"
    )
    func chargeVoltage() {
        Self.check(
            [
                Cycle(at: 0, voltage: Expected(55_200, .bankMaximum, next: .bmsLimit, rise: .configuration)),
                Cycle(
                    at: 1_000, change: { $0.samples[1].cellOverVoltage = 3_400 },
                    voltage: Expected(54_400, .bmsLimit, pack: 1, input: 3_400, rise: .bms)),
                Cycle(
                    at: 2_000, change: { $0.samples[1].cellOverVoltage = nil },
                    voltage: Expected(54_400, .inputMissing, pack: 1, rise: .reported)),
                Cycle(at: 3_000, change: { $0.isTalking[1] = false }, voltage: Expected(54_400)),
                Cycle(at: 30_000, voltage: Expected(54_400, .packLost, pack: 1)),
                Cycle(
                    at: 31_000, change: { $0.samples[0].cellOverVoltage = .min },
                    voltage: Expected(54_400, .packLost)),
                Cycle(
                    at: 32_000, change: { $0.samples[0].cellOverVoltage = .max },
                    voltage: Expected(54_400, .packLost)),
            ], Bench([.pack(), .pack()], .immediate))
    }

    @Test("a bank above its highest permitted voltage is not charged")
    func bankVoltage() {
        Self.check(
            [
                Cycle(at: 0), Cycle(at: 2_000, charge: Expected(100_000)),
                // Chargers swing by 5 mV per cell.
                Cycle(
                    at: 3_000,
                    change: {
                        $0.samples[0].setCells(3_445); $0.samples[0].voltage = 55_280
                    }, charge: Expected(1_400, .highestCell)),
                Cycle(
                    at: 4_000, change: { $0.samples[0].voltage = 55_281 },
                    charge: Expected(0, .bankVoltage, input: 55_281, rise: .inputBelow(55_200)),
                    discharge: Expected(100_000), voltage: Expected(55_200)),
            ], Bench([.pack()], .immediate))
    }
}
