import BatteryModel
import Gateway
import Glibc
import LinuxIO
import Recordings

/// `busbar record LINK...`.
struct RecordCommand: Command {
    static let name = "record"
    static let summary = "Write down what is on CAN buses and serial lines"
    static let about = """
        Listens to one or several links and writes what it hears, with the time of arrival. CAN buses alone make a \
        candump log, anything else a Busbar recording, which has frames and bytes in one file; 'busbar convert' makes \
        other formats of it, and 'busbar replay' plays it.

        It never sends anything. An SLCAN adapter is opened so that it does not even acknowledge what it hears. A CAN \
        interface acknowledges, unless it was set up with 'ip link set can0 type can bitrate 500000 listen-only on', \
        which only root can do. Of a serial line nothing is taken from others: tap it with an adapter of its own.

        Without --output and --dir the file is made in this directory, named after the time. What was heard is in the \
        file within half a second, even if the process is killed. A link that fails is opened again, and the gap is noted \
        in the file. Ctrl-C ends it.
        """
    static let examples = [
        Example("A CAN interface, into a file named after the time", "busbar record can0"),
        Example(
            "The line of the packs and the bus of the inverter together",
            "busbar record packs=/dev/ttyUSB0@9600 slcan:/dev/ttyACM0 --output garage.serial"),
        Example(
            "For weeks, an hour a file, never more than a gigabyte",
            "busbar record can0 --dir /var/tmp/can --rotate 1h --keep 1GB"),
    ]

    private let buses: [BusArgument]
    private let plan: RecordingFiles.Plan
    private let length: Interval?
    private let isAnonymous: Bool
    private let isJSON: Bool

    init(_ arguments: inout Arguments) throws(UsageError) {
        let output = try arguments.option("--output", of: String.self, as: "FILE", "the file to write")
        let folder = try arguments.option(
            "--dir", of: String.self, as: "DIR", "the folder to write files into; it is made if need be")
        let rotation = try arguments.option(
            "--rotate", of: RotationArgument.self, "begin another file at this size or after this time")
        let keep = try arguments.option(
            "--keep", of: SizeArgument.self, "the most that the files in DIR may take; the oldest goes")
        let force = try arguments.flag("--force", "replace FILE if it is there")
        isAnonymous = try arguments.flag(
            "--anonymise", "take names, serial numbers and passwords out of what is known")
        length = try arguments.option("--for", of: Interval.self, "end after this time")
        isJSON = try arguments.flag("--json", "write what was recorded as JSON at the end")
        buses = try arguments.positionals(
            "LINK", of: BusArgument.self, "what to listen to: \(BusArgument.expected)")
        try arguments.finish()
        if output != nil, folder != nil {
            throw UsageError("both --output and --dir are given", "name a file or a folder")
        }
        if folder == nil, rotation != nil || keep != nil {
            throw UsageError("--rotate and --keep are about several files", "name a folder with --dir")
        }
        let names = buses.map(\.name)
        if let twice = names.first(where: { name in names.count { $0 == name } > 1 }) {
            throw UsageError("two links are called \(UsageError.quoted(twice))", "give them names: NAME=LINK")
        }
        plan = Self.plan(buses, output, folder, rotation, keep, replaces: force)
    }

    private static func plan(
        _ buses: [BusArgument], _ output: String?, _ folder: String?, _ rotation: RotationArgument?,
        _ keep: SizeArgument?, replaces: Bool
    ) -> RecordingFiles.Plan {
        let format =
            buses.allSatisfy(\.address.carriesFrames)
            ? RecordingFormat.named("candump") : RecordingFormat.named("busbar")
        let place: RecordingFiles.Plan.Place =
            if let output { .file(output) } else { .folder(folder ?? ".", stem: "record") }
        var plan = RecordingFiles.Plan(place: place, format: format ?? RecordingFormat.usual)
        plan.head = ["busbar \(Busbar.version)"] + buses.map { "\($0.name): \($0.address)" }
        plan.rotation = rotation
        plan.keep = keep?.bytes
        plan.replaces = replaces
        return plan
    }

