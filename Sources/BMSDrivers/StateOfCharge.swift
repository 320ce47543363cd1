import BatteryModel

/// SOC for protocols that do not say it.
enum StateOfCharge {
    /// The charge left as a part of the charge when full, rounded down; `nil` while one of them is not known.
    ///
    /// A pack that holds more than it has learned is full. The value is as old as the older of the two.
    static func computed(from reading: borrowing PackReading) -> Reading<Int32>? {
        guard let remaining = reading[.remainingCapacity], let full = reading[.fullCapacity],
            remaining.value >= 0, full.value > 0
        else { return nil }
        let permille = Int64(remaining.value) * 1_000 / Int64(full.value)
        return Reading(Int32(min(permille, 1_000)), at: min(remaining.at, full.at))
    }
}
