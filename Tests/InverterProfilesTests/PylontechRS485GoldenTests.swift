import BatteryModel
import BusCodec
import InverterProfiles
import Testing

/// Pylontech on RS485.
///
/// P1: Tomcat42/pylontech-python, captures of US2000 and US3000 (examples, issues 7 and 9). P2: Frankkkkk/python-pylontech,
/// tests. P3: dnc392/rs485-bms-probe, JK. P4: victorstoica114/sigrok-pylon-bms-decoders, JK and Seplos on the cable to an
/// Anenji. T: PYLON low voltage protocol RS485 V3.3. "-": from the table of the protocol alone.
@Suite("Pylontech RS485: answers from outside")
struct PylontechRS485GoldenTests {
    @Test("hold", arguments: answers)
    func hold(_ golden: SerialGolden) {
        #expect(golden.problems(with: PylontechRS485.profile) == [])
    }

    static let answers: [SerialGolden] = [
        system63(
            "~20024600D01270805460064006A4C0F9E5", .captured, "P3, 8 cells", 28_800, 21_600, 160_000, 170_000),
        system63("~20024600D012DC50AF0003E805DCC0F989", .computed, "-", 56_400, 44_800, 100_000, 150_000),
        system63("~20024600D012E100A280017C076CC0F9BC", .captured, "P4, JK", 57_600, 41_600, 38_000, 190_000),
        system63(
            "~20124600D012E100C8000708F8F8C0F9AB", .captured, "P4, Seplos", 57_600, 51_200, 180_000, 180_000,
            differsBecause: "Seplos sends the discharge limit below zero, and its own address"),
        SerialGolden(
            question: SerialQuestion(code: 0x61),
            answer:
                "~20024600806266C70000420000000064640CD900010CD800020B540B5400020B5400010B6D0B6D00000B6D00000B6D0B6D"
                + "00000B6D0000E944", kind: .captured, source: "P3, 8 cells",
            numbers: [
                .voltage: 26_311, .current: 0, .soc: 660, .cycles: 0, .soh: 1_000, .highestCell: 3_289,
                .highestCellNumber: 1, .lowestCell: 3_288, .lowestCellNumber: 2, .temperature: 169,
                .highestTemperature: 169, .highestTemperatureNumber: 2, .lowestTemperature: 169,
                .lowestTemperatureNumber: 1, .mosfetTemperature: 194,
            ], differsBecause: "the means and the BMS temperatures are not known"),
        SerialGolden(
            question: SerialQuestion(code: 0x61),
            answer:
                "~200246008062DEF30000560000000064640DF100010DED00020BEA0BEC00040BE800020BD60BD600000BD60000"
                + "0BD60BD600000BD60000E8C7", kind: .captured, source: "P4, JK",
            numbers: [
                .voltage: 57_075, .current: 0, .soc: 860, .cycles: 0, .soh: 1_000, .highestCell: 3_569,
                .highestCellNumber: 1, .lowestCell: 3_565, .lowestCellNumber: 2, .temperature: 319,
                .highestTemperature: 321, .highestTemperatureNumber: 4, .lowestTemperature: 317,
                .lowestTemperatureNumber: 2, .mosfetTemperature: 299,
            ], differsBecause: "the means and the BMS temperatures are not known"),
        SerialGolden(
            question: SerialQuestion(code: 0x61),
            answer:
                "~200246008062CD00FB2E57000C000F63620CDA01030CC602100BA50BB401010B9602020BD70BE100010BCD00020BB9"
                + "0BC300010BAF0002E892", kind: .computed, source: "-",
            numbers: [
                .voltage: 52_480, .current: -12_340, .soc: 870, .cycles: 15, .soh: 990, .highestCell: 3_290,
                .highestCellPack: 1, .highestCellNumber: 3, .lowestCell: 3_270, .lowestCellPack: 2,
                .lowestCellNumber: 16, .temperature: 250, .highestTemperature: 265,
                .highestTemperaturePack: 1,
                .highestTemperatureNumber: 1, .lowestTemperature: 235, .lowestTemperaturePack: 2,
                .lowestTemperatureNumber: 2, .mosfetTemperature: 310,
            ], differsBecause: "the means and the BMS temperatures are not known"),
        SerialGolden(
            question: SerialQuestion(code: 0x62), answer: "~20024600800800000000FC22", kind: .captured,
            source: "P3", alarms: AlarmSet()),
        SerialGolden(
            question: SerialQuestion(code: 0x62), answer: "~20024600800810000020FC1F", kind: .computed,
            source: "-", alarms: alarms(protections: [.dischargeOverCurrent], warnings: [.cellUnderVoltage])),
        module92("~20024600B01402D002B79800FAFF06C0F92D", "P1, US2000", 53_250, 47_000, 25_000, 25_000),
        module92("~20024600B014026EF05AA0022BFDD5C0F915", "P2, UP2500", 28_400, 23_200, 55_500, 55_500),
        module92("~20024600B01402D002AFC800C8FE0CC0F915", "P1", 53_250, 45_000, 20_000, 50_000),
        module92(
            "~20034600B01403D002AFC800C8FE0CC0F913", "P1, US5000", 53_250, 45_000, 20_000, 50_000, asked: 3),
        SerialGolden(
            question: SerialQuestion(code: 0x42, carriesAddress: true),
            answer:
                "~20024600C06E00020F0D1F0D200D200D200D200D200D210D200D200D210D220D200D220D220D21050BCD0BAF0BAF0BAF"
                + "0BAF0015C4E88AAC02C350004FE594", kind: .captured, source: "P1, US2000", dialect: 1,
            numbers: [
                .cells: 15, .highestCell: 3_362, .highestCellNumber: 11, .lowestCell: 3_359,
                .lowestCellNumber: 1, .highestTemperature: 260, .lowestTemperature: 260, .current: 2_100,
                .voltage: 50_408, .remainingCapacity: 35_500, .capacity: 50_000, .cycles: 79, .soc: 710,
            ], differsBecause: "the single cells and sensors are not known"),
        SerialGolden(
            question: SerialQuestion(code: 0x42, carriesAddress: true),
            answer:
                "~20024600F07A00020F0D170D140D150D150D180D170D140D150D150D180D170D140D150D150D18050C0B0BEF0BF0"
                + "0BED0C0B00C9C447FFFF04FFFF00120172B90186A0E2D1", kind: .captured, source: "P1, US5000",
            dialect: 1,
            numbers: [
                .cells: 15, .highestCell: 3_352, .highestCellNumber: 5, .lowestCell: 3_348,
                .lowestCellNumber: 2, .highestTemperature: 352, .lowestTemperature: 322, .current: 20_100,
                .voltage: 50_247, .remainingCapacity: 94_905, .capacity: 100_000, .cycles: 18, .soc: 949,
            ], differsBecause: "the single cells and sensors are not known"),
        SerialGolden(
            question: SerialQuestion(code: 0x44, carriesAddress: true),
            answer: "~20024600C04000020F000000000000000000000000000000050000000000000000000E800000F161",
            kind: .captured, source: "P1, US2000", dialect: 1, alarms: AlarmSet(),
            differsBecause: "the number of cells is not said in words"),
    ]

