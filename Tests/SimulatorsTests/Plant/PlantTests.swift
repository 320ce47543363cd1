import BatteryModel
import ChargeControl
import Simulators
import Testing

/// A plant with a few equal packs under a clear sky.
func sunny(packs: Int = 3, soc: Int32 = 500, hours: Int64 = 2, watts: Int32 = 8_000) -> PlantScenario {
    let pack = PlantScenario.Pack(
        control: PackSettings(
            cells: 16, capacityMilliampHours: 280_000, chargeMilliamps: 100_000, dischargeMilliamps: 100_000),
        socPermille: soc, settings: [.chargeLimit: 125_000, .dischargeLimit: 125_000])
    var scenario = PlantScenario(
        name: "sunny", packs: Array(repeating: pack, count: packs),
        control: ControlSettings(bankChargeMilliamps: 200_000, bankDischargeMilliamps: 200_000))
    scenario.start = .seconds(10 * 3_600)
    scenario.duration = .seconds(hours * 3_600)
    scenario.events = [PlantEvent(at: .zero, .sun(watts)), PlantEvent(at: .zero, .load(0))]
    return scenario
}

@Suite("A plant") struct PlantTests {
    @Test("what the sun gives goes into the packs, within the limits") func charges() throws {
        let report = Plant.run(sunny(hours: 1))
        #expect((7_000...8_100).contains(report.total.chargedWattHours))
        #expect(report.total.socEndPermille > report.total.socStartPermille + 150)
        #expect(report.total.cutOffs == 0 && report.overChargeSeconds == 0)
        #expect(try #require(report.energyPermille) > 980)
        #expect(report.alarms.isEmpty && report.inverterStops == 0)
    }

    @Test("the same seed gives the same report, another one another") func determinism() {
        var scenario = sunny(hours: 1)
        scenario.events = []
        scenario.start = .seconds(9 * 3_600)
        scenario.sun = SunProfile(peakWatts: 8_000, cloudPermille: 500)
        scenario.load = LoadProfile(baseWatts: 300, morningWatts: 800)
        let first = Plant.run(scenario)
        let second = Plant.run(scenario)
        #expect(first.total == second.total && first.notes == second.notes && first.days == second.days)
        scenario.seed = 2
        #expect(Plant.run(scenario).total != first.total)
    }

    @Test("a pack that falls silent is lost after ten seconds, and is back when it answers") func packLost() {
        var scenario = sunny(hours: 1)
        scenario.events += [
            PlantEvent(at: .seconds(600), .packSilent(1)), PlantEvent(at: .seconds(900), .packBack(1)),
        ]
        let report = Plant.run(scenario)
        #expect(report.alarms.map(\.kind).sorted { $0.rawValue < $1.rawValue } == [.packStale, .packLost])
        let lost = report.notes.first { $0.what == .alarm(.packLost, .warning) }
        #expect(lost?.at == .seconds(611))
        #expect(report.notes.contains { $0.what == .alarmEnds(.packLost) && $0.at == .seconds(901) })
    }

    @Test("with no pack heard the inverter gets zeros, then nothing, and stops") func bankLost() {
        var scenario = sunny(packs: 1, hours: 1)
        scenario.events += [PlantEvent(at: .seconds(600), .packSilent(0))]
        var plant = Plant(scenario)
        while plant.elapsed < .seconds(640) { plant.step() }
        #expect(plant.verdict?.state == .silent && plant.inverter.milliamps == 0 && plant.bank.milliamps == 0)
        #expect(plant.report.inverterStops == 1)
    }

    @Test("a link that is cut, a gateway that sleeps and one that restarts stop the inverter")
    func gatewayGone() {
        let gaps: [[PlantEvent.Action]] = [
            [.linkCut(true)], [.asleep(.seconds(60))], [.restart(.seconds(60))],
        ]
        for actions in gaps {
            var scenario = sunny(packs: 1, hours: 1)
            scenario.events += actions.map { PlantEvent(at: .seconds(600), $0) }
            scenario.events.append(PlantEvent(at: .seconds(660), .linkCut(false)))
            var plant = Plant(scenario)
            while plant.elapsed < .seconds(630) { plant.step() }
            #expect(plant.inverter.milliamps == 0)
            while plant.elapsed < .seconds(900) { plant.step() }
            #expect(plant.inverter.milliamps > 50_000)
            #expect(plant.report.inverterStops == 1)
        }
    }

