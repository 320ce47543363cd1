import BatteryModel
import Glibc
import Settings
import YAMLFile

/// `busbar bridge`.
struct BridgeCommand: Command {
    static let name = "bridge"
    static let summary = "Let a battery of one protocol work with an inverter of another"
    static let about = """
        Hears a battery as its own inverter would, and speaks to another inverter in that one's profile. In between \
        stands the whole charge control of 'busbar run': its limits, its ramps, and what happens when the battery \
        falls silent. No settings file is needed; --print-config writes the one that would say the same.

        What the battery tells as its own limits is never exceeded; what you give here is the most in any case. A \
        link is can0 for a CAN interface, /dev/ttyUSB0 for a port (/dev/ttyUSB0@19200 with another rate than the \
        usual one), or host:port for a converter in the network. For a profile on CAN, port and converter are SLCAN \
        adapters; for one on a serial line they are that line.

        Ctrl-C and SIGTERM end it as they end 'busbar run'. Without --record it keeps nothing on disk; a bridge that \
        is to stay is better run with the settings that --print-config writes.
        """
    static let examples = [
        Example(
            "A Pylontech rack on a Victron, each on its own adapter",
            "busbar bridge --from pylontech-lv-can --source /dev/ttyACM0 --to victron-can --sink can0 --cells 15 "
                + "--capacity 200Ah --charge 100A --discharge 100A"),
        Example(
            "The settings of the same for 'busbar run'",
            "busbar bridge --from pylontech-lv-can --source /dev/ttyACM0 --to victron-can --sink can0 --cells 15 "
                + "--capacity 200Ah --charge 100A --discharge 100A --print-config > busbar.yaml"),
    ]

    private let plan: BridgePlan
    private let socket: String?
    private let printsConfig: Bool
    private let length: Interval?
    private let isQuiet: Bool
    private let recording: RecordOptions?

    init(_ arguments: inout Arguments) throws(UsageError) {
        plan = try BridgePlan(&arguments)
        socket = try arguments.option("--socket", of: String.self, "where 'busbar status' finds it")
        printsConfig = try arguments.flag("--print-config", "write the settings and do nothing")
        length = try arguments.option("--seconds", of: Interval.self, "end after this time")
        isQuiet = try arguments.flag("--quiet", "write no events")
        recording = try RecordOptions.read(&arguments)
        try arguments.finish()
        if !arguments.isDescribing { try plan.refuseOneLinkForBoth() }
    }

    func run(_ console: Console) throws(CommandFailure) -> ExitCode {
        var text = plan.text
        if let socket { text += "gateway: {socket: \(LinkArgument.quoted(socket))}\n" }
        var settings = try Self.settings(text, console)
        if printsConfig {
            console.write(text)
            return .success
        }
        try plan.refuseOneDeviceForBoth()
        (settings.statePath, settings.journalPath) = (nil, nil)
        return try GatewayService.run(
            settings, for: length, isQuiet: isQuiet, recording: recording, as: Self.name, console)
    }

    /// A bridge runs on settings like anybody's, read like anybody's.
    private static func settings(
        _ text: String, _ console: Console
    ) throws(CommandFailure) -> BusbarSettings {
        do throws(SettingsProblems) {
            return try BusbarSettings.read(text: text, file: "bridge", knowing: .builtIn)
        } catch {
            for problem in error.problems {
                console.complain("\(problem.what): \(problem.why); \(problem.remedy)")
            }
            throw CommandFailure(
                "this bridge cannot work", "it has the problems above",
                "change the options; 'busbar help bridge' explains them")
        }
    }
}
