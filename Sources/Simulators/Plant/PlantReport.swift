public import BatteryModel
import ChargeControl

/// What happened in a plant.
public struct PlantReport: Sendable {
    /// What happened in a day, or in all of the time.
    public struct Span: Sendable, Hashable {
        /// Energy into the bank at its terminals, in watt-hours.
        public var chargedWattHours = 0.0
        /// Energy out of the bank at its terminals, in watt-hours.
        public var dischargedWattHours = 0.0
        /// True state of charge at its beginning, in thousandths.
        public var socStartPermille: Double
        /// True state of charge at its end, in thousandths.
        public var socEndPermille: Double
        /// The highest that a cell truly was, in millivolts.
        public var highestCellMillivolts = 0.0
        /// The lowest that a cell truly was, in millivolts.
        public var lowestCellMillivolts = Double.infinity
        /// The furthest that the cells of one pack were apart, in millivolts.
        public var widestSpreadMillivolts = 0.0
        /// How often a BMS opened a switch.
        public var cutOffs = 0
        /// How often CCL turned from falling to rising or back.
        public var chargeReversals = 0
        /// How often DCL turned from falling to rising or back.
        public var dischargeReversals = 0
        /// Seconds for which CCL was 0.
        public var zeroChargeSeconds = 0.0
        /// Seconds for which DCL was 0.
        public var zeroDischargeSeconds = 0.0
    }

    /// One kind of cut-off of one pack.
    public struct CutOff: Sendable, Hashable {
        /// The pack, counted from 0.
        public var pack: Int
        /// Why.
        public var kind: AlarmKind
        /// How often.
        public var count = 1
    }

    /// An alarm that the control has raised.
    public struct Alarm: Sendable, Hashable {
        /// What is wrong.
        public var kind: AlarmKind
        /// The most serious level it had.
        public var level: AlarmLevel
        /// How often it was raised.
        public var count = 1
    }

    /// The largest part of something that was allowed, per direction, in thousandths.
    public struct Worst: Sendable, Hashable {
        /// Charging.
        public var chargePermille = 0.0
        /// Discharging.
        public var dischargePermille = 0.0
    }

    /// The days, counted from the beginning; the last may be short.
    public internal(set) var days: [Span] = []
    /// All of the time.
    public internal(set) var total: Span
    /// What the BMS cut off.
    public internal(set) var cutOffs: [CutOff] = []
    /// What the control raised.
    public internal(set) var alarms: [Alarm] = []
    /// What happened when; the first ``maximumNotes``.
    public internal(set) var notes: [PlantNote] = []
    /// How many more notes there were.
    public internal(set) var droppedNotes = 0
    /// The current of a pack as a part of its configured maximum.
    public internal(set) var worstOfPack = Worst()
    /// The current of a pack as a part of the over-current setting of its BMS.
    public internal(set) var worstOfBMS = Worst()
    /// Seconds for which the inverter charged with more than CCL, not counting the first ten of each time.
    public internal(set) var overChargeSeconds = 0.0
    /// Seconds for which the inverter discharged with more than DCL, not counting the first ten of each time.
    public internal(set) var overDischargeSeconds = 0.0
    /// The furthest that the terminals stood above CVL, in millivolts.
    public internal(set) var overVoltageMillivolts = 0.0
    /// The largest charge current of a pack whose cells were at 0 °C or below, in milliamps.
    public internal(set) var frozenChargeMilliamps: Int32 = 0
    /// The most reversals of CCL, or of DCL, within an hour.
    public internal(set) var reversalsInWorstHour = 0
    /// Seconds for which CCL was 0, by the rule that said so: `LimitRule` by its number.
    public internal(set) var zeroChargeByRule = [Double](repeating: 0, count: 64)
    /// The same for DCL.
    public internal(set) var zeroDischargeByRule = [Double](repeating: 0, count: 64)
    /// Seconds in each state of the control, by its number.
    public internal(set) var stateSeconds = [Double](repeating: 0, count: 8)
    /// How it was charged.
    public internal(set) var charge = PlantCharge()
    /// Times the inverter stopped because it heard no limits.
    public internal(set) var inverterStops = 0
    /// What a perfect control would have charged, in watt-hours; `nil` if nobody has worked it out.
    public var perfectWattHours: Double?

    /// The most notes that are kept.
    public static let maximumNotes = 500

    let packs: [PackSettings]
    let stepSeconds: Double
    var watch: PlantWatch

    init(_ scenario: PlantScenario, _ bank: SimulatedBank) {
        let soc = bank.socPermille
        total = Span(socStartPermille: soc, socEndPermille: soc)
        packs = scenario.packs.map(\.control)
        stepSeconds = Double(scenario.step.nanoseconds) / 1_000_000_000
        watch = PlantWatch(scenario.control)
    }

    /// What was charged as a part of what a perfect control would have charged, in thousandths; `nil` if unknown.
    public var energyPermille: Double? {
        perfectWattHours.map { $0 > 0 ? total.chargedWattHours / $0 * 1_000 : 1_000 }
    }

    mutating func note(_ what: PlantNote.What, at elapsed: Interval) {
        guard notes.count < Self.maximumNotes else {
            droppedNotes += 1
            return
        }
        notes.append(PlantNote(at: elapsed, what: what))
    }
}

extension AlarmKind {
    /// The name in files: `pack_lost`.
    public var word: String { snakeCase("\(self)") }
}

extension LimitRule {
    /// The name in files: `highest_cell`.
    public var word: String { snakeCase("\(self)") }
}

/// The name of a case as files write it.
func snakeCase(_ name: String) -> String {
    name.reduce(into: "") { text, letter in
        text += letter.isUppercase ? "_" + letter.lowercased() : String(letter)
    }
}

extension SimulatedBank {
    /// The true state of charge of all packs, by their capacities, in thousandths.
    public var socPermille: Double {
        var charge = 0.0
        var capacity = 0.0
        for pack in packs {
            let whole = Double(pack.capacityMilliampHours)
            charge += pack.socPermille * whole
            capacity += whole
        }
        return capacity > 0 ? charge / capacity : 0
    }
}
