import BMSDrivers
import BatteryModel
import Testing

@Suite("Seplos V3: real answers")
struct SeplosV3GoldenTests {
    @Test("hold", arguments: SeplosV3Golden.all)
    func hold(_ golden: GoldenAnswer) {
        #expect(golden.problems(with: SeplosV3.driver) == [])
    }

    @Test("places behind the number of cells in the settings are no cells of 0 V")
    func absentCells() throws {
        let driver = SeplosV3.driver
        let poll = try #require(driver.question("cells"))
        var told = PackReading.sample(address: 0)
        told.cellMillivolts?.value[15] = nil
        var heard = PackReading()
        heard[.configuredCells] = Reading(15, at: PackReading.sampleTime)
        try driver.decode(driver.answers(poll, 0, told).span, poll, PackReading.sampleTime, &heard)
        #expect(heard.cells == told.cells && heard.cells.count == 15)
    }

    @Test("a late answer is not taken for the next one of the same length")
    func lateAnswer() throws {
        let driver = SeplosV3.driver
        let polls = try ["protections", "requests"].map { try #require(driver.question($0)) }
        let answers = SeplosV3Golden.all.filter { ["protections", "requests"].contains($0.poll) }
        try #require(answers.count == 2)
        for (poll, answer) in zip(polls, answers.reversed()) {
            var reading = PackReading()
            #expect(throws: AnswerError.self) {
                try driver.decode(answer.bytes.span, poll, PackReading.sampleTime, &reading)
            }
        }
    }
}

/// Captures: syssi/esphome-seplos-bms (docs/pdus/v3/SG16S200A-SP57B-A-all-frames.txt, Apache-2.0), whose serial
/// number is replaced here; the vendor's examples stand in its Modbus protocol.
enum SeplosV3Golden {
    private static let temperatures = "the mean and the extreme temperatures are not kept"
    private static let settings = "few of the settings are kept"

