import BMSDrivers
import BatteryModel
import BusCodec
import TestSupport
import Testing

@Suite("TDT: real answers")
struct TDTGoldenTests {
    @Test("hold", arguments: TDTGolden.all)
    func hold(_ golden: GoldenAnswer) {
        #expect(golden.problems(with: TDT.driver) == [])
    }

    @Test("asks as in the capture")
    func question() {
        #expect(TDT.driver.asks(1, 1) == [0xBC] + Array("01014642E00201FD36\r".utf8))
    }

    @Test("a question that begins with ~ is heard as one")
    func olderHost() {
        let bytes = Array("~25014642E00201FD30\r".utf8)
        guard case .item(let item, _) = TDT.driver.scan(bytes.span, true, true) else {
            Issue.record("not found")
            return
        }
        #expect(item.kind == .request && item.address == 1 && item.poll == 1)
    }

    @Test("an answer to another question is not taken for it")
    func otherAnswer() {
        var reading = PackReading()
        let bytes = TDTGolden.all[0].bytes
        #expect(throws: AnswerError.wrongStructure) {
            try TDT.driver.decode(bytes.span, 2, PackReading.sampleTime, &reading)
        }
    }
}

/// Captures: wojtbar in syssi/esphome-seplos-bms, issue 123.
enum TDTGolden {
    private static let sixteenCells =
        "~01014F4230940001100CD40CD40CD50CD60CD60CD60CD60CD60CD60CD70CD70CD70CD70CD80CD80C"
        + "D5060B4E0B370B2C0B2C0B2C0B3100191489167D0049C6003180E8148F00001E0380000000000002DD4B"
    private static let fourteenCells =
        "~25014F42808000010E0F720F720F740F730F6D0F6E0F6D0F700F700F700F700F700F700F71060B0C"
        + "0AE00AD20AC80AD20AD80EB6159D355D00451900984E2015890C914D0409E195"

    private static let status: [PackField: Int32] = [
        .packVoltage: 52_570, .remainingCapacity: 57_570, .fullCapacity: 188_860, .cycles: 49,
        .designCapacity: 330_000, .soc: 300, .ambientTemperature: 163, .mosfetTemperature: 140,
        .temperature1: 129, .temperature2: 129, .temperature3: 129, .temperature4: 134,
    ]
    private static let cells: [UInt16] = [
        3_284, 3_284, 3_285, 3_286, 3_286, 3_286, 3_286, 3_286, 3_286, 3_287, 3_287, 3_287, 3_287, 3_288,
        3_288, 3_285,
    ]

    static let all: [GoldenAnswer] = [
        GoldenAnswer(
            source: "TDT-6032, 16 cells", poll: "status", address: 1, text: sixteenCells,
            known: [.controlWord: 0], values: status.merging([.current: 250]) { $1 }, cells: cells,
            differsBecause: "the port's voltage and the tail are not kept"),
        GoldenAnswer(
            source: "TDT-6022, 14 cells, charging; an earlier capture of it has 15.74 Ah less",
            poll: "status", address: 1, text: fourteenCells, known: [.controlWord: 0x03CE],
            values: [
                .current: 37_660, .packVoltage: 55_330, .remainingCapacity: 136_610, .fullCapacity: 176_890,
                .cycles: 152, .designCapacity: 200_000, .soc: 770, .ambientTemperature: 97,
                .mosfetTemperature: 53, .temperature1: 39, .temperature2: 29, .temperature3: 39,
                .temperature4: 45,
            ],
            cells: [
                3_954, 3_954, 3_956, 3_955, 3_949, 3_950, 3_949, 3_952, 3_952, 3_952, 3_952, 3_952, 3_952,
                3_953,
            ], differsBecause: "it has a version in the place of the pack's number"),
        GoldenAnswer(
            source: "TDT-6032 before its answer to C1: the unit of the current is not known", poll: "status",
            address: 1, text: sixteenCells, values: status, cells: cells,
            differsBecause: "a battery without a current does not answer"),
        GoldenAnswer(
            source: "the same bytes of a board that counts tenths of an ampere", kind: .computed,
            poll: "status", address: 1, text: sixteenCells, known: [.controlWord: 1],
            values: status.merging([.current: 2_500]) { $1 }, cells: cells,
            differsBecause: "hundredths are written"),
        GoldenAnswer(
            source: "-, healthy", kind: .computed, poll: "alarms", address: 1,
            text: "~01014F44004C000110000000000000000000000000000000000600000000000000000"
                + "0000006000000000000EF37",
            values: [.chargeSwitch: 1, .dischargeSwitch: 1, .heater: 0], alarms: AlarmSet(),
            differsBecause: "how many cells and sensors there are is told by another answer"),
        GoldenAnswer(
            source: "-, cell 4 empty, power board too warm, one MOSFET off, a sensor broken", kind: .computed,
            poll: "alarms", address: 1,
            text: "~01014F44004C000110000000010000000000000000000000000600000000000000000"
                + "0021004000400000210EF2E",
            values: [.chargeSwitch: 0, .dischargeSwitch: 0, .heater: 0], alarms: troubled,
            differsBecause: "which MOSFET is off, and which cell is low, is not known"),
        GoldenAnswer(
            source: "-, the mode that the reader shows", kind: .computed, poll: "about", address: 1,
            text: "~01014FC1D0305444542D363033322D56332E360000000000000003CE0000F3C0",
            values: [.controlWord: 0x03CE], identity: [.firmware: "TDT-6032-V3.6"],
            differsBecause: "a simulated battery counts in hundredths and says so"),
        GoldenAnswer(
            source: "-, of older firmware, without the mode", kind: .computed, poll: "about", address: 1,
            text: "~01014FC160285444542D363033322D56332E3600000000000000F572",
            values: [.controlWord: 0], identity: [.firmware: "TDT-6032-V3.6"],
            differsBecause: "a simulated battery is newer"),
    ]

    private static var troubled: AlarmSet {
        var alarms = AlarmSet.protections(.cellUnderVoltage, .mosfetOverTemperature, .temperatureSensorFault)
        alarms.raise(.cellUnderVoltage, .warning)
        alarms.raise(.batteryOverTemperature, .warning)
        return alarms
    }
}
