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
    public var millivolts: Int32 {
        guard !packs.isEmpty else { return 0 }
        let joined = packs.filter { $0.isChargeSwitchClosed || $0.isDischargeSwitchClosed }
        let counted = joined.isEmpty ? packs : joined
        return Int32((counted.reduce(0) { $0 + $1.packMillivolts } / Double(counted.count)).rounded())
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
        for index in packs.indices { packs[index].advance(to: now, milliamps: shares[index]) }
        milliamps = packs.reduce(0) { $0 &+ $1.milliamps }
    }

    /// The part of a current that each pack carries.
    ///
    /// All packs in the circuit have one terminal voltage. One whose open switch forbids its part is taken out, and
    /// the rest is divided anew.
    func shares(of wanted: Int32) -> [Int32] {
        var joined = Set(packs.indices)
        while !joined.isEmpty {
            let conductance = joined.reduce(0.0) { $0 + 1 / packs[$1].resistanceMicroohms }
            let pull = joined.reduce(0.0) {
                $0 + packs[$1].openCircuitMillivolts / packs[$1].resistanceMicroohms
            }
            // Millivolts over microohms are thousands of amperes: a million milliamps.
            let millivolts = (Double(wanted) / 1_000_000 + pull) / conductance
            var parts = [Int32](repeating: 0, count: packs.count)
            for index in joined {
                let difference = millivolts - packs[index].openCircuitMillivolts
                parts[index] = Int32(difference / packs[index].resistanceMicroohms * 1_000_000)
            }
            let blocked = joined.filter { !packs[$0].conducts(parts[$0]) }
            if blocked.isEmpty { return parts }
            joined.subtract(blocked)
        }
        return [Int32](repeating: 0, count: packs.count)
    }
}
