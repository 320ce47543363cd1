import BatteryModel
import BusCodec
import InverterProfiles
import Testing

@Suite("Schneider SE BMS V2: frames")
struct SchneiderLVGoldenTests {
    private let profile = SchneiderLV.profile

    @Test("hold", arguments: SchneiderLVGolden.all)
    func hold(_ golden: GoldenFrame) {
        #expect(golden.problems(with: profile) == [])
    }

    @Test("limits come every 500 ms, the state every 2 s and the names every 10 s")
    func periods() {
        var schedule = FrameSchedule(profile, dialect: 0, start: noon)
        var sent: [UInt32: Int] = [:]
        for millisecond in 0..<20_000 {
            while let index = schedule.next(at: noon + .milliseconds(Int64(millisecond))) {
                sent[profile.frame(index).identifier, default: 0] += 1
            }
        }
        for identifier in [0x321, 0x322, 0x323, 0x324, 0x325] as [UInt32] { #expect(sent[identifier] == 40) }
        for identifier in [0x320, 0x326, 0x327] as [UInt32] { #expect(sent[identifier] == 10) }
        for identifier in [0x328, 0x330, 0x331, 0x332, 0x333] as [UInt32] { #expect(sent[identifier] == 2) }
    }

    @Test("a limit of 0 takes the permission away; stop is said only of a bank that is lost")
    func stop() throws {
        let index = try #require(profile.index(ofIdentifier: 0x325, isExtended: true))
        func commands(_ numbers: [BankField: Int32], _ kinds: [AlarmKind] = []) throws -> UInt8 {
            let bank = BankReading(numbers, alarms: alarms(protections: kinds))
            return try profile.encode(frame: index, bank: bank).bytes[1]
        }
        let permitted: [BankField: Int32] = [.chargeEnabled: 1, .dischargeEnabled: 1]
        #expect(try commands(permitted) == 0x06)
        #expect(try commands(permitted.merging([.chargeCurrentLimit: 9]) { $1 }) == 0x04)
        #expect(try commands(permitted.merging([.chargeCurrentLimit: 10]) { $1 }) == 0x06)
        #expect(try commands(permitted.merging([.dischargeCurrentLimit: 0]) { $1 }) == 0x02)
        #expect(try commands([.chargeEnabled: 0, .dischargeEnabled: 0], [.bankLost]) == 0x08)
    }

    @Test("the same numbers with 11 bits are Growatt's and not understood")
    func width() {
        var reading = BankReading()
        let bytes: [UInt8] = [0, 0, 0x9C, 0x40, 0, 0, 0x75, 0x30]
        let frame = CANFrame(identifier: 0x321, payload: bytes.span)
        #expect(profile.decode(frame, at: noon, into: &reading) == .unknown)
    }
}

/// Schneider SE BMS V2.
///
/// "-": from the table of the protocol alone.
enum SchneiderLVGolden {
    static let all: [GoldenFrame] = [
        computed(
            0x321, "00 00 9C 40 00 00 75 30", [.chargeVoltageLimit: 400_000, .dischargeVoltageLimit: 300_000]),
        computed(0x323, "00 00 90 88 FF FF FC 18", [.voltage: 370_000, .current: -10_000]),
        computed(
            0x325, "00 06 00 00 01 00", [.chargeEnabled: 1, .dischargeEnabled: 1, .forceCharge: 0],
            alarms: alarms(protections: [.undocumented])),
        computed(0x333, "53 45 42 4D 53 00", [:]),
    ]

    private static func computed(
        _ identifier: UInt32, _ bytes: String, _ numbers: [BankField: Int32], alarms: AlarmSet? = nil
    ) -> GoldenFrame {
        GoldenFrame(
            identifier: identifier, isExtended: true, bytes: bytes, kind: .computed, source: "-",
            numbers: numbers, alarms: alarms)
    }
}