    static let all: [GoldenAnswer] = [
        GoldenAnswer(
            source: "SG16S200A-SP57B-A, discharging: pack", poll: "pack", address: 1,
            hex:
                "01 04 22 14 CD FF 77 6B 40 80 E8 01 22 03 40 03 E7 00 0A 0C FF 0B 7F 0D 00 0C FF 0B 81 0B 7E 00 00 00 B4 00 B4 D3 2E",
            values: [
                .packVoltage: 53_250, .current: -1_370, .remainingCapacity: 274_560, .fullCapacity: 330_000,
                .throughput: 2_900_000, .soc: 832, .soh: 999, .cycles: 10, .averageCell: 3_327,
                .highestCell: 3_328, .lowestCell: 3_327, .dischargeCurrentLimit: 180_000,
                .chargeCurrentLimit: 180_000,
            ], differsBecause: temperatures),
        GoldenAnswer(
            source: "SG16S200A-SP57B-A, a little later: pack", poll: "pack", address: 1,
            hex:
                "01 04 22 14 CC FF 77 6B 40 80 E8 01 22 03 40 03 E7 00 0A 0C FF 0B 80 0D 00 0C FF 0B 82 0B 7E 00 00 00 B4 00 B4 15 5E",
            values: [
                .packVoltage: 53_240, .current: -1_370, .remainingCapacity: 274_560, .fullCapacity: 330_000,
                .throughput: 2_900_000, .soc: 832, .soh: 999, .cycles: 10, .averageCell: 3_327,
                .highestCell: 3_328, .lowestCell: 3_327, .dischargeCurrentLimit: 180_000,
                .chargeCurrentLimit: 180_000,
            ], differsBecause: temperatures),
        GoldenAnswer(
            source: "vendor's example without its last register, CRC computed: pack", kind: .document,
            poll: "pack",
            hex:
                "00 04 22 14 A1 00 00 4E 20 4E 20 00 00 03 E8 03 E8 00 00 0C E4 0B 80 0C E6 0C E4 0B 82 0B 7F 00 00 00 B4 00 B4 CA E1",
            values: [
                .packVoltage: 52_810, .current: 0, .remainingCapacity: 200_000, .fullCapacity: 200_000,
                .throughput: 0, .soc: 1_000, .soh: 1_000, .cycles: 0, .averageCell: 3_300,
                .highestCell: 3_302, .lowestCell: 3_300, .dischargeCurrentLimit: 180_000,
                .chargeCurrentLimit: 180_000,
            ], differsBecause: temperatures),
        GoldenAnswer(
            source: "SG16S200A-SP57B-A: cells", poll: "cells", address: 1,
            hex:
                "01 04 34 0C FF 0C FF 0D 00 0D 00 0D 00 0C FF 0D 00 0C FF 0D 00 0D 00 0D 00 0D 00 0D 00 0C FF 0C FF 0D 00 0B 82 0B 7F 0B 81 0B 7E 0A AB 0A AB 0A AB 0A AB 0B 8C 0B 7F 01 13",
            values: [
                .temperature1: 215, .temperature2: 212, .temperature3: 214, .temperature4: 211,
                .ambientTemperature: 225, .mosfetTemperature: 212,
            ],
            cells: [
                3_327, 3_327, 3_328, 3_328, 3_328, 3_327, 3_328, 3_327, 3_328, 3_328, 3_328, 3_328, 3_328,
                3_327, 3_327, 3_328,
            ]),
        GoldenAnswer(
            source: "vendor's example: cells", kind: .document, poll: "cells",
            hex:
                "00 04 34 0C E6 0C E4 0C E5 0C E4 0C E4 0C E5 0C E5 0C E4 0C E4 0C E4 0C E5 0C E5 0C E4 0C E5 0C E4 0C E4 0B 81 0B 82 0B 7F 0B 7F 0A AB 0A AB 0A AB 0A AB 0B 91 0B 83 34 DE",
            values: [
                .temperature1: 214, .temperature2: 215, .temperature3: 212, .temperature4: 212,
                .ambientTemperature: 230, .mosfetTemperature: 216,
            ],
            cells: [
                3_302, 3_300, 3_301, 3_300, 3_300, 3_301, 3_301, 3_300, 3_300, 3_300, 3_301, 3_301, 3_300,
                3_301, 3_300, 3_300,
            ]),
        GoldenAnswer(
            source: "vendor's example, standing by: state", kind: .document, poll: "state",
            hex: "00 01 12 00 00 00 00 00 00 00 00 10 00 00 00 00 00 00 03 00 00 6A 24",
            values: [.chargeSwitch: 1, .dischargeSwitch: 1, .heater: 0], alarms: AlarmSet(),
            differsBecause: "that it stands by is not kept"),
        GoldenAnswer(
            source: "vendor's example with bits set: state", kind: .computed, poll: "state",
            hex: "00 01 12 00 00 00 00 00 00 00 00 01 08 04 00 40 00 00 02 00 20 02 9F",
            values: [.chargeSwitch: 1, .dischargeSwitch: 0, .heater: 0], alarms: someAlarms,
            differsBecause: "that it discharges is not kept, and other bits mean a short circuit as well"),
        GoldenAnswer(
            source: "SG16S200A-SP57B-A to the display's address: protections", poll: "protections",
            address: 0xE0,
            hex:
                "E0 04 6A 00 04 00 10 15 18 15 E0 15 18 16 80 12 C0 12 20 12 C0 10 E0 0D 48 0D AC 0D 48 0E 42 0C 1C 0B 54 0C 1C 0A 8C 07 D0 03 E8 01 F4 00 CB 00 CD 00 D2 00 64 01 2C 01 2C FF 35 FF 33 FF 2E 00 64 FE A2 01 2C FE D4 00 6A 02 58 00 05 0B B8 00 CD 00 0A 0D AC 0D 48 05 DC 03 E8 03 20 00 C8 00 1E 0C 81 0C 9F 0C 9F 0C D1 0A DD 0A C9 76 16",
            values: [
                .configuredCells: 16, .cellOverVoltageRelease: 3_400, .cellOverVoltage: 3_650,
                .cellUnderVoltageRelease: 3_100, .cellUnderVoltage: 2_700, .chargeOverCurrent: 210_000,
                .dischargeOverCurrent: 210_000,
            ], differsBecause: settings),
        GoldenAnswer(
            source: "SG16S200A-SP57B-A to the display's address: requests", poll: "requests", address: 0xE0,
            hex:
                "E0 04 6A 0A BF 0A AB 0C 9F 0C D1 0C D1 0D 03 0A C9 0A AB 0A B5 0A 8D 0C 81 0C 9F 0C D1 0D 03 0A C9 0A AB 0A AB 0A 47 0D FD 0E 61 0D FD 0E F7 0B 0F 0A AB 0C 9F 0A AB 00 0A 0D 48 00 32 00 1E 03 C0 00 50 00 32 00 32 00 1E 80 E8 80 E8 6B 40 00 30 00 3C 00 F0 00 0A 00 07 00 00 00 0D 00 00 01 F4 01 2C 16 80 00 B4 FF 4C 00 00 00 08 FE C9",
            values: [.designCapacity: 330_000, .chargeVoltageLimit: 57_600], differsBecause: settings),
        GoldenAnswer(
            source: "SG16S200A-SP57B-A: identity", poll: "identity",
            hex:
                "00 04 66 58 5A 48 2D 45 6C 65 63 54 65 63 68 20 43 6F 2E 2C 4C 74 64 53 47 31 36 53 32 30 30 41 2D 53 50 35 37 42 2D 41 00 00 00 31 35 53 50 35 37 42 2D 41 30 30 30 30 30 30 30 30 30 30 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 D0 C6",
            identity: [.model: "SG16S200A-SP57B-A", .firmware: "15", .serial: "SP57B-A0000000000"],
            differsBecause: "the maker's name is not kept"),
    ]

    private static let someAlarms: AlarmSet = {
        var alarms = AlarmSet.protections(
            .cellUnderVoltage, .chargeShortCircuit, .dischargeShortCircuit, .wireResistance,
            .internalCommunication)
        alarms.raise(.chargeUnderTemperature, .warning)
        return alarms
    }()
}
