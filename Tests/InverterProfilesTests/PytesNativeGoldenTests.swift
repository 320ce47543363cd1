import BatteryModel
import BusCodec
import InverterProfiles
import Testing

@Suite("Pytes: real frames")
struct PytesNativeGoldenTests {
    private let profile = PytesNative.profile

    @Test("hold", arguments: PytesNativeGolden.all)
    func hold(_ golden: GoldenFrame) {
        #expect(golden.problems(with: profile) == [])
    }

    @Test("what either of the two alarm words says counts, and ends when neither says it")
    func secondWord() {
        var reading = BankReading()
        let raised: [UInt8] = [0x10, 0, 0x10, 0x08, 0x01, 0, 0x20, 0]
        _ = profile.decode(CANFrame(identifier: 0x403, payload: raised.span), at: noon, into: &reading)
        #expect(
            reading.alarms?.value
                == alarms(
                    protections: [.cellUnderVoltage, .chargeOverCurrent, .cellOverVoltage],
                    warnings: [.dischargeOverCurrent]))
        #expect(reading[.activity]?.value == 2)
        let zeros = [UInt8](repeating: 0, count: 8)
        _ = profile.decode(CANFrame(identifier: 0x403, payload: zeros.span), at: noon, into: &reading)
        #expect(reading.alarms?.value == AlarmSet())
    }

    @Test("as many modules are marked as there are that block a direction, up to eight")
    func blocking() throws {
        let bank = BankReading.sample([.packsBlockingCharge: 3, .packsBlockingDischarge: 9])
        let bytes = try profile.bytes(of: 0x408, bank)
        #expect(bytes[5...6] == [0x07, 0xFF])
    }

    @Test("no frame is a sign of life of an inverter")
    func noKeepAlive() {
        #expect(!profile.sheet.keepAlive.isKnown)
        for identifier in [0, 0x305, CANFrame.maximumStandardIdentifier] as [UInt32] {
            #expect(!profile.isKeepAlive(CANFrame(identifier: identifier, length: 8)))
        }
        let last = CANFrame(
            identifier: CANFrame.maximumExtendedIdentifier, isExtended: true, length: 8)
        #expect(!profile.isKeepAlive(last))
    }
}

/// Pytes in their own mode.
///
/// P1: hoylabs/OpenDTU-OnBattery issue 1188, comment of 2024-08-23 (50 Ah, 15 cells). P2: the same project, pull request
/// 1466, log (100 Ah, 16 cells). "-": from the table of the protocol alone.
enum PytesNativeGolden {
    static let numbers: [GoldenFrame] = [
        captured(0x400, "38 02 2C 01 EE 02 C7 01", "P2", limits(56_800, 30_000, 75_000, 45_500)),
        captured(0x400, "14 02 FA 00 7D 00 BD 01", "P1", limits(53_200, 25_000, 12_500, 44_500)),
        GoldenFrame(
            identifier: 0x400, bytes: "34 02 E8 03 E8 03 B0 01", kind: .computed, source: "-",
            numbers: limits(56_400, 100_000, 100_000, 43_200)),
        captured(
            0x401, "AE 0C A5 0C 04 00 0E 00", "P2", [.highestCell: 3_246, .lowestCell: 3_237],
            differsBecause: "what the places mean is not certain"),
        captured(
            0x401, "C5 0C BB 0C 07 00 04 00", "P1", [.highestCell: 3_269, .lowestCell: 3_259],
            differsBecause: "what the places mean is not certain"),
        captured(
            0x402, "5A 00 5A 00 00 00 00 00", "P2", [.highestTemperature: 90, .lowestTemperature: 90]),
        captured(
            0x402, "E6 00 DC 00 00 00 0A 00", "P1", [.highestTemperature: 230, .lowestTemperature: 220],
            differsBecause: "what the places mean is not certain"),
        captured(
            0x404, "15 00 64 00 01 00 36 00", "P2", [.soc: 210, .soh: 1000, .cycles: 54],
            differsBecause: "the third word means nothing known"),
        captured(
            0x404, "12 00 64 00 01 00 1C 00", "P1", [.soc: 180, .soh: 1000, .cycles: 28],
            differsBecause: "the third word means nothing known"),
        captured(
            0x405, "42 14 00 00 5A 00 10 00", "P2",
            [.voltage: 51_860, .current: 0, .temperature: 90, .cells: 16]),
        captured(
            0x405, "1F 13 00 00 E2 00 0F 00", "P1",
            [.voltage: 48_950, .current: 0, .temperature: 226, .cells: 15]),
        captured(
            0x408, "01 01 00 00 00 00 00", "P1, P2",
            [.chargeEnabled: 1, .dischargeEnabled: 1, .forceCharge: 0]),
        captured(
            0x409, "A0 86 01 00 CC 52 00 00", "P2", [.capacity: 100_000, .remainingCapacity: 21_196]),
        captured(0x409, "1E C3 00 00 3E 22 00 00", "P1", [.capacity: 49_950, .remainingCapacity: 8_766]),
        captured(
            0x40B, "19 02 10 11 21 34 01 00", "P2", [.packs: 1, .packsOffline: 0],
            differsBecause: "the bank has no clock"),
        captured(
            0x40B, "18 08 17 09 39 2C 01 00", "P1", [.packs: 1, .packsOffline: 0],
            differsBecause: "the bank has no clock"),
        captured(0x40D, "00 00 00 00 00 00 00 00", "P1, P2", [:]),
        captured(
            0x41E, "44 0B 00 00 EB 0A 00 00", "P2",
            [.energyCharged: 288_400, .energyDischarged: 279_500]),
        captured(
            0x41E, "A6 02 00 00 B2 02 00 00", "P1", [.energyCharged: 67_800, .energyDischarged: 69_000]),
    ]

