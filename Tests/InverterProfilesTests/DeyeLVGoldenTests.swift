import BatteryModel
import BusCodec
import InverterProfiles
import Testing

@Suite("Deye and Sunsynk low voltage: real frames, and how it is stopped")
struct DeyeLVGoldenTests {
    private let profile = DeyeLV.profile

    @Test("hold", arguments: DeyeLVGolden.all)
    func hold(_ golden: GoldenFrame) {
        #expect(golden.problems(with: profile) == [])
    }

    @Test(
        "while nothing may be charged, CVL is 0.2 to 0.3 V above the bank, and never raised",
        arguments: [
            (55_200, 0, 53_200, 534), (55_200, 0, 53_204, 534), (55_200, 0, 53_290, 535),
            (55_200, 0, 53_301, 535), (55_200, 99, 53_200, 534), (55_200, 100, 53_200, 552),
            (53_000, 0, 53_200, 530), (53_270, 0, 53_250, 532),
        ] as [(Int32, Int32, Int32, UInt16)])
    func stop(_ cvl: Int32, _ ccl: Int32, _ voltage: Int32, _ tenths: UInt16) throws {
        let bank = BankReading.sample([
            .chargeVoltageLimit: cvl, .chargeCurrentLimit: ccl, .voltage: voltage,
        ])
        for dialect in [0, 1] as [UInt8] {
            let bytes = try profile.bytes(of: 0x351, bank, ProfileOptions(dialect: dialect))
            #expect(UInt16(bytes[1]) << 8 | UInt16(bytes[0]) == tenths)
        }
    }

    @Test("a cleared enable bit stops in the same way")
    func forbidden() throws {
        let bank = BankReading.sample([
            .chargeEnabled: 0, .chargeCurrentLimit: 50_000, .chargeVoltageLimit: 55_200, .voltage: 53_200,
        ])
        #expect(try profile.bytes(of: 0x351, bank)[0...3] == [0x16, 0x02, 0, 0])
        #expect(try profile.bytes(of: 0x35C, bank)[0] & 0x80 == 0)
    }

    @Test("DY says the limits a second time for the grid, and is known by its name")
    func limitsOnGrid() throws {
        let bank = BankReading.sample([.dischargeCurrentLimit: 200_000, .capacity: 280_000])
        let dy = ProfileOptions(dialect: 1)
        #expect(try profile.bytes(of: 0x371, bank, dy) == [0xE8, 0x03, 0xD0, 0x07, 0, 0, 0, 0])
        #expect(try profile.bytes(of: 0x35E, bank, dy) == [0x44, 0x59, 0x30, 0x30, 0x31, 0, 0xF0, 0x0A])
        #expect(profile.sentIdentifiers(inDialect: 0) == [0x351, 0x355, 0x356, 0x35C, 0x35E, 0x359])
        #expect(
            profile.sentIdentifiers(inDialect: 1)
                == [0x351, 0x371, 0x355, 0x356, 0x35C, 0x35E, 0x359, 0x361, 0x363])
    }

    @Test("DY counts discharging as positive, and the operator can turn it round")
    func sign() throws {
        let bank = BankReading.sample([.current: 12_300])
        #expect(try profile.bytes(of: 0x356, bank)[2...3] == [123, 0])
        #expect(try profile.bytes(of: 0x356, bank, ProfileOptions(dialect: 1))[2...3] == [0x85, 0xFF])
        let inverted = ProfileOptions(dialect: 1, invertsCurrent: true)
        #expect(try profile.bytes(of: 0x356, bank, inverted)[2...3] == [123, 0])
    }

    @Test("what DY does not evaluate any more raises a bit that it does")
    func importantBits() throws {
        var bank = BankReading.sample()
        bank.alarms = Reading(alarms(protections: [.packOverVoltage, .dischargeShortCircuit]), at: noon)
        let bytes = try profile.bytes(of: 0x359, bank, ProfileOptions(dialect: 1))
        #expect(bytes == [0b0010_0101, 0, 0b0001_0000, 0, 0, 0, 0, 0])
    }

    @Test("a name that is cut off is filled up, but in DY the capacity stands behind it")
    func shortNames() {
        var reading = BankReading()
        let dy = CANFrame(identifier: 0x35E, payload: [0x44, 0x59, 0x30, 0x30, 0x31, 0].span)
        _ = profile.decode(dy, dialect: 1, at: noon, into: &reading)
        #expect(reading[.capacity] == nil)
        let pytes = CANFrame(identifier: 0x35E, payload: Array("PYTES".utf8).span)
        _ = profile.decode(pytes, dialect: 0, at: noon, into: &reading)
        #expect(reading.maker?.value == ASCIIText("PYTES"))
    }

    @Test("0x371 of a JK is no limit")
    func cellNumbers() {
        var reading = BankReading()
        let frame = CANFrame(identifier: 0x371, payload: [4, 0, 3, 0, 1, 0, 3, 0].span)
        _ = profile.decode(frame, dialect: 0, at: noon, into: &reading)
        #expect(reading[.chargeCurrentLimit] == nil)
    }
}

