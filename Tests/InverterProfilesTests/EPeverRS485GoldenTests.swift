import BatteryModel
import BusCodec
import InverterProfiles
import Testing

/// EPever's BMS-Link map.
///
/// B: mikaabra/pylontech-bms-mqtt, a bridge that works between BMS-Link and a battery, as address 1. "-": from the
/// table of BMS-Link Communication Address V1.6, and from what B saw a UP5000-Hi ask.
@Suite("EPever RS485: answers from outside")
struct EPeverRS485GoldenTests {
    @Test("hold", arguments: answers)
    func hold(_ golden: SerialGolden) {
        #expect(golden.problems(with: EPeverRS485.profile) == [])
    }

    static let data =
        "04 04 50 00 10 14 C8 FB 2E 00 71 00 01 02 30 00 57 01 A4 0A 5A 09 B0 0A 28 09 60 0B 86 00 39 00 00 00 00 "
        + "00 00 00 03 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 "
        + "00 00 00 00 00 00 00 00 00 0A 00 00 C6 62"

    static let answers: [SerialGolden] = [
        SerialGolden(
            question: SerialQuestion(code: 0x3100, count: 40, variant: 4), answer: data, kind: .computed,
            source: "-",
            numbers: [
                .cells: 16, .voltage: 53_200, .current: -12_340, .capacity: 560_000, .soc: 870,
                .highestTemperature: 265, .lowestTemperature: 248, .mosfetTemperature: 295, .cycles: 57,
                .chargeEnabled: 1, .dischargeEnabled: 1, .forceCharge: 0,
            ], alarms: AlarmSet(), differsBecause: "remaining time and mean temperature are not known"),
        limits(
            "04 03 2A 11 80 10 FE 15 E0 16 80 27 10 1F 40 4E 20 3A 98 15 7C FE 0C 17 70 F8 30 17 70 F8 30 17 70 F8 "
                + "30 17 70 F8 30 1F 40 F8 30 00 0A AF 28", .computed, "-", 56_000, 43_500, 80_000, 150_000),
        limits(
            "01 03 2A 11 62 10 FE 15 7C 15 AE 27 10 27 10 4E 20 4E 20 11 94 FC 18 15 7C F8 30 15 7C F8 30 15 7C F8 "
                + "30 15 7C F8 30 1F 40 F8 30 00 0A F1 C5", .captured, "B", 55_000, 43_500, 100_000, 200_000,
            asked: 1),
    ]

    private static func limits(
        _ answer: String, _ kind: GoldenFrame.Kind, _ source: String, _ cvl: Int32, _ dvl: Int32,
        _ ccl: Int32, _ dcl: Int32, asked: UInt8? = nil
    ) -> SerialGolden {
        SerialGolden(
            question: SerialQuestion(code: 0x9000, count: 21, variant: 3), asked: asked, answer: answer,
            kind: kind, source: source,
            numbers: [
                .chargeVoltageLimit: cvl, .dischargeVoltageLimit: dvl, .chargeCurrentLimit: ccl,
                .dischargeCurrentLimit: dcl,
            ], differsBecause: "ratings, warnings and temperatures of the battery are not known")
    }

    private static let bank = BankReading(
        [
            .cells: 16, .voltage: 53_200, .current: -12_340, .capacity: 560_000, .soc: 870,
            .highestTemperature: 265, .lowestTemperature: 248, .temperature: 260, .mosfetTemperature: 295,
            .cycles: 57, .chargeEnabled: 1, .dischargeEnabled: 1, .chargeVoltageLimit: 55_000,
            .dischargeVoltageLimit: 43_500, .chargeCurrentLimit: 100_000, .dischargeCurrentLimit: 200_000,
        ], alarms: AlarmSet())

