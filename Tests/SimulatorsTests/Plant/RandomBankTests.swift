import BatteryModel
import ChargeControl
import Foundation
import Simulators
import TestSupport
import Testing

/// A day of a bank of unequal packs, drawn from a seed.
struct RandomBank {
    var scenario: PlantScenario

    init(seed: UInt64) {
        var random = SeededRandom(seed: seed ^ 0xBA_2C_17)
        func draw(_ range: ClosedRange<Int32>) -> Int32 { Int32.random(in: range, using: &random) }
        let count = draw(2...6)
        let soc = draw(250...600)
        let packs = (0..<count).map { _ in Self.pack(soc: soc, draw) }
        let charge = packs.reduce(0) { $0 + $1.control.chargeMilliamps }
        let discharge = packs.reduce(0) { $0 + $1.control.dischargeMilliamps }
        scenario = PlantScenario(
            name: "seed \(seed)", packs: packs,
            control: ControlSettings(
                bankChargeMilliamps: charge / 1_000 * draw(500...1_000),
                bankDischargeMilliamps: discharge / 1_000 * draw(500...1_000)))
        scenario.seed = seed
        scenario.start = .seconds(5 * 3_600)
        let kilowatts = charge / 20_000
        scenario.sun = SunProfile(
            peakWatts: max(kilowatts * draw(200...1_200), 500),
            dayLength: .seconds(Int64(draw(10...15)) * 3_600),
            cloudPermille: draw(0...500))
        let load = kilowatts * 100
        scenario.load = LoadProfile(
            baseWatts: draw(50...max(load, 51)), morningWatts: draw(50...max(load, 51)),
            eveningWatts: draw(50...max(load * 3, 51)))
        scenario.inverter.lag = .milliseconds(Int64(draw(0...4_000)))
        scenario.inverter.chargeWatts = 100_000
        scenario.inverter.dischargeWatts = 100_000
        for _ in 0..<draw(0...6) {
            let at = Interval.seconds(Int64(draw(4 * 3_600...14 * 3_600)))
            scenario.events.append(PlantEvent(at: at, .load(kilowatts * draw(0...600))))
            scenario.events.append(PlantEvent(at: at + .seconds(Int64(draw(5...900))), .load(nil)))
        }
        scenario.events.sort { $0.at < $1.at }
    }

    /// The same with packs that may take a tenth less: that much the control keeps back.
    var reserved: PlantScenario {
        var scenario = scenario
        for index in scenario.packs.indices {
            scenario.packs[index].control.chargeMilliamps =
                scenario.packs[index].control.chargeMilliamps / 10 * 9
        }
        return scenario
    }

    private static func pack(soc: Int32, _ draw: (ClosedRange<Int32>) -> Int32) -> PlantScenario.Pack {
        let ampHours = draw(50...300)
        var traits = PackTraits()
        traits.trueCapacityPermille = draw(850...1_000)
        traits.resistancePermille = draw(500...1_500)
        traits.capacitySpreadPermille = draw(0...20)
        traits.socSpreadPermille = draw(0...10)
        traits.leadMicroohms = draw(200...2_000)
        traits.socErrorPermille = draw(-50...50)
        let (charge, discharge) = (ampHours * draw(300...700), ampHours * draw(300...1_000))
        return PlantScenario.Pack(
            control: PackSettings(
                cells: 16, capacityMilliampHours: ampHours * 1_000, chargeMilliamps: charge,
                dischargeMilliamps: discharge),
            socPermille: soc + draw(-30...30), traits: traits,
            settings: [.chargeLimit: charge / 4 * 5, .dischargeLimit: discharge / 4 * 5])
    }
}

/// What one day of a random bank was like.
struct RandomBankDay: Sendable {
    var seed: UInt64
    /// What was charged until the bank was full, as a part of what a perfect control would have charged by then.
    var energyPermille: Double
    var highestCell: Double
    var cutOffs: Int
    var reversals: Int
    var fullCharges: Int
    var socWhenFull: Double?
    /// The largest part of what a pack may carry, in thousandths.
    var worstOfPack = 0.0

