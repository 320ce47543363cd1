import BatteryModel
import BusCodec
import InverterProfiles
import Testing

/// MG Master LV, General BMS.
///
/// G: MG Master LV communication guide. "-": from the table of the protocol alone.
@Suite("MG Master LV: frames")
struct MGLVGoldenTests {
    private let profile = MGLV.profile

    @Test("hold", arguments: frames)
    func hold(_ golden: GoldenFrame) {
        #expect(golden.problems(with: profile) == [])
    }

    private static let frames: [GoldenFrame] = [
        .cells("10 0D 16 0D 2A 01 2C 01", .computed, "-", 3_344, 3_350, 249, 269),
        .energy("40 08 00 00 2B 07 00 00", .computed, "-", 21_120, 18_350),
        GoldenFrame(
            identifier: 0x355, bytes: "46 00 64 00 76 1B", kind: .computed, source: "-",
            numbers: [.soc: 703, .soh: 1000]),
        GoldenFrame(
            identifier: 0x35F, bytes: "9B 3A 01 18 22 01 FF FF", kind: .computed,
            source: "- (01 18 = V1.24: G)",
            numbers: [.batteryType: 0x3A9B, .version: 0x0118, .capacity: 290_000]),
    ]

    @Test("what is not available is said as such, and takes away what was heard before")
    func notAvailable() throws {
        for identifier in [0x373, 0x378] as [UInt32] {
            let index = try #require(profile.index(ofIdentifier: identifier))
            let frame = try profile.encode(frame: index, bank: BankReading())
            for place in 0..<8 { #expect(frame.bytes[place] == 0xFF) }
            var reading = BankReading([.lowestCell: 3_300, .energyCharged: 1_000, .lowestTemperature: 200])
            _ = profile.decode(frame, at: noon, into: &reading)
            #expect((reading[.lowestCell] == nil) == (identifier == 0x373))
            #expect((reading[.lowestTemperature] == nil) == (identifier == 0x373))
            #expect((reading[.energyCharged] == nil) == (identifier == 0x378))
        }
    }
}
