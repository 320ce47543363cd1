import Glibc
import Reporting

/// `busbar status`.
struct StatusCommand: Command {
    static let name = "status"
    static let summary = "Show the state of a running gateway"
    static let about = """
        Asks the gateway that runs on this machine for its state: packs, limits with the rule that set each and what \
        would have to change for it to rise, the link to the inverter, alarms and the last events. How a pack answers its \
        questions is shown where it answers seldom or late, and with --verbose of every pack.

        The gateway listens on the socket that its settings name. Without --socket and --config the usual settings \
        file is looked at, and otherwise the usual socket is tried. Only the user and group of the gateway may ask.
        """
    static let examples = [
        Example("Look once", "busbar status"),
        Example("Look every second until Ctrl-C", "busbar status --watch"),
        Example("Read a value in a script", "busbar status --json | jq .bank.ccl.value"),
    ]

    private let socket: GatewaySocket
    private let isWatching: Bool
    private let isJSON: Bool
    private let isVerbose: Bool

    init(_ arguments: inout Arguments) throws(UsageError) {
        socket = try GatewaySocket(&arguments)
        isWatching = try arguments.flag("--watch", "ask again every second")
        isVerbose = try arguments.flag("--verbose", "show of every pack how it answers")
        isJSON = try arguments.flag("--json", "write one JSON object, with --watch one a line")
        try arguments.finish()
    }

    func run(_ console: Console) throws(CommandFailure) -> ExitCode {
        let path = try socket.path()
        repeat {
            let answer = try GatewaySocket.ask(ControlServer.statusRequest, at: path)
            if isJSON {
                console.line(String(decoding: answer, as: UTF8.self))
            } else {
                guard let status = try? StatusDocument(json: answer) else {
                    throw CommandFailure(
                        "the gateway at \(path) says nothing usable yet",
                        "\(String(decoding: answer.prefix(200), as: UTF8.self))", "ask again in a second")
                }
                if isWatching, console.isTerminal { console.write("\u{1B}[H\u{1B}[2J") }
                let view = StatusView(
                    usesColor: console.usesColour, columns: console.width, showsAnswers: isVerbose)
                for line in view.lines(status) { console.line(line) }
            }
            console.flush()
            if isWatching { sleep(1) }
        } while isWatching && console.isOpen
        return .success
    }
}
