import BatteryModel
import Gateway
import LinuxIO
import Recordings
import Reporting
import Settings

/// Tells a gateway core what `busbar run --record` wrote down, and compares what it says.
struct GatewayReplay {
    private let files: [String]
    private let settingsPath: String

    init(_ files: [String], _ settingsPath: String) {
        self.files = files
        self.settingsPath = settingsPath
    }

    func run(isJSON: Bool, _ console: Console) throws(CommandFailure) -> ExitCode {
        let configuration = GatewayConfiguration(try RunCommand.settings(settingsPath, console))
        let tape = TapeItems(configuration.buses.map(\.name))
        var replay = CoreReplay(configuration)
        var items = RecordingItems(files, console)
        var span: (first: Int64, last: Int64)?
        while let found = try items.read() {
            for item in found {
                guard let entry = tape.entry(item) else { throw unknown(item, tape) }
                replay.take(entry)
                span = (span?.first ?? entry.at.nanoseconds, entry.at.nanoseconds)
            }
            console.progress("\(((span?.last ?? 0) - (span?.first ?? 0)) / 1_000_000_000) s played")
        }
        console.progress("")
        for problem in items.problems + items.jumps { console.complain("busbar replay: \(problem)") }
        guard !items.isEmpty else {
            throw CommandFailure(
                "there is nothing to play", "the recording is empty", "choose one of 'busbar run --record'")
        }
        let result = replay.finish()
        let words = DifferenceWords(configuration, tape)
        let seconds = span.map { ($0.last - $0.first) / 1_000_000_000 } ?? 0
        if isJSON {
            console.line(Self.json(result, seconds, words).text)
        } else {
            for line in Self.lines(result, seconds, words) { console.line(line) }
        }
        return result.different == 0 && items.problems.isEmpty ? .success : .failure
    }

    private func unknown(_ item: RecordedItem, _ tape: TapeItems) -> CommandFailure {
        guard item.nanoseconds != nil else {
            return CommandFailure(
                "the recording cannot be played", "it has no times", "choose one of 'busbar run --record'")
        }
        return CommandFailure(
            "the recording does not go with \(settingsPath)",
            "it has the link \(UsageError.quoted(item.link)), and the settings have \(tape.names.joined(separator: ", "))",
            "name the settings with which it was recorded")
    }

    /// What came of it, in sentences.
    private static func lines(_ result: CoreReplay.Result, _ seconds: Int64, _ words: DifferenceWords)
        -> [String]
    {
        var lines = [
            "\(seconds) s: told \(result.inputs) times, \(result.same) answers the same, \(result.different) different"
        ]
        if !result.hasBeginning {
            lines.append(
                "note: the recording does not have the beginning of the run, so that what the gateway knew then is missing"
            )
        }
        if let at = result.firstOrderAt {
            lines.append(
                "note: \(result.orders) orders were given, the first at \(time(at)); a replay does not give them"
            )
        }
        if result.backwards > 0 {
            lines.append(
                "note: \(result.backwards) lines stand behind something later; no time was let pass for them")
        }
        for difference in result.differences {
            let times = difference.times > 1 ? "; \(difference.times) times" : ""
            lines.append("\(time(difference.at))  \(words.text(difference))\(times)")
        }
        let more = result.different - result.differences.reduce(0) { $0 + $1.times }
        if more > 0 { lines.append("and \(more) more") }
        return lines
    }

    private static func time(_ instant: Instant) -> String {
        let time = CivilTime(seconds: instant.nanoseconds / 1_000_000_000)
        let digits = "\(instant.nanoseconds / 1_000 % 1_000_000)"
        return "\(time.date) \(time.time).\(String(repeating: "0", count: max(6 - digits.count, 0)))\(digits)"
    }

    private static func json(
        _ result: CoreReplay.Result, _ seconds: Int64, _ words: DifferenceWords
    ) -> JSON {
        .object([
            ("seconds", .number(seconds)), ("told", .number(result.inputs)), ("same", .number(result.same)),
            ("different", .number(result.different)), ("has_beginning", .bool(result.hasBeginning)),
            ("orders", .number(result.orders)), ("backwards", .number(result.backwards)),
            (
                "differences",
                .array(
                    result.differences.map { difference in
                        .object([
                            ("at", .string(time(difference.at))), ("times", .number(difference.times)),
                            ("recorded", .string(difference.recorded.map(words.text))),
                            ("now", .string(difference.said.map(words.text))),
                            ("signals", .array(words.signals(difference).map(JSON.string))),
                        ])
                    })
            ),
        ])
    }
}
