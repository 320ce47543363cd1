import BatteryModel
import BusCodec
import InverterProfiles
import Testing

@Suite("PYLON+: real frames and quirks")
struct PylonPlusGoldenTests {
    private let profile = PylonPlus.profile

    @Test("hold", arguments: PylonPlusGolden.all)
    func hold(_ golden: GoldenFrame) {
        #expect(golden.problems(with: profile) == [])
    }

    private func heard(_ identifier: UInt32, _ bytes: [UInt8], _ known: [BankField: Int32] = [:])
        -> BankReading
    {
        var reading = BankReading(known)
        let frame = CANFrame(identifier: identifier, payload: bytes.span)
        _ = profile.decode(frame, at: noon, into: &reading)
        return reading
    }

    @Test(
        "the frames of each dialect, in order",
        arguments: [
            (0, [0x35E, 0x351, 0x355, 0x356, 0x359, 0x35C, 0x35A, 0x372, 0x373, 0x379]),
            (
                1,
                [
                    0x35E, 0x351, 0x355, 0x356, 0x359, 0x35C, 0x35A, 0x35F, 0x370, 0x371, 0x372, 0x373,
                    0x379,
                ]
            ),
        ] as [(UInt8, [UInt32])])
    func order(_ dialect: UInt8, _ expected: [UInt32]) {
        let sent = (0..<profile.frameCount).map { profile.frame($0) }.filter {
            $0.direction == .toInverter && $0.isSent(inDialect: dialect)
        }
        #expect(sent.map(\.identifier) == expected)
    }

    @Test("what is only nice to know withholds no required frame")
    func optional() {
        var generator = SplitMix(state: 5)
        var bank = BankReading.random(using: &generator)
        let needed: [BankField] = [
            .chargeVoltageLimit, .chargeCurrentLimit, .dischargeCurrentLimit, .dischargeVoltageLimit, .soc,
            .voltage, .current, .temperature, .packs, .chargeEnabled, .dischargeEnabled,
        ]
        for field in BankField.all where !needed.contains(field) { bank[field] = nil }
        for dialect in 0...1 as ClosedRange<UInt8> {
            #expect(profile.obstacle(bank: bank, options: ProfileOptions(dialect: dialect)) == nil)
        }
        for field in needed {
            var less = bank
            less[field] = nil
            #expect(profile.obstacle(bank: less) != nil, "\(field.name)")
        }
    }

    @Test(
        "a finer state of charge that is not used does not hide the whole percents",
        arguments: [0, 0xFF] as [UInt8])
    func unusedFineSOC(_ filler: UInt8) {
        #expect(heard(0x355, [50, 0, 100, 0, filler, filler, 0, 0])[.soc]?.value == 500)
        #expect(heard(0x355, [50, 0, 100, 0])[.soc]?.value == 500)
        #expect(heard(0x355, [200, 0, 100, 0, filler, filler, 0, 0])[.soc] == nil)
    }

    @Test(
        "0x370 in tenths is told from whole degrees",
        arguments: [
            (310, 300, nil, 310, 300), (31, 30, nil, 310, 300), (31, 30, 305, 310, 300),
            (90, 70, 80, 90, 70), (-8, -9, -85, -80, -90), (-100, -110, nil, -100, -110),
        ] as [(Int16, Int16, Int32?, Int32, Int32)])
    func cellTemperatures(
        _ high: Int16, _ low: Int16, _ mean: Int32?, _ highest: Int32, _ lowest: Int32
    ) {
        var bytes: [UInt8] = []
        for word in [UInt16(bitPattern: high), UInt16(bitPattern: low), 3_328, 3_328] {
            bytes += [UInt8(truncatingIfNeeded: word), UInt8(word >> 8)]
        }
        var known: [BankField: Int32] = [:]
        known[.temperature] = mean
        let reading = heard(0x370, bytes, known)
        #expect(reading[.highestTemperature]?.value == highest)
        #expect(reading[.lowestTemperature]?.value == lowest)
    }