    static let rest: [GoldenFrame] = [
        GoldenFrame(
            identifier: 0x403, bytes: "04 44 80 02 04 04 80 00", kind: .captured, source: "P2",
            numbers: [.activity: 0], alarms: AlarmSet(), differsBecause: "what is normal is not said"),
        GoldenFrame(
            identifier: 0x403, bytes: "04 84 80 02 04 04 80 00", kind: .captured, source: "P1",
            numbers: [.activity: 0], alarms: AlarmSet(), differsBecause: "what is normal is not said"),
        GoldenFrame(
            identifier: 0x403, bytes: "02 00 00 04 00 00 00 00", kind: .computed, source: "-",
            numbers: [.activity: 1], alarms: alarms(warnings: [.cellOverVoltage])),
        GoldenFrame(
            identifier: 0x406, bytes: "00 00 00 00 00 00 00 00", kind: .captured, source: "P2",
            alarms: AlarmSet()),
        GoldenFrame(
            identifier: 0x406, bytes: "00 00 00 00 01 00 00 00", kind: .captured, source: "P1",
            alarms: AlarmSet(), differsBecause: "the bit set means nothing known"),
        GoldenFrame(
            identifier: 0x40A, bytes: "50 59 54 45 53", kind: .captured, source: "P1, P2", maker: "PYTES"),
        GoldenFrame(
            identifier: 0x405, bytes: "C8 14 9C FF FA 00 00 00", kind: .computed, source: "-",
            numbers: [.voltage: 53_200, .current: -10_000, .temperature: 250]),
        GoldenFrame(
            identifier: 0x409, bytes: "A0 86 01 00 50 C3 00 00", kind: .computed, source: "-",
            numbers: [.capacity: 100_000, .remainingCapacity: 50_000]),
    ]

    static let all = numbers + rest

    private static func captured(
        _ identifier: UInt32, _ bytes: String, _ source: String, _ numbers: [BankField: Int32],
        differsBecause: String? = nil
    ) -> GoldenFrame {
        GoldenFrame(
            identifier: identifier, bytes: bytes, kind: .captured, source: source, numbers: numbers,
            differsBecause: differsBecause)
    }

    private static func limits(_ cvl: Int32, _ ccl: Int32, _ dcl: Int32, _ dvl: Int32) -> [BankField: Int32] {
        [
            .chargeVoltageLimit: cvl, .chargeCurrentLimit: ccl, .dischargeCurrentLimit: dcl,
            .dischargeVoltageLimit: dvl,
        ]
    }
}
