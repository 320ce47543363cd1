import BatteryModel
import BusCodec
import InverterProfiles
import Testing

/// GivEnergy on RS485.
///
/// G: open-giv/bms-analysis, captures between an AC 3.0 inverter and two Gen 2 batteries. Where G says so the serial
/// number was replaced by that of its emulator, and the CRC computed. "-": from the tables of G alone.
@Suite("GivEnergy RS485: answers from outside")
struct GivEnergyRS485GoldenTests {
    @Test("hold", arguments: answers)
    func hold(_ golden: SerialGolden) {
        #expect(golden.problems(with: GivEnergyRS485.profile) == [])
    }

    static let state =
        "01 03 38 00 65 FF FF FF FF FF FF FF FF 45 4D 32 30 32 34 47 30 30 31 FF FF 01 74 00 30 0B CE 00 00 00 00 "
        + "00 00 12 16 38 9D 00 CE 00 00 00 5D 14 C5 00 4E 00 11 23 28 41 64 41 64 09 F3"
    static let cells =
        "01 04 00 28 0C F4 0C F5 0C F5 0C F7 0C F7 0C F7 0C F7 0C F8 0C F8 0C F8 0C FA 0C FA 0C FA 0C FA 0C FA 0C FC "
        + "00 B3 00 A5 0C FC 0C F4 A3 11"

    static let answers: [SerialGolden] = [
        SerialGolden(
            question: SerialQuestion(code: 0, count: 28), answer: state, kind: .captured,
            source: "G, sample_hr_response, serial number replaced",
            numbers: [
                .capacity: 372_000, .version: 0x0BCE, .chargeEnabled: 1, .dischargeEnabled: 1,
                .forceCharge: 0,
                .activity: 1, .soc: 930, .voltage: 53_170, .current: 780, .highestTemperature: 170,
                .chargeCurrentLimit: 167_400, .dischargeCurrentLimit: 167_400,
            ], alarms: AlarmSet(),
            differsBecause: "serial number, fingerprint and configured current are not known"),
        SerialGolden(
            question: SerialQuestion(code: 0, count: 21, variant: 4),
            answer:
                "01 04 00 00 45 4D 32 30 32 34 47 30 30 31 20 20 20 20 20 20 20 20 20 20 00 00 00 AB 00 B2 00 AD "
                + "00 A5 00 A9 00 01 00 08 00 00 00 00 00 00 DD 46", kind: .captured,
            source: "G, sample_ir_block1, serial number replaced",
            differsBecause: "the single sensors are not known"),
        pack(
            "01 04 00 15 10 02 E1 00 00 CD 33 CF 85 FF FF FF 35 00 00 4B C0 00 00 48 A8 00 00 46 7B 5D 00 00 0E 10 "
                + "00 00 00 00 00 0B CE 00 7C 51", cycles: 737, current: -203),
        pack(
            "02 04 00 15 10 02 93 00 00 CF 87 D0 72 FF FF FF 3B 00 00 4C 9A 00 00 48 A8 00 00 44 10 59 00 00 0E 10 "
                + "00 00 00 00 00 0B CE 00 9C F6", cycles: 659, current: -197, asked: 2),
        SerialGolden(
            question: SerialQuestion(code: 0x28, count: 20, variant: 4), answer: cells, kind: .captured,
            source: "G, sample_ir_block3, CRC computed",
            numbers: [
                .highestTemperature: 179, .lowestTemperature: 165, .highestCell: 3_324, .lowestCell: 3_316,
            ], differsBecause: "the single cells are not known"),
        SerialGolden(
            question: SerialQuestion(code: 0, count: 21, variant: 4), asked: 3,
            answer:
                "03 04 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 F5 56 F5 56 F5 56 "
                + "F5 56 F5 56 00 00 00 00 00 00 00 00 00 00 38 17", kind: .computed,
            source: "-, a battery that is not there", differsBecause: "such a battery is not played"),
    ]

    private static func pack(
        _ answer: String, cycles: Int32, current: Int32, asked: UInt8? = nil
    ) -> SerialGolden {
        SerialGolden(
            question: SerialQuestion(code: 0x15, count: 19, variant: 4), asked: asked, answer: answer,
            kind: .captured, source: "G, sample_ir_block2",
            numbers: [.cells: 16, .cycles: cycles, .current: current, .version: 0x0BCE],
            differsBecause: "what is about one battery alone is not read")
    }

    /// The captured battery, as far as it is known.
    private static let bank = BankReading(
        [
            .capacity: 372_000, .chargeEnabled: 1, .dischargeEnabled: 1, .activity: 1, .soc: 930,
            .voltage: 53_170, .current: 780, .highestTemperature: 179, .lowestTemperature: 165,
            .chargeCurrentLimit: 167_400, .dischargeCurrentLimit: 167_400, .cells: 16, .cycles: 737,
            .highestCell: 3_324, .lowestCell: 3_316, .highestCellNumber: 16, .lowestCellNumber: 1,
            .temperature: 172, .mosfetTemperature: 169, .remainingCapacity: 180_430,
        ], alarms: AlarmSet(), maker: "EM2024G001")

