import BatteryModel

extension PylontechLV {
    /// Fills in the name, and keeps limits and enable bits from contradicting each other.
    static func prepare(_ bank: inout BankReading, _ options: ProfileOptions) {
        nameMaker(&bank, hasInfo: options.dialect == 1)
        bank.makeLimitsAgree()
        bank.keepApartFromEmpty()
    }

    /// The name is `PYLON` and 0x35F says type "LI", version 3.1 unless the bank says otherwise.
    ///
    /// `PYLON` is accepted everywhere, and Deye and Sunsynk show SOH only with it. Type and version are those of the
    /// US5000 capture (S3), the only V1.3 battery seen.
    static func nameMaker(_ bank: inout BankReading, hasInfo: Bool) {
        bank.name("PYLON")
        if hasInfo { bank.identify(type: 0x494C, version: 0x0301) }
    }
}
