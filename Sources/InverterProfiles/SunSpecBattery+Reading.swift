import BatteryModel
import BusCodec

// SunSpec: reader's side.

extension SunSpecBattery {
    /// Reads the charge status, which rows cannot say; everything else is theirs.
    static func dissect(
        _ code: UInt16, _ payload: Span<UInt8>, _ now: Instant, _ reading: inout BankReading
    ) -> Bool {
        guard let status = payload.word(at: (Model.base + 16 - Int(code)) * 2) else { return false }
        switch status {
        case ChargeStatus.charging: reading[.activity] = Reading(1, at: now)
        case ChargeStatus.discharging: reading[.activity] = Reading(2, at: now)
        case ChargeStatus.empty, ChargeStatus.full, ChargeStatus.holding:
            reading[.activity] = Reading(0, at: now)
        default: reading[.activity] = nil
        }
        return false
    }

    /// Brings the points of a server with other scale factors to those of the rows.
    ///
    /// An answer that does not begin a model, or holds another model in that place, is emptied: its points mean
    /// something else.
    static func mendPayload(_ code: UInt16, _ payload: inout SerialPayload) {
        if Int(code) > Model.common, Int(code) < Model.end, model(at: Int(code)) != payload.bytes.word(at: 0)
        {
            payload.removeAll()
        }
        for index in scaled.indices {
            let point = scaled[index]
            let start = (point.model - Int(code)) * 2
            let place = start + 2 * point.place
            guard start >= 0, let value = payload.bytes.word(at: place), value != point.unknown
            else { continue }
            // A point whose scale factor is not there cannot be used, as one whose factor is not implemented.
            let exponent = payload.bytes.word(at: start + 2 * point.scale) ?? 0x8000
            let steps = Int(Int16(bitPattern: exponent)) - point.exponent
            guard steps != 0 else { continue }
            payload.set(big: rescaled(value, by: steps, point), at: place)
        }
    }

    private static func model(at register: Int) -> UInt16? {
        switch register {
        case Model.base: 802
        case Model.bank: 803
        case Model.storage: 713
        default: nil
        }
    }

    /// A word times a power of ten, towards zero, or away from it for the lower voltage limit; the code for "not
    /// implemented" where it does not fit or the scale factor is none.
    private static func rescaled(_ word: UInt16, by steps: Int, _ point: Scaled) -> UInt16 {
        // SunSpec permits exponents from -10 to 10.
        guard abs(steps) <= 20 else { return point.unknown }
        var value = point.isSigned ? Int64(Int16(bitPattern: word)) : Int64(word)
        for _ in 0..<abs(steps) where abs(value) < 1 << 40 {
            if steps > 0 { value *= 10 } else { value = (value + (point.roundsUp ? 9 : 0)) / 10 }
        }
        if point.isSigned { return Int16(exactly: value).map { UInt16(bitPattern: $0) } ?? point.unknown }
        return UInt16(exactly: value) ?? point.unknown
    }

    /// A point, the point that scales it, and the exponent that the rows count on.
    private struct Scaled {
        var model: Int
        var place: Int
        var scale: Int
        var exponent: Int
        var isSigned = false
        var roundsUp = false

        var unknown: UInt16 { isSigned ? 0x8000 : 0xFFFF }
    }

    private static let scaled: [_ of Scaled] = [
        Scaled(model: Model.base, place: 2, scale: 52, exponent: 0),
        Scaled(model: Model.base, place: 3, scale: 53, exponent: 1),
        Scaled(model: Model.base, place: 4, scale: 54, exponent: 1),
        Scaled(model: Model.base, place: 5, scale: 54, exponent: 1),
        Scaled(model: Model.base, place: 11, scale: 56, exponent: -1),
        Scaled(model: Model.base, place: 13, scale: 58, exponent: -1),
        Scaled(model: Model.base, place: 34, scale: 59, exponent: -2),
        Scaled(model: Model.base, place: 35, scale: 59, exponent: -2),
        Scaled(model: Model.base, place: 36, scale: 59, exponent: -2, roundsUp: true),
        Scaled(model: Model.base, place: 37, scale: 60, exponent: -3),
        Scaled(model: Model.base, place: 40, scale: 60, exponent: -3),
        Scaled(model: Model.base, place: 43, scale: 60, exponent: -3),
        Scaled(model: Model.base, place: 44, scale: 61, exponent: -1, isSigned: true),
        Scaled(model: Model.base, place: 45, scale: 62, exponent: -1),
        Scaled(model: Model.base, place: 46, scale: 62, exponent: -1),
        Scaled(model: Model.base, place: 47, scale: 63, exponent: 1, isSigned: true),
        Scaled(model: Model.bank, place: 4, scale: 23, exponent: -1, isSigned: true),
        Scaled(model: Model.bank, place: 7, scale: 23, exponent: -1, isSigned: true),
        Scaled(model: Model.bank, place: 10, scale: 23, exponent: -1, isSigned: true),
        Scaled(model: Model.bank, place: Model.string + 4, scale: 26, exponent: -1),
        Scaled(model: Model.bank, place: Model.string + 5, scale: 25, exponent: -1),
        Scaled(model: Model.bank, place: Model.string + 6, scale: 24, exponent: -1, isSigned: true),
        Scaled(model: Model.bank, place: Model.string + 7, scale: 22, exponent: -3),
        Scaled(model: Model.bank, place: Model.string + 9, scale: 22, exponent: -3),
        Scaled(model: Model.bank, place: Model.string + 11, scale: 22, exponent: -3),
        Scaled(model: Model.bank, place: Model.string + 12, scale: 23, exponent: -1, isSigned: true),
        Scaled(model: Model.bank, place: Model.string + 14, scale: 23, exponent: -1, isSigned: true),
        Scaled(model: Model.bank, place: Model.string + 16, scale: 23, exponent: -1, isSigned: true),
        Scaled(model: Model.storage, place: 2, scale: 7, exponent: 1),
        Scaled(model: Model.storage, place: 3, scale: 7, exponent: 1),
        Scaled(model: Model.storage, place: 4, scale: 8, exponent: -1),
        Scaled(model: Model.storage, place: 5, scale: 8, exponent: -1),
    ]
}
