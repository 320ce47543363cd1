import BatteryModel
import InverterProfiles
import Simulators

/// When everything in the tests was measured.
let noon = Instant(nanoseconds: 43_200_000_000_000)

extension BankField {
    /// Every field.
    static var all: [BankField] { (0..<UInt8(count)).compactMap { BankField(rawValue: $0) } }
}

extension BankReading {
    /// A bank about which these numbers are known.
    init(_ numbers: [BankField: Int32], alarms: AlarmSet? = nil, maker: String? = nil) {
        self.init()
        for (field, value) in numbers { self[field] = Reading(value, at: noon) }
        self.alarms = alarms.map { Reading($0, at: noon) }
        self.maker = maker.map { Reading(ASCIIText(padded: Array($0.utf8).span), at: noon) }
    }

    /// The numbers known.
    var numbers: [BankField: Int32] {
        var result: [BankField: Int32] = [:]
        for field in BankField.all { result[field] = self[field]?.value }
        return result
    }

    /// A bank as it could stand at any time, with everything known.
    static func random(using generator: inout SplitMix) -> BankReading { random(using: &generator, at: noon) }
}

/// Numbers that are the same in every run (SplitMix64).
struct SplitMix: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var number = state
        number = (number ^ number >> 30) &* 0xBF58_476D_1CE4_E5B9
        number = (number ^ number >> 27) &* 0x94D0_49BB_1331_11EB
        return number ^ number >> 31
    }
}
