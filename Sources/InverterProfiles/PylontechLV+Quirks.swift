import BatteryModel
import BusCodec

extension PylontechLV {
    /// Fills in the name, and keeps limits and enable bits from contradicting each other.
    static func prepare(_ bank: inout BankReading, _ options: ProfileOptions) {
        nameMaker(&bank, hasInfo: options.dialect == 1)
        bank.makeLimitsAgree()
        bank.keepApartFromEmpty()
    }

    /// Undoes what some makers send differently.
    static func mend(_ frame: inout CANFrame, _ known: borrowing BankReading) {
        guard !frame.isExtended else { return }
        switch frame.identifier {
        case 0x351: makeDischargeLimitPositive(&frame)
        case 0x35E: lengthenName(&frame)
        case 0x370:
            sortExtremes(&frame)
            scaleWholeDegrees(&frame, known)
        default: break
        }
    }

    /// The name is `PYLON` and 0x35F says type "LI", version 3.1 unless the bank says otherwise.
    ///
    /// `PYLON` is accepted everywhere, and Deye and Sunsynk show SOH only with it. Type and version are those of the
    /// US5000 capture (S3), the only V1.3 battery seen.
    static func nameMaker(_ bank: inout BankReading, hasInfo: Bool) {
        bank.name("PYLON")
        guard hasInfo else { return }
        bank.sayIfUnknown(.batteryType, 0x494C)
        bank.sayIfUnknown(.version, 0x0301)
    }

    /// Takes the absolute value of the discharge limit in 0x351.
    ///
    /// Every capture of a real battery is positive. An old diyBMS log has `9C FF` (-10.0 A), and ArminJo and an
    /// emulator's DBC describe -500…0 A.
    static func makeDischargeLimitPositive(_ frame: inout CANFrame) {
        guard frame.length >= 6 else { return }
        let word = Int16(bitPattern: FrameWords.word(at: 4, in: frame))
        guard word < 0, word != .min else { return }
        FrameWords.set(UInt16(word.magnitude), at: 4, in: &frame)
    }

    /// Fills a short name in 0x35E up with zeros.
    ///
    /// Pytes sends five bytes (`PYTES`), diyBMS seven (pylon_canbus.cpp).
    static func lengthenName(_ frame: inout CANFrame) {
        guard frame.length > 0 else { return }
        frame.length = 8
    }

    /// Puts the higher of two extremes in 0x370 first, where JK and Seplos have it.
    ///
    /// Observers of Shoto batteries name them in the opposite order (mikaabra/pylontech-bms-mqtt).
    static func sortExtremes(_ frame: inout CANFrame) {
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
            FrameWords.set(word, at: byte, in: &frame)
        }
    }
}
