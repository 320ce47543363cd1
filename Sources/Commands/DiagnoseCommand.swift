import BusDiagnosis
import Glibc
import LinuxIO
import Recordings
import Reporting

/// `busbar diagnose FILE`.
struct DiagnoseCommand: Command {
    static let name = "diagnose"
    static let summary = "Say what is on a bus, what is wrong there, and what to change"
    static let about = """
        Reads a recording of any kind that 'busbar convert' reads, and says for each of its links who speaks which \
        protocol and how sure that is, what the battery tells, and what is wrong: at which layer, with the evidence, what \
        it may come from, which test tells the causes apart, and what to change.

        With --inverter it is judged for that inverter: whether what is heard is what it expects. --html writes the same \
        as one page with drawings, made to be sent to a vendor. The exit code is 1 if a fault was found, or if nothing \
        could be read.
        """
    static let examples = [
        Example("What is wrong in a recording", "busbar diagnose garage.log"),
        Example("The same for one inverter", "busbar diagnose garage.log --inverter 'Sol-Ark'"),
        Example("A page to send to the vendor", "busbar diagnose garage.blf --html report.html"),
        Example(
            "The words of the findings, in a script",
            "busbar diagnose can.log --json | jq -r .links[].findings[].id"),
    ]

    private let arguments: DiagnosisArguments
    private let format: RecordingFormat?
    private let output: DiagnosisOutput
    private let input: String

    init(_ arguments: inout Arguments) throws(UsageError) {
        self.arguments = try DiagnosisArguments(&arguments)
        format = try arguments.option(
            "--from", of: FormatName.self, "the format of FILE, if it is not found out rightly")?.format
        output = try DiagnosisOutput(&arguments)
        input = try arguments.positional("FILE", of: String.self, "a recording, or - for the standard input")
        try arguments.finish()
    }

    func run(_ console: Console) throws(CommandFailure) -> ExitCode {
        let report = try output.begin()
        var reading = RecordingDiagnosis(arguments.options)
        let document = try reading.read(input, as: format, console)
        guard document.links.isEmpty else { return try output.write(document, to: report, console) }
        throw CommandFailure(
            "there is no frame in \(input == "-" ? "what was read" : UsageError.quoted(input))",
            "it was read as \(document.format ?? "nothing that is known")",
            "say with --from what it is, see 'busbar help convert'")
    }
}
