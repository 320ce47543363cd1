import BatteryModel
import BusDiagnosis
import Detection
import LinuxIO
import Reporting

/// `busbar listen [LINK]`.
struct ListenCommand: Command {
    static let name = "listen"
    static let summary = "Listen to a bus, and say live what is on it and what is wrong"
    static let about = """
        Plug an adapter in beside battery and inverter, and listen: who speaks which protocol, what the battery tells, and \
        what is wrong, renewed twice a second. It never sends anything; an SLCAN adapter does not even acknowledge what it \
        hears. A CAN interface of the kernel acknowledges unless root has set it up with 'listen-only on'.

        Without LINK it takes the only CAN interface that is up, or the only adapter whose name says that it is one for \
        CAN. An adapter for which no bit rate is given listens at 500, 250 and 125 kbit/s until it hears somebody. Ctrl-C \
        ends it with the whole account; without a terminal, that is all that is written. The exit code is 1 \
        if a fault was found.
        """
    static let examples = [
        Example("The only adapter there is", "busbar listen"),
        Example(
            "A CAN adapter at a serial port, on a bus of 250 kbit/s", "busbar listen slcan:/dev/ttyACM0@250"),
        Example("Half a minute, then a page to send", "busbar listen can0 --for 30 --html report.html"),
    ]

    private let arguments: DiagnosisArguments
    private let output: DiagnosisOutput
    private let length: Interval?
    private let bus: BusArgument?

    init(_ arguments: inout Arguments) throws(UsageError) {
        self.arguments = try DiagnosisArguments(&arguments)
        length = try arguments.option("--for", of: Interval.self, "end after this time")
        output = try DiagnosisOutput(&arguments)
        bus = try arguments.optionalPositional(
            "LINK", of: BusArgument.self, "what to listen to: \(BusArgument.expected)")
        try arguments.finish()
    }

    func run(_ console: Console) throws(CommandFailure) -> ExitCode {
        let bus = if let bus { bus } else { try Self.only(of: Adapters()) }
        let report = try output.begin()
        let live = try LiveDiagnosis(bus, arguments.options)
        let document = try live.run(for: length, console) { document, live in
            if let trouble = live.trouble { console.progress("\(trouble); it is tried again") }
            guard console.isTerminal, !output.isJSON else { return }
            let view = DiagnosisView(
                usesColor: console.usesColour, columns: console.width, causes: 1, showsIdentifiers: true)
            console.write("\u{1B}[H\u{1B}[2J")
            for line in view.lines(document) { console.line(line) }
            console.flush()
        }
        if console.isTerminal, !output.isJSON { console.write("\u{1B}[H\u{1B}[2J") }
        return try output.write(document, to: report, console)
    }

    /// The only place where there can be a CAN bus.
    private static func only(of adapters: Adapters) throws(CommandFailure) -> BusArgument {
        let places =
            adapters.can.filter(\.isUp).map(\.name)
            + adapters.serial.filter { $0.product?.lowercased().contains("can") ?? false }.map {
                "slcan:\($0.bestPath)"
            }
        guard places.count == 1, let bus = places.first.flatMap({ BusArgument(argument: $0) }) else {
            let there = places.isEmpty ? adapters.serial.map(\.bestPath) : places
            throw CommandFailure(
                places.isEmpty ? "no CAN adapter is found" : "there is more than one CAN adapter",
                there.isEmpty ? "nothing is plugged in" : "there are " + there.joined(separator: ", "),
                "say which: 'busbar listen LINK', for example \(there.first.map { "slcan:\($0)" } ?? "can0")")
        }
        return bus
    }
}
