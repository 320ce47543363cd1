import BatteryModel
import Detection
import Glibc
import LinuxIO
import Recordings
import Reporting

/// `busbar diagnose FILE|LINK`.
struct DiagnoseCommand: Command {
    static let name = "diagnose"
    static let summary = "Say what is on a bus, what is wrong there, and what to change"
    static let about = """
        Reads a recording of any kind that 'busbar convert' reads, and says for each of its links who speaks which \
        protocol and how sure that is, what the battery tells, and what is wrong: at which layer, with the evidence, what \
        it may come from, which test tells the causes apart, and what to change. Instead of a recording it listens to a \
        link, half a minute unless --for says otherwise, as 'busbar listen' does: nothing is ever sent.

        With --inverter it is judged for that inverter: whether what is heard is what it expects. --html writes the same \
        as one page with drawings, made to be sent to a vendor. The exit code is 1 if a fault was found, or if nothing \
        could be read.
        """
    static let examples = [
        Example("What is wrong in a recording", "busbar diagnose garage.log"),
        Example("The same for one inverter", "busbar diagnose garage.log --inverter 'Sol-Ark'"),
        Example("What is wrong on a bus now", "busbar diagnose can0 --for 1min"),
        Example("A page to send to the vendor", "busbar diagnose garage.blf --html report.html"),
        Example(
            "The words of the findings, in a script",
            "busbar diagnose can.log --json | jq -r .links[].findings[].id"),
    ]

    private let arguments: DiagnosisArguments
    private let format: RecordingFormat?
    private let length: Interval
    private let output: DiagnosisOutput
    private let subject: Subject

    /// What is diagnosed.
    private enum Subject {
        case recording(String)
        case link(BusArgument)
    }

    init(_ arguments: inout Arguments) throws(UsageError) {
        self.arguments = try DiagnosisArguments(&arguments)
        format = try arguments.option(
            "--from", of: FormatName.self, "the format of FILE, if it is not found out rightly")?.format
        let length = try arguments.option(
            "--for", of: Interval.self, "how long to listen to a LINK; 30s if not given")
        self.length = length ?? .seconds(30)
        output = try DiagnosisOutput(&arguments)
        let name = try arguments.positional(
            "FILE|LINK", of: String.self,
            "a recording, - for the standard input, or what to listen to: \(BusArgument.expected)")
        try arguments.finish()
        subject = Self.subject(name)
        switch subject {
        case .recording where length != nil:
            throw UsageError(
                "--for is about a link, and \(UsageError.quoted(name)) is read as a file", "leave it out")
        case .link where format != nil:
            throw UsageError(
                "--from is about a file, and \(UsageError.quoted(name)) is a link", "leave it out")
        default: break
        }
    }

    /// A link only if it can be nothing else: a word that is neither is missed as a file.
    private static func subject(_ name: String) -> Subject {
        guard name != "-", let bus = BusArgument(argument: name) else { return .recording(name) }
        var status = stat()
        if stat(name, &status) == 0 {
            return status.st_mode & S_IFMT == S_IFCHR ? .link(bus) : .recording(name)
        }
        if case .socketCAN(let interface) = bus.address, !name.contains("=") {
            return Adapters().can.contains { $0.name == interface } ? .link(bus) : .recording(name)
        }
        return name.hasPrefix("/") && !name.contains("@") ? .recording(name) : .link(bus)
    }

    func run(_ console: Console) throws(CommandFailure) -> ExitCode {
        let report = try output.begin()
        let document =
            switch subject {
            case .recording(let path): try read(path, console)
            case .link(let bus): try listen(to: bus, console)
            }
        return try output.write(document, to: report, console)
    }

    private func read(_ path: String, _ console: Console) throws(CommandFailure) -> DiagnosisDocument {
        var reading = RecordingDiagnosis(arguments.options)
        let document = try reading.read(path, as: format, console)
        guard document.links.isEmpty else { return document }
        throw CommandFailure(
            "there is no frame in \(path == "-" ? "what was read" : UsageError.quoted(path))",
            "it was read as \(document.format ?? "nothing that is known")",
            "say with --from what it is, see 'busbar help convert'")
    }

    private func listen(to bus: BusArgument, _ console: Console) throws(CommandFailure) -> DiagnosisDocument {
        let start = MonotonicClock.now()
        let document = try LiveDiagnosis(bus, arguments.options).run(for: length, console) { document, live in
            let seconds = (MonotonicClock.now() - start).milliseconds / 1_000
            let heard =
                document.links.first.map { "\($0.count) \($0.kind == "can" ? "frames" : "bytes")" }
                ?? "nothing"
            console.progress(
                live.trouble.map { "\($0); it is tried again" }
                    ?? "\(bus.name): \(heard), \(seconds) of \(length.milliseconds / 1_000) s")
        }
        console.progress("")
        return document
    }
}
