public import BatteryModel

/// A script: what happens when, and what people are told about it.
public struct Scenario: Sendable, Hashable {
    /// One thing that happens.
    public struct Step: Sendable, Hashable {
        /// When, counted from the beginning.
        public var after: Interval
        /// What.
        public var command: SimulationCommand
        /// What people are told.
        public var sentence: String

        /// Makes a step.
        public init(seconds: Int64, _ command: SimulationCommand, _ sentence: String) {
            after = .seconds(seconds)
            self.command = command
            self.sentence = sentence
        }
    }

    /// The name by which it is asked for.
    public var name: String
    /// What it shows, in a line.
    public var summary: String
    /// What happens, in the order of time.
    public var steps: [Step]
    /// When it is over.
    public var duration: Interval

    /// Makes a scenario.
    public init(name: String, summary: String, steps: [Step], duration: Interval) {
        self.name = name
        self.summary = summary
        self.steps = steps
        self.duration = duration
    }

    /// The steps that are due after `earlier` and not later than `now`, both counted from the beginning.
    ///
    /// `earlier` is `nil` at the first call, so that a step at 0 s is not missed.
    public func due(after earlier: Interval?, upTo now: Interval) -> ArraySlice<Step> {
        let first = earlier.flatMap { earlier in steps.firstIndex { $0.after > earlier } ?? steps.count } ?? 0
        let end = steps.firstIndex { $0.after > now } ?? steps.count
        return steps[first..<max(first, end)]
    }

    /// All scenarios.
    public static let all: [Scenario] = [calm, cellHigh, packSilent, inverterSilent, tour]

    /// The scenario called `name`; `nil` if there is none.
    public static func named(_ name: String) -> Scenario? { all.first { $0.name == name } }
}

extension Scenario {
    private static let calm = Scenario(
        name: "calm", summary: "three packs charge and discharge, nothing goes wrong",
        steps: [
            charging,
            Step(seconds: 30, .wantedCurrent(milliamps: -40_000), "A cloud: the house draws 40 A."),
            Step(seconds: 60, .wantedCurrent(milliamps: 60_000), "The sun is back and charges with 60 A."),
        ], duration: .seconds(90))

    private static let cellHigh = Scenario(
        name: "cell-high", summary: "a cell climbs to 3.52 V, the charge limit falls to 0 and comes back",
        steps: [charging, cellRunsAway(seconds: 5), cellComesBack(seconds: 20)], duration: .seconds(60))

    private static let packSilent = Scenario(
        name: "pack-silent", summary: "the second pack does not answer for 20 s",
        steps: [charging, packFallsSilent(seconds: 5), packAnswers(seconds: 25)], duration: .seconds(40))

    private static let inverterSilent = Scenario(
        name: "inverter-silent", summary: "the inverter shows no sign of life for 15 s",
        steps: [charging, inverterFallsSilent(seconds: 5), inverterIsBack(seconds: 20)],
        duration: .seconds(25))

    private static let tour = Scenario(
        name: "tour", summary: "a high cell, a silent pack and a silent inverter, one after the other",
        steps: [
            charging, cellRunsAway(seconds: 4), cellComesBack(seconds: 16), packFallsSilent(seconds: 48),
            packAnswers(seconds: 62), inverterFallsSilent(seconds: 74), inverterIsBack(seconds: 84),
        ], duration: .seconds(90))

    private static let charging = Step(
        seconds: 0, .wantedCurrent(milliamps: 60_000), "The sun charges with 60 A.")

    private static func cellRunsAway(seconds: Int64) -> Step {
        Step(
            seconds: seconds, .cellHigh(pack: 0, cell: 4, millivolts: 3_520),
            "Cell 5 of the first pack runs away to 3.52 V: the charge limit falls to 0 A.")
    }

    private static func cellComesBack(seconds: Int64) -> Step {
        Step(
            seconds: seconds, .restore,
            "The cell comes back: the limit stays down for 5 s (otherwise 30 s) and rises step by step.")
    }

    private static func packFallsSilent(seconds: Int64) -> Step {
        Step(
            seconds: seconds, .packSilent(pack: 1, true),
            "The second pack falls silent: after 3 s it is stale, after 10 s it has left the bank.")
    }

    private static func packAnswers(seconds: Int64) -> Step {
        Step(
            seconds: seconds, .packSilent(pack: 1, false),
            "The second pack answers again: it is asked every 9 s and then joins the bank.")
    }

    private static func inverterFallsSilent(seconds: Int64) -> Step {
        Step(
            seconds: seconds, .inverterSilent(true),
            "The inverter stops showing that it is there: after 5 s it counts as silent.")
    }

    private static func inverterIsBack(seconds: Int64) -> Step {
        Step(seconds: seconds, .inverterSilent(false), "The inverter shows again that it is there.")
    }
}
