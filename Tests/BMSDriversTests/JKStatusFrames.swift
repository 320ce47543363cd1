import BatteryModel

/// Captured live data and what its sources say it means.
enum JKStatusFrames {
    static let rows: [JKGolden] = [
        JKGolden(
            source: "A1: JK_PB2A16S15P fw 15.10, 8 cells", poll: JKQuestion.status, hex: JKFrames.statusA1,
            cells: [3357, 3357, 3357, 3356, 3356, 3357, 3356, 3356],
            values: [
                .averageCell: 3357, .cellSpread: 1, .highestCellNumber: 5, .lowestCellNumber: 1,
                .mosfetTemperature: 300, .packVoltage: 26_852, .current: 17_841, .temperature1: 296,
                .temperature2: 294, .temperature3: 286, .temperature4: 286, .alarmWord: 0, .soc: 880,
                .remainingCapacity: 193_465, .fullCapacity: 220_000, .cycles: 101, .throughput: 22_418_400,
                .soh: 1000, .runtime: 13_503_354, .chargeSwitch: 1, .dischargeSwitch: 1, .uptime: 542,
                .clock: 149_756_397, .sleepTime: 86_400, .balancing: 0, .balanceCurrent: 0, .heater: 0,
                .sensorsPresent: 0x1F,
            ]),
        JKGolden(
            source: "B1: master, fw 15.30, 16 cells, phinix-org", poll: JKQuestion.status,
            hex: JKFrames.statusB1,
            cells: [
                3272, 3271, 3271, 3271, 3272, 3272, 3271, 3272, 3271, 3271, 3271, 3272, 3272, 3271, 3272,
                3272,
            ],
            values: [
                .packVoltage: 52_340, .current: 0, .mosfetTemperature: 189, .temperature1: 169,
                .temperature2: 173, .temperature3: 174, .temperature4: 169, .alarmWord: 0x0008_0000,
                .soc: 650,
                .remainingCapacity: 202_859, .fullCapacity: 314_000, .cycles: 0, .throughput: 507,
                .clock: 153_073_777,
            ]),
        JKGolden(
            source: "B2: slave 1 on the same bus", poll: JKQuestion.status, hex: JKFrames.statusB2,
            cells: [
                3267, 3267, 3268, 3268, 3268, 3268, 3268, 3267, 3268, 3268, 3268, 3268, 3268, 3268, 3268,
                3268,
            ],
            values: [
                .packVoltage: 52_284, .current: 0, .cellSpread: 2, .highestCellNumber: 14,
                .lowestCellNumber: 1,
                .mosfetTemperature: 174, .temperature1: 167, .temperature2: 172, .alarmWord: 0x0008_0000,
                .soc: 640, .remainingCapacity: 201_930, .fullCapacity: 314_000, .clock: 153_073_778,
            ]),
        JKGolden(
            source: "C1: slave 3, fw 15.41", poll: JKQuestion.status, hex: JKFrames.statusC1,
            cells: [
                3293, 3293, 3293, 3293, 3293, 3293, 3294, 3293, 3294, 3294, 3294, 3294, 3294, 3293, 3294,
                3293,
            ],
            values: [
                .packVoltage: 52_695, .current: 0, .mosfetTemperature: 203, .temperature1: 195,
                .temperature2: 198, .temperature3: 194, .temperature4: 199, .alarmWord: 0, .soc: 550,
                .remainingCapacity: 155_219, .fullCapacity: 280_000, .cycles: 62, .throughput: 17_414_022,
                .runtime: 48_570_884,
            ]),
        JKGolden(
            source: "14.20, syssi frames_jk02_32s_v11.h", poll: JKQuestion.status, hex: JKFrames.statusV14,
            cells: [
                3246, 3230, 3226, 3231, 3233, 3231, 3232, 3232, 3225, 3232, 3216, 3225, 3237, 3231, 3225,
                3242,
            ],
            values: [
                .packVoltage: 51_689, .current: 0, .temperature1: 177, .temperature2: 177,
                .mosfetTemperature: 173, .soc: 520, .soh: 1000, .remainingCapacity: 1043, .fullCapacity: 2000,
                .cycles: 0, .runtime: 107_416, .chargeSwitch: 1, .dischargeSwitch: 1, .heater: 0,
                .highestCellNumber: 1, .lowestCellNumber: 11,
            ]),
        JKGolden(
            source: "15.38, syssi frames_jk02_32s_v15.h", poll: JKQuestion.status, hex: JKFrames.statusV15,
            values: [
                .packVoltage: 53_224, .current: 31_881, .temperature1: 134, .temperature2: 128,
                .mosfetTemperature: 129, .soc: 250, .soh: 1000, .remainingCapacity: 49_286,
                .fullCapacity: 200_000, .cycles: 9, .runtime: 24_530_060, .chargeSwitch: 1,
                .dischargeSwitch: 1, .heater: 0, .highestCellNumber: 16, .lowestCellNumber: 13,
            ]),
        JKGolden(
            source: "19.27, syssi frames_jk02_32s_v19.h", poll: JKQuestion.status, hex: JKFrames.statusV19,
            values: [
                .packVoltage: 54_028, .current: -727, .temperature1: 119, .temperature2: 127,
                .mosfetTemperature: 128, .soc: 1000, .soh: 1000, .remainingCapacity: 312_898,
                .fullCapacity: 314_000, .cycles: 5, .runtime: 3_609_276, .chargeSwitch: 1,
                .dischargeSwitch: 1,
                .heater: 0, .highestCellNumber: 1, .lowestCellNumber: 10,
            ]),
    ]
}
