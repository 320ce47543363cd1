/// The state of a running gateway as one JSON document: what `busbar status --json` prints.
///
/// Numbers are in the unit their name ends with; what is not known is left out, never 0.
public struct StatusDocument: Codable, Sendable {
    /// Version of the layout; raised when a name changes its meaning.
    public var layout = 1
    /// Version of the program.
    public var version: String
    /// Time since the gateway started.
    public var uptimeSeconds: Double
    /// Number of control cycles.
    public var cycles: UInt64
    /// The longest time between the arrival of a byte and the frames that followed from it.
    public var worstLatencyMilliseconds: Double
    /// The longest pass of the bus thread.
    public var worstCycleMilliseconds: Double
    /// Passes of the bus thread that took longer than a tick of 100 ms, or came later than that.
    public var overruns: UInt64
    /// How long no cycle has been finished; only while the bus thread hangs and the link to the inverter is cut off.
    public var stalledSeconds: Double?
    /// The bank.
    public var bank: Bank
    /// The packs, in the order of the configuration.
    public var packs: [Pack]
    /// The inverters, in the order of the configuration.
    public var inverters: [Inverter]
    /// The shunt; left out if none is configured.
    public var shunt: Shunt?
    /// The links, in the order of the configuration.
    public var links: [Link]
    /// What the diagnosis of the links finds wrong, link by link, the most important first.
    public var findings: [LinkFinding]
    /// Where everything on the links is recorded; left out if it is not.
    public var recording: Recording?
    /// What was on the links before an alarm; left out if no file of it is there.
    public var blackBox: BlackBox?
    /// The orders that stand.
    public var orders: [Order]
    /// The last events, oldest first.
    public var events: [Event]

    /// Something that is wrong on a link.
    public struct LinkFinding: Codable, Sendable {
        /// The name of the link.
        public var link: String
        /// What is wrong.
        public var finding: DiagnosisDocument.Finding
    }

    /// One of the four limits, with the rule that set it.
    public struct Limit: Codable, Sendable, Equatable {
        /// The limit, in volts or amperes.
        public var value: Double
        /// `V` or `A`.
        public var unit: String
        /// The rule that won.
        public var rule: String
        /// Why, in a sentence.
        public var reason: String
        /// What has to change for it to rise.
        public var risesWhen: String
        /// The next rule in line, with the limit it would have set.
        public var runnerUp: String?
    }

    /// An alarm.
    public struct Alarm: Codable, Sendable, Equatable {
        /// Its name.
        public var name: String
        /// `info`, `warning` or `protection`.
        public var level: String
        /// Its name in words.
        public var words: String
    }

    /// The bank as a whole.
    public struct Bank: Codable, Sendable {
        /// `starting`, `running`, `bank lost`, `silent` or `stopped`.
        public var state: String
        /// Whether anything is sent to the inverter.
        public var isTransmitting: Bool
        /// CVL.
        public var cvl: Limit?
        /// CCL.
        public var ccl: Limit?
        /// DCL.
        public var dcl: Limit?
        /// DVL.
        public var dvl: Limit?
        /// Where the charge stands; left out before the first cycle.
        public var stage: Stage?
        /// The state of charge and how it was found.
        public var soc: SOC?
        /// Every other number about the bank, by its name and unit.
        public var values: [String: Value]
        /// Alarms of the bank, those of its packs included.
        public var alarms: [Alarm]
    }

    /// A number with its unit and age.
    public struct Value: Codable, Sendable, Equatable {
        /// The number, in the unit.
        public var value: Double
        /// The unit; left out for plain numbers.
        public var unit: String?
        /// How old it is.
        public var ageSeconds: Double
    }

    /// A pack.
    public struct Pack: Codable, Sendable {
        /// The operator's name for it.
        public var name: String
        /// Its address; `nil` where its protocol has none.
        public var address: Int?
        /// `fresh`, `stale`, `lost` or `unheard`.
        public var freshness: String
        /// The age of its newest complete reading.
        public var ageSeconds: Double?
        /// Model, hardware, firmware, serial number as it reports them.
        public var identity: [String: String]
        /// Every number it has reported, by name.
        public var values: [String: Value]
        /// Cell voltages in volts, in order; an absent cell is `null`.
        public var cellVolts: [Double?]
        /// Resistances of the balance leads in milliohms.
        public var wireMilliohms: [Int?]
        /// The charge current it may take itself.
        public var ccl: Limit?
        /// The current that may be drawn from it.
        public var dcl: Limit?
        /// The part of the bank's charge current that flows through it.
        public var chargeSharePercent: Double
        /// The part of the bank's discharge current that flows through it.
        public var dischargeSharePercent: Double
        /// Whether a jump of its values is doubted at the moment.
        public var isDoubted: Bool
        /// Its alarms.
        public var alarms: [Alarm]
        /// What its BMS is set to that does not go with the configuration.
        public var contradictions: [SettingsDocument.Finding]
        /// How talking to it goes.
        public var statistics: Statistics
    }

