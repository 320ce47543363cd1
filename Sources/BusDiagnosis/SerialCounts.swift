public import BatteryModel

/// What happened on a serial line, in numbers, as one protocol understands it.
public struct SerialCounts: Sendable, Equatable {
    /// Questions, those of the recorder's machine among them.
    public internal(set) var questions: UInt64 = 0
    /// Questions of the recorder's machine.
    public internal(set) var ownQuestions: UInt64 = 0
    /// Questions that the protocol has.
    public internal(set) var knownQuestions: UInt64 = 0
    /// Questions that fit the framing and not the protocol, and what the last of them asked for.
    public internal(set) var strangeQuestions: UInt64 = 0, strangeRegister: UInt16?
    /// What belongs to the framing and is of another version, or says nothing of use.
    public internal(set) var others: UInt64 = 0
    /// Writes.
    public internal(set) var writes: UInt64 = 0
    /// Answers.
    public internal(set) var answers: UInt64 = 0
    /// Answers that could be read, and those of them that say what cannot be.
    public internal(set) var readAnswers: UInt64 = 0, impossibleAnswers: UInt64 = 0
    /// Answers that came without any question and could be read all the same.
    public internal(set) var unaskedAnswers: UInt64 = 0
    /// Those of them of which it was guessed what they answer.
    public internal(set) var guessedAnswers: UInt64 = 0
    /// Refusals, and the codes that were met, with their numbers.
    public internal(set) var refusals: UInt64 = 0, refusalCodes: [RefusalCode] = []
    /// Questions that nothing came back to, and those to which something came that was damaged.
    public internal(set) var unanswered: UInt64 = 0, damagedAnswers: UInt64 = 0
    /// Questions that some firmware does not know, and that were refused or not answered; they count nowhere else.
    public internal(set) var optionalFailures: UInt64 = 0
    /// Questions that came before the one before them could be answered.
    public internal(set) var hasty: UInt64 = 0
    /// Own questions that came back, and questions that were heard twice.
    public internal(set) var echoes: UInt64 = 0, repeats: UInt64 = 0
    /// Answers from another address than was asked.
    public internal(set) var wrongAddresses: UInt64 = 0, askedAddress: UInt8 = 0, wrongAddress: UInt8 = 0
    /// Second answers to one question, and those of them that were the same as the first.
    public internal(set) var secondAnswers: UInt64 = 0, sameSecondAnswers: UInt64 = 0
    /// Answers that came later than whoever asks waits.
    public internal(set) var lateAnswers: UInt64 = 0
    /// Frames with a pause inside, and the longest pause.
    public internal(set) var brokenFrames: UInt64 = 0, longestPause = Interval.zero
    /// Stretches of bytes that are no frame; the longest run of them without a whole frame between.
    public internal(set) var damages: UInt64 = 0, longestDamage: UInt64 = 0
    /// Those of them that stood beside others, four or more, and the longest run of such, question after question.
    public internal(set) var burstDamages: UInt64 = 0, longestBurst: UInt64 = 0
    /// Frames that one or two bytes stand before which belong to nothing.
    public internal(set) var strays: UInt64 = 0
    /// Questions after a long silence, and how many of them were not answered; the same of all others.
    public internal(set) var coldQuestions: UInt64 = 0, coldFailures: UInt64 = 0
    public internal(set) var warmQuestions: UInt64 = 0, warmFailures: UInt64 = 0
    /// Whole frames of any kind, and their bytes.
    public internal(set) var items: UInt64 = 0, understoodBytes: UInt64 = 0

    /// A code with which questions were refused.
    public struct RefusalCode: Sendable, Equatable {
        /// The code, as the protocol has it.
        public var code: UInt8
        /// How often.
        public var times: UInt64
    }

    mutating func noteRefusal(_ code: UInt8) {
        refusals += 1
        if let index = refusalCodes.firstIndex(where: { $0.code == code }) {
            refusalCodes[index].times += 1
        } else if refusalCodes.count < 8 {
            refusalCodes.append(RefusalCode(code: code, times: 1))
        }
    }
}

/// Where on a serial line something was seen first.
struct SerialPlaces: Sendable {
    private(set) var first: [Int] = []

    mutating func note(_ place: Int) {
        if first.count < 4, first.last != place { first.append(place) }
    }
}
