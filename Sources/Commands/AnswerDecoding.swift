import BMSDrivers
import BatteryModel
import Recordings
import Reporting

/// Reads recorded answers of packs in one protocol, line by line.
struct AnswerDecoding {
    let driver: BMSDriver
    let question: Int?
    let isJSON: Bool

    /// The longest line that is read, in characters: some 20 kB of recording without a line end.
    private static let longestLine = 65_536

    func run(file: String, _ console: Console) throws(CommandFailure) -> ExitCode {
        var input = try LineInput(file, console, longestLine: Self.longestLine)
        var reader = AnswerReader(driver, question: question)
        var tally = Tally()
        var hasMore = true
        while hasMore, console.isOpen {
            hasMore = try input.read { line in
                if line.isCut {
                    let long = "the line is longer than \(Self.longestLine) characters"
                    show([.problem(long)], line.number, &tally, console)
                } else {
                    show(findings(in: line.bytes, &reader), line.number, &tally, console)
                }
            }
            console.flush()
        }
        return tally.code
    }

    func run(lines: [String], _ console: Console) -> ExitCode {
        var reader = AnswerReader(driver, question: question)
        var tally = Tally()
        for (index, line) in lines.enumerated() {
            show(findings(in: Array(line.utf8), &reader), index + 1, &tally, console)
        }
        return tally.code
    }

    private struct Tally {
        var answers = 0
        var others = 0

        /// An empty recording is none that went wrong.
        var code: ExitCode { answers == 0 && others > 0 ? .failure : .success }
    }

    private func findings(in line: [UInt8], _ reader: inout AnswerReader) -> [AnswerReader.Finding] {
        do throws(SerialText.Problem) {
            return try SerialText.read(line).map { reader.read($0) } ?? []
        } catch {
            return [.problem(error.sentence)]
        }
    }

    private func show(
        _ findings: [AnswerReader.Finding], _ line: Int, _ tally: inout Tally, _ console: Console
    ) {
        for finding in findings {
            if case .answer = finding { tally.answers += 1 } else { tally.others += 1 }
            if isJSON {
                console.line(JSON.object([("line", .number(line))] + finding.json).text)
                continue
            }
            let head = "line \(line): \(finding.headline)"
            if case .problem = finding {
                console.line(console.styled(head, .red))
            } else {
                console.line(console.styled(head, .bold))
            }
            guard case .answer(_, _, let answer) = finding else { continue }
            for text in answer.lines(width: console.width - 2) { console.line("  " + text) }
        }
    }
}

extension AnswerReader.Finding {
    /// What was found, without what an answer says.
    fileprivate var headline: String {
        switch self {
        case .question(let address, let name):
            "a host asks" + Self.of(address) + (name.map { ": '\($0)'" } ?? ", what is not known")
        case .answer(let address, let name, _): "answer to '\(name)'" + Self.of(address)
        case .refusal(let address, let code): "refused with code \(code)" + Self.of(address)
        case .other: "something that is not asked for here"
        case .problem(let sentence): sentence
        }
    }

    private static func of(_ address: UInt8?) -> String { address.map { ", address \($0)" } ?? "" }

    fileprivate var json: [(name: String, value: JSON)] {
        switch self {
        case .question(let address, let name):
            [("kind", .string("question"))] + Self.about(address) + [("question", .string(name))]
        case .answer(let address, let name, let answer):
            [("kind", .string("answer"))] + Self.about(address) + [("question", .string(name))] + answer.json
        case .refusal(let address, let code):
            [("kind", .string("refusal"))] + Self.about(address) + [("code", .number(code))]
        case .other: [("kind", .string("other"))]
        case .problem(let sentence): [("kind", .string("problem")), ("error", .string(sentence))]
        }
    }

    private static func about(_ address: UInt8?) -> [(name: String, value: JSON)] {
        [("address", address.map { .number($0) } ?? .null)]
    }
}
