import BatteryModel

/// The state of charge of the bank, and how it was found.
public struct SOCVerdict: Sendable, Equatable {
    /// What holds it where it is.
    public enum Bound: UInt8, Sendable {
        /// It is what the source says.
        case source
        /// Absorption has been completed: 100 %.
        case full
        /// A cell is at its floor: 0 %.
        case empty
        /// The source says 100 %, but absorption has not been completed.
        case notFullYet
        /// The source says 0 %, but no cell is at its floor.
        case notEmptyYet
        /// The source has moved further than the state of charge may within the time.
        case slewing
        /// Nobody can say.
        case unknown
    }

    /// What is said, in thousandths; `nil` while unknown.
    public var permille: Int32?
    /// What holds it there.
    public var bound = Bound.unknown
    /// The source it follows.
    public var source = SOCSettings.Source.bms
    /// What the packs in the bank say, weighted by capacity; `nil` if one says nothing.
    public var packs: Int32?
    /// What the charge counted since the last anchor gives.
    public var counted: Int32?
    /// What the shunt says.
    public var shunt: Int32?
}

/// What the state of charge is worked out from in one step.
struct SOCInput {
    var isRunning: Bool
    /// What the packs say, weighted, in thousandths.
    var packs: Int32?
    /// What the shunt says, in thousandths.
    var shunt: Int32?
    /// The current of the bank in milliamps; `nil` if unknown.
    var milliamps: Int32?
    var capacityMilliampHours: Int64
    var hasCompletedAbsorption: Bool
    /// Whether a cell is at or under its floor.
    var isAtFloor: Bool
    var elapsed: Interval
}

/// Works out the state of charge of the bank: a source, two anchors, and no jumps in between.
struct SOCService: Sendable {
    private(set) var verdict = SOCVerdict()
    /// What is said, in millionths of a thousandth, so that slow moves are not lost in rounding.
    private var said: Int64?
    /// Charge counted, in the same unit.
    private var counted: Int64?
    /// What has been drawn since the bank was full, in the same unit; `nil` while it is not full.
    private var drawn: Int64?
    /// What the packs said when the bank was full.
    private var packsWhenFull: Int32?
    private var floorFor = Interval.zero

    mutating func step(_ input: SOCInput, _ settings: SOCSettings) {
        verdict = SOCVerdict(source: settings.source, packs: input.packs, shunt: input.shunt)
        count(input, settings)
        anchor(input, settings)
        verdict.counted = counted.map { Self.permille($0) }
        let source: Int32? =
            switch settings.source {
            case .bms: input.packs
            case .counted: verdict.counted ?? input.packs
            case .shunt: input.shunt ?? input.packs
            }
        guard input.isRunning, let source else { return }
        say(source, input, settings)
    }

    private mutating func say(_ source: Int32, _ input: SOCInput, _ settings: SOCSettings) {
        let isEmpty = floorFor >= settings.emptySettle
        var target = Int64(min(max(source, 0), 1_000))
        var bound = SOCVerdict.Bound.source
        if isEmpty {
            (target, bound) = (0, .empty)
        } else if drawn != nil {
            (target, bound) = (1_000, .full)
        } else if target > Self.highestUnlessFull {
            (target, bound) = (Self.highestUnlessFull, .notFullYet)
        } else if target < Self.lowestUnlessEmpty {
            (target, bound) = (Self.lowestUnlessEmpty, .notEmptyYet)
        }
        target *= Self.unit
        let isAnchor = bound == .empty || bound == .full
        let step = Int64(settings.stepPermillePerTenSeconds) * Self.unit * input.elapsed.milliseconds / 10_000
        let before = said ?? target
        let moved = isAnchor ? target : min(max(target, before - step), before + step)
        if moved != target { bound = .slewing }
        said = moved
        verdict.permille = Self.permille(moved)
        verdict.bound = bound
    }

    private mutating func count(_ input: SOCInput, _ settings: SOCSettings) {
        if counted == nil { counted = input.packs.map { Int64($0) * Self.unit } }
        guard let milliamps = input.milliamps, input.capacityMilliampHours > 0 else { return }
        let charge = Self.effective(milliamps, settings) * input.elapsed.milliseconds
        // 1000 thousandths are capacity × 3 600 000 milliamp-milliseconds.
        let moved = charge * 2_500 / (9 * input.capacityMilliampHours)
        counted = counted.map { min(max($0 + moved, 0), 1_000 * Self.unit) }
        drawn = drawn.map { min($0 + moved, 0) }
    }

    private mutating func anchor(_ input: SOCInput, _ settings: SOCSettings) {
        floorFor = input.isAtFloor ? floorFor + input.elapsed : .zero
        if input.hasCompletedAbsorption {
            counted = 1_000 * Self.unit
            drawn = 0
            packsWhenFull = input.packs
        }
        if floorFor >= settings.emptySettle {
            counted = 0
            drawn = nil
        }
        let hasFallen = input.packs.flatMap { now in packsWhenFull.map { now <= $0 - Self.fullWithin } }
        if let drawn, drawn <= -Int64(Self.fullWithin) * Self.unit || hasFallen == true { self.drawn = nil }
    }

    /// The current that counts: without the offset of the sensors, and of a charge only what comes out again.
    static func effective(_ milliamps: Int32, _ settings: SOCSettings) -> Int64 {
        let current = Int64(milliamps) - Int64(settings.currentOffsetMilliamps)
        return current > 0 ? current * Int64(settings.chargeEfficiencyPermille) / 1_000 : current
    }

    private static func permille(_ fine: Int64) -> Int32 { Int32(clamping: fine / unit) }

    private static let unit: Int64 = 1_000_000
    private static let highestUnlessFull: Int64 = 990
    private static let lowestUnlessEmpty: Int64 = 10
    /// The bank stays full until this much is gone, in thousandths.
    private static let fullWithin: Int32 = 10
}

// MARK: - Over a restart

extension SOCService {
    func save(into memory: inout ControlMemory) {
        memory[.soc] = said
        memory[.counted] = counted
        memory[.isFull] = drawn
        memory[.packsWhenFull] = packsWhenFull.map(Int64.init)
    }

    mutating func restore(_ memory: borrowing ControlMemory) {
        let range = 0...(1_000 * Self.unit)
        said = memory[.soc].flatMap { range.contains($0) ? $0 : nil }
        counted = memory[.counted].flatMap { range.contains($0) ? $0 : nil }
        packsWhenFull = memory[.packsWhenFull].flatMap { (0...1_000).contains($0) ? Int32($0) : nil }
        drawn = memory[.isFull].flatMap { (-Int64(Self.fullWithin) * Self.unit...0).contains($0) ? $0 : nil }
        // The stages ask before the first step: what was said holds until something else is.
        verdict.permille = said.map { Self.permille($0) }
        verdict.counted = counted.map { Self.permille($0) }
    }
}
