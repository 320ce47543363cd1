import BatteryModel
import BusCodec
import InverterProfiles
import Testing

/// Discover AES with Lynk II.
///
/// M1: ai-republic/bms-to-inverter, issue 107, recorded from a Lynk II gateway. "-": from the table alone.
@Suite("Discover: real frames")
struct DiscoverGoldenTests {
    private let profile = Discover.profile

    @Test("hold", arguments: frames)
    func hold(_ golden: GoldenFrame) {
        #expect(golden.problems(with: profile) == [])
    }

    private static let frames: [GoldenFrame] = [
        .limits("2E 02 04 0B 04 0B B0 01", .captured, "M1", 55_800, 282_000, 282_000, 43_200),
        GoldenFrame(
            identifier: 0x354, bytes: "2C 01 BA 00 00 00 00 00", kind: .captured, source: "M1",
            numbers: [.capacity: 300_000, .remainingCapacity: 186_000]),
        GoldenFrame(
            identifier: 0x355, bytes: "3E 00 64 00 00 00 00 00", kind: .captured, source: "M1",
            numbers: [.soc: 620, .soh: 1000]),
        .measured("0A 02 11 FF BE 00 00 00", .captured, "M1", 52_200, -23_900, 190),
        .measured("64 14 11 FF BE 00 00 00", .computed, "-", dialect: 1, 52_200, -23_900, 190),
        GoldenFrame(
            identifier: 0x35A, bytes: "AB AA FE AF AA FA FF", kind: .captured, source: "M1",
            alarms: AlarmSet(), differsBecause: "3 is not supported, and the last byte is left out"),
        GoldenFrame(
            identifier: 0x35E, bytes: "44 49 53 43 4F 56 45 52", kind: .captured, source: "M1",
            maker: "DISCOVER"),
        .shownOnly(0x372, "00 00 00 02", "M1"),
        .shownOnly(0x373, "01 00 00 00", "M1"),
    ]

    @Test(
        "who does not know the dialect reads the plausible voltage",
        arguments: [[0x0A, 0x02], [0x64, 0x14]])
    func eitherScale(_ word: [UInt8]) {
        var reading = BankReading()
        let bytes = word + [0x11, 0xFF, 0xBE, 0, 0, 0]
        _ = profile.decode(CANFrame(identifier: 0x356, payload: bytes.span), at: noon, into: &reading)
        #expect(reading[.voltage]?.value == 52_200)
    }
}
