import BMSDrivers
import BatteryModel
import Testing

@Suite("PACE V20, EG4 LifePower4: real answers")
struct PACEV20GoldenTests {
    @Test("hold", arguments: PACEV20Golden.all)
    func hold(_ golden: GoldenAnswer) {
        #expect(golden.problems(with: PACEV20.driver) == [])
    }
}

/// Answers of one pack, and two of the document.
///
/// Captures: nkinnan/esphome-pace-bms commit 2ba4bc6, components/pace_bms/pace_bms_protocol_v20.cpp. Document: EG4
/// LifePower4 communication protocol (in gonzalop/wombatt, docs/ref).
enum PACEV20Golden {
    private static let switches: [PackField: Int32] = [.chargeSwitch: 1, .dischargeSwitch: 1, .heater: 0]
    private static let alone = "the numbers of cells and sensors stand in another answer"
    private static let counters = "flag and counters are not kept"
    private static let captured: [PackField: Int32] = [
        .packVoltage: 53_970, .current: 6_690, .soc: 870, .soh: 980, .remainingCapacity: 86_170,
        .fullCapacity: 98_600, .cycles: 84, .temperature1: 240, .temperature2: 250, .temperature3: 240,
        .temperature4: 240, .ambientTemperature: 270, .mosfetTemperature: 260,
    ]
    private static let cells: [UInt16] = [
        3_375, 3_372, 3_372, 3_373, 3_373, 3_375, 3_375, 3_375, 3_372, 3_373, 3_373, 3_375, 3_376, 3_372,
        3_376, 3_372,
    ]

    static let all: [GoldenAnswer] = [
        GoldenAnswer(
            source: "a pack with the name QTHN, charging: status", poll: "status", address: 1,
            text:
                "~20014A00A0CA1001100D2F0D2C0D2C0D2D0D2D0D2F0D2F0D2F0D2C0D2D0D2D0D2F0D300D2C0D300D2C040B9B0BA5"
                + "0B9B0B9B0BB90BAF029D151521A9268400540F005700620D300D2C00040BA50B9B000ADAC0000A54550005D473"
                + "000570A600000680000004CA56897E24D1A5",
            values: captured, cells: cells, differsBecause: counters),
        GoldenAnswer(
            source: "the same without flag and counters", kind: .computed, poll: "status", address: 1,
            text:
                "~20014A00A0CA0001100D2F0D2C0D2C0D2D0D2D0D2F0D2F0D2F0D2C0D2D0D2D0D2F0D300D2C0D300D2C040B9B0BA5"
                + "0B9B0B9B0BB90BAF029D151521A9268400540F005700620D300D2C00040B9B0B9B000000000000000000000000"
                + "00000000000000000000000000000000D2CC",
            values: captured, cells: cells),
        GoldenAnswer(
            source: "example of an empty pack: status", kind: .document, poll: "status", address: 1,
            text:
                "~20014A00A0CA0101100C540C810C810C820C810C810C810C810C820C820C820C820C820C820C820C7E040BCD0BCD"
                + "0BCD0BCD0BD70BD7000013FD0000271000000F000000640C820C54002E0BCD0BCD000000150000003C0000000A"
                + "0000001D00000000000000000002001DD300",
            values: [
                .packVoltage: 51_170, .current: 0, .soc: 0, .soh: 1_000, .remainingCapacity: 0,
                .fullCapacity: 100_000, .cycles: 0, .temperature1: 290, .temperature2: 290,
                .temperature3: 290, .temperature4: 290, .ambientTemperature: 300, .mosfetTemperature: 300,
            ],
            cells: [
                3_156, 3_201, 3_201, 3_202, 3_201, 3_201, 3_201, 3_201, 3_202, 3_202, 3_202, 3_202, 3_202,
                3_202, 3_202, 3_198,
            ], differsBecause: counters),
        GoldenAnswer(
            source: "a pack with the name QTHN, charging: alarms", poll: "alarms", address: 1,
            text: "~20014A0070541001100000000000000000000000000000000004000000000000000009000000000000"
                + "03020000000000EDC3",
            values: switches, alarms: AlarmSet(), differsBecause: alone),
        GoldenAnswer(
            source: "example of an empty pack: alarms", kind: .document, poll: "alarms", address: 1,
            text: "~20014A0070540101100000000000000000000000000000000004000000000000000009000000000001"
                + "03000000000000EDC4",
            values: switches, alarms: AlarmSet(), differsBecause: alone),
        GoldenAnswer(
            source: "by the document: MOSFETs too warm, too warm to charge, discharge over-current",
            kind: .computed, poll: "alarms", address: 1,
            text: "~20014A0070540001100000000000000000000000000000000004000000000000000009000010020800"
                + "00000000000000EDBE",
            values: [.chargeSwitch: 0, .dischargeSwitch: 0, .heater: 0],
            alarms: .protections(.mosfetOverTemperature, .chargeOverTemperature, .dischargeOverCurrent),
            differsBecause: alone),
    ]
}