    @Test("the wall clock moves nothing but itself") func clockJump() {
        var scenario = sunny(hours: 1)
        let calm = Plant.run(scenario)
        scenario.events.append(PlantEvent(at: .seconds(600), .clockJump(.seconds(-86_400))))
        let jumped = Plant.run(scenario)
        #expect(jumped.total == calm.total)
    }

    @Test("an inverter that ignores CCL is seen, and one that obeys is not") func overLimit() {
        var scenario = sunny(packs: 1, hours: 1, watts: 6_000)
        scenario.control.bankChargeMilliamps = 50_000
        #expect(Plant.run(scenario).overChargeSeconds == 0)
        scenario.inverter.readings.insert(.ignoresCCL)
        scenario.control.supervision.action = .alarm
        let report = Plant.run(scenario)
        #expect(report.overChargeSeconds > 3_500)
        #expect(report.worstOfPack.chargePermille > 1_050)
        scenario.control.supervision.action = .lowerVoltage
        #expect(Plant.run(scenario).overChargeSeconds < 2_000)
    }

    @Test("a perfect control keeps the highest cell at its voltage, and no BMS cuts off") func perfect() {
        var scenario = sunny(soc: 930, hours: 3)
        scenario.packs[1].weakCells = [WeakCell(index: 4, capacityPermille: 950, socOffsetPermille: 20)]
        var plant = Plant(scenario, under: .perfect)
        plant.run()
        #expect(plant.report.total.highestCellMillivolts < 3_452)
        #expect(plant.report.total.highestCellMillivolts > 3_448)
        #expect(plant.report.total.cutOffs == 0)
    }

    @Test("a cut-off is counted with its pack and its reason") func cutOff() {
        var scenario = sunny(packs: 2, soc: 960, hours: 2)
        scenario.inverter.readings = [.ignoresCCL, .ignoresCVL]
        let report = Plant.run(scenario)
        #expect(report.total.cutOffs >= 2)
        #expect(Set(report.cutOffs.map(\.kind)) == [.cellOverVoltage])
        #expect(Set(report.cutOffs.map(\.pack)) == [0, 1])
    }

    @Test("notes are kept up to a number, and the rest is counted") func notes() {
        var scenario = sunny(packs: 1, hours: 1)
        scenario.events += (0..<700).map { PlantEvent(at: .seconds(60 + $0), .clockJump(.seconds(1))) }
        let report = Plant.run(scenario)
        #expect(report.notes.count == PlantReport.maximumNotes && report.droppedNotes >= 200)
    }
}

@Suite("The days of a plant") struct ProfileTests {
    private func powers(_ scenario: PlantScenario, hours: Range<Int64>) -> [(sun: Double, load: Double)] {
        hours.map { hour in
            var scenario = scenario
            scenario.start = .seconds(hour * 3_600)
            var plant = Plant(scenario)
            plant.step()
            return (plant.sunWatts, plant.loadWatts)
        }
    }

    @Test("the sun rises, is highest at noon and sets; clouds only take") func sun() {
        var scenario = sunny()
        scenario.events = []
        scenario.sun = SunProfile(peakWatts: 5_000, dayLength: .seconds(10 * 3_600))
        let clear = powers(scenario, hours: 0..<24).map(\.sun)
        #expect(clear[6] == 0 && clear[18] == 0 && abs(clear[12] - 5_000) < 1 && clear[9] > 2_000)
        scenario.sun.cloudPermille = 600
        let cloudy = powers(scenario, hours: 0..<24).map(\.sun)
        #expect(zip(clear, cloudy).allSatisfy { $0 >= $1 } && cloudy[12] < 5_000)
    }

    @Test("the house draws most in the evening, or what its steps say") func load() {
        var scenario = sunny()
        scenario.events = []
        scenario.load = LoadProfile(baseWatts: 200, morningWatts: 500, eveningWatts: 3_000)
        let day = powers(scenario, hours: 0..<24).map(\.load)
        #expect(day[19] > 1_800 && day[3] < 270 && day[3] > 130)
        scenario.load.steps = [
            .init(from: .seconds(6 * 3_600), watts: 100), .init(from: .seconds(18 * 3_600), watts: 900),
        ]
        let steps = powers(scenario, hours: 0..<24).map(\.load)
        #expect(steps[3] == 900 && steps[6] == 100 && steps[17] == 100 && steps[18] == 900)
    }
}
