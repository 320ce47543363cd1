import BatteryModel
import FoundationEssentials
import LinuxIO
import Reporting

/// `busbar ctl`.
struct CtlCommand: Command {
    static let name = "ctl"
    static let summary = "Pause, cap or request charging on a running gateway"
    static let about = """
        Gives the running gateway an order, or ends one: 'pause' and 'resume' with charge, discharge or both; 'cap' and \
        'uncap' with charge or discharge, 'cap' also with a current; 'force-charge' asks the inverter to charge, \
        'force-charge off' ends that; 'resume all' ends every order. 'acknowledge' says that an alarm that waits for it \
        has been seen. 'list' shows the orders that stand.

        An order can only take away: nothing here raises a limit above what the rules allow. A new order replaces the \
        one of its kind. A pause or a cap stands until it is ended, or with --for and --until until then; a force \
        charge must have one of the two. Orders survive a restart of the gateway.

        Who gives an order is known from the socket, and written into the log with it. Only the user and group of the \
        gateway may order. The gateway is found as 'busbar status' finds it.
        """
    static let examples = [
        Example("Charge nothing until half past two", "busbar ctl pause charge --until 14:30 --note 'fuses'"),
        Example("Let it charge again", "busbar ctl resume charge"),
        Example("Draw no more than 40 A for two hours", "busbar ctl cap discharge 40A --for 2h"),
        Example("Ask the inverter to charge for an hour", "busbar ctl force-charge --for 1h"),
        Example("Show the orders that stand, for a script", "busbar ctl list --json"),
    ]

    /// What is to be done.
    enum Verb: String, CaseIterable, ArgumentValue {
        case pause, resume, cap, uncap
        case forceCharge = "force-charge"
        case acknowledge, list
    }

    private let socket: GatewaySocket
    private let request: ControlRequest
    private let isJSON: Bool

    init(_ arguments: inout Arguments) throws(UsageError) {
        socket = try GatewaySocket(&arguments)
        let length = try arguments.option(
            "--for", of: Interval.self, "how long the order stands, such as 90min, 1h30 or 2d")
        let end = try arguments.option(
            "--until", of: TimeOfDayArgument.self, "the time of day at which the order ends")
        let note = try arguments.option(
            "--note", of: String.self, "why, shown wherever the order acts: at most 32 plain characters")
        isJSON = try arguments.flag("--json", "write the answer as one JSON object")
        let verb = try arguments.positional("WHAT", of: Verb.self, "what is to be done")
        let which = try arguments.optionalPositional(
            "WHICH", of: String.self, "charge, discharge, both, all or off, as WHAT needs it")
        let current = try arguments.optionalPositional(
            "CURRENT", of: CurrentArgument.self, "the highest current, for cap: 40, 40A or 40.5A")
        try arguments.finish()
        let order = CtlOrder(verb, which, current, length: try Self.length(length, end), note: note)
        request = arguments.isDescribing ? ControlRequest() : try order.request()
    }

    private static func length(
        _ length: Interval?, _ end: TimeOfDayArgument?
    ) throws(UsageError) -> Interval? {
        guard let end else { return length }
        guard length == nil else {
            throw UsageError("--for and --until contradict each other", "give one of them")
        }
        guard let left = end.fromNow else {
            throw UsageError("this machine does not know the time of day", "give --for instead of --until")
        }
        return left
    }

    func run(_ console: Console) throws(CommandFailure) -> ExitCode {
        let path = try socket.path()
        guard let line = try? request.line() else {
            throw CommandFailure("the order cannot be written", "it cannot be said in JSON", "report this")
        }
        let bytes = try GatewaySocket.ask(line, at: path)
        if let refusal = try? JSONDecoder().decode(ControlRefusal.self, from: Data(bytes)) {
            throw CommandFailure("the gateway did nothing", refusal.error, refusal.remedy)
        }
        guard let answer = try? JSONDecoder().decode(ControlAnswer.self, from: Data(bytes)) else {
            throw CommandFailure(
                "the gateway at \(path) says nothing usable",
                UsageError.quoted(String(decoding: bytes.prefix(200), as: UTF8.self)),
                "look with 'busbar ctl list' whether it was carried out")
        }
        if isJSON {
            console.line(String(decoding: bytes, as: UTF8.self))
        } else {
            if request.acknowledge == true { console.line("acknowledged") }
            for order in answer.orders { console.line(Self.text(order)) }
            if answer.orders.isEmpty { console.line("no order stands") }
        }
        return .success
    }

    private static func text(_ order: StatusDocument.Order) -> String {
        let left = order.remainingSeconds.map { " (\(Wording.time(.seconds($0))) left)" }
        return order.words + (left ?? "")
    }
}
