import BatteryModel
import BusCodec

// What answers say that rows cannot take from one field.

extension BankReading {
    /// The value of a field that an answer cannot do without.
    ///
    /// - Throws: ``SignalError/missing(signal:)``.
    borrowing func need(_ field: BankField) throws(SignalError) -> Int32 {
        guard let value = self[field]?.value else { throw .missing(signal: SignalName(field.name)) }
        return value
    }

    /// The alarms, for an answer that cannot do without them.
    ///
    /// - Throws: ``SignalError/missing(signal:)``.
    borrowing func needAlarms() throws(SignalError) -> AlarmSet {
        guard let alarms = alarms?.value else { throw .missing(signal: SignalName("alarms")) }
        return alarms
    }

    /// The mean of the cells in millivolts, from voltage and number; `nil` if one of them is not known.
    borrowing func meanCell() -> Int32? {
        guard let millivolts = self[.voltage]?.value, let cells = self[.cells]?.value, cells > 0 else {
            return nil
        }
        return millivolts / cells
    }

    /// What flows into the bank, in watts; negative while it is discharged.
    ///
    /// - Throws: ``SignalError/missing(signal:)``.
    borrowing func needWatts() throws(SignalError) -> Int32 {
        let microwatts = Int64(try need(.current)) * Int64(try need(.voltage))
        let watts = (microwatts + (microwatts < 0 ? -500_000 : 500_000)) / 1_000_000
        return max(Int32(clamping: watts), -Int32.max)
    }

    /// Whether a fault of the system stands and nothing may flow: then a protocol with a state says "fault".
    ///
    /// A pack that is lost while others go on is no fault of the bank.
    borrowing func isFaulty() throws(SignalError) -> Bool {
        let stands = try needAlarms().protections
        let highest = max(try need(.chargeCurrentLimit), try need(.dischargeCurrentLimit))
        return highest <= 0 && stands.intersects(AlarmGroup.systemError.kinds)
    }

    /// The power of a current limit in watts, rounded down; `nil` if something about it is not known.
    ///
    /// The voltage is first rounded down to `step` millivolts, in which the protocol says it: whoever divides the
    /// power by the voltage that he hears does not find a higher limit.
    borrowing func watts(of limit: BankField, voltageStep step: Int32 = 1) -> Int32? {
        guard let milliamps = self[limit]?.value, let millivolts = self[.voltage]?.value, milliamps >= 0,
            millivolts >= 0
        else { return nil }
        return Int32(clamping: Int64(milliamps) * Int64(millivolts / step * step) / 1_000_000)
    }

    /// The energy of a capacity at the voltage of now, in watt-hours; `nil` if something about it is not known.
    ///
    /// What a bank holds at its nominal voltage is not known here; with cells that keep their voltage it is within a
    /// tenth of this.
    borrowing func wattHours(of capacity: BankField) -> Int32? {
        guard let milliampHours = self[capacity]?.value, let millivolts = self[.voltage]?.value else {
            return nil
        }
        return Int32(clamping: Int64(milliampHours) * Int64(millivolts) / 1_000_000)
    }

    /// Lowers a limit to the highest number that a protocol has for it.
    mutating func cap(_ limit: BankField, at highest: Int32) {
        guard let reading = self[limit], reading.value > highest else { return }
        self[limit] = Reading(highest, at: reading.at)
    }
}
