import BatteryModel
import ChargeControl
import Reporting
import Simulators

/// What happened in a plant, as people and programs read it.
struct PlantText {
    let scenario: PlantScenario
    let report: PlantReport
    private let outcomes: [PlantExpectation.Outcome]

    /// The most notes that are shown; JSON has all that were kept.
    private static let shownNotes = 100

    init(scenario: PlantScenario, report: PlantReport) {
        self.scenario = scenario
        self.report = report
        outcomes = scenario.expectations.map { $0.outcome(in: report) }
    }

    /// Whether everything was as expected.
    var holds: Bool { outcomes.allSatisfy(\.holds) }

    /// What was not as expected, in lines.
    var failures: [String] { outcomes.filter { !$0.holds }.map { "\(scenario.name): \(line($0))" } }

    /// All of it, in lines.
    var lines: [String] {
        [heading, ""] + table + [""] + summary + section("what happened", notes)
            + section("zero limits, by the rule that won", zeros) + section("expected", outcomes.map(line))
    }

    private var heading: String {
        "\(scenario.name): \(Wording.time(scenario.duration)), \(scenario.packs.count) packs, "
            + "seed \(scenario.seed), inverter '\(scenario.inverter.name)'"
    }

    private func section(_ title: String, _ lines: [String]) -> [String] {
        lines.isEmpty ? [] : ["", title] + lines.map { "  " + $0 }
    }

    private func line(_ outcome: PlantExpectation.Outcome) -> String {
        let padding = String(repeating: " ", count: max(44 - outcome.expected.count, 1))
        return (outcome.holds ? "ok     " : "FAILS  ") + outcome.expected + padding + outcome.measured
    }
}

// MARK: - The table

extension PlantText {
    private static let columns = [
        "day", "in kWh", "out kWh", "SOC %", "cells V", "spread mV", "cut-offs", "turns CCL/DCL",
        "zero CCL/DCL",
    ]

    private var table: [String] {
        var rows = report.days.enumerated().map { row("\($0 + 1)", $1) }
        if report.days.count > 1 { rows.append(row("all", report.total)) }
        return TextLayout.table(Self.columns, rows)
    }

    private func row(_ name: String, _ span: PlantReport.Span) -> [String] {
        [
            name, kilo(span.chargedWattHours), kilo(span.dischargedWattHours),
            "\(tenths(span.socStartPermille))→\(tenths(span.socEndPermille))",
            "\(kilo(span.lowestCellMillivolts))…\(kilo(span.highestCellMillivolts))",
            "\(Int(span.widestSpreadMillivolts.rounded()))", "\(span.cutOffs)",
            "\(span.chargeReversals)/\(span.dischargeReversals)",
            "\(minutes(span.zeroChargeSeconds))/\(minutes(span.zeroDischargeSeconds))",
        ]
    }

    private func kilo(_ value: Double) -> String { shown(value, places: 3) }
    private func tenths(_ value: Double) -> String { shown(value, places: 1) }
    private func shown(_ value: Double, places: Int) -> String {
        Wording.decimal(Int32(clamping: Int64(value.rounded())), places: places)
    }
    private func minutes(_ seconds: Double) -> String { "\(Int((seconds / 60).rounded())) min" }

    private var summary: [String] {
        var lines: [String] = []
        if let energy = report.energyPermille {
            lines.append("charged \(tenths(energy)) % of what a perfect control would have")
        }
        let (pack, bms) = (report.worstOfPack, report.worstOfBMS)
        lines.append(
            "a pack had at most \(tenths(pack.chargePermille)) % of its charge current and "
                + "\(tenths(pack.dischargePermille)) % of its discharge current; of the settings of its BMS "
                + "\(tenths(bms.chargePermille)) % and \(tenths(bms.dischargePermille)) %")
        lines.append("CCL or DCL turned at most \(report.reversalsInWorstHour) times within an hour")
        lines += charge
        if report.overChargeSeconds + report.overDischargeSeconds > 0 {
            lines.append(
                "the inverter took more than CCL for \(Int(report.overChargeSeconds)) s, "
                    + "more than DCL for \(Int(report.overDischargeSeconds)) s")
        }
        return lines
    }

    private var charge: [String] {
        let charge = report.charge
        let stages = charge.stageSeconds.enumerated().compactMap { number, seconds -> String? in
            guard seconds > 0, let stage = ChargeStage(rawValue: UInt8(number)) else { return nil }
            return "\(stage.word) \(Wording.time(.seconds(Int64(seconds))))"
        }
        var lines = ["stages: " + stages.joined(separator: ", ")]
        if !charge.fullAt.isEmpty {
            lines.append(
                "absorption was completed \(charge.fullAt.count) times, first at \(clock(charge.fullAt[0]))")
        }
        lines.append("the SOC that was said was at most \(tenths(charge.socErrorPermille)) % wrong")
        if let soc = charge.socWhenFullPermille {
            lines.append("while 100 % was said, at least \(tenths(soc)) % were there")
        }
        let (pulled, under) = (charge.pulledMillivolts, charge.underBankMillivolts)
        if pulled + under > 0 {
            lines.append(
                "CVL was at most \(Int(pulled.rounded())) mV under the bank's voltage for cells that stand out, "
                    + "\(Int(under.rounded())) mV otherwise")
        }
        return lines
    }