    init(seed: UInt64) {
        let bank = RandomBank(seed: seed)
        var plant = Plant(bank.scenario)
        var charged: (wattHours: Double, until: Interval)?
        while !plant.isOver {
            plant.step()
            if charged == nil, plant.isOver || !plant.report.charge.fullAt.isEmpty {
                charged = (plant.report.total.chargedWattHours, plant.elapsed)
            }
            for index in plant.bank.packs.indices {
                let milliamps = plant.bank.packs[index].milliamps
                let own = bank.scenario.packs[index].control
                let most = milliamps > 0 ? own.chargeMilliamps : own.dischargeMilliamps
                worstOfPack = max(worstOfPack, Double(abs(milliamps)) / Double(most) * 1_000)
            }
        }
        var perfect = Plant(bank.reserved, under: .perfect)
        while let charged, perfect.elapsed < charged.until { perfect.step() }
        let report = plant.report
        let most = perfect.report.total.chargedWattHours
        self.seed = seed
        energyPermille = most > 100 ? (charged?.wattHours ?? 0) / most * 1_000 : 1_000
        highestCell = report.total.highestCellMillivolts
        cutOffs = report.total.cutOffs
        reversals = report.reversalsInWorstHour
        fullCharges = report.charge.fullAt.count
        socWhenFull = report.charge.socWhenFullPermille
    }
}

@Suite("Random banks of unequal packs")
struct RandomBankTests {
    /// Of what a perfect control would have charged that keeps a tenth back too, in thousandths.
    private static let leastEnergyPermille = 980.0
    private static let mostReversals = 20

    /// As many days as there are in so many steps; `long` is 300 of them.
    private static func count(_ asked: String?) -> UInt64 {
        asked == "long" ? 300 : max(asked.flatMap(UInt64.init).map { $0 / 86_400 } ?? 4, 1)
    }

    /// Banks that found mistakes in earlier controls; they are tried every time.
    private static let found: [UInt64] = [9, 198, 282]

    @Test("no BMS cuts off, no pack has more than it may, the sun is used, and the limits do not hunt")
    func days() async {
        let asked = ProcessInfo.processInfo.environment
        let one = asked["BUSBAR_PROVE_SEED"].flatMap(UInt64.init)
        let seeds = one.map { $0..<$0 + 1 } ?? 0..<Self.count(asked["BUSBAR_PROVE"])
        let others = one == nil ? Self.found.filter { !seeds.contains($0) } : []
        let lanes: UInt64 = 2
        let days = await withTaskGroup(of: [RandomBankDay].self) { group in
            for lane in 0..<lanes {
                group.addTask {
                    (others + seeds).enumerated().filter { UInt64($0.offset) % lanes == lane }
                        .map { RandomBankDay(seed: $0.element) }
                }
            }
            return await group.reduce(into: []) { $0 += $1 }
        }
        for day in days {
            #expect(day.cutOffs == 0, "a BMS had to cut: \(day)")
            #expect(day.highestCell < 3_600, "a cell came close to its protection: \(day)")
            #expect(day.worstOfPack <= 1_000, "a pack had more than it may: \(day)")
            #expect(day.energyPermille >= Self.leastEnergyPermille, "too careful: \(day)")
            #expect(day.reversals <= Self.mostReversals, "hunting: \(day)")
            #expect(day.socWhenFull ?? 1_000 >= 970, "full too early: \(day)")
        }
        print(
            "PROOF banks \(days.count) seeds \(seeds) energy \(Int(days.map(\.energyPermille).min() ?? 0))",
            "cell \(Int(days.map(\.highestCell).max() ?? 0)) turns \(days.map(\.reversals).max() ?? 0)",
            "pack \(Int(days.map(\.worstOfPack).max() ?? 0))",
            "full \(days.filter { $0.fullCharges > 0 }.count)")
    }
}
