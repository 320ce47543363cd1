public import BatteryModel

/// One pack that exists only here: cells and a BMS, in physics simple enough to foresee.
///
/// A value: whoever owns it moves its time with ``advance(to:milliamps:)`` and asks what it reports. The same seed
/// gives the same pack.
public struct SimulatedPack: Sendable {
    /// The address on the line (DIP switch).
    public let address: UInt8
    /// Number of cells.
    public var cellCount: Int { cells.count }
    /// Charge when full.
    public let capacityMilliampHours: Int32
    /// The settings of the BMS, in the unit of the field.
    public var settings: [PackField: Int32]
    /// What it says it is.
    public var identity: PackIdentity
    /// How it misbehaves on the line.
    public var answerFaults = AnswerFaults() {
        didSet { frozen = answerFaults.isFrozen ? frozen ?? reportedReading(at: now) : nil }
    }
    /// Temperature sensors that are broken off.
    public var missingSensors: Set<PackField> = []
    /// How much faster charge is counted than time passes; temperatures and ramps are not affected.
    public var speed: Int32 = 1
    /// The current that flows; charging is positive.
    public private(set) var milliamps: Int32 = 0

    /// When it was started.
    let startedAt: Instant
    private(set) var now: Instant
    /// What it reported when it froze.
    private(set) var frozen: PackReading?
    private(set) var tripped = AlarmMask()
    private(set) var throughputMilliampHours: Double
    private var chargeMilliampHours: Double
    private var cells: [Cell]
    private var temperatures: [PackField: Double] = [:]
    private var heldMosfet: HeldValue?

    /// A cell and how it differs from its neighbours.
    private struct Cell {
        var offsetMillivolts: Double
        var resistanceMicroohms: Double
        var held: HeldValue?
    }

    /// How fast a held cell moves.
    public static let cellRampMillivoltsPerSecond = 20.0
    /// How fast a held MOSFET temperature moves.
    public static let mosfetRampDecicelsiusPerSecond = 20.0
    /// Resistance of switches, shunt and leads, in microohms.
    private static let leadMicroohms = 2_000.0
    static let cellSensors: [PackField] = [.temperature1, .temperature2, .temperature3, .temperature4]
    private static let ambientDecicelsius = 220.0

    /// Makes a pack.
    ///
    /// - Parameters:
    ///   - address: Its address on the line.
    ///   - seed: Decides the small differences between cells and sensors.
    ///   - cells: Number of cells in series, 1…32.
    ///   - capacityMilliampHours: Charge when full.
    ///   - socPermille: State of charge to begin with.
    ///   - now: When it is switched on.
    public init(
        address: UInt8, seed: UInt64 = 1, cells: Int = 16, capacityMilliampHours: Int32 = 280_000,
        socPermille: Int32 = 620, at now: Instant
    ) {
        precondition((1...CellValues.maximum).contains(cells) && capacityMilliampHours > 0)
        var random = RandomSequence(seed: seed &* 16 &+ UInt64(address))
        self.address = address
        self.capacityMilliampHours = capacityMilliampHours
        self.cells = (0..<cells).map { _ in
            Cell(
                offsetMillivolts: 4 * random.nextDeviation(),
                resistanceMicroohms: 250 + 25 * random.nextDeviation())
        }
        settings = Self.settings(
            address: address, cells: cells, capacityMilliampHours: capacityMilliampHours)
        identity = Self.identity(address: address, number: random.next())
        startedAt = now
        self.now = now
        chargeMilliampHours = Double(capacityMilliampHours) * Double(socPermille) / 1_000
        throughputMilliampHours = Double(capacityMilliampHours) * 85.4
        for sensor in Self.cellSensors {
            temperatures[sensor] = Self.ambientDecicelsius + 10 * random.nextDeviation()
        }
        temperatures[.mosfetTemperature] = Self.ambientDecicelsius + 35
    }

    /// Packs with addresses one after the other, of slightly different charge.
    public static func row(
        count: Int, firstAddress: UInt8 = 1, seed: UInt64 = 1, at now: Instant
    ) -> [SimulatedPack] {
        (0..<count).map { index in
            SimulatedPack(
                address: firstAddress + UInt8(index), seed: seed, socPermille: 620 + Int32(index % 3) * 5,
                at: now)
        }
    }

    /// The true state of charge in thousandths; may lie a little beyond empty and full.
    public var socPermille: Double { chargeMilliampHours / Double(capacityMilliampHours) * 1_000 }

    /// The true voltage of cell `index`, counted from 0, in millivolts.
    public func cellMillivolts(_ index: Int) -> Double {
        cells[index].held?.value ?? naturalMillivolts(cells[index])
    }

    /// The true voltage across the pack: the sum of its cells, in millivolts.
    public var packMillivolts: Double { cells.indices.reduce(0) { $0 + cellMillivolts($1) } }

    /// The voltage that would be seen without current, in millivolts; what somebody holds does not count.
    var openCircuitMillivolts: Double {
        let resting = LFPCurve.millivolts(atSOCPermille: socPermille) * Double(cells.count)
        return cells.reduce(resting) { $0 + $1.offsetMillivolts }
    }

    /// The resistance between its terminals.
    var resistanceMicroohms: Double { cells.reduce(Self.leadMicroohms) { $0 + $1.resistanceMicroohms } }

    /// A temperature in tenths of a degree; `nil` where there is no sensor.
    func temperature(_ sensor: PackField) -> Double? {
        guard !missingSensors.contains(sensor) else { return nil }
        return sensor == .mosfetTemperature ? heldMosfet?.value ?? temperatures[sensor] : temperatures[sensor]
    }

