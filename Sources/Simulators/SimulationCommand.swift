public import BatteryModel

/// Something that is done to the simulated packs or the simulated inverter.
///
/// Packs and cells are counted from 0; one that is not there is left out.
public enum SimulationCommand: Sendable, Hashable {
    /// A cell climbs to a voltage and stays there.
    case cellHigh(pack: Int, cell: Int, millivolts: Int32)
    /// A cell falls to a voltage and stays there.
    case cellLow(pack: Int, cell: Int, millivolts: Int32)
    /// A pack stops answering, or answers again.
    case packSilent(pack: Int, Bool)
    /// A pack misbehaves on the line, or no longer does.
    case packFaults(pack: Int, AnswerFaults)
    /// A temperature sensor breaks off, or is back.
    case sensorMissing(pack: Int, PackField, Bool)
    /// The power board of a pack warms up to a temperature.
    case mosfetHot(pack: Int, decicelsius: Int32)
    /// The inverter stops showing that it is there, or shows it again.
    case inverterSilent(Bool)
    /// Sun and loads want this current; charging is positive.
    case wantedCurrent(milliamps: Int32)
    /// Everything that was done to packs and inverter ends; the wanted current stays.
    case restore
    /// A scenario begins, from its first step.
    case play(Scenario)
    /// The simulation ends.
    case stop
}
