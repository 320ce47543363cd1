import BatteryModel
import BusCodec
import InverterProfiles
import Testing

@Suite("Sol-Ark low voltage")
struct SolArkLVGoldenTests {
    private let profile = SolArkLV.profile

    @Test("hold", arguments: SolArkLVGolden.all)
    func hold(_ golden: GoldenFrame) {
        #expect(golden.problems(with: profile) == [])
    }

    @Test("every frame has eight bytes, padded or not: others are not recognised")
    func lengths() throws {
        let options = ProfileOptions(padsToEight: false)
        for identifier in profile.sentIdentifiers(inDialect: 0) {
            #expect(try profile.bytes(of: identifier, .sample(), options).count == 8)
        }
    }

    @Test("the dialects differ in the voltage of 0x356 alone")
    func voltage() throws {
        let bank = BankReading.sample([.voltage: 52_340])
        let coarse = ProfileOptions(dialect: 1)
        #expect(try profile.bytes(of: 0x356, bank)[0...1] == [0x72, 0x14])
        #expect(try profile.bytes(of: 0x356, bank, coarse)[0...1] == [0x0B, 0x02])
        for identifier in profile.sentIdentifiers(inDialect: 0) where identifier != 0x356 {
            #expect(
                try profile.bytes(of: identifier, bank) == profile.bytes(of: identifier, bank, coarse))
        }
    }
}

/// Sol-Ark low voltage.
///
/// No capture is public. "-": from the table of Sol-Ark CAN Bus Protocol V1.3 alone.
enum SolArkLVGolden {
    static let all: [GoldenFrame] = [
        GoldenFrame(
            identifier: 0x351, bytes: "30 02 E8 03 D0 07 CC 01", kind: .computed, source: "-",
            numbers: [
                .chargeVoltageLimit: 56_000, .chargeCurrentLimit: 100_000, .dischargeCurrentLimit: 200_000,
                .dischargeVoltageLimit: 46_000,
            ]),
        GoldenFrame(
            identifier: 0x356, bytes: "08 02 9C FF FA 00 00 00", kind: .computed,
            source: "- (the scale of the text)", dialect: 1,
            numbers: [.voltage: 52_000, .current: -10_000, .temperature: 250]),
        GoldenFrame(
            identifier: 0x379, bytes: "30 02 00 00 00 00 00 00", kind: .computed, source: "-",
            numbers: [.capacity: 560_000]),
        GoldenFrame(
            identifier: 0x35C, bytes: "C0 00 00 00 00 00 00 00", kind: .computed, source: "-",
            numbers: [
                .chargeEnabled: 1, .dischargeEnabled: 1, .forceCharge: 0, .forceChargeSoon: 0, .fullCharge: 0,
            ]),
    ]
}