    /// How talking to a pack goes.
    public struct Statistics: Codable, Sendable {
        /// Answers that were believed.
        public var answers: UInt64
        /// Requests without an answer.
        public var timeouts: UInt64
        /// Requests that were refused.
        public var refusals: UInt64
        /// Answers that were not believed.
        public var rejectedAnswers: UInt64
        /// Answers of another pack.
        public var wrongAddresses: UInt64
        /// Time from request to answer.
        public var turnaroundMilliseconds: Double?
        /// Half of the answers came within this time.
        public var turnaroundP50Milliseconds: Double?
        /// 99 of 100 answers came within this time.
        public var turnaroundP99Milliseconds: Double?
        /// Time between the last two readings.
        public var cycleMilliseconds: Double?
        /// The last fault in words.
        public var lastFault: String?
        /// The part of the questions of the last minute that were answered; left out if there were too few.
        public var answeredLastMinutePercent: Double?
        /// Whether too few questions are answered: from below 95 % on, until 98 % are again.
        public var answersSeldom: Bool
        /// Whether answers take half of what is waited for, or longer.
        public var answersLate: Bool
    }

    /// An inverter.
    public struct Inverter: Codable, Sendable {
        /// The operator's name for its link.
        public var link: String
        /// Whether it only reads: it is told the whole bank and takes no part of the currents.
        public var readsOnly: Bool
        /// The charge current that it is told, in amperes; left out before the control has decided.
        public var toldCCL: Double?
        /// The discharge current that it is told, in amperes.
        public var toldDCL: Double?
        /// Id of its protocol.
        public var profile: String
        /// Its dialect.
        public var dialect: String
        /// How long ago it was heard.
        public var heardSecondsAgo: Double?
        /// Whether it counts as silent.
        public var isSilent: Bool
        /// After how much silence it does; left out if nobody minds.
        public var silentAfterSeconds: Double?
        /// Signs of life in the last second.
        public var keepAlivesPerSecond: Int
        /// Frames sent in the last second.
        public var framesPerSecond: Int
        /// Frames sent.
        public var framesSent: UInt64
        /// Frames that did not reach the bus.
        public var framesUnsent: UInt64
        /// Frames not written because a value is not known.
        public var framesWithheld: UInt64
        /// Frames sent at once because a limit had fallen.
        public var framesUrgent: UInt64
        /// Frames of others.
        public var framesForeign: UInt64
        /// Own frames that came back.
        public var framesEchoed: UInt64
        /// Frames of somebody else who speaks as a battery.
        public var framesContradicting: UInt64
        /// How long ago such a frame was heard.
        public var otherTalkerSecondsAgo: Double?
        /// The part of the frames that came through within the last minute; left out if there were too few.
        public var qualityPercent: Double?
        /// Frames that did not come through within the last minute, and error frames.
        public var failuresLastMinute: UInt64
        /// How often the CAN controller left the bus within the last minute.
        public var busOffsLastMinute: Int
        /// Whether no frame of a real device has proven the protocol yet.
        public var isExperimental: Bool
        /// Measured values that the protocol has no number for.
        public var capped: [Capped]
        /// Warnings and protections that stand and that the protocol cannot tell the inverter.
        public var hiddenAlarms: [Alarm]
        /// Those who call over the network; left out where nobody can.
        public var callers: Callers?
    }

    /// Those who call over the network and read the bank.
    public struct Callers: Codable, Sendable, Equatable {
        /// Those who are there now.
        public var now: Int
        /// Calls taken so far.
        public var came: UInt64
        /// Callers who had to make room for another.
        public var displaced: UInt64
        /// Callers who asked nothing for too long.
        public var idle: UInt64
        /// Callers who did not take their answers.
        public var stuck: UInt64
    }

    /// A measured value that the protocol cannot say as it is.
    public struct Capped: Codable, Sendable, Equatable {
        /// Its name, as in ``Bank/values``.
        public var name: String
        /// The value, in the unit.
        public var value: Double
        /// What the inverter is told instead.
        public var said: Double
        /// The unit; left out for plain numbers.
        public var unit: String?
        /// The same in a sentence.
        public var words: String
    }

    /// A link.
    public struct Link: Codable, Sendable {
        /// The operator's name for it.
        public var name: String
        /// Where it leads to.
        public var address: String
        /// `closed`, `opening`, `open` or `waiting`.
        public var state: String
        /// Why it failed last.
        public var lastError: String?
        /// Whether the CAN controller has left the bus.
        public var isBusOff: Bool
        /// Counters that are not zero, by name.
        public var counters: [String: UInt64]
    }

    /// Something that happened.
    public struct Event: Codable, Sendable, Equatable {
        /// How long ago.
        public var secondsAgo: Double
        /// What, in a sentence.
        public var text: String
    }
}
