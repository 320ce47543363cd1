public import BatteryModel
public import BusCodec
public import InverterProfiles

/// The frames that a profile makes of a bank that chance has made up, for trying other programs with them.
public struct BankSample: Sendable {
    /// What is to be said, as the protocol wants it said; what does not fit is said with the nearest number.
    public var meant: BankReading
    /// The frames of both directions.
    public var frames: [CANFrame]
    /// The names of frames that could not be written.
    public var withheld: [String] = []

    /// Makes up a bank and writes every frame that is sent in a dialect.
    public init(
        _ profile: InverterProfile, options: ProfileOptions, using generator: inout some RandomNumberGenerator
    ) {
        let now = Instant(nanoseconds: 0)
        var bank = BankReading.random(using: &generator, at: now)
        bank.bound(by: profile, options: options)
        meant = profile.prepared(bank, options)
        frames = []
        for index in 0..<profile.frameCount
        where profile.sends(profile.frame(index), inDialect: options.dialect) {
            do throws(EncodeError) {
                frames.append(try profile.encode(frame: index, bank: bank, options: options))
            } catch {
                withheld.append("\(profile.frame(index).name)")
            }
        }
    }

    /// So many samples; the same ones for the same seed.
    public static func samples(
        _ count: Int, of profile: InverterProfile, options: ProfileOptions, seed: UInt64
    ) -> [BankSample] {
        var random = RandomSequence(seed: seed)
        return (0..<count).map { _ in BankSample(profile, options: options, using: &random) }
    }
}

extension BankReading {
    /// A bank as it could stand at any time, with everything known.
    ///
    /// Its limits may be too high for a protocol, see ``bound(by:options:)``.
    public static func random(using generator: inout some RandomNumberGenerator, at now: Instant)
        -> BankReading
    {
        var kinds = AlarmSet()
        for level in [AlarmLevel.info, .warning, .protection] {
            kinds[level] = AlarmMask(
                bits: generator.next() & generator.next() & (1 << UInt64(AlarmKind.count) - 1))
        }
        var bank = BankReading()
        bank.say(
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
            ], at: now)
        bank.alarms = Reading(kinds, at: now)
        bank.maker = Reading(ASCIIText("PYLON"), at: now)
        bank.addRandomDetails(using: &generator, at: now)
        if bank[.chargeEnabled]?.value == 0 { bank[.chargeCurrentLimit] = Reading(0, at: now) }
        if bank[.dischargeEnabled]?.value == 0 { bank[.dischargeCurrentLimit] = Reading(0, at: now) }
        return bank
    }

    private mutating func addRandomDetails(using generator: inout some RandomNumberGenerator, at now: Instant)
    {
        let ranges: [BankField: ClosedRange<Int32>] = [
            .highestCell: 3_000...3_650, .lowestCell: 2_500...3_000, .highestTemperature: 0...600,
            .lowestTemperature: -300...0, .highestCellNumber: 1...16, .lowestCellNumber: 1...16,
            .highestCellPack: 1...16, .lowestCellPack: 1...16, .packsOffline: 0...15,
            .remainingCapacity: 0...50_000, .cycles: 0...5_000, .cells: 8...16, .cellSpread: 0...500,
            .activity: 0...2, .packsBlockingCharge: 0...16, .packsBlockingDischarge: 0...16,
            .highestTemperatureNumber: 1...6, .lowestTemperatureNumber: 1...6,
            .highestTemperaturePack: 1...16, .lowestTemperaturePack: 1...16, .mosfetTemperature: 0...900,
            .energyCharged: 0...100_000_000, .energyDischarged: 0...100_000_000, .highestSOC: 500...1_000,
            .lowestSOC: 0...500,
        ]
        for raw in 0..<UInt8(BankField.count) {
            guard let field = BankField(rawValue: raw), let range = ranges[field] else { continue }
            self[field] = Reading(.random(in: range, using: &generator), at: now)
        }
    }

    private mutating func say(_ numbers: [BankField: Int32], at now: Instant) {
        for (field, value) in numbers { self[field] = Reading(value, at: now) }
    }

    /// Brings the limits into what a protocol has numbers for, as the control does.
    public mutating func bound(by profile: InverterProfile, options: ProfileOptions) {
        var bank = self
        profile.visitRows(nil) { row in
            guard case .number(let field) = row.meaning, row.dialects >> options.dialect & 1 != 0 else {
                return
            }
            switch field {
            case .chargeVoltageLimit, .chargeCurrentLimit, .dischargeCurrentLimit, .dischargeVoltageLimit:
                guard let limit = bank[field]?.value else { return }
                bank[field]?.value = Swift.min(Swift.max(limit, row.range.lowerBound), row.range.upperBound)
            default: return
            }
        }
        self = bank
    }
}