    private func naturalMillivolts(_ cell: Cell) -> Double {
        LFPCurve.millivolts(atSOCPermille: socPermille) + cell.offsetMillivolts
            + Double(milliamps) * cell.resistanceMicroohms / 1_000_000
    }
}

extension SimulatedPack {
    /// Lets a cell climb or fall to a voltage and stay there.
    ///
    /// - Parameters:
    ///   - index: The cell, counted from 0; one that is not there is left out.
    ///   - millivolts: Where it goes; `nil` lets it go back to where it would be by itself.
    public mutating func hold(cell index: Int, atMillivolts millivolts: Int32?) {
        guard cells.indices.contains(index) else { return }
        guard let millivolts else {
            cells[index].held?.target = nil
            return
        }
        cells[index].held = HeldValue(from: cellMillivolts(index), to: Double(millivolts))
    }

    /// Lets the power board warm up to a temperature and stay there; `nil` lets it cool down again.
    public mutating func hold(mosfetDecicelsius: Int32?) {
        guard let mosfetDecicelsius else {
            heldMosfet?.target = nil
            return
        }
        let before = heldMosfet?.value ?? temperatures[.mosfetTemperature] ?? Self.ambientDecicelsius
        heldMosfet = HeldValue(from: before, to: Double(mosfetDecicelsius))
    }

    /// Ends all that was done to it.
    public mutating func restore() {
        for index in cells.indices { cells[index].held?.target = nil }
        heldMosfet?.target = nil
        missingSensors = []
        answerFaults = AnswerFaults()
    }

    /// Moves its time on, with a current through it.
    ///
    /// A switch that is open keeps the current of its direction at zero.
    ///
    /// - Parameters:
    ///   - now: The new time; an earlier one counts as no time at all.
    ///   - wanted: The current since the last call; charging is positive.
    public mutating func advance(to now: Instant, milliamps wanted: Int32) {
        let seconds = Double(max(now - self.now, .zero).nanoseconds) / 1_000_000_000
        self.now = max(now, self.now)
        milliamps = conducts(wanted) ? wanted : 0
        count(milliampHours: Double(milliamps) * seconds * Double(speed) / 3_600)
        warm(seconds: seconds)
        for index in cells.indices {
            let natural = naturalMillivolts(cells[index])
            let stays = cells[index].held?.advance(
                seconds: seconds, perSecond: Self.cellRampMillivoltsPerSecond, natural: natural)
            if stays == false { cells[index].held = nil }
        }
        protect()
        if !conducts(milliamps) { milliamps = 0 }
    }

    /// Whether a current of this direction can flow.
    func conducts(_ milliamps: Int32) -> Bool {
        milliamps == 0 || (milliamps > 0 ? isChargeSwitchClosed : isDischargeSwitchClosed)
    }

    /// Whether the charge MOSFET conducts.
    public var isChargeSwitchClosed: Bool {
        settings[.chargeEnabled] != 0
            && !PackProtection.rows.contains { $0.opensCharge && tripped.contains($0.kind) }
    }

    /// Whether the discharge MOSFET conducts.
    public var isDischargeSwitchClosed: Bool {
        settings[.dischargeEnabled] != 0
            && !PackProtection.rows.contains { $0.opensDischarge && tripped.contains($0.kind) }
    }

    private mutating func count(milliampHours: Double) {
        let capacity = Double(capacityMilliampHours) / 1_000
        let range = LFPCurve.socPermille
        chargeMilliampHours = min(
            max(chargeMilliampHours + milliampHours, range.lowerBound * capacity),
            range.upperBound * capacity)
        throughputMilliampHours += abs(milliampHours)
    }

    /// At 100 A the cells end up 8 °C above their surroundings within the hour, the board 25 °C within minutes.
    private mutating func warm(seconds: Double) {
        let load = (Double(milliamps) / 100_000) * (Double(milliamps) / 100_000)
        for sensor in Self.cellSensors { drift(sensor, rise: 80 * load, part: seconds / (seconds + 1_800)) }
        drift(.mosfetTemperature, rise: 35 + 250 * load, part: seconds / (seconds + 120))
        let natural = temperatures[.mosfetTemperature] ?? Self.ambientDecicelsius
        let stays = heldMosfet?.advance(
            seconds: seconds, perSecond: Self.mosfetRampDecicelsiusPerSecond, natural: natural)
        if stays == false { heldMosfet = nil }
    }

    private mutating func drift(_ sensor: PackField, rise decicelsius: Double, part: Double) {
        guard let before = temperatures[sensor] else { return }
        temperatures[sensor] = before + part * (Self.ambientDecicelsius + decicelsius - before)
    }

    private mutating func protect() {
        var mask = AlarmMask()
        for row in PackProtection.rows
        where row.holds(
            measure(row.measure), wasTripped: tripped.contains(row.kind), settings: settings)
        {
            mask = mask.union(AlarmMask(row.kind))
        }
        tripped = mask
    }

    private func measure(_ measure: PackProtection.Measure) -> Double? {
        switch measure {
        case .highestCell: cells.indices.map(cellMillivolts).max()
        case .lowestCell: cells.indices.map(cellMillivolts).min()
        case .warmestSensor: Self.cellSensors.compactMap(temperature).max()
        case .coldestSensor: Self.cellSensors.compactMap(temperature).min()
        case .mosfet: temperature(.mosfetTemperature)
        }
    }
}
