import BatteryModel
import BusCodec

/// Which of a board's sensors measure cells.
struct TelecomSensors: Sendable {
    /// How many sensors the documented boards have, all of them together.
    var documented: ClosedRange<Int>
    /// Those of the cells, counted from 0.
    var cells: Range<Int>
    /// That of the power board; boards at the lower end of ``documented`` may be without.
    var mosfet: Int
    /// How many there are beyond those that the answer counts.
    var uncounted = 0

    /// For a protocol whose answers have them among their rows.
    static let none = TelecomSensors(documented: 0...0, cells: 0..<0, mosfet: 0)

    /// Those of `count` sensors that are taken for the cells'.
    ///
    /// Of a board with another number of sensors nobody has told which is which: then all are, because more sensors
    /// can only make the warmest warmer and the coldest colder.
    func cells(of count: Int) -> Range<Int> { documented.contains(count) ? cells : 0..<count }

    /// Which of `count` sensors is that of the power board; `nil` if there is none, or nobody has told.
    func mosfet(of count: Int) -> Int? { documented.contains(count) && mosfet < count ? mosfet : nil }
}

/// Where things stand in an answer about cells of the telecom family: what its members have in common.
///
///     flag  address  M  cell 1 ... cell M  N  sensor 1 ... sensor N  fields of the protocol
///     0     1        2  3
///
/// In an answer with values each cell and each sensor has two bytes, in one with alarms it has one.
struct TelecomLayout: Sendable {
    /// M, the number of cells.
    let cellCount: Int
    /// The number of sensors, uncounted ones included.
    let sensorCount: Int
    /// The bytes of the cells.
    let cells: Range<Int>
    /// The bytes of the sensors.
    let sensors: Range<Int>
    /// Which sensor is which.
    let kinds: TelecomSensors

    /// The byte behind the last sensor.
    var end: Int { sensors.upperBound }

    /// Finds the parts of `info`.
    ///
    /// - Throws: ``SignalError`` if it ends within them, or if there are more cells or sensors than a pack can have:
    ///   then it is an answer to something else.
    init(_ info: Span<UInt8>, width: Int, _ kinds: TelecomSensors) throws(SignalError) {
        let cellCount = info.count > Self.head ? Int(info[Self.head - 1]) : 0
        let place = Self.head + width * cellCount
        guard info.count > place else {
            throw .tooShort(
                signal: SignalName("number of sensors"), neededBytes: place + 1, gotBytes: info.count)
        }
        self.init(
            cells: cellCount, sensors: Int(info[place]) + kinds.uncounted, width: width, kinds)
        guard info.count >= end else {
            throw .tooShort(signal: SignalName("sensors"), neededBytes: end, gotBytes: info.count)
        }
        guard cellCount <= CellValues.maximum, sensorCount <= PackReading.cellSensorCount else {
            throw .outOfRange(signal: SignalName("number of sensors"), value: Int64(sensorCount))
        }
    }

    /// Lays out what a battery that knows `reading` has to say.
    ///
    /// - Throws: ``SignalError/outOfRange(signal:value:)`` if it has so many sensors that they would be taken for
    ///   others.
    init(
        of reading: borrowing PackReading, width: Int, _ kinds: TelecomSensors
    ) throws(SignalError) {
        var known = 0
        while known < PackReading.cellSensorCount, reading[PackReading.cellSensor(known)] != nil {
            known += 1
        }
        var sensors = known
        if known == kinds.cells.count {
            if reading[.mosfetTemperature] != nil {
                sensors = kinds.documented.upperBound
            } else if kinds.mosfet(of: kinds.documented.lowerBound) == nil {
                sensors = kinds.documented.lowerBound
            }
        }
        guard kinds.cells(of: sensors).count == known, sensors >= kinds.uncounted else {
            throw .outOfRange(signal: SignalName("number of sensors"), value: Int64(known))
        }
        self.init(
            cells: reading.cellMillivolts?.value.count ?? 0, sensors: sensors, width: width, kinds)
    }