    private func line() throws -> SerialLine { try #require(SerialLine(GivEnergyRS485.profile)) }

    @Test("a bank that is the captured battery answers with its bytes, where they follow from the bank")
    func sameBytes() throws {
        let said = try #require(
            try line().answer("01 03 00 00 00 1C 44 03", Self.bank))
        // 37 to 40: made from the real serial number; 48: 18 °C for 17.9; 53 and 54: the limit, not the setting; CRC.
        #expect(differences(said.bytes, Self.state) == [37, 38, 39, 40, 52, 53, 54, 59, 60])
        let cells = try #require(
            try line().answer("01 04 00 28 00 14 70 0D", Self.bank))
        // Between the highest and the lowest cell the mean stands; here those that are not the mean, and the CRC.
        #expect(bytes(cells.bytes).prefix(6) == bytes(Self.cells).prefix(6))
        #expect(
            bytes(cells.bytes).dropFirst(34).prefix(10)
                == bytes(Self.cells).dropFirst(34).prefix(10))
    }

    private func differences(_ one: String, _ other: String) -> [Int] {
        zip(bytes(one), bytes(other)).enumerated().filter { $1.0 != $1.1 }.map(\.offset)
    }

    @Test("the inverter side asks as captured")
    func questions() throws {
        #expect(
            try line().questions() == [
                "01 03 00 00 00 1C 44 03", "01 04 00 00 00 15 31 C5",
                "01 04 00 15 00 13 A0 03", "01 04 00 28 00 14 70 0D",
            ])
    }

    @Test("a Gen 1 inverter asks for 26 registers and is given them")
    func firstGeneration() throws {
        let said = try #require(
            try line().answer("01 03 00 00 00 1A C4 01", Self.bank))
        #expect(said.outcome == .answered)
        let answer = bytes(said.bytes)
        #expect(answer.count == 57 && answer[2] == 52)
        #expect(Array(answer[3..<37]) == Array(bytes(Self.state)[3..<37]))
    }

    @Test("other addresses are met with silence, unknown registers and functions refused, writes echoed")
    func manners() throws {
        for (asked, outcome, bytes) in [
            // A battery that is not there may stay silent.
            ("02 04 00 00 00 15 31 F6", .notForUs, ""),
            ("01 03 00 1C 00 01 45 CC", .refused(.unknownRegister), "01 83 02 C0 F1"),
            ("01 04 00 3C 00 01 F1 C6", .refused(.unknownRegister), "01 84 02 C2 C1"),
            ("01 04 00 00 00 81 30 6A", .refused(.unknownRegister), "01 84 04 42 C3"),
            ("01 06 00 02 00 01 E9 CA", .confirmed, "01 06 00 02 00 01 E9 CA"),
            ("01 10 00 02 00 01 02 00 01 66 72", .refused(.unknownCommand), "01 90 01 8D C0"),
        ] as [(String, SerialOutcome, String)] {
            let said = try line().answer(asked, Self.bank)
            #expect(said?.outcome == outcome, "\(asked)")
            #expect(said?.bytes == bytes, "\(asked)")
        }
        #expect(try line().answer("01 03 00 00 00 1C 44 04", Self.bank) == nil)
        let framing = SerialFraming.givEnergy
        for answer in Self.answers {
            var broken = answer.bytes
            broken[broken.count - 1] ^= 1
            guard case .noise = framing.scanAnswer(broken.span) else {
                Issue.record("a broken CRC is not noticed: \(answer)")
                continue
            }
        }
    }

    @Test(
        "protections are said with their bit, and understood",
        arguments: [
            (.dischargeOverCurrent, 0), (.dischargeShortCircuit, 1), (.cellOverVoltage, 2),
            (.cellUnderVoltage, 3), (.dischargeOverTemperature, 4), (.chargeOverTemperature, 5),
            (.dischargeUnderTemperature, 6), (.chargeUnderTemperature, 7),
        ] as [(AlarmKind, UInt8)])
    func alarms(_ kind: AlarmKind, _ bit: UInt8) throws {
        let profile = GivEnergyRS485.profile
        let talk = try #require(profile.serial)
        var bank = Self.bank
        bank.alarms?.value.raise(kind, .protection)
        let said = try #require(
            try line().answer("01 03 00 00 00 1C 44 03", bank))
        let bytes = bytes(said.bytes)
        #expect(bytes[44] == 1 << bit)
        // A protection is active; the bit for the cells goes with those about voltages.
        #expect(bytes[42] & 0x18 == (bit == 2 || bit == 3 ? 0x10 : 0x18))
        let heard = try SerialProfileTests.converse(profile, talk, bank, ProfileOptions())
        #expect(heard.alarms?.value.protections == AlarmMask(kind))
    }

    @Test("without limits the whole state is withheld, and the rest is answered")
    func withheld() throws {
        var bank = Self.bank
        bank[.chargeCurrentLimit] = nil
        let state = try line().answer("01 03 00 00 00 1C 44 03", bank)
        #expect(
            state?.outcome == .withheld(.missing(signal: SignalName("charge_current_limit"))))
        #expect(state?.bytes == "01 83 04 40 F3")
        #expect(
            try line().answer("01 04 00 28 00 14 70 0D", bank)?.outcome == .answered)
    }

    @Test("the status word says what may be done as a real battery says it")
    func status() throws {
        for (charge, discharge, current, word) in [
            (1, 1, 780, 0xCE), (1, 1, -780, 0xCF), (1, 1, 0, 0xCD), (0, 1, 0, 0x6D), (1, 0, 0, 0x0D),
            (0, 0, 0, 0x2D),
        ] as [(Int32, Int32, Int32, UInt8)] {
            var bank = Self.bank
            bank[.chargeEnabled]?.value = charge
            bank[.dischargeEnabled]?.value = discharge
            bank[.activity]?.value = current > 0 ? 1 : current < 0 ? 2 : 0
            let said = try #require(
                try line().answer("01 03 00 00 00 1C 44 03", bank))
            let bytes = bytes(said.bytes)
            #expect(bytes[42] == word)
            #expect((bytes[55] == 0 && bytes[56] == 0) == (charge == 0))
            #expect((bytes[57] == 0 && bytes[58] == 0) == (discharge == 0))
        }
    }
}
