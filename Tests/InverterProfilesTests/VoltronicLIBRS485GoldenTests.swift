import BatteryModel
import BusCodec
import InverterProfiles
import Testing

/// Voltronic LIB.
///
/// J: dnc392/rs485-bms-probe, JK with 8 cells in mode 007. S: victorstoica114/sigrok-pylon-bms-decoders, a Seplos battery
/// asked by a bridge. "-": from the table of the protocol alone.
@Suite("Voltronic LIB: answers from outside")
struct VoltronicLIBRS485GoldenTests {
    @Test("hold", arguments: answers)
    func hold(_ golden: SerialGolden) {
        #expect(golden.problems(with: VoltronicLIBRS485.profile) == [])
    }

    static let answers: [SerialGolden] = [
        SerialGolden(
            question: SerialQuestion(code: 0x10, count: 1), answer: "01 03 00 01 00 08 15 CC",
            kind: .captured, source: "J", numbers: [.cells: 8]),
        limits("01 03 00 08 02 30 01 C7 03 E8 05 DC 00 C0 01 38 00 01 55 68 CF AA", noTime),
        limits(
            "01 03 00 10 02 30 01 C7 03 E8 05 DC 00 C0 01 38 00 01 55 68 45 AD", "\(bytes), and \(noTime)"),
        SerialGolden(
            question: SerialQuestion(code: 0x30, count: 6),
            answer: "01 03 00 06 00 00 00 FD 02 0E 00 57 00 01 86 A0 41 3E", kind: .computed, source: "-",
            numbers: [.current: -25_300, .voltage: 52_600, .soc: 870, .capacity: 100_000]),
        SerialGolden(
            question: SerialQuestion(code: 0x33, count: 1), answer: "01 03 00 01 00 57 55 F4",
            kind: .computed, source: "-", numbers: [.soc: 870]),
        SerialGolden(
            question: SerialQuestion(code: 0x33, count: 1), answer: "01 03 00 02 00 57 A5 F4",
            kind: .computed, source: "-", numbers: [.soc: 870], differsBecause: bytes),
        SerialGolden(
            question: SerialQuestion(code: 0x33, count: 1), answer: "01 03 02 00 57 F9 BA", kind: .computed,
            source: "-", numbers: [.soc: 870], differsBecause: "the length has one byte"),
        seplos(0x34, "01 03 00 02 00 03 A4 0B"),
        seplos(0x35, "01 03 00 02 0D 40 E1 6A"),
        seplos(0x70, "01 03 00 02 02 40 E4 9A", [.chargeVoltageLimit: 57_600]),
        seplos(0x71, "01 03 00 02 02 00 E5 6A", [.dischargeVoltageLimit: 51_200]),
        seplos(0x72, "01 03 00 02 07 08 E7 FC", [.chargeCurrentLimit: 180_000]),
        seplos(0x73, "01 03 00 02 07 08 E7 FC", [.dischargeCurrentLimit: 180_000]),
        seplos(
            0x74, "01 03 00 02 00 C0 E4 5A",
            [.chargeEnabled: 1, .dischargeEnabled: 1, .forceCharge: 0, .forceChargeSoon: 0, .fullCharge: 0]),
        seplos(0x32, "01 03 00 02 02 30 E5 7E", [.voltage: 56_000]),
        seplos(0x33, "01 03 00 02 00 46 65 F8", [.soc: 700]),
        seplos(0x01, "01 03 00 02 00 00 E4 0A"),
        seplos(0x30, "01 03 00 02 00 00 E4 0A"),
        seplos(0x31, "01 03 00 02 00 00 E4 0A"),
    ]

    private static let bytes = "Seplos counts bytes"
    private static let noTime = "the time to empty is not known"

    private static func limits(_ answer: String, _ difference: String) -> SerialGolden {
        SerialGolden(
            question: SerialQuestion(code: 0x70, count: 8), answer: answer, kind: .computed, source: "-",
            numbers: [
                .chargeVoltageLimit: 56_000, .dischargeVoltageLimit: 45_500, .chargeCurrentLimit: 100_000,
                .dischargeCurrentLimit: 150_000, .chargeEnabled: 1, .dischargeEnabled: 1, .forceCharge: 0,
                .forceChargeSoon: 0, .fullCharge: 0, .remainingCapacity: 87_400,
            ], differsBecause: difference)
    }

