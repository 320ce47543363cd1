public import BatteryModel
public import ChargeControl

/// Something that must hold at the end of a scenario.
public struct PlantExpectation: Sendable, Hashable {
    /// How a figure is compared.
    public enum Bound: String, Sendable, Hashable, CaseIterable {
        /// No more than that.
        case atMost = "at most"
        /// No less than that.
        case atLeast = "at least"
        /// Less than that.
        case below
        /// More than that.
        case above
        /// That.
        case exactly
    }

    /// What must hold.
    public enum Demand: Sendable, Hashable {
        /// A figure of the report, by its key, is on the right side of a value in its unit.
        case figure(String, Bound, Int64)
        /// The control has raised these alarms.
        case alarms([AlarmKind])
        /// The control has not raised these.
        case noAlarms([AlarmKind])
        /// These stages came one after the other; others may have come between them.
        case stages([ChargeStage])
    }

    /// What must hold.
    public var demand: Demand

    /// Makes an expectation.
    public init(_ demand: Demand) { self.demand = demand }

    /// What became of an expectation.
    public struct Outcome: Sendable, Hashable {
        /// What was expected, as it is written.
        public var expected: String
        /// What was measured.
        public var measured: String
        /// Whether it holds.
        public var holds: Bool
    }

    /// Compares with what happened.
    public func outcome(in report: PlantReport) -> Outcome {
        switch demand {
        case .figure(let key, let bound, let value):
            guard let figure = PlantFigure.named(key) else {
                return Outcome(expected: key, measured: "no such figure", holds: false)
            }
            let measured = figure.value(report)
            return Outcome(
                expected: "\(key): \(bound.rawValue) \(figure.text(value))",
                measured: measured.map { figure.text(Int64($0.rounded())) } ?? "not known",
                holds: measured.map { bound.holds($0, Double(value)) } ?? false)
        case .alarms(let kinds):
            let missing = kinds.filter { kind in !report.alarms.contains { $0.kind == kind } }
            return Outcome(
                expected: "alarms: \(Self.words(kinds))",
                measured: missing.isEmpty ? "raised" : "not raised: \(Self.words(missing))",
                holds: missing.isEmpty)
        case .noAlarms(let kinds):
            let raised = kinds.filter { kind in report.alarms.contains { $0.kind == kind } }
            return Outcome(
                expected: "no_alarms: \(Self.words(kinds))",
                measured: raised.isEmpty ? "not raised" : "raised: \(Self.words(raised))",
                holds: raised.isEmpty)
        case .stages(let stages):
            var rest = stages[...]
            for stage in report.charge.stages where stage == rest.first { rest = rest.dropFirst() }
            return Outcome(
                expected: "stages: \(Self.words(stages))", measured: Self.words(report.charge.stages),
                holds: rest.isEmpty)
        }
    }

    private static func words(_ stages: [ChargeStage]) -> String {
        stages.map(\.word).joined(separator: ", ")
    }

    private static func words(_ kinds: [AlarmKind]) -> String {
        kinds.map(\.word).joined(separator: ", ")
    }
}

extension PlantExpectation.Bound {
    /// Whether `measured` is on the right side of `value`.
    func holds(_ measured: Double, _ value: Double) -> Bool {
        switch self {
        case .atMost: measured <= value
        case .atLeast: measured >= value
        case .below: measured < value
        case .above: measured > value
        case .exactly: measured.rounded() == value
        }
    }
}
