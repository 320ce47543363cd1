import BatteryModel
import ChargeControl

/// The course of a plant as lines of comma-separated values.
public enum PlantTrace {
    /// The names of the columns for a number of packs.
    public static func header(packs: Int) -> String {
        let bank =
            "seconds,sun_w,load_w,soc_permille,bank_mv,bank_ma,state,stage,said_permille,cvl_mv,ccl_ma,dcl_ma,cvl_rule,ccl_rule,dcl_rule"
        let own = (1...max(packs, 1)).map { pack in
            ["ma", "high_mv", "low_mv", "soc_permille", "bms_soc_permille", "decicelsius", "protections"]
                .map { "p\(pack)_\($0)" }.joined(separator: ",")
        }
        return ([bank] + own).joined(separator: ",")
    }

    /// How `plant` stands now.
    public static func line(_ plant: Plant) -> String {
        var cells: [String] = [
            "\(plant.elapsed.seconds)", whole(plant.sunWatts), whole(plant.loadWatts),
            whole(plant.bank.socPermille), "\(plant.bank.millivolts)", "\(plant.bank.milliamps)",
        ]
        if let verdict = plant.verdict {
            cells += [
                snakeCase("\(verdict.state)"), verdict.stage.stage.word,
                verdict.bank[.soc].map { "\($0.value)" } ?? "", "\(verdict.chargeVoltage.value)",
                "\(verdict.charge.value)",
                "\(verdict.discharge.value)", verdict.chargeVoltage.winner.rule.word,
                verdict.charge.winner.rule.word,
                verdict.discharge.winner.rule.word,
            ]
        } else {
            cells += ["none", "", "", "", "", "", "", "", ""]
        }
        for pack in plant.bank.packs {
            cells += [
                "\(pack.milliamps)", whole(pack.highestCellMillivolts), whole(pack.lowestCellMillivolts),
                whole(pack.socPermille), whole(pack.counterPermille), whole(pack.cellDecicelsius),
                "\(pack.tripped.bits)",
            ]
        }
        return cells.joined(separator: ",")
    }

    private static func whole(_ value: Double) -> String { "\(Int(value.rounded()))" }
}
