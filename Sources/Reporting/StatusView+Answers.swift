extension StatusView {
    /// How talking to the packs goes: to all of them, or only to those with whom it does not go well.
    func answers(_ packs: [StatusDocument.Pack]) -> [String] {
        packs.filter { showsAnswers || $0.statistics.answersSeldom || $0.statistics.answersLate }.map(answers)
    }

    private func answers(_ pack: StatusDocument.Pack) -> String {
        let statistics = pack.statistics
        var parts = ["\(statistics.answers) answers"]
        if let half = statistics.turnaroundP50Milliseconds, let most = statistics.turnaroundP99Milliseconds {
            let times =
                "half within \(TerminalText.fixed(half, 1)) ms, 99 % within \(TerminalText.fixed(most, 1)) ms"
            parts.append(paint(times, statistics.answersLate ? .yellow : nil))
        }
        let faults: [(UInt64, String)] = [
            (statistics.timeouts, "not answered"), (statistics.refusals, "refused"),
            (statistics.rejectedAnswers, "not believed"), (statistics.wrongAddresses, "of another pack"),
        ]
        parts += faults.filter { $0.0 > 0 }.map { "\($0.0) \($0.1)" }
        if let part = statistics.answeredLastMinutePercent {
            let text = "\(TerminalText.fixed(part, 1)) % of the last minute"
            parts.append(paint(text, statistics.answersSeldom ? .yellow : nil))
        }
        return paint(pad("Answers", 10), .dim) + "\(pack.name): " + parts.joined(separator: ", ")
            + (statistics.lastFault.map { "; last fault: \($0)" } ?? "")
    }

    private func paint(_ text: String, _ colour: TerminalText.Paint?) -> String {
        colour.map { paint(text, $0) } ?? text
    }
}
