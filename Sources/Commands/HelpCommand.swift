/// `busbar help [COMMAND]`.
struct HelpCommand: Command {
    static let name = "help"
    static let summary = "Explain a command"
    static let about = "Shows what a command does and takes; without a command, which there are."
    static let examples: [Example] = []

    private let command: (any Command.Type)?

    init(_ arguments: inout Arguments) throws(UsageError) {
        let word = try arguments.optionalPositional("COMMAND", of: String.self, "the command to explain")
        try arguments.finish()
        command = try word.map { word throws(UsageError) in try Busbar.command(word) }
    }

    func run(_ console: Console) throws(CommandFailure) -> ExitCode {
        guard let command else {
            console.write(HelpPage.overview())
            return .success
        }
        do throws(UsageError) {
            console.write(try HelpPage.page(of: command))
        } catch {
            throw CommandFailure("there is no page", error.description, "report this message")
        }
        return .success
    }
}
