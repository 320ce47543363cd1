import BatteryModel
import BusCodec
import InverterProfiles
import Testing

@Suite("Sofar low voltage: real frames, and how it is stopped")
struct SofarLVGoldenTests {
    private let profile = SofarLV.profile

    @Test("hold", arguments: SofarLVGolden.all)
    func hold(_ golden: GoldenFrame) {
        #expect(golden.problems(with: profile) == [])
    }

    @Test("in Sofar's own frames 0 A is 0 A")
    func stop() throws {
        let bank = BankReading.sample([.chargeCurrentLimit: 0, .dischargeCurrentLimit: 0])
        #expect(try profile.bytes(of: 0x351, bank)[2...5] == [0, 0, 0, 0])
    }

    @Test(
        "in the second dialect 0 A is 0.1 A, only together with a cleared enable bit",
        arguments: [
            (0, 1, [1, 0], 0x00), (99, 1, [1, 0], 0x00), (100, 1, [1, 0], 0x80), (50_000, 0, [1, 0], 0x00),
            (50_000, 1, [0xF4, 0x01], 0x80),
        ] as [(Int32, Int32, [UInt8], UInt8)])
    func smallest(_ ccl: Int32, _ enabled: Int32, _ limit: [UInt8], _ bit: UInt8) throws {
        let options = ProfileOptions(dialect: 1)
        let bank = BankReading.sample([.chargeCurrentLimit: ccl, .chargeEnabled: enabled])
        #expect(try profile.bytes(of: 0x351, bank, options)[2...3] == limit[...])
        #expect(try profile.bytes(of: 0x35C, bank, options)[0] & 0x80 == bit)
    }

    @Test("the second dialect says 0 A where nothing is known about the permission, and withholds it")
    func unknownPermission() throws {
        var bank = BankReading.sample([.chargeCurrentLimit: 0])
        bank[.chargeEnabled] = nil
        #expect(try profile.bytes(of: 0x351, bank, ProfileOptions(dialect: 1))[2...3] == [0, 0])
        #expect(profile.obstacle(bank: bank, options: ProfileOptions(dialect: 1)) != nil)
    }

    @Test(
        "a fine state of charge that is left out is taken from the coarse one",
        arguments: [([0xFF, 0xFF], 700), ([0, 0], 700), ([0x6C, 0x1B], 702)] as [([UInt8], Int32)])
    func fineSOC(_ fine: [UInt8], _ permille: Int32) {
        var reading = BankReading()
        let frame = CANFrame(identifier: 0x355, payload: ([70, 0, 100, 0] + fine + [0, 0]).span)
        _ = profile.decode(frame, dialect: 0, at: noon, into: &reading)
        #expect(reading[.soc]?.value == permille)
    }

    @Test(
        "behind more than 100 % the filler is no state of charge either", arguments: [0, 0xFF] as [UInt8])
    func impossibleSOC(_ filler: UInt8) {
        var reading = BankReading()
        let frame = CANFrame(identifier: 0x355, payload: [200, 0, 100, 0, filler, filler, 0, 0].span)
        _ = profile.decode(frame, dialect: 0, at: noon, into: &reading)
        #expect(reading[.soc] == nil)
    }

    @Test("each dialect has its own frames")
    func dialects() {
        #expect(profile.sentIdentifiers(inDialect: 0) == [0x35F, 0x35A, 0x351, 0x355, 0x356, 0x35E])
        #expect(profile.sentIdentifiers(inDialect: 1) == [0x351, 0x355, 0x356, 0x35C, 0x35E, 0x359])
    }
}

/// Sofar low voltage.
///
/// F1: captures of a Seplos BMS in its Sofar mode in victorstoica114/sigrok-pylon-bms-decoders; only values
/// without bit stuffing damage. It does not know what is left of the capacity and sends 0. "-": from the table
/// of the protocol alone.
enum SofarLVGolden {
    static let all: [GoldenFrame] = [
        GoldenFrame(
            identifier: 0x351, bytes: "40 02 08 07 08 07 00 02", kind: .captured, source: "F1",
            numbers: [
                .chargeVoltageLimit: 57_600, .chargeCurrentLimit: 180_000, .dischargeCurrentLimit: 180_000,
                .dischargeVoltageLimit: 51_200,
            ]),
        GoldenFrame(
            identifier: 0x355, bytes: "46 00 64 00 6C 1B 00 00", kind: .captured, source: "F1",
            numbers: [.soc: 702, .soh: 1000]),
        GoldenFrame(
            identifier: 0x356, bytes: "EE 15 00 00 F8 00 00 00", kind: .captured, source: "F1",
            numbers: [.voltage: 56_140, .current: 0, .temperature: 248, .cycles: 0]),
        GoldenFrame(
            identifier: 0x35A, bytes: "AA AA AA 02 AA AA AA 02", kind: .captured, source: "F1",
            alarms: AlarmSet()),
        GoldenFrame(
            identifier: 0x35E, bytes: "53 6F 66 61 72 20 20 20", kind: .captured, source: "F1", maker: "Sofar"
        ),
        GoldenFrame(
            identifier: 0x35F, bytes: "00 00 00 01 22 01 00 00", kind: .captured, source: "F1",
            numbers: [.batteryType: 0, .version: 256, .capacity: 290_000]),
        GoldenFrame(
            identifier: 0x30F, bytes: "01 00 00 00 00 00 00 00", kind: .computed, source: "-",
            differsBecause: "never sent"),
        GoldenFrame(
            identifier: 0x355, bytes: "50 00 64 00 40 1F B8 0B", kind: .computed, source: "-",
            numbers: [.soc: 800, .soh: 1000, .remainingCapacity: 300_000]),
    ]
}
