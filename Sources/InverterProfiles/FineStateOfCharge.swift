import BatteryModel
import BusCodec

/// The state of charge in hundredths of a percent that newer members of the 0x35x family have in 0x355.
///
/// Sources: SMA FSS-ConnectingBat-TI-en-10; CRC-checked captures of JK and Seplos.
enum FineStateOfCharge {
    private static let container = LowVoltageFrames.state

    /// Hands the row to `visit`; it belongs behind those of ``LowVoltageFrames``, because it is the better number.
    static func visitRows(_ container: UInt32?, dialects: UInt8 = .max, _ visit: (BankRow) -> Void) {
        guard container == nil || container == Self.container else { return }
        visit(.fineSOC(in: Self.container, byte: 4, dialects: dialects))
    }

    /// Puts the whole percents where the hundredths are not reported.
    ///
    /// More than 100 % become a code out of range, so that the filler is not read as an empty battery.
    /// BYD and Pylontech send 0 there beside any state of charge (captured `43 00 64 00 00 00`), JK too in its GoodWe
    /// mode (captured `63 00 64 00 00 00 00 00`). SMA's text wants 0xFFFF, which Sofar's own battery sends (log in
    /// Battery-Emulator).
    static func mend(_ frame: inout CANFrame, _ known: HeardBefore) {
        guard frame.identifier == container, !frame.isExtended, frame.length >= 6 else { return }
        let fine = FrameWords.word(at: 4, in: frame)
        guard fine == 0 || fine == 0xFFFF else { return }
        let percent = FrameWords.word(at: 0, in: frame)
        FrameWords.set(percent <= 100 ? percent * 100 : 0xFFFF, at: 4, in: &frame)
    }
}
