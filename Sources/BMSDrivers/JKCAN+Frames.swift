import BatteryModel
import BusCodec

// MARK: - What a host understands

extension JKCAN {
    static func decode(
        _ record: Span<UInt8>, _ poll: Int, _ now: Instant, _ reading: inout PackReading
    ) throws(AnswerError) {
        guard case .item(let frame, let length) = CANFrame.scanRecord(record), length == record.count,
            frame.kind == .data, let place = place(of: frame), place.frame == poll
        else { throw .wrongStructure }
        var next = reading
        do throws(SignalError) {
            try understand(frame, place, at: now, &next)
        } catch {
            throw .signal(error)
        }
        reading = next
    }

    private static func understand(
        _ frame: CANFrame, _ place: Place, at now: Instant, _ reading: inout PackReading
    ) throws(SignalError) {
        let identifier = frames[place.frame].identifier
        let section = PackSection(identifier)
        switch identifier {
        case cells:
            // The last frame may end with the last cell; bytes that are not there are 0, and no cell.
            try section.read(rows, in: frame.bytes.span, at: now, into: &reading)
            let four = reading.cellMillivolts?.value ?? CellValues()
            reading.cellMillivolts = reading.cellPieces.take(four, piece: place.piece, at: now)
        case temperatures:
            try readSensors(frame.payload, at: now, &reading)
        default:
            try section.read(rows, in: frame.payload, at: now, into: &reading)
        }
        switch identifier {
        case status, alarms, faults: noteAlarms(at: now, in: &reading)
        case chargeRequest: try obeyChargerOff(frame.payload, at: now, &reading)
        default: break
        }
    }

    /// A charger that must be off is a limit of nothing.
    private static func obeyChargerOff(
        _ bytes: Span<UInt8>, at now: Instant, _ reading: inout PackReading
    ) throws(SignalError) {
        let place = Int(chargerOff)
        guard bytes.count > place else {
            throw .tooShort(
                signal: SignalName("charger_off"), neededBytes: place + 1, gotBytes: bytes.count)
        }
        if bytes[place] != 0 { reading[.chargeCurrentLimit] = Reading(0, at: now) }
    }

    /// Sensors that are present; the code 0 or 255 says of one of them that it is not there after all.
    private static func readSensors(
        _ bytes: Span<UInt8>, at now: Instant, _ reading: inout PackReading
    ) throws(SignalError) {
        for index in rows.indices where rows[index].container == temperatures {
            guard case .sensor(let field, let bit) = rows[index].meaning else { continue }
            let raw = try rows[index].raw(in: bytes)
            let isThere = bytes[0] >> bit & 1 != 0 && raw != 0 && raw != 0xFF
            reading[field] = isThere ? Reading(try rows[index].value(ofRaw: raw), at: now) : nil
        }
    }
}

// MARK: - What a battery says

extension JKCAN {
    static func answer(
        _ request: Span<UInt8>, _ reading: borrowing PackReading, _ buffer: inout AnswerBuffer
    ) {
        guard case .item(let asked, _) = CANFrame.scanRecord(request), asked.kind == .remote,
            let place = place(of: asked),
            UInt8(clamping: reading[.busAddress]?.value ?? Int32(place.address)) == place.address
        else { return }
        do throws(SignalError) {
            if frames[place.frame].identifier == cells {
                try sayCells(from: place.address, reading, &buffer)
            } else {
                try say(frames[place.frame], from: place.address, reading, &buffer)
            }
        } catch {
            return
        }
    }

    private static func sayCells(
        from address: UInt8, _ reading: borrowing PackReading, _ buffer: inout AnswerBuffer
    ) throws(SignalError) {
        guard let told = reading.cellMillivolts?.value else { return }
        var frame = CANFrame(identifier: cells + UInt32(address), isExtended: true, length: 8)
        var first = 0
        while first < CellValues.maximum, told.present >> UInt32(first) != 0 {
            var part = PackReading()
            var four = CellValues()
            for place in 0..<CellPieces.size { four[place] = told[first + place] }
            part.cellMillivolts = Reading(four, at: Instant(nanoseconds: 0))
            var bytes = frame.bytes.mutableSpan
            try PackSection(cells).write(rows, from: part, into: &bytes)
            frame.writeRecord(into: &buffer)
            frame.identifier += pieceStep
            first += CellPieces.size
        }
    }

    private static func say(
        _ kind: Frame, from address: UInt8, _ reading: borrowing PackReading, _ buffer: inout AnswerBuffer
    ) throws(SignalError) {
        var frame = CANFrame(
            identifier: kind.identifier + UInt32(address), isExtended: kind.isExtended, length: 8)
        var bytes = frame.bytes.mutableSpan
        let section = PackSection(kind.identifier)
        switch kind.identifier {
        case cellExtremes:
            guard reading[.highestCell] != nil, reading[.lowestCell] != nil else { return }
            try section.write(rows, from: reading, into: &bytes)
        case temperatureExtremes:
            try section.write(rows, from: extremes(of: reading), into: &bytes)
        case temperatures: try writeSensors(reading, into: &bytes)
        case alarms: guard writeLevels(reading, into: &bytes) else { return }
        case faults:
            guard let alarms = reading.alarms?.value else { return }
            section.write(faultBits, from: alarms, into: &bytes)
        default: try section.write(rows, from: reading, into: &bytes)
        }
        if kind.identifier == chargeRequest, reading[.chargeCurrentLimit]?.value == 0 {
            bytes[Int(chargerOff)] = 1
        }
        frame.writeRecord(into: &buffer)
    }

    /// A reading of nothing but the extremes of all cell sensors.
    private static func extremes(of reading: borrowing PackReading) -> PackReading {
        var extremes = PackReading()
        for sensor in 0..<PackReading.cellSensorCount {
            guard let value = reading[PackReading.cellSensor(sensor)] else { continue }
            if value.value > extremes[highestTemperature]?.value ?? .min {
                extremes[highestTemperature] = value
            }
            if value.value < extremes[lowestTemperature]?.value ?? .max {
                extremes[lowestTemperature] = value
            }
        }
        return extremes
    }

    private static func writeSensors(
        _ reading: borrowing PackReading, into bytes: inout MutableSpan<UInt8>
    ) throws(SignalError) {
        for index in rows.indices where rows[index].container == temperatures {
            guard case .sensor(let field, let bit) = rows[index].meaning else { continue }
            guard let value = reading[field]?.value else {
                try rows[index].store(raw: 0xFF, into: &bytes)
                continue
            }
            try rows[index].store(value, into: &bytes)
            bytes[0] |= 1 << bit
        }
    }

    /// Returns whether there is anything to say.
    private static func writeLevels(
        _ reading: borrowing PackReading, into bytes: inout MutableSpan<UInt8>
    ) -> Bool {
        guard let alarms = reading.alarms?.value else { return false }
        let word = reading[.alarmLevels].map { UInt32(bitPattern: $0.value) } ?? levels(of: alarms)
        for index in 0..<4 { bytes[index] = UInt8(truncatingIfNeeded: word >> UInt32(8 * index)) }
        return word != 0
    }
}
