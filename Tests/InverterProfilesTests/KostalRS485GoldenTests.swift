import BatteryModel
import BusCodec
import InverterProfiles
import Testing

/// Kostal's frames.
///
/// E: dalathegreat/Battery-Emulator, KOSTAL-RS485: the name plate and the status as a BYD has sent them, stuffing
/// computed. "-": computed from its description alone, without this code.
@Suite("Kostal RS485: answers from outside")
struct KostalRS485GoldenTests {
    @Test("hold", arguments: answers)
    func hold(_ golden: SerialGolden) {
        #expect(golden.problems(with: KostalRS485.profile) == [])
    }

    private static let identity = """
        06 E2 FF 02 FF 29 01 08 80 43 E4 70 8A 5C B5 02 D3 01 01 05 C8 41 C2 18 01 03 59 42 01 01 01 02 05 02 A0 01 01 \
        02 4D 00
        """
    private static let status = "08 E2 FF 02 FF 29 06 EF 00"

    private static let known: [BankField: Int32] = [
        .voltage: 266_700, .chargeVoltageLimit: 282_000, .temperature: 215, .current: -12_400,
        .dischargeCurrentLimit: 50_000, .capacity: 25_000, .chargeCurrentLimit: 20_000,
        .highestTemperature: 226, .lowestTemperature: 205, .highestCell: 3_334, .lowestCell: 3_331,
        .cycles: 1_278, .soc: 870, .chargeEnabled: 1, .dischargeEnabled: 1,
    ]

    static let answers: [SerialGolden] = [
        SerialGolden(
            question: SerialQuestion(code: 0x084A), answer: identity, kind: .captured, source: "E",
            differsBecause: "nothing is read from a name plate; what is written see below"),
        SerialGolden(
            question: SerialQuestion(code: 0x0353), answer: status, kind: .captured, source: "E"),
        SerialGolden(
            question: SerialQuestion(code: 0x044A),
            answer: """
                0A E2 FF 02 FF 29 9A 59 85 43 01 03 8D 43 01 03 AC 41 01 07 48 C1 66 66 46 C1 01 03 48 42 01 03 C8 41 01 \
                07 A0 41 CD CC B4 41 01 0E A4 41 42 60 55 40 1B 2F 55 40 FE 04 01 02 57 01 03 01 49 00
                """, kind: .computed, source: "-", numbers: known,
            differsBecause: "it is a first answer, and of two currents a bank knows one"),
        SerialGolden(
            question: SerialQuestion(code: 0x044A),
            answer: """
                0A E2 FF 02 FF 29 9A 59 85 43 01 03 8D 43 01 0B AC 41 66 66 46 C1 66 66 46 C1 01 03 48 42 01 03 C8 41 01 \
                07 A0 41 CD CC B4 41 01 0E A4 41 42 60 55 40 1B 2F 55 40 FE 04 01 02 57 01 01 02 80 00
                """, kind: .computed, source: "-", numbers: known),
    ]

    private func reply(to question: String, _ bank: BankReading, address: UInt8? = nil) -> String {
        let line = SerialLine(KostalRS485.profile, ProfileOptions(address: address))
        return line?.answer(question, bank)?.bytes ?? "no question"
    }

    private static let asksIdentity = "09 62 FF 02 FF 29 4A 08 23 00"
    private static let asksState = "09 62 FF 02 FF 29 4A 04 27 00"
    private static let asksStatus = "09 62 FF 02 FF 29 53 03 1F 00"

    @Test("this side asks a battery how it is and never what it is, which would open its contactors")
    func round() throws {
        let line = try #require(SerialLine(KostalRS485.profile))
        #expect(line.questions() == [Self.asksState, Self.asksStatus])
    }

    @Test("the name plate is the recorded one for a bank of its voltage and capacity, whatever the address")
    func identity() {
        let bank = BankReading([
            .capacity: 25_000, .chargeVoltageLimit: 282_000, .dischargeVoltageLimit: 230_000,
        ])
        #expect(reply(to: Self.asksIdentity, bank) == Self.identity)
        #expect(reply(to: Self.asksIdentity, bank, address: 7) == Self.identity)
        #expect(reply(to: Self.asksStatus, BankReading()) == Self.status)
    }

    @Test(
        "commands are confirmed without effect, what is not known is met with silence",
        arguments: [
            // Contactors permitted, contactor test, another state, the clock.
            ("07 63 FF 02 FF 29 5E 02 16 00", true), ("09 63 FF 02 FF 29 5E 04 12 00", true),
            ("09 63 FF 02 FF 29 5E 01 15 00", true), ("0D 63 FF 02 FF 29 47 07 0C 0F 0E 1A E3 00", true),
            // State FF, another command, the test of the poles, another question.
            ("09 63 FF 02 FF 29 5E FF 17 00", false), ("09 63 FF 02 FF 29 48 01 2B 00", false),
            ("07 62 FF 02 FF 29 50 02 25 00", false), ("07 62 FF 02 FF 29 75 01 01 00", false),
        ])
    func commands(_ command: String, _ isConfirmed: Bool) {
        #expect(reply(to: command, .sample()) == (isConfirmed ? "07 E3 FF 02 FF 29 F4 00" : ""))
    }

