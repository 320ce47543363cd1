import BatteryModel
import BusCodec
import InverterProfiles
import Testing

/// SunSpec's models.
///
/// No capture is public. M: SunSpec Alliance, models; R: the rules of the models and of Modbus alone.
@Suite("SunSpec battery: answers from outside")
struct SunSpecBatteryGoldenTests {
    @Test("hold", arguments: answers)
    func hold(_ golden: SerialGolden) {
        #expect(golden.problems(with: SunSpecBattery.profile) == [])
    }

    static let answers: [SerialGolden] = [
        SerialGolden(
            question: SerialQuestion(code: 40_000, count: 2), answer: "01 03 04 53 75 6E 53 96 F0",
            kind: .computed, source: "R"),
        SerialGolden(
            question: SerialQuestion(code: 40_070, count: 64), answer: base, kind: .computed, source: "M, R",
            numbers: [
                .capacity: 200_000, .soc: 870, .soh: 990, .cycles: 123, .activity: 1, .voltage: 52_480,
                .chargeVoltageLimit: 56_000, .dischargeVoltageLimit: 45_000, .highestCell: 3_290,
                .highestCellPack: 1, .lowestCell: 3_270, .lowestCellPack: 1, .current: 12_300,
                .chargeCurrentLimit: 100_000, .dischargeCurrentLimit: 150_000,
            ], alarms: AlarmSet(),
            differsBecause: "it has other scale factors, and is controlled from outside"),
        SerialGolden(
            question: SerialQuestion(code: 40_134, count: 60), answer: bank, kind: .computed, source: "M, R",
            numbers: [
                .highestTemperature: 265, .highestTemperaturePack: 1, .lowestTemperature: 235,
                .lowestTemperaturePack: 1, .temperature: 250, .packs: 1, .soc: 870, .soh: 990,
                .current: 12_300, .highestCell: 3_290, .highestCellPack: 1, .lowestCell: 3_270,
                .lowestCellPack: 1,
            ], alarms: AlarmSet(), differsBecause: "it has other scale factors and more optional points"),
        SerialGolden(
            question: SerialQuestion(code: 40_194, count: 9),
            answer: "01 03 12 02 C9 00 07 04 00 03 7B 03 66 03 DE 00 00 00 01 FF FF 41 B6", kind: .computed,
            source: "M, R", numbers: [.soc: 870, .soh: 990],
            differsBecause: "capacity and voltage are not in it"),
        SerialGolden(
            question: SerialQuestion(code: 40_203, count: 2), answer: "01 03 04 FF FF 00 00 FA 17",
            kind: .computed, source: "R"),
    ]

    private static let base = """
        01 03 80 03 22 00 3E 00 C8 04 00 13 88 13 88 FF FF FF FF FF FF FF FF 00 64 03 66 FF FF 03 DE 00 00 00 7B \
        00 04 00 00 00 07 00 00 00 00 00 04 00 03 FF FF FF FF FF FF 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 \
        00 14 80 15 E0 11 94 0C DA 00 01 00 01 0C C6 00 01 00 01 0C D0 FB 2E 03 E8 05 DC E6 B4 00 00 00 00 00 01 \
        00 03 00 00 00 01 00 00 80 00 FF FF 80 00 FF FF FF FE FF FD FF FE FF FF FF FF AA DA
        """

    private static let bank = """
        01 03 78 03 23 00 3A 00 01 00 01 01 09 00 01 00 01 00 EB 00 01 00 02 00 FA 14 80 00 01 14 80 00 01 14 80 \
        FB 2E 00 01 FB 2E 00 01 FB 2E 00 00 FF FD FF FF FF FE FF FF FF FF FF FE 00 01 00 00 00 03 00 00 03 66 03 \
        DE FB 2E 0C DA 00 01 0C C6 00 01 0C D0 01 09 00 01 00 EB 00 01 00 FA 00 00 00 00 00 03 00 00 00 00 00 00 \
        00 00 00 00 00 00 00 00 00 00 00 01 00 01 80 00 80 00 41 DA
        """

    @Test(
        "questions are found as clients send them",
        arguments: [
            ("01 03 9C 40 00 02 EB 8F", 40_000, 2), ("01 03 9C 86 00 40 8B 83", 40_070, 64),
            ("01 03 9C C6 00 3C 8B B6", 40_134, 60), ("01 03 9D 02 00 09 0B A0", 40_194, 9),
        ] as [(String, UInt16, UInt16)])
    func questions(_ text: String, _ code: UInt16, _ count: UInt16) {
        guard case .item(let frame, 8) = SerialFraming.modbus.scanQuestion(bytes(text).span) else {
            Issue.record("not found")
            return
        }
        #expect(frame.code == code && frame.count == count && frame.kind == .question && frame.address == 1)
        var question = SerialBuffer()
        SerialFraming.modbus.write(
            SerialQuestion(code: code, count: count), to: 1, into: &question)
        #expect(hexadecimal(question) == text)
        guard case .noise = SerialFraming.modbus.scanQuestion(bytes(text.dropLast() + "1").span) else {
            Issue.record("a broken CRC is taken for a question")
            return
        }
    }
}

