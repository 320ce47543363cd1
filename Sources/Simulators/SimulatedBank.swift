public import BatteryModel

/// Packs in parallel: one voltage, and a current that divides itself by their resistances.
public struct SimulatedBank: Sendable {
    /// The packs.
    public var packs: [SimulatedPack]
    /// The current that flows; charging is positive.
    public private(set) var milliamps: Int32 = 0

    /// Joins packs.
    public init(_ packs: [SimulatedPack]) { self.packs = packs }

    /// The voltage at the terminals, in millivolts.
    ///
    /// The mean of the packs that can carry current, or of all if none can.
    public var millivolts: Int32 { Int32(exactMillivolts.rounded()) }

    /// The same, unrounded.
    var exactMillivolts: Double {
        guard !packs.isEmpty else { return 0 }
        var (joined, sum, all) = (0.0, 0.0, 0.0)
        for index in packs.indices {
            let voltage = packs[index].terminalMillivolts
            all += voltage
            guard packs[index].isJoined else { continue }
            joined += 1
            sum += voltage
        }
        return joined > 0 ? sum / joined : all / Double(packs.count)
    }

    /// What somebody outside sees of the bank: a voltage behind a resistance.
    ///
    /// - Parameter isCharging: The direction; packs whose switch is open in it are left out.
    /// - Returns: Voltage without current and resistance; `nil` if no pack conducts.
    public func source(isCharging: Bool) -> BankSource? {
        var conductance = 0.0
        var pull = 0.0
        for index in packs.indices where packs[index].conducts(isCharging ? 1 : -1) {
            let microohms = packs[index].resistanceMicroohms
            conductance += 1 / microohms
            pull += packs[index].openCircuitMillivolts / microohms
        }
        return conductance > 0 ? BankSource(millivolts: pull / conductance, microohms: 1 / conductance) : nil
    }

    /// Moves the time of all packs on, with a current that somebody outside wants.
    ///
    /// What no pack can carry does not flow.
    ///
    /// - Parameters:
    ///   - now: The new time.
    ///   - wanted: The wanted current; charging is positive.
    public mutating func advance(to now: Instant, wantedMilliamps wanted: Int32) {
        let shares = shares(of: wanted)
        milliamps = 0
        for index in packs.indices {
            packs[index].advance(to: now, milliamps: shares[index])
            milliamps &+= packs[index].milliamps
        }
    }

    /// The part of a current that each pack carries.
    ///
    /// All packs in the circuit have one terminal voltage. One whose open switch forbids its part is taken out, and
    /// the rest is divided anew.
    func shares(of wanted: Int32) -> [Int32] {
        var parts = [Int32](repeating: 0, count: packs.count)
        var joined = packs.map { !$0.isUnplugged }
        let open = packs.map(\.openCircuitMillivolts)
        let microohms = packs.map(\.resistanceMicroohms)
        while true {
            var (conductance, pull) = (0.0, 0.0)
            for index in packs.indices where joined[index] {
                conductance += 1 / microohms[index]
                pull += open[index] / microohms[index]
            }
            guard conductance > 0 else { return parts }
            // Millivolts over microohms are thousands of amperes: a million milliamps.
            let millivolts = (Double(wanted) / 1_000_000 + pull) / conductance
            var isBlocked = false
            for index in packs.indices where joined[index] {
                parts[index] = Int32((millivolts - open[index]) / microohms[index] * 1_000_000)
                guard !packs[index].conducts(parts[index]) else { continue }
                parts[index] = 0
                joined[index] = false
                isBlocked = true
            }
            if !isBlocked { return parts }
        }
    }
}

/// A bank seen from outside: a voltage behind a resistance.
public struct BankSource: Sendable, Hashable {
    /// The voltage without current, in millivolts.
    public var millivolts: Double
    /// The resistance, in microohms.
    public var microohms: Double

    /// Makes a source.
    public init(millivolts: Double, microohms: Double) {
        self.millivolts = millivolts
        self.microohms = microohms
    }

    /// The voltage at the terminals while a current flows; charging is positive.
    func millivolts(at milliamps: Double) -> Double { millivolts + milliamps * microohms / 1_000_000 }

    /// The current at which the terminals have a voltage, in milliamps.
    func milliamps(atMillivolts voltage: Double) -> Double { (voltage - millivolts) / microohms * 1_000_000 }
}

extension SimulatedPack {
    /// Whether current can flow through it in any direction.
    var isJoined: Bool { !isUnplugged && (isChargeSwitchClosed || isDischargeSwitchClosed) }
}