    private var notes: [String] {
        var lines = report.notes.prefix(Self.shownNotes).map { "\(clock($0.at))  \($0)" }
        let more = report.notes.count - lines.count + report.droppedNotes
        if more > 0 { lines.append("and \(more) more") }
        return lines
    }

    /// `day 2 18:05:00`: the day of the run and the time of day in the plant.
    private func clock(_ elapsed: Interval) -> String {
        let time = (scenario.start + elapsed).seconds
        let parts = [time / 3_600 % 24, time / 60 % 60, time % 60].map { part in
            part < 10 ? "0\(part)" : "\(part)"
        }
        return "day \(time / 86_400 + 1) \(parts.joined(separator: ":"))"
    }

    private var zeros: [String] {
        let rows = [("CCL", report.zeroChargeByRule), ("DCL", report.zeroDischargeByRule)]
        return rows.flatMap { name, seconds in
            byRule(seconds).map { "\(name)  \($0.word): \(Wording.time(.seconds(Int64($0.seconds))))" }
        }
    }

    private func byRule(_ seconds: [Double]) -> [(word: String, seconds: Double)] {
        seconds.enumerated().compactMap { number, seconds in
            guard seconds > 0, let rule = LimitRule(rawValue: UInt8(number)) else { return nil }
            return (rule.word, seconds)
        }
    }
}

// MARK: - JSON

extension PlantText {
    /// All of it, as JSON.
    var json: JSON {
        .object([
            ("scenario", .string(scenario.name)), ("seed", .number(scenario.seed)),
            ("seconds", .number(scenario.duration.seconds)), ("packs", .number(scenario.packs.count)),
            ("days", .array(report.days.map(json))), ("total", json(report.total)),
            ("energy_permille", report.energyPermille.map { whole($0) } ?? .null),
            ("worst_pack_charge_permille", whole(report.worstOfPack.chargePermille)),
            ("worst_pack_discharge_permille", whole(report.worstOfPack.dischargePermille)),
            ("worst_bms_charge_permille", whole(report.worstOfBMS.chargePermille)),
            ("worst_bms_discharge_permille", whole(report.worstOfBMS.dischargePermille)),
            ("over_ccl_seconds", whole(report.overChargeSeconds)),
            ("over_dcl_seconds", whole(report.overDischargeSeconds)),
            ("charge", json(report.charge)),
            ("reversals_in_worst_hour", .number(report.reversalsInWorstHour)),
            ("zero_ccl_seconds", json(byRule(report.zeroChargeByRule))),
            ("zero_dcl_seconds", json(byRule(report.zeroDischargeByRule))),
            (
                "cut_offs",
                .array(
                    report.cutOffs.map { cut in
                        .object([
                            ("pack", .number(cut.pack + 1)), ("kind", .string(cut.kind.word)),
                            ("count", .number(cut.count)),
                        ])
                    })
            ),
            (
                "alarms",
                .array(
                    report.alarms.map { alarm in
                        .object([
                            ("kind", .string(alarm.kind.word)), ("level", .string("\(alarm.level)")),
                            ("count", .number(alarm.count)),
                        ])
                    })
            ),
            (
                "notes",
                .array(
                    report.notes.map { note in
                        .object([("seconds", .number(note.at.seconds)), ("what", .string("\(note)"))])
                    })
            ),
            ("notes_omitted", .number(report.droppedNotes)),
            (
                "expected",
                .array(
                    outcomes.map { outcome in
                        .object([
                            ("expected", .string(outcome.expected)), ("measured", .string(outcome.measured)),
                            ("ok", .bool(outcome.holds)),
                        ])
                    })
            ),
            ("ok", .bool(holds)),
        ])
    }

    private func whole(_ value: Double) -> JSON { .number(Int(value.rounded())) }

    private func json(_ rows: [(word: String, seconds: Double)]) -> JSON {
        .object(rows.map { (name: $0.word, value: whole($0.seconds)) })
    }

    private func json(_ charge: PlantCharge) -> JSON {
        .object([
            (
                "stage_seconds",
                .object(
                    charge.stageSeconds.enumerated().map { number, seconds in
                        (ChargeStage(rawValue: UInt8(number))?.word ?? "", whole(seconds))
                    })
            ),
            ("full_at_seconds", .array(charge.fullAt.map { .number($0.seconds) })),
            ("soc_error_permille", whole(charge.socErrorPermille)),
            ("soc_when_full_permille", charge.socWhenFullPermille.map { whole($0) } ?? .null),
            ("cvl_under_bank_mv", whole(charge.underBankMillivolts)),
            ("cvl_pulled_mv", whole(charge.pulledMillivolts)),
        ])
    }

    private func json(_ span: PlantReport.Span) -> JSON {
        .object([
            ("charged_wh", whole(span.chargedWattHours)), ("discharged_wh", whole(span.dischargedWattHours)),
            ("soc_start_permille", whole(span.socStartPermille)),
            ("soc_end_permille", whole(span.socEndPermille)),
            ("highest_cell_mv", whole(span.highestCellMillivolts)),
            ("lowest_cell_mv", whole(span.lowestCellMillivolts)),
            ("widest_spread_mv", whole(span.widestSpreadMillivolts)), ("cut_offs", .number(span.cutOffs)),
            ("ccl_reversals", .number(span.chargeReversals)),
            ("dcl_reversals", .number(span.dischargeReversals)),
            ("zero_ccl_seconds", whole(span.zeroChargeSeconds)),
            ("zero_dcl_seconds", whole(span.zeroDischargeSeconds)),
        ])
    }
}
