import BatteryModel
import BusCodec
import InverterProfiles
import Testing

@Suite("LG RESU 48 V: real frames and quirks")
struct LGRESUGoldenTests {
    private let profile = LGRESU.profile

    @Test("hold", arguments: LGRESUGolden.all)
    func hold(_ golden: GoldenFrame) {
        #expect(golden.problems(with: profile) == [])
    }

    private func sent(_ identifier: UInt32, _ bank: BankReading, dialect: UInt8) throws -> [UInt8] {
        let index = try #require(profile.index(ofIdentifier: identifier))
        let frame = try profile.encode(
            frame: index, bank: bank, options: ProfileOptions(dialect: dialect))
        return frame.payload.indices.map { frame.payload[$0] }
    }

    private func heard(_ identifier: UInt32, _ bytes: [UInt8], dialect: UInt8? = nil) -> BankReading {
        var reading = BankReading()
        let frame = CANFrame(identifier: identifier, payload: bytes.span)
        _ = profile.decode(frame, dialect: dialect, at: noon, into: &reading)
        return reading
    }

    @Test("a protection stands in both words, a warning in that of the dialect")
    func words() throws {
        let protection = BankReading([:], alarms: alarms(protections: [.cellOverVoltage]))
        let warning = BankReading([:], alarms: alarms(warnings: [.cellOverVoltage]))
        #expect(try sent(0x359, protection, dialect: 0) == [2, 0, 2, 0, 0, 0, 0, 0])
        #expect(try sent(0x359, protection, dialect: 1) == [2, 0, 2, 0, 0, 0, 0, 0])
        #expect(try sent(0x359, warning, dialect: 0) == [2, 0, 0, 0, 0, 0, 0, 0])
        #expect(try sent(0x359, warning, dialect: 1) == [0, 0, 2, 0, 0, 0, 0, 0])
    }

    @Test("without a dialect a bit counts as a warning and as a protection")
    func wordsOfNobody() {
        let both = alarms(protections: [.cellOverVoltage], warnings: [.cellOverVoltage])
        #expect(heard(0x359, [2, 0, 0, 0, 0, 0, 0, 0]).alarms?.value == both)
        #expect(heard(0x359, [0, 0, 2, 0, 0, 0, 0, 0]).alarms?.value == both)
    }

    @Test("a DVL that is not known is sent as 0, which says nothing; any other limit withholds the frame")
    func notProvided() throws {
        let known: [BankField: Int32] = [
            .chargeVoltageLimit: 57_700, .chargeCurrentLimit: 91_300, .dischargeCurrentLimit: 91_300,
        ]
        #expect(try sent(0x351, BankReading(known), dialect: 0)[6...7] == [0, 0])
        for field in known.keys {
            var bank = BankReading(known)
            bank[field] = nil
            #expect(throws: EncodeError.self) { try sent(0x351, bank, dialect: 0) }
        }
    }

    @Test(
        "tenths of a volt are recognised in 0x356",
        arguments: [(5_472, 54_720), (547, 54_700), (1_000, 100_000), (1_001, 10_010), (0, 0)]
            as [(UInt16, Int32)])
    func voltageScale(_ word: UInt16, _ millivolts: Int32) {
        let bytes = [UInt8(truncatingIfNeeded: word), UInt8(word >> 8), 0, 0, 0, 0, 0, 0]
        #expect(heard(0x356, bytes)[.voltage]?.value == millivolts)
    }

    @Test("a limit of 0 clears its enable bit")
    func stop() throws {
        let bank = BankReading([
            .chargeVoltageLimit: 57_700, .chargeCurrentLimit: 0, .dischargeCurrentLimit: 91_300,
            .dischargeVoltageLimit: 42_000, .chargeEnabled: 1, .dischargeEnabled: 1, .forceCharge: 1,
        ])
        #expect(try sent(0x35C, bank, dialect: 1)[0] == 0x40)
    }
}

