import BatteryModel
import BusCodec
import InverterProfiles
import Testing

/// EG4 on RS485.
///
/// L: computed from live values that joyfulhouse/pylxpweb published; its questions to single packs and the answer of one
/// stand below.
@Suite("EG4 RS485: answers from outside")
struct EG4RS485GoldenTests {
    @Test("hold", arguments: answers)
    func hold(_ golden: SerialGolden) {
        #expect(golden.problems(with: EG4RS485.profile) == [])
    }

    static let answers: [SerialGolden] = [
        SerialGolden(
            question: SerialQuestion(code: 19, count: 23),
            answer:
                "01 03 2E 00 62 00 00 00 4F 14 CE F3 F8 00 17 75 30 01 D0 48 20 02 11 00 00 00 39 00 00 00 63 15 "
                + "E0 00 00 75 30 00 00 0D 02 0D 00 00 03 00 0B 00 10 D1 2E", kind: .computed, source: "L",
            numbers: [
                .chargeEnabled: 1, .dischargeEnabled: 1, .forceCharge: 0, .soc: 790, .voltage: 53_260,
                .current: -30_800, .highestTemperature: 230, .chargeCurrentLimit: 300_000,
                .dischargeCurrentLimit: 300_000, .cycles: 57, .soh: 990, .chargeVoltageLimit: 56_000,
                .highestCell: 3_330, .lowestCell: 3_328, .highestCellNumber: 4, .lowestCellNumber: 12,
                .cells: 16,
            ], alarms: AlarmSet(),
            differsBecause: "firmware and state are not said, and capacities behind 655 Ah not read")
    ]

    private func line() throws -> SerialLine { try #require(SerialLine(EG4RS485.profile)) }

    @Test("nothing is taken from the map of a single pack, nor from an answer that is cut off")
    func otherMap() throws {
        let native =
            "02 03 4E 14 CF FB C8 0D 01 0D 01 0D 01 0D 01 0D 01 0D 01 0D 01 0D 01 0D 01 0D 01 0D 01 0D 01 0D 01 0D 01 "
            + "0D 01 0D 01 00 16 00 15 00 17 00 DC 00 64 00 64 00 4C 00 02 00 00 00 00 00 00 00 00 00 39 3C 14 DC 00 "
            + "15 14 15 15 00 00 00 10 0A F0 00 00 06 54"
        let zeros = "01 03 04 00 00 00 00 FA 33"
        for (answer, count) in [(native, 39), (zeros, 42)] as [(String, UInt16)] {
            #expect(try line().kind(ofAnswer: answer) == .answer)
            let bytes = answer.split(separator: " ").compactMap { UInt8($0, radix: 16) }
            var reading = BankReading()
            _ = try EG4RS485.profile.understand(
                bytes.span, answering: SerialQuestion(code: 0, count: count), line().talk,
                options: ProfileOptions(), at: noon, into: &reading)
            #expect(reading.numbers.isEmpty && reading.alarms == nil)
        }
    }

    @Test(
        "questions for a single pack are for somebody else",
        arguments: [
            "02 03 00 00 00 27 05 E3", "02 03 00 69 00 17 D5 EB", "02 03 00 2D 00 5B 94 0B",
        ])
    func otherUnits(_ question: String) throws {
        let answer = try #require(try line().answer(question, .sample()))
        #expect(answer.outcome == .notForUs && answer.bytes.isEmpty)
    }

    @Test("the block of the bank is answered; a damaged question and a damaged answer are none")
    func block() throws {
        let answer = try #require(try line().answer("01 03 00 13 00 17 F4 01", .sample()))
        #expect(answer.outcome == .answered && answer.bytes.hasPrefix("01 03 2E "))
        #expect(try line().answer("01 03 00 13 00 17 F4 02", .sample()) == nil)
        let damaged = answer.bytes.dropLast(2) + (answer.bytes.hasSuffix("00") ? "01" : "00")
        #expect(try line().kind(ofAnswer: String(damaged)) == nil)
        #expect(try line().questions() == ["01 03 00 00 00 2A C4 15"])
    }

    /// What comes back for `count` registers from `register` on: the outcome, and the registers.
    private func registers(
        _ register: UInt16, _ count: UInt16, _ bank: BankReading
    ) throws -> (outcome: SerialOutcome, words: [UInt16]) {
        var buffer = SerialBuffer()
        let asked = SerialFrame(address: 1, code: register, count: count, variant: 3, kind: .question)
        let outcome = try EG4RS485.profile.answer(
            asked, line().talk, bank: bank, options: ProfileOptions(), into: &buffer)
        guard outcome == .answered else { return (outcome, []) }
        let words = (0..<Int(count)).map { UInt16(buffer[3 + 2 * $0]) << 8 | UInt16(buffer[4 + 2 * $0]) }
        return (outcome, words)
    }

    @Test("registers 0 to 18 are 0; behind 129 there is silence")
    func ends() throws {
        let bank = BankReading.sample()
        #expect(try registers(0, 19, bank).words == Array(repeating: 0, count: 19))
        #expect(try registers(42, 71, bank).words == Array(repeating: 0, count: 71))
        #expect(try registers(113, 17, bank).outcome == .answered)
        #expect(try registers(130, 1, bank).outcome == .notForUs)
        #expect(try registers(129, 2, bank).outcome == .refused(.unknownRegister))
    }

    @Test("a cell whose number is not known has the one of the place at which it is shown")
    func unknownPlaces() throws {
        var bank = BankReading.sample([.cells: 16, .highestCell: 3_400, .lowestCell: 3_200, .voltage: 52_800])
        bank[.highestCellNumber] = nil
        bank[.lowestCellNumber] = nil
        let numbers = try registers(0x27, 2, bank).words
        let cells = try registers(0x71, 16, bank).words
        #expect(numbers.map { cells[Int($0)] } == [3_400, 3_200])
    }

    @Test("limits end at 300 A, capacities at 655.35 Ah, and cells are counted from 0")
    func numbers() throws {
        var bank = BankReading.sample([
            .chargeCurrentLimit: 400_000, .dischargeCurrentLimit: 299_999, .remainingCapacity: 100_019,
            .capacity: 840_000, .highestCellNumber: 4, .lowestCellNumber: 12,
        ])
        #expect(try registers(25, 3, bank).words == [30_000, 10_001, 65_535])
        #expect(try registers(35, 1, bank).words == [29_999])
        #expect(try registers(39, 2, bank).words == [3, 11])
        bank[.capacity] = nil
        #expect(try registers(19, 23, bank).outcome == .withheld(.missing(signal: SignalName("capacity"))))
    }

    @Test("a stop is 0 A and a cleared bit; nothing is written")
    func stop() throws {
        let bank = BankReading.sample([.chargeEnabled: 0, .dischargeCurrentLimit: 0, .forceCharge: 1])
        let words = try registers(19, 17, bank).words
        #expect(words[0] & 0x1060 == 0 && words[6] == 0 && words[16] == 0)
        let write = try #require(try line().answer("01 10 00 13 00 01 02 00 00 A4 F3", bank))
        #expect(write.outcome == .refused(.unknownCommand))
    }
}
