import BatteryModel
import BusCodec
import InverterProfiles
import Testing

/// PACE and WOW, battery side: answers of JK packs set to either.
///
/// J: dnc392/rs485-bms-probe (docs/evidence), asked by a bridge. S: victorstoica114/sigrok-pylon-bms-decoders
/// (analysis/out, pace-modbus-rs485 and wow-modbus-rs485), the bus of a 16-cell pack. "-": from the vendor's table alone.
@Suite("PACE and WOW Modbus: answers from outside")
struct PaceModbusRS485GoldenTests {
    @Test("hold", arguments: answers)
    func hold(_ golden: SerialGolden) {
        #expect(golden.problems(with: PaceModbusRS485.profile) == [])
    }

    private static let onlyExtremes = "of the cells a bank knows only the extremes"

    static let answers: [SerialGolden] = [
        SerialGolden(
            question: SerialQuestion(code: 0, count: 3), answer: "01 03 06 00 00 0A 45 00 42 B3 49",
            kind: .captured, source: "J, 8 cells, PACE", numbers: [.current: 0, .voltage: 26_290, .soc: 660]),
        SerialGolden(
            question: SerialQuestion(code: 1, count: 1), answer: "01 03 02 0A 46 3F 16",
            kind: .captured, source: "J, 8 cells, WOW", numbers: [.voltage: 26_300]),
        SerialGolden(
            question: SerialQuestion(code: 1, count: 1), answer: "01 03 02 14 50 B7 78",
            kind: .captured, source: "J, another, PACE", numbers: [.voltage: 52_000]),
        SerialGolden(
            question: SerialQuestion(code: 21, count: 8),
            answer: "01 03 10 0C D9 0C D7 00 00 00 00 00 00 00 00 00 00 00 00 C0 DC",
            kind: .captured, source: "J, 8 cells, WOW", differsBecause: onlyExtremes),
        SerialGolden(
            question: SerialQuestion(code: 0, count: 13),
            answer: """
                01 03 1A FF B4 15 DE 00 59 00 64 01 BF 01 F4 01 F4 00 00 00 00 00 00 00 00 0E 00 00 00 CF C7
                """, kind: .captured, source: "S, PACE",
            numbers: [
                .current: -760, .voltage: 55_980, .soc: 890, .soh: 1_000, .remainingCapacity: 4_470,
                .capacity: 5_000, .cycles: 0, .activity: 2, .chargeEnabled: 1, .dischargeEnabled: 1,
            ], alarms: AlarmSet()),
        SerialGolden(
            question: SerialQuestion(code: 0, count: 13),
            answer: """
                01 03 1A 00 00 16 4C 00 57 00 64 01 B0 01 F4 01 F4 00 00 00 00 00 00 00 00 0C 00 00 00 AD 7C
                """, kind: .captured, source: "S, WOW",
            numbers: [
                .current: 0, .voltage: 57_080, .soc: 870, .soh: 1_000, .remainingCapacity: 4_320,
                .capacity: 5_000, .cycles: 0, .activity: 0, .chargeEnabled: 1, .dischargeEnabled: 1,
            ], alarms: AlarmSet()),
        SerialGolden(
            question: SerialQuestion(code: 15, count: 22),
            answer: """
                01 03 2C 0D F2 0D ED 0D EF 0D EE 0D EF 0D F1 0D EE 0D EE 0D EF 0D EF 0D EF 0D F1 0D F2 0D F3 0D F2 0D \
                F1 01 3D 01 3B 01 39 01 40 01 28 01 3C B9 70
                """, kind: .captured, source: "S, WOW",
            numbers: [
                .cells: 16, .highestCell: 3_571, .lowestCell: 3_565, .highestTemperature: 320,
                .lowestTemperature: 313, .mosfetTemperature: 296,
            ], differsBecause: onlyExtremes),
        SerialGolden(
            question: SerialQuestion(code: 15, count: 22),
            answer: """
                01 03 2C 0D AE 0D A9 0D AC 0D AC 0D AC 0D AC 0D A9 0D AA 0D AA 0D AA 0D AC 0D AA 0D AD 0D AC 0D AC 0D \
                AC 01 36 01 34 01 32 01 38 01 20 01 35 99 36
                """, kind: .captured, source: "S, PACE",
            numbers: [
                .cells: 16, .highestCell: 3_502, .lowestCell: 3_497, .highestTemperature: 312,
                .lowestTemperature: 306, .mosfetTemperature: 288,
            ], differsBecause: onlyExtremes),
        SerialGolden(
            question: SerialQuestion(code: 0, count: 37),
            answer: """
                01 03 4A FB 2E 14 C0 00 57 00 63 44 5C 4E 20 4E 20 00 7B 00 00 00 00 00 00 0E 00 00 03 00 00 00 00 0C F8 \
                0C F9 0C FA 0C FB 0C FC 0C FD 0C FE 0C FF 0D 00 0D 01 0D 02 0D 03 0D 04 0D 05 0D 06 0D 07 00 FB 00 FC 00 \
                F9 FF FB 01 18 01 09 D2 26
                """, kind: .computed, source: "-",
            numbers: [
                .current: -12_340, .voltage: 53_120, .soc: 870, .soh: 990, .remainingCapacity: 175_000,
                .capacity: 200_000, .cycles: 123, .activity: 2, .chargeEnabled: 1, .dischargeEnabled: 1,
                .cells: 16, .highestCell: 3_335, .lowestCell: 3_320, .highestTemperature: 252,
                .lowestTemperature: -5,
            ], alarms: AlarmSet(), differsBecause: "nothing is answered across registers 13 and 14, see below"
        ),
    ]

