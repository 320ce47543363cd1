import BatteryModel
import ChargeControl

/// What one inverter is told: the bank, with its part of the currents.
///
/// Several inverters on one bank may take all they are told at the same time. So each has its fixed part of both
/// currents, by weight and rounded down, and the parts never add up to more than the bank may carry. An inverter that
/// has fallen silent keeps its part: it may still be running. Whoever only reads has the weight 0: it takes no part, and
/// is told the whole.
struct InverterOffer: Sendable {
    /// Whether anything may be said at all.
    let isTransmitting: Bool
    /// What is to be said.
    let bank: BankReading
    /// CVL, in millivolts.
    let chargeVoltage: Int32
    /// CCL, in milliamps.
    let charge: Int32
    /// DCL, in milliamps.
    let discharge: Int32
    /// When it was decided.
    let at: Instant

    /// The offer to an inverter with `weight` of `whole`.
    init(_ verdict: borrowing BankVerdict, weight: Int32, of whole: Int32) {
        isTransmitting = verdict.isTransmitting
        chargeVoltage = verdict.chargeVoltage.value
        charge = Self.part(verdict.charge.value, weight, whole)
        discharge = Self.part(verdict.discharge.value, weight, whole)
        at = verdict.at
        var bank = verdict.bank
        if weight > 0, weight != whole {
            bank[.chargeCurrentLimit] = Reading(charge, at: at)
            bank[.dischargeCurrentLimit] = Reading(discharge, at: at)
        }
        self.bank = bank
    }

    /// The part of a current that `weight` of `whole` has.
    static func part(_ milliamps: Int32, _ weight: Int32, _ whole: Int32) -> Int32 {
        guard weight > 0 else { return milliamps }
        return whole > 0 ? Int32(clamping: Int64(milliamps) * Int64(weight) / Int64(whole)) : 0
    }
}
