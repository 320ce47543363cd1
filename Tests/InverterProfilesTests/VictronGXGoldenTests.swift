import BatteryModel
import BusCodec
import InverterProfiles
import Testing

/// Victron GX.
///
/// V1 and V2: see ``GXCaptures``. "-": from the table of the protocol alone.
@Suite("Victron GX: real frames")
struct VictronGXGoldenTests {
    private let profile = VictronGX.profile

    @Test("hold", arguments: GXCaptures.byd + GXCaptures.jk + own)
    func hold(_ golden: GoldenFrame) {
        #expect(golden.problems(with: profile) == [])
    }

    private static let own: [GoldenFrame] = [
        .limits("30 02 00 00 E8 03 C2 01", .computed, "-", 56_000, 0, 100_000, 45_000),
        GoldenFrame(
            identifier: 0x355, bytes: "43 00 64 00 00 00 00 00", kind: .captured, source: "V1",
            numbers: [.soc: 670, .soh: 1000], differsBecause: "BYD has no hundredths of a percent"),
        .shownOnly(0x380, "34 30 39 30 34 34 39 30", "V2"),
        .shownOnly(0x381, "38 30 39 00 30 30 30 00", "V2"),
        .shownOnly(0x382, "50 52 45 4D 49 55 4D 00", "V1"),
    ]

    private func sent(_ identifier: UInt32, _ numbers: [BankField: Int32]) throws -> [UInt8] {
        let index = try #require(profile.index(ofIdentifier: identifier))
        let frame = try profile.encode(frame: index, bank: BankReading(numbers, alarms: AlarmSet()))
        return frame.payload.indices.map { frame.payload[$0] }
    }

    @Test("charging is asked for with 0xFF, and not by a bank that may not be charged")
    func request() throws {
        let asking: [BankField: Int32] = [.forceCharge: 1, .chargeEnabled: 1, .chargeCurrentLimit: 10_000]
        #expect(try sent(0x360, asking)[0] == 0xFF)
        let full = asking.merging([.chargeCurrentLimit: 0]) { $1 }
        #expect(try sent(0x360, full)[0] == 0)
        #expect(try sent(0x360, [:]) == [0, 0, 0, 0, 0, 0, 0, 0])
    }

    @Test("a bank without a name is no other maker's")
    func name() throws {
        #expect(try sent(0x35E, [:]) == Array("Busbar".utf8) + [0, 0])
    }

    @Test("the state of charge is told in hundredths too")
    func fineStateOfCharge() throws {
        #expect(try sent(0x355, [.soc: 987, .soh: 1000]) == [98, 0, 100, 0, 0x8E, 0x26, 0, 0])
    }
}
