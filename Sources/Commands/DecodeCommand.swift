import BatteryModel
import BusCodec
import Reporting

/// `busbar decode FILE`.
struct DecodeCommand: Command {
    static let name = "decode"
    static let summary = "Show what recorded or live CAN frames say"
    static let about = """
        Reads frames as candump writes them, on the screen or with -l or -L, and writes one line for each: time, \
        interface, identifier, name, and what its signals say. Frames that are none of the protocol's are shown as \
        'unknown' with their bytes. It goes on as long as frames come.

        Alarms that do not stand and constant bits are left out unless --all is given; JSON has everything. Lines \
        that are no frames are counted, and told at the end. The exit code is 1 if no line was a frame.
        """
    static let examples = [
        Example("See what goes over a bus", "candump -L can0 | busbar decode -"),
        Example(
            "Find every charge limit in a recording", "busbar decode --json can.log | grep charge_current"),
    ]

    private let profile: ProfileName
    private let dialect: UInt8?
    private let showsAll: Bool
    private let isJSON: Bool
    private let file: String

    init(_ arguments: inout Arguments) throws(UsageError) {
        profile = try arguments.option("--profile", default: ProfileName.usual, "the protocol spoken")
        let name = try arguments.option(
            "--dialect", of: String.self, as: "NAME",
            "the dialect spoken; without it the signals of all dialects are read")
        showsAll = try arguments.flag("--all", "write alarms that do not stand and constant bits as well")
        isJSON = try arguments.flag("--json", "write one JSON object for each frame")
        file = try arguments.positional("FILE", of: String.self, "a recording, or - for the standard input")
        try arguments.finish()
        try profile.requireFrames(for: "a recording of a CAN bus")
        dialect = try name.map { [profile] name throws(UsageError) in try profile.dialect(name) }
    }

    func run(_ console: Console) throws(CommandFailure) -> ExitCode {
        var input = try LineInput(file, console)
        var reader = FrameReader(profile.profile, dialect: dialect)
        var tally = LineTally()
        var hasMore = true
        while hasMore, console.isOpen {
            hasMore = try input.read { line in
                guard let frame = tally.frame(in: line) else { return }
                let decoded = reader.read(frame.frame, at: Instant(nanoseconds: frame.nanoseconds ?? 0))
                console.line(isJSON ? decoded.json(of: frame).text : text(of: frame, decoded, console))
            }
            console.flush()
        }
        if let complaint = tally.complaint { console.complain("busbar decode: \(complaint)") }
        return tally.frames == 0 && tally.others > 0 ? .failure : .success
    }

    private func text(of line: CANFrameLine, _ decoded: DecodedFrame, _ console: Console) -> String {
        let interface = line.interface.count > 0 ? line.interface.string : "-"
        let head = [
            line.nanoseconds.map(Digits.seconds) ?? "-", TextLayout.padded(interface, 5),
            line.frame.identifierText,
        ]
        var rest: [String] = []
        if decoded.kind == .known {
            rest = decoded.signals.filter { showsAll || !$0.isQuiet }.map(\.text)
            rest += decoded.errors.map { console.styled("(\($0))", .red) }
            if let missing = decoded.missingText { rest.append(console.styled(missing, .yellow)) }
            if rest.isEmpty, !decoded.signals.isEmpty { rest.append("nothing raised") }
        } else if line.frame.payload.count > 0 {
            rest.append(line.frame.bytesText)
        }
        let name = rest.isEmpty ? decoded.name : TextLayout.padded(decoded.name, 18)
        return (head + [console.styled(name, .bold)] + rest).joined(separator: "  ")
    }
}

/// Counts the lines that are frames and those that are not.
private struct LineTally {
    var frames = 0
    var others = 0
    private var first: (number: Int, reason: String)?

    /// The frame in a line; an empty line is passed over, any other that is none is counted.
    mutating func frame(in line: LineSplitter.Line) -> CANFrameLine? {
        guard !line.isCut else {
            count(line.number, "it is longer than \(LineSplitter.longest) bytes")
            return nil
        }
        do throws(CANFrameTextError) {
            let frame = try CANFrameLine(parsing: line.bytes.span)
            frames += 1
            return frame
        } catch .empty {
            return nil
        } catch {
            count(line.number, error.sentence)
            return nil
        }
    }

    /// What is to be said about the others; `nil` if there are none.
    var complaint: String? {
        guard let first else { return nil }
        let count = others == 1 ? "1 line is no CAN frame" : "\(others) lines are no CAN frames"
        let which = others == 1 ? "line \(first.number)" : "the first is line \(first.number)"
        return "\(count) (\(frames) are); \(which): \(first.reason)"
    }

    private mutating func count(_ number: Int, _ reason: String) {
        others += 1
        if first == nil { first = (number, reason) }
    }
}

extension CANFrameTextError {
    /// What is wrong with the line, and where.
    fileprivate var sentence: String {
        switch self {
        case .empty: "it is empty"
        case .endsEarly(let column): "it ends in column \(column), before the frame does"
        case .unexpected(let column): "column \(column) is no part of a frame"
        case .identifierDigits(let column): "the identifier in column \(column) has neither 3 nor 8 digits"
        case .identifierTooLarge(let column): "the identifier in column \(column) is too large"
        case .tooManyBytes(let column): "there are more than 8 bytes, from column \(column)"
        case .wrongCount(let column): "there are not as many bytes as announced, see column \(column)"
        case .notClassic(let column): "column \(column) says that it is a CAN FD frame"
        case .time(let column): "the time in column \(column) cannot be read"
        }
    }
}
