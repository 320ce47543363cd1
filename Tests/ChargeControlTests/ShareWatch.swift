import BatteryModel
import ChargeControl

/// Watches from outside that shares are learned from steady currents only.
///
/// A current that moves while the packs are read one after the other belongs to different moments.
enum ShareWatch {
    /// What was learned although a current jumped; `nil` if nothing.
    ///
    /// Looks only at packs that conducted in both steps, `old` and `new`, and whose currents were heard in both.
    static func check(
        _ old: (memory: ControlMemory, verdict: BankVerdict, readings: [PackReading]),
        _ new: (memory: ControlMemory, verdict: BankVerdict, readings: [PackReading])
    ) -> String? {
        guard old.readings.indices.allSatisfy({ conducts($0, old.verdict) == conducts($0, new.verdict) }),
            let learned = (0..<ControlMemory.count).first(where: {
                "\(ControlMemory.name($0).name)" == "share" && old.memory[$0] != new.memory[$0]
            })
        else { return nil }
        for index in old.readings.indices where conducts(index, new.verdict) {
            guard let before = old.readings[index][.current], let now = new.readings[index][.current],
                before.at <= old.verdict.at, before.at != now.at, now.at <= new.verdict.at
            else { continue }
            let step = abs(Int64(now.value) - Int64(before.value))
            guard step > abs(Int64(now.value)) / 20 + 500 else { continue }
            return
                "the share of pack \(ControlMemory.name(learned).pack ?? 0) is learned although the current of"
                + " pack \(index + 1) jumps from \(before.value) to \(now.value) mA"
        }
        return nil
    }

    private static func conducts(_ index: Int, _ verdict: BankVerdict) -> Bool {
        verdict[index].chargeSharePermille > 0 && verdict[index].dischargeSharePermille > 0
    }
}
