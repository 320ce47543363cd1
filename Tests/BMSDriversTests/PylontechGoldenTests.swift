import BMSDrivers
import BatteryModel
import Testing

@Suite("Pylontech modules: real answers")
struct PylontechGoldenTests {
    @Test("hold", arguments: PylontechGolden.all)
    func hold(_ golden: GoldenAnswer) {
        #expect(golden.problems(with: Pylontech.driver) == [])
    }

    @Test("answers for several modules at once are not taken for one", arguments: PylontechGolden.several)
    func several(_ text: String) {
        let driver = Pylontech.driver
        let bytes = Array(text.utf8) + [0x0D]
        for poll in ["status", "alarms", "limits"] {
            var reading = PackReading()
            #expect(throws: AnswerError.self) {
                try driver.decode(
                    bytes.span, driver.question(poll) ?? 0, Instant(nanoseconds: 1), &reading)
            }
        }
    }
}

/// Answers of three kinds of modules, and one of the document.
///
/// Captures: Tomcat42/pylontech-python, issues 7 and 9 and examples/lowLevelRS485 (US2000, US5000);
/// Frankkkkk/python-pylontech commit 5d91f6d, tests/test_basic.py (UP2500, MIT). Document: PYLON low voltage protocol
/// RS485 V3.3, section 4; its checksum was edited by hand and is mended. The serial number is invented.
enum PylontechGolden {
    private static let board = "the board's own temperature is not kept"
    private static let lower = "the lower voltage limit is not kept"
    private static let apart = "the numbers of cells and sensors stand in another answer"
    private static let some = "some settings are not kept"

    static let all: [GoldenAnswer] = status + alarms + others

    private static let status: [GoldenAnswer] = [
        GoldenAnswer(
            source: "US2000, charging: status", poll: "status", address: 2,
            text:
                "~20024600C06E00020F0D1F0D200D200D200D200D200D210D200D200D210D220D200D220D220D21050BCD0BAF0BAF"
                + "0BAF0BAF0015C4E88AAC02C350004FE594",
            values: us2000, cells: us2000Cells, differsBecause: board),
        GoldenAnswer(
            source: "the same, its board as warm as its first cells", kind: .computed, poll: "status",
            address: 2,
            text:
                "~20024600C06E00020F0D1F0D200D200D200D200D200D210D200D200D210D220D200D220D220D21050BAF0BAF0BAF"
                + "0BAF0BAF0015C4E88AAC02C350004FE594",
            values: us2000, cells: us2000Cells),
        GoldenAnswer(
            source: "the same with a sixth sensor", kind: .computed, poll: "status", address: 2,
            text:
                "~20024600707200020F0D1F0D200D200D200D200D200D210D200D200D210D220D200D220D220D21060BCD0BAF0BAF"
                + "0BAF0BAF0BF50015C4E88AAC02C350004FE4C4",
            values: us2000.merging([.mosfetTemperature: 330]) { $1 }, cells: us2000Cells,
            differsBecause: board),
        GoldenAnswer(
            source: "UP2500, 8 cells, discharging: status", poll: "status", address: 2,
            text:
                "~20024600D05E1002080D020D020D020D030D000D010D010D03050B7D0B690B690B690B73FFFA680EFFFF04FFFF00"
                + "000174E401B198E906",
            values: up2500, cells: up2500Cells, differsBecause: board),
        GoldenAnswer(
            source: "the same, its board as warm as its first cells, no alarm unread", kind: .computed,
            poll: "status", address: 2,
            text:
                "~20024600D05E0002080D020D020D020D030D000D010D010D03050B690B690B690B690B73FFFA680EFFFF04FFFF00"
                + "000174E401B198E913",
            values: up2500, cells: up2500Cells),
        GoldenAnswer(
            source: "example of a module of 74 Ah", kind: .document, poll: "status", address: 2,
            text:
                "~20024600F07A11020F0D450D440D450D440D450D440D3E0D450D4A0D4A0D4B0D4A0D4A0D4A0D4A050BC30BC30BC3"
                + "0BCD0BCD0000C725FFFF04FFFF000200CA58012110E27A",
            values: [
                .packVoltage: 50_981, .current: 0, .soc: 700, .remainingCapacity: 51_800,
                .fullCapacity: 74_000, .cycles: 2, .temperature1: 280, .temperature2: 280,
                .temperature3: 290, .temperature4: 290,
            ],
            cells: [
                3_397, 3_396, 3_397, 3_396, 3_397, 3_396, 3_390, 3_397, 3_402, 3_402, 3_403, 3_402, 3_402,
                3_402, 3_402,
            ], differsBecause: "an alarm and a switch have changed unread"),
        GoldenAnswer(
            source: "US5000, second module: status", poll: "status", address: 2,
            text:
                "~20024600F07A00020F0D170D140D150D150D180D170D140D150D150D180D170D140D150D150D18050C0B0BEF0BF0"
                + "0BED0C0B00C9C447FFFF04FFFF00120172B90186A0E2D1",
            values: [
                .packVoltage: 50_247, .current: 20_100, .soc: 949, .remainingCapacity: 94_905,
                .fullCapacity: 100_000, .cycles: 18, .temperature1: 324, .temperature2: 325,
                .temperature3: 322, .temperature4: 352,
            ],
            cells: [
                3_351, 3_348, 3_349, 3_349, 3_352, 3_351, 3_348, 3_349, 3_349, 3_352, 3_351, 3_348, 3_349,
                3_349, 3_352,
            ], differsBecause: board),
        GoldenAnswer(
            source: "US5000, fourth module: status", poll: "status", address: 4,
            text:
                "~20044600F07A00040F0D180D150D160D140D180D180D150D160D140D180D190D150D160D150D18050BFB0BEE0BED"
                + "0BE90BF800BDC44FFFFF04FFFF00B2016CC90186A0E263",
            values: [
                .packVoltage: 50_255, .current: 18_900, .soc: 933, .remainingCapacity: 93_385,
                .fullCapacity: 100_000, .cycles: 178, .temperature1: 323, .temperature2: 322,
                .temperature3: 318, .temperature4: 333,
            ],
            cells: [
                3_352, 3_349, 3_350, 3_348, 3_352, 3_352, 3_349, 3_350, 3_348, 3_352, 3_353, 3_349, 3_350,
                3_349, 3_352,
            ], differsBecause: board),
    ]

