import BatteryModel
import BusCodec
import InverterProfiles
import Testing

/// BYD Battery-Box Premium LVS.
///
/// V1: see ``GXCaptures``.
@Suite("BYD LVS: real frames")
struct BYDLVSGoldenTests {
    private let profile = BYDLVS.profile

    @Test("hold", arguments: GXCaptures.byd + own)
    func hold(_ golden: GoldenFrame) {
        #expect(golden.problems(with: profile) == [])
    }

    private static let own: [GoldenFrame] = [
        GoldenFrame(
            identifier: 0x355, bytes: "43 00 64 00 00 00 00 00", kind: .captured, source: "V1",
            numbers: [.soc: 670, .soh: 1000]),
        .zeros(0x35B), .zeros(0x360),
        GoldenFrame(
            identifier: 0x372, bytes: "02 00 00 00 00 00 00 00", kind: .captured, source: "V1",
            numbers: [
                .packs: 2, .packsBlockingCharge: 0, .packsBlockingDischarge: 0, .packsOffline: 0,
            ]),
        .shownOnly(0x374, "32 00 00 00 00 00 00 00", "V1"),
        .shownOnly(0x377, "31 00 00 00 00 00 00 00", "V1"),
        GoldenFrame(identifier: 0x382, bytes: "50 52 45 4D 49 55 4D 00", kind: .captured, source: "V1"),
    ]

    @Test("a bank without a name, type and firmware is the recorded BYD")
    func identity() throws {
        let bank = BankReading([.remainingCapacity: 105_000])
        for (identifier, bytes) in [
            (0x35E, [0x42, 0x59, 0x44, 0, 0, 0, 0, 0]), (0x35F, [0x4C, 0x69, 0x01, 0x17, 0x69, 0, 0, 0]),
        ] as [(UInt32, [UInt8])] {
            let index = try #require(profile.index(ofIdentifier: identifier))
            let frame = try profile.encode(frame: index, bank: bank)
            #expect(frame == CANFrame(identifier: identifier, payload: bytes.span))
        }
    }
}

extension GoldenFrame {
    /// A recorded frame of zeros.
    fileprivate static func zeros(_ identifier: UInt32) -> GoldenFrame {
        GoldenFrame(identifier: identifier, bytes: "00 00 00 00 00 00 00 00", kind: .captured, source: "V1")
    }
}