    private func reply(to question: String, _ bank: BankReading, address: UInt8? = nil) -> String {
        let line = SerialLine(PaceModbusRS485.profile, ProfileOptions(address: address))
        return line?.answer(question, bank)?.bytes ?? "no question"
    }

    /// The registers that come back; empty if the question is not answered.
    private func registers(_ first: UInt16, _ count: UInt16, _ bank: BankReading) -> [UInt16] {
        let body = bytes("01 03 00").map { $0 } + [UInt8(first), 0, UInt8(count)]
        let question = crc(body.map { String($0, radix: 16) }.joined(separator: " "))
        let answer = bytes(reply(to: question, bank))
        guard answer.count == 5 + 2 * Int(count) else { return [] }
        return (0..<Int(count)).map { UInt16(answer[3 + 2 * $0]) << 8 | UInt16(answer[4 + 2 * $0]) }
    }

    @Test(
        "questions as they were captured are found and answered in the captured length",
        arguments: [
            ("01 03 00 00 00 03 05 CB", 11), ("01 03 00 01 00 01 D5 CA", 7),
            ("01 03 00 15 00 08 55 C8", 21), ("01 03 00 00 00 0D 84 0F", 31),
            ("01 03 00 0F 00 16 F4 07", 49),
        ])
    func questions(_ question: String, _ length: Int) {
        #expect(bytes(reply(to: question, .sample())).count == length)
    }

    @Test("an inverter asks for the two captured blocks and for the protections of current")
    func round() throws {
        let line = try #require(SerialLine(PaceModbusRS485.profile))
        let protections = [crc("01 03 00 4D 00 01"), crc("01 03 00 50 00 01")]
        #expect(line.questions() == ["01 03 00 00 00 0D 84 0F", "01 03 00 0F 00 16 F4 07"] + protections)
    }

    @Test(
        "across the gap, behind 36 and between the known settings nothing is answered but exception 2",
        arguments: [
            "01 03 00 00 00 25 84 11", crc("01 03 00 00 00 0E"), crc("01 03 00 0D 00 01"),
            crc("01 03 00 0E 00 02"), crc("01 03 00 0F 00 17"), crc("01 03 00 25 00 01"),
            crc("01 03 00 3C 00 02"), crc("01 03 00 4C 00 02"), crc("01 03 00 6C 00 01"),
            crc("01 03 00 B4 00 01"), crc("01 03 00 C9 00 21"),
        ])
    func gaps(_ question: String) {
        #expect(reply(to: question, .sample()) == "01 83 02 C0 F1")
    }

