import BatteryModel
import BusCodec
import InverterProfiles
import Recordings
import Reporting

/// Reads a recording of a CAN bus in one profile; what comes is written as it comes.
struct FrameDecoding {
    let profile: InverterProfile
    let dialect: UInt8?
    let showsAll: Bool
    let isJSON: Bool

    func run(_ file: String, _ console: Console) throws(CommandFailure) -> ExitCode {
        var input = try FileInput(file, console)
        var recording = RecordingReader()
        var reader = FrameReader(profile, dialect: dialect)
        while console.isOpen, let bytes = try input.read() {
            show(recording.takeBatch(bytes), &reader, console)
            console.flush()
        }
        show(recording.finishBatch(), &reader, console)
        for complaint in complaints(recording) { console.complain("busbar decode: \(complaint)") }
        let tally = recording.tally
        let others = tally.unreadable + tally.flexibleFrames + tally.byteRuns
        return tally.frames + tally.errorFrames == 0 && others > 0 ? .failure : .success
    }

    private func show(_ batch: RecordingBatch, _ reader: inout FrameReader, _ console: Console) {
        batch.visit { frame in
            show(frame.frame, frame.nanoseconds, batch.links[Int(frame.link)], &reader, console)
        } other: { item, _ in
            guard case .frame(let frame) = item.content else { return }
            show(frame, item.nanoseconds, item.link, &reader, console)
        }
    }

    private func show(
        _ frame: CANFrame, _ nanoseconds: Int64?, _ link: String, _ reader: inout FrameReader,
        _ console: Console
    ) {
        // As text of a bus is: nothing of a recording can reach a terminal that is no character.
        let name = ASCIIText(padded: Array(link.utf8).span)
        let line = CANFrameLine(frame, nanoseconds: nanoseconds, interface: name)
        let decoded = reader.read(frame, at: Instant(nanoseconds: nanoseconds ?? 0))
        console.line(isJSON ? decoded.json(of: line).text : text(of: line, decoded, console))
    }

    private func complaints(_ recording: RecordingReader) -> [String] {
        let tally = recording.tally
        return recording.complaints
            + [
                tally.flexibleFrames > 0 ? "CAN FD frames left out: \(tally.flexibleFrames)" : nil,
                tally.byteRuns > 0
                    ? "bytes of a serial line passed over; --driver says which packs they are of" : nil,
            ].compactMap { $0 }
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
