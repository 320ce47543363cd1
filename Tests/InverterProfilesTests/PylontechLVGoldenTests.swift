import BatteryModel
import BusCodec
import InverterProfiles
import Testing

@Suite("Pylontech low voltage: real frames")
struct PylontechLVGoldenTests {
    private let profile = PylontechLV.profile

    @Test("hold", arguments: PylontechLVGolden.all)
    func hold(_ golden: GoldenFrame) {
        #expect(golden.problems(with: profile) == [])
    }

    @Test("V1.2 frames have the lengths of the text, and eight bytes when padded")
    func lengths() throws {
        var generator = SplitMix(state: 1)
        let bank = BankReading.random(using: &generator)
        for (identifier, length) in [
            (0x351, 8), (0x355, 4), (0x356, 6), (0x35C, 2), (0x35E, 8), (0x359, 7),
        ] as [(UInt32, UInt8)] {
            let index = try #require(profile.index(ofIdentifier: identifier))
            let bare = try profile.encode(
                frame: index, bank: bank, options: ProfileOptions(padsToEight: false))
            let padded = try profile.encode(frame: index, bank: bank)
            #expect(bare.length == length)
            #expect(padded.length == 8)
            for place in 0..<8 {
                #expect(padded.bytes[place] == (place < length ? bare.bytes[place] : 0))
            }
        }
    }

    @Test("V1.3 has 0x35A and 0x35F, no 0x359 and 0x35C, and six bytes in 0x355")
    func v13() throws {
        var generator = SplitMix(state: 2)
        let bank = BankReading.random(using: &generator)
        let options = ProfileOptions(dialect: 1, padsToEight: false)
        var sent: [UInt32: UInt8] = [:]
        for index in 0..<profile.frameCount where profile.frame(index).direction == .toInverter {
            if let frame = try? profile.encode(frame: index, bank: bank, options: options) {
                sent[frame.identifier] = frame.length
            }
        }
        #expect(sent == [0x351: 8, 0x355: 6, 0x356: 6, 0x35A: 8, 0x35E: 8, 0x35F: 8])
    }
}

/// Pylontech low voltage.
///
/// S3: setfirelabs captures as quoted in hoylabs/OpenDTU-OnBattery PR 1213 and stuartpittaway/diyBMSv4ESP32 issue 87;
/// the PR also has the name that firmware of Pytes sends.
/// S4: ai-republic/bms-to-inverter, comments. S5: ArminJo/JK-BMSToPylontechCAN, comments. S6: raw logic captures in
/// victorstoica114/sigrok-pylon-bms-decoders, decoded again with bit stuffing and CRC-15 checked. S7:
/// mikaabra/pylontech-bms-mqtt, documentation. V1: dfch/BydCanProtocol, captures of a BYD LVS. V2: as S6, JK BMS in
/// Victron mode. "-": from the table of the protocol alone.
enum PylontechLVGolden {
    static let limits: [GoldenFrame] = [
        .limits("14 02 74 0E 74 0E CC 01", .captured, "S3", 53_200, 370_000, 370_000, 46_000),
        .limits("14 02 C0 12 C0 12 C2 01", .captured, "S3 (V1.2 fw)", 53_200, 480_000, 480_000, 45_000),
        .limits("10 02 C0 12 C0 12 C2 01", .captured, "S3 (V1.3 fw)", 52_800, 480_000, 480_000, 45_000),
        .limits("9E 02 7C 01 6C 07 C6 01", .captured, "S6", 67_000, 38_000, 190_000, 45_400),
        .limits("28 02 F4 01 20 03 E0 01", .computed, "S5", 55_200, 50_000, 80_000, 48_000),
    ]

