import BatteryModel
import ChargeControl

/// A control that knows every cell as it truly is, and the resistances of all packs.
///
/// It charges with all that the packs may take until the highest cell has its full voltage at that current, and
/// then with exactly what keeps it there. No real control can take more without a cell above its voltage.
struct PerfectControl: Sendable {
    let control: ControlSettings
    let packs: [PackSettings]

    func limits(_ bank: SimulatedBank) -> PlantInverter.Limits {
        let charge = current(bank, .charge, atMost: control.bankChargeMilliamps)
        let discharge = current(bank, .discharge, atMost: control.bankDischargeMilliamps)
        return PlantInverter.Limits(
            cvlMillivolts: .max / 2, cclMilliamps: charge, dclMilliamps: discharge)
    }

    private func current(_ bank: SimulatedBank, _ direction: Direction, atMost maximum: Int32) -> Int32 {
        let sign = direction == .charge ? 1.0 : -1.0
        guard let source = bank.source(isCharging: direction == .charge) else { return 0 }
        // The terminal voltage at which the first pack has all that it may take.
        var reach = Double.infinity
        for (index, pack) in bank.packs.enumerated() where pack.conducts(Int32(sign)) {
            let own = ownLimit(pack, packs[index], direction)
            let volts = pack.openCircuitMillivolts + sign * own * pack.resistanceMicroohms / 1_000_000
            reach = min(reach, sign * volts)
        }
        let milliamps = sign * source.milliamps(atMillivolts: sign * reach)
        return Int32(max(min(milliamps, Double(maximum)), 0))
    }

    /// What a pack may take, given its cells, its temperature, its BMS and its settings.
    private func ownLimit(_ pack: SimulatedPack, _ own: PackSettings, _ direction: Direction) -> Double {
        let isCharging = direction == .charge
        let setting = pack.settings[isCharging ? .chargeLimit : .dischargeLimit] ?? .max
        let maximum = min(isCharging ? own.chargeMilliamps : own.dischargeMilliamps, setting)
        let curve = isCharging ? control.chargeTemperature : control.dischargeTemperature
        let warmth = curve.permille(at: Int32(pack.cellDecicelsius.rounded()))
        var limit = Double(maximum) * Double(warmth) / 1_000
        let sign = isCharging ? 1.0 : -1.0
        let goal = Double(
            isCharging ? control.chargeVoltageMillivoltsPerCell : control.dischargeVoltageMillivoltsPerCell)
        for cell in pack.cells {
            let room = sign * (goal - cell.openMillivolts)
            limit = min(limit, room / (cell.microohms * pack.heat.resistanceFactor) * 1_000_000)
        }
        return limit
    }
}