    private init(cells cellCount: Int, sensors sensorCount: Int, width: Int, _ kinds: TelecomSensors) {
        self.cellCount = cellCount
        self.sensorCount = sensorCount
        self.kinds = kinds
        cells = Self.head..<Self.head + width * cellCount
        let first = cells.upperBound + 1
        sensors = first..<first + width * sensorCount
    }

    /// The place of `fields` in `info`.
    ///
    /// - Throws: ``SignalError`` if they are not those of the protocol.
    func place(of fields: TelecomFields, in info: Span<UInt8>) throws(SignalError) -> Range<Int> {
        guard (fields.length...fields.length + fields.tail).contains(info.count - end) else {
            throw .outOfRange(signal: SignalName("length"), value: Int64(info.count))
        }
        if let number = fields.number, info[end + number.byte] != number.count {
            throw .outOfRange(
                signal: SignalName("number of further fields"), value: Int64(info[end + number.byte]))
        }
        return end..<info.count
    }

    /// Writes the number of `fields`, and returns their place with `tail` bytes more.
    func write(_ fields: TelecomFields, tail: Int, into info: inout MutableSpan<UInt8>) -> Range<Int> {
        if let number = fields.number { info[end + number.byte] = number.count }
        return end..<end + fields.length + tail
    }

    private static let head = 3
}

// MARK: - Values

extension TelecomLayout {
    /// Puts cells and temperatures into `reading`, see ``TelecomRow``.
    func read<let count: Int>(
        _ rows: [count of PackRow], in info: Span<UInt8>, at now: Instant, into reading: inout PackReading
    ) throws(SignalError) {
        try PackSection(TelecomRow.cellSection, repetitions: cellCount)
            .read(rows, in: info.extracting(cells), at: now, into: &reading)
        let ofCells = kinds.cells(of: sensorCount)
        try PackSection(TelecomRow.sensorSection, repetitions: ofCells.count)
            .read(rows, in: info.extracting(bytes(of: ofCells)), at: now, into: &reading)
        if kinds.documented.contains(sensorCount) {
            try PackSection(TelecomRow.otherSensorSection)
                .read(rows, in: info.extracting(sensors), at: now, into: &reading)
        }
        if kinds.mosfet(of: sensorCount) != nil {
            try PackSection(TelecomRow.mosfetSection)
                .read(rows, in: info.extracting(sensors), at: now, into: &reading)
        }
    }

    /// Writes the numbers of cells and sensors, and both.
    func write<let count: Int>(
        _ rows: [count of PackRow], from reading: borrowing PackReading, to address: UInt8,
        into info: inout MutableSpan<UInt8>
    ) throws(SignalError) {
        writeCounts(address, into: &info)
        var others = info._mutatingExtracting(sensors)
        if kinds.documented.contains(sensorCount) {
            try PackSection(TelecomRow.otherSensorSection).write(rows, from: reading, into: &others)
        }
        if kinds.mosfet(of: sensorCount) != nil {
            try PackSection(TelecomRow.mosfetSection).write(rows, from: reading, into: &others)
        }
        var cellBytes = info._mutatingExtracting(cells)
        try PackSection(TelecomRow.cellSection, repetitions: cellCount)
            .write(rows, from: reading, into: &cellBytes)
        let ofCells = kinds.cells(of: sensorCount)
        var sensorBytes = info._mutatingExtracting(bytes(of: ofCells))
        try PackSection(TelecomRow.sensorSection, repetitions: ofCells.count)
            .write(rows, from: reading, into: &sensorBytes)
    }

    /// Writes the address and the numbers of cells and sensors.
    func writeCounts(_ address: UInt8, into info: inout MutableSpan<UInt8>) {
        info[1] = address
        info[Self.head - 1] = UInt8(truncatingIfNeeded: cellCount)
        info[cells.upperBound] = UInt8(truncatingIfNeeded: sensorCount - kinds.uncounted)
    }

    private func bytes(of wanted: Range<Int>) -> Range<Int> {
        let first = sensors.lowerBound + 2 * wanted.lowerBound
        return first..<first + 2 * wanted.count
    }
}