    static let state: [GoldenFrame] = [
        .state("1A 00 64 00", .captured, "S3", soc: 260, soh: 1000),
        .state("58 00 5E 00", .captured, "S3 (V1.2 fw)", soc: 880, soh: 940),
        .state("54 00 60 00 00 00", .captured, "S3 (V1.3 fw)", soc: 840, soh: 960, dialect: 1),
        .state("63 00 64 00 00 00 00 00", .captured, "S6", soc: 990, soh: 1000),
        .actual("7A 13 F2 FE 6B 01", .captured, "S3 (V1.2 fw)", 49_860, -27_000, 363),
        .actual("02 13 00 00 4A 01", .captured, "S3", 48_660, 0, 330),
        .actual("7B 13 E9 FE 6B 01", .captured, "S3 (V1.3 fw)", 49_870, -27_900, 363),
        .actual("4C 16 00 00 34 01 00 00", .captured, "S6", 57_080, 0, 308),
        .actual("63 14 0F FF EB 00", .captured, "S4", 52_190, -24_100, 235),
    ]

    static let alarmWords: [GoldenFrame] = [
        GoldenFrame(
            identifier: 0x359, bytes: "00 00 00 00 0A 50 4E", kind: .captured, source: "S3",
            numbers: [.packs: 10], alarms: AlarmSet()),
        GoldenFrame(
            identifier: 0x359, bytes: "00 00 00 00 06 50 4E", kind: .captured, source: "S3 (V1.2 fw)",
            numbers: [.packs: 6], alarms: AlarmSet()),
        GoldenFrame(
            identifier: 0x359, bytes: "02 09 84 08 02 50 4E", kind: .computed, source: "-",
            numbers: [.packs: 2],
            alarms: alarms(
                protections: [.cellOverVoltage, .chargeOverCurrent, .internalCommunication],
                warnings: [.cellUnderVoltage, .dischargeOverCurrent, .internalCommunication])),
        GoldenFrame(
            identifier: 0x35C, bytes: "C0 00", kind: .captured, source: "S3", numbers: flags(true, true)),
        GoldenFrame(
            identifier: 0x35C, bytes: "20", kind: .captured, source: "S7 (Shoto, about 14 % SOC)",
            numbers: flags(false, false, force: 1),
            differsBecause: "Shoto sends one byte where the text has two"),
        GoldenFrame(
            identifier: 0x35C, bytes: "B8 00", kind: .computed, source: "-",
            numbers: flags(true, false, force: 1, soon: 1, full: 1)),
        GoldenFrame(
            identifier: 0x35A, bytes: "AA AA AA AA AA AA AA AA", kind: .captured, source: "V1", dialect: 1,
            alarms: AlarmSet(), differsBecause: "BYD sends 2 in the reserved pairs as well"),
        GoldenFrame(
            identifier: 0x35A, bytes: "A8 A8 02 00 A8 A8 02 02", kind: .captured, source: "V2", dialect: 1,
            alarms: AlarmSet(), differsBecause: "JK reports only some of the pairs"),
        GoldenFrame(
            identifier: 0x35A, bytes: "10 00 00 00 00 00 00 00", kind: .captured, source: "V1, by its effect",
            dialect: 1, alarms: alarms(protections: [.cellUnderVoltage]),
            differsBecause: "the other pairs are not reported"),
    ]

