import BatteryModel
import ChargeControl
import Testing

@Suite("A memory that cannot be trusted")
struct MemoryInvariantTests {
    @Test("whatever CVL was written down, and however empty the bank, CVL is never under the floor")
    func floor() throws {
        let key = try #require(
            (0..<ControlMemory.count).first { "\(ControlMemory.name($0).name)" == "charge_voltage_uv" })
        for seed in UInt64(0)..<300 {
            var random = SplitMix64(seed: seed)
            let settings = ControlSettings.usual
            var bench = Bench((0..<Int(random.pick(1...3))).map { _ in .pack() }, settings)
            for index in bench.samples.indices {
                bench.samples[index].setCells(UInt16(random.pick(2_000...3_500)))
            }
            let microvolts = Int64(random.pick(1...60_000_000))
            var memory = ControlMemory()
            memory[key] = microvolts
            bench.controller.restore(memory, at: bench.now, wall: nil)
            for second in 0..<30 {
                bench.now = bench.now + .seconds(1)
                let limit = bench.step().chargeVoltage
                guard limit.value < settings.floorVoltageMillivoltsPerCell * 16 else { continue }
                Issue.record("seed \(seed), \(second) s: CVL \(limit) after \(microvolts) µV")
                break
            }
        }
    }
}