    @Test("limits stand as protections: whole amperes rounded down, voltages as they are")
    func limits() {
        let bank = BankReading.sample([
            .chargeCurrentLimit: 57_999, .dischargeCurrentLimit: 120_000, .chargeVoltageLimit: 55_237,
            .dischargeVoltageLimit: 46_401,
        ])
        #expect(registers(77, 1, bank) == [57] && registers(80, 1, bank) == [120])
        #expect(registers(61, 1, bank) == [55_237] && registers(107, 1, bank) == [55_237])
        #expect(registers(69, 1, bank) == [46_401])
        #expect(registers(11, 1, bank)[0] & 0x0C00 == 0x0C00)
    }

    @Test(
        "a stop clears its switch and its limit, whichever of the two says it; less than an ampere is none",
        arguments: [
            (.chargeEnabled, 0, 77, 0x0800), (.chargeCurrentLimit, 0, 77, 0x0800),
            (.chargeCurrentLimit, 999, 77, 0x0800), (.dischargeEnabled, 0, 80, 0x0400),
            (.dischargeCurrentLimit, 999, 80, 0x0400),
        ] as [(BankField, Int32, UInt16, UInt16)])
    func stop(_ field: BankField, _ value: Int32, _ register: UInt16, _ left: UInt16) {
        let bank = BankReading.sample([field: value])
        #expect(registers(register, 1, bank) == [0])
        #expect(registers(11, 1, bank)[0] & 0x0C00 == left)
    }

    @Test("what is not known is refused, and so are voltages and cells that have no number")
    func refusals() {
        for (register, field) in [
            (61, .chargeVoltageLimit), (69, .dischargeVoltageLimit), (77, .chargeCurrentLimit),
            (80, .dischargeCurrentLimit), (107, .chargeVoltageLimit), (2, .soc), (15, .highestCell),
        ] as [(UInt16, BankField)] {
            var bank = BankReading.sample()
            bank[field] = nil
            #expect(registers(register, 1, bank) == [])
        }
        #expect(registers(61, 1, .sample([.chargeVoltageLimit: 65_536])) == [])
        #expect(registers(15, 1, .sample([.cells: 17])) == [])
    }

