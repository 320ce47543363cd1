import BMSDrivers
import BatteryModel
import BusCodec
import Testing

@Suite("PACE V25: real answers")
struct PACEGoldenTests {
    @Test("hold", arguments: PACEGolden.all)
    func hold(_ golden: GoldenAnswer) {
        #expect(golden.problems(with: PACE.driver) == [])
    }

    @Test("the presence question of a chain's master is no refusal")
    func presence() {
        let bytes = Array("~250246900000FDA4\r".utf8)
        guard case .item(let item, let length) = PACE.driver.scan(bytes.span, true, true) else {
            Issue.record("not found")
            return
        }
        #expect(item.kind == .request && item.address == 2 && item.poll == nil && length == bytes.count)
    }
}

/// Answers of two packs, and one of the document.
///
/// Captures: nkinnan/esphome-pace-bms commit 2ba4bc6, components/pace_bms/pace_bms_protocol_v25.cpp (the pack with
/// address 1); StanislavLakhtin/esp32-pylon-battery-mqtt-probe, main/sample_data.h (address 2). Document: PACE's RS232
/// protocol of 2018-07-05.
enum PACEGolden {
    private static let switches: [PackField: Int32] = [.chargeSwitch: 1, .dischargeSwitch: 1, .heater: 0]
    private static let alone = "the numbers of cells and sensors stand in another answer"
    private static let longer = "the pack adds what is not documented"

    static let all: [GoldenAnswer] = [
        GoldenAnswer(
            source: "P16S100A, discharging: status", poll: "status", address: 1,
            text:
                "~25014600F07A0001100CC70CC80CC70CC70CC70CC50CC60CC70CC70CC60CC70CC60CC60CC70CC60CC7060B9B0B99"
                + "0B990B990BB30BBCFF1FCCCD12D303286A008C2710E1E4",
            values: [
                .packVoltage: 52_429, .current: -2_250, .soc: 465, .remainingCapacity: 48_190,
                .fullCapacity: 103_460, .designCapacity: 100_000, .cycles: 140, .temperature1: 241,
                .temperature2: 239, .temperature3: 239, .temperature4: 239, .mosfetTemperature: 265,
                .ambientTemperature: 274,
            ],
            cells: [
                3_271, 3_272, 3_271, 3_271, 3_271, 3_269, 3_270, 3_271, 3_271, 3_270, 3_271, 3_270, 3_270,
                3_271, 3_270, 3_271,
            ]),
        GoldenAnswer(
            source: "a wall-mounted pack, discharging: status", poll: "status", address: 2,
            text:
                "~2502460010960002100CF30CF30CF20CF30CF30CF30CF30CF20CF30CF30CF30CF40CF20CF30CF30CF1060BB90BB6"
                + "0BB20BBE0BCA0BBFFEA2CF76344C035989001159D83A59D859D859D859D864D17E0000DBBB",
            values: [
                .packVoltage: 53_110, .current: -3_500, .soc: 584, .remainingCapacity: 133_880,
                .fullCapacity: 229_210, .designCapacity: 230_000, .cycles: 17, .temperature1: 271,
                .temperature2: 268, .temperature3: 264, .temperature4: 276, .mosfetTemperature: 288,
                .ambientTemperature: 277,
            ],
            cells: [
                3_315, 3_315, 3_314, 3_315, 3_315, 3_315, 3_315, 3_314, 3_315, 3_315, 3_315, 3_316, 3_314,
                3_315, 3_315, 3_313,
            ], differsBecause: longer),
        GoldenAnswer(
            source: "example of an answer on RS232, one pack", kind: .document, poll: "status", address: 0,
            text:
                "~25004600F07A0001100D420D140D130D130D130D130D130D130D110D120D130D110D110D120D100D13060BB70BB7"
                + "0BB80BB60BB30BBD0000D155128E03138800001388E3AC",
            values: [
                .packVoltage: 53_589, .current: 0, .soc: 950, .remainingCapacity: 47_500,
                .fullCapacity: 50_000, .designCapacity: 50_000, .cycles: 0, .temperature1: 269,
                .temperature2: 269, .temperature3: 270, .temperature4: 268, .mosfetTemperature: 265,
                .ambientTemperature: 275,
            ],
            cells: [
                3_394, 3_348, 3_347, 3_347, 3_347, 3_347, 3_347, 3_347, 3_345, 3_346, 3_347, 3_345, 3_345,
                3_346, 3_344, 3_347,
            ], differsBecause: "the number of packs stands in the place of the address"),
        GoldenAnswer(
            source: "P16S100A: alarms", poll: "alarms", address: 1,
            text: "~25014600004C00011000000000000000000000000000000000060000000000000000"
                + "0000000E000000000000EF3A",
            values: switches, alarms: AlarmSet(), differsBecause: alone),
        GoldenAnswer(
            source: "a wall-mounted pack: alarms", poll: "alarms", address: 2,
            text: "~25024600E04E00021000000000000000000000000000000000060000000000000000"
                + "0000000E00000000000000EEC1",
            values: switches, alarms: AlarmSet(), differsBecause: longer),
        GoldenAnswer(
            source: "by the document: short circuit, charge MOSFET, cell low, cold to charge, little charge",
            kind: .computed, poll: "alarms", address: 1,
            text: "~25014600004C00011000000000000000000000000000000000060000000000000000"
                + "0040000E000100000284EF27",
            values: switches,
            alarms: AlarmSet(
                warnings: AlarmMask(.cellUnderVoltage, .chargeUnderTemperature),
                protections: AlarmMask(.chargeShortCircuit, .dischargeShortCircuit)
                    .union(AlarmMask(.chargeSwitchFault))),
            differsBecause: alone),
        GoldenAnswer(
            source: "by the document: poles reversed, both MOSFETs open", kind: .computed, poll: "alarms",
            address: 1,
            text: "~25014600004C00011000000000000000000000000000000000060000000000000000"
                + "00000018000000000000EF46",
            values: [.chargeSwitch: 0, .dischargeSwitch: 0, .heater: 0],
            alarms: .protections(.chargeSwitchFault, .dischargeSwitchFault),
            differsBecause: alone),
        GoldenAnswer(
            source: "P16S100A: version", poll: "version", address: 1,
            text: "~25014600602850313653313030412D313831322D312E30302000F58E",
            identity: [.firmware: "P16S100A-1812-1.00"], differsBecause: "it is filled up with a space"),
        GoldenAnswer(
            source: "P16S100A: product", poll: "product", address: 1,
            text:
                "~25014600B05031383132313031333830333039442020202020202020202020202020202020202020202020202020"
                + "EE0F",
            identity: [.serial: "1812101380309D"], differsBecause: "it is filled up with spaces"),
    ]
}
