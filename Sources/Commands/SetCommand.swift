import BatteryModel
import FoundationEssentials
import Glibc
import LinuxIO
import Reporting

/// `busbar set`.
struct SetCommand: Command {
    static let name = "set"
    static let summary = "Change a setting of a BMS, if the configuration allows it"
    static let about = """
        Shows what a setting of a BMS would be changed from and to, and whether that could be done. Only with --yes is \
        it written: once, never again whatever comes back, and then it is read back and compared. Without --yes nothing \
        is written, and the command succeeds if it could be.

        The pack must have 'settings_writable: true' in the configuration. Only settings with a proven way to write them \
        can be written; 'busbar settings' marks them. A value outside of its range is refused before anything is sent, \
        and so is one that would newly contradict the configuration: change that first. The pack must be fresh, and \
        only one setting is written at a time. Who has changed what, when, and what came of it stands in the log and \
        in the journal.

        A voltage is written as 3.6, 3.6V or 3600mV, a current as 100A, a capacity as 280Ah, a switch as on or off. \
        The command ends with 1 if the setting does not have its new value in the end.
        """
    static let examples = [
        Example("What would be changed", "busbar set A balance_start=3.4V"),
        Example("Change it", "busbar set A balance_start=3.4V --yes"),
        Example("Change it in a script", "busbar set A charge_limit=100A --yes --json | jq -r .result"),
    ]

    /// How long the end of a write is waited for; the gateway gives up after ten seconds.
    private static let patience = Interval.seconds(15)
    /// How often is looked whether it has come.
    private static let lookInterval = Interval.milliseconds(100)

    private let socket: GatewaySocket
    private let isMeant: Bool
    private let isJSON: Bool
    private let request: SettingRequest

    init(_ arguments: inout Arguments) throws(UsageError) {
        socket = try GatewaySocket(&arguments)
        isMeant = try arguments.flag("--yes", "write it; without it nothing is written")
        isJSON = try arguments.flag("--json", "write one JSON object")
        let pack = try arguments.positional("PACK", of: String.self, "the pack")
        let change = try arguments.positional("NAME=VALUE", of: String.self, "the setting and its new value")
        try arguments.finish()
        guard !arguments.isDescribing else {
            request = SettingRequest(pack: pack, name: "", value: 0)
            return
        }
        let (name, value) = try Self.read(change)
        request = SettingRequest(pack: pack, name: name, value: value, write: isMeant)
    }

    private static func read(_ text: String) throws(UsageError) -> (name: String, value: Int32) {
        let parts = text.split(separator: "=", maxSplits: 1).map(String.init)
        guard parts.count == 2 else {
            throw UsageError(
                "\(UsageError.quoted(text)) gives nothing a value", "write for example: balance_start=3.4V")
        }
        guard let field = SettingValueText.field(parts[0]) else {
            throw UsageError.unknown("setting", parts[0], SettingValueText.names)
        }
        guard let value = SettingValueText.read(parts[1], field.unit) else {
            throw UsageError(
                "\(parts[0]) is \(UsageError.quoted(parts[1]))",
                "it must be \(SettingValueText.example(field.unit))")
        }
        return (parts[0], value)
    }

    func run(_ console: Console) throws(CommandFailure) -> ExitCode {
        let path = try socket.path()
        guard let line = try? request.line() else {
            throw CommandFailure("the setting cannot be written", "it cannot be said in JSON", "report this")
        }
        let bytes = try GatewaySocket.ask(line, at: path)
        if let refusal = try? JSONDecoder().decode(ControlRefusal.self, from: Data(bytes)) {
            throw CommandFailure("nothing was written", refusal.error, refusal.remedy)
        }
        guard let answer = try? JSONDecoder().decode(SettingAnswer.self, from: Data(bytes)) else {
            throw CommandFailure(
                "the gateway at \(path) says nothing usable",
                UsageError.quoted(String(decoding: bytes.prefix(200), as: UTF8.self)),
                "look with 'busbar settings' what is set before you try again")
        }
        if !isJSON {
            console.line("pack \(answer.pack): \(answer.name) \(answer.oldText) -> \(answer.newText)")
            console.flush()
        }
        guard answer.old != answer.new else {
            show(answer, result: "unchanged", "it is set to that already; nothing was written", console)
            return .success
        }
        guard let number = answer.number else {
            show(answer, result: "planned", "nothing was written; add --yes to write it", console)
            return .success
        }
        let write = try end(of: number, at: path)
        show(answer, result: write.result, write.words, console)
        return write.result.hasPrefix("written") ? .success : .failure
    }

    private func end(of number: UInt64, at path: String) throws(CommandFailure) -> SettingsDocument.Write {
        let deadline = MonotonicClock.now() + Self.patience
        while MonotonicClock.now() < deadline {
            let write = try SettingsCommand.document(at: path).write
            if let write, write.number == number, write.result != "under_way" { return write }
            guard write.map({ $0.number <= number }) ?? true else { break }
            usleep(UInt32(Self.lookInterval.microseconds))
        }
        throw CommandFailure(
            "what became of it is not known", "the gateway has not said so",
            "look with 'busbar settings' what is set before you try again")
    }

    private func show(_ answer: SettingAnswer, result: String, _ words: String, _ console: Console) {
        guard isJSON else { return console.line(words) }
        let members: [(name: String, value: JSON)] = [
            ("pack", .string(answer.pack)), ("name", .string(answer.name)), ("old", .number(answer.old)),
            ("new", .number(answer.new)), ("result", .string(result)), ("words", .string(words)),
        ]
        console.line(JSON.object(members).text)
    }
}
