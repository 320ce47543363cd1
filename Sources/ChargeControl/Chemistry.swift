/// What the cells are made of.
public enum Chemistry: UInt8, Sendable {
    /// Lithium iron phosphate.
    case lfp
    /// Lithium nickel manganese cobalt.
    case nmc
    /// Lithium titanate.
    case lto
}

/// The numbers that follow from the chemistry.
///
/// LFP: `docs/safety.md`. NMC and LTO move the same shape into the voltage window those cells are sold for; no
/// field evidence stands behind their corners yet, so they keep further from the edges.
struct ChemistryPreset {
    var chargeMillivolts: Int32
    var floatMillivolts: Int32
    var rebulkMillivolts: Int32
    var floorMillivolts: Int32
    var dischargeMillivolts: Int32
    var absoluteMaximumMillivolts: Int32
    var highestCell: Curve
    var lowestCell: Curve

    let chargeTemperature = corners([
        .init(0, 0), .init(20, 250), .init(50, 500), .init(100, 1000), .init(400, 1000), .init(450, 500),
        .init(500, 250), .init(550, 0),
    ])
    let dischargeTemperature = corners([
        .init(-100, 0), .init(0, 250), .init(50, 500), .init(100, 1000), .init(400, 1000), .init(450, 500),
        .init(500, 250), .init(550, 0),
    ])
    let mosfetTemperature = corners([.init(700, 1000), .init(800, 250), .init(900, 0)])
    let imbalance = corners([.init(300, 1000), .init(500, 500), .init(800, 50)])

    static func preset(for chemistry: Chemistry) -> ChemistryPreset {
        switch chemistry {
        case .lfp:
            ChemistryPreset(
                chargeMillivolts: 3450, floatMillivolts: 3375, rebulkMillivolts: 3300, floorMillivolts: 3000,
                dischargeMillivolts: 2900,
                absoluteMaximumMillivolts: 3600,
                highestCell: taper(3375, 3400, 3425, 3450, 3500),
                lowestCell: cutOff(2800, 2900, 3000, 3100, 3190))
        case .nmc:
            ChemistryPreset(
                chargeMillivolts: 4100, floatMillivolts: 4000, rebulkMillivolts: 3850, floorMillivolts: 3300,
                dischargeMillivolts: 3200,
                absoluteMaximumMillivolts: 4200,
                highestCell: taper(4000, 4040, 4070, 4100, 4150),
                lowestCell: cutOff(3100, 3200, 3300, 3400, 3500))
        case .lto:
            ChemistryPreset(
                chargeMillivolts: 2600, floatMillivolts: 2500, rebulkMillivolts: 2350, floorMillivolts: 2000,
                dischargeMillivolts: 1950,
                absoluteMaximumMillivolts: 2800,
                highestCell: taper(2500, 2540, 2570, 2600, 2650),
                lowestCell: cutOff(1850, 1950, 2020, 2080, 2150))
        }
    }

    /// Full, a quarter, a twentieth, a two-hundredth, nothing: the fall of the charge current near full.
    private static func taper(_ a: Int32, _ b: Int32, _ c: Int32, _ d: Int32, _ e: Int32) -> Curve {
        corners([.init(a, 1000), .init(b, 250), .init(c, 50), .init(d, 5), .init(e, 0)])
    }

    /// The same parts in the other direction: the fall of the discharge current near empty.
    private static func cutOff(_ e: Int32, _ d: Int32, _ c: Int32, _ b: Int32, _ a: Int32) -> Curve {
        corners([.init(e, 0), .init(d, 5), .init(c, 50), .init(b, 250), .init(a, 1000)])
    }

    private static func corners<let size: Int>(_ points: [size of Curve.Point]) -> Curve {
        guard let curve = Curve(points) else { preconditionFailure("a preset curve is malformed") }
        return curve
    }
}
