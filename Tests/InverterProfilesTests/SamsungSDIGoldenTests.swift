import BatteryModel
import BusCodec
import InverterProfiles
import Testing

@Suite("Samsung SDI: real frames")
struct SamsungSDIGoldenTests {
    private let profile = SamsungSDI.profile

    @Test("hold", arguments: SamsungSDIGolden.all)
    func hold(_ golden: GoldenFrame) {
        #expect(golden.problems(with: profile) == [])
    }

    @Test("the mean cell is voltage over number, and trays have the voltage of the bank")
    func means() throws {
        var bank = BankReading.sample([.voltage: 52_800, .cells: 16])
        #expect(try profile.bytes(of: 0x503, bank)[0...1] == [0xE4, 0x0C])
        #expect(try profile.bytes(of: 0x504, bank)[0...3] == [0xA0, 0x14, 0xA0, 0x14])
        bank[.voltage] = nil
        #expect(throws: EncodeError.self) { try profile.bytes(of: 0x503, bank) }
    }

    @Test("what is not permitted has a limit of 0, for there is no bit to say it")
    func stop() throws {
        let index = try #require(profile.index(ofIdentifier: 0x502))
        var numbers = SamsungSDIGolden.limits(58_100, 94_000, 94_000, 44_800)
        numbers[.chargeEnabled] = 0
        let frame = try profile.encode(frame: index, bank: BankReading(numbers))
        #expect((2...5).map { frame.bytes[$0] } == [0, 0, 0xAC, 0x03])
    }
}

/// Samsung SDI.
///
/// M2: ai-republic/bms-to-inverter issue 46, comment of 2024-08-27 (eight trays). M3: issue 95 of the same project (two
/// trays). "-": from the table of the protocol alone.
enum SamsungSDIGolden {
    static let all: [GoldenFrame] = [
        captured(
            0x500, "A7 15 00 00 55 64 68 15", "M2",
            [.voltage: 55_430, .current: 0, .soc: 850, .soh: 1000],
            differsBecause: "the last word means nothing known"),
        GoldenFrame(
            identifier: 0x500, bytes: "A4 15 F6 FF 55 63 00 00", kind: .computed, source: "-",
            numbers: [.voltage: 55_400, .current: -10_000, .soc: 850, .soh: 990]),
        GoldenFrame(
            identifier: 0x501, bytes: "00 00 00 00 08 08 00 00", kind: .captured, source: "M2",
            numbers: [.packs: 8], alarms: AlarmSet(), differsBecause: "byte 5 means nothing known"),
        GoldenFrame(
            identifier: 0x501, bytes: "81 00 20 02 02 00 00 00", kind: .computed, source: "-",
            numbers: [.packs: 2],
            alarms: alarms(
                protections: [.dischargeOverCurrent, .internalCommunication],
                warnings: [.cellOverVoltage, .imbalance])),
        captured(0x502, "45 02 B0 0E B0 0E C0 01", "M2", limits(58_100, 376_000, 376_000, 44_800)),
        captured(0x502, "45 02 AC 03 AC 03 C0 01", "M3", limits(58_100, 94_000, 94_000, 44_800)),
        captured(
            0x503, "84 0F 8B 0F 80 0F A7 15", "M2",
            [.highestCell: 3_979, .lowestCell: 3_968, .voltage: 55_430],
            differsBecause: "the bank does not say the mean of its cells"),
        captured(
            0x504, "B7 15 99 15 13 16 13 00", "M2",
            [.temperature: 190, .highestTemperature: 220, .lowestTemperature: 190],
            differsBecause: "the bank does not say the voltages of its packs"),
        captured(0x505, "01 03 00 00 00 00 00 00", "M2", [.version: 0x0103]),
        captured(0x5F0, "01 00 85 0F 85 0F 82 0F", "M2", [:], differsBecause: "never sent"),
    ]

    static func limits(_ cvl: Int32, _ ccl: Int32, _ dcl: Int32, _ dvl: Int32) -> [BankField: Int32] {
        [
            .chargeVoltageLimit: cvl, .chargeCurrentLimit: ccl, .dischargeCurrentLimit: dcl,
            .dischargeVoltageLimit: dvl,
        ]
    }

    private static func captured(
        _ identifier: UInt32, _ bytes: String, _ source: String, _ numbers: [BankField: Int32],
        differsBecause: String? = nil
    ) -> GoldenFrame {
        GoldenFrame(
            identifier: identifier, bytes: bytes, kind: .captured, source: source, numbers: numbers,
            differsBecause: differsBecause)
    }
}
