import BatteryModel
import ChargeControl
import Foundation
import Simulators
import TestSupport
import Testing

@Suite("Random plants under the sun")
struct PlantProofTests {
    /// What one day was like.
    struct Day: Sendable {
        var seed: UInt64
        var energyPermille: Double
        var highestCell: Double
        var cutOffs: Int
        var reversals: Int
        var worstOfPack: Double
    }

    /// So far from what a perfect control would have charged, in thousandths.
    private static let leastEnergyPermille = 980.0
    /// CCL or DCL turn no more often than this within an hour.
    private static let mostReversals = 12

    @Test("no cell reaches the protection of its BMS, the sun is used, and the limits do not hunt")
    func days() async {
        let asked = ProcessInfo.processInfo.environment
        let seeds: Range<UInt64> =
            asked["BUSBAR_PROVE_SEED"].flatMap(UInt64.init).map { $0..<$0 + 1 }
            ?? 0..<(asked["BUSBAR_PROVE"] == "long" ? 100 : 3)
        let lanes: UInt64 = 2
        let days = await withTaskGroup(of: [Day].self) { group in
            for lane in 0..<lanes {
                group.addTask { seeds.filter { $0 % lanes == lane }.map(Self.day) }
            }
            return await group.reduce(into: []) { $0 += $1 }
        }
        for day in days {
            #expect(day.cutOffs == 0, "a BMS had to cut: \(day)")
            #expect(day.highestCell < 3_650, "a cell came to its protection: \(day)")
            #expect(day.energyPermille >= Self.leastEnergyPermille, "too careful: \(day)")
            #expect(day.reversals <= Self.mostReversals, "hunting: \(day)")
            #expect(day.worstOfPack <= 1_000, "more than a pack may carry: \(day)")
        }
        let least = days.map(\.energyPermille).min() ?? 0
        let highest = days.map(\.highestCell).max() ?? 0
        let reversals = days.map(\.reversals).max() ?? 0
        print(
            "PROOF plants \(days.count) seeds \(seeds) energy \(Int(least)) cell \(Int(highest)) turns \(reversals)"
        )
    }

    private static func day(seed: UInt64) -> Day {
        let scenario = scenario(seed: seed)
        let report = Plant.run(scenario)
        return Day(
            seed: seed, energyPermille: report.energyPermille ?? 0,
            highestCell: report.total.highestCellMillivolts, cutOffs: report.total.cutOffs,
            reversals: report.reversalsInWorstHour, worstOfPack: report.worstOfPack.chargePermille)
    }

    /// One to four packs of one making, not quite equal, on a day with more or less sun.
    private static func scenario(seed: UInt64) -> PlantScenario {
        var random = SeededRandom(seed: seed ^ 0x50_1A12)
        let count = Int32.random(in: 1...4, using: &random)
        let packs = (0..<count).map { _ in
            var traits = PackTraits()
            traits.capacitySpreadPermille = Int32.random(in: 0...20, using: &random)
            traits.socSpreadPermille = Int32.random(in: 0...10, using: &random)
            traits.resistancePermille = Int32.random(in: 900...1_100, using: &random)
            return PlantScenario.Pack(
                control: PackSettings(
                    cells: 16, capacityMilliampHours: 280_000, chargeMilliamps: 140_000,
                    dischargeMilliamps: 140_000),
                socPermille: 400, traits: traits, settings: [.chargeLimit: 160_000, .dischargeLimit: 160_000])
        }
        var scenario = PlantScenario(
            name: "seed \(seed)", packs: packs,
            control: ControlSettings(
                bankChargeMilliamps: 110_000 * count, bankDischargeMilliamps: 110_000 * count))
        scenario.seed = seed
        scenario.sun = SunProfile(
            peakWatts: Int32.random(in: 2_000...5_000, using: &random) * count,
            cloudPermille: Int32.random(in: 0...600, using: &random))
        scenario.load = LoadProfile(baseWatts: 300, morningWatts: 500, eveningWatts: 1_500)
        return scenario
    }
}
