/// Why the limits and the state of charge are what they are: what `busbar why --json` prints, and one line of the
/// journal.
public struct ExplanationDocument: Codable, Sendable, Equatable {
    /// Version of the layout; raised when a name changes its meaning.
    public var layout = 1
    /// Version of the program.
    public var version: String
    /// When it was so, in seconds since the beginning of 1970; `nil` if the machine does not know the time.
    public var unixSeconds: Int64?
    /// The state of the bank.
    public var state: String
    /// Where the charge stands.
    public var stage: String
    /// CVL.
    public var cvl: Limit
    /// CCL.
    public var ccl: Limit
    /// DCL.
    public var dcl: Limit
    /// State of charge.
    public var soc: SOC
    /// What the rules say about each pack; not in the journal.
    public var packs: [Pack]?

    /// Settings of BMS that were written since the line before; only in the journal.
    public var settingWrites: [SettingsDocument.Write]?

    /// How a rule stands among the others.
    public enum Standing: String, Codable, Sendable {
        /// It sets the limit.
        case winner
        /// It would, without the winner.
        case next
    }

    /// One rule that limits.
    public struct Rule: Codable, Sendable, Equatable {
        /// Its name.
        public var rule: String
        /// What it says, in a sentence.
        public var words: String
        /// The limit it sets, in the unit of the limit.
        public var limit: Double
        /// What it looked at, with its unit.
        public var input: String?
        /// How old that is.
        public var ageSeconds: Double?
        /// The pack it looked at.
        public var pack: String?
        /// The cell or sensor it looked at, counted from 1.
        public var place: Int?
        /// What has to change for it to allow more.
        public var risesWhen: String
        /// Whether it wins or comes next.
        public var standing: Standing?
    }

    /// A limit with every rule that was asked: the winner first, then by what they allow.
    public struct Limit: Codable, Sendable, Equatable {
        /// The limit.
        public var value: Double
        /// `V` or `A`.
        public var unit: String
        /// The rules that limit.
        public var rules: [Rule]
        /// The rules that were asked and do not limit, in words.
        public var quiet: [String]
    }

    /// What the rules say about the currents of one pack alone.
    public struct Pack: Codable, Sendable, Equatable {
        /// Its name.
        public var name: String
        /// The charge current it may take.
        public var ccl: Limit?
        /// The current that may be drawn from it.
        public var dcl: Limit?
    }

    /// The state of charge.
    public struct SOC: Codable, Sendable, Equatable {
        /// What is said, in percent; `nil` while nobody can say.
        public var percent: Double?
        /// What holds it there.
        public var bound: String
        /// Why, in a sentence.
        public var reason: String
        /// What has to change for it to move.
        public var movesWhen: String
        /// The source it follows: `bms`, `counted` or `shunt`.
        public var source: String
        /// What the packs say, weighted by capacity.
        public var packsPercent: Double?
        /// What the counted charge gives.
        public var countedPercent: Double?
        /// What the shunt says.
        public var shuntPercent: Double?
        /// How old the oldest of it is.
        public var ageSeconds: Double?
    }

    /// What is kept of it in the journal.
    public var compact: ExplanationDocument {
        var copy = self
        copy.packs = nil
        return copy
    }
}

/// One of the values that can be explained.
public enum ExplanationTopic: String, CaseIterable, Sendable {
    /// Charge current limit.
    case ccl
    /// Discharge current limit.
    case dcl
    /// Charge voltage limit.
    case cvl
    /// State of charge.
    case soc
}

extension ExplanationDocument {
    /// The limit of a topic; `nil` for the state of charge.
    func limit(_ topic: ExplanationTopic) -> Limit? {
        switch topic {
        case .cvl: cvl
        case .ccl: ccl
        case .dcl: dcl
        case .soc: nil
        }
    }

    /// What decides about a topic: when it changes, something has happened.
    func decider(_ topic: ExplanationTopic) -> String {
        guard let limit = limit(topic) else { return soc.bound }
        let winner = limit.rules.first { $0.standing == .winner }
        return "\(winner?.rule ?? "") \(winner?.pack ?? "")"
    }

    /// What decides about everything.
    var decider: String {
        ExplanationTopic.allCases.map(decider).joined(separator: "|") + "|\(state)|\(stage)"
    }
}
