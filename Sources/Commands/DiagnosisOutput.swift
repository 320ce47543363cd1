import Reporting

/// Where a diagnosis goes: the arguments that `diagnose` and `listen` have in common, and what they do.
struct DiagnosisOutput {
    let isJSON: Bool
    private let isVerbose: Bool
    private let page: String?
    private let force: Bool

    init(_ arguments: inout Arguments) throws(UsageError) {
        page = try arguments.option("--html", of: String.self, as: "REPORT", "write a page as well")
        force = try arguments.flag("--force", "replace REPORT if it is there")
        isVerbose = try arguments.flag("--verbose", "list every identifier")
        isJSON = try arguments.flag("--json", "write one JSON object")
    }

    /// Begins the page, so that a name that cannot be is told before the work; `nil` if none is wanted.
    func begin() throws(CommandFailure) -> OutputFile? {
        try page.map { path throws(CommandFailure) in try OutputFile(path, replaces: force) }
    }

    /// Writes everything; a fault is a failure.
    func write(
        _ document: DiagnosisDocument, to report: OutputFile?, _ console: Console
    ) throws(CommandFailure) -> ExitCode {
        if isJSON {
            console.line((try? document.json()) ?? "{}")
        } else {
            let view = DiagnosisView(
                usesColor: console.usesColour, columns: console.width, showsIdentifiers: isVerbose)
            for line in view.lines(document) { console.line(line) }
        }
        if let report {
            try report.write(Array(DiagnosisPage(document).html.utf8))
            try report.keep()
            if !isJSON { console.line("\nThe report is in \(report.path).") }
        }
        return document.findings.contains { $0.severity == "fault" } ? .failure : .success
    }
}
