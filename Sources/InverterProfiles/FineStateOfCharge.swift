import BatteryModel
import BusCodec

/// The state of charge in hundredths of a percent that newer members of the 0x35x family have in 0x355.
///
/// Sources: SMA FSS-ConnectingBat-TI-en-10; CRC-checked captures of JK and Seplos.
enum FineStateOfCharge {
    private static let container = LowVoltageFrames.state

    /// Hands the row to `visit`; it belongs behind those of ``LowVoltageFrames``, because it is the better number.
    static func visitRows(_ container: UInt32?, _ visit: (BankRow) -> Void) {
        guard container == nil || container == Self.container else { return }
        visit(.fineSOC(in: Self.container, byte: 4))
    }

    /// Puts the whole percents where the hundredths are not reported.
    ///
    /// BYD and Pylontech send 0 there beside any state of charge (captured `43 00 64 00 00 00`), SMA's text wants
    /// 0xFFFF. Neither is an empty battery.
    static func mend(_ frame: inout CANFrame) {
        guard frame.identifier == container, !frame.isExtended, frame.length >= 6 else { return }
        let percent = UInt16(frame.bytes[1]) << 8 | UInt16(frame.bytes[0])
        let fine = UInt16(frame.bytes[5]) << 8 | UInt16(frame.bytes[4])
        guard fine == 0 || fine == 0xFFFF, percent <= 100 else { return }
        let hundredths = percent * 100
        frame.bytes[4] = UInt8(truncatingIfNeeded: hundredths)
        frame.bytes[5] = UInt8(hundredths >> 8)
    }
}
