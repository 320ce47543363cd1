import Glibc
import Settings
import YAMLFile

/// `busbar check [FILE]`.
struct CheckCommand: Command {
    static let name = "check"
    static let summary = "Check a settings file and show every problem in it"
    static let about = """
        Reads a settings file as 'run' would and says what is wrong with it, everything at once, each with line and \
        column, the reason and what to write instead. Nothing is opened or sent.

        Without FILE it takes busbar.yaml of this directory, and otherwise /etc/busbar/busbar.yaml. The exit code is \
        0 if the file can be used and 1 if it cannot.
        """
    static let examples = [
        Example("Check an example before it is changed", "busbar check examples/first-light.yaml"),
        Example("Show all settings, those that were left out as well", "busbar check --effective"),
    ]

    /// Where the settings are if nobody says so, in this order.
    static let usualPaths = ["busbar.yaml", "/etc/busbar/busbar.yaml"]

    private let showsAll: Bool
    private let isJSON: Bool
    private let file: String?

    init(_ arguments: inout Arguments) throws(UsageError) {
        showsAll = try arguments.flag(
            "--effective", "write the settings out in full, with every default filled in")
        isJSON = try arguments.flag("--json", "write one JSON object")
        file = try arguments.optionalPositional("FILE", of: String.self, "the settings file")
        try arguments.finish()
    }

    func run(_ console: Console) throws(CommandFailure) -> ExitCode {
        let path = try Self.settingsPath(file)
        do throws(SettingsProblems) {
            let settings = try BusbarSettings.read(path: path, knowing: .builtIn)
            if isJSON {
                console.line(json(path, settings, nil).text)
            } else if showsAll {
                console.line("# \(path): OK")
                for note in ProfileName.notes(on: settings) { console.line("# note: \(note)") }
                console.write(settings.effectiveText)
            } else {
                console.line("\(path): OK")
                for note in ProfileName.notes(on: settings) { console.line("note: \(note)") }
            }
            return .success
        } catch {
            console.line(isJSON ? json(path, nil, error).text : error.description)
            return .failure
        }
    }

    /// The settings file to use: `file`, or the first of ``usualPaths`` that exists.
    static func settingsPath(_ file: String?) throws(CommandFailure) -> String {
        if let path = file ?? usualPaths.first(where: { access($0, F_OK) == 0 }) { return path }
        throw CommandFailure(
            "there is no settings file", "neither \(usualPaths.joined(separator: " nor ")) exists",
            "name one, or copy an example to busbar.yaml")
    }

    private func json(_ path: String, _ settings: BusbarSettings?, _ problems: SettingsProblems?) -> JSON {
        let list = (problems?.problems ?? []).map { problem in
            JSON.object([
                ("line", .number(problem.mark.line)), ("column", .number(problem.mark.column)),
                ("what", .string(problem.what)), ("why", .string(problem.why)),
                ("remedy", .string(problem.remedy)),
            ])
        }
        var members: [(name: String, value: JSON)] = [
            ("file", .string(path)), ("ok", .bool(problems == nil)), ("problems", .array(list)),
            ("omitted", .number(problems?.omitted ?? 0)),
        ]
        if let settings {
            members.append(("notes", .strings(ProfileName.notes(on: settings))))
            if showsAll { members.append(("effective", .string(settings.effectiveText))) }
        }
        return .object(members)
    }
}
