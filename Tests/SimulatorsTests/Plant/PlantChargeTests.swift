import BatteryModel
import ChargeControl
import Simulators
import Testing

/// A nearly full bank under a clear sky, which is full within the hour.
private func nearlyFull(hours: Int64 = 2) -> PlantScenario { sunny(packs: 2, soc: 960, hours: hours) }

@Suite("How a plant is charged") struct PlantChargeTests {
    @Test("stages come in their order, take their time, and end in a full charge") func stages() throws {
        let report = Plant.run(nearlyFull())
        let charge = report.charge
        #expect(charge.stages == [.bulk, .absorption, .float])
        #expect((900...1_900).contains(charge.stageSeconds[Int(ChargeStage.absorption.rawValue)]))
        #expect(charge.stageSeconds.reduce(0, +) == 7_200)
        let full = try #require(charge.fullAt.first)
        #expect(charge.fullAt.count == 1)
        let notes = report.notes.filter { $0.at == full }.map(\.what)
        #expect(notes == [.full, .stage(.float)])
        #expect(try #require(charge.socWhenFullPermille) >= 970)
        #expect(charge.socErrorPermille < 50 && charge.underBankMillivolts < 100)
    }

    /// How long after the beginning the bank was full, with a restart in the middle of absorption.
    private func full(_ restart: PlantEvent.Action?) throws -> Interval {
        var scenario = nearlyFull()
        let calm = Plant.run(scenario)
        let began = try #require(calm.notes.first { $0.what == .stage(.absorption) })
        if let restart { scenario.events.append(PlantEvent(at: began.at + .seconds(600), restart)) }
        return try #require(Plant.run(scenario).charge.fullAt.first)
    }

    @Test("a restart in absorption costs little; where nothing was written down it begins anew")
    func restart() throws {
        let calm = try full(nil)
        let restarted = try full(.restart(.seconds(20)))
        let forgetful = try full(.restart(.seconds(20), forgets: true))
        #expect(restarted - calm < .seconds(240))
        #expect(forgetful - calm > .seconds(480))
    }

    @Test("while somebody else speaks as the battery nothing flows") func secondBattery() {
        var scenario = sunny(hours: 1)
        scenario.events.append(PlantEvent(at: .seconds(600), .secondBattery(.seconds(60))))
        var plant = Plant(scenario)
        while plant.elapsed < .seconds(640) { plant.step() }
        #expect(abs(plant.bank.milliamps) < 500 && plant.verdict?.charge.winner.rule == .secondBattery)
        plant.run()
        #expect(plant.inverter.milliamps > 50_000)
        #expect(plant.report.alarms.map(\.kind) == [.secondBattery])
    }

    @Test("orders hold for their time, over a restart too") func orders() {
        var scenario = sunny(hours: 2)
        scenario.events += [
            PlantEvent(at: .seconds(600), .order(.pauseCharge, milliamps: 0, for: .seconds(1_200))),
            PlantEvent(at: .seconds(900), .restart(.seconds(15))),
            PlantEvent(at: .seconds(3_600), .order(.capCharge, milliamps: 20_000, for: .seconds(600))),
        ]
        var plant = Plant(scenario)
        var milliamps: [Int64: Int32] = [:]
        while !plant.isOver {
            plant.step()
            milliamps[plant.elapsed.seconds] = plant.inverter.milliamps
        }
        for second in [660, 1_000, 1_780] as [Int64] {
            #expect(milliamps[second].map { abs($0) < 500 } == true)
        }
        for second in [590, 2_000, 3_590, 4_400] as [Int64] { #expect((milliamps[second] ?? 0) > 50_000) }
        #expect(milliamps[3_700].map { (19_000...20_100).contains($0) } == true)
    }

    @Test("an acknowledgement lets a gateway send again that has stopped") func acknowledged() {
        var scenario = sunny(packs: 2, hours: 1)
        scenario.control.bankChargeMilliamps = 50_000
        scenario.control.supervision.action = .stop
        scenario.inverter.readings.insert([.ignoresCCL, .ignoresCVL])
        scenario.events += [
            PlantEvent(at: .seconds(900), .behaviour(InverterBehaviour())),
            PlantEvent(at: .seconds(1_800), .acknowledge),
        ]
        var plant = Plant(scenario)
        while plant.elapsed < .seconds(600) { plant.step() }
        #expect(plant.verdict?.state == .stopped && plant.inverter.milliamps == 0)
        while plant.elapsed < .seconds(1_790) { plant.step() }
        #expect(plant.verdict?.state == .stopped)
        plant.run()
        #expect(plant.verdict?.state == .running && plant.inverter.milliamps > 40_000)
    }

    @Test("the time of day that the control hears is that of the plant, jumps included") func wall() {
        var scenario = sunny(packs: 1, hours: 1)
        scenario.events.append(PlantEvent(at: .seconds(600), .clockJump(.seconds(-7_200))))
        var plant = Plant(scenario)
        plant.step()
        #expect(plant.wall.secondOfDay == 10 * 3_600 + 1)
        while plant.elapsed < .seconds(700) { plant.step() }
        #expect(plant.wall.secondOfDay == 8 * 3_600 + 700)
    }

    @Test("a figure of the charge can be expected, and so can the order of the stages") func expected() {
        let report = Plant.run(nearlyFull())
        let demands: [(PlantExpectation.Demand, Bool)] = [
            (.stages([.bulk, .float]), true), (.stages([.float, .bulk]), false),
            (.figure("full_charges", .exactly, 1), true), (.figure("absorption", .atLeast, 900_000), true),
            (.figure("first_full_charge", .below, 600_000), false),
        ]
        for (demand, holds) in demands {
            #expect(PlantExpectation(demand).outcome(in: report).holds == holds)
        }
    }
}