    private static func system63(
        _ answer: String, _ kind: GoldenFrame.Kind, _ source: String, _ cvl: Int32, _ dvl: Int32,
        _ ccl: Int32,
        _ dcl: Int32, differsBecause: String? = nil
    ) -> SerialGolden {
        SerialGolden(
            question: SerialQuestion(code: 0x63), answer: answer, kind: kind, source: source,
            numbers: limits(cvl, dvl, ccl, dcl), differsBecause: differsBecause)
    }

    private static func module92(
        _ answer: String, _ source: String, _ cvl: Int32, _ dvl: Int32, _ ccl: Int32, _ dcl: Int32,
        asked: UInt8? = nil
    ) -> SerialGolden {
        var numbers = limits(cvl, dvl, ccl, dcl)
        numbers[.forceChargeSoon] = 0
        return SerialGolden(
            question: SerialQuestion(code: 0x92, carriesAddress: true), asked: asked, answer: answer,
            kind: .captured, source: source, dialect: 1, numbers: numbers)
    }

    private static func limits(
        _ cvl: Int32, _ dvl: Int32, _ ccl: Int32, _ dcl: Int32
    ) -> [BankField: Int32] {
        [
            .chargeVoltageLimit: cvl, .dischargeVoltageLimit: dvl, .chargeCurrentLimit: ccl,
            .dischargeCurrentLimit: dcl, .chargeEnabled: 1, .dischargeEnabled: 1, .forceCharge: 0,
            .fullCharge: 0,
        ]
    }

