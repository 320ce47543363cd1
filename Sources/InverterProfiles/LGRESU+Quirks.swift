import BatteryModel
import BusCodec

extension LGRESU {
    /// Says protections in both words, and keeps limits and enable bits from contradicting each other.
    static func prepare(_ bank: inout BankReading, _ options: ProfileOptions) {
        sayProtectionsTwice(&bank)
        bank.makeLimitsAgree()
        bank.keepApartFromEmpty()
    }

    /// Undoes what the residential series is printed to send differently.
    static func mend(_ frame: inout CANFrame, _ known: HeardBefore) {
        if !frame.isExtended, frame.identifier == 0x356 { scaleTenths(&frame) }
    }

    /// Raises every protection as a warning too, so that its bit stands in both words of 0x359.
    ///
    /// jens18/lgresu takes the first word for warnings, the text of the residential series takes it for alarms. Said
    /// twice, a protection is one for either.
    private static func sayProtectionsTwice(_ bank: inout BankReading) {
        guard var alarms = bank.alarms else { return }
        alarms.value.warnings = alarms.value.warnings.union(alarms.value.protections)
        bank.alarms = alarms
    }

    /// Turns tenths of a volt in 0x356 into the hundredths that a RESU sends.
    ///
    /// The text of the residential series prints 0.1 V, the captures of a RESU have 0.01 V. Up to 1000
    /// the word can only mean tenths: no battery of the series stands at 10 V.
    private static func scaleTenths(_ frame: inout CANFrame) {
        let word = FrameWords.word(at: 0, in: frame)
        guard frame.length >= 2, (200...1_000).contains(word) else { return }
        FrameWords.set(word * 10, at: 0, in: &frame)
    }
}
