/// One subcommand: what it is called, what it reads from the command line, and what it does.
///
/// A new command is one file with one of these and one row in ``Busbar/commands``.
public protocol Command: SendableMetatype {
    /// The word it is called by: lower-case letters and hyphens.
    static var name: String { get }
    /// One line for the overview, without a full stop.
    static var summary: String { get }
    /// What the help page says about it, in paragraphs.
    static var about: String { get }
    /// Command lines to try, each with what it does.
    static var examples: [Example] { get }

    /// Asks `arguments` for everything the command needs, options first; ends with ``Arguments/finish()``.
    init(_ arguments: inout Arguments) throws(UsageError)

    /// Does it.
    ///
    /// - Throws: What did not work; it is written to the error output and the process ends with 1.
    func run(_ console: Console) throws(CommandFailure) -> ExitCode
}

/// A command line to try.
public struct Example: Sendable {
    /// What it does.
    public var about: String
    /// The command line.
    public var line: String

    /// Makes an example.
    public init(_ about: String, _ line: String) {
        self.about = about
        self.line = line
    }
}

/// How the process ends.
public enum ExitCode: Int32, Sendable {
    /// All went well.
    case success = 0
    /// It was understood but did not work, or something is wrong with what was examined.
    case failure = 1
    /// The command line was not understood (EX_USAGE of sysexits.h).
    case usage = 64
}