    private static func seplos(
        _ register: UInt16, _ answer: String, _ numbers: [BankField: Int32] = [:]
    ) -> SerialGolden {
        SerialGolden(
            question: SerialQuestion(code: register, count: 1), answer: answer, kind: .captured, source: "S",
            numbers: numbers, differsBecause: bytes)
    }
}

@Suite("Voltronic LIB: framing, questions and what is said differently")
struct VoltronicLIBRS485QuestionTests {
    private func line(address: UInt8? = nil) throws -> SerialLine {
        try #require(SerialLine(VoltronicLIBRS485.profile, ProfileOptions(address: address)))
    }

    @Test("an answer is incomplete up to its last byte, whoever counts, and none when damaged")
    func framing() {
        for golden in VoltronicLIBRS485GoldenTests.answers {
            let bytes = golden.bytes
            for count in 0..<bytes.count {
                guard case .incomplete = VoltronicLIB.scanAnswer(Array(bytes[..<count]).span) else {
                    Issue.record("\(golden): \(count) bytes are enough")
                    continue
                }
            }
            for place in bytes.indices {
                var damaged = bytes
                damaged[place] ^= 0x10
                if case .item = VoltronicLIB.scanAnswer(damaged.span) {
                    Issue.record("\(golden): damaged at \(place)")
                }
            }
        }
    }

    @Test("answers of every length are found whole")
    func lengths() {
        for registers in 1...125 {
            let data = (0..<registers * 2).map { UInt8(truncatingIfNeeded: $0 &* 37 &+ registers) }
            var buffer = SerialBuffer()
            VoltronicLIB.encodeReadAnswer(address: 16, data: data.span, into: &buffer)
            guard case .item(let frame, buffer.count) = VoltronicLIB.scanAnswer(buffer.bytes) else {
                Issue.record("\(registers) registers")
                continue
            }
            #expect(frame.kind == .readAnswer(byteCount: registers * 2) && frame.address == 16)
        }
    }

    @Test("refusals are found")
    func refusals() throws {
        #expect(try line().kind(ofAnswer: "01 83 02 C0 F1") == .refusal(2))
        #expect(try line().kind(ofAnswer: "01 83 01 80 F0") == .refusal(1))
        #expect(try line().kind(ofAnswer: "01 03 00 00 00 00 00 00") == nil)
    }

    @Test(
        "every question seen is answered",
        arguments: [
            "01 03 00 10 00 01 85 CF", "01 03 00 70 00 08 45 D7", "01 03 00 30 00 06 C5 C7",
            "01 03 00 33 00 01 74 05", "01 03 00 35 00 01 94 04",
        ])
    func answered(_ question: String) throws {
        let answer = try #require(try line().answer(question, .sample()))
        #expect(answer.outcome == .answered)
        #expect(try line().kind(ofAnswer: answer.bytes) == .answer)
    }

    /// What comes back for `count` registers from `register` on: the outcome, and the registers.
    private func registers(
        _ register: UInt16, _ count: UInt16, _ bank: BankReading
    ) throws -> (outcome: SerialOutcome, words: [UInt16]) {
        var buffer = SerialBuffer()
        let asked = SerialFrame(address: 1, code: register, count: count, variant: 3, kind: .question)
        let outcome = try VoltronicLIBRS485.profile.answer(
            asked, line().talk, bank: bank, options: ProfileOptions(), into: &buffer)
        guard outcome == .answered else {
            #expect(outcome == .refused(.notPermitted) || buffer.count == 0)
            return (outcome, [])
        }
        let words = (0..<Int(count)).map { UInt16(buffer[4 + 2 * $0]) << 8 | UInt16(buffer[5 + 2 * $0]) }
        return (outcome, words)
    }

    @Test("registers there are not are 0, in front of those there are and behind them")
    func missing() throws {
        let bank = BankReading.sample([.chargeVoltageLimit: 56_000, .remainingCapacity: 0x1_2345])
        #expect(try registers(0x00, 16, bank).words == Array(repeating: 0, count: 16))
        #expect(try registers(0x78, 125, bank).words == Array(repeating: 0, count: 125))
        let words = try registers(0x70, 12, bank).words
        #expect(words[0] == 560 && words[6] == 1 && words[7] == 0x2345 && words[8...] == [0, 0, 0, 0])
        #expect(try registers(0x11, 20, bank).words == Array(repeating: 0, count: 20))
        #expect(try registers(0x00, 125, bank).words[0x70] == 560)
        #expect(try registers(0x70, 0, bank).outcome == .refused(.notPermitted))
        #expect(try registers(0x70, 126, bank).outcome == .refused(.notPermitted))
    }

