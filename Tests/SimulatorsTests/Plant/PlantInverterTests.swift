import BatteryModel
import Simulators
import Testing

@Suite("An inverter of a plant") struct PlantInverterTests {
    /// An inverter at a bank of 53.0 V, after some seconds of one surplus and one set of limits.
    private func current(
        _ name: String, watts: Double, limits: PlantInverter.Limits, seconds: Int64 = 30,
        bankMillivolts: Double = 53_000
    ) throws -> Int32 {
        var inverter = PlantInverter(try #require(InverterBehaviour.named(name)), at: start)
        let bank = BankSource(millivolts: bankMillivolts, microohms: 2_500)
        for second in 0...seconds {
            inverter.hear(limits, at: start + .seconds(second))
            inverter.advance(to: start + .seconds(second), surplusWatts: watts, bank: (bank, bank))
        }
        return inverter.milliamps
    }

    private func limits(cvl: Int32 = 55_200, ccl: Int32, dcl: Int32) -> PlantInverter.Limits {
        PlantInverter.Limits(
            cvlMillivolts: cvl, cclMilliamps: ccl, dclMilliamps: dcl, isChargeEnabled: ccl > 0,
            isDischargeEnabled: dcl > 0)
    }

    @Test(
        "what flows follows from surplus, limits and behaviour",
        arguments: [
            ("obeys", 9_000, 50_000, 80_000, 50_000...50_000),
            ("obeys", 1_060, 50_000, 80_000, 19_000...20_100),
            ("obeys", -9_000, 50_000, 80_000, -80_000 ... -80_000), ("obeys", 9_000, 0, 80_000, 0...0),
            ("ignores_ccl", 5_300, 0, 0, 95_000...101_000),
            ("ignores_dcl", -5_300, 0, 0, -104_000 ... -95_000),
            ("ignores_zero", 5_300, 0, 0, 95_000...101_000),
            ("ignores_zero", 9_000, 30_000, 0, 30_000...30_000),
            ("ignores_permission", 9_000, 30_000, 0, 30_000...30_000),
            ("discharges_on_zero", 0, 0, 0, -200_000 ... -150_000),
        ] as [(String, Double, Int32, Int32, ClosedRange<Int32>)])
    func flows(name: String, watts: Double, ccl: Int32, dcl: Int32, expected: ClosedRange<Int32>) throws {
        let milliamps = try current(name, watts: watts, limits: limits(ccl: ccl, dcl: dcl))
        #expect(expected.contains(milliamps), "\(milliamps)")
    }

    @Test("it comes to another current within a few seconds, and not at once") func lag() throws {
        let open = limits(ccl: 60_000, dcl: 60_000)
        #expect(try current("obeys", watts: 9_000, limits: open, seconds: 1) < 30_000)
        #expect(try current("obeys", watts: 9_000, limits: open, seconds: 20) > 59_000)
    }

    @Test("it holds CVL, lets it go by its overshoot, or does not know it") func chargeVoltage() throws {
        // 0.1 V over 2.5 mΩ are 40 A.
        let near = limits(cvl: 53_100, ccl: 150_000, dcl: 0)
        #expect(abs(try current("obeys", watts: 9_000, limits: near) - 40_000) < 100)
        #expect(try current("overshoots", watts: 9_000, limits: near) > 130_000)
        #expect(try current("ignores_cvl", watts: 9_000, limits: near) > 130_000)
        let below = limits(cvl: 52_000, ccl: 150_000, dcl: 90_000)
        #expect(try current("obeys", watts: 9_000, limits: below) == 0)
        #expect(try current("empties_above_cvl", watts: 9_000, limits: below) == -90_000)
    }

    @Test("when it hears no limits any more it stops, or goes on for its time, and says so") func silence() {
        for (behaviour, patience) in [("obeys", Int64(5)), ("goes_on_when_silent", 1_800)] {
            var inverter = PlantInverter(InverterBehaviour.named(behaviour) ?? InverterBehaviour(), at: start)
            let bank = BankSource(millivolts: 53_000, microohms: 2_500)
            inverter.hear(limits(ccl: 50_000, dcl: 50_000), at: start)
            var lastFlow: Int64 = 0
            for second in Int64(0)...2_000 {
                inverter.advance(to: start + .seconds(second), surplusWatts: 2_000, bank: (bank, bank))
                if inverter.milliamps > 0 { lastFlow = second }
            }
            #expect(lastFlow == patience && inverter.stops == 1)
        }
    }

    @Test("after a silence it may take its time") func restart() {
        var inverter = PlantInverter(
            InverterBehaviour.named("restarts_slowly") ?? InverterBehaviour(), at: start)
        let bank = BankSource(millivolts: 53_000, microohms: 2_500)
        var firstFlow: Int64?
        for second in Int64(0)...100 {
            inverter.hear(limits(ccl: 50_000, dcl: 50_000), at: start + .seconds(second))
            inverter.advance(to: start + .seconds(second), surplusWatts: 2_000, bank: (bank, bank))
            if inverter.milliamps > 0, firstFlow == nil { firstFlow = second }
        }
        #expect(firstFlow == 60)
    }

    @Test("its signs of life come once a second, with the pauses it is known for") func keepAlive() {
        var behaviour = InverterBehaviour()
        behaviour.keepAlive = InverterBehaviour.KeepAlive(pauses: true)
        var inverter = PlantInverter(behaviour, at: start)
        var longest = Interval.zero
        for second in Int64(0)...7_300 {
            let now = start + .seconds(second)
            let before = inverter.keepAliveAt ?? now
            inverter.advance(to: now, surplusWatts: 0, bank: (nil, nil))
            if second > 0 { longest = max(longest, (inverter.keepAliveAt ?? now) - before) }
        }
        #expect(longest == .seconds(4))
        inverter.isSilent = true
        inverter.advance(to: start + .seconds(8_000), surplusWatts: 0, bank: (nil, nil))
        #expect(inverter.keepAliveAt == start + .seconds(7_300))
    }
}
