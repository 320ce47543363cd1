import BatteryModel
import BusCodec

/// Samsung SDI 48 V trays on CAN, for example ELPM482.
///
/// Every word is little-endian. No vendor text of it is public; the layout is that of one reader, made certain or
/// corrected by what real trays were recorded to send. The frames of single trays, 0x510 to 0x54A, are not read.
///
/// Sources: ai-republic/bms-to-inverter, SamsungBmsCANProcessor and the captures in its issues 46 and 95.
public enum SamsungSDI {
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
        id: "samsung-sdi-can", name: "Samsung SDI 48 V (CAN)",
        inverters: "none known; bms-to-inverter reads it",
        link: .can(bitrateKilobits: 500),
        dialects: ["V1.3", "", "", ""], period: .seconds(1),
        keepAlive: .unknown,
        stop: "Current limit 0 A in 0x502; the protocol has no enable bits. Not tried.",
        silence: "Not known.",
        isExperimental: true,
        evidence: """
            Captures of two banks prove the frames with the limits; the alarm bits come from one reader, medium. \
            Not known: the sign of the current, and an inverter that takes it.
            """)

    private static let reader: StaticString = "bms-to-inverter, SamsungBmsCANProcessor"

    private static let frames: [_ of FrameRow] = [
        FrameRow(0x500, "status", source: reader),
        FrameRow(0x501, "alarms", source: reader),
        FrameRow(0x502, "limits", source: reader),
        FrameRow(0x503, "cell_voltages", source: reader),
        FrameRow(0x504, "trays", source: reader),
        FrameRow(0x505, "version", isRequired: false, source: reader),
        FrameRow(0x5F0, "tray_cells_1_3", dialects: 0, isRequired: false, source: reader),
        FrameRow(0x5F1, "tray_cells_4_6", dialects: 0, isRequired: false, source: reader),
        FrameRow(0x5F2, "tray_cells_7_9", dialects: 0, isRequired: false, source: reader),
        FrameRow(0x5F3, "tray_cells_10_12", dialects: 0, isRequired: false, source: reader),
        FrameRow(0x5F4, "tray_cells_13_14", dialects: 0, isRequired: false, source: reader),
    ]

    private static let rows: [_ of BankRow] = [
        hundredths("voltage", in: 0x500, byte: 0),
        BankRow(
            "current", in: 0x500, byte: 2, bits: 16, signed: true, times: 1_000, unit: .milliamps,
            range: -32_768_000...32_767_000, .number(.current)),
        .soc(in: 0x500, byte: 4, bits: 8),
        .soh(in: 0x500, byte: 5, bits: 8),
        // Not the cycles: 5480 in a bank of which nothing else is that high.
        .shown("unknown", in: 0x500, byte: 6, bits: 16),

        .alarm("warn_over_voltage", in: 0x501, byte: 0, bit: 0, .overVoltage, .warning),
        .alarm("warn_under_voltage", in: 0x501, byte: 0, bit: 1, .underVoltage, .warning),
        .alarm("warn_over_temperature", in: 0x501, byte: 0, bit: 2, hot, .warning),
        .alarm("warn_under_temperature", in: 0x501, byte: 0, bit: 3, .underTemperature, .warning),
        .alarm("warn_charge_over_current", in: 0x501, byte: 0, bit: 4, .anyChargeCurrent, .warning),
        .alarm("warn_discharge_over_current", in: 0x501, byte: 0, bit: 5, .anyDischargeCurrent, .warning),
        .alarm("warn_module_temperature", in: 0x501, byte: 0, bit: 6, moduleHot, .warning),
        .alarm("warn_cell_difference", in: 0x501, byte: 0, bit: 7, .imbalance, .warning),
        .reserved("reserved", in: 0x501, byte: 1, bits: 8),
        .alarm("prot_over_voltage", in: 0x501, byte: 2, bit: 0, .overVoltage, .protection),
        .alarm("prot_under_voltage", in: 0x501, byte: 2, bit: 1, .underVoltage, .protection),
        .alarm("prot_over_temperature", in: 0x501, byte: 2, bit: 2, hot, .protection),
        .alarm("prot_under_temperature", in: 0x501, byte: 2, bit: 3, .underTemperature, .protection),
        .alarm("prot_charge_over_current", in: 0x501, byte: 2, bit: 4, .anyChargeCurrent, .protection),
        .alarm("prot_discharge_over_current", in: 0x501, byte: 2, bit: 5, .anyDischargeCurrent, .protection),
        .alarm("prot_module_temperature", in: 0x501, byte: 2, bit: 6, moduleHot, .protection),
        .reserved("reserved_protection", in: 0x501, byte: 2, bit: 7, bits: 1),
        .alarm("prot2_other", in: 0x501, byte: 3, bit: 0, .general, .protection),
        .alarm("prot2_internal_communication", in: 0x501, byte: 3, bit: 1, .bmsInternal, .protection),
        .alarm("prot2_charge_breaker", in: 0x501, byte: 3, bit: 2, breaker, .protection),
        // The second steps of what byte 2 says: understood, and the first one said.
        heard("prot2_module_temperature_2", bit: 3, .mosfetOverTemperature),
        heard("prot2_under_voltage_2", bit: 4, .cellUnderVoltage),
        .alarm("prot2_cell_difference", in: 0x501, byte: 3, bit: 5, .imbalance, .protection),
        heard("prot2_over_voltage_2", bit: 6, .cellOverVoltage),
        .reserved("reserved_protection_2", in: 0x501, byte: 3, bit: 7, bits: 1),
        .count("tray_count", in: 0x501, byte: 4, bits: 8, .packs),
        // As many as there are trays in the one capture.
        .shown("unknown", in: 0x501, byte: 5, bits: 8),
        .reserved("reserved_end", in: 0x501, byte: 6, bits: 16),

        .chargeVoltageLimit(in: 0x502, byte: 0, range: 100...75_000),
        .chargeCurrentLimit(in: 0x502, byte: 2),
        .dischargeCurrentLimit(in: 0x502, byte: 4),
        .dischargeVoltageLimit(in: 0x502, byte: 6, range: 0...75_000),

        BankRow(
            "avg_cell_voltage", in: 0x503, byte: 0, bits: 16, unit: .millivolts, range: 0...65_535, .meanCell),
        .cell("max_cell_voltage", in: 0x503, byte: 2, .highestCell),
        .cell("min_cell_voltage", in: 0x503, byte: 4, .lowestCell),
        // The reader says millivolts; captured it is the voltage of 0x500, in hundredths as there.
        hundredths("avg_tray_voltage", in: 0x503, byte: 6),
        // Trays stand side by side; the bank does not tell their voltages apart.
        hundredths("max_tray_voltage", in: 0x504, byte: 0).onlySaid,
        hundredths("min_tray_voltage", in: 0x504, byte: 2).onlySaid,
        degrees("avg_temperature", byte: 4, .temperature),
        degrees("max_temperature", byte: 5, .highestTemperature),
        degrees("min_temperature", byte: 6, .lowestTemperature),
        .reserved("reserved", in: 0x504, byte: 7, bits: 8),
        BankRow("version", in: 0x505, byte: 0, bits: 16, .big, unit: .bits, .number(.version)),
        .reserved("reserved", in: 0x505, byte: 2, bits: 48),

        tray(in: 0x5F0), cell("cell_1", 0x5F0, 2), cell("cell_2", 0x5F0, 4), cell("cell_3", 0x5F0, 6),
        tray(in: 0x5F1), cell("cell_4", 0x5F1, 2), cell("cell_5", 0x5F1, 4), cell("cell_6", 0x5F1, 6),
        tray(in: 0x5F2), cell("cell_7", 0x5F2, 2), cell("cell_8", 0x5F2, 4), cell("cell_9", 0x5F2, 6),
        tray(in: 0x5F3), cell("cell_10", 0x5F3, 2), cell("cell_11", 0x5F3, 4), cell("cell_12", 0x5F3, 6),
        tray(in: 0x5F4), cell("cell_13", 0x5F4, 2), cell("cell_14", 0x5F4, 4),
        .reserved("reserved", in: 0x5F4, byte: 6, bits: 16),
    ]

    private static let hot = AlarmGroup(
        .batteryOverTemperature, .chargeOverTemperature, .dischargeOverTemperature)
    private static let moduleHot = AlarmGroup(.mosfetOverTemperature)
    private static let breaker = AlarmGroup(.chargeSwitchFault, .dischargeSwitchFault)

    private static func heard(_ name: StaticString, bit: UInt8, _ kind: AlarmKind) -> BankRow {
        .heardAlarm(name, in: 0x501, byte: 3, bit: bit, AlarmMask(kind), .protection)
    }

    /// The voltage of the bank in hundredths of a volt, unsigned.
    private static func hundredths(_ name: StaticString, in container: UInt32, byte: UInt16) -> BankRow {
        BankRow(
            name, in: container, byte: byte, bits: 16, times: 10, unit: .millivolts, range: 0...655_350,
            .number(.voltage))
    }

    /// A temperature in whole degrees, signed.
    private static func degrees(_ name: StaticString, byte: UInt16, _ field: BankField) -> BankRow {
        BankRow(
            name, in: 0x504, byte: byte, bits: 8, signed: true, times: 10, unit: .decicelsius,
            range: -500...1250, .number(field))
    }

    private static func tray(in container: UInt32) -> BankRow {
        .shown("tray_number", in: container, byte: 0, bits: 16)
    }

    private static func cell(_ name: StaticString, _ container: UInt32, _ byte: UInt16) -> BankRow {
        .shown(name, in: container, byte: byte, bits: 16, unit: .millivolts)
    }

    /// Says the version of the captured bank and the cells of a tray where they are not known, and what the missing
    /// enable bits would have said.
    private static func prepare(_ bank: inout BankReading, _ options: ProfileOptions) {
        bank.sayIfUnknown(.version, 0x0103)
        bank.sayIfUnknown(.cells, 14)
        bank.makeLimitsAgree()
        bank.keepApartFromEmpty()
    }
}
