import BatteryModel
import BusCodec
import InverterProfiles
import Testing

@Suite("Megarevo: frames")
struct MegarevoLVGoldenTests {
    private let profile = MegarevoLV.profile

    @Test("hold", arguments: MegarevoLVGolden.all)
    func hold(_ golden: GoldenFrame) {
        #expect(golden.problems(with: profile) == [])
    }

    private func states(_ numbers: [BankField: Int32], _ alarms: AlarmSet) throws -> [UInt8] {
        let index = try #require(profile.index(ofIdentifier: 0x1F00_0303, isExtended: true))
        let frame = try profile.encode(frame: index, bank: BankReading(numbers, alarms: alarms))
        return frame.payload.indices.map { frame.payload[$0] }
    }

    @Test("a stop is the limit and code 2 for its direction")
    func stop() throws {
        let permitted: [BankField: Int32] = [.chargeEnabled: 1, .dischargeEnabled: 1]
        #expect(try states(permitted, AlarmSet()) == [0, 0, 0, 0, 0, 0, 0, 0])
        let noCharge = permitted.merging([.chargeCurrentLimit: 0]) { $1 }
        #expect(try states(noCharge, AlarmSet()) == [0, 0, 2, 0, 0, 0, 0, 0])
        let noDischarge = permitted.merging([.dischargeCurrentLimit: 99]) { $1 }
        #expect(try states(noDischarge, AlarmSet()) == [0, 0, 0, 0, 2, 0, 0, 0])
    }

    @Test("the level is that of the worst alarm, and never 3")
    func level() throws {
        let permitted: [BankField: Int32] = [.chargeEnabled: 1, .dischargeEnabled: 1]
        #expect(try states(permitted, alarms(warnings: [.imbalance]))[0] == 1)
        #expect(
            try states(permitted, alarms(protections: [.cellOverVoltage], warnings: [.imbalance]))[0] == 2)
    }
}

/// Megarevo.
///
/// "-": from the table of the protocol alone.
enum MegarevoLVGolden {
    static let all: [GoldenFrame] = [
        computed(
            0x1F00_0300, "40 02 B0 01 E8 03 E8 03",
            [
                .chargeVoltageLimit: 57_600, .dischargeVoltageLimit: 43_200, .chargeCurrentLimit: 100_000,
                .dischargeCurrentLimit: 100_000,
            ]),
        computed(
            0x1F00_0301, "50 00 63 00 14 02 38 FF",
            [.soc: 800, .soh: 990, .voltage: 53_200, .current: -20_000]),
        computed(
            0x1F00_0303, "03 00 02 00 00 00 00 00", [.chargeEnabled: 0, .dischargeEnabled: 1],
            alarms: alarms(protections: [.undocumented], warnings: [.undocumented]),
            differsBecause: "only the worst level is said"),
    ]

    private static func computed(
        _ identifier: UInt32, _ bytes: String, _ numbers: [BankField: Int32], alarms: AlarmSet? = nil,
        differsBecause: String? = nil
    ) -> GoldenFrame {
        GoldenFrame(
            identifier: identifier, isExtended: true, bytes: bytes, kind: .computed, source: "-",
            numbers: numbers, alarms: alarms, differsBecause: differsBecause)
    }
}
