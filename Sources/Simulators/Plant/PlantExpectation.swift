public import BatteryModel
package import YAMLFile

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
        }
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

/// A figure of the report that can be expected to have a value.
package struct PlantFigure: Sendable {
    /// The key in files.
    package var key: String
    /// What it is measured in; `nil` for a number without a unit.
    package var quantity: Quantity?
    /// The figure, in the whole numbers of the quantity; `nil` if it is not known.
    package var value: @Sendable (PlantReport) -> Double?

    init(_ key: String, _ quantity: Quantity?, _ value: @escaping @Sendable (PlantReport) -> Double?) {
        self.key = key
        self.quantity = quantity
        self.value = value
    }

    /// A value as it is written.
    package func text(_ value: Int64) -> String { quantity?.text(value) ?? "\(value)" }

    /// The figure called `key`; `nil` if there is none.
    package static func named(_ key: String) -> PlantFigure? { all.first { $0.key == key } }

    /// Every figure.
    package static let all: [PlantFigure] = [
        PlantFigure("bms_cut_offs", nil) { Double($0.total.cutOffs) },
        PlantFigure("highest_cell", .voltage) { $0.total.highestCellMillivolts },
        PlantFigure("lowest_cell", .voltage) { $0.total.lowestCellMillivolts },
        PlantFigure("spread", .voltage) { $0.total.widestSpreadMillivolts },
        PlantFigure("spread_of_last_day", .voltage) { $0.days.last?.widestSpreadMillivolts },
        PlantFigure("energy", .part) { $0.energyPermille },
        PlantFigure("energy_charged", .energy) { $0.total.chargedWattHours },
        PlantFigure("energy_discharged", .energy) { $0.total.dischargedWattHours },
        PlantFigure("soc_at_end", .part) { $0.total.socEndPermille },
        PlantFigure("reversals_per_hour", nil) { Double($0.reversalsInWorstHour) },
        PlantFigure("pack_charge", .part) { $0.worstOfPack.chargePermille },
        PlantFigure("pack_discharge", .part) { $0.worstOfPack.dischargePermille },
        PlantFigure("bms_charge", .part) { $0.worstOfBMS.chargePermille },
        PlantFigure("bms_discharge", .part) { $0.worstOfBMS.dischargePermille },
        PlantFigure("over_ccl", .span) { $0.overChargeSeconds * 1_000 },
        PlantFigure("over_dcl", .span) { $0.overDischargeSeconds * 1_000 },
        PlantFigure("over_cvl", .voltage) { $0.overVoltageMillivolts },
        PlantFigure("frozen_charge", .current) { Double($0.frozenChargeMilliamps) },
        PlantFigure("zero_charge", .span) { $0.total.zeroChargeSeconds * 1_000 },
        PlantFigure("zero_discharge", .span) { $0.total.zeroDischargeSeconds * 1_000 },
        PlantFigure("bank_lost", .span) { ($0.stateSeconds[2] + $0.stateSeconds[3]) * 1_000 },
        PlantFigure("inverter_stops", nil) { Double($0.inverterStops) },
    ]
}