    @Test(
        "questions are found as inverters send them",
        arguments: [
            ("~20024642E00202FD33", 0x42), ("~20024644E00202FD31", 0x44), ("~200246470000FDA7", 0x47),
            ("~20024692E00202FD2E", 0x92), ("~28024692E00202FD26", 0x92), ("~2802464F0000FD90", 0x4F),
            ("~201246610000FDAA", 0x61), ("~200246630000FDA9", 0x63), ("~2002464FC0048520FCB2", 0x4F),
            ("~20024651C0040000FCD5", 0x51),
        ] as [(String, UInt16)])
    func questions(_ text: String, _ code: UInt16) {
        let bytes = Array(text.utf8) + [0x0D]
        guard
            case .item(let frame, bytes.count) = SerialFraming.telecom(version: 0x20, deviceClass: 0x46)
                .scanQuestion(bytes.span)
        else {
            Issue.record("not found")
            return
        }
        #expect(frame.code == code && frame.kind == .question)
    }

    @Test(
        "42 and 44 begin with the module that was asked for, or with the number of modules where all were",
        arguments: [
            ("~20024642E00202FD33", 2), ("~20024642E002FFFD09", 1), ("~200246420000FDAC", 2),
            ("~20024644E00202FD31", 2), ("~20024644E002FFFD07", 1),
        ] as [(String, UInt8)])
    func modules(_ text: String, _ expected: UInt8) throws {
        let profile = PylontechRS485.profile
        let talk = try #require(profile.serial)
        let asked = Array(text.utf8) + [0x0D]
        guard case .item(let question, _) = talk.framing.scanQuestion(asked.span) else {
            Issue.record("not found")
            return
        }
        var answer = SerialBuffer()
        let outcome = profile.answer(
            question, talk, bank: .sample(), options: ProfileOptions(), into: &answer)
        var payload = SerialPayload()
        talk.framing.readPayload(of: answer.bytes, into: &payload)
        #expect(outcome == .answered && payload[1] == expected)
    }

