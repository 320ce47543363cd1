import BatteryModel
import BusCodec
import InverterProfiles
import Testing

@Suite("LuxPower and EG4")
struct LuxPowerLVGoldenTests {
    private let profile = LuxPowerLV.profile

    @Test("hold", arguments: LuxPowerLVGolden.all)
    func hold(_ golden: GoldenFrame) {
        #expect(golden.problems(with: profile) == [])
    }

    @Test("equal temperatures are said 0.1 °C apart: else the inverter shows only one")
    func temperatures() throws {
        let bank = BankReading.sample([.highestTemperature: 250, .lowestTemperature: 250])
        #expect(try profile.bytes(of: 0x356, bank)[4...7] == [251, 0, 250, 0])
        let apart = BankReading.sample([.highestTemperature: 251, .lowestTemperature: 249])
        #expect(try profile.bytes(of: 0x356, apart)[4...7] == [251, 0, 249, 0])
    }

    @Test("permissions do not wait for the number of cycles; the cells must be known")
    func unknown() throws {
        var bank = BankReading.sample()
        bank[.cycles] = nil
        #expect(try profile.bytes(of: 0x35C, bank)[2...3] == [0, 0])
        bank[.highestCell] = nil
        #expect(throws: EncodeError.self) { try profile.bytes(of: 0x355, bank) }
    }

    @Test("0x379 is sent to the SNA only")
    func sna() {
        #expect(!profile.sentIdentifiers(inDialect: 0).contains(0x379))
        #expect(profile.sentIdentifiers(inDialect: 1).contains(0x379))
    }
}

/// LuxPower and EG4.
///
/// No capture is public. "-": from the table of Luxpower Battery communication CAN Protocol V04.2 alone.
enum LuxPowerLVGolden {
    static let all: [GoldenFrame] = [
        GoldenFrame(
            identifier: 0x351, bytes: "30 02 E8 03 D0 07 CC 01", kind: .computed, source: "-",
            numbers: [
                .chargeVoltageLimit: 56_000, .chargeCurrentLimit: 100_000, .dischargeCurrentLimit: 200_000,
                .dischargeVoltageLimit: 46_000,
            ]),
        GoldenFrame(
            identifier: 0x355, bytes: "4B 00 63 00 F6 0C EC 0C", kind: .computed, source: "-",
            numbers: [.soc: 750, .soh: 990, .highestCell: 3_318, .lowestCell: 3_308]),
        GoldenFrame(
            identifier: 0x356, bytes: "64 14 06 FF FB 00 E6 00", kind: .computed, source: "-",
            numbers: [.voltage: 52_200, .current: -25_000, .highestTemperature: 251, .lowestTemperature: 230]),
        GoldenFrame(
            identifier: 0x359, bytes: "00 00 00 00 02 30 02 00", kind: .computed, source: "-",
            numbers: [.packs: 2, .capacity: 560_000], alarms: AlarmSet()),
        GoldenFrame(
            identifier: 0x35C, bytes: "C0 00 7B 00 00 00 00 00", kind: .computed, source: "-",
            numbers: [
                .chargeEnabled: 1, .dischargeEnabled: 1, .forceCharge: 0, .forceChargeSoon: 0, .fullCharge: 0,
                .cycles: 123,
            ]),
        GoldenFrame(
            identifier: 0x300, bytes: "01 00 00 00 00 00 00 00", kind: .computed, source: "-",
            differsBecause: "the command is only shown"),
    ]
}
