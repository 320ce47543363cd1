public import BatteryModel
import BusCodec

/// What a JK-PB signal is.
public enum JKMeaning: Sendable, Equatable {
    /// A number that limits are made from; out of its range the whole answer is refused.
    case number(PackField)
    /// A number that people and diagnosis read; out of its range it alone is left out.
    ///
    /// It must not take a healthy pack out of the bank: all charge ever turned over leaves 32 bits after some
    /// 7 600 cycles of 280 Ah, and undocumented firmware may put anything where it is only informative.
    case information(PackField)
    /// A temperature that counts only if bit `bit` of ``sensorBits`` is set.
    case sensor(PackField, bit: UInt8)
    /// Which temperature sensors there are.
    case sensorBits
    /// Which cells there are.
    case cellStates
    /// The voltage of each cell.
    case cellVoltages
    /// The resistance of each balance lead.
    case wireResistances
    /// The alarm bits, see ``JKAlarm``.
    case alarmWord
    /// A text.
    case identity(IdentityField)
    /// A number that is carried a second time; written by the battery side, not read.
    case copy(PackField)
    /// Power without sign; written by the battery side, not read.
    case power
    /// Documented, but of no use here, or undocumented.
    case reserved
    /// A PIN or password in plain text: never read, never written.
    case secret
}

/// In which dialects a row exists, see ``JKFirmware/dialect``.
enum JKDialects {
    /// In proven firmware only; what an unknown one puts there is not believed.
    static let proven: UInt8 = 0x7F
    /// The number of the dialect of a firmware that has not been proven.
    static let unknown: UInt8 = 7
}

extension SignalRow where Meaning == JKMeaning {
    /// Tells whether the row exists in dialect number `dialect`.
    func exists(in dialect: UInt8) -> Bool { dialects >> dialect & 1 != 0 }
}
