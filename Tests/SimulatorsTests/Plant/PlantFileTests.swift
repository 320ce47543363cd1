import BatteryModel
import ChargeControl
import Glibc
import Settings
import Simulators
import Testing
import YAMLFile

private let folder = String("\(#filePath)".dropLast("Tests/SimulatorsTests/Plant/PlantFileTests.swift".count))

private func read(_ text: String) throws(SettingsProblems) -> PlantScenario {
    try PlantScenario.read(bytes: Array(text.utf8), file: "test.yaml", limits: LimitsSection.read)
}

private func shipped() -> [String] {
    guard let directory = opendir(folder + "examples/plant") else { return [] }
    defer { closedir(directory) }
    var names: [String] = []
    while let entry = readdir(directory) {
        let name = withUnsafeBytes(of: entry.pointee.d_name) {
            String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self)
        }
        if name.hasSuffix(".yaml") { names.append(name) }
    }
    return names.sorted()
}

private let sound = """
    duration: 1 h
    packs:
      - capacity: 280 Ah
        charge_current: 100 A
        discharge_current: 100 A
    limits:
      charge_current: 200 A
      discharge_current: 200 A

    """

@Suite("A scenario file") struct PlantFileTests {
    @Test("everything in it is read") func whole() throws {
        let scenario = try read(
            """
            start: 7:30
            duration: 2 d 3 h 30 min
            step: 2 s
            seed: 42
            packs:
              - count: 2
                cells: 15
                capacity: 100 Ah
                charge_current: 50 A
                discharge_current: 60 A
                soc: 33 %
                true_capacity: 91 %
                balancer: passive
                weak_cells: [{cell: 4, leak: 20 mA, soc: -2 %}]
                bms: {charge_current: 70 A, over_voltage: 3.7 V}
            limits: {charge_current: 90 A, discharge_current: 80 A, hold: 10 s}
            inverter: {behaviour: ignores_ccl, charge_power: 3 kW, patience: 1 min}
            sun: {peak: 5 kW, day: 9 h 30 min, clouds: 40 %}
            load: {steps: {"6:00": 400 W, "18:00": 2 kW}}
            ambient: {night: -5 °C, day: 10.5 °C}
            events:
              - {at: 1 h, do: pack_back, pack: 2}
              - {at: 30 min, do: inverter, behaviour: overshoots, overshoot: 200 mV}
              - {at: 30 min, do: sun, power: 1 kW}
              - {at: 40 min, do: sun}
            expect:
              highest_cell: below 3.60 V
              bms_cut_offs: 0
              alarms: [pack_lost]
            """)
        #expect(scenario.name == "test" && scenario.seed == 42 && scenario.step == .seconds(2))
        #expect(scenario.start == .seconds(27_000) && scenario.duration == .seconds(51 * 3_600 + 1_800))
        #expect(scenario.packs.count == 2 && scenario.packs[1].control.cells == 15)
        #expect(scenario.packs[0].settings[.chargeLimit] == 70_000)
        #expect(scenario.packs[0].settings[.dischargeLimit] == 75_000)
        #expect(
            scenario.packs[0].weakCells == [WeakCell(index: 3, socOffsetPermille: -20, leakMilliamps: 20)])
        #expect(scenario.packs[0].traits.trueCapacityPermille == 910)
        #expect(
            scenario.control.holdAfterFall == .seconds(10) && scenario.control.bankChargeMilliamps == 90_000)
        #expect(scenario.inverter.readings.contains(.ignoresCCL) && scenario.inverter.chargeWatts == 3_000)
        #expect(scenario.inverter.onSilence == .stops(after: .seconds(60)))
        #expect(scenario.load.steps.map(\.watts) == [400, 2_000])
        #expect(scenario.ambient == AmbientProfile(nightDecicelsius: -50, dayDecicelsius: 105))
        #expect(scenario.events.map(\.at) == [1_800, 1_800, 2_400, 3_600].map { .seconds($0) })
        #expect(scenario.events[1].action == .sun(1_000) && scenario.events[2].action == .sun(nil))
        #expect(scenario.expectations.count == 3)
        #expect(
            scenario.expectations.contains(PlantExpectation(.figure("highest_cell", .below, 3_600))))
    }

    @Test(
        "what is wrong is told with line and column, and what to do",
        arguments: [
            ("packs: []", "1:1: 'duration' is missing"), ("packs: []", "1:8: no packs"),
            (sound + "sun: {peak: 5}", "9:13: 'peak' is '5', without a unit"),
            (sound + "sun: {peek: 5 kW}", "did you mean 'peak'?"),
            (sound + "start: 25:00", "9:8: 'start' is '25:00'"),
            (sound + "step: 3 s", "9:7: 'step' is '3 s'"),
            (sound + "inverter: {behaviour: ignore_ccl}", "did you mean 'ignores_ccl'?"),
            (sound + "events: [{at: 2 h, do: link_cut}]", "the scenario is over after 1 h"),
            (sound + "events: [{at: 5 min, do: pack_silent}]", "'pack' is missing"),
            (sound + "events: [{at: 5 min, do: pack_silent, pack: 2}]", "9:45: 'pack' is '2'"),
            (sound + "events: [{at: 5 min, do: link_cut, pack: 1}]", "unknown key 'pack'"),
            (sound + "events: [{at: soon, do: link_cut}]", "9:15: 'at' is 'soon'"),
            (sound + "events: [{at: 5 min 3, do: link_cut}]", "without a unit"),
            (sound + "expect: {highest_cell: under 3 V}", "9:24: 'highest_cell' is 'under 3 V'"),
            (sound + "expect: {bms_cut_offs: at most few}", "it is a whole number"),
            (sound + "expect: {alarms: [pack_gone]}", "9:19: an alarm of 'alarms' is 'pack_gone'"),
            (sound + "limits: {}", "the key 'limits' stands twice"),
            (sound.replacing("200 A", with: "200 V"), "7:19: 'charge_current' is '200 V'"),
            (sound.replacing("280 Ah", with: "-1 Ah"), "3:15: 'capacity' is '-1 Ah'"),
        ])
    func wrong(text: String, expected: String) {
        let problems = #expect(throws: SettingsProblems.self) { try read(text) }
        #expect(problems?.description.contains(expected) == true, "\(problems?.description ?? "")")
    }

    @Test(
        "every scenario that is shipped is sound, says what it shows, and keeps what it expects",
        arguments: shipped())
    func examples(name: String) throws {
        let path = folder + "examples/plant/" + name
        let bytes = try YAMLText.contents(of: path)
        #expect(bytes.first == UInt8(ascii: "#"), "its first line says what it shows")
        var scenario = try PlantScenario.read(bytes: bytes, file: path, limits: LimitsSection.read)
        #expect(!scenario.expectations.isEmpty)
        guard !isDebug else {
            // Unoptimised it takes a hundred times as long; that it runs is enough.
            scenario.duration = .seconds(300)
            var plant = Plant(scenario)
            plant.run()
            #expect(plant.report.total.cutOffs == 0)
            return
        }
        let report = Plant.run(scenario)
        for expectation in scenario.expectations {
            let outcome = expectation.outcome(in: report)
            #expect(outcome.holds, "\(outcome.expected), measured \(outcome.measured)")
        }
    }

    private var isDebug: Bool {
        var isDebug = false
        assert(
            {
                isDebug = true
                return true
            }())
        return isDebug
    }

    @Test("a sound file with a few bytes changed is read or told to be a problem") func noise() throws {
        var state: UInt64 = 1
        for name in shipped() {
            let bytes = try YAMLText.contents(of: folder + "examples/plant/" + name)
            for _ in 0..<40 {
                var changed = bytes
                for _ in 0..<3 {
                    state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
                    let place = Int(state >> 33) % changed.count
                    changed[place] = UInt8(truncatingIfNeeded: state >> 25) & 0x7F
                }
                do throws(SettingsProblems) {
                    let scenario = try PlantScenario.read(
                        bytes: changed, file: "noise", limits: LimitsSection.read)
                    var plant = Plant(scenario)
                    for _ in 0..<5 { plant.step() }
                } catch {
                    #expect(!error.problems.isEmpty)
                }
            }
        }
    }

    @Test("the file in the documentation is sound, and every word that can be written is explained there")
    func documented() throws {
        let page = String(decoding: try YAMLText.contents(of: folder + "docs/plant.md"), as: UTF8.self)
        let parts = page.split(separator: "```yaml\n")
        let example = try #require(parts.last?.split(separator: "```").first)
        #expect(try read(String(example)).packs.count == 2)
        let words = PlantFigure.all.map(\.key) + InverterBehaviour.all.map(\.name)
        for word in words + PlantScenario.eventWords { #expect(page.contains("`\(word)`"), "\(word)") }
    }

    @Test("there is a scenario for each thing that must be shown") func complete() {
        let names = shipped()
        for name in [
            "winter-week", "unequal-packs", "weak-cell", "pack-lost", "ignores-ccl", "cold-morning",
            "comm-loss-packs", "comm-loss-inverter", "clock-jump", "restart-in-absorption", "stuck-soc",
        ] { #expect(names.contains(name + ".yaml")) }
    }
}