    @Test(
        "a question about a module that is not the one addressed is refused as a wrong address",
        arguments: [0x42, 0x44, 0x92, 0x93, 0x96] as [UInt16])
    func otherModule(_ code: UInt16) throws {
        let profile = PylontechRS485.profile
        let talk = try #require(profile.serial)
        for own in [0x02, 0x03, 0x42] as [UInt8] {
            for (module, isOurs) in [
                (0, true), (2, own != 3), (3, own == 3), (4, false), (0x42, own == 0x42), (0xFF, true),
            ] {
                let asked = SerialFrame(
                    address: own, code: code, variant: 0x20, value: UInt16(module), kind: .question)
                var answer = SerialBuffer()
                let outcome = profile.answer(
                    asked, talk, bank: .sample(), options: ProfileOptions(address: own), into: &answer)
                #expect(
                    outcome == (isOurs ? .answered : .refused(.nobodyThere)), "\(own) asked for \(module)")
                guard !isOurs, own == 0x02 else { continue }
                // RTN 90 as the table of the protocol has it.
                #expect(answer.bytes.indices.map { answer[$0] } == Array("~200246900000FDA9\r".utf8))
            }
        }
    }

    @Test("to Deye a stop is also said with the voltage, which is never raised")
    func deye() throws {
        let profile = PylontechRS485.profile
        let talk = try #require(profile.serial)
        for (limit, highest, expected) in [
            (0, 56_400, 53_400), (0, 53_200, 53_200), (10_000, 56_400, 56_400),
        ] as [(Int32, Int32, Int32)] {
            let bank = BankReading.sample([
                .voltage: 53_110, .chargeCurrentLimit: limit, .chargeVoltageLimit: highest,
            ])
            let heard = try SerialProfileTests.converse(profile, talk, bank, ProfileOptions(dialect: 2))
            #expect(heard[.chargeVoltageLimit]?.value == expected)
            #expect(heard[.chargeEnabled]?.value == (limit == 0 ? 0 : 1))
            let others = try SerialProfileTests.converse(profile, talk, bank, ProfileOptions(dialect: 0))
            #expect(others[.chargeVoltageLimit]?.value == highest)
        }
    }

    @Test("every question of both kinds is answered, as it was asked, and refused where it should be")
    func answersAll() throws {
        let profile = PylontechRS485.profile
        let talk = try #require(profile.serial)
        var generator = SplitMix(state: 7)
        let bank = BankReading.random(using: &generator)
        for code in [0x42, 0x44, 0x47, 0x4F, 0x51, 0x92, 0x93, 0x96, 0x60, 0x61, 0x62, 0x63] as [UInt16] {
            var buffer = SerialBuffer()
            let asked = SerialFrame(address: 2, code: code, variant: 0x28, kind: .question)
            #expect(
                profile.answer(asked, talk, bank: bank, options: ProfileOptions(), into: &buffer) == .answered
            )
            guard case .item(let frame, _) = TelecomFrame.scan(buffer.bytes) else {
                Issue.record("\(code)")
                continue
            }
            #expect(frame.version == 0x28 && frame.address == 2 && frame.code == 0)
        }
        for (address, code, expected) in [
            (2, 0x99, SerialOutcome.refused(.unknownCommand)), (0x12, 0x61, .notForUs), (3, 0x42, .notForUs),
        ] as [(UInt8, UInt16, SerialOutcome)] {
            var buffer = SerialBuffer()
            let asked = SerialFrame(address: address, code: code, variant: 0x20, kind: .question)
            #expect(
                profile.answer(asked, talk, bank: bank, options: ProfileOptions(), into: &buffer) == expected)
            let written = String(decoding: (0..<buffer.count).map { buffer[$0] }, as: UTF8.self)
            #expect(written == (expected == .notForUs ? "" : "~200246040000FDAE\r"))
        }
    }

    @Test(
        "the highest and the lowest cell are both said, also where they have the same number in two packs",
        arguments: [(1, 1), (16, 16), (3, 3), (3, 9), (20, 20)] as [(Int32, Int32)])
    func extremes(_ high: Int32, _ low: Int32) throws {
        let profile = PylontechRS485.profile
        let talk = try #require(profile.serial)
        var generator = SplitMix(state: 7)
        var bank = BankReading.random(using: &generator)
        bank[.cells] = Reading(16, at: noon)
        bank[.highestCell] = Reading(3_600, at: noon)
        bank[.lowestCell] = Reading(2_800, at: noon)
        bank[.highestCellNumber] = Reading(high, at: noon)
        bank[.lowestCellNumber] = Reading(low, at: noon)
        var buffer = SerialBuffer()
        let asked = SerialFrame(address: 2, code: 0x42, variant: 0x20, kind: .question)
        _ = profile.answer(asked, talk, bank: bank, options: ProfileOptions(), into: &buffer)
        var heard = BankReading()
        let question = SerialQuestion(code: 0x42, carriesAddress: true)
        _ = profile.understand(
            buffer.bytes, answering: question, talk, options: ProfileOptions(), at: noon, into: &heard)
        #expect(heard[.highestCell]?.value == 3_600 && heard[.lowestCell]?.value == 2_800)
    }
}