    func run(_ console: Console) throws(CommandFailure) -> ExitCode {
        do throws(SystemError) {
            let signals = try TerminationSignals()
            let loop = try EventLoop()
            try loop.watch(signals.descriptor, for: .readable, token: buses.count)
            guard let failure = try record(signals, loop, console) else { return .success }
            console.complain("busbar record: \(Self.failure(failure))")
            return .failure
        } catch {
            throw CommandFailure("nothing can be recorded", "\(error)", "mend that and start it again")
        }
    }

    /// Records until somebody wants it to end; returns why nothing more can be written.
    private func record(
        _ signals: borrowing TerminationSignals, _ loop: EventLoop, _ console: Console
    ) throws(SystemError) -> SystemError? {
        let tape = BusTape()
        let start = MonotonicClock.now()
        let items = TapeItems(buses.map(\.name), ahead: WallClock.unixNanoseconds - start.nanoseconds)
        let writer = TapeWriter(tape, items, to: plan, keepsDirections: false, isAnonymous: isAnonymous)
        do throws(SystemError) { try writer.start() } catch { return error }
        let session = RecordSession(buses, on: loop, tape)
        let failure = try listen(session, writer, signals, since: start, console)
        session.close()
        writer.stop()
        console.progress("")
        tell(session.heard, writer.progress, MonotonicClock.now() - start, console)
        return failure ?? writer.takeTrouble()
    }

    /// Listens; returns why nothing more can be written.
    private func listen(
        _ session: RecordSession, _ writer: TapeWriter, _ signals: borrowing TerminationSignals,
        since start: Instant, _ console: Console
    ) throws(SystemError) -> SystemError? {
        var nextLook = start
        var before = (count: 0, at: start)
        while try signals.next() == nil, console.isOpen {
            let now = MonotonicClock.now()
            if let length, now - start >= length { return nil }
            if now >= nextLook {
                nextLook = now + .seconds(1)
                let heard = session.heard
                let rate = Int64(heard.pieces - before.count) * 1_000 / max((now - before.at).milliseconds, 1)
                before = (heard.pieces, now)
                console.progress(
                    "\(heard.text), \(rate) a second, \(SizeArgument.text(writer.progress.bytes)) written")
            }
            let end = length.map { start + $0 } ?? nextLook
            try session.pass(until: min(nextLook, end)) { console.complain("busbar record: \($0)") }
            if let failure = writer.takeTrouble() { return failure }
        }
        return nil
    }

    private func tell(
        _ heard: RecordSession.Heard, _ progress: TapeWriter.Progress, _ time: Interval, _ console: Console
    ) {
        if isJSON {
            console.line(
                JSON.object([
                    ("file", .string(progress.path)), ("files", .number(progress.files)),
                    ("bytes_written", .number(progress.bytes)), ("seconds", .number(time.seconds)),
                    ("frames", .number(heard.frames)), ("error_frames", .number(heard.errorFrames)),
                    ("serial_bytes", .number(heard.bytes)), ("losses", .number(heard.losses)),
                    ("missed", .number(progress.missed)),
                ]).text)
            return
        }
        let files = progress.files > 1 ? "\(progress.files) files, the last is " : ""
        console.line(
            "\(heard.text) in \(time.seconds) s; \(SizeArgument.text(progress.bytes)) in \(files)\(progress.path)"
        )
        if let sentence = progress.anonymised { console.line(sentence) }
        if progress.missed > 0 { console.line("\(progress.missed) pieces could not be written") }
    }

    /// Why a file cannot be written.
    static func failure(_ error: SystemError) -> CommandFailure {
        CommandFailure(
            "\(UsageError.quoted(error.subject)) cannot be written", String(cString: strerror(error.code)),
            error.code == EEXIST
                ? "choose another name, or add --force" : "check the folder and the space on the disk")
    }
}

extension RecordSession.Heard {
    /// What came, whatever it is: frames, and runs of bytes.
    fileprivate var pieces: Int { frames + errorFrames + runs }

    /// What was heard, in words.
    fileprivate var text: String {
        var parts: [String] = []
        if frames > 0 || runs == 0 { parts.append("\(frames) frames") }
        if errorFrames > 0 { parts.append("\(errorFrames) error frames") }
        if runs > 0 { parts.append("\(bytes) bytes in \(runs) pieces") }
        if losses > 0 {
            parts.append(losses == 1 ? "a link was lost once" : "links were lost \(losses) times")
        }
        return parts.joined(separator: ", ")
    }
}