    private static let us2000: [PackField: Int32] = [
        .packVoltage: 50_408, .current: 2_100, .soc: 710, .remainingCapacity: 35_500,
        .fullCapacity: 50_000, .cycles: 79, .temperature1: 260, .temperature2: 260, .temperature3: 260,
        .temperature4: 260,
    ]
    private static let us2000Cells: [UInt16] = [
        3_359, 3_360, 3_360, 3_360, 3_360, 3_360, 3_361, 3_360, 3_360, 3_361, 3_362, 3_360, 3_362, 3_362,
        3_361,
    ]
    private static let up2500: [PackField: Int32] = [
        .packVoltage: 26_638, .current: -600, .soc: 860, .remainingCapacity: 95_460,
        .fullCapacity: 111_000, .cycles: 0, .temperature1: 190, .temperature2: 190, .temperature3: 190,
        .temperature4: 200,
    ]
    private static let up2500Cells: [UInt16] = [3_330, 3_330, 3_330, 3_331, 3_328, 3_329, 3_329, 3_331]

    private static let alarms: [GoldenAnswer] = [
        GoldenAnswer(
            source: "US2000, charging: alarms", poll: "alarms", address: 2,
            text: "~20024600C04000020F000000000000000000000000000000050000000000000000000E800000F161",
            values: switches, alarms: AlarmSet(), differsBecause: apart),
        GoldenAnswer(
            source: "US5000, second module, with a byte more: alarms", poll: "alarms", address: 2,
            text: "~20024600A04200020F000000000000000000000000000000050000000000000000000E80000000F101",
            values: switches, alarms: AlarmSet(), differsBecause: apart),
        GoldenAnswer(
            source: "by the document: cell 15 and the module above their limits", kind: .computed,
            poll: "alarms", address: 2,
            text: "~20024600C04000020F000000000000000000000000000002050000000000000000010E800000F15E",
            values: switches,
            alarms: .protections(.cellOverVoltage, .packOverVoltage), differsBecause: apart),
        GoldenAnswer(
            source: "by the document: cell 16 has failed", kind: .computed, poll: "alarms", address: 2,
            text: "~20024600C04000020F000000000000000000000000000000050000000000000000000E000080F161",
            values: switches, alarms: .protections(.cellOverVoltage, .cellUnderVoltage),
            differsBecause: apart),
    ]

