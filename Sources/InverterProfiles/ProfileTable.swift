/// Every inverter protocol that can be spoken: one row each.
public enum ProfileTable {
    /// The profiles.
    public static let profiles: [_ of InverterProfile] = [
        PylontechLV.profile,
        BYDLVS.profile,
        DeyeLV.profile,
        Discover.profile,
        GoodWeLV.profile,
        GrowattLV.profile,
        LGRESU.profile,
        LuxPowerLV.profile,
        MGLV.profile,
        MegarevoLV.profile,
        PylonPlus.profile,
        PytesNative.profile,
        SMALV.profile,
        SamsungSDI.profile,
        SchneiderLV.profile,
        SeplosLV.profile,
        SofarLV.profile,
        SolArkLV.profile,
        VictronGX.profile,
        BYDModbus.profile,
        EG4RS485.profile,
        EPeverRS485.profile,
        GivEnergyRS485.profile,
        GrowattRS485.profile,
        KostalRS485.profile,
        PaceModbusRS485.profile,
        PylontechRS485.profile,
        SunSpecBattery.profile,
        VictronModbus.profile,
        VoltronicLIBRS485.profile,
    ]

    /// The place of the profile with this id; `nil` if there is none.
    public static func index(ofID id: Span<UInt8>) -> Int? {
        for index in profiles.indices where matches(profiles[index].sheet.id, id) { return index }
        return nil
    }

    private static func matches(_ text: StaticString, _ bytes: Span<UInt8>) -> Bool {
        guard text.utf8CodeUnitCount == bytes.count else { return false }
        for index in bytes.indices where unsafe text.utf8Start[index] != bytes[index] { return false }
        return true
    }
}
