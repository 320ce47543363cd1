import BatteryModel
package import YAMLFile

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
        PlantFigure("full_charges", nil) { Double($0.charge.fullAt.count) },
        PlantFigure("first_full_charge", .span) { $0.charge.fullAt.first.map { Double($0.milliseconds) } },
        PlantFigure("absorption", .span) { $0.charge.stageSeconds[2] * 1_000 },
        PlantFigure("float", .span) { $0.charge.stageSeconds[3] * 1_000 },
        PlantFigure("soc_error", .part) { $0.charge.socErrorPermille },
        PlantFigure("soc_error_at_end", .part) { $0.charge.socErrorAtEndPermille },
        PlantFigure("soc_when_full", .part) { $0.charge.socWhenFullPermille },
        PlantFigure("cvl_under_bank", .voltage) { $0.charge.underBankMillivolts },
        PlantFigure("cvl_pulled", .voltage) { $0.charge.pulledMillivolts },
    ]
}
