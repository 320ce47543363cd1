/// How the packs of one making differ from the ideal, beside their address and capacity.
public struct PackTraits: Sendable, Hashable {
    /// How a balancer gets rid of what a high cell has too much.
    public enum Balancer: Sendable, Hashable {
        /// It moves the charge to the lowest cell; a tenth is lost on the way.
        case active
        /// It burns it.
        case passive
    }

    /// What the cells really hold, in thousandths of what the BMS believes.
    public var trueCapacityPermille: Int32 = 1_000
    /// How far the capacity of a cell may lie from the mean, in thousandths.
    public var capacitySpreadPermille: Int32 = 0
    /// How far the charge of a cell may lie from the mean at the beginning, in thousandths of its capacity.
    public var socSpreadPermille: Int32 = 0
    /// How far the voltage of a resting cell may lie from the curve, in millivolts.
    public var offsetMillivolts: Int32 = 4
    /// Resistance of the cells, in thousandths of what cells of this capacity have.
    public var resistancePermille: Int32 = 1_000
    /// Resistance of switches, shunt and leads, in microohms.
    public var leadMicroohms: Int32 = 2_000
    /// What the SOC counter of the BMS reads too high at the beginning, in thousandths.
    public var socErrorPermille: Int32 = 0
    /// What the SOC counter of the BMS counts beside the true current, in milliamps: it drifts.
    public var socDriftMilliamps: Int32 = 0
    /// The balancer.
    public var balancer = Balancer.active

    /// The usual.
    public init() {}
}

/// A cell that is not like its neighbours.
public struct WeakCell: Sendable, Hashable {
    /// The cell, counted from 0.
    public var index: Int
    /// Its capacity, in thousandths of what it would have.
    public var capacityPermille: Int32
    /// What its charge lies above that of its neighbours, in thousandths of its capacity.
    public var socOffsetPermille: Int32
    /// Its resistance, in thousandths of what it would have.
    public var resistancePermille: Int32
    /// What flows through it beside all else and empties it, in milliamps.
    public var leakMilliamps: Int32

    /// Makes a cell that differs in nothing but what is named.
    public init(
        index: Int, capacityPermille: Int32 = 1_000, socOffsetPermille: Int32 = 0,
        resistancePermille: Int32 = 1_000, leakMilliamps: Int32 = 0
    ) {
        self.index = index
        self.capacityPermille = capacityPermille
        self.socOffsetPermille = socOffsetPermille
        self.resistancePermille = resistancePermille
        self.leakMilliamps = leakMilliamps
    }
}

/// One cell: its charge, and how it differs from its neighbours.
struct PackCell: Sendable {
    var capacityMilliampHours: Double
    var chargeMilliampHours: Double
    /// What its voltage lies above the curve.
    var offsetMillivolts: Double
    /// At 25 °C.
    var microohms: Double
    var leakMilliamps = 0.0
    /// What is measured instead of its voltage while somebody holds it.
    var held: HeldValue?
    /// Its voltage without current.
    private(set) var openMillivolts = 0.0

    init(capacity: Double, charge: Double, offset: Double, microohms: Double) {
        capacityMilliampHours = capacity
        chargeMilliampHours = charge
        offsetMillivolts = offset
        self.microohms = microohms
        settle(LFPCurve.shared)
    }

    /// Works out the voltage that belongs to its charge, which stays between the ends of the curve.
    mutating func settle(_ curve: LFPCurve) {
        let permille = capacityMilliampHours / 1_000
        let range = LFPCurve.socPermille
        chargeMilliampHours = min(
            max(chargeMilliampHours, range.lowerBound * permille), range.upperBound * permille)
        openMillivolts = curve.millivolts(atSOCPermille: chargeMilliampHours / permille) + offsetMillivolts
    }
}
