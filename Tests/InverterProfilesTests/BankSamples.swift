import BatteryModel
import InverterProfiles

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
    static func random(using generator: inout SplitMix) -> BankReading {
        var kinds = AlarmSet()
        for level in [AlarmLevel.info, .warning, .protection] {
            kinds[level] = AlarmMask(bits: generator.next() & generator.next() & (1 << 36 - 1))
        }
        var bank = BankReading(
            [
                .chargeVoltageLimit: .random(in: 40_000...60_000, using: &generator),
                .chargeCurrentLimit: .random(in: 0...500_000, using: &generator),
                .dischargeCurrentLimit: .random(in: 0...500_000, using: &generator),
                .dischargeVoltageLimit: .random(in: 40_000...50_000, using: &generator),
                .soc: .random(in: 0...1000, using: &generator),
                .soh: .random(in: 0...1000, using: &generator),
                .voltage: .random(in: 38_000...60_000, using: &generator),
                .current: .random(in: -600_000...600_000, using: &generator),
                .temperature: .random(in: -300...800, using: &generator),
                .capacity: .random(in: 50_000...2_000_000, using: &generator),
                .packs: .random(in: 1...16, using: &generator),
                .chargeEnabled: .random(in: 0...1, using: &generator),
                .dischargeEnabled: .random(in: 0...1, using: &generator),
                .forceCharge: .random(in: 0...1, using: &generator),
                .forceChargeSoon: .random(in: 0...1, using: &generator),
                .fullCharge: .random(in: 0...1, using: &generator),
                .batteryType: .random(in: 0...0xFFFF, using: &generator),
                .version: .random(in: 0...0xFFFF, using: &generator),
            ], alarms: kinds, maker: "PYLON")
        bank.addRandomDetails(using: &generator)
        if bank[.chargeEnabled]?.value == 0 { bank[.chargeCurrentLimit] = Reading(0, at: noon) }
        if bank[.dischargeEnabled]?.value == 0 { bank[.dischargeCurrentLimit] = Reading(0, at: noon) }
        return bank
    }

    private mutating func addRandomDetails(using generator: inout SplitMix) {
        let ranges: [BankField: ClosedRange<Int32>] = [
            .highestCell: 3_000...3_650, .lowestCell: 2_500...3_000, .highestTemperature: 0...600,
            .lowestTemperature: -300...0, .highestCellNumber: 1...16, .lowestCellNumber: 1...16,
            .highestCellPack: 1...16, .lowestCellPack: 1...16, .packsOffline: 0...15,
            .remainingCapacity: 0...50_000, .cycles: 0...5_000, .cells: 8...16, .cellSpread: 0...500,
            .activity: 0...2, .packsBlockingCharge: 0...16, .packsBlockingDischarge: 0...16,
            .highestTemperatureNumber: 1...6, .lowestTemperatureNumber: 1...6,
            .highestTemperaturePack: 1...16, .lowestTemperaturePack: 1...16, .mosfetTemperature: 0...900,
            .energyCharged: 0...100_000_000, .energyDischarged: 0...100_000_000,
        ]
        for field in BankField.all {
            guard let range = ranges[field] else { continue }
            self[field] = Reading(.random(in: range, using: &generator), at: noon)
        }
    }
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
