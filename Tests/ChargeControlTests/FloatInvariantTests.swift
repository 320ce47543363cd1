import BatteryModel
import ChargeControl
import Testing

@Suite("A full bank comes down to float by itself")
struct FloatInvariantTests {
    @Test("nothing is charged from the end of absorption until the bank stands at float", arguments: 0..<30)
    func settles(_ seed: Int) {
        var random = SplitMix64(seed: UInt64(seed))
        var settings = ControlSettings.usual
        settings.stages.absorptionTime = .seconds(Int64(random.pick(1...60)))
        settings.stages.voltageRampMicrovoltsPerSecond = random.pick(500...20_000)
        var bench = Bench((0..<Int(random.pick(1...3))).map { _ in .pack() }, settings)
        // In tenths of a millivolt, so that it can come down slowly.
        var cell = random.pick(34_470...34_500)
        let fall = random.pick(1...3)
        let way = (settings.chargeVoltageMillivoltsPerCell - settings.stages.floatMillivoltsPerCell) * 16
        var floated: Int32 = 0
        for second in 0..<7_200 {
            for index in bench.samples.indices { bench.samples[index].setCells(UInt16(cell / 10)) }
            bench.now = bench.now + .seconds(1)
            let verdict = bench.step()
            if verdict.stage.stage == .float { floated += 1 }
            // CVL has come down to float and waits for the bank.
            let isWaiting =
                Int64(floated) * Int64(settings.stages.voltageRampMicrovoltsPerSecond) > Int64(way) * 1_000
            let isAbove = cell / 10 > settings.stages.floatMillivoltsPerCell + 3
            if isWaiting, isAbove, verdict.charge.value > 0 {
                Issue.record("seed \(seed), \(second) s: \(verdict.charge) with cells at \(cell / 10) mV")
                return
            }
            if isWaiting, cell > 33_500 { cell -= fall }
        }
        #expect(floated > 0)
        #expect(bench.step().charge.value > 0, "it may be charged again once it has come down")
    }
}
