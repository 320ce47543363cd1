import BatteryModel
import ChargeControl
import Testing

@Suite("Losing packs")
struct LossInvariantTests {
    /// A bank at rest of which some packs, but not all, fall silent.
    private struct Draw {
        var bench: Bench
        var silent: [Int]

        init(seed: UInt64) {
            var random = SplitMix64(seed: seed)
            let count = Int(random.pick(2...5))
            var settings = ControlSettings.usual
            settings.bankChargeMilliamps = 1_000_000
            settings.bankDischargeMilliamps = 1_000_000
            // A bank that is full comes down to float, and one that misses a pack does so at another time.
            settings.stages.absorptionTime = .seconds(86_400)
            settings.stages.absorptionPatience = .seconds(86_400)
            settings.stages.absorptionLongest = .seconds(86_400)
            bench = Bench(
                (0..<count).map { _ in .pack(random.pick(50...300), amps: random.pick(20...150)) }, settings)
            let middle = random.once(in: 2) ? random.pick(3_430...3_475) : random.pick(2_850...3_475)
            for index in 0..<count {
                bench.samples[index].setCells(UInt16(middle + random.pick(-8...8)))
                bench.samples[index].current = 0
                bench.samples[index].chargeLimit = random.pick(1_000...200_000)
            }
            let lost = (0..<count).filter { _ in random.once(in: 2) }
            silent = lost.count == count ? Array(lost.dropFirst()) : lost
        }
    }

    @Test(
        "no limit is higher for a quarter of an hour after packs were lost than it would have been with them")
    func neverRaises() {
        for seed in UInt64(0)..<300 {
            let draw = Draw(seed: seed)
            var whole = draw.bench
            var less = draw.bench
            // Time for the ramps, and for what is latched at 0 to end.
            for _ in 0..<900 {
                whole.now = whole.now + .seconds(1)
                _ = whole.step()
            }
            less = whole
            for pack in draw.silent { less.isTalking[pack] = false }
            for second in 0..<900 {
                whole.now = whole.now + .seconds(1)
                less.now = less.now + .seconds(1)
                let (complete, rest) = (whole.step(), less.step())
                let isHigher =
                    rest.charge.value > complete.charge.value
                    || rest.discharge.value > complete.discharge.value
                    || rest.chargeVoltage.value > complete.chargeVoltage.value
                guard isHigher else { continue }
                Issue.record(
                    """
                    seed \(seed), \(second) s after \(draw.silent) fell silent: CCL \(rest.charge), with them \
                    \(complete.charge); DCL \(rest.discharge), with them \(complete.discharge); CVL \
                    \(rest.chargeVoltage), with them \(complete.chargeVoltage)
                    """)
                break
            }
        }
    }
}
