import Glibc
import LinuxIO
import Reporting
import Settings
import YAMLFile

/// `busbar status`.
struct StatusCommand: Command {
    static let name = "status"
    static let summary = "Show the state of a running gateway"
    static let about = """
        Asks the gateway that runs on this machine for its state: packs, limits with the rule that set each and what \
        would have to change for it to rise, the link to the inverter, alarms and the last events.

        The gateway listens on the socket that its settings name. Without --socket and --config the usual settings \
        file is looked at, and otherwise the usual socket is tried. Only the user and group of the gateway may ask.
        """
    static let examples = [
        Example("Look once", "busbar status"),
        Example("Look every second until Ctrl-C", "busbar status --watch"),
        Example("Read a value in a script", "busbar status --json | jq .bank.ccl.value"),
    ]

    private let socket: String?
    private let file: String?
    private let isWatching: Bool
    private let isJSON: Bool

    init(_ arguments: inout Arguments) throws(UsageError) {
        socket = try arguments.option("--socket", of: String.self, "the socket of the gateway")
        file = try arguments.option("--config", of: String.self, "the settings file that names the socket")
        isWatching = try arguments.flag("--watch", "ask again every second")
        isJSON = try arguments.flag("--json", "write one JSON object, with --watch one a line")
        try arguments.finish()
    }

    func run(_ console: Console) throws(CommandFailure) -> ExitCode {
        let path = try socketPath()
        repeat {
            let answer = try ask(path)
            if isJSON {
                console.line(String(decoding: answer, as: UTF8.self))
            } else {
                guard let status = try? StatusDocument(json: answer) else {
                    throw CommandFailure(
                        "the gateway at \(path) says nothing usable yet",
                        "\(String(decoding: answer.prefix(200), as: UTF8.self))", "ask again in a second")
                }
                if isWatching, console.isTerminal { console.write("\u{1B}[H\u{1B}[2J") }
                let view = StatusView(usesColor: console.usesColour, columns: console.width)
                for line in view.lines(status) { console.line(line) }
            }
            console.flush()
            if isWatching { sleep(1) }
        } while isWatching && console.isOpen
        return .success
    }

    private func ask(_ path: String) throws(CommandFailure) -> [UInt8] {
        do throws(SystemError) {
            return try LocalClient.request(StatusServer.request, at: path)
        } catch {
            throw CommandFailure(
                "no gateway answers at \(path)", "\(error)",
                "start one with 'busbar run', or name its socket with --socket")
        }
    }

    private func socketPath() throws(CommandFailure) -> String {
        if let socket { return socket }
        guard let settingsPath = file ?? CheckCommand.usualPaths.first(where: { access($0, F_OK) == 0 })
        else {
            return BusbarSettings.defaultSocketPath
        }
        do throws(SettingsProblems) {
            return try BusbarSettings.read(path: settingsPath, knowing: .builtIn).socketPath
        } catch {
            throw CommandFailure(
                "\(settingsPath) does not name a socket", error.description, "name it with --socket")
        }
    }
}
