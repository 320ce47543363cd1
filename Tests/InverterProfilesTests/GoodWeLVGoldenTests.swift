import BatteryModel
import BusCodec
import InverterProfiles
import Testing

@Suite("GoodWe low voltage: real frames")
struct GoodWeLVGoldenTests {
    private let profile = GoodWeLV.profile

    @Test("hold", arguments: GoodWeLVGolden.all)
    func hold(_ golden: GoldenFrame) {
        #expect(golden.problems(with: profile) == [])
    }

    @Test("each dialect has its own frames and its own name")
    func dialects() throws {
        let sma = ProfileOptions(dialect: 1, padsToEight: false)
        #expect(profile.sentIdentifiers(inDialect: 0) == [0x359, 0x351, 0x355, 0x356, 0x35C, 0x35E])
        #expect(
            profile.sentIdentifiers(inDialect: 1) == [0x351, 0x355, 0x356, 0x35A, 0x35B, 0x35E, 0x35F])
        #expect(try profile.bytes(of: 0x35E, .sample(maker: nil)) == Array("GOODWE  ".utf8))
        #expect(try profile.bytes(of: 0x35E, .sample(maker: nil), sma) == Array("GoodWe  ".utf8))
        #expect(
            try profile.bytes(of: 0x355, .sample([.soc: 456, .soh: 990]), sma) == [45, 0, 99, 0, 0xD0, 0x11])
    }
}

/// GoodWe low voltage.
///
/// L1: raw logic captures of a JK BMS in its mode "GoodWe LV BMS protocol" in
/// victorstoica114/sigrok-pylon-bms-decoders, decoded again with bit stuffing and CRC-15 checked.
enum GoodWeLVGolden {
    static let all: [GoldenFrame] = [
        GoldenFrame(
            identifier: 0x351, bytes: "9E 02 7C 01 6C 07 C6 01", kind: .captured, source: "L1",
            numbers: [
                .chargeVoltageLimit: 67_000, .chargeCurrentLimit: 38_000, .dischargeCurrentLimit: 190_000,
                .dischargeVoltageLimit: 45_400,
            ]),
        GoldenFrame(
            identifier: 0x355, bytes: "63 00 64 00 00 00 00 00", kind: .captured, source: "L1",
            numbers: [.soc: 990, .soh: 1000]),
        GoldenFrame(
            identifier: 0x356, bytes: "53 16 00 00 32 01 00 00", kind: .captured, source: "L1",
            numbers: [.voltage: 57_150, .current: 0, .temperature: 306]),
        GoldenFrame(
            identifier: 0x359, bytes: "00 00 00 00 01 50 4E 00", kind: .captured, source: "L1",
            numbers: [.packs: 1], alarms: AlarmSet()),
        GoldenFrame(
            identifier: 0x35C, bytes: "C0 00 00 00 00 00 00 00", kind: .captured, source: "L1",
            numbers: [
                .chargeEnabled: 1, .dischargeEnabled: 1, .forceCharge: 0, .forceChargeSoon: 0, .fullCharge: 0,
            ]),
        GoldenFrame(
            identifier: 0x35E, bytes: "4A 4B 2D 42 4D 53 00 00", kind: .captured, source: "L1",
            maker: "JK-BMS", differsBecause: "JK fills up with zeros"),
        GoldenFrame(
            identifier: 0x370, bytes: "1F 00 1E 00 F4 0D F3 0D", kind: .captured, source: "L1",
            numbers: [
                .highestCell: 3_572, .lowestCell: 3_571, .highestTemperature: 310, .lowestTemperature: 300,
            ], before: [.temperature: 306], differsBecause: "never sent"),
        GoldenFrame(
            identifier: 0x371, bytes: "04 00 03 00 01 00 0B 00", kind: .captured, source: "L1",
            numbers: [
                .highestTemperatureNumber: 4, .lowestTemperatureNumber: 3, .highestCellNumber: 1,
                .lowestCellNumber: 11,
            ], differsBecause: "never sent"),
    ]
}
