import BatteryModel
import Gateway
import LinuxIO
import Reporting
import Settings
import Simulators
import YAMLFile

/// `busbar demo`.
struct DemoCommand: Command {
    static let name = "demo"
    static let summary = "Show batteries, gateway and inverter at work, without hardware"
    static let about = """
        Plays three JK-PB packs on one RS485 line and an inverter that speaks Pylontech behind an SLCAN adapter, each \
        on a pseudo-terminal, and runs the real gateway between them. Nothing but this process is touched.

        On a terminal it draws a live picture and takes keys: h lets a cell run high, s silences a pack, i silences \
        the inverter, c and d charge and discharge, r puts everything right, q ends. Anywhere else it writes one \
        line a second and the events, and ends by itself.

        So that a minute shows something, limits rise again after 5 s instead of 30 s, and by 20 A/s instead of 5.
        """
    static let examples = [
        Example("Try the keys", "busbar demo"),
        Example("Watch a cell run high, in a pipe", "busbar demo --scenario cell-high --seconds 45 | cat"),
    ]

    private let scenario: Scenario?
    private let length: Interval?

    init(_ arguments: inout Arguments) throws(UsageError) {
        let name = try arguments.option(
            "--scenario", of: ScenarioName.self, "play a script instead of waiting for keys")
        scenario = name?.scenario
        length = try arguments.option(
            "--seconds", of: Interval.self, "end after this time; without a terminal 60 s if left out")
        try arguments.finish()
    }

    func run(_ console: Console) throws(CommandFailure) -> ExitCode {
        do throws(SystemError) {
            // Before the first thread: it decides which signals all of them leave alone.
            let signals = try TerminationSignals()
            let simulation = try Simulation(SimulationPlan(speed: 20))
            defer { simulation.stop() }
            let configuration = GatewayConfiguration(settings(simulation))
            let stage = try DemoStage(simulation, configuration, console, signals)
            let chosen = scenario ?? (console.isTerminal ? nil : Scenario.named("tour"))
            return try stage.run(chosen, for: length ?? (console.isTerminal ? nil : .seconds(60)))
        } catch {
            throw CommandFailure("the demo cannot run", "\(error)", "mend that and start it again")
        }
    }

    /// The demo runs on settings like anybody's, read like anybody's.
    private func settings(_ simulation: Simulation) -> BusbarSettings {
        do throws(SettingsProblems) {
            return try BusbarSettings.read(
                text: Self.settingsText(simulation), file: "demo settings", knowing: .builtIn)
        } catch {
            preconditionFailure("the demo's own settings are wrong: \(error.description)")
        }
    }

    private static func settingsText(_ simulation: Simulation) -> String {
        let packs = ["A", "B", "C"].enumerated().map { index, name in
            """
              - {name: \(name), link: battery, driver: jk-modbus, address: \(index + 1), cells: 16,
                 capacity: 280 Ah, charge_current: 100 A, discharge_current: 150 A}
            """
        }
        return """
            links:
              battery: {serial: \(simulation.linePlace ?? "-"), baud: 115200}
              inverter: {slcan: \(simulation.busPlace ?? "-"), baud: 115200, bitrate: 500 kbit/s}
            packs:
            \(packs.joined(separator: "\n"))
            inverter: {link: inverter, profile: pylontech-lv-can}
            limits: {charge_current: 200 A, discharge_current: 250 A, hold: 5 s, ramp: 20 A/s}

            """
    }
}

/// The name of a scenario on the command line.
struct ScenarioName: ArgumentValue {
    static var valueName: String { "NAME" }
    static var choices: [String] { Scenario.all.map(\.name) }
    static var expected: String { "one of \(choices.joined(separator: ", "))" }
    static var placeholder: ScenarioName { ScenarioName(scenario: Scenario.all[0]) }

    let scenario: Scenario

    var argumentText: String { scenario.name }

    init?(argument: String) {
        guard let scenario = Scenario.named(argument) else { return nil }
        self.scenario = scenario
    }

    private init(scenario: Scenario) { self.scenario = scenario }
}
