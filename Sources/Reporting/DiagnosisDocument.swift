/// What listening to a link, or reading a recording, has brought to light: what `busbar diagnose --json` prints.
///
/// Numbers are in the unit their name ends with; what is not known is left out, never 0.
public struct DiagnosisDocument: Codable, Sendable {
    /// Version of the layout; raised when a name changes its meaning.
    public var layout = 1
    /// Version of the program.
    public var version: String
    /// The file or the link.
    public var source: String
    /// What kind of recording it is; left out for a link.
    public var format: String?
    /// Lines or places of the recording that cannot be read.
    public var unreadable = 0
    /// The first of them, as a sentence.
    public var firstUnreadable: String?
    /// Where its times go back or leap, as a sentence; left out where they do not.
    public var timeJumps: String?
    /// One for each link of the recording.
    public var links: [Link]

    /// What is wrong with the recording itself, in sentences.
    var flaws: [String] { [firstUnreadable, timeJumps].compactMap { $0 } }

    /// What was heard on one link.
    public struct Link: Codable, Sendable {
        /// Its name in the recording; empty where it has none.
        public var name: String
        /// `can` or `serial`.
        public var kind: String
        /// CAN frames, or bytes of a serial line.
        public var count: UInt64
        /// Error frames; left out on a serial line.
        public var errorFrames: UInt64?
        /// When it begins, in seconds since 1970; left out where the recording does not say.
        public var beganAtUnixSeconds: Double?
        /// How long it is.
        public var seconds: Double
        /// Who was heard.
        public var talkers: [Talker]
        /// What is wrong, the most important first.
        public var findings: [Finding]
        /// What the battery, or each pack, told last.
        public var values: [ValueGroup]
        /// Each identifier on CAN.
        public var identifiers: [Identifier]
        /// Each address on a serial line.
        public var addresses: [Address]
        /// Numbers over time, for drawing them.
        public var series: [Series]
    }

    /// Somebody who was heard.
    public struct Talker: Codable, Sendable {
        /// `battery`, `inverter`, `pack`, `master`, `foreign` or `unknown`.
        public var role: String
        /// What he speaks, the likeliest first.
        public var candidates: [Candidate]
        /// Who he seems to be.
        public var sender: String?
        /// What there is to say besides.
        public var remark: String?
        /// His identifiers on CAN.
        public var identifiers: [String]
        /// His addresses on a serial line.
        public var addresses: [Int]
    }

    /// A protocol that somebody may speak.
    public struct Candidate: Codable, Sendable {
        /// The id of the protocol.
        public var id: String
        /// Its name, with the dialect.
        public var name: String
        /// How well it fits.
        public var scorePercent: Double
        /// What speaks for it and against it.
        public var reasons: [Fact]
    }

    /// Something that was measured, in words.
    public struct Fact: Codable, Sendable {
        /// What was measured.
        public var label: String
        /// What came out.
        public var value: String
    }

    /// Something that is wrong.
    public struct Finding: Codable, Sendable {
        /// The word for its kind.
        public var id: String
        /// `electrical`, `connector`, `protocol`, `settings` or `firmware and mode`.
        public var layer: String
        /// `fault`, `warning` or `note`.
        public var severity: String
        /// What is wrong.
        public var title: String
        /// What becomes of it.
        public var effect: String
        /// How sure it is.
        public var certaintyPercent: Int
        /// What was measured.
        public var facts: [Fact]
        /// Lines of the recording that show it.
        public var places: [Int]
        /// What it may come from, the likeliest first.
        public var causes: [Cause]
    }

    /// What a finding may come from.
    public struct Cause: Codable, Sendable {
        /// The cause.
        public var text: String
        /// Where it lies.
        public var layer: String
        /// What to look at or to try.
        public var test: String
        /// What comes out of it if this is the cause.
        public var tells: String
        /// What to change.
        public var fix: String
        /// Where this is known from.
        public var source: String
    }

    /// What one battery or pack told last.
    public struct ValueGroup: Codable, Sendable {
        /// Who told it.
        public var name: String
        /// Each number, in words.
        public var values: [Fact]
        /// Alarms in words; left out where none are told.
        public var alarms: [String]?
    }

    /// An identifier on CAN.
    public struct Identifier: Codable, Sendable {
        /// The identifier in hexadecimal.
        public var id: String
        /// Its name in the protocol that was named.
        public var name: String?
        /// How often it came.
        public var count: UInt64
        /// How far apart in the middle.
        public var periodMilliseconds: Double?
        /// The longest pause.
        public var longestMilliseconds: Double?
        /// Its lengths in bytes.
        public var lengths: [Int]
        /// What it carried last, in hexadecimal.
        public var last: String
        /// How long before the end it came last.
        public var ageSeconds: Double
    }

    /// An address on a serial line.
    public struct Address: Codable, Sendable {
        /// The address.
        public var address: Int
        /// Questions to it.
        public var questions: UInt64
        /// Its answers.
        public var answers: UInt64
        /// Questions that it refused, and questions that nothing came back to.
        public var refusals: UInt64, unanswered: UInt64
        /// How long half of its answers take at most, and 99 of 100.
        public var halfWithinMilliseconds: Double?, mostWithinMilliseconds: Double?
    }

    /// A number over time.
    public struct Series: Codable, Sendable {
        /// What it is.
        public var name: String
        /// Its unit.
        public var unit: String
        /// Which drawing it belongs to.
        public var plot: String
        /// How long each step is.
        public var stepSeconds: Double
        /// The lowest and highest value in each step; `null` where nothing was told.
        public var lows: [Double?], highs: [Double?]
    }
}
