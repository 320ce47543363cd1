import BatteryModel
import BusCodec
import InverterProfiles
import Recordings
import Reporting

/// Reads a recording of a CAN bus in one profile, line by line.
struct FrameDecoding {
    let profile: InverterProfile
    let dialect: UInt8?
    let showsAll: Bool
    let isJSON: Bool

    func run(_ file: String, _ console: Console) throws(CommandFailure) -> ExitCode {
        var input = try LineInput(file, console)
        var reader = FrameReader(profile, dialect: dialect)
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
            count(line.number, "it is longer than \(LineInput.longestLine) bytes")
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