    private static let switches: [PackField: Int32] = [
        .chargeSwitch: 1, .dischargeSwitch: 1, .prechargeSwitch: 0, .heater: 0,
    ]

    private static let others: [GoldenAnswer] = [
        limits(
            "US2000", "~20024600B01402D002B79800FAFF06C0F92D", voltage: 53_250, charge: 25_000,
            discharge: 25_000),
        limits(
            "UP2500", "~20024600B014026EF05AA0022BFDD5C0F915", voltage: 28_400, charge: 55_500,
            discharge: 55_500),
        limits(
            "another", "~20024600B01402D002AFC800C8FE0CC0F915", voltage: 53_250, charge: 20_000,
            discharge: 50_000),
        limits(
            "third module", address: 3, "~20034600B01403D002AFC800C8FE0CC0F913", voltage: 53_250,
            charge: 20_000, discharge: 50_000),
        GoldenAnswer(
            source: "by the document: 25 A named but charging forbidden, discharge limit positive",
            kind: .computed, poll: "limits", address: 2, text: "~20024600B01402D002B79800FA032040F969",
            values: [
                .chargeVoltageLimit: 53_250, .chargeCurrentLimit: 0, .dischargeCurrentLimit: 80_000,
                .chargeEnabled: 0,
                .dischargeEnabled: 1,
            ], differsBecause: lower),
        GoldenAnswer(
            source: "US2000: settings", poll: "settings", address: 2,
            text: "~20024600B032110E420BEA0B540D0D0A3D03FCD2F0B3B0ADD40D0D0A3DFC18F23D",
            values: [
                .cellOverVoltage: 3_650, .cellUnderVoltage: 2_900, .chargeOverTemperature: 610,
                .chargeUnderTemperature: -110, .dischargeOverTemperature: 610,
            ], differsBecause: some),
        GoldenAnswer(
            source: "US2000: model", poll: "model", address: 2,
            text: "~20024600C0405553324B42504C000000020350796C6F6E2D2D2D2D2D2D2D2D2D2D2D2D2D2D2DEF98",
            identity: [.model: "US2KBPL"], differsBecause: "the maker's name is not kept"),
        GoldenAnswer(
            source: "a serial number", kind: .computed, poll: "serial", address: 2,
            text: "~20024600C0220241424344313233344546474835363738F6B9",
            identity: [.serial: "ABCD1234EFGH5678"]),
        GoldenAnswer(
            source: "US2000: firmware", poll: "firmware", address: 2,
            text: "~20024600400C020203000605FB49", identity: [.firmware: "2.3/0.6.5"]),
    ]

    private static func limits(
        _ source: String, address: UInt8 = 2, _ text: String, voltage: Int32, charge: Int32,
        discharge: Int32
    ) -> GoldenAnswer {
        GoldenAnswer(
            source: "\(source): limits", poll: "limits", address: address, text: text,
            values: [
                .chargeVoltageLimit: voltage, .chargeCurrentLimit: charge, .dischargeCurrentLimit: discharge,
                .chargeEnabled: 1, .dischargeEnabled: 1,
            ], differsBecause: lower)
    }

    /// Answers of whole batteries, of three US2000 and of a US3000 with a US2000.
    static let several = [
        "~20024600914211030F0CE70CE80CE60CE70CE80CE80CE80CE60CE50CE60CE80CE70CEA0CE50CE6050B910B870B870B870B87"
            + "FFE6C18982DC02C350001F0F0CE20CE60CE60CE10CE50CE70CE60CE30CE20CE50CE30CE90CE70CE90CE9050B910B870B87"
            + "0B870B87FFE7C17082DC02C350001F0F0CE20CE50CE50CE20CE30CE30CE40CE50CE60CE60CE30CE40CE40CE60CE6050B91"
            + "0B7D0B7D0B7D0B7DFFE5C16082DC02C350001FB476",
        "~2002460010F011020F0CCD0CCE0CCC0CCE0CCB0CCC0CCD0CCC0CCD0CCB0CCC0CCD0CCD0CCE0CCC050BE10BCD0BCD0BD70BCD"
            + "FFC3BFFDFFFF04FFFF0234007F300121100F0CCA0CCA0CCB0CCC0CCA0CCC0CCB0CCB0CCB0CCB0CCB0CCA0CCC0CCC0CCB05"
            + "0BEB0BCD0BCD0BCD0BC3FFD1BFE5FFFF04FFFF0292005FB400C350C4A7",
    ]
}
