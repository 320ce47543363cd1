import BatteryModel
import BusCodec

/// A stretch of an answer in which the rows of a driver have fixed places: a whole answer, a block of registers, or
/// what stands behind a number that says how many cells follow.
///
/// Every driver reads and writes its rows through this one type. What rows cannot say is the driver's own code.
struct PackSection: Sendable {
    /// The rows with this ``SignalRow/container`` belong to it; their bytes count from its first.
    var container: UInt32
    /// How many cells or sensors it carries, for rows that repeat; `nil` for as many as the row says.
    var repetitions: Int?

    /// Makes a section.
    init(_ container: UInt32, repetitions: Int? = nil) {
        self.container = container
        self.repetitions = repetitions
    }

    /// Puts what `bytes` say into `reading`.
    ///
    /// A row that limits are made from is an error if it is missing or out of its range; one for people is left out.
    func read<let count: Int>(
        _ rows: [count of PackRow], in bytes: Span<UInt8>, at now: Instant, into reading: inout PackReading
    ) throws(SignalError) {
        for index in rows.indices where rows[index].container == container {
            try read(rows[index], bytes, now, &reading)
        }
    }

    /// Writes what `reading` knows into `bytes`; what people only read, and is not known, stays 0.
    ///
    /// - Throws: ``SignalError/missing(signal:)`` for a number that limits are made from, unless the protocol has a
    ///   code for "not available", and ``SignalError/outOfRange(signal:value:)``: a simulated battery does not lie.
    func write<let count: Int>(
        _ rows: [count of PackRow], from reading: borrowing PackReading, into bytes: inout MutableSpan<UInt8>
    ) throws(SignalError) {
        for index in rows.indices where rows[index].container == container {
            try write(rows[index], reading, &bytes)
        }
    }

    private func read(
        _ row: PackRow, _ bytes: Span<UInt8>, _ now: Instant, _ reading: inout PackReading
    ) throws(SignalError) {
        switch row.meaning {
        case .number(let field):
            reading[field] = try row.value(in: bytes).map { Reading($0, at: now) }
        case .information(let field):
            reading[field] = information(row, bytes).map { Reading($0, at: now) }
        case .cellVoltages:
            let cells = try values(row, bytes)
            reading.cellMillivolts = cells.count > 0 ? Reading(cells, at: now) : nil
        case .temperatures:
            try readTemperatures(row, bytes, now, &reading)
        case .alarmWord:
            let word = UInt32(truncatingIfNeeded: try row.raw(in: bytes))
            reading[.alarmWord] = Reading(Int32(bitPattern: word), at: now)
        case .identity(let field):
            reading.setIdentity(field, to: try row.text(in: bytes) ?? ASCIIText(), at: now)
        case .cellStates, .sensor, .sensorBits, .wireResistances, .copy, .power, .reserved, .secret:
            break
        }
    }

    private func write(
        _ row: PackRow, _ reading: borrowing PackReading, _ bytes: inout MutableSpan<UInt8>
    ) throws(SignalError) {
        switch row.meaning {
        case .number(let field):
            try row.store(reading[field]?.value, into: &bytes)
        case .information(let field), .copy(let field):
            guard let value = reading[field]?.value, fits(row, bytes.count) else { return }
            try row.store(value, into: &bytes)
        case .cellVoltages:
            for cell in 0..<repetitions(of: row) {
                let value = reading.cellMillivolts?.value[cell].map { Int32($0) }
                try row.store(value, into: &bytes, repetition: cell)
            }
        case .temperatures:
            for sensor in 0..<min(repetitions(of: row), PackReading.cellSensorCount) {
                try row.store(
                    reading[PackReading.cellSensor(sensor)]?.value, into: &bytes, repetition: sensor)
            }
        case .identity(let field):
            guard let text = reading.identity?.value[field] else { return }
            try row.store(text, into: &bytes, padding: 0)
        case .alarmWord, .cellStates, .sensor, .sensorBits, .wireResistances, .power, .reserved, .secret:
            break
        }
    }

    private func repetitions(of row: PackRow) -> Int {
        min(repetitions ?? Int(row.count), Int(row.count))
    }

    private func fits(_ row: PackRow, _ count: Int) -> Bool {
        Int(row.byte) + (Int(row.bits) + Int(row.bit ?? 0) + 7) / 8 <= count
    }

    /// A number that is left out when it is not there or cannot be right.
    private func information(_ row: PackRow, _ bytes: Span<UInt8>) -> Int32? {
        do throws(SignalError) {
            return try row.value(in: bytes)
        } catch {
            return nil
        }
    }

    /// The cells; a row's range keeps them inside 16 bits.
    ///
    /// - Throws: ``SignalError/outOfRange(signal:value:)`` if there are more than the row has room for.
    private func values(_ row: PackRow, _ bytes: Span<UInt8>) throws(SignalError) -> CellValues {
        if let repetitions, repetitions > Int(row.count) {
            throw .outOfRange(signal: SignalName(row.name), value: Int64(repetitions))
        }
        var cells = CellValues()
        for cell in 0..<repetitions(of: row) {
            let value = try row.value(in: bytes, repetition: cell)
            cells[cell] = value.map { UInt16(truncatingIfNeeded: $0) }
        }
        return cells
    }

    /// Sensors that an earlier answer had and this one has not are gone.
    ///
    /// - Throws: ``SignalError/outOfRange(signal:value:)`` if there are more than the row has room for: one that is
    ///   not looked at could be the warmest.
    private func readTemperatures(
        _ row: PackRow, _ bytes: Span<UInt8>, _ now: Instant, _ reading: inout PackReading
    ) throws(SignalError) {
        if let repetitions, repetitions > Int(row.count) {
            throw .outOfRange(signal: SignalName(row.name), value: Int64(repetitions))
        }
        let count = repetitions(of: row)
        guard count <= PackReading.cellSensorCount else { return try readExtremes(row, bytes, now, &reading) }
        for sensor in 0..<PackReading.cellSensorCount {
            let value = sensor < count ? try row.value(in: bytes, repetition: sensor) : nil
            reading[PackReading.cellSensor(sensor)] = value.map { Reading($0, at: now) }
        }
    }

    /// Of more sensors than a reading has places for, the first two places have the warmest and the coldest.
    private func readExtremes(
        _ row: PackRow, _ bytes: Span<UInt8>, _ now: Instant, _ reading: inout PackReading
    ) throws(SignalError) {
        var warmest: Int32?
        var coldest: Int32?
        for sensor in 0..<repetitions(of: row) {
            guard let value = try row.value(in: bytes, repetition: sensor) else { continue }
            warmest = max(warmest ?? value, value)
            coldest = min(coldest ?? value, value)
        }
        for sensor in 0..<PackReading.cellSensorCount { reading[PackReading.cellSensor(sensor)] = nil }
        reading[.temperature1] = warmest.map { Reading($0, at: now) }
        reading[.temperature2] = coldest.map { Reading($0, at: now) }
    }
}

extension PackReading {
    /// How many cell sensors there are, from the first on without a gap: as many as a list of them can carry.
    var cellSensorsInARow: Int {
        var count = 0
        while count < Self.cellSensorCount, self[Self.cellSensor(count)] != nil { count += 1 }
        return count
    }
}
