import BatteryModel
import BusCodec

/// LG Chem RESU with 48 V on CAN, and the "Li Residential Series" that speaks like it.
///
/// Every word is little-endian. A RESU sends 0x351 to 0x359; the text of the residential series adds the rest. The two
/// disagree about which word of 0x359 comes first, and no capture shows a bit set.
///
/// Sources: jens18/lgresu, with captures of a RESU 10 (L1); "BMS Protocol _CAN_ Hybrid EN V1.0" of the residential
/// series (L2), as kept by mrconstantin/JkBms_LV_Can_Protocol_Emulator.
public enum LGRESU {
    /// The profile.
    public static let profile = InverterProfile(
        sheet: sheet, frameCount: frames.count, frame: { frames[$0] },
        visitRows: { container, visit in
            LowVoltageFrames.visitState(container, visit)
            LowVoltageFrames.visitMeasured(container, visit)
            for index in rows.indices where container == nil || rows[index].container == container {
                visit(rows[index])
            }
            visitAlarmWords(container, visit)
        },
        prepare: prepare, mend: mend)

    private static let sheet = ProfileSheet(
        id: "lg-resu-can", name: "LG RESU 48 V (CAN)",
        inverters:
            "inverters with a setting for the LG Chem RESU 48 V, such as Schneider Conext behind its Bridge",
        link: .can(bitrateKilobits: 500),
        dialects: ["RESU", "Li Residential V1.0", "", ""], period: .seconds(1),
        // A RESU 10 stayed on with one frame every 20 s (L1); twice that.
        keepAlive: KeepAlive(identifier: 0x305, timeout: .seconds(40)),
        stop: """
            CCL and DCL 0 A, CVL at or above the bank's voltage; Li Residential also clears the enable bits of 0x35C. \
            No capture shows an inverter being stopped.
            """,
        silence: """
            Unknown: that of the inverter. The other way round a RESU switches off when it hears no 0x305; Busbar \
            goes on sending.
            """,
        evidence: """
            0x351, 0x355 and 0x356: captures of one RESU 10, medium to high. The words of 0x359: two sources that \
            disagree, low. 0x35C and 0x3DA: one vendor text, medium.
            """)

    private static let resu: UInt8 = 1 << 0
    private static let residential: UInt8 = 1 << 1
    private static let capture: StaticString = "jens18/lgresu, captures of a RESU 10"
    private static let text: StaticString = "Li Residential Series, BMS Protocol CAN V1.0"

    private static let frames: [_ of FrameRow] = [
        FrameRow(0x351, "limits", source: capture),
        FrameRow(0x355, "soc_soh", source: capture),
        FrameRow(0x356, "measurements", source: capture),
        FrameRow(0x359, "alarms", source: capture),
        FrameRow(0x35C, "requests", dialects: residential, source: text),
        FrameRow(0x3DA, "cell_voltages", dialects: residential, isRequired: false, source: text),
        FrameRow(0x305, "inverter_alive", .fromInverter, isRequired: false, source: capture),
        FrameRow(0x354, "unit_constant", dialects: 0, isRequired: false, source: capture),
        // It begins with the energy of the battery, which Busbar does not know; 0 kWh would be wrong.
        FrameRow(0x399, "specification", dialects: 0, isRequired: false, source: text),
        // The text says "offset 50" and not in which direction.
        FrameRow(0x3DB, "cell_temperatures", dialects: 0, isRequired: false, source: text),
    ]

    private static let rows: [_ of BankRow] = [
        .chargeVoltageLimit("max_charge_voltage", in: 0x351, byte: 0, range: 100...75_000),
        .chargeCurrentLimit(in: 0x351, byte: 2),
        .dischargeCurrentLimit(in: 0x351, byte: 4),
        // A RESU sends 0 V because it does not say; read as a limit it would permit to empty the bank.
        .dischargeVoltageLimit(
            "min_discharge_voltage", in: 0x351, byte: 6, range: 100...75_000, notAvailable: 0),
        .reserved("reserved", in: 0x355, byte: 4, bits: 32),
        .reserved("reserved", in: 0x356, byte: 6, bits: 16),
        .reserved("reserved", in: 0x359, byte: 4, bits: 32),

        .request("force_charge", in: 0x35C, byte: 0, bit: 5, .forceCharge),
        .permission("discharge_enable", in: 0x35C, byte: 0, bit: 6, .dischargeEnabled),
        .permission("charge_enable", in: 0x35C, byte: 0, bit: 7, .chargeEnabled),
        .reserved("reserved", in: 0x35C, byte: 1, bits: 56),

        .cell("max_cell_voltage", in: 0x3DA, byte: 0, .highestCell),
        .cell("min_cell_voltage", in: 0x3DA, byte: 2, .lowestCell),
        small("max_cell_number", in: 0x3DA, byte: 4, .highestCellNumber),
        small("min_cell_number", in: 0x3DA, byte: 5, .lowestCellNumber),
        .reserved("reserved", in: 0x3DA, byte: 6, bits: 16),

        .reserved("zeros", in: 0x305, byte: 0, bits: 64),
        // The same in every frame of one unit, perhaps its serial number (L1).
        .shown("constant_low", in: 0x354, byte: 0, bits: 32, unit: .bits),
        .shown("constant_high", in: 0x354, byte: 4, bits: 32, unit: .bits),

        .shown("battery_energy", in: 0x399, byte: 0, bits: 16, times: 100, unit: .wattHours),
        .heardAlarm(
            "warn_cell_high_voltage", in: 0x399, byte: 2, bit: 0, AlarmMask(.cellOverVoltage), .warning),
        .heardAlarm(
            "warn_cell_low_voltage", in: 0x399, byte: 2, bit: 1, AlarmMask(.cellUnderVoltage), .warning),
        .heardAlarm(
            "alarm_cell_high_voltage", in: 0x399, byte: 4, bit: 0, AlarmMask(.cellOverVoltage), .protection),
        .heardAlarm(
            "alarm_cell_low_voltage", in: 0x399, byte: 4, bit: 1, AlarmMask(.cellUnderVoltage), .protection),

        assumedTemperature("max_temperature", byte: 0, .highestTemperature),
        assumedTemperature("min_temperature", byte: 1, .lowestTemperature),
        small("max_temp_number", in: 0x3DB, byte: 2, .highestTemperatureNumber),
        small("min_temp_number", in: 0x3DB, byte: 3, .lowestTemperatureNumber),
        .reserved("reserved", in: 0x3DB, byte: 4, bits: 32),
    ]

