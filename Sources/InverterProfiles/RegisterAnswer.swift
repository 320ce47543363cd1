import BatteryModel
import BusCodec

// What profiles that are asked for registers compute beside their rows.

extension SerialFrame {
    /// Whether a question asks for a register.
    func asks(for register: Int) -> Bool {
        register >= Int(code) && register < Int(code) + Int(count)
    }
}

extension ByteBuffer {
    /// Puts a word into the answer to `question`, if it asks for the register.
    mutating func set(_ word: UInt16, at register: Int, answering question: SerialFrame) {
        let place = (register - Int(question.code)) * 2
        guard question.asks(for: register), place + 1 < count else { return }
        self[place] = UInt8(word >> 8)
        self[place + 1] = UInt8(truncatingIfNeeded: word)
    }

    /// The word at `place`, counted in words; `nil` behind the end.
    func word(at place: Int) -> UInt16? {
        guard place >= 0, 2 * place + 1 < count else { return nil }
        return UInt16(self[2 * place]) << 8 | UInt16(self[2 * place + 1])
    }

    /// Replaces the word at `place`, counted in words.
    mutating func replace(_ word: UInt16, at place: Int) {
        guard place >= 0, 2 * place + 1 < count else { return }
        self[2 * place] = UInt8(word >> 8)
        self[2 * place + 1] = UInt8(truncatingIfNeeded: word)
    }
}

extension BankReading {
    /// The power of a current limit in watts, rounded down; `nil` if something about it is not known.
    ///
    /// The voltage is first rounded down to `step` millivolts, in which the protocol says it: whoever divides the
    /// power by the voltage that he hears does not find a higher limit.
    func watts(of limit: BankField, voltageStep step: Int32 = 1) -> Int32? {
        guard let milliamps = self[limit]?.value, let millivolts = self[.voltage]?.value, milliamps >= 0,
            millivolts >= 0
        else { return nil }
        return Int32(clamping: Int64(milliamps) * Int64(millivolts / step * step) / 1_000_000)
    }

    /// The energy of a capacity at the voltage of now, in watt-hours; `nil` if something about it is not known.
    ///
    /// What a bank holds at its nominal voltage is not known here; with cells that keep their voltage it is within a
    /// tenth of this.
    func wattHours(of capacity: BankField) -> Int32? {
        guard let milliampHours = self[capacity]?.value, let millivolts = self[.voltage]?.value else {
            return nil
        }
        return Int32(clamping: Int64(milliampHours) * Int64(millivolts) / 1_000_000)
    }

    /// What flows into the bank, in watts; negative while it is discharged.
    var watts: Int32? {
        guard let milliamps = self[.current]?.value, let millivolts = self[.voltage]?.value else {
            return nil
        }
        let microwatts = Int64(milliamps) * Int64(millivolts)
        return Int32(clamping: (microwatts + (microwatts < 0 ? -500_000 : 500_000)) / 1_000_000)
    }

    /// Whether a fault of the system stands and nothing may flow: then a protocol with a state says "fault".
    ///
    /// A pack that is lost while others go on is no fault of the bank.
    func isFaulty() throws(SignalError) -> Bool {
        guard let alarms = alarms?.value else { throw .missing(signal: SignalName("alarms")) }
        let highest = max(try needed(.chargeCurrentLimit), try needed(.dischargeCurrentLimit))
        return highest <= 0 && alarms.protections.intersects(AlarmGroup.systemError.kinds)
    }

    /// The value of a field that an answer cannot do without.
    func needed(_ field: BankField) throws(SignalError) -> Int32 {
        guard let value = self[field]?.value else { throw .missing(signal: SignalName(field.name)) }
        return value
    }
}