    private func line() throws -> SerialLine { try #require(SerialLine(EPeverRS485.profile)) }

    private func answer(_ question: String, _ bank: BankReading) throws -> [UInt8] {
        bytes(try #require(try line().answer(question, bank)).bytes)
    }

    private static let readData = "04 04 31 00 00 28 FE BD"
    private static let readLimits = "04 03 90 00 00 15 A9 50"

    @Test(
        "a bank that is the battery of the vectors answers with their bytes, where they follow from the bank")
    func sameBytes() throws {
        let said = try answer(Self.readData, Self.bank)
        let differing = zip(said, bytes(Self.data)).enumerated().filter { $1.0 != $1.1 }.map(\.offset)
        // 17 and 18: the remaining time; 25 and 26: the surroundings; the CRC.
        #expect(differing == [17, 18, 25, 26, 83, 84])
        let limits = try answer(Self.readLimits, Self.bank)
        // Those of the bridge, up to the temperatures: its warnings stand as far from the limits as ours.
        #expect(
            Array(limits[3..<19])
                == bytes("11 62 10 FE 15 7C 15 AE 27 10 27 10 4E 20 4E 20"))
    }

    @Test("the inverter side asks as seen")
    func questions() throws {
        #expect(try line().questions() == [Self.readData, Self.readLimits])
    }

    @Test("a stop is said by limits and by bits, each direction for itself")
    func stop() throws {
        for (charge, discharge, high, switches) in [
            (1, 1, 0x00, 3), (0, 1, 0x80, 3), (1, 0, 0x40, 3), (0, 0, 0xC0, 0),
        ] as [(Int32, Int32, UInt8, UInt8)] {
            var bank = Self.bank
            bank[.chargeEnabled]?.value = charge
            bank[.dischargeEnabled]?.value = discharge
            let data = try answer(Self.readData, bank)
            #expect(data[3 + 78] == high && data[3 + 35] == switches)
            let limits = try answer(Self.readLimits, bank)
            #expect((limits[13] == 0 && limits[14] == 0) == (charge == 0))
            #expect((limits[17] == 0 && limits[18] == 0) == (discharge == 0))
        }
    }

    @Test("states say what stands and are understood", arguments: alarms)
    func states(_ kind: AlarmKind, _ level: AlarmLevel) throws {
        var bank = Self.bank
        bank.alarms?.value.raise(kind, level)
        let bytes = try answer(Self.readData, bank)
        var heard = BankReading()
        let talk = try #require(EPeverRS485.profile.serial)
        _ = EPeverRS485.profile.understand(
            bytes.span, answering: SerialQuestion(code: 0x3100, count: 40, variant: 4), talk,
            options: ProfileOptions(), at: noon, into: &heard)
        let alarms = try #require(heard.alarms?.value)
        // Protections about the cold are about one direction here, and said as warnings.
        let isCold = kind == .chargeUnderTemperature || kind == .dischargeUnderTemperature
        #expect(alarms[isCold ? .warning : level].contains(kind))
    }

    static let alarms: [(AlarmKind, AlarmLevel)] = [
        (.cellOverVoltage, .protection), (.cellUnderVoltage, .warning), (.packOverVoltage, .warning),
        (.packUnderVoltage, .protection), (.chargeOverCurrent, .protection),
        (.dischargeOverCurrent, .warning), (.chargeOverTemperature, .protection),
        (.dischargeOverTemperature, .protection), (.batteryOverTemperature, .protection),
        (.mosfetOverTemperature, .warning), (.temperatureSensorFault, .protection), (.bankLost, .protection),
        (.undocumented, .protection), (.chargeUnderTemperature, .protection),
        (.dischargeUnderTemperature, .warning),
    ]

    @Test("address 3 is met with silence, the protocol number confirmed, other writes and registers refused")
    func manners() throws {
        for (asked, outcome, bytes) in [
            ("03 04 30 FF 00 01 0F 18", .notForUs, ""),
            ("04 04 30 FF 00 01 0E AF", .answered, "04 04 02 00 01 B4 F0"),
            ("04 10 90 14 00 01 02 00 0A 8A 1A", .confirmed, "04 10 90 14 00 01 6C 98"),
            ("04 10 90 05 00 01 02 27 10 13 60", .refused(.unknownCommand), "04 90 01 9D C1"),
            ("04 06 90 05 27 10 AE A2", .refused(.unknownCommand), "04 86 01 93 A1"),
            ("04 03 90 20 00 01 A8 95", .refused(.unknownRegister), "04 83 02 D0 F0"),
            ("04 04 31 2B 00 01 4F 6B", .refused(.unknownRegister), "04 84 02 D2 C0"),
        ] as [(String, SerialOutcome, String)] {
            let said = try line().answer(asked, Self.bank)
            #expect(said?.outcome == outcome, "\(asked)")
            #expect(said?.bytes == bytes, "\(asked)")
        }
        #expect(try line().answer("04 04 31 00 00 28 FE BC", Self.bank) == nil)
        for answer in Self.answers {
            var broken = answer.bytes
            broken[broken.count - 2] ^= 1
            if case .item = SerialFraming.modbus.scanAnswer(broken.span) { Issue.record("\(answer)") }
        }
    }

    @Test("the wide registers repeat the limits, and stand behind the others")
    func wide() throws {
        let data = try answer("04 04 31 00 00 29 3F 7D", Self.bank)
        #expect(Array(data[83..<85]) == [0xAC, 0xF1])
        let limits = try answer("04 03 90 00 00 1A E9 54", Self.bank)
        #expect(Array(limits[47..<55]) == bytes("01 B3 02 26 03 E8 07 D0"))
    }
}