    @Test("cells stand in their places, with 0 behind the last; two sensors are the extremes")
    func cells() {
        let bank = BankReading.sample([
            .cells: 8, .voltage: 26_400, .highestCell: 3_350, .lowestCell: 3_250, .highestCellNumber: 3,
            .lowestCellNumber: 8, .highestTemperature: 251, .lowestTemperature: -12, .temperature: 103,
            .mosfetTemperature: 300,
        ])
        let mean: [UInt16] = [3_300, 3_300]
        #expect(
            registers(15, 16, bank)
                == mean + [3_350, 3_300] + mean + [3_300, 3_250] + Array(repeating: 0, count: 8))
        #expect(registers(31, 6, bank) == [251, UInt16(bitPattern: -12), 103, 103, 300, 103])
    }

    @Test("the name stands where the version does, serial numbers are empty")
    func texts() {
        let bank = BankReading.sample(maker: "Busbar")
        let words: [UInt16] = [0x4275, 0x7362, 0x6172]
        #expect(registers(150, 30, bank) == words + Array(repeating: 0, count: 27))
        #expect(registers(151, 2, bank) == [0x7362, 0x6172])
    }

    @Test(
        "writes are refused and other addresses, 0 too, are met with silence",
        arguments: [
            ("01 10 00 C8 00 01 02 00 00 B6 18", crc("01 90 03")),
            (crc("01 10 00 3D 00 01 02 DD 40"), crc("01 90 03")),
            (crc("01 06 00 3D DD 40"), crc("01 86 01")), (crc("02 03 00 00 00 0D"), ""),
            (crc("00 03 00 00 00 0D"), ""),
        ])
    func others(_ question: String, _ answer: String) {
        #expect(reply(to: question, .sample()) == answer)
        #expect(reply(to: question, .sample(), address: 0) == answer)
    }

    /// Registers 9, 10 and 11 with every kind at every level, as the vendor's table has the bits.
    @Test(
        "each alarm has its bit, and each bit its alarm",
        arguments: [
            (9, 0x0001, .cellOverVoltage, .warning), (9, 0x0002, .cellUnderVoltage, .warning),
            (9, 0x0004, .packOverVoltage, .warning), (9, 0x0008, .packUnderVoltage, .warning),
            (9, 0x0010, .chargeOverCurrent, .warning), (9, 0x0020, .dischargeOverCurrent, .warning),
            (9, 0x0100, .chargeOverTemperature, .warning), (9, 0x0200, .dischargeOverTemperature, .warning),
            (9, 0x0400, .chargeUnderTemperature, .warning),
            (9, 0x0800, .dischargeUnderTemperature, .warning), (9, 0x4000, .mosfetOverTemperature, .warning),
            (10, 0x0001, .cellOverVoltage, .protection), (10, 0x0002, .cellUnderVoltage, .protection),
            (10, 0x0004, .packOverVoltage, .protection), (10, 0x0008, .packUnderVoltage, .protection),
            (10, 0x0010, .chargeOverCurrent, .protection), (10, 0x0020, .dischargeOverCurrent, .protection),
            (10, 0x0040, .dischargeShortCircuit, .protection),
            (10, 0x0100, .chargeOverTemperature, .protection),
            (10, 0x0200, .dischargeOverTemperature, .protection),
            (10, 0x0400, .chargeUnderTemperature, .protection),
            (10, 0x0800, .dischargeUnderTemperature, .protection),
            (10, 0x1000, .mosfetOverTemperature, .protection),
            (11, 0x0001, .chargeSwitchFault, .protection), (11, 0x0002, .dischargeSwitchFault, .protection),
            (11, 0x0004, .temperatureSensorFault, .protection), (11, 0x0010, .imbalance, .protection),
            (11, 0x0020, .internalCommunication, .protection),
        ] as [(UInt16, UInt16, AlarmKind, AlarmLevel)])
    func alarms(_ register: UInt16, _ bit: UInt16, _ kind: AlarmKind, _ level: AlarmLevel) throws {
        var stands = AlarmSet()
        stands.raise(kind, level)
        var bank = BankReading.sample([.activity: 0])
        bank.alarms = Reading(stands, at: noon)
        var expected: [UInt16] = [0, 0, 0x0C00]
        expected[Int(register) - 9] |= bit
        #expect(registers(9, 3, bank) == expected)
        let talk = try #require(PaceModbusRS485.profile.serial)
        let heard = try SerialProfileTests.converse(PaceModbusRS485.profile, talk, bank, ProfileOptions())
        #expect(heard.alarms?.value == stands)
    }

    @Test("a battery that is too warm in no stated direction is so in both; surroundings are only heard")
    func surroundings() throws {
        var bank = BankReading.sample([.activity: 0])
        bank.alarms?.value = AlarmSet()
        bank.alarms?.value.raise(.batteryOverTemperature, .protection)
        #expect(registers(9, 3, bank) == [0, 0x0300, 0x0C00])
        var reading = BankReading()
        let talk = try #require(PaceModbusRS485.profile.serial)
        let heard = bytes(crc("01 03 06 30 00 60 80 0C 00"))
        _ = PaceModbusRS485.profile.understand(
            heard.span, answering: SerialQuestion(code: 9, count: 3), talk, options: ProfileOptions(),
            at: noon,
            into: &reading)
        let around: [AlarmKind] = [
            .batteryOverTemperature, .chargeUnderTemperature, .dischargeUnderTemperature,
        ]
        for kind in around { #expect(reading.alarms?.value.warnings.contains(kind) == true) }
        for kind in around + [.packOverVoltage] {
            #expect(reading.alarms?.value.protections.contains(kind) == true)
        }
    }

    @Test("protections that are read back are no voltage to charge to, so it can be no source")
    func noSource() {
        let facts = PaceModbusRS485.profile.sourceFacts()
        #expect(!facts.isComplete && !facts.possible.contains(.chargeVoltageLimit))
        #expect(facts.possible.contains(.soc) && facts.tellsAlarms)
    }
}