    @Test("a full bank wants 0.0 A and says that it is full")
    func full() {
        var bank = BankReading(Self.known)
        bank[.soc]?.value = 1_000
        bank[.current]?.value = 0
        let expected = """
            0A E2 FF 02 FF 29 9A 59 85 43 01 03 8D 43 01 03 AC 41 01 01 01 01 01 01 01 01 01 03 48 42 01 03 C8 41 01 01 \
            01 05 CD CC B4 41 01 10 A4 41 42 60 55 40 1B 2F 55 40 FE 04 01 40 64 01 01 02 BA 00
            """
        #expect(reply(to: Self.asksState, bank) == expected)
        bank[.soc]?.value = 999
        #expect(read(bank)[.chargeCurrentLimit]?.value == 20_000)
    }

    @Test("a stop of both directions is 0.0 A, not enabled and no contactors; of one it is 0.0 A")
    func stop() {
        var bank = BankReading(Self.known)
        bank[.soc]?.value = 500
        bank[.current]?.value = 0
        bank[.chargeEnabled]?.value = 0
        bank[.dischargeCurrentLimit]?.value = 0
        let expected = """
            0A E2 FF 02 FF 29 9A 59 85 43 01 03 8D 43 01 03 AC 41 01 01 01 01 01 01 01 01 01 01 01 01 01 03 C8 41 01 01 \
            01 05 CD CC B4 41 01 0D A4 41 42 60 55 40 1B 2F 55 40 FE 04 01 03 32 02 01 02 B5 00
            """
        #expect(reply(to: Self.asksState, bank) == expected)
        #expect(read(bank)[.chargeEnabled]?.value == 0 && read(bank)[.dischargeEnabled]?.value == 0)
        bank[.dischargeCurrentLimit]?.value = 1
        let heard = read(bank)
        #expect(heard[.chargeCurrentLimit]?.value == 0 && heard[.dischargeCurrentLimit]?.value == 1)
        #expect(heard[.dischargeEnabled]?.value == 1)
    }

    /// What an inverter reads of the state of a bank.
    private func read(_ bank: BankReading) -> BankReading {
        var reading = BankReading()
        guard let talk = KostalRS485.profile.serial else { return reading }
        let answer = bytes(reply(to: Self.asksState, bank))
        _ = KostalRS485.profile.understand(
            answer.span, answering: SerialQuestion(code: 0x044A), talk, options: ProfileOptions(), at: noon,
            into: &reading)
        return reading
    }

    @Test(
        "a state without one of its values is silence",
        arguments: [
            BankField.voltage, .current, .soc, .chargeVoltageLimit, .chargeCurrentLimit,
            .dischargeCurrentLimit, .chargeEnabled, .dischargeEnabled, .temperature, .highestCell,
        ])
    func unknown(_ field: BankField) {
        var bank = BankReading(Self.known)
        bank[field] = nil
        #expect(reply(to: Self.asksState, bank) == "")
    }

    @Test("an answer to another question is nobody's, and nothing is read from one of another length")
    func late() throws {
        let talk = try #require(KostalRS485.profile.serial)
        var asker = SerialAsker(talk, ProfileOptions(), at: noon)
        let asks = asker.asks(at: noon)
        #expect(asks && hexadecimal(asker.outgoing) == Self.asksState)
        var read = 0
        let others = [Self.status, "07 E3 FF 02 FF 29 F4 00", Self.asksState, Self.identity]
        for answer in others + Self.answers.suffix(1).map(\.answer) {
            asker.received(bytes(answer).span, at: noon + .milliseconds(20)) { _, _, _ in read += 1 }
        }
        #expect(read == 1 && asker.statistics.foreign == 3 && asker.statistics.echoes == 1)
        var reading = BankReading()
        _ = KostalRS485.profile.understand(
            bytes(Self.identity).span, answering: SerialQuestion(code: 0x044A), talk,
            options: ProfileOptions(), at: noon, into: &reading)
        #expect(reading.numbers.isEmpty)
    }

    @Test("another battery on the line is an answer, not a question")
    func others() {
        for answer in [Self.identity, Self.status, "07 E3 FF 02 FF 29 F4 00"] {
            #expect(SerialLine(KostalRS485.profile)?.answer(answer, .sample())?.outcome == .noQuestion)
        }
    }
}
