import BatteryModel

/// The questions to a pack that were given up and may still be answered.
///
/// An answer does not say which of several equal questions it answers. One that comes to a question asked again may be
/// that to the first asking, and the answer to the second comes when the next one has been asked: a pack that is a
/// little too slow stays behind by one question. As long as that is possible, what it says is taken to be as old as the
/// first asking, and an answer is not taken for that to another question.
struct LateAnswers: Sendable {
    private struct Question {
        var poll: Int
        var askedAt: Instant
        /// From then on nothing comes any more.
        var end: Instant
    }

    /// Oldest first; more than that many are not kept in mind.
    private var questions: InlineArray<4, Question?> = InlineArray(repeating: nil)

    /// Since when an answer to question `poll` may be under way; `nil` if none is.
    func since(_ poll: Int) -> Instant? {
        for index in questions.indices where questions[index]?.poll == poll {
            return questions[index]?.askedAt
        }
        return nil
    }

    /// Question `poll`, asked at `instant`, has not been answered in time.
    mutating func giveUp(_ poll: Int, askedAt instant: Instant, until end: Instant) {
        let question = Question(poll: poll, askedAt: instant, end: end)
        for index in questions.indices where questions[index] == nil {
            questions[index] = question
            return
        }
        remove(at: 0)
        questions[questions.count - 1] = question
    }

    /// An answer to question `poll`, of a pack that does not say which to any, has come.
    mutating func settle(_ poll: Int?) {
        for index in questions.indices {
            guard let question = questions[index] else { return }
            if poll == nil || question.poll == poll { return remove(at: index) }
        }
    }

    /// Forgets what cannot come any more.
    mutating func forget(at now: Instant) {
        for index in questions.indices.reversed() {
            if let question = questions[index], now >= question.end { remove(at: index) }
        }
    }

    private mutating func remove(at place: Int) {
        for index in place..<questions.count - 1 { questions[index] = questions[index + 1] }
        questions[questions.count - 1] = nil
    }
}
