import BatteryModel
import BusCodec
import InverterProfiles
import Testing

/// BYD's Modbus.
///
/// L: dalathegreat/byd_battery, logs of a Fronius GEN24 with a BYD HVM: the content was captured, checksums are computed.
/// D: register dump of the same battery. "-": from the rules alone.
@Suite("BYD Modbus: answers from outside")
struct BYDModbusGoldenTests {
    @Test("hold", arguments: answers)
    func hold(_ golden: SerialGolden) {
        #expect(golden.problems(with: BYDModbus.profile) == [])
    }

    static let answers: [SerialGolden] = [
        SerialGolden(
            question: SerialQuestion(code: 300, count: 24),
            answer: """
                15 03 30 00 03 00 00 00 90 01 72 2A C4 01 95 00 00 09 C4 07 FB 00 14 08 06 00 14 00 32 00 46 00 00 \
                00 00 00 10 5F 3E 00 00 00 00 00 0D CB 60 00 46 26 AC 43 F9
                """, kind: .captured, source: "L, active",
            numbers: [
                .soc: 37, .voltage: 205_400, .current: -97, .chargeCurrentLimit: 12_171,
                .dischargeCurrentLimit: 0, .lowestTemperature: 50, .highestTemperature: 70,
                .mosfetTemperature: 70, .energyCharged: 1_072_958, .energyDischarged: 904_032, .soh: 990,
                .activity: 0,
            ], alarms: AlarmSet(), differsBecause: "capacity and the voltage outside are not known"),
        SerialGolden(
            question: SerialQuestion(code: 300, count: 24),
            answer: """
                15 03 30 00 00 00 00 00 80 01 C2 2A C4 01 EC 00 00 09 C7 00 00 00 00 08 08 00 00 00 0A 00 1E 00 00 \
                00 00 00 10 58 43 00 00 00 00 00 0D CB 60 00 32 26 AC A0 BD
                """, kind: .captured, source: "L, standby",
            numbers: [
                .soc: 45, .voltage: 205_600, .current: 0, .chargeCurrentLimit: 12_174,
                .dischargeCurrentLimit: 0, .lowestTemperature: 10, .highestTemperature: 30,
                .mosfetTemperature: 50, .energyCharged: 1_071_171, .energyDischarged: 904_032, .soh: 990,
                .activity: 0,
            ], alarms: AlarmSet(), differsBecause: "capacity is not known, and Busbar's bank is never open"),
        SerialGolden(
            question: SerialQuestion(code: 200, count: 13),
            answer:
                "15 03 1A 00 00 00 00 2B 33 28 00 28 00 09 20 06 40 34 00 00 0A 34 00 00 0A 00 00 00 00 A9 77",
            kind: .computed, source: "D",
            numbers: [.chargeVoltageLimit: 233_600, .dischargeVoltageLimit: 160_000],
            differsBecause: "capacity is not known, and the powers are those of Battery-Emulator"),
    ]

    @Test(
        "what is always the same is answered as the battery does",
        arguments: [
            ("15 03 00 64 00 02 86 C0", "15 03 04 53 49 00 01 AF 60"),
            (
                "15 03 00 76 00 10 A6 C8",
                """
                15 03 20 42 59 44 20 42 61 74 74 65 72 79 2D 42 6F 78 20 50 72 65 6D 69 75 6D 20 48 56 00 00 00 00 \
                00 00 B0 5D
                """
            ),
            (
                "15 03 00 86 00 10 A6 FB",
                """
                15 03 20 35 2E 30 00 00 00 00 00 00 00 00 00 00 00 00 00 33 2E 31 36 00 00 00 00 00 00 00 00 00 00 \
                00 00 A8 CF
                """
            ),
            ("15 03 01 91 00 01 D7 0F", "15 03 02 00 FF C8 07"),
            ("15 10 01 91 00 01 02 FF 00 14 E1", "15 10 01 91 00 01 52 CC"),
            (crc("15 06 01 91 FF 00"), crc("15 06 01 91 FF 00")),
            (crc("15 03 30 01 00 02"), crc("15 03 04 00 00 00 00")),
            (crc("15 03 00 A8 00 02"), crc("15 03 04 00 00 00 00")),
            (crc("15 03 33 01 00 01"), crc("15 83 02")),
            (crc("15 06 33 01 00 01"), crc("15 86 02")),
            ("15 03 33 01 00 01 00 00", "no question"), (crc("01 03 00 64 00 02"), ""),
        ])
    func sameAnswers(_ question: String, _ answer: String) {
        #expect(reply(to: question) == answer)
    }

