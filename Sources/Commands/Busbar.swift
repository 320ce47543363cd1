import Glibc

/// The program: finds the command, gives it its words, and ends as it says.
public enum Busbar {
    /// The version.
    public static let version = "0.1.0"

    /// Every command, in the order of the overview.
    public static let commands: [any Command.Type] = [
        RunCommand.self,
        BridgeCommand.self,
        DemoCommand.self,
        StatusCommand.self,
        WhyCommand.self,
        CtlCommand.self,
        SettingsCommand.self,
        SetCommand.self,
        SimulateCommand.self,
        ScanCommand.self,
        ListenCommand.self,
        DiagnoseCommand.self,
        CheckCommand.self,
        DecodeCommand.self,
        RecordCommand.self,
        ReplayCommand.self,
        ConvertCommand.self,
        DriversCommand.self,
        ProfilesCommand.self,
        DBCCommand.self,
        VersionCommand.self,
        HelpCommand.self,
    ]

    /// Runs the process.
    public static func main() -> Never {
        exit(run(Array(CommandLine.arguments.dropFirst()), Console()).rawValue)
    }

    /// Runs the command that `words` name.
    ///
    /// - Parameters:
    ///   - words: What was typed behind the name of the program.
    ///   - console: Takes the output.
    /// - Returns: How the process is to end.
    public static func run(_ words: [String], _ console: Console) -> ExitCode {
        let code = dispatch(words, console)
        console.flush()
        guard let number = console.writeError else { return code }
        console.complain("busbar: the output cannot be written; \(String(cString: strerror(number)))")
        return .failure
    }

    /// The command with this name.
    public static func command(_ name: String) throws(UsageError) -> any Command.Type {
        for command in commands where command.name == name { return command }
        throw UsageError.unknown("command", name, commands.map { $0.name })
    }

    private static func dispatch(_ words: [String], _ console: Console) -> ExitCode {
        var name = ""
        do throws(UsageError) {
            switch words.first {
            case nil, "--help", "-h":
                console.write(HelpPage.overview())
                return .success
            case "--version":
                console.line("busbar \(version)")
                return .success
            case .some(let word):
                let command = try command(word)
                name = " " + word
                return try run(command, Array(words.dropFirst()), console)
            }
        } catch {
            console.complain("busbar\(name): \(error)")
            let page = name == " help" ? "" : name
            console.complain("'busbar help\(page)' shows how it is used.")
            return .usage
        }
    }

    private static func run<Chosen: Command>(
        _ type: Chosen.Type, _ words: [String], _ console: Console
    ) throws(UsageError) -> ExitCode {
        if words.prefix(while: { $0 != "--" }).contains(where: { $0 == "--help" || $0 == "-h" }) {
            console.write(try HelpPage.page(of: type))
            return .success
        }
        var arguments = Arguments(words)
        let command = try type.init(&arguments)
        do throws(CommandFailure) {
            return try command.run(console)
        } catch {
            console.complain("busbar \(type.name): \(error)")
            return .failure
        }
    }
}
