import BatteryModel
import BusCodec
import InverterProfiles
import Testing

@Suite("Seplos V1.0: frames")
struct SeplosLVGoldenTests {
    @Test("hold", arguments: SeplosLVGolden.all)
    func hold(_ golden: GoldenFrame) {
        #expect(golden.problems(with: SeplosLV.profile) == [])
    }
}

/// Seplos V1.0.
///
/// A1: victorstoica114/sigrok-pylon-bms-decoders, raw capture of a Seplos BMS in its SMA mode, CRC checked; 0x351 is laid
/// out alike in both modes. No capture of the mode itself is known. "-": from the table of the protocol alone.
enum SeplosLVGolden {
    static let all: [GoldenFrame] = [
        GoldenFrame(
            identifier: 0x351, bytes: "40 02 08 07 08 07 00 02", kind: .captured, source: "A1 (SMA mode)",
            numbers: [
                .chargeVoltageLimit: 57_600, .chargeCurrentLimit: 180_000, .dischargeCurrentLimit: 180_000,
                .dischargeVoltageLimit: 51_200,
            ]),
        GoldenFrame(
            identifier: 0x355, bytes: "46 00 64 00 00 00 00 00", kind: .computed, source: "-",
            numbers: [.soc: 700, .soh: 1000]),
        GoldenFrame(
            identifier: 0x356, bytes: "3E 16 9C FF F9 00 00 00", kind: .computed, source: "-",
            numbers: [.voltage: 56_940, .current: -10_000, .temperature: 249]),
        GoldenFrame(
            identifier: 0x359, bytes: "04 00 00 01 02 50 4E 00", kind: .computed, source: "-",
            numbers: [.packs: 2],
            alarms: alarms(protections: [.cellUnderVoltage], warnings: [.chargeOverCurrent])),
        GoldenFrame(
            identifier: 0x359, bytes: "00 00 00 10 02 50 4E 03", kind: .computed, source: "-",
            numbers: [.packs: 2], alarms: alarms(warnings: [.imbalance]),
            differsBecause: "cell failure and the map of the packs are understood and not sent"),
        GoldenFrame(
            identifier: 0x35C, bytes: "C0 00 00 00 00 00 00 00", kind: .computed, source: "-",
            numbers: [
                .chargeEnabled: 1, .dischargeEnabled: 1, .forceCharge: 0, .forceChargeSoon: 0, .fullCharge: 0,
            ]),
        GoldenFrame(
            identifier: 0x35E, bytes: "50 59 4C 4F 4E 20 20 20", kind: .computed, source: "-",
            maker: "PYLON"),
        GoldenFrame(
            identifier: 0x370, bytes: "0B 01 04 01 94 0D 8A 0D", kind: .computed, source: "-",
            numbers: [
                .highestTemperature: 267, .lowestTemperature: 260, .highestCell: 3_476, .lowestCell: 3_466,
            ]),
        GoldenFrame(
            identifier: 0x371, bytes: "04 00 03 00 01 00 06 00", kind: .computed, source: "-",
            numbers: [
                .highestTemperatureNumber: 4, .lowestTemperatureNumber: 3, .highestCellNumber: 1,
                .lowestCellNumber: 6,
            ]),
        GoldenFrame(
            identifier: 0x305, bytes: "00 00 00 00 00 00 00 00", kind: .computed, source: "-",
            numbers: [.inverterAlive: 1]),
    ]
}