    @Test("a value that is not known has no code: silence; a bank that is empty has next to nothing left")
    func unknown() throws {
        var bank = BankReading.sample([.remainingCapacity: 0])
        #expect(try registers(0x76, 2, bank).words == [0, 1])
        for field in [BankField.dischargeVoltageLimit, .chargeCurrentLimit, .chargeEnabled] {
            let known = bank[field]
            bank[field] = nil
            guard case .withheld(.missing) = try registers(0x70, 8, bank).outcome else {
                Issue.record("\(field)")
                continue
            }
            bank[field] = known
        }
        bank[.remainingCapacity] = nil
        #expect(try registers(0x76, 2, bank).words == [0, 0])
        bank[.current] = nil
        guard case .withheld(.missing) = try registers(0x31, 1, bank).outcome else {
            Issue.record("the current is said although it is not known")
            return
        }
    }

    @Test("current, temperatures and states stand where they belong")
    func details() throws {
        var bank = BankReading.sample([
            .current: 12_345, .highestTemperature: 300, .lowestTemperature: -50, .mosfetTemperature: 400,
        ])
        bank.alarms = Reading(alarms(protections: [.cellOverVoltage, .dischargeUnderTemperature]), at: noon)
        #expect(try registers(0x30, 2, bank).words == [123, 0])
        bank[.current] = Reading(-12_345, at: noon)
        #expect(try registers(0x30, 2, bank).words == [0, 123])
        #expect(try registers(0x25, 8, bank).words == [6, 3_031, 2_681, 0, 0, 0, 3_131, 0])
        #expect(try registers(0x60, 10, bank).words == [0, 0, 2, 0, 0, 0, 0, 1, 0, 1])
    }

    @Test("the extremes are read from the sensors there are, the power board apart")
    func sensors() throws {
        var buffer = SerialBuffer()
        let data: [UInt8] = [
            0x0B, 0xA5, 0, 0, 0x0B, 0xAF, 0x0B, 0x9B, 0, 0, 0x0C, 0x13, 0, 0, 0, 0, 0, 0, 0, 0,
        ]
        VoltronicLIB.encodeReadAnswer(address: 1, data: data.span, into: &buffer)
        var reading = BankReading()
        let heard = try VoltronicLIBRS485.profile.understand(
            buffer.bytes, answering: SerialQuestion(code: 0x26, count: 10), line().talk,
            options: ProfileOptions(), at: noon, into: &reading)
        guard case .frame(let frame) = heard, frame.outOfRange == 0 else {
            Issue.record("\(heard)")
            return
        }
        #expect(
            reading.numbers == [
                .highestTemperature: 260, .lowestTemperature: 240, .mosfetTemperature: 360,
            ])
    }

    @Test("both ids are answered, each as it was asked; every other is met with silence")
    func ids() throws {
        for (address, expected) in [
            (1, SerialOutcome.answered), (15, .answered), (0, .notForUs), (2, .notForUs),
        ] as [(UInt8, SerialOutcome)] {
            var buffer = SerialBuffer()
            let asked = SerialFrame(address: address, code: 0x33, count: 1, variant: 3, kind: .question)
            let outcome = try VoltronicLIBRS485.profile.answer(
                asked, line().talk, bank: .sample(), options: ProfileOptions(address: 15), into: &buffer)
            #expect(outcome == expected)
            #expect(buffer.count == 0 || buffer[0] == address)
        }
    }

    @Test("nothing is written: the command is not known")
    func writes() throws {
        let answer = try #require(try line().answer("01 10 00 13 00 01 02 00 00 A4 F3", .sample()))
        #expect(answer.outcome == .refused(.unknownCommand))
        #expect(answer.bytes.hasPrefix("01 90 02 "))
    }

    @Test("a stop clears the bits and says 0 A")
    func stop() throws {
        let bank = BankReading.sample([.chargeEnabled: 0, .dischargeCurrentLimit: 99, .forceCharge: 1])
        let words = try registers(0x70, 8, bank).words
        #expect(words[2] == 0 && words[3] == 0 && words[4] == 0)
    }
}
