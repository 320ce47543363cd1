import BatteryModel
import BusCodec

/// Megarevo hybrid inverters on CAN.
///
/// Every identifier has 29 bits and every word is little-endian. Neither a vendor text nor a capture is public. JK BMS
/// offer a "MEGAREVO hybrid BMS V1.0"; that it is the same is not proven.
///
/// Sources: ai-republic/bms-to-inverter, MegarevoBmsCANProcessor.
public enum MegarevoLV {
    /// The profile.
    public static let profile = InverterProfile(
        sheet: sheet, frameCount: frames.count, frame: { frames[$0] },
        visitRows: { container, visit in
            for index in rows.indices where container == nil || rows[index].container == container {
                visit(rows[index])
            }
        },
        prepare: prepare, mend: InverterProfile.noMending)

    private static let sheet = ProfileSheet(
        id: "megarevo-lv-can", name: "Megarevo (CAN)", inverters: "Megarevo hybrids",
        link: .can(bitrateKilobits: 500),
        dialects: ["V1", "", "", ""], period: .seconds(1),
        // What the reader sends to be answered; whether an inverter sends it, and how often, is not known.
        keepAlive: KeepAlive(identifier: 0x1F00_0100, isExtended: true),
        stop: """
            Current limit 0 A together with the code 2 for its direction in 0x1F000303. What an inverter makes of \
            either is not known.
            """,
        silence: "Not known.",
        isExperimental: true,
        evidence: "One reader that others have published, no text, no capture: low.")

    private static let source: StaticString = "bms-to-inverter, MegarevoBmsCANProcessor"
    private static let limits: UInt32 = 0x9F00_0300
    private static let status: UInt32 = 0x9F00_0301
    private static let cells: UInt32 = 0x9F00_0302
    private static let states: UInt32 = 0x9F00_0303
    private static let capacities: UInt32 = 0x9F00_0304

    private static let frames: [_ of FrameRow] = [
        FrameRow(0x1F00_0300, "limits", isExtended: true, source: source),
        FrameRow(0x1F00_0301, "status", isExtended: true, source: source),
        FrameRow(0x1F00_0302, "cells", isExtended: true, source: source),
        FrameRow(0x1F00_0303, "alarms", isExtended: true, source: source),
        FrameRow(0x1F00_0304, "capacity", isExtended: true, isRequired: false, source: source),
        FrameRow(0x1F00_0100, "request", isExtended: true, .fromInverter, isRequired: false, source: source),
    ]

    private static let rows: [_ of BankRow] = [
        .chargeVoltageLimit(in: limits, byte: 0, range: 100...75_000),
        .dischargeVoltageLimit(in: limits, byte: 2, range: 0...75_000),
        .chargeCurrentLimit(in: limits, byte: 4),
        .dischargeCurrentLimit(in: limits, byte: 6),

        .soc(in: status, byte: 0, bits: 16),
        .soh(in: status, byte: 2, bits: 16),
        .voltage(in: status, byte: 4, times: 100),
        .current(in: status, byte: 6),

        .cell("max_cell_voltage", in: cells, byte: 0, .highestCell),
        .cell("min_cell_voltage", in: cells, byte: 2, .lowestCell),
        .temperature("max_temperature", in: cells, byte: 4, .highestTemperature),
        .temperature("min_temperature", in: cells, byte: 6, .lowestTemperature),

        // One number: 0 nothing, 1 warning, 2 and more alarm. `prepare` sees to it that 3 is never sent.
        .alarm("warning_level_warning", in: states, byte: 0, bit: 0, any, .warning),
        .alarm("warning_level_alarm", in: states, byte: 0, bit: 1, any, .protection),
        .reserved("warning_level_rest", in: states, byte: 0, bit: 2, bits: 14),
        // Numbers too, of which the reader knows 2 alone.
        .reserved("charge_status_0", in: states, byte: 2, bit: 0, bits: 1),
        stopped("charge_status_stopped", byte: 2, .chargeEnabled),
        .reserved("charge_status_rest", in: states, byte: 2, bit: 2, bits: 14),
        .reserved("discharge_status_0", in: states, byte: 4, bit: 0, bits: 1),
        stopped("discharge_status_stopped", byte: 4, .dischargeEnabled),
        .reserved("discharge_status_rest", in: states, byte: 4, bit: 2, bits: 14),
        .reserved("reserved", in: states, byte: 6, bits: 16),

        capacity("rated_capacity", byte: 0, .capacity),
        capacity("remaining_capacity", byte: 2, .remainingCapacity),
        .reserved("reserved", in: capacities, byte: 4, bits: 32),

        .reserved("zeros", in: 0x9F00_0100, byte: 0, bits: 64),
    ]

    /// Every kind that is the battery's; which one it is, the protocol does not say.
    private static let any = AlarmGroup.general.with(.bmsInternal).with(.contactor).with(.imbalance)
        .with(.overVoltage).with(.underVoltage).with(.overTemperature).with(.underTemperature)
        .with(.anyChargeCurrent).with(.anyDischargeCurrent)

    /// A bit that is 1 while the direction is not permitted.
    private static func stopped(_ name: StaticString, byte: UInt16, _ field: BankField) -> BankRow {
        BankRow(
            name, in: states, byte: byte, bit: 1, bits: 1, times: -1, plus: 1, unit: .onOff, range: 0...1,
            .number(field))
    }

    /// A capacity in tenths of an ampere-hour.
    private static func capacity(_ name: StaticString, byte: UInt16, _ field: BankField) -> BankRow {
        BankRow(
            name, in: capacities, byte: byte, bits: 16, times: 100, unit: .milliampHours,
            range: 0...6_553_500, rounding: .down, .number(field))
    }

    /// Keeps limits and states from contradicting each other, and says only the worst level.
    private static func prepare(_ bank: inout BankReading, _ options: ProfileOptions) {
        bank.makeLimitsAgree()
        bank.keepApartFromEmpty()
        guard var alarms = bank.alarms, alarms.value.protections.intersects(any.kinds) else { return }
        alarms.value.warnings = alarms.value.warnings.subtracting(any.kinds)
        bank.alarms = alarms
    }
}
