import BatteryModel
import Gateway
import Glibc
import LinuxIO
import Recordings

/// `busbar replay FILE...`.
struct ReplayCommand: Command {
    static let name = "replay"
    static let summary = "Play a recording on a bus, or into the gateway on a virtual clock"
    static let about = """
        With --to, sends what a recording of any format has, at its times, on a CAN bus or a serial line: everything that \
        was on the wire, whoever sent it, or one direction of it. Of a recording of several links, --link says which. An \
        inverter obeys what it hears: unless LINK is a pseudo-terminal or a virtual CAN interface, nothing is sent \
        without --yes.

        With --gateway, tells the gateway of these settings once more what it was told while 'busbar run --record' wrote \
        it down, at the same instants of a virtual clock, and compares what it says with what it said: the same bytes \
        in give the same bytes out. Nothing is opened and nothing is sent. Several files of one run are named in their \
        order. The exit code is 1 if something differs.
        """
    static let examples = [
        Example("Play a drive of frames to a virtual bus", "busbar replay garage.log --to vcan0"),
        Example(
            "Let a gateway hear what packs answered, ten times as fast",
            "busbar replay garage.serial --to /dev/pts/5@9600 --only received --speed 10"),
        Example(
            "See whether this version still does the same",
            "busbar replay run/run-20261122T080000Z.serial --gateway busbar.yaml"),
    ]

    private enum Work {
        case send(ReplaySender.Plan)
        case gateway(settings: String)
    }

    private let work: Work
    private let files: [String]
    private let isJSON: Bool

    init(_ arguments: inout Arguments) throws(UsageError) {
        let target = try arguments.option(
            "--to", of: BusArgument.self, "where to send: \(BusArgument.expected)")
        let settings = try arguments.option(
            "--gateway", of: String.self, as: "SETTINGS", "the settings of the gateway that was recorded")
        let speed = try arguments.option(
            "--speed", of: SpeedArgument.self, "how fast time passes; 1 if left out")
        let link = try arguments.option(
            "--link", of: String.self, as: "NAME", "the link of the recording whose traffic is sent")
        let only = try arguments.option("--only", of: ReplaySender.Choice.self, "send one direction only")
        let isLoop = try arguments.flag("--loop", "begin again at the end, until Ctrl-C")
        let isSure = try arguments.flag("--yes", "send on a real bus as well")
        isJSON = try arguments.flag("--json", "write what came of it as JSON at the end")
        files = try arguments.positionals("FILE", of: String.self, "a recording")
        try arguments.finish()
        switch (target, settings) {
        case (let target?, nil):
            var plan = ReplaySender.Plan(target: target)
            plan.speed = speed ?? .placeholder
            plan.link = link
            plan.only = only
            plan.isLoop = isLoop
            plan.isSure = isSure
            work = .send(plan)
        case (nil, let settings?):
            guard speed == nil, link == nil, only == nil, !isLoop, !isSure else {
                throw UsageError(
                    "--gateway sends nothing", "leave out --speed, --link, --only, --loop and --yes")
            }
            work = .gateway(settings: settings)
        case (nil, nil) where arguments.isDescribing: work = .gateway(settings: "")
        case (nil, nil):
            throw UsageError("it is not said where to play it", "add --to LINK or --gateway SETTINGS")
        default: throw UsageError("both --to and --gateway are given", "choose one")
        }
    }

    func run(_ console: Console) throws(CommandFailure) -> ExitCode {
        switch work {
        case .send(let plan): return try ReplaySender(plan, files).run(isJSON: isJSON, console)
        case .gateway(let settings): return try GatewayReplay(files, settings).run(isJSON: isJSON, console)
        }
    }
}

/// How fast a recording is played.
struct SpeedArgument: ArgumentValue, Equatable {
    /// Times as fast; `nil` for as fast as the bus can.
    let factor: Double?

    static let valueName = "SPEED"
    static let expected = "a number from 0.01 to 1000, or max for as fast as the bus can"
    static let placeholder = SpeedArgument(factor: 1)

    var argumentText: String { factor.map { "\($0)" } ?? "max" }

    private init(factor: Double?) { self.factor = factor }

    init?(argument: String) {
        if argument == "max" {
            factor = nil
            return
        }
        guard let number = Double(argument), (0.01...1_000).contains(number) else { return nil }
        factor = number
    }
}

/// Reads the items of recordings, one file after the other.
struct RecordingItems: ~Copyable {
    private let names: [String]
    private let console: Console
    private var next = 0
    private var file: FileInput?
    private var reader = RecordingReader()
    /// What was found in all files that were read so far, where it cannot be read.
    private(set) var problems: [String] = []
    /// Where their times jump.
    private(set) var jumps: [String] = []
    private(set) var isEmpty = true

    init(_ names: [String], _ console: Console) {
        self.names = names
        self.console = console
    }

    /// Some more items; `nil` at the end.
    mutating func read() throws(CommandFailure) -> [RecordedItem]? {
        if file == nil {
            guard next < names.count else { return nil }
            file = try FileInput(names[next], console)
            reader = RecordingReader()
            next += 1
        }
        if let bytes = try file?.read() { return reader.take(bytes) }
        file = nil
        let items = reader.finish()
        if !reader.tally.isEmpty { isEmpty = false }
        let name = UsageError.quoted(names[next - 1])
        if let unreadable = reader.complaint { problems.append("\(name): \(unreadable)") }
        if let jump = reader.jump { jumps.append("\(name): \(jump)") }
        return items
    }
}
