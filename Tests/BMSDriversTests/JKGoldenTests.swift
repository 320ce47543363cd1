import BMSDrivers
import BatteryModel
import BusCodec
import Testing

/// A captured answer and what its source says it means.
struct JKGolden: Sendable, CustomTestStringConvertible {
    var source: String
    var poll: Int
    var hex: String
    var cells: [UInt16] = []
    var identity: [IdentityField: String] = [:]
    var values: [PackField: Int32]

    var testDescription: String { source }
}

@Suite struct JKGoldenTests {
    static let about: [JKGolden] = [
        JKGolden(
            source: "A3: JK_PB2A16S15P fw 15.10", poll: JKQuestion.about, hex: JKFrames.aboutA3,
            identity: [
                .model: "JK_PB2A16S15P", .hardware: "15.XA", .firmware: "15.10", .name: "ATR BMS",
                .manufactured: "240510", .serial: "31213480085",
            ],
            values: [
                .lifetime: 13_503_301, .boots: 452, .uart1Protocol: 1, .canProtocol: 0,
                .uart1Selectable: 0x03CF,
                .canSelectable: 0x07DF, .uart2Protocol: 1, .buzzerTrigger: 10, .dry1Trigger: 0,
                .dry2Trigger: 0, .requestedChargeTime: 300, .requestedFloatTime: 300,
            ]),
        JKGolden(
            source: "14.20, syssi frames_jk02_32s_v11.h", poll: JKQuestion.about, hex: JKFrames.aboutV14,
            identity: [
                .model: "JK_PB2A16S15P", .hardware: "14.XA", .firmware: "14.20", .name: "JK_PB2A16S15P",
                .serial: "3092572134", .manufactured: "231118",
            ],
            values: [
                .uart1Protocol: 1, .canProtocol: 4, .uart1Selectable: 0x03CF, .canSelectable: 0x07DF,
                .uart2Protocol: 11,
            ]),
        JKGolden(
            source: "15.38, syssi frames_jk02_32s_v15.h", poll: JKQuestion.about, hex: JKFrames.aboutV15,
            identity: [
                .model: "JK_PB2A16S15P", .hardware: "15A", .firmware: "15.38", .name: "JK_PB2A16new",
                .serial: "40110480520",
            ],
            values: [
                .uart1Protocol: 0, .canProtocol: 4, .uart1Selectable: 0x67FF, .canSelectable: 0x0FFF,
                .uart2Protocol: 15,
            ]),
        JKGolden(
            source: "19.27, syssi frames_jk02_32s_v19.h", poll: JKQuestion.about, hex: JKFrames.aboutV19,
            identity: [
                .model: "JK-PB2A16S20P", .hardware: "19A", .firmware: "19.27", .serial: "506177F49000674",
            ],
            values: [
                .uart1Protocol: 14, .canProtocol: 0, .uart1Selectable: 0xE6FB, .canSelectable: 0x0FFF,
                .uart2Protocol: 21, .buzzerTrigger: 9,
            ]),
    ]