    @Test("a limit of 0 clears its enable bit, and a cleared bit makes its limit 0")
    func stop() throws {
        var generator = SplitMix(state: 8)
        var bank = BankReading.random(using: &generator)
        bank[.chargeEnabled] = Reading(1, at: noon)
        bank[.chargeCurrentLimit] = Reading(0, at: noon)
        bank[.dischargeEnabled] = Reading(0, at: noon)
        bank[.dischargeCurrentLimit] = Reading(80_000, at: noon)
        let flags = try #require(profile.index(ofIdentifier: 0x35C))
        let limits = try #require(profile.index(ofIdentifier: 0x351))
        #expect(try profile.encode(frame: flags, bank: bank).bytes[0] == 0)
        let frame = try profile.encode(frame: limits, bank: bank)
        #expect((2..<6).allSatisfy { frame.bytes[$0] == 0 })
    }
}

/// PYLON+.
///
/// S3, S6, V1 and V2 as in ``PylontechLVGolden``. G1: victorstoica114/sigrok-pylon-bms-decoders, raw capture of a JK
/// BMS in its GoodWe mode, CRC checked. F1: the same project, Seplos BMS in its Sofar mode. "-": from the table of the
/// protocol alone; "YamBMS": bytes that its program makes.
enum PylonPlusGolden {
    static let state: [GoldenFrame] = [
        .state("1A 00 64 00", .captured, "S3", 260, differsBecause: "Pylontech V1.2 ends here"),
        .state(
            "63 00 64 00 00 00 00 00", .captured, "S6", 990, differsBecause: "JK leaves the finer number 0"),
        .state("63 00 64 00 8E 26 00 00", .captured, "V2", 987, differsBecause: "JK rounds 98.7 % up"),
        .state("46 00 64 00 6C 1B 00 00", .captured, "F1", 702),
        .state("50 00 64 00 40 1F B8 0B", .computed, "YamBMS", 800, remaining: 300_000),
        GoldenFrame(
            identifier: 0x356, bytes: "4C 16 00 00 34 01 00 00", kind: .captured, source: "S6",
            numbers: [.voltage: 57_080, .current: 0, .temperature: 308, .cycles: 0]),
        GoldenFrame(
            identifier: 0x356, bytes: "EE 15 00 00 F8 00 00 00", kind: .captured, source: "F1",
            numbers: [.voltage: 56_140, .current: 0, .temperature: 248, .cycles: 0]),
        GoldenFrame(
            identifier: 0x356, bytes: "7A 13 F2 FE 6B 01", kind: .captured, source: "S3 (V1.2 fw)",
            numbers: [.voltage: 49_860, .current: -27_000, .temperature: 363],
            differsBecause: "Pylontech ends here"),
        GoldenFrame(
            identifier: 0x356, bytes: "7A 13 F2 FE 6B 01 2C 01", kind: .computed, source: "YamBMS",
            numbers: [.voltage: 49_860, .current: -27_000, .temperature: 363, .cycles: 300]),
    ]

    static let flags: [GoldenFrame] = [
        GoldenFrame(
            identifier: 0x359, bytes: "00 00 00 00 01 50 4E 00", kind: .captured, source: "G1",
            numbers: [.packs: 1], alarms: AlarmSet()),
        GoldenFrame(
            identifier: 0x359, bytes: "02 90 84 88 02 00 00 00", kind: .computed, source: "YamBMS",
            numbers: [.packs: 2],
            alarms: alarms(
                protections: [.cellOverVoltage, .chargeOverCurrent, .internalCommunication, .imbalance],
                warnings: [
                    .cellUnderVoltage, .dischargeOverCurrent, .internalCommunication, .chargeOverCurrent,
                ]), differsBecause: "YamBMS has bits and tokens of its own"),
        GoldenFrame(
            identifier: 0x35C, bytes: "C0 00 00 00 00 00 00 00", kind: .captured, source: "G1",
            numbers: [
                .chargeEnabled: 1, .dischargeEnabled: 1, .forceCharge: 0, .forceChargeSoon: 0, .fullCharge: 0,
            ]),
        GoldenFrame(
            identifier: 0x35A, bytes: "AA AA AA AA AA AA AA AA", kind: .captured, source: "V1",
            alarms: AlarmSet(), differsBecause: "BYD sends 2 in the reserved pairs as well"),
        GoldenFrame(
            identifier: 0x35A, bytes: "AA AA AA 02 AA AA AA 02", kind: .captured, source: "F1",
            alarms: AlarmSet()),
        GoldenFrame(
            identifier: 0x35A, bytes: "10 00 00 00 00 00 00 00", kind: .captured, source: "V1, by its effect",
            alarms: alarms(protections: [.cellUnderVoltage]),
            differsBecause: "the other pairs are not reported"),
    ]