/// SunSpec's models as a server.
@Suite("SunSpec battery: the server")
struct SunSpecServerTests {
    static let known = BankReading(
        [
            .capacity: 200_000, .remainingCapacity: 174_000, .soc: 873, .soh: 990, .cycles: 123, .activity: 2,
            .voltage: 52_480, .current: -12_340, .chargeVoltageLimit: 56_009, .dischargeVoltageLimit: 45_001,
            .chargeCurrentLimit: 100_090, .dischargeCurrentLimit: 150_000, .cells: 16, .packs: 2,
            .highestCell: 3_290, .lowestCell: 3_270, .temperature: -15,
        ], alarms: AlarmSet())

    /// The registers that are answered; `nil` for a refusal.
    static func read(_ first: Int, _ count: Int, of bank: BankReading = known) throws -> [UInt16]? {
        let profile = SunSpecBattery.profile
        let talk = try #require(profile.serial)
        let question = SerialFrame(
            address: 1, code: UInt16(first), count: UInt16(count), variant: 3, kind: .question)
        var buffer = SerialBuffer()
        let outcome = profile.answer(question, talk, bank: bank, options: ProfileOptions(), into: &buffer)
        guard outcome == .answered else { return nil }
        return (0..<count).map { UInt16(buffer[3 + 2 * $0]) << 8 | UInt16(buffer[4 + 2 * $0]) }
    }

    @Test("a client that discovers finds the models, and nothing behind them")
    func discovery() throws {
        #expect(try Self.read(40_000, 2) == [0x5375, 0x6E53])
        var models: [UInt16] = []
        var register = 40_002
        while let head = try Self.read(register, 2), head[0] != 0xFFFF {
            models.append(head[0])
            register += 2 + Int(head[1])
        }
        #expect(models == [1, 802, 803, 713])
        #expect(try Self.read(register, 2) == [0xFFFF, 0])
        #expect(try Self.read(register, 3) == nil && Self.read(39_999, 2) == nil)
    }

    @Test("any range inside the map says what the whole says")
    func ranges() throws {
        var whole: [UInt16] = []
        for first in stride(from: 40_000, to: 40_205, by: 41) {
            whole += try #require(try Self.read(first, 41))
        }
        var generator = SplitMix(state: 4)
        for _ in 0..<300 {
            let first = Int.random(in: 0..<205, using: &generator)
            let count = Int.random(in: 1...min(125, 205 - first), using: &generator)
            #expect(try Self.read(40_000 + first, count) == Array(whole[first..<first + count]))
        }
    }

    @Test("points say what the bank says, limits never more")
    func points() throws {
        let base = try #require(try Self.read(40_070, 64))
        #expect(base[2] == 200 && base[3] == 1_049)
        #expect(base[4] == 525 && base[5] == 787, "100.09 A and 150 A at 52.48 V, in tens of watts")
        #expect(base[11] == 873 && base[13] == 990 && base[14] == 0 && base[15] == 123)
        #expect(base[16] == 3 && base[22] == 3 && base[18] == 43_200)
        #expect(base[34] == 5_248 && base[35] == 5_600 && base[36] == 4_501)
        #expect(base[39] == 0xFFFF && base[43] == 3_280)
        #expect(Int16(bitPattern: base[44]) == 123 && base[45] == 1_000 && base[46] == 1_500)
        #expect(Int16(bitPattern: base[47]) == 64, "discharging is positive, in tens of watts")
        let bank = try #require(try Self.read(40_134, 60))
        #expect(Int16(bitPattern: bank[10]) == -15 && bank[4] == 0x8000 && bank[28] == 2 && bank[39] == 3_280)
        let storage = try #require(try Self.read(40_194, 9))
        #expect(storage == [713, 7, 1_049, 913, 873, 990, 0, 1, 0xFFFF])
    }

    @Test("a bank without a state of charge or a limit is refused where it is asked for, and nowhere else")
    func withheld() throws {
        for (field, register) in [
            (BankField.soc, 40_081), (.voltage, 40_104), (.chargeVoltageLimit, 40_105),
            (.dischargeVoltageLimit, 40_106), (.current, 40_114), (.chargeCurrentLimit, 40_115),
            (.dischargeCurrentLimit, 40_116), (.current, 40_117),
        ] {
            var bank = Self.known
            bank[field] = nil
            #expect(try Self.read(register, 1, of: bank) == nil, "\(field.name)")
            #expect(try Self.read(40_000, 70, of: bank) != nil)
        }
    }