    @Test(
        "questions are found as the inverter sends them",
        arguments: [
            ("15 03 01 2C 00 18 86 E1", 300, 24), ("15 03 00 C8 00 0D 06 E5", 200, 13),
            ("15 03 01 91 00 01 D7 0F", 401, 1),
        ] as [(String, UInt16, UInt16)])
    func questions(_ text: String, _ code: UInt16, _ count: UInt16) {
        guard case .item(let frame, 8) = SerialFraming.modbus.scanQuestion(bytes(text).span) else {
            Issue.record("not found")
            return
        }
        #expect(frame.code == code && frame.count == count && frame.address == 21 && frame.kind == .question)
    }

    private static let known = BankReading(
        [
            .capacity: 280_000, .remainingCapacity: 140_000, .soc: 500, .soh: 990, .activity: 2,
            .voltage: 205_440, .current: -10_000, .chargeVoltageLimit: 230_050,
            .dischargeVoltageLimit: 180_010, .chargeCurrentLimit: 25_000, .dischargeCurrentLimit: 400_000,
            .highestTemperature: 250, .lowestTemperature: -20,
        ], alarms: AlarmSet())

    @Test("a status says the bank; powers are rounded down and capped")
    func status() {
        // 57.5 kWh and 28.7 kWh at 205.44 V; 82 kW capped, 5135 W are 25 A at 205.4 V; 2054 W flow out.
        let expected = """
            15 03 30 00 03 00 00 00 82 13 88 E0 B3 70 59 75 30 14 0F 08 06 08 06 08 06 08 06 FF EC 00 FA 00 00 \
            00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 FA 26 AC
            """
        #expect(reply(to: "15 03 01 2C 00 18 86 E1") == crc(expected))
        #expect(reply(to: crc("15 03 00 CD 00 02")) == crc("15 03 04 08 FC 07 09"))
    }

    @Test("a fault is said only where nothing may flow")
    func fault() throws {
        let profile = BYDModbus.profile
        let talk = try #require(profile.serial)
        var bank = Self.known
        bank.alarms?.value.raise(.undocumented, .protection)
        #expect(
            try SerialProfileTests.converse(profile, talk, bank, ProfileOptions()).alarms?.value == AlarmSet()
        )
        bank[.chargeCurrentLimit]?.value = 0
        bank[.dischargeCurrentLimit]?.value = 0
        let heard = try SerialProfileTests.converse(profile, talk, bank, ProfileOptions())
        #expect(heard.alarms?.value == bank.alarms?.value)
        #expect(heard[.chargeCurrentLimit]?.value == 0 && heard[.dischargeCurrentLimit]?.value == 0)
    }

    @Test(
        "a status without a limit or a voltage is refused",
        arguments: [BankField.chargeCurrentLimit, .dischargeCurrentLimit, .voltage, .soc, .current])
    func withheld(_ field: BankField) {
        var bank = Self.known
        bank[field] = nil
        #expect(reply(to: "15 03 01 2C 00 18 86 E1", bank) == crc("15 83 04"))
    }

    private func reply(to text: String, _ bank: BankReading = known) -> String {
        SerialLine(BYDModbus.profile)?.answer(text, bank)?.bytes ?? "no question"
    }
}
