import BatteryModel
import Foundation
import TestSupport
import Testing

@Suite("Fault schedules, byte for byte through the real codecs")
struct FaultScheduleTests {
    /// What is played: few schedules, with `BUSBAR_PROVE=long` 10 000, with a number of steps a thousandth of it.
    ///
    /// `BUSBAR_PROVE_SEED=n` plays the one schedule with that seed.
    private static var seeds: Range<UInt64> {
        let environment = ProcessInfo.processInfo.environment
        if let seed = environment["BUSBAR_PROVE_SEED"].flatMap(UInt64.init) { return seed..<seed + 1 }
        guard let asked = environment["BUSBAR_PROVE"] else { return 0..<120 }
        return 0..<(asked == "long" ? 10_000 : UInt64(max((Int(asked) ?? 0) / 1_000, 1)))
    }

    @Test(
        "whatever happens on the wires, no limit outlives what it rests on, and afterwards all is well again")
    func schedules() async {
        let seeds = Self.seeds
        let clock = ContinuousClock()
        let start = clock.now
        let lanes: UInt64 = 4
        let failures = await withTaskGroup(of: [UInt64].self) { group in
            for lane in 0..<lanes {
                group.addTask {
                    let own = seeds.lazy.filter { $0 % lanes == lane }
                    return Array(
                        own.filter { FaultRun.failure(of: FaultSchedule(seed: $0)) != nil }.prefix(3))
                }
            }
            return await group.reduce(into: []) { $0 += $1 }
        }
        for seed in failures.sorted().prefix(3) {
            let small = Shrinker.smallest(FaultSchedule(seed: seed)) { FaultRun.failure(of: $0) != nil }
            let failure = FaultRun.failure(of: small) ?? "not repeatable"
            Issue.record(Comment(rawValue: "BUSBAR_PROVE_SEED=\(seed): \(failure)\n\(small)"))
        }
        print(
            "PROOF schedules \(seeds.count) seeds \(seeds) seconds \(Int((clock.now - start) / .seconds(1)))")
    }

    @Test("the same schedule gives the same frames", arguments: 0..<10)
    func determinism(seed: UInt64) {
        let frames = (0..<2).map { _ in
            var run = FaultRun(FaultSchedule(seed: seed))
            run.play()
            return run.plant.output.frames
        }
        #expect(frames[0] == frames[1])
        #expect(frames[0].count > 100)
    }

    @Test("a failing schedule shrinks to the one fault that makes it fail, and can be read as Swift")
    func shrinking() throws {
        // Wrong on purpose: a bus that is down for at least a second is no failure.
        func fails(_ schedule: FaultSchedule) -> Bool {
            schedule.faults.contains { $0.kind == .canDown && $0.lasts >= 1_000 }
        }
        let seed = try #require((0..<200).first { fails(FaultSchedule(seed: $0)) })
        let schedule = FaultSchedule(seed: seed)
        let small = Shrinker.smallest(schedule, fails)
        #expect(small.faults.count == 1)
        let fault = try #require(small.faults.first)
        #expect(fault.kind == .canDown && (1_000..<2_000).contains(fault.lasts))
        #expect(fault.at == 0 && fault.amount == 1 && small.packs == 1)
        #expect(small.description.contains("LineFault(kind: .canDown, at: 0, lasts: \(fault.lasts), "))
    }

    @Test("the shrinker does not try for ever and never gives back a schedule that passes")
    func bounds() {
        let schedule = FaultSchedule(seed: 3)
        var tries = 0
        let same = Shrinker.smallest(schedule, tries: 25) { _ in
            tries += 1
            return false
        }
        #expect(same == schedule)
        #expect(tries <= 25)
    }
}