    @Test("states follow limits and alarms")
    func states() throws {
        var bank = Self.known
        bank[.chargeCurrentLimit]?.value = 0
        bank[.dischargeCurrentLimit]?.value = 0
        #expect(try Self.read(40_092, 1, of: bank) == [4])
        bank.alarms?.value.raise(.bankLost, .protection)
        #expect(try Self.read(40_092, 1, of: bank) == [99])
        #expect(try Self.read(40_200, 1, of: bank) == [2])
        #expect(try Self.read(40_096, 2, of: bank) == [0, 1], "event 0 is the lowest bit of the second word")
    }

    @Test("every alarm that stands is heard as one of its group, at its level")
    func alarms() throws {
        let profile = SunSpecBattery.profile
        let talk = try #require(profile.serial)
        let apart: [(AlarmKind, AlarmLevel)] = [
            (.internalCommunication, .protection), (.batteryOverTemperature, .protection),
            (.batteryOverTemperature, .warning), (.chargeUnderTemperature, .protection),
            (.chargeUnderTemperature, .warning), (.chargeOverCurrent, .protection),
            (.chargeOverCurrent, .warning), (.dischargeOverCurrent, .protection),
            (.dischargeOverCurrent, .warning), (.cellOverVoltage, .protection), (.cellOverVoltage, .warning),
            (.cellUnderVoltage, .protection), (.cellUnderVoltage, .warning), (.imbalance, .warning),
            (.dischargeSwitchFault, .protection), (.undocumented, .protection), (.undocumented, .warning),
            (.settingsMismatch, .protection), (.settingsMismatch, .warning),
        ]
        for (kind, level) in apart {
            var bank = Self.known
            bank.alarms?.value.raise(kind, level)
            let heard = try SerialProfileTests.converse(profile, talk, bank, ProfileOptions())
            #expect(heard.alarms?.value == bank.alarms?.value, "\(kind)")
        }
    }

    @Test("a heartbeat and a reset are confirmed; nothing else is taken")
    func writes() throws {
        let talk = try #require(SunSpecBattery.profile.serial)
        for (text, expected) in [
            // SoCRsvMin = 20.0 %, as evcc writes it.
            ("01 10 9C 90 00 01 02 00 C8 E6 9F", SerialOutcome.refused(.notPermitted)),
            (crc("01 06 9C 99 00 07"), .confirmed), (crc("01 10 9C 9A 00 01 02 00 01"), .confirmed),
            (crc("01 06 9C B8 00 02"), .refused(.notPermitted)),
            (crc("01 06 9D 0D 00 02"), .refused(.unknownRegister)),
            (crc("02 06 9C 99 00 07"), .notForUs), (crc("00 06 9C 99 00 07"), .notForUs),
        ] {
            guard case .item(let frame, _) = talk.framing.scanQuestion(bytes(text).span) else {
                Issue.record("\(text) is not found")
                continue
            }
            var buffer = SerialBuffer()
            let outcome = SunSpecBattery.profile.answer(
                frame, talk, bank: Self.known, options: ProfileOptions(), into: &buffer)
            #expect(outcome == expected, "\(text)")
            if frame.variant == 6, expected == .confirmed { #expect(hexadecimal(buffer) == text) }
        }
    }

    @Test("points are taken with the scale factors of the server, and another model is not read")
    func scales() throws {
        let profile = SunSpecBattery.profile
        let talk = try #require(profile.serial)
        let question = SerialQuestion(code: 40_070, count: 64)
        func heard(_ change: (inout [UInt16]) -> Void) throws -> BankReading {
            var registers = try #require(try Self.read(40_070, 64))
            change(&registers)
            var answer: [UInt8] = [1, 3, 128]
            for register in registers {
                answer += [UInt8(register >> 8), UInt8(truncatingIfNeeded: register)]
            }
            // The checksum is not looked at here.
            answer += [0, 0]
            var reading = BankReading()
            _ = profile.understand(
                answer.span, answering: question, talk, options: ProfileOptions(), at: noon, into: &reading)
            return reading
        }
        let scaled = try heard { registers in
            (registers[45], registers[46], registers[62]) = (95, 150, 0)
            (registers[35], registers[36], registers[59], registers[34]) = (56_009, 45_001, 0xFFFD, 52_480)
        }
        #expect(scaled[.chargeCurrentLimit]?.value == 95_000)
        #expect(scaled[.chargeVoltageLimit]?.value == 56_000)
        #expect(scaled[.dischargeVoltageLimit]?.value == 45_010)
        let unscaled = try heard { $0[62] = 0x8000 }
        #expect(unscaled[.chargeCurrentLimit] == nil && unscaled[.soc]?.value == 873)
        let other = try heard { $0[0] = 120 }
        #expect(other.numbers == [:])
    }
}