/// Deye and Sunsynk low voltage.
///
/// D1: raw logic captures of a JK BMS in its Deye mode in victorstoica114/sigrok-pylon-bms-decoders, decoded
/// again with bit stuffing and CRC-15 checked. D2: Sleeper85/esphome-yambms, bytes logged from a SE-G5.1 Pro-B.
/// "-": from the table of the protocol alone.
enum DeyeLVGolden {
    static let lithium: [GoldenFrame] = [
        GoldenFrame(
            identifier: 0x351, bytes: "9E 02 7C 01 6C 07 C6 01", kind: .captured, source: "D1",
            numbers: [
                .chargeVoltageLimit: 67_000, .chargeCurrentLimit: 38_000, .dischargeCurrentLimit: 190_000,
                .dischargeVoltageLimit: 45_400,
            ]),
        GoldenFrame(
            identifier: 0x355, bytes: "63 00 64 00 00 00 00 00", kind: .captured, source: "D1",
            numbers: [.soc: 990, .soh: 1000]),
        GoldenFrame(
            identifier: 0x356, bytes: "52 16 00 00 2B 01 00 00", kind: .captured, source: "D1",
            numbers: [.voltage: 57_140, .current: 0, .temperature: 299]),
        GoldenFrame(
            identifier: 0x359, bytes: "00 00 00 00 01 50 4E 00", kind: .captured, source: "D1",
            numbers: [.packs: 1], alarms: AlarmSet()),
        GoldenFrame(
            identifier: 0x35C, bytes: "C0 00 00 00 00 00 00 00", kind: .captured, source: "D1",
            numbers: [
                .chargeEnabled: 1, .dischargeEnabled: 1, .forceCharge: 0, .forceChargeSoon: 0, .fullCharge: 0,
            ]),
        GoldenFrame(
            identifier: 0x370, bytes: "1E 00 1D 00 F5 0D F3 0D", kind: .captured, source: "D1",
            numbers: [
                .highestCell: 3_573, .lowestCell: 3_571, .highestTemperature: 300, .lowestTemperature: 290,
            ],
            before: [.temperature: 299], differsBecause: "never sent"),
        GoldenFrame(
            identifier: 0x371, bytes: "04 00 03 00 01 00 03 00", kind: .captured, source: "D1",
            numbers: [
                .highestTemperatureNumber: 4, .lowestTemperatureNumber: 3, .highestCellNumber: 1,
                .lowestCellNumber: 3,
            ],
            differsBecause: "never sent in this dialect"),
    ]

    static let dy: [GoldenFrame] = [
        GoldenFrame(
            identifier: 0x35E, bytes: "44 59 30 30 31 03 E8 03", kind: .captured, source: "D2", dialect: 1,
            numbers: [.capacity: 100_000], differsBecause: "the maker of the cells is only shown"),
        GoldenFrame(
            identifier: 0x363, bytes: "20 08 21 02 00 00 00 00", kind: .captured, source: "D2", dialect: 1),
        GoldenFrame(
            identifier: 0x356, bytes: "00 14 F6 FF FA 00 00 00", kind: .computed, source: "-", dialect: 1,
            numbers: [.voltage: 51_200, .current: 1_000, .temperature: 250]),
        GoldenFrame(
            identifier: 0x359, bytes: "02 00 00 40 00 00 80 00", kind: .computed, source: "-", dialect: 1,
            alarms: alarms(protections: [.cellUnderVoltage, .inverterSilent]),
            differsBecause: "a charge voltage that is too low is only shown"),
        GoldenFrame(
            identifier: 0x305, bytes: "1E 0F 0A 05 08 18 00 00", kind: .computed, source: "-", dialect: 1,
            numbers: [.inverterAlive: 1], differsBecause: "the clock is only shown"),
    ]

    static let all = lithium + dy
}
