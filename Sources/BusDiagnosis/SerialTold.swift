public import BMSDrivers
public import BatteryModel

/// What somebody on a serial line has told; the part that fits the protocol.
public struct SerialTold: Sendable {
    /// What a pack has told; `nil` in a protocol for inverters.
    public internal(set) var pack: PackReading?
    /// What a battery has told its inverter; `nil` in the protocol of a BMS.
    public internal(set) var bank: BankReading?
    /// What a shunt has told.
    public internal(set) var shunt: ShuntReading?
}

extension SerialTold {
    /// Whether anything was told.
    public var isKnown: Bool { pack != nil || bank != nil || shunt != nil }

    /// Whether current and voltage were told in one answer, so that they belong to one moment.
    var hasMeasuredTogether: Bool {
        if let pack, let current = pack[.current] { return pack[.packVoltage]?.at == current.at }
        if let bank, let current = bank[.current] { return bank[.voltage]?.at == current.at }
        return false
    }
}
