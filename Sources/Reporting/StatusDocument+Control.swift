import BatteryModel
import ChargeControl
import Gateway

extension StatusDocument {
    /// Where the charge stands.
    public struct Stage: Codable, Sendable, Equatable {
        /// `start`, `bulk`, `absorption`, `float`, `re-bulk` or `hold`.
        public var name: String
        /// How long absorption has lasted, or lasted the last time.
        public var absorbedSeconds: Int64
        /// How long the cells were together meanwhile.
        public var balancedSeconds: Int64
        /// Time since the last full charge; left out if there was none since Busbar first ran here.
        public var sinceFullSeconds: Int64?
        /// Whether a full charge is overdue.
        public var isFullChargeDue: Bool
    }

    /// The state of charge and how it was found; numbers in thousandths.
    public struct SOC: Codable, Sendable, Equatable {
        /// What is said; left out while unknown.
        public var permille: Int?
        /// What holds it there: `source`, `full`, `empty`, `not_full_yet`, `not_empty_yet`, `slewing`, `unknown`.
        public var bound: String
        /// What it follows: `bms`, `counted` or `shunt`.
        public var source: String
        /// What the packs say, weighted by capacity.
        public var packs: Int?
        /// What the charge counted gives.
        public var counted: Int?
        /// What the shunt says.
        public var shunt: Int?
    }

    /// An order that stands.
    public struct Order: Codable, Sendable, Equatable {
        /// `pause_charge`, `pause_discharge`, `cap_charge`, `cap_discharge` or `force_charge`.
        public var kind: String
        /// The cap of a cap.
        public var amps: Double?
        /// How long it will stand; left out if until it is ended.
        public var remainingSeconds: Int64?
        /// Why, in the words of whoever gave it.
        public var note: String?
        /// Who gave it; left out if that is not known any more.
        public var by: String?
        /// All of it in a sentence.
        public var words: String
    }
}

extension StatusDocument.Stage {
    init(_ progress: StageProgress) {
        name = Wording.stage(progress.stage)
        absorbedSeconds = progress.absorbed.seconds
        balancedSeconds = progress.balanced.seconds
        sinceFullSeconds = progress.hasBeenFull ? progress.sinceFull.seconds : nil
        isFullChargeDue = progress.isFullChargeDue
    }
}

extension StatusDocument.SOC {
    init(_ verdict: SOCVerdict) {
        permille = verdict.permille.map(Int.init)
        switch verdict.bound {
        case .source: bound = "source"
        case .full: bound = "full"
        case .empty: bound = "empty"
        case .notFullYet: bound = "not_full_yet"
        case .notEmptyYet: bound = "not_empty_yet"
        case .slewing: bound = "slewing"
        case .unknown: bound = "unknown"
        }
        switch verdict.source {
        case .bms: source = "bms"
        case .counted: source = "counted"
        case .shunt: source = "shunt"
        }
        packs = verdict.packs.map(Int.init)
        counted = verdict.counted.map(Int.init)
        shunt = verdict.shunt.map(Int.init)
    }
}

extension StatusDocument.Order {
    init(_ given: GivenOrder, _ wording: Wording, at now: Instant) {
        let order = given.order
        kind = "\(order.kind.name)"
        let isCap = order.kind == .capCharge || order.kind == .capDischarge
        amps = isCap ? Double(order.milliamps) / 1_000 : nil
        remainingSeconds = order.until.map { max($0 - now, .zero).seconds }
        note = order.note.count > 0 ? order.note.text : nil
        by = given.by
        words = wording.order(given, at: now)
    }
}
