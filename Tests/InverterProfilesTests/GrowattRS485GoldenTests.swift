import BatteryModel
import BusCodec
import InverterProfiles
import Testing

/// Growatt on RS485.
///
/// G1: victorstoica114/sigrok-pylon-bms-decoders, a Growatt inverter with a JK battery on its cable, and a Seplos.
/// G2: dnc392/rs485-bms-probe, JK with 8 cells. T: Growatt 1xSxxP ESS protocol Rev 2.02. S: SMK "GT" protocol V1.0.
/// "-": from the table of the protocol alone.
@Suite("Growatt RS485: answers from outside")
struct GrowattRS485GoldenTests {
    @Test("hold", arguments: answers)
    func hold(_ golden: SerialGolden) {
        #expect(golden.problems(with: GrowattRS485.profile) == [])
    }

    static let answers: [SerialGolden] = [
        SerialGolden(
            question: SerialQuestion(code: 0x15, count: 1), answer: "01 03 02 00 42 38 75", kind: .captured,
            source: "G2", numbers: [.soc: 660]),
        SerialGolden(
            question: SerialQuestion(code: 0x13, count: 6),
            answer: "01 03 0C 04 69 00 00 00 42 0A 47 00 00 00 14 64 8C", kind: .captured, source: "G2",
            numbers: [
                .activity: 0, .chargeEnabled: 1, .dischargeEnabled: 1, .forceCharge: 0, .soc: 660,
                .voltage: 26_310, .current: 0, .temperature: 200,
            ], alarms: AlarmSet(), differsBecause: box),
        cells("01 03 10 0C D9 0C D9 0C DA 0C DA 0C D9 0C DA 0C DA 00 00 5F 2F", 0x71, 8, "G2"),
        cells(
            "01 03 20 0C D9 0C DA 0C DA 0C D9 0C D9 0C DA 0C DA 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 "
                + "00 00 E9 96", 0x71, 16, "G2"),
        SerialGolden(
            question: SerialQuestion(code: 0x10, count: 26),
            answer:
                "01 03 34 00 00 00 00 00 00 00 6A 00 00 00 57 14 80 04 D2 00 19 27 10 43 F8 4E 20 02 03 00 0A 00 "
                + "7B 01 00 00 63 16 30 00 00 3A 98 00 00 0C DA 0C C6 00 03 00 10 00 10 2C F0",
            kind: .computed, source: "-",
            numbers: [
                .activity: 1, .chargeEnabled: 1, .dischargeEnabled: 1, .forceCharge: 0, .soc: 870,
                .voltage: 52_480, .current: 12_340, .temperature: 250, .chargeCurrentLimit: 100_000,
                .remainingCapacity: 174_000, .capacity: 200_000, .version: 0x0203, .cellSpread: 10,
                .cycles: 123, .soh: 990, .chargeVoltageLimit: 56_800, .dischargeCurrentLimit: 150_000,
                .highestCell: 3_290, .lowestCell: 3_270, .highestCellNumber: 3, .lowestCellNumber: 16,
                .cells: 16,
            ], alarms: AlarmSet(), differsBecause: "it has the number of a pack"),
        SerialGolden(
            question: SerialQuestion(code: 0x13, count: 6),
            answer: "01 03 0C 10 67 00 08 00 08 12 CA F6 3C 00 19 F1 D6", kind: .computed, source: "-",
            numbers: [
                .activity: 2, .chargeEnabled: 1, .dischargeEnabled: 1, .forceCharge: 1, .soc: 80,
                .voltage: 48_100, .current: -25_000, .temperature: 250,
            ], alarms: alarms(protections: [.cellUnderVoltage]),
            differsBecause: "it says that the cells are not balanced, without the error that goes with it"),
        SerialGolden(
            question: SerialQuestion(code: 0x16, count: 2), answer: "01 03 04 13 88 03 E8 7E 23",
            kind: .document, source: "S", dialect: 1, numbers: [.voltage: 50_000, .current: 10_000]),
        SerialGolden(
            question: SerialQuestion(code: 0x13, count: 17),
            answer:
                "01 03 22 00 60 00 00 00 37 14 5D FA 24 00 00 1F 40 2A F8 4E 20 00 00 00 00 00 00 00 00 00 00 16 "
                + "08 00 00 2E E0 D4 EC", kind: .computed, source: "-", dialect: 1,
            numbers: [
                .chargeEnabled: 1, .dischargeEnabled: 1, .forceCharge: 0, .soc: 550, .voltage: 52_130,
                .current: -15_000, .chargeCurrentLimit: 80_000, .remainingCapacity: 110_000,
                .capacity: 200_000, .chargeVoltageLimit: 56_400, .dischargeCurrentLimit: 120_000,
            ]),
        SerialGolden(
            question: SerialQuestion(code: 0x01, count: 15),
            answer:
                "01 03 1E F0 FF F0 FF F0 FF FF FF 00 00 56 00 00 00 00 64 00 00 F1 00 01 0D EE 00 4A 00 4B 00 00 "
                + "00 A2 32", kind: .captured, source: "G1, JK",
            differsBecause: "JK answers with whatever its memory holds, and the inverter does not mind"),
        cells(
            "01 03 22 0D F1 0D ED 0D EF 0D EF 0D F1 0D F1 0D EE 0D EE 0D EF 0D EE 0D EE 0D EE 0D EE 0D EF 0D F1 "
                + "0D F1 00 00 50 9A", 0x70, 17, "G1, JK: the first cell stands at 0070"),
        SerialGolden(
            question: SerialQuestion(code: 0x10, count: 27),
            answer:
                "01 03 36 00 00 00 00 02 0B 04 69 00 00 00 56 16 4B 00 00 00 20 0E D8 01 AE 01 F4 01 01 00 00 00 "
                + "00 00 00 00 64 16 80 00 00 4A 38 00 00 0D F1 0D EE 00 01 00 07 00 00 00 00 F1 71",
            kind: .captured, source: "G1, JK",
            numbers: [
                .activity: 0, .chargeEnabled: 1, .dischargeEnabled: 1, .forceCharge: 0, .soc: 860,
                .voltage: 57_070, .current: 0, .temperature: 320, .chargeCurrentLimit: 38_000,
                .remainingCapacity: 4_300, .capacity: 5_000, .version: 0x0101, .cellSpread: 0, .cycles: 0,
                .soh: 1_000, .chargeVoltageLimit: 57_600, .dischargeCurrentLimit: 190_000,
                .highestCell: 3_569, .lowestCell: 3_566, .highestCellNumber: 1, .lowestCellNumber: 7,
            ], alarms: AlarmSet(), differsBecause: box),
        SerialGolden(
            question: SerialQuestion(code: 0x10, count: 15),
            answer:
                "01 03 1E 00 00 00 00 00 00 00 69 00 00 00 46 15 B0 00 00 00 1A 46 50 36 D8 4E 20 00 00 00 00 00 "
                + "00 B0 35", kind: .captured, source: "G1, Seplos",
            numbers: [
                .activity: 0, .chargeEnabled: 1, .dischargeEnabled: 1, .forceCharge: 0, .soc: 700,
                .voltage: 55_520, .current: 0, .temperature: 260, .chargeCurrentLimit: 180_000,
                .remainingCapacity: 140_400, .capacity: 200_000, .version: 0, .cellSpread: 0, .cycles: 0,
            ], alarms: AlarmSet()),
        cells(
            "01 03 20 0D 8E 0D 88 0D 8D 0D 8C 0D 8C 0D 8F 0D 8C 0D 8F 0D 90 0D 8E 0D 90 0D 92 0D 91 0D 8A 0D 8E "
                + "0D 8D 45 EA", 0x71, 16, "G1, Seplos"),
        SerialGolden(
            question: SerialQuestion(code: 0x20, count: 11),
            answer: "01 03 16 00 64 16 80 00 00 4A 38 00 00 0D F2 0D EE 00 01 00 02 00 00 00 00 F8 19",
            kind: .captured, source: "G1, JK",
            numbers: [
                .soh: 1_000, .chargeVoltageLimit: 57_600, .dischargeCurrentLimit: 190_000,
                .highestCell: 3_570, .lowestCell: 3_566, .highestCellNumber: 1, .lowestCellNumber: 2,
            ], alarms: AlarmSet()),
    ]