    static let settings: [JKGolden] = [
        JKGolden(
            source: "A2: JK_PB2A16S15P fw 15.10", poll: JKQuestion.settings, hex: JKFrames.settingsA2,
            values: [
                .sleepCell: 3300, .cellUnderVoltage: 2650, .cellUnderVoltageRelease: 2710,
                .cellOverVoltage: 3650,
                .cellOverVoltageRelease: 3498, .balanceTrigger: 5, .fullCell: 3499, .emptyCell: 2700,
                .requestedChargeCell: 3500, .requestedFloatCell: 3400, .powerOffCell: 2500,
                .chargeLimit: 150_000, .chargeOverCurrentDelay: 30, .chargeOverCurrentReleaseDelay: 60,
                .dischargeLimit: 150_000, .dischargeOverCurrentDelay: 30,
                .dischargeOverCurrentReleaseDelay: 60,
                .shortCircuitReleaseDelay: 5, .balanceCurrentMaximum: 2000, .chargeOverTemperature: 600,
                .chargeOverTemperatureRelease: 550, .dischargeOverTemperature: 600,
                .dischargeOverTemperatureRelease: 550, .chargeUnderTemperature: -100,
                .chargeUnderTemperatureRelease: -50, .mosfetOverTemperature: 1000,
                .mosfetOverTemperatureRelease: 800, .configuredCells: 8, .chargeEnabled: 1,
                .dischargeEnabled: 1, .balancerEnabled: 1, .designCapacity: 220_000, .shortCircuitDelay: 1500,
                .balanceStart: 3350, .busAddress: 1, .prechargeTime: 5, .controlWord: 0x0350,
                .heaterStart: 600, .heaterStop: 500, .sleepDelay: 24,
            ]),
        JKGolden(
            source: "M7: PB1A16S15P fw 15.30, UART1, DIP 0, phinix-org LiIon_-.log", poll: JKQuestion.limits,
            hex: JKFrames.limitsM7,
            values: [
                .sleepCell: 3500, .cellUnderVoltage: 2580, .cellUnderVoltageRelease: 2620,
                .cellOverVoltage: 3650,
                .cellOverVoltageRelease: 3580, .balanceTrigger: 10, .fullCell: 3590, .emptyCell: 2600,
                .requestedChargeCell: 3600, .requestedFloatCell: 3500, .powerOffCell: 2500,
                .chargeLimit: 40_000, .chargeOverCurrentDelay: 3, .chargeOverCurrentReleaseDelay: 60,
                .dischargeLimit: 150_000, .dischargeOverCurrentDelay: 300,
                .dischargeOverCurrentReleaseDelay: 60,
                .shortCircuitReleaseDelay: 5, .balanceCurrentMaximum: 1000, .chargeOverTemperature: 700,
                .chargeOverTemperatureRelease: 600, .dischargeOverTemperature: 700,
                .dischargeOverTemperatureRelease: 600, .chargeUnderTemperature: 20,
                .chargeUnderTemperatureRelease: 70, .mosfetOverTemperature: 800,
                .mosfetOverTemperatureRelease: 700, .configuredCells: 16, .chargeEnabled: 1,
                .dischargeEnabled: 1, .balancerEnabled: 1, .designCapacity: 314_000,
            ]),
        JKGolden(
            source: "M8: the same pack", poll: JKQuestion.balancing,
            hex: "0003 80 000005DC 00000BB8" + String(repeating: "00", count: 120) + "FD1B",
            values: [.shortCircuitDelay: 1500, .balanceStart: 3000]),
    ]

    @Test("a captured answer says what its source says", arguments: JKStatusFrames.rows + settings + about)
    func golden(_ row: JKGolden) throws {
        let reading = try decoded(bytes(row.hex), row.poll)
        for (field, value) in row.values {
            #expect(reading.value(field) == value, "\(field)")
        }
        if !row.cells.isEmpty { #expect(reading.cells == row.cells) }
        for (field, text) in row.identity {
            #expect(reading.identity?.value[field].string == text, "\(field)")
        }
    }

    @Test("every value carries the instant of its answer", arguments: JKStatusFrames.rows + settings + about)
    func instants(_ row: JKGolden) throws {
        let reading = try decoded(bytes(row.hex), row.poll, at: at(7))
        for field in reading.values.keys { #expect(reading[field]?.at == at(7)) }
        for instant in [reading.cellMillivolts?.at, reading.alarms?.at, reading.identity?.at] {
            #expect(instant == nil || instant == at(7))
        }
    }

    @Test("PIN and password of an identity record appear nowhere")
    func secrets() throws {
        let reading = try decoded(bytes(JKFrames.aboutV14), JKQuestion.about)
        let texts = [IdentityField.model, .hardware, .firmware, .serial, .name, .manufactured]
        for field in texts { #expect(!(reading.identity?.value[field].string.contains("1234") ?? false)) }
        let sent = answer(to: request(JKQuestion.about, 1), from: reading)
        #expect(sent[62..<78].allSatisfy { $0 == 0 })
        #expect(sent[118..<134].allSatisfy { $0 == 0 })
    }
}

extension ASCIIText {
    /// The text as a string.
    var string: String { String(decoding: (0..<count).map { self[$0] }, as: UTF8.self) }
}
