/// Every inverter protocol that can be spoken: one row each.
public enum ProfileTable {
    /// The profiles.
    public static let profiles: [_ of InverterProfile] = [
        PylontechLV.profile,
        DeyeLV.profile,
        GoodWeLV.profile,
        LuxPowerLV.profile,
        SofarLV.profile,
        SolArkLV.profile,
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
