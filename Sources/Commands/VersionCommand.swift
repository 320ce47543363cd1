/// `busbar version`.
struct VersionCommand: Command {
    static let name = "version"
    static let summary = "Show the version"
    static let about = "Shows which version of Busbar this is."
    static let examples: [Example] = []

    private let isJSON: Bool

    init(_ arguments: inout Arguments) throws(UsageError) {
        isJSON = try arguments.flag("--json", "write JSON")
        try arguments.finish()
    }

    func run(_ console: Console) throws(CommandFailure) -> ExitCode {
        let json = JSON.object([("name", .string("busbar")), ("version", .string(Busbar.version))])
        console.line(isJSON ? json.text : "busbar \(Busbar.version)")
        return .success
    }
}
