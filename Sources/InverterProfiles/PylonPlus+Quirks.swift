import BatteryModel
import BusCodec

extension PylonPlus {
    /// Undoes what some makers send differently.
    static func mend(_ frame: inout CANFrame, _ known: HeardBefore) {
        LowVoltageFrames.mendAllButDegrees(&frame)
        FineStateOfCharge.mend(&frame, known)
        if !frame.isExtended, frame.identifier == PylontechFrames.cells { scaleTenths(&frame, known) }
    }

    /// Turns tenths of a degree in 0x370, as the Seplos text has them, into whole degrees.
    ///
    /// Above 125 they can only be tenths; below, 0x356 decides, and JK's whole degrees (captured) if it does not.
    private static func scaleTenths(_ frame: inout CANFrame, _ known: HeardBefore) {
        guard frame.length >= 4 else { return }
        let high = Int32(Int16(bitPattern: FrameWords.word(at: 0, in: frame)))
        let low = Int32(Int16(bitPattern: FrameWords.word(at: 2, in: frame)))
        let mean = known.temperature
        let fitsWhole = mean.map { low * 10 - 20 <= $0 && $0 <= high * 10 + 20 } ?? true
        let fitsTenths = mean.map { low - 20 <= $0 && $0 <= high + 20 } ?? false
        guard high > 125 || low > 125 || low < -50 || (fitsTenths && !fitsWhole) else { return }
        FrameWords.set(UInt16(truncatingIfNeeded: high / 10), at: 0, in: &frame)
        FrameWords.set(UInt16(truncatingIfNeeded: low / 10), at: 2, in: &frame)
    }
}
