import BatteryModel
import Glibc
import LinuxIO
import Reporting
import Settings
import YAMLFile

extension ExplanationTopic: ArgumentValue {}

/// A moment in the past on the command line.
struct Moment: ArgumentValue {
    static let valueName = "TIME"
    static let expected = MomentText.expected
    static var placeholder: Moment { Moment(text: .ago(0), argumentText: "-0s") }

    let text: MomentText
    let argumentText: String

    private init(text: MomentText, argumentText: String) {
        self.text = text
        self.argumentText = argumentText
    }

    init?(argument: String) {
        guard let text = MomentText(argument) else { return nil }
        self.init(text: text, argumentText: argument)
    }
}

/// `busbar why`.
struct WhyCommand: Command {
    static let name = "why"
    static let summary = "Explain the limits and the SOC, now or at a time in the past"
    static let about = """
        Lists every rule that was asked about a limit: what it allows, how old its input is, what has to change for it \
        to allow more. The rule that won stands first, marked with >, the next in line second. Without a topic it \
        gives one line for each value.

        With --at it reads the journal that the gateway keeps and shows what held then; no gateway has to run. A time \
        of day means the last time the clock showed it. In the journal each pack has its strictest rule only; all rules \
        of a pack are shown live.
        """
    static let examples = [
        Example("Why is so little charged?", "busbar why ccl"),
        Example("Why was nothing charged at noon?", "busbar why ccl --at 12:00"),
        Example("What held ten minutes ago, for a script", "busbar why --at -10min --json"),
    ]

    private let socket: GatewaySocket
    private let moment: Moment?
    private let journal: String?
    private let isJSON: Bool
    private let topic: ExplanationTopic?

    init(_ arguments: inout Arguments) throws(UsageError) {
        socket = try GatewaySocket(&arguments)
        moment = try arguments.option("--at", of: Moment.self, "explain what held then, from the journal")
        journal = try arguments.option("--journal", of: String.self, as: "DIR", "the folder of the journal")
        isJSON = try arguments.flag("--json", "write one JSON object")
        topic = try arguments.optionalPositional("TOPIC", of: ExplanationTopic.self, "what to explain")
        try arguments.finish()
    }

    func run(_ console: Console) throws(CommandFailure) -> ExitCode {
        if let moment { return try recorded(moment, console) }
        let path = try socket.path()
        let answer = try GatewaySocket.ask(ControlServer.whyRequest, at: path)
        guard let document = try? ExplanationDocument(json: answer) else {
            throw CommandFailure(
                "the gateway at \(path) says nothing usable yet",
                String(decoding: answer.prefix(200), as: UTF8.self), "ask again in a second")
        }
        show(document, console)
        return .success
    }

    private func recorded(_ moment: Moment, _ console: Console) throws(CommandFailure) -> ExitCode {
        let folder: String
        if let journal { folder = journal } else { folder = try socket.journalPath() }
        guard let now = WallClock.now() else {
            throw CommandFailure(
                "this machine does not know the time", "its clock was never set", "set it, and ask again")
        }
        let time = moment.text.unixSeconds(now: now) { WallClock.fromLocal($0).unixSeconds }
        var reader = JournalReader(path: folder)
        guard let finding = reader.find(time, topic) else {
            throw CommandFailure(
                "nothing was recorded at or before \(Self.words(time))",
                reader.isEmpty ? "there is no journal in \(folder)" : "the journal in \(folder) begins later",
                "name another folder with --journal, or a later time")
        }
        show(finding.document, console)
        if !isJSON {
            let next = finding.changedAt.map { "next change \(Self.words($0))" } ?? "no change since"
            console.line("recorded \(Self.words(finding.at)); \(next)")
        }
        if reader.spoiled > 0 {
            console.complain(
                "busbar why: \(reader.spoiled) lines of the journal cannot be read and were left out")
        }
        return .success
    }

    private func show(_ document: ExplanationDocument, _ console: Console) {
        if isJSON {
            let json = (try? document.json()) ?? []
            console.line(String(decoding: json, as: UTF8.self))
            return
        }
        let view = WhyView(usesColor: console.usesColour, columns: console.isTerminal ? console.width : 200)
        for line in topic.map({ view.lines(document, $0) }) ?? view.summary(document) { console.line(line) }
    }

    private static func words(_ unixSeconds: Int64) -> String {
        let civil = CivilTime(WallClock.local(unixSeconds))
        return "\(civil.date) \(civil.time)"
    }
}
