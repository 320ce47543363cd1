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
    private let isJSON: Bool
    private let isVerbose: Bool
    private let page: String?
    private let force: Bool
    private let input: String

    init(_ arguments: inout Arguments) throws(UsageError) {
        self.arguments = try DiagnosisArguments(&arguments)
        format = try arguments.option(
            "--from", of: FormatName.self, "the format of FILE, if it is not found out rightly")?.format
        page = try arguments.option("--html", of: String.self, as: "REPORT", "write a page as well")
        force = try arguments.flag("--force", "replace REPORT if it is there")
        isVerbose = try arguments.flag("--verbose", "list every identifier")
        isJSON = try arguments.flag("--json", "write one JSON object")
        input = try arguments.positional("FILE", of: String.self, "a recording, or - for the standard input")
        try arguments.finish()
    }

    func run(_ console: Console) throws(CommandFailure) -> ExitCode {
        let report = try page.map { path throws(CommandFailure) in try OutputFile(path, replaces: force) }
        var reading = RecordingDiagnosis(arguments.options)
        let document = try reading.read(input, as: format, console)
        if isJSON {
            console.line((try? document.json()) ?? "{}")
        } else {
            let view = DiagnosisView(
                usesColor: console.usesColour, columns: console.width, showsIdentifiers: isVerbose)
            for line in view.lines(document) { console.line(line) }
        }
        if document.links.isEmpty {
            console.complain(
                "busbar diagnose: there is no frame in it, read as \(document.format ?? "nothing that is known")"
            )
            return .failure
        }
        if let report {
            try report.write(Array(DiagnosisPage(document).html.utf8))
            try report.keep()
            if !isJSON { console.line("\nThe report is in \(report.path).") }
        }
        return document.findings.contains { $0.severity == "fault" } ? .failure : .success
    }
}
