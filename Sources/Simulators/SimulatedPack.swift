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
    /// Charge when full, as the BMS believes.
    public let capacityMilliampHours: Int32
    /// How it differs from the ideal.
    public let traits: PackTraits
    /// The settings of the BMS, in the unit of the field.
    public var settings: FieldValues
    /// What it says it is.
    public var identity: PackIdentity
    /// How it misbehaves on the line.
    public var answerFaults = AnswerFaults() {
        didSet {
            if !answerFaults.isFrozen {
                frozen = []
            } else if frozen.isEmpty {
                frozen = [reportedReading(at: now)]
            }
        }
    }
    /// Temperature sensors that are broken off.
    public var missingSensors: Set<PackField> = []
    /// Alarms that it reports whatever it measures; its switches do not mind them.
    public var scriptedAlarms = AlarmSet()
    /// Whether it has been taken off the busbars; no current passes then.
    public var isUnplugged = false
    /// How much faster charge is counted than time passes; temperatures and ramps are not affected.
    public var speed: Int32 = 1
    /// Temperature around it, in tenths of a degree.
    public var ambientDecicelsius: Int32 = 220
    /// The current that flows; charging is positive.
    public internal(set) var milliamps: Int32 = 0
    /// The protections of the BMS that stand.
    public internal(set) var tripped = AlarmMask()
    /// What the SOC counter shows while it is stuck, in thousandths; `nil` while it counts.
    public internal(set) var stuckSOCPermille: Int32?

    /// When it was started.
    let startedAt: Instant
    var now: Instant
    /// What it reported when it froze; none if it has not.
    ///
    /// A list because a reading is ten times as large as all the rest of a pack, which is copied often.
    private(set) var frozen: [PackReading] = []
    var throughputMilliampHours: Double
    /// What the SOC counter has too much.
    var counterErrorMilliampHours: Double
    var cells: [PackCell]
    var heat: PackHeat
    var heldMosfet: HeldValue?
    /// The cells furthest apart, as they are measured.
    var extremes = CellExtremes()
    var chargeOverCurrent = OverCurrentProtection.State()
    var dischargeOverCurrent = OverCurrentProtection.State()

    /// How fast a held cell moves.
    public static let cellRampMillivoltsPerSecond = 20.0
    /// How fast a held MOSFET temperature moves.
    public static let mosfetRampDecicelsiusPerSecond = 20.0
    static let cellSensors: [PackField] = [.temperature1, .temperature2, .temperature3, .temperature4]

    /// Makes a pack.
    ///
    /// - Parameters:
    ///   - address: Its address on the line.
    ///   - seed: Decides the small differences between cells and sensors.
    ///   - cells: Number of cells in series, 1…32.
    ///   - capacityMilliampHours: Charge when full.
    ///   - socPermille: State of charge to begin with.
    ///   - traits: How it differs from the ideal.
    ///   - now: When it is switched on.
    public init(
        address: UInt8, seed: UInt64 = 1, cells: Int = 16, capacityMilliampHours: Int32 = 280_000,
        socPermille: Int32 = 620, traits: PackTraits = PackTraits(), at now: Instant
    ) {
        precondition((1...CellValues.maximum).contains(cells) && capacityMilliampHours > 0)
        var random = RandomSequence(seed: seed &* 16 &+ UInt64(address))
        self.address = address
        self.capacityMilliampHours = capacityMilliampHours
        self.traits = traits
        self.cells = (0..<cells).map { _ in
            Self.cell(traits, Double(capacityMilliampHours), Double(socPermille), &random)
        }
        settings = Self.settings(
            address: address, cells: cells, capacityMilliampHours: capacityMilliampHours)
        identity = Self.identity(address: address, number: random.next())
        startedAt = now
        self.now = now
        counterErrorMilliampHours = Double(capacityMilliampHours) * Double(traits.socErrorPermille) / 1_000
        throughputMilliampHours = Double(capacityMilliampHours) * 85.4
        heat = PackHeat(
            ambient: Double(ambientDecicelsius),
            sensorOffsets: Self.cellSensors.map { _ in
                10 * random.nextDeviation()
            })
        measureCells()
    }

    /// Packs with addresses one after the other, of slightly different charge unless `socPermille` says which.
    public static func row(
        count: Int, firstAddress: UInt8 = 1, seed: UInt64 = 1, socPermille: Int32? = nil, at now: Instant
    ) -> [SimulatedPack] {
        (0..<count).map { index in
            SimulatedPack(
                address: firstAddress + UInt8(index), seed: seed,
                socPermille: socPermille ?? 620 + Int32(index % 3) * 5, at: now)
        }
    }

    /// A cell of a capacity of 280 Ah has 250 microohms, give or take a tenth; a smaller one has more.
    private static func cell(
        _ traits: PackTraits, _ capacity: Double, _ socPermille: Double, _ random: inout RandomSequence
    ) -> PackCell {
        let offset = Double(traits.offsetMillivolts) * random.nextDeviation()
        let microohms = 250 + 25 * random.nextDeviation()
        let capacityPart = Double(traits.capacitySpreadPermille) / 1_000 * random.nextDeviation()
        let socPart = Double(traits.socSpreadPermille) * random.nextDeviation()
        let held = capacity * Double(traits.trueCapacityPermille) / 1_000 * (1 + capacityPart)
        return PackCell(
            capacity: held, charge: held * (socPermille + socPart) / 1_000, offset: offset,
            microohms: microohms * 280_000 / capacity * Double(traits.resistancePermille) / 1_000)
    }
}

