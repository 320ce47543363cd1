import BatteryModel
import Simulators
import Testing

@Suite("Scenarios") struct ScenarioTests {
    @Test("times rise, nothing comes after the end, and every step has a sentence", arguments: Scenario.all)
    func order(scenario: Scenario) {
        #expect(scenario.steps.map(\.after) == scenario.steps.map(\.after).sorted())
        #expect(scenario.steps.allSatisfy { $0.after < scenario.duration && $0.sentence.hasSuffix(".") })
        #expect(scenario.steps.first?.after == .zero)
        #expect(Scenario.named(scenario.name) == scenario)
    }

    @Test("the names are those of the manual") func names() {
        #expect(
            Scenario.all.map(\.name) == ["calm", "cell-high", "pack-silent", "inverter-silent", "tour"])
        #expect(Scenario.named("no such") == nil)
    }

    @Test("what is due is given once, however time passes", arguments: Scenario.all)
    func due(scenario: Scenario) {
        for stride in [Int64(100), 1_000, 7_300, 200_000] {
            var given: [Scenario.Step] = []
            var earlier: Interval?
            var now = Interval.zero
            while earlier ?? .zero < scenario.duration {
                given += scenario.due(after: earlier, upTo: now)
                earlier = now
                now = now + .milliseconds(stride)
            }
            #expect(given == scenario.steps)
        }
    }

    @Test("a scenario does to the packs what it says, and undoes it") func playing() throws {
        var core = SimulationCore(
            bank: SimulatedBank(SimulatedPack.row(count: 3, at: start)), at: start)
        core.apply(.play(try #require(Scenario.named("cell-high"))), at: start)
        #expect(core.sentence != nil)
        var highest: [Double] = []
        for second in Int64(1)...60 {
            core.advance(to: start + .seconds(second))
            highest.append(core.bank.packs[0].cellMillivolts(4))
        }
        #expect(highest[18] == 3_520 && highest[3] < 3_400 && highest[44] < 3_400)
        #expect(core.bank.milliamps > 59_000 && core.scenario == nil)
    }
}
