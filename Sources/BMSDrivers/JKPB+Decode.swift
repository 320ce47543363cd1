import BatteryModel
import BusCodec

extension JKPB {
    /// Puts what an answer says into `reading`, all of it or nothing.
    ///
    /// Whatever the answer has room for is replaced; what it says to be absent becomes `nil`.
    static func decode(
        _ answer: Span<UInt8>, poll: Int, at now: Instant, into reading: inout PackReading
    ) throws(AnswerError) {
        guard JKPoll.rows.indices.contains(poll) else { throw .wrongStructure }
        let part: JKPart
        let bytes: Span<UInt8>
        switch JKPoll.rows[poll].question {
        case .trigger(let trigger):
            guard case .item(let kind, _) = JK55AA.scan(answer), kind == trigger.record else {
                throw .wrongStructure
            }
            part = JKPart(block: trigger.block, first: 0, order: .little)
            bytes = answer.extracting(JK55AA.headerLength..<(JK55AA.length - 1))
        case .read(let block, let offset, let count):
            let needed = 2 * Int(count)
            let got = try registerBytes(of: answer)
            guard got == needed else { throw .wrongLength(needed: needed + 5, got: got + 5) }
            part = JKPart(block: block, first: Int(offset), order: .big)
            bytes = answer.extracting(3..<3 + needed)
        }
        var next = reading
        do throws(SignalError) {
            try part.decode(bytes, at: now, into: &next)
        } catch {
            throw .signal(error)
        }
        if isFrozen(next[.uptime], after: reading[.uptime]) { throw .frozen }
        reading = next
    }

    /// The number of register bytes in an answer to function 3.
    private static func registerBytes(of answer: Span<UInt8>) throws(AnswerError) -> Int {
        guard case .item(let frame, _) = ModbusRTU.scanAnswer(answer), frame.function == .readHolding,
            case .readAnswer(let count) = frame.kind
        else { throw .wrongStructure }
        return count
    }

    /// How long a pack's ticks are held against it.
    ///
    /// After ten minutes without a believed answer any other tick count begins anew: the ticks may have stood
    /// still while the pack slept, or another BMS may have taken its address.
    static let ticksMemory = Interval.seconds(600)

    /// Tells whether the pack's own ticks say that the data are old.
    ///
    /// From firmware 15.36 on, the first answer after an idle time was seen to carry old data. In captures of a
    /// firmware 14 bus the ticks of each pack advance by exactly 72 (7.2 s) for each cycle of 7.2 s. A pack that
    /// has started since the last answer cannot have more ticks than time has passed.
    static func isFrozen(_ ticks: Reading<Int32>?, after before: Reading<Int32>?) -> Bool {
        guard let ticks, let before, before.at < ticks.at else { return false }
        let elapsed = ticks.at - before.at
        let mustHaveMoved = elapsed >= .milliseconds(500)
        if ticks.value == before.value { return mustHaveMoved }
        guard elapsed <= ticksMemory else { return false }
        let tolerance = .seconds(1) + Interval(nanoseconds: elapsed.nanoseconds / 50)
        let uptime = Interval.milliseconds(100) * Int64(ticks.value)
        if uptime <= elapsed + tolerance { return false }
        let advance = uptime - Interval.milliseconds(100) * Int64(before.value)
        return mustHaveMoved && advance < .zero || advance + tolerance < elapsed
    }
}

/// A part of a block that has arrived: all of it in a record, some of it in a register answer.
struct JKPart {
    var block: JKBlock
    /// Offset of the first byte in the block.
    var first: Int
    /// Byte order of rows that do not say theirs.
    var order: ByteOrder

    /// Reads all rows of which `bytes` carry something.
    func decode(
        _ bytes: Span<UInt8>, at now: Instant, into reading: inout PackReading
    ) throws(SignalError) {
        switch block {
        case .status: try decode(JKPB.statusRows, bytes, at: now, into: &reading)
        case .settings: try decode(JKPB.settingsRows, bytes, at: now, into: &reading)
        case .about:
            try decodeIdentity(bytes, at: now, into: &reading)
            try decode(JKPB.aboutRows, bytes, at: now, into: &reading)
        }
    }

    private func decode<let count: Int>(
        _ rows: [count of SignalRow<PackMeaning>], _ bytes: Span<UInt8>, at now: Instant,
        into reading: inout PackReading
    ) throws(SignalError) {
        let dialect = JKFirmware.dialect(of: reading.identity?.value)
        for index in rows.indices {
            guard let row = moved(rows[index]), Int(row.byte) * 8 + Int(row.bits) <= bytes.count * 8 else {
                continue
            }
            try decode(row, bytes, isKnown: row.exists(in: dialect), at: now, into: &reading)
        }
    }

    private func decode(
        _ row: SignalRow<PackMeaning>, _ bytes: Span<UInt8>, isKnown: Bool, at now: Instant,
        into reading: inout PackReading
    ) throws(SignalError) {
        switch row.meaning {
        case .number(let field):
            reading[field] = try row.value(in: bytes, order).map { Reading($0, at: now) }
        case .information(let field):
            reading[field] = isKnown ? information(row, bytes).map { Reading($0, at: now) } : nil
        case .sensor(let field, let bit):
            let isThere = try flags(JKPB.sensorBits, bytes) >> UInt32(bit) & 1 != 0
            reading[field] = isThere ? try row.value(in: bytes, order).map { Reading($0, at: now) } : nil
        case .sensorBits:
            let sensors = JKSensors.model(fromWire: try flags(JKPB.sensorBits, bytes))
            reading[.sensorsPresent] = Reading(Int32(bitPattern: sensors), at: now)
        case .cellVoltages:
            let cells = try values(row, bytes, of: flags(JKPB.cellStates, bytes))
            reading.cellMillivolts = cells.count > 0 ? Reading(cells, at: now) : nil
        case .wireResistances:
            try decodeWires(row, bytes, at: now, into: &reading)
        case .alarmWord:
            let word = UInt32(truncatingIfNeeded: try row.raw(in: bytes, order))
            reading[.alarmWord] = Reading(Int32(bitPattern: word), at: now)
            reading.alarms = Reading(alarms(in: word, reading.identity?.value), at: now)
        case .identity, .cellStates, .temperatures, .copy, .power, .reserved, .secret:
            break
        }
    }
}
