import BatteryModel
import ChargeControl
import Testing

@Suite("What an inverter does with its limits")
struct SupervisionInvariantTests {
    /// A bank of one pack and an inverter that takes what is drawn.
    private struct Draw {
        var bench: Bench
        /// What flows, in milliamps.
        var milliamps: Int32
        /// Whether that is beyond what is tolerated.
        var isBeyond: Bool

        init(seed: Int, _ action: SupervisionSettings.Action) {
            var random = SplitMix64(seed: UInt64(seed) + 77)
            let limit = random.pick(5...170) * 1_000
            let isCharge = random.once(in: 2)
            var settings = ControlSettings.immediate
            settings.bankChargeMilliamps = limit
            settings.bankDischargeMilliamps = limit
            settings.supervision.action = action
            bench = Bench([.pack(300, amps: 300)], settings)
            let tolerated = limit + max(limit / 20, 2_000)
            let flow = random.pick(0...600_000) % (tolerated * 2)
            // Close to the edge is where mistakes are made.
            let near = tolerated + random.pick(-1_500...1_500)
            let amount = random.once(in: 2) ? flow : near
            isBeyond = amount > tolerated
            milliamps = isCharge ? amount : -amount
        }
    }

    @Test(
        "an alarm stands after ten seconds beyond what is tolerated, and never otherwise", arguments: 0..<60)
    func alarm(_ seed: Int) {
        var draw = Draw(seed: seed, .alarm)
        draw.bench.advance(to: 5_000)
        draw.bench.samples[0].current = draw.milliamps
        draw.bench.advance(to: 13_000)
        #expect(draw.bench.step().alarms.level(of: .limitsIgnored) == nil, "\(draw.milliamps) mA")
        draw.bench.advance(to: 30_000)
        let level = draw.bench.step().alarms.level(of: .limitsIgnored)
        #expect(level == (draw.isBeyond ? .protection : nil), "\(draw.milliamps) mA")
    }

    @Test(
        "whoever goes on is told nothing any more, where the operator wants that and only there",
        arguments: 0..<30)
    func stop(_ seed: Int) {
        for action in [SupervisionSettings.Action.alarm, .lowerVoltage, .stop] {
            var draw = Draw(seed: seed, action)
            draw.bench.advance(to: 5_000)
            draw.bench.samples[0].current = draw.milliamps
            draw.bench.advance(to: 180_000)
            let isStopped = draw.bench.step().state == .stopped
            #expect(isStopped == (action == .stop && draw.isBeyond), "\(action), \(draw.milliamps) mA")
        }
    }

    @Test("charge that is counted in comes out as what the efficiency leaves of it", arguments: 0..<20)
    func efficiency(_ seed: Int) {
        var random = SplitMix64(seed: UInt64(seed) + 5)
        var settings = ControlSettings.immediate
        settings.soc.source = .counted
        settings.soc.chargeEfficiencyPermille = random.pick(800...1_000)
        var bench = Bench([.pack(100)], settings)
        bench.samples[0].current = 0
        bench.advance(to: 10_000)
        let before = Int64(bench.step().soc.permille ?? 0)
        // There and back again, with the same charge.
        let amps = random.pick(10...60)
        bench.samples[0].current = amps * 1_000
        bench.advance(to: 610_000)
        bench.samples[0].current = -amps * 1_000
        bench.advance(to: 1_210_000)
        bench.samples[0].current = 0
        bench.advance(to: 1_400_000)
        let after = Int64(bench.step().soc.permille ?? 0)
        // In thousandths of 100 Ah.
        let moved = Int64(amps) * 600 * 1_000 / 3_600 / 100
        let lost = moved * Int64(1_000 - settings.soc.chargeEfficiencyPermille) / 1_000
        #expect(abs(before - lost - after) <= 2, "\(before) to \(after) ‰, \(moved) ‰ there and back")
    }
}