    static let rest: [GoldenFrame] = [
        GoldenFrame(
            identifier: 0x35E, bytes: "50 59 4C 4F 4E 20 20 20", kind: .captured, source: "S3",
            maker: "PYLON"),
        GoldenFrame(
            identifier: 0x35E, bytes: "4A 4B 2D 42 4D 53 00 00", kind: .captured, source: "S6",
            maker: "JK-BMS", differsBecause: "JK fills up with zeros"),
        GoldenFrame(
            identifier: 0x35E, bytes: "50 59 54 45 53", kind: .computed,
            source: "-",
            maker: "PYTES", differsBecause: "Pytes sends five bytes"),
        GoldenFrame(
            identifier: 0x35F, bytes: "4C 49 01 03 3C 02 AA 00", kind: .captured, source: "S3 (V1.3 fw)",
            dialect: 1, numbers: [.batteryType: 18_764, .version: 769, .capacity: 572_000],
            differsBecause: "the last word means nothing known"),
        GoldenFrame(
            identifier: 0x370, bytes: "1F 00 1E 00 F2 0D EF 0D", kind: .captured, source: "S6",
            numbers: [
                .highestCell: 3_570, .lowestCell: 3_567, .highestTemperature: 310, .lowestTemperature: 300,
            ],
            before: [.temperature: 308], differsBecause: "never sent"),
        GoldenFrame(
            identifier: 0x371, bytes: "04 00 03 00 01 00 06 00", kind: .captured, source: "S6",
            numbers: [
                .highestTemperatureNumber: 4, .lowestTemperatureNumber: 3, .highestCellNumber: 1,
                .lowestCellNumber: 6,
            ], differsBecause: "never sent"),
        GoldenFrame(
            identifier: 0x372, bytes: "02 00 02 00 01 00 00 00", kind: .captured, source: "V1",
            numbers: [.packs: 2, .packsBlockingCharge: 2, .packsBlockingDischarge: 1, .packsOffline: 0],
            differsBecause: "never sent"),
        GoldenFrame(
            identifier: 0x374, bytes: "30 30 3A 3A 30 32 00 00", kind: .captured, source: "V2",
            differsBecause: "never sent"),
        GoldenFrame(
            identifier: 0x373, bytes: "F3 0D F4 0D 2F 01 30 01", kind: .captured, source: "V2",
            numbers: [
                .lowestCell: 3_571, .highestCell: 3_572, .lowestTemperature: 299, .highestTemperature: 309,
            ],
            differsBecause: "never sent"),
        GoldenFrame(
            identifier: 0x379, bytes: "18 01 00 00 00 00 00 00", kind: .computed, source: "-",
            numbers: [.capacity: 280_000], differsBecause: "never sent"),
        GoldenFrame(
            identifier: 0x305, bytes: "00 00 00 00 00 00 00 00", kind: .computed, source: "vendor text V1.2",
            numbers: [.inverterAlive: 1]),
    ]

    static let all = limits + state + alarmWords + rest

    private static func flags(
        _ charge: Bool, _ discharge: Bool, force: Int32 = 0, soon: Int32 = 0, full: Int32 = 0
    ) -> [BankField: Int32] {
        [
            .chargeEnabled: charge ? 1 : 0, .dischargeEnabled: discharge ? 1 : 0, .forceCharge: force,
            .forceChargeSoon: soon, .fullCharge: full,
        ]
    }
}

extension GoldenFrame {
    fileprivate static func limits(
        _ bytes: String, _ kind: Kind, _ source: String, _ cvl: Int32, _ ccl: Int32, _ dcl: Int32,
        _ dvl: Int32
    ) -> GoldenFrame {
        GoldenFrame(
            identifier: 0x351, bytes: bytes, kind: kind, source: source,
            numbers: [
                .chargeVoltageLimit: cvl, .chargeCurrentLimit: ccl, .dischargeCurrentLimit: dcl,
                .dischargeVoltageLimit: dvl,
            ])
    }

    fileprivate static func state(
        _ bytes: String, _ kind: Kind, _ source: String, soc: Int32, soh: Int32, dialect: UInt8 = 0
    ) -> GoldenFrame {
        GoldenFrame(
            identifier: 0x355, bytes: bytes, kind: kind, source: source, dialect: dialect,
            numbers: [.soc: soc, .soh: soh])
    }

    fileprivate static func actual(
        _ bytes: String, _ kind: Kind, _ source: String, _ voltage: Int32, _ current: Int32,
        _ temperature: Int32
    ) -> GoldenFrame {
        GoldenFrame(
            identifier: 0x356, bytes: bytes, kind: kind, source: source,
            numbers: [.voltage: voltage, .current: current, .temperature: temperature])
    }
}