// MARK: - The truth

extension SimulatedPack {
    /// The true state of charge in thousandths; may lie a little beyond empty and full.
    public var socPermille: Double {
        var charge = 0.0
        var capacity = 0.0
        for cell in cells {
            charge += cell.chargeMilliampHours
            capacity += cell.capacityMilliampHours
        }
        // A charge of 62 % must not read 61.999… %.
        return (charge / capacity * 1_000_000_000).rounded() / 1_000_000
    }

    /// What the SOC counter of the BMS stands at, in thousandths of the capacity it believes in.
    public var counterPermille: Double {
        if let stuckSOCPermille { return Double(stuckSOCPermille) }
        var missing = 0.0
        for cell in cells { missing += cell.capacityMilliampHours - cell.chargeMilliampHours }
        let counted = counterErrorMilliampHours - missing / Double(cells.count)
        let permille = 1_000 + counted / Double(capacityMilliampHours) * 1_000
        return (min(max(permille, 0), 1_000) * 1_000_000).rounded() / 1_000_000
    }

    /// The true voltage of cell `index`, counted from 0, in millivolts.
    public func cellMillivolts(_ index: Int) -> Double {
        cells[index].held?.value ?? naturalMillivolts(cells[index])
    }

    /// The true voltage of the highest cell, in millivolts.
    public var highestCellMillivolts: Double { extremes.high }

    /// The true voltage of the lowest cell, in millivolts.
    public var lowestCellMillivolts: Double { extremes.low }

    /// The true temperature of the cells, in tenths of a degree.
    public var cellDecicelsius: Double { heat.cells }

    /// Whether the balancer is at work.
    public var isBalancing: Bool {
        extremes.high - extremes.low >= Double(settings[.balanceTrigger] ?? .max)
            && extremes.high >= Double(settings[.balanceStart] ?? .max) && settings[.balancerEnabled] != 0
    }

    /// The true voltage across the pack: the sum of its cells, in millivolts.
    public var packMillivolts: Double { cells.indices.reduce(0) { $0 + cellMillivolts($1) } }

    /// The voltage at the far end of its leads, in millivolts.
    public var terminalMillivolts: Double {
        packMillivolts + Double(milliamps) * Double(traits.leadMicroohms) / 1_000_000
    }

    /// The voltage that would be seen without current, in millivolts; what somebody holds does not count.
    public var openCircuitMillivolts: Double { cells.reduce(0) { $0 + $1.openMillivolts } }

    /// The resistance between its terminals, in microohms.
    public var resistanceMicroohms: Double {
        cells.reduce(0) { $0 + $1.microohms } * heat.resistanceFactor + Double(traits.leadMicroohms)
    }

    /// What its cells hold, in milliwatt-hours: the charge times the voltage at which it was taken.
    ///
    /// Counted from empty along the curve; only differences mean anything.
    public var storedMilliwattHours: Double { cells.reduce(0) { $0 + $1.storedMilliwattHours } }

    /// A temperature in tenths of a degree; `nil` where there is no sensor.
    func temperature(_ sensor: PackField) -> Double? {
        if !missingSensors.isEmpty, missingSensors.contains(sensor) { return nil }
        if sensor == .mosfetTemperature { return heldMosfet?.value ?? heat.mosfet }
        return Self.cellSensors.firstIndex(of: sensor).map { heat.cells + heat.sensorOffsets[$0] }
    }

    func naturalMillivolts(_ cell: PackCell) -> Double {
        cell.openMillivolts + Double(milliamps) * cell.microohms * heat.resistanceFactor / 1_000_000
    }
}
