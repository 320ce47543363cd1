import BMSDrivers
import BatteryModel
import BusCodec
import InverterProfiles

/// What a bus is for, worked out once: to look for it among all that is connected whenever something arrives is slow.
struct BusUse: Sendable {
    /// The line of packs on it, as an index into ``GatewayCore/lines``.
    var line: Int?
    /// The battery on it, as an index into ``GatewayCore/sources``.
    var source: Int?
    /// The inverters on it, as indices into ``GatewayCore/inverters``.
    var inverters: [Int] = []
    /// Whether the shunt is on it.
    var isForShunt = false

    /// What every bus of a configuration is for; lines and batteries come as they are added.
    static func table(of configuration: GatewayConfiguration) -> [BusUse] {
        var table = configuration.buses.map { _ in BusUse() }
        for (index, inverter) in configuration.inverters.enumerated() {
            table[inverter.bus].inverters.append(index)
        }
        if let shunt = configuration.shunt { table[shunt.bus].isForShunt = true }
        return table
    }
}

/// What was heard on a bus and belongs to nothing.
struct Strays: Sendable {
    var noise = NoiseCounts()
    /// Answers nobody asked for.
    var answers: UInt64 = 0
}

extension GatewayCore {
    /// What was heard on a bus and belongs to nothing that packs, a battery or the shunt say or an inverter asks.
    ///
    /// `mutating`, like everything that only looks and is asked often: otherwise it is asked of a copy of the core.
    mutating func strays(onBus bus: Int) -> Strays {
        let use = uses[bus]
        if let line = use.line {
            let packs = packLines.span
            return Strays(noise: packs[line].noise, answers: packs[line].unexpectedAnswers)
        }
        var strays = Strays()
        if let source = use.source {
            strays = Strays(noise: sources[source].line.noise, answers: sources[source].line.counts.foreign)
        }
        if use.isForShunt, let noise = shunt?.line.noise { strays.noise = noise }
        for index in use.inverters {
            if let noise = inverters[index].noise { strays.noise = noise }
        }
        return strays
    }
}