    /// The two words of 0x359; which of them has the protections depends on the dialect, see
    /// ``visitAlarmWords(_:_:)``.
    private static let alarmWords: [_ of BankRow] = [
        .shown("w0_only_sub_relay_command", in: 0x359, byte: 0, bit: 0, bits: 1, unit: .onOff),
        word("w0_high_voltage", byte: 0, bit: 1, .overVoltage),
        word("w0_low_voltage", byte: 0, bit: 2, .underVoltage),
        word("w0_high_temperature", byte: 0, bit: 3, .overTemperature),
        word("w0_low_temperature", byte: 0, bit: 4, .underTemperature),
        word("w0_high_discharge_current", byte: 0, bit: 7, .anyDischargeCurrent),
        word("w0_high_charge_current", byte: 1, bit: 0, .anyChargeCurrent),
        word("w0_bms_internal", byte: 1, bit: 3, .systemError),
        word("w0_cell_imbalance", byte: 1, bit: 4, .imbalance),
        // L1 has pack 2 before pack 1 here, L2 has pack 1 before pack 2 below.
        .shown("w0_sub_pack2_error", in: 0x359, byte: 1, bit: 5, bits: 1, unit: .onOff),
        .shown("w0_sub_pack1_error", in: 0x359, byte: 1, bit: 6, bits: 1, unit: .onOff),
        .shown("w1_only_sub_relay_command", in: 0x359, byte: 2, bit: 0, bits: 1, unit: .onOff),
        word("w1_high_voltage", byte: 2, bit: 1, .overVoltage),
        word("w1_low_voltage", byte: 2, bit: 2, .underVoltage),
        word("w1_high_temperature", byte: 2, bit: 3, .overTemperature),
        word("w1_low_temperature", byte: 2, bit: 4, .underTemperature),
        word("w1_high_discharge_current", byte: 2, bit: 7, .anyDischargeCurrent),
        word("w1_high_charge_current", byte: 3, bit: 0, .anyChargeCurrent),
        word("w1_bms_internal", byte: 3, bit: 3, .systemError),
        word("w1_cell_imbalance", byte: 3, bit: 4, .imbalance),
        .shown("w1_sub_pack1_error", in: 0x359, byte: 3, bit: 5, bits: 1, unit: .onOff),
        .shown("w1_sub_pack2_error", in: 0x359, byte: 3, bit: 6, bits: 1, unit: .onOff),
    ]

    private static func word(
        _ name: StaticString, byte: UInt16, bit: UInt8, _ group: AlarmGroup
    ) -> BankRow {
        .alarm(name, in: 0x359, byte: byte, bit: bit, group, .warning)
    }

    /// Hands out the words of 0x359 for each dialect: the text of the residential series has the protections first
    /// (L2), the reverse engineering of the RESU the warnings (L1).
    ///
    /// Whoever reads without knowing the dialect takes a bit for both, a warning and a protection.
    private static func visitAlarmWords(_ container: UInt32?, _ visit: (BankRow) -> Void) {
        guard container == nil || container == 0x359 else { return }
        for index in alarmWords.indices {
            var row = alarmWords[index]
            guard case .alarm(let group, _) = row.meaning else {
                visit(row)
                continue
            }
            let isFirst = row.byte < 2
            row.dialects = residential
            row.meaning = meaning(group, isFirst ? .protection : .warning)
            visit(row)
            row.dialects = resu
            row.meaning = meaning(group, isFirst ? .warning : .protection)
            visit(row)
        }
    }

    private static func meaning(_ group: AlarmGroup, _ level: AlarmLevel) -> BankMeaning {
        .alarm(group.said(at: level), level)
    }

    /// A number of a cell or sensor in one byte.
    private static func small(
        _ name: StaticString, in container: UInt32, byte: UInt16, _ field: BankField
    ) -> BankRow {
        BankRow(name, in: container, byte: byte, bits: 8, range: 0...255, .number(field))
    }

    /// A temperature in whole degrees, 50 too high if the text is understood rightly.
    private static func assumedTemperature(
        _ name: StaticString, byte: UInt16, _ field: BankField
    ) -> BankRow {
        BankRow(
            name, in: 0x3DB, byte: byte, bits: 8, times: 10, plus: -500, unit: .decicelsius,
            range: -500...1_250, .number(field))
    }
}
