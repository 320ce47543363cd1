import BatteryModel
import BusCodec

// What senders of the 0x35x family do differently, whatever the inverter.

extension LowVoltageFrames {
    /// The identifier of the frame with the maker's name.
    private static let name: UInt32 = 0x35E

    /// Undoes what some makers send differently in 0x351, 0x35E and 0x370.
    static func mend(_ frame: inout CANFrame, _ known: HeardBefore) {
        mendAllButDegrees(&frame)
        if !frame.isExtended, frame.identifier == PylontechFrames.cells { scaleWholeDegrees(&frame, known) }
    }

    /// Undoes the same, and puts a fine state of charge where makers leave it out.
    static func mendWithFineSOC(_ frame: inout CANFrame, _ known: HeardBefore) {
        mend(&frame, known)
        FineStateOfCharge.mend(&frame, known)
    }

    /// Undoes the same, but leaves the unit of the temperatures in 0x370 as it is.
    static func mendAllButDegrees(_ frame: inout CANFrame) {
        guard !frame.isExtended else { return }
        switch frame.identifier {
        case limits: makeDischargeLimitPositive(&frame)
        case name: lengthenName(&frame)
        case PylontechFrames.cells: sortExtremes(&frame)
        default: break
        }
    }

    /// Takes the absolute value of the discharge limit in 0x351.
    ///
    /// Every capture of a real battery is positive. An old diyBMS log has `9C FF` (-10.0 A), and ArminJo and an
    /// emulator's DBC describe -500…0 A.
    private static func makeDischargeLimitPositive(_ frame: inout CANFrame) {
        guard frame.length >= 6 else { return }
        let word = Int16(bitPattern: FrameWords.word(at: 4, in: frame))
        guard word < 0, word != .min else { return }
        FrameWords.set(UInt16(word.magnitude), at: 4, in: &frame)
    }

    /// Fills a short name in 0x35E up with zeros.
    ///
    /// Pytes sends five bytes (`PYTES`), diyBMS seven (pylon_canbus.cpp).
    private static func lengthenName(_ frame: inout CANFrame) {
        guard frame.length > 0 else { return }
        frame.length = 8
    }

    /// Puts the higher of two extremes in 0x370 first, where JK and Seplos have it.
    ///
    /// Observers of Shoto batteries name them in the opposite order (mikaabra/pylontech-bms-mqtt).
    private static func sortExtremes(_ frame: inout CANFrame) {
        guard frame.length == 8 else { return }
        for byte in stride(from: 0, through: 4, by: 4) {
            let first = FrameWords.word(at: byte, in: frame)
            let second = FrameWords.word(at: byte + 2, in: frame)
            guard Int16(bitPattern: first) < Int16(bitPattern: second) else { continue }
            FrameWords.set(second, at: byte, in: &frame)
            FrameWords.set(first, at: byte + 2, in: &frame)
        }
    }

    /// Turns whole degrees in 0x370 into the tenths that the protocol means.
    ///
    /// The Seplos text has 0.1 °C; JK firmware sends whole degrees (captured `1F 00` beside 30.8 °C in 0x356). Small
    /// words are compared with 0x356; if that does not decide, they become a code out of range: not reported.
    private static func scaleWholeDegrees(_ frame: inout CANFrame, _ known: HeardBefore) {
        guard frame.length >= 4, frame.bytes[1] == 0, frame.bytes[3] == 0, frame.bytes[0] <= 100,
            frame.bytes[2] <= 100
        else { return }
        let low = Int32(min(frame.bytes[0], frame.bytes[2]))
        let high = Int32(max(frame.bytes[0], frame.bytes[2]))
        let mean = known.temperature
        let isWhole = mean.map { low * 10 - 20 <= $0 && $0 <= high * 10 + 20 } ?? false
        let isTenths = mean.map { low - 20 <= $0 && $0 <= high + 20 } ?? false
        if isTenths, !isWhole { return }
        for byte in stride(from: 0, through: 2, by: 2) {
            let word = isWhole && !isTenths ? UInt16(frame.bytes[byte]) * 10 : 0x7FFF
            FrameWords.set(word, at: byte, in: &frame)
        }
    }
}