/// LG RESU 48 V.
///
/// L1: jens18/lgresu, captures of a RESU 10 LV; "L1 test" are frames of the same unit in the project's tests. "-": from
/// the table of the protocol alone.
enum LGRESUGolden {
    static let captured: [GoldenFrame] = [
        GoldenFrame(
            identifier: 0x351, bytes: "41 02 91 03 91 03 00 00", kind: .captured, source: "L1",
            numbers: [
                .chargeVoltageLimit: 57_700, .chargeCurrentLimit: 91_300, .dischargeCurrentLimit: 91_300,
            ]),
        GoldenFrame(
            identifier: 0x351, bytes: "41 02 96 03 96 03 00 00", kind: .captured, source: "L1 test",
            numbers: [
                .chargeVoltageLimit: 57_700, .chargeCurrentLimit: 91_800, .dischargeCurrentLimit: 91_800,
            ]),
        GoldenFrame(
            identifier: 0x354, bytes: "04 C0 00 1F 03 00 00 00", kind: .captured, source: "L1",
            differsBecause: "never sent"),
        GoldenFrame(
            identifier: 0x355, bytes: "4E 00 63 00 00 00 00 00", kind: .captured, source: "L1",
            numbers: [.soc: 780, .soh: 990]),
        GoldenFrame(
            identifier: 0x356, bytes: "60 15 1C 00 BD 00 00 00", kind: .captured, source: "L1",
            numbers: [.voltage: 54_720, .current: 2_800, .temperature: 189]),
        GoldenFrame(
            identifier: 0x356, bytes: "4B 15 ED FF BA 00 00 00", kind: .captured, source: "L1 test",
            numbers: [.voltage: 54_510, .current: -1_900, .temperature: 186]),
        GoldenFrame(
            identifier: 0x359, bytes: "00 00 00 00 00 00 00 00", kind: .captured, source: "L1",
            alarms: AlarmSet()),
    ]

    static let computed: [GoldenFrame] = [
        GoldenFrame(
            identifier: 0x359, bytes: "02 10 00 00 00 00 00 00", kind: .computed, source: "-",
            alarms: alarms(warnings: [.cellOverVoltage, .imbalance])),
        GoldenFrame(
            identifier: 0x359, bytes: "02 10 00 00 00 00 00 00", kind: .computed, source: "-", dialect: 1,
            alarms: alarms(protections: [.cellOverVoltage, .imbalance]),
            differsBecause: "a protection is said in both words"),
        GoldenFrame(
            identifier: 0x35C, bytes: "E0 00 00 00 00 00 00 00", kind: .computed, source: "-", dialect: 1,
            numbers: [.forceCharge: 1, .dischargeEnabled: 1, .chargeEnabled: 1]),
        GoldenFrame(
            identifier: 0x399, bytes: "66 00 01 00 00 00 00 00", kind: .computed, source: "-", dialect: 1,
            alarms: alarms(warnings: [.cellOverVoltage]), differsBecause: "never sent"),
        GoldenFrame(
            identifier: 0x3DA, bytes: "16 0D 10 0D 03 0B 00 00", kind: .computed, source: "-", dialect: 1,
            numbers: [
                .highestCell: 3_350, .lowestCell: 3_344, .highestCellNumber: 3, .lowestCellNumber: 11,
            ]),
        GoldenFrame(
            identifier: 0x3DB, bytes: "4B 46 01 03 00 00 00 00", kind: .computed, source: "-", dialect: 1,
            numbers: [
                .highestTemperature: 250, .lowestTemperature: 200, .highestTemperatureNumber: 1,
                .lowestTemperatureNumber: 3,
            ], differsBecause: "never sent"),
        GoldenFrame(
            identifier: 0x305, bytes: "00 00 00 00 00 00 00 00", kind: .computed, source: "-",
            numbers: [.inverterAlive: 1]),
    ]

    static let all = captured + computed
}
