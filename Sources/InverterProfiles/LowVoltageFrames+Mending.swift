import BatteryModel
import BusCodec

// What senders of the 0x35x family do differently, whatever the inverter.

extension LowVoltageFrames {
    /// Undoes what some makers send differently in 0x351 and 0x370.
    static func mend(_ frame: inout CANFrame, _ known: borrowing BankReading) {
        guard !frame.isExtended else { return }
        if frame.identifier == limits { makeDischargeLimitPositive(&frame) }
        if frame.identifier == PylontechFrames.cells { scaleWholeDegrees(&frame, known) }
    }

    /// Fills in the fine state of charge of 0x355 from the coarse one where the sender leaves it out.
    ///
    /// Absent is 0xFFFF (SMA FSS-ConnectingBat-TI-en-10) or 0 (JK in its GoodWe mode, captured `63 00 64 00 00
    /// 00 00 00`).
    static func fillFineSOC(_ frame: inout CANFrame) {
        guard !frame.isExtended, frame.identifier == state, frame.length >= 6 else { return }
        let coarse = word(at: 0, in: frame)
        let fine = word(at: 4, in: frame)
        guard fine == 0xFFFF || fine == 0, coarse <= 100 else { return }
        set(coarse * 100, at: 4, in: &frame)
    }

    /// Takes the absolute value of the discharge limit in 0x351.
    ///
    /// Every capture of a real battery is positive. An old diyBMS log has `9C FF` (-10.0 A), and ArminJo and an
    /// emulator's DBC describe -500…0 A.
    private static func makeDischargeLimitPositive(_ frame: inout CANFrame) {
        guard frame.length >= 6 else { return }
        let limit = Int16(bitPattern: word(at: 4, in: frame))
        guard limit < 0, limit != .min else { return }
        set(UInt16(limit.magnitude), at: 4, in: &frame)
    }

    /// Turns whole degrees in 0x370 into the tenths that the protocol means.
    ///
    /// The Seplos text has 0.1 °C; JK firmware sends whole degrees (captured `1F 00` beside 30.8 °C in 0x356).
    /// Small words are compared with 0x356; if that does not decide, they become a code out of range: not
    /// reported.
    private static func scaleWholeDegrees(_ frame: inout CANFrame, _ known: borrowing BankReading) {
        guard frame.length >= 4, frame.bytes[1] == 0, frame.bytes[3] == 0, frame.bytes[0] <= 100,
            frame.bytes[2] <= 100
        else { return }
        let low = Int32(min(frame.bytes[0], frame.bytes[2]))
        let high = Int32(max(frame.bytes[0], frame.bytes[2]))
        let mean = known[.temperature]?.value
        let isWhole = mean.map { low * 10 - 20 <= $0 && $0 <= high * 10 + 20 } ?? false
        let isTenths = mean.map { low - 20 <= $0 && $0 <= high + 20 } ?? false
        if isTenths, !isWhole { return }
        for byte in stride(from: 0, through: 2, by: 2) {
            let word = isWhole && !isTenths ? UInt16(frame.bytes[byte]) * 10 : 0x7FFF
            set(word, at: byte, in: &frame)
        }
    }

    private static func word(at byte: Int, in frame: CANFrame) -> UInt16 {
        UInt16(frame.bytes[byte + 1]) << 8 | UInt16(frame.bytes[byte])
    }

    private static func set(_ word: UInt16, at byte: Int, in frame: inout CANFrame) {
        frame.bytes[byte] = UInt8(truncatingIfNeeded: word)
        frame.bytes[byte + 1] = UInt8(word >> 8)
    }
}
