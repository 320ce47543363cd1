import BatteryModel
import BusCodec

/// Frames of a CAN-bus BMS on a Victron GX, as BYD and JK BMS send them, for every profile with these frames.
///
/// V1: dfch/BydCanProtocol, README, recorded between a BYD Battery-Box Premium LVS and Venus OS 3.00. V2: raw logic
/// captures in victorstoica114/sigrok-pylon-bms-decoders (examples/bridge/victron-can-raw-capture.sr), a JK BMS in
/// Victron mode, decoded again with bit stuffing and CRC-15 checked.
enum GXCaptures {
    static let byd: [GoldenFrame] = [
        .limits("48 02 00 05 00 05 AE 01", .captured, "V1", 58_400, 128_000, 128_000, 43_000),
        .measured("BE 14 F9 FF 8C 00 00 00", .captured, "V1", 53_100, -700, 140),
        GoldenFrame(
            identifier: 0x35A, bytes: "AA AA AA AA AA AA AA AA", kind: .captured, source: "V1",
            alarms: AlarmSet(), differsBecause: "BYD sends 2 in the reserved pairs as well"),
        GoldenFrame(
            identifier: 0x35A, bytes: "10 00 00 00 00 00 00 00", kind: .captured, source: "V1, by its effect",
            alarms: alarms(protections: [.cellUnderVoltage]),
            differsBecause: "the other pairs are not reported"),
        GoldenFrame(
            identifier: 0x35E, bytes: "42 59 44 00 00 00 00 00", kind: .captured, source: "V1", maker: "BYD"),
        GoldenFrame(
            identifier: 0x35F, bytes: "4C 69 01 17 69 00 00 00", kind: .captured, source: "V1",
            numbers: [.batteryType: 0x694C, .version: 0x0117, .remainingCapacity: 105_000]),
        GoldenFrame(
            identifier: 0x372, bytes: "02 00 02 00 01 00 00 00", kind: .captured, source: "V1 (power-up)",
            numbers: [
                .packs: 2, .packsBlockingCharge: 2, .packsBlockingDischarge: 1, .packsOffline: 0,
            ]),
        .cells("EA 0C 01 0D 1F 01 22 01", .captured, "V1", 3_306, 3_329, 139, 169),
        .energy("40 08 00 00 2B 07 00 00", .captured, "V1", 211_200, 183_500),
        GoldenFrame(
            identifier: 0x379, bytes: "9C 00 00 00 00 00 00 00", kind: .captured, source: "V1",
            numbers: [.capacity: 156_000]),
        GoldenFrame(
            identifier: 0x307, bytes: "12 34 56 78 56 49 43 00", kind: .captured, source: "V1",
            differsBecause: "the vendor is only shown"),
    ]

    static let jk: [GoldenFrame] = [
        .limits("9E 02 7C 01 6C 07 C6 01", .captured, "V2", 67_000, 38_000, 190_000, 45_400),
        GoldenFrame(
            identifier: 0x355, bytes: "63 00 64 00 8E 26 00 00", kind: .captured, source: "V2",
            numbers: [.soc: 987, .soh: 1000], differsBecause: "JK rounds the whole percents up"),
        .measured("52 16 00 00 33 01 00 00", .captured, "V2", 57_140, 0, 307),
        GoldenFrame(
            identifier: 0x35A, bytes: "A8 A8 02 00 A8 A8 02 02", kind: .captured, source: "V2",
            alarms: AlarmSet(), differsBecause: "JK reports only some of the pairs"),
        GoldenFrame(
            identifier: 0x35F, bytes: "69 4C 0F 26 27 00 00 00", kind: .captured, source: "V2",
            numbers: [.batteryType: 0x4C69, .version: 0x0F26, .remainingCapacity: 39_000]),
        GoldenFrame(
            identifier: 0x372, bytes: "01 00 00 00 00 00 00 00", kind: .captured, source: "V2",
            numbers: [
                .packs: 1, .packsBlockingCharge: 0, .packsBlockingDischarge: 0, .packsOffline: 0,
            ]),
        .cells("F3 0D F4 0D 2F 01 30 01", .captured, "V2", 3_571, 3_572, 299, 309),
        .shownOnly(0x374, "30 30 3A 3A 30 32 00 00", "V2"),
        .energy("00 00 00 00 08 00 00 00", .captured, "V2", 0, 800),
    ]
}

extension GoldenFrame {
    /// 0x351: CVL, CCL, DCL, DVL.
    static func limits(
        _ bytes: String, _ kind: Kind, _ source: String, _ cvl: Int32, _ ccl: Int32, _ dcl: Int32,
        _ dvl: Int32, differsBecause: String? = nil
    ) -> GoldenFrame {
        GoldenFrame(
            identifier: 0x351, bytes: bytes, kind: kind, source: source,
            numbers: [
                .chargeVoltageLimit: cvl, .chargeCurrentLimit: ccl, .dischargeCurrentLimit: dcl,
                .dischargeVoltageLimit: dvl,
            ], differsBecause: differsBecause)
    }

    /// 0x356: voltage, current, temperature.
    static func measured(
        _ bytes: String, _ kind: Kind, _ source: String, dialect: UInt8 = 0, _ voltage: Int32,
        _ current: Int32, _ temperature: Int32, differsBecause: String? = nil
    ) -> GoldenFrame {
        GoldenFrame(
            identifier: 0x356, bytes: bytes, kind: kind, source: source, dialect: dialect,
            numbers: [.voltage: voltage, .current: current, .temperature: temperature],
            differsBecause: differsBecause)
    }

    /// 0x373: lowest and highest cell, coldest and warmest cell.
    static func cells(
        _ bytes: String, _ kind: Kind, _ source: String, _ lowest: Int32, _ highest: Int32, _ coldest: Int32,
        _ warmest: Int32
    ) -> GoldenFrame {
        GoldenFrame(
            identifier: 0x373, bytes: bytes, kind: kind, source: source,
            numbers: [
                .lowestCell: lowest, .highestCell: highest, .lowestTemperature: coldest,
                .highestTemperature: warmest,
            ])
    }

    /// 0x378: energy charged and discharged.
    static func energy(
        _ bytes: String, _ kind: Kind, _ source: String, _ charged: Int32, _ discharged: Int32
    ) -> GoldenFrame {
        GoldenFrame(
            identifier: 0x378, bytes: bytes, kind: kind, source: source,
            numbers: [.energyCharged: charged, .energyDischarged: discharged])
    }

    /// A captured frame of which nothing is told to the bank.
    static func shownOnly(_ identifier: UInt32, _ bytes: String, _ source: String) -> GoldenFrame {
        GoldenFrame(
            identifier: identifier, bytes: bytes, kind: .captured, source: source,
            differsBecause: "only shown, never sent")
    }
}
