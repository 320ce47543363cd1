import BatteryModel
import BusCodec

/// In which dialects a row exists, see ``JKFirmware/dialect``.
enum JKDialects {
    /// In proven firmware only; what an unknown one puts there is not believed.
    static let proven: UInt8 = 0x7F
    /// The number of the dialect of a firmware that has not been proven.
    static let unknown: UInt8 = 7
}

extension SignalRow where Meaning == PackMeaning {
    /// Tells whether the row exists in dialect number `dialect`.
    func exists(in dialect: UInt8) -> Bool { dialects >> dialect & 1 != 0 }
}
