import BatteryModel

extension PylontechLV {
    /// Fills in the name, and keeps limits and enable bits from contradicting each other.
    ///
    /// `PYLON` is accepted everywhere, and Deye and Sunsynk show SOH only with it. Type "LI" and version 3.1 in
    /// 0x35F are those of the US5000 capture (S3), the only V1.3 battery seen.
    static func prepare(_ bank: inout BankReading, _ options: ProfileOptions) {
        bank.name("PYLON")
        if options.dialect == 1 { bank.identify(type: 0x494C, version: 0x0301) }
        bank.makeLimitsAgree()
        bank.keepApartFromEmpty()
    }
}