    static let cells: [GoldenFrame] = [
        .extremes("1F 00 1E 00 F2 0D EF 0D", "S6", 3_570, 3_567),
        .extremes("1F 00 1E 00 F4 0D F3 0D", "G1", 3_572, 3_571),
        GoldenFrame(
            identifier: 0x371, bytes: "04 00 03 00 01 00 06 00", kind: .captured, source: "S6", dialect: 1,
            numbers: [
                .highestTemperatureNumber: 4, .lowestTemperatureNumber: 3, .highestCellNumber: 1,
                .lowestCellNumber: 6,
            ]),
        GoldenFrame(
            identifier: 0x373, bytes: "EA 0C 01 0D 1F 01 22 01", kind: .captured, source: "V1",
            numbers: [
                .lowestCell: 3_306, .highestCell: 3_329, .lowestTemperature: 139, .highestTemperature: 169,
            ]),
        GoldenFrame(
            identifier: 0x373, bytes: "F3 0D F4 0D 2F 01 30 01", kind: .captured, source: "V2",
            numbers: [
                .lowestCell: 3_571, .highestCell: 3_572, .lowestTemperature: 299, .highestTemperature: 309,
            ]),
        GoldenFrame(
            identifier: 0x374, bytes: "30 30 3A 3A 30 32 00 00", kind: .captured, source: "V2",
            differsBecause: "never sent"),
    ]

    static let rest: [GoldenFrame] = [
        GoldenFrame(
            identifier: 0x35E, bytes: "50 59 4C 4F 4E 20 20 20", kind: .captured, source: "S3",
            maker: "PYLON"),
        GoldenFrame(
            identifier: 0x35F, bytes: "4C 49 01 03 3C 02 AA 00", kind: .captured, source: "S3 (V1.3 fw)",
            dialect: 1, numbers: [.batteryType: 18_764, .version: 769, .capacity: 572_000],
            differsBecause: "the last word means nothing known"),
        GoldenFrame(
            identifier: 0x372, bytes: "02 00 02 00 01 00 00 00", kind: .captured, source: "V1",
            numbers: [.packs: 2, .packsBlockingCharge: 2, .packsBlockingDischarge: 1, .packsOffline: 0]),
        GoldenFrame(
            identifier: 0x372, bytes: "01 00 00 00 00 00 00 00", kind: .captured, source: "V2",
            numbers: [.packs: 1, .packsBlockingCharge: 0, .packsBlockingDischarge: 0, .packsOffline: 0]),
        GoldenFrame(
            identifier: 0x379, bytes: "9C 00 00 00 00 00 00 00", kind: .captured, source: "V1",
            numbers: [.capacity: 156_000]),
        GoldenFrame(
            identifier: 0x379, bytes: "18 01 00 00 00 00 00 00", kind: .computed, source: "-",
            numbers: [.capacity: 280_000]),
        GoldenFrame(
            identifier: 0x305, bytes: "00 00 00 00 00 00 00 00", kind: .computed, source: "vendor text V1.2",
            numbers: [.inverterAlive: 1]),
    ]

    static let all = PylontechLVGolden.limits + state + flags + cells + rest
}

extension GoldenFrame {
    fileprivate static func state(
        _ bytes: String, _ kind: Kind, _ source: String, _ soc: Int32, remaining: Int32? = nil,
        differsBecause: String? = nil
    ) -> GoldenFrame {
        var golden = GoldenFrame(
            identifier: 0x355, bytes: bytes, kind: kind, source: source, numbers: [.soc: soc, .soh: 1000],
            differsBecause: differsBecause)
        golden.numbers[.remainingCapacity] = remaining
        return golden
    }

    fileprivate static func extremes(
        _ bytes: String, _ source: String, _ high: Int32, _ low: Int32
    ) -> GoldenFrame {
        GoldenFrame(
            identifier: 0x370, bytes: bytes, kind: .captured, source: source, dialect: 1,
            numbers: [
                .highestCell: high, .lowestCell: low, .highestTemperature: 310, .lowestTemperature: 300,
            ])
    }
}
