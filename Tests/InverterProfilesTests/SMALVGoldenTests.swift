import BatteryModel
import BusCodec
import InverterProfiles
import Testing

/// SMA Sunny Island.
///
/// A1: raw logic capture in victorstoica114/sigrok-pylon-bms-decoders (examples/bridge/sma-can-raw-capture.sr), a
/// Seplos BMS in SMA mode, decoded again with bit stuffing and CRC-15 checked. "-": from the table alone.
@Suite("SMA Sunny Island: real frames")
struct SMALVGoldenTests {
    private let profile = SMALV.profile

    @Test("hold", arguments: frames)
    func hold(_ golden: GoldenFrame) {
        #expect(golden.problems(with: profile) == [])
    }

    private static let unused = "Seplos sends 0 in the unused word, the text wants the code for invalid"

    private static let frames: [GoldenFrame] = [
        .limits(
            "40 02 08 07 08 07 00 02", .captured, "A1", 57_600, 180_000, 180_000, 51_200,
            differsBecause: "the inverter ignores a DVL above 48.0 V, so 48.0 V is said"),
        GoldenFrame(
            identifier: 0x355, bytes: "46 00 64 00 76 1B 00 00", kind: .captured, source: "A1",
            numbers: [.soc: 703, .soh: 1000], differsBecause: unused),
        GoldenFrame(
            identifier: 0x355, bytes: "32 00 64 00 88 13 FF FF", kind: .computed, source: "-",
            numbers: [.soc: 500, .soh: 1000]),
        .measured(
            "3E 16 00 00 F9 00 00 00", .captured, "A1", 56_940, 0, 249, differsBecause: unused),
        GoldenFrame(
            identifier: 0x35A, bytes: "AA AA AA 02 AA AA AA 02", kind: .captured, source: "A1",
            alarms: AlarmSet()),
        GoldenFrame(
            identifier: 0x35A, bytes: "A6 AA AA 02 AA AA AA 02", kind: .computed, source: "-",
            alarms: alarms(protections: [.cellOverVoltage])),
        GoldenFrame(
            identifier: 0x35E, bytes: "53 4D 41 20 20 20 20 20", kind: .captured, source: "A1", maker: "SMA"),
        GoldenFrame(
            identifier: 0x35F, bytes: "00 00 00 01 22 01 00 00", kind: .captured, source: "A1",
            numbers: [.batteryType: 0, .version: 256, .capacity: 290_000], differsBecause: unused),
        GoldenFrame(
            identifier: 0x305, bytes: "00 02 9C FF FA 00 F4 01", kind: .computed, source: "-",
            numbers: [.inverterAlive: 1], differsBecause: "only shown"),
        GoldenFrame(
            identifier: 0x306, bytes: "64 00 0A 01 00 00 1C 02", kind: .computed, source: "-",
            differsBecause: "only shown"),
    ]

    private func sent(_ identifier: UInt32, _ numbers: [BankField: Int32]) throws -> [UInt8] {
        let index = try #require(profile.index(ofIdentifier: identifier))
        let frame = try profile.encode(frame: index, bank: BankReading(numbers, alarms: AlarmSet()))
        return frame.payload.indices.map { frame.payload[$0] }
    }

    private let limits: [BankField: Int32] = [
        .chargeVoltageLimit: 56_000, .chargeCurrentLimit: 100_000, .dischargeCurrentLimit: 100_000,
        .dischargeVoltageLimit: 46_000,
    ]

    @Test("a limit that is not known withholds the frame: the inverter's default would be 54 V")
    func unknownLimit() {
        for field in limits.keys {
            var known = limits
            known[field] = nil
            #expect(throws: EncodeError.self) { try sent(0x351, known) }
        }
    }

    @Test("a limit that the inverter would ignore silently is not sent")
    func range() {
        for (field, value) in [
            (.chargeVoltageLimit, 40_999), (.chargeVoltageLimit, 63_001), (.chargeCurrentLimit, 1_200_001),
            (.dischargeCurrentLimit, 1_200_001),
        ] as [(BankField, Int32)] {
            #expect(throws: EncodeError.self) { try sent(0x351, limits.merging([field: value]) { $1 }) }
        }
    }

    @Test(
        "a DVL that the inverter would ignore is said as the nearest that it accepts",
        arguments: [(40_000, 410), (46_040, 461), (48_000, 480), (48_001, 480), (51_200, 480)]
            as [(Int32, Int)])
    func dischargeVoltage(_ millivolts: Int32, _ tenths: Int) throws {
        let bytes = try sent(0x351, limits.merging([.dischargeVoltageLimit: millivolts]) { $1 })
        #expect(Int(bytes[6]) | Int(bytes[7]) << 8 == tenths)
    }

    @Test("what is measured and not known is said to be invalid")
    func invalid() throws {
        #expect(try sent(0x356, [.voltage: 51_200]) == [0x00, 0x14, 0x00, 0x80, 0x00, 0x80, 0xFF, 0xFF])
        #expect(try sent(0x35F, [:]) == [UInt8](repeating: 0xFF, count: 8))
        #expect(try sent(0x355, [.soc: 503]) == [50, 0, 0xFF, 0xFF, 0xA6, 0x13, 0xFF, 0xFF])
    }

    @Test("a state of charge without valid hundredths is the one in whole percents")
    func invalidHundredths() {
        var reading = BankReading()
        let bytes: [UInt8] = [50, 0, 100, 0, 0xFF, 0xFF, 0xFF, 0xFF]
        _ = profile.decode(CANFrame(identifier: 0x355, payload: bytes.span), at: noon, into: &reading)
        #expect(reading[.soc]?.value == 500)
    }

    @Test("a quick stop is understood, never sent, and no sign of another battery")
    func quickStop() throws {
        let index = try #require(profile.index(ofIdentifier: 0x00F))
        let frame = CANFrame(identifier: 0x00F, length: 0)
        var reading = BankReading()
        #expect(profile.decode(frame, at: noon, into: &reading) == .frame(HeardFrame(index: index)))
        #expect(!profile.isFromBattery(frame))
        #expect(throws: EncodeError.notInDialect) { try profile.encode(frame: index, bank: BankReading()) }
    }
}
