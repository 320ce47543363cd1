import BatteryModel
import BusCodec

extension PackSection {
    /// Writes as ``write(_:from:into:)`` does, into the part of `bytes` that is the section.
    func write<let count: Int>(
        _ rows: [count of PackRow], from reading: borrowing PackReading, into bytes: inout MutableSpan<UInt8>,
        at place: Range<Int>
    ) throws(SignalError) {
        var part = bytes._mutatingExtracting(place)
        try write(rows, from: reading, into: &part)
    }
}

extension PackReading {
    /// Sets one text of the identity, which is then as old as this one.
    mutating func setIdentity(_ field: IdentityField, to text: ASCIIText, at now: Instant) {
        var identity = identity?.value ?? PackIdentity()
        identity[field] = text
        self.identity = Reading(identity, at: now)
    }

    /// The number of cell sensors up to the last that is known; for a protocol that says how many follow, and has a code
    /// for one that is missing.
    var cellSensorsUpToLast: Int {
        var count = 0
        for number in 0..<Self.cellSensorCount where self[Self.cellSensor(number)] != nil {
            count = number + 1
        }
        return count
    }
}