    private static let box = "it speaks of a box and of the time"

    private static func cells(
        _ answer: String, _ register: UInt16, _ count: UInt16, _ source: String
    ) -> SerialGolden {
        SerialGolden(
            question: SerialQuestion(code: register, count: count), answer: answer, kind: .captured,
            source: source, differsBecause: "single cells are not known")
    }
}

@Suite("Growatt RS485: questions and what is said differently")
struct GrowattRS485QuestionTests {
    private func line(_ dialect: UInt8 = 0) throws -> SerialLine {
        try #require(SerialLine(GrowattRS485.profile, ProfileOptions(dialect: dialect)))
    }

    @Test("a captured inverter's round, and the one block of LI4")
    func round() throws {
        #expect(
            try line().questions() == [
                "01 03 00 01 00 0F 54 0E", "01 03 00 70 00 11 84 1D", "01 03 00 10 00 1B 04 04",
            ])
        #expect(try line(1).questions() == ["01 03 00 13 00 11 74 03"])
    }

    @Test(
        "every question seen is answered",
        arguments: [
            "01 03 00 15 00 01 95 CE", "01 03 00 13 00 06 34 0D", "01 03 00 71 00 08 14 17",
            "01 03 00 71 00 10 14 1D", "01 03 00 10 00 1A C5 C4", "01 03 00 16 00 02 25 CF",
            "01 03 00 13 00 11 74 03", "01 03 00 01 00 0F 54 0E", "01 03 00 70 00 11 84 1D",
            "01 03 00 10 00 1B 04 04", "01 03 00 10 00 0F 04 0B", "01 03 00 20 00 0B 05 C7",
        ])
    func answered(_ question: String) throws {
        for dialect in 0...1 as ClosedRange<UInt8> {
            let answer = try #require(try line(dialect).answer(question, .sample()))
            #expect(answer.outcome == .answered)
            #expect(try line(dialect).kind(ofAnswer: answer.bytes) == .answer)
        }
    }

    @Test("a Seplos battery refuses the second block; a damaged answer and a damaged question are none")
    func refused() throws {
        #expect(try line().kind(ofAnswer: "01 83 01 80 F0") == .refusal(1))
        #expect(try line().kind(ofAnswer: "01 83 02 C0 F1") == .refusal(2))
        #expect(try line().kind(ofAnswer: "01 83 03 01 31") == .refusal(3))
        #expect(try line().kind(ofAnswer: "01 03 02 00 42 38 76") == nil)
        #expect(try line().kind(ofAnswer: "01 03 02 00 43 38 75") == nil)
        #expect(try line().answer("01 03 00 10 00 1B 04 05", .sample()) == nil)
    }

    @Test("a late answer to another question is not taken for the answer to this one")
    func late() throws {
        let golden = try #require(GrowattRS485GoldenTests.answers.first { $0.question.count == 27 })
        for question in [SerialQuestion(code: 0x01, count: 15), SerialQuestion(code: 0x70, count: 17)] {
            var reading = BankReading()
            let heard = try GrowattRS485.profile.understand(
                golden.bytes.span, answering: question, line().talk, options: ProfileOptions(), at: noon,
                into: &reading)
            #expect(heard == .unknown && reading.numbers.isEmpty && reading.alarms == nil)
        }
    }

    @Test("the handshake is confirmed and nothing else is written")
    func writes() throws {
        let handshake = try #require(try line().answer("01 10 00 13 00 01 02 00 00 A4 F3", .sample()))
        #expect(handshake.outcome == .confirmed && handshake.bytes == "01 10 00 13 00 01 F0 0C")
        for (register, function) in [(0x010C, 16), (0x13, 6), (0x14, 16)] as [(UInt16, UInt8)] {
            var buffer = SerialBuffer()
            let write = SerialFrame(address: 1, code: register, count: 1, variant: function, kind: .write)
            let outcome = try GrowattRS485.profile.answer(
                write, line().talk, bank: .sample(), options: ProfileOptions(), into: &buffer)
            #expect(outcome == .refused(.unknownCommand))
            #expect(buffer.count == 5 && buffer[1] == function | 0x80 && buffer[2] == 1)
        }
    }

    @Test("a foreign address and a broadcast are met with silence")
    func foreign() throws {
        for address in [0, 2, 16] as [UInt8] {
            var buffer = SerialBuffer()
            for kind in [SerialFrame.Kind.question, .write] {
                let asked = SerialFrame(address: address, code: 0x13, count: 1, variant: 16, kind: kind)
                let outcome = try GrowattRS485.profile.answer(
                    asked, line().talk, bank: .sample(), options: ProfileOptions(), into: &buffer)
                #expect(outcome == .notForUs && buffer.count == 0)
            }
        }
    }

    /// What comes back for `count` registers from `register` on: the outcome, and the registers.
    private func registers(
        _ register: UInt16, _ count: UInt16, _ bank: BankReading, dialect: UInt8 = 0
    ) throws -> (outcome: SerialOutcome, words: [UInt16]) {
        var buffer = SerialBuffer()
        let asked = SerialFrame(address: 1, code: register, count: count, variant: 3, kind: .question)
        let outcome = try GrowattRS485.profile.answer(
            asked, line(dialect).talk, bank: bank, options: ProfileOptions(dialect: dialect), into: &buffer)
        guard outcome == .answered else { return (outcome, []) }
        let words = (0..<Int(count)).map {
            UInt16(buffer[3 + 2 * $0]) << 8 | UInt16(buffer[4 + 2 * $0])
        }
        return (outcome, words)
    }

    @Test("registers that nobody has assigned are 0, those behind them are refused, or 0 in LI4")
    func unassigned() throws {
        let bank = BankReading.sample()
        #expect(try registers(0x2A, 70, bank).words == Array(repeating: 0, count: 70))
        #expect(try registers(0x81, 125, bank).words == Array(repeating: 0, count: 125))
        #expect(try registers(0x00, 125, bank).outcome == .answered)
        for (register, count) in [(0x100, 1), (0xFF, 2)] as [(UInt16, UInt16)] {
            #expect(try registers(register, count, bank).outcome == .refused(.unknownRegister))
        }
        for count in [0, 126] as [UInt16] {
            #expect(try registers(0x10, count, bank).outcome == .refused(.notPermitted))
        }
        #expect(try registers(0x200, 3, bank, dialect: 1).words == [0, 0, 0])
        #expect(try registers(0x01, 15, bank, dialect: 1).words == Array(repeating: 0, count: 15))
        #expect(try registers(0x13, 126, bank, dialect: 1).outcome == .refused(.notPermitted))
    }

    @Test("the highest and the lowest cell stand at their places, from 0071 on; unknown cells are refused")
    func cells() throws {
        var bank = BankReading.sample([
            .cells: 15, .highestCell: 3_400, .lowestCell: 3_300, .highestCellNumber: 2, .lowestCellNumber: 5,
            .voltage: 50_250,
        ])
        let words = try registers(0x70, 17, bank).words
        #expect(words[0] == 0 && words[1] == 3_350 && words[2] == 3_400 && words[5] == 3_300)
        #expect(words[15] == 3_350 && words[16] == 0)
        #expect(try registers(0x72, 1, bank).words == [3_400])
        bank[.cells] = nil
        #expect(try registers(0x70, 17, bank).outcome == .withheld(.missing(signal: SignalName("cells"))))
        #expect(try registers(0x70, 1, bank).words == [0])
    }

    @Test("an error is marked as valid; an imbalance takes the mark of balance away")
    func marks() throws {
        var bank = BankReading.sample([.forceCharge: 0, .activity: 0])
        for (kind, level, status) in [
            (AlarmKind.cellOverVoltage, AlarmLevel.protection, 0x6D), (.imbalance, .protection, 0x65),
            (.cellOverVoltage, .warning, 0x69), (.positionLost, .protection, 0x69),
        ] as [(AlarmKind, AlarmLevel, UInt16)] {
            var set = AlarmSet()
            set.raise(kind, level)
            bank.alarms = Reading(set, at: noon)
            #expect(try registers(0x12, 2, bank).words == [0, status], "\(kind) \(level)")
        }
    }

    @Test("a stop is 0 A and a cleared bit, in both dialects")
    func stop() throws {
        let charge = BankReading.sample([.chargeEnabled: 0])
        let discharge = BankReading.sample([.dischargeCurrentLimit: 9])
        for dialect in 0...1 as ClosedRange<UInt8> {
            let first = try registers(0x13, 17, charge, dialect: dialect).words
            #expect(first[0] & 0x60 == 0x20 && first[6] == 0 && first[16] == 10_000)
            let second = try registers(0x13, 17, discharge, dialect: dialect).words
            #expect(second[0] & 0x60 == 0x40 && second[6] == 10_000 && second[16] == 0)
        }
    }

    @Test("limits above the highest number are lowered to it, and a limit that is not known is refused")
    func highest() throws {
        var bank = BankReading.sample([.chargeCurrentLimit: 700_000, .dischargeCurrentLimit: 700_000])
        #expect(try registers(0x19, 1, bank).words == [65_535])
        #expect(try registers(0x19, 1, bank, dialect: 1).words == [32_767])
        #expect(try registers(0x23, 1, bank, dialect: 1).words == [32_767])
        bank[.dischargeCurrentLimit] = nil
        #expect(try registers(0x19, 1, bank).outcome == .answered)
        for dialect in 0...1 as ClosedRange<UInt8> {
            let outcome = try registers(0x13, 17, bank, dialect: dialect).outcome
            guard case .withheld(.missing) = outcome else {
                Issue.record("\(outcome)")
                continue
            }
        }
    }
}
