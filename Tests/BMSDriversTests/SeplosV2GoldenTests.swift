import BMSDrivers
import BatteryModel
import Testing

@Suite("Seplos V2: real answers")
struct SeplosV2GoldenTests {
    @Test("hold", arguments: SeplosV2Golden.all)
    func hold(_ golden: GoldenAnswer) {
        #expect(golden.problems(with: SeplosV2.driver) == [])
    }
}

/// Captures: syssi/esphome-seplos-bms (commit dedb6bb, components/seplos_bms/seplos_bms.cpp and tests; Apache-2.0).
enum SeplosV2Golden {
    private static let group = "the question it answers named the pack 1, ours names its address"
    private static let alone = "the numbers of cells and sensors stand in another answer"
    private static let protocolName = "the name of the protocol on CAN is not kept"

    private static let status: [PackField: Int32] = [
        .packVoltage: 52_800, .current: -6_760, .soc: 787, .soh: 1_000, .remainingCapacity: 133_900,
        .fullCapacity: 170_000, .designCapacity: 180_000, .cycles: 70, .temperature1: 251,
        .temperature2: 245, .temperature3: 236, .temperature4: 251, .ambientTemperature: 250,
        .mosfetTemperature: 247,
    ]
    private static let cells: [UInt16] = [
        3_287, 3_305, 3_316, 3_286, 3_311, 3_301, 3_297, 3_292, 3_305, 3_312, 3_304, 3_311, 3_306, 3_290,
        3_294, 3_288,
    ]
    private static let peace: [PackField: Int32] = [
        .chargeSwitch: 1, .dischargeSwitch: 1, .heater: 0, .wireResistanceAlarms: 0,
    ]

    static let all: [GoldenAnswer] = [
        GoldenAnswer(
            source: "16 cells, discharging: status", poll: "status",
            text: "~2000460010960001100CD70CE90CF40CD60CEF0CE50CE10CDC0CE90CF00CE80CEF0CEA0CDA0CDE0CD8060BA6"
                + "0BA00B970BA60BA50BA2FD5C14A0344E0A426803134650004603E8149F0000000000000000DC6C",
            values: status, cells: cells, differsBecause: group),
        GoldenAnswer(
            source: "the same for address 1, without what is not kept (port voltage, sum)", kind: .computed,
            poll: "status", address: 1,
            text: "~2001460010960001100CD70CE90CF40CD60CEF0CE50CE10CDC0CE90CF00CE80CEF0CEA0CDA0CDE0CD8060BA6"
                + "0BA00B970BA60BA50BA2FD5C14A0344E0A426803134650004603E800000000000000000000DC8F",
            values: status, cells: cells),
        GoldenAnswer(
            source: "15 cells, charging: alarms", poll: "alarms",
            text:
                "~20004600A06000010F000000000000000000000000000000060000000000000000140000000000000300000200"
                + "000000000000000002EB74",
            values: peace, alarms: AlarmSet(), differsBecause: alone),
        GoldenAnswer(
            source: "by the document: a cell is low, cell 1 is balanced", kind: .computed, poll: "alarms",
            address: 1,
            text:
                "~20014600806200011000000000000000000000000000000000060000000000000000140004000000000301000200"
                + "000000000000000000EB2C",
            values: peace, alarms: AlarmSet(warnings: AlarmMask(.cellUnderVoltage)),
            differsBecause: alone),
        GoldenAnswer(
            source: "board 1101-SP15", poll: "about",
            text: "~20004600C040313130312D5350313520020743414E50726F746F636F6C3A536F666172202020F046",
            identity: [.model: "1101-SP15", .firmware: "2.7"], differsBecause: protocolName),
        GoldenAnswer(
            source: "board 1101-ZH26", poll: "about",
            text: "~20004600C040313130312D5A4832362002062020202020202020202020202020202020202020F116",
            identity: [.model: "1101-ZH26", .firmware: "2.6"], differsBecause: protocolName),
    ]
}

extension AlarmSet {
    /// Some warnings.
    init(warnings: AlarmMask, protections: AlarmMask = AlarmMask()) {
        self.init()
        self.warnings = warnings
        self.protections = protections
    }
}
