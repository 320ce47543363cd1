import BatteryModel
import BusCodec

extension JKPart {
    /// The row with its place counted from ``first``; `nil` if it begins before.
    func moved(_ row: SignalRow<PackMeaning>) -> SignalRow<PackMeaning>? {
        guard Int(row.byte) >= first else { return nil }
        var moved = row
        moved.byte -= UInt16(first)
        return moved
    }

    /// A number that is left out when it cannot be right.
    func information(_ row: SignalRow<PackMeaning>, _ bytes: Span<UInt8>) -> Int32? {
        do throws(SignalError) {
            return try row.value(in: bytes, order)
        } catch {
            return nil
        }
    }

    /// The bits of a row that says what else there is.
    func flags(_ row: SignalRow<PackMeaning>, _ bytes: Span<UInt8>) throws(SignalError) -> UInt32 {
        guard let row = moved(row) else { throw .missing(signal: SignalName(row.name)) }
        return UInt32(truncatingIfNeeded: try row.raw(in: bytes, order))
    }

    /// The numbers of the cells in `present`, as far as `bytes` carry them.
    ///
    /// The BMS's own list of cells decides, not the voltage: an absent cell reads 0 in every capture, and a
    /// present cell that reads 0 has lost its lead or is dead. Taken for absent it would vanish from the lowest
    /// cell; taken for 0 mV it stops the pack.
    func values(
        _ row: SignalRow<PackMeaning>, _ bytes: Span<UInt8>, of present: UInt32
    ) throws(SignalError) -> CellValues {
        var values = CellValues()
        for index in 0..<CellValues.maximum where present >> UInt32(index) & 1 != 0 {
            guard Int(row.byte) + 2 * (index + 1) <= bytes.count else { break }
            let value = try row.value(in: bytes, order, repetition: index)
            values[index] = value.map { UInt16(truncatingIfNeeded: $0) }
        }
        return values
    }

    /// Reads the resistances of the leads of present cells.
    ///
    /// Read by registers, leads 28 to 32 are not reported: the first half of the block ends within them, and no
    /// board of the family has more than 24 cells.
    func decodeWires(
        _ row: SignalRow<PackMeaning>, _ bytes: Span<UInt8>, at now: Instant, into reading: inout PackReading
    ) throws(SignalError) {
        let wires = try values(row, bytes, of: flags(JKPB.cellStates, bytes))
        reading.wireMilliohms = wires.count > 0 ? Reading(wires, at: now) : nil
    }

    /// The alarms of a word, and whether the firmware has been proven.
    func alarms(in word: UInt32, _ identity: PackIdentity?) -> AlarmSet {
        var alarms = JKAlarm.alarms(in: word)
        if let identity, JKFirmware.proven(identity) == nil { alarms.raise(.firmwareUnknown, .info) }
        return alarms
    }

    /// Reads the texts; they stand together in the first half of the block.
    func decodeIdentity(
        _ bytes: Span<UInt8>, at now: Instant, into reading: inout PackReading
    ) throws(SignalError) {
        guard first == 0 else { return }
        var identity = PackIdentity()
        for index in JKPB.aboutRows.indices {
            let row = JKPB.aboutRows[index]
            guard case .identity(let field) = row.meaning else { continue }
            identity[field] = try row.text(in: bytes) ?? ASCIIText()
        }
        reading.identity = identity == PackIdentity() ? nil : Reading(identity, at: now)
    }
}

/// The places of the sensors in the presence bits.
enum JKSensors {
    /// Bit 3 of the wire is vendor TempBat3, which repeats the power board; behind it the numbers of the model are
    /// one less.
    static func model(fromWire bits: UInt32) -> UInt32 { bits & 0b111 | bits >> 1 & 0b1_1000 }

    /// The wire's bits for those of the model; the spare ones stand as in every capture.
    static func wire(fromModel bits: UInt32) -> UInt32 {
        bits & 0b111 | (bits & 1) << 3 | (bits & 0b1_1000) << 1 | 0b1100_0000
    }
}
