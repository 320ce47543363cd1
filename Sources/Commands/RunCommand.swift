import BatteryModel
import Gateway
import Glibc
import LinuxIO
import Reporting
import Settings
import YAMLFile

/// `busbar run`.
struct RunCommand: Command {
    static let name = "run"
    static let summary = "Read the packs and speak to the inverter"
    static let about = """
        Runs the gateway that the settings describe until it is told to stop, and writes what happens, one line an \
        event. 'busbar status' shows the state of a running gateway.

        Ctrl-C and SIGTERM end it properly: both current limits go out as zero for one period, then nothing is \
        sent any more, and the process ends within three seconds. A second Ctrl-C ends it at once.

        With --record everything that is heard and said on the links is written into files in a folder; the oldest goes. \
        'busbar replay --gateway' plays them. Even without it the last minutes are kept in memory, and written into a \
        file beside the state (without one, in the folder of --record) ten seconds after a protection was raised. \
        'busbar status' names both files.

        Without --config it takes busbar.yaml of this directory, and otherwise /etc/busbar/busbar.yaml.
        """
    static let examples = [
        Example("Run with the settings of this directory", "busbar run"),
        Example("Run with other settings, for one minute", "busbar run --config garage.yaml --seconds 60"),
    ]

    private let file: String?
    private let length: Interval?
    private let isQuiet: Bool
    private let recording: RecordOptions?

    init(_ arguments: inout Arguments) throws(UsageError) {
        file = try arguments.option("--config", of: String.self, "the settings file")
        length = try arguments.option("--seconds", of: Interval.self, "end after this time")
        isQuiet = try arguments.flag("--quiet", "write no events")
        recording = try RecordOptions.read(&arguments)
        try arguments.finish()
    }

    func run(_ console: Console) throws(CommandFailure) -> ExitCode {
        let settings = try Self.settings(CheckCommand.settingsPath(file), console)
        return try GatewayService.run(
            settings, for: length, isQuiet: isQuiet, recording: recording, as: Self.name, console)
    }

    /// The settings in a file.
    ///
    /// - Parameters:
    ///   - path: The file.
    ///   - console: Is told what is wrong with them.
    /// - Returns: The settings.
    /// - Throws: `CommandFailure` if there is a problem.
    static func settings(_ path: String, _ console: Console) throws(CommandFailure) -> BusbarSettings {
        do throws(SettingsProblems) {
            return try BusbarSettings.read(path: path, knowing: .builtIn)
        } catch {
            console.complain(error.description)
            throw CommandFailure(
                "\(path) cannot be used", "it has the problems above",
                "mend them; 'busbar check' reads it again")
        }
    }
}
