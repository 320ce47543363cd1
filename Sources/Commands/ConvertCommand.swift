import Glibc
import LinuxIO
import Recordings

/// `busbar convert FILE`.
struct ConvertCommand: Command {
    static let name = "convert"
    static let summary = "Read a recording of any kind and write it as another"
    static let about = """
        Finds out what a recording is by what stands in it, and writes it as the ending of OUTPUT says, or as --to \
        says; without OUTPUT to the standard output. CAN FD frames are left out; so is what the other format has no \
        place for. What was left out, and what cannot be read, is told at the end.

        Times keep the date where the recording has one. OUTPUT appears when it is complete; one that is there \
        already is replaced with --force only. The exit code is 1 if nothing could be read.

        Formats:

        \(formats)
        """
    static let examples = [
        Example("Look at a Vector recording with candump's friends", "busbar convert garage.blf garage.log"),
        Example("Give a recording to Wireshark", "busbar convert can.log can.pcapng"),
        Example(
            "Make frames out of what somebody pasted",
            "busbar convert --to candump post.txt | busbar decode -"),
    ]

    private static let formats = RecordingFormat.all.map { format in
        let endings = format.endings.map { "." + $0 }.joined(separator: ", ")
        return "\(format.id): \(format.name) (\(endings)); \(format.about)"
    }.joined(separator: "\n")

    private let source: RecordingFormat?
    private let target: RecordingFormat
    private let force: Bool
    private let isAnonymous: Bool
    private let input: String
    private let output: String?

    init(_ arguments: inout Arguments) throws(UsageError) {
        source = try arguments.option(
            "--from", of: FormatName.self, "the format of FILE, if it is not found out rightly")?.format
        let wanted = try arguments.option(
            "--to", of: FormatName.self, "the format to write; else what OUTPUT ends with, or candump")
        force = try arguments.flag("--force", "replace OUTPUT if it is there")
        isAnonymous = try arguments.flag(
            "--anonymise", "take names, serial numbers and passwords out of what is known")
        input = try arguments.positional("FILE", of: String.self, "a recording, or - for the standard input")
        output = try arguments.optionalPositional("OUTPUT", of: String.self, "the file to write")
        try arguments.finish()
        target = try Self.target(wanted?.format, output)
    }

    private static func target(
        _ wanted: RecordingFormat?, _ output: String?
    ) throws(UsageError) -> RecordingFormat {
        if let wanted {
            guard wanted.isWritten else {
                throw UsageError("\(wanted.name) is only read", "write --to pcapng or another format")
            }
            return wanted
        }
        guard let output else { return RecordingFormat.usual }
        guard let format = RecordingFormat.forFile(named: output) else {
            throw UsageError(
                "\(UsageError.quoted(output)) has no ending that is known",
                "say with --to which format it is to be, see 'busbar help convert'")
        }
        return format
    }

    func run(_ console: Console) throws(CommandFailure) -> ExitCode {
        var file = try FileInput(input, console)
        var reader = RecordingReader(format: source)
        guard var writer = RecordingWriter(target) else { return .failure }
        let sink = try Sink(output, replaces: force, console)
        var anonymiser = isAnonymous ? Anonymiser() : nil
        while let bytes = try file.read(), console.isOpen {
            let items = reader.takeBatch(bytes).items
            try sink.write((anonymiser?.take(items) ?? items).flatMap { writer.write($0) })
            console.progress("\(reader.tally.frames) frames")
        }
        let rest = reader.finishBatch().items
        let last =
            anonymiser.map { _ in (anonymiser?.take(rest) ?? []) + (anonymiser?.finish() ?? []) } ?? rest
        try sink.write(last.flatMap { writer.write($0) } + writer.end())
        console.progress("")
        let tally = reader.tally
        let isEmpty = tally.isEmpty
        if !isEmpty { try sink.finish(writer.finalBeginning) }
        for sentence in Self.account(of: reader, leftOut: writer.leftOut, target: target, output: output) {
            console.complain("busbar convert: \(sentence)")
        }
        if let sentence = anonymiser?.sentence { console.complain("busbar convert: \(sentence)") }
        return isEmpty ? .failure : .success
    }

    /// What was found, and what was not.
    private static func account(
        of reader: RecordingReader, leftOut: Int, target: RecordingFormat, output: String?
    ) -> [String] {
        let tally = reader.tally
        let found = [
            (tally.frames, "frame"), (tally.errorFrames, "error frame"),
            (tally.byteRuns, "run of serial bytes"),
        ].filter { $0.0 > 0 }.map { counted($0.0, $0.1) }
        let name = reader.format?.name ?? "nothing"
        var result = [
            found.isEmpty
                ? "there is no frame in it, read as \(name)"
                : "\(found.joined(separator: ", ")) read from \(name), written as \(target.name)"
        ]
        if tally.flexibleFrames > 0 {
            result.append("\(counted(tally.flexibleFrames, "CAN FD frame")) left out")
        }
        if leftOut > 0 { result.append("\(target.name) has no place for \(leftOut) of them") }
        return result + reader.complaints
    }

    private static func counted(_ number: Int, _ name: String) -> String {
        let several = name.hasPrefix("run ") ? "runs" + name.dropFirst(3) : name + "s"
        return "\(number) \(number == 1 ? name : several)"
    }
}

/// Where the result goes: a file, or the standard output.
private struct Sink {
    private let file: OutputFile?
    private let console: Console

    init(_ path: String?, replaces: Bool, _ console: Console) throws(CommandFailure) {
        self.console = console
        guard let path, path != "-" else {
            file = nil
            return
        }
        file = try OutputFile(path, replaces: replaces)
    }

    func write(_ bytes: [UInt8]) throws(CommandFailure) {
        if let file { try file.write(bytes) } else { console.write(bytes: bytes) }
    }

    func finish(_ beginning: [UInt8]?) throws(CommandFailure) {
        if let beginning { try file?.replaceBeginning(with: beginning) }
        try file?.keep()
    }
}

/// A format, as it is typed.
struct FormatName: ArgumentValue {
    static let valueName = "FORMAT"
    static var choices: [String] { RecordingFormat.all.map(\.id) }
    static var expected: String { "one of \(choices.joined(separator: ", "))" }
    static var placeholder: FormatName { FormatName(format: RecordingFormat.usual) }

    let format: RecordingFormat
    var argumentText: String { format.id }

    private init(format: RecordingFormat) { self.format = format }

    init?(argument: String) {
        guard let format = RecordingFormat.named(argument) else { return nil }
        self.format = format
    }
}
