import BatteryModel
import BusCodec

/// The battery registers of a Victron GX device, for energy managers that read one over Modbus TCP.
///
/// A GX asks no battery in this way; here Busbar stands in its place as the server. Unit 225 is the battery, unit 100 the
/// system of which only the battery is there.
///
/// Sources: victronenergy/dbus_modbustcp (attributes.csv, README.md); evcc-io/evcc
/// (templates/definition/meter/victron-energy.yaml).
public enum VictronModbus {
    /// The profile.
    public static let profile = InverterProfile(
        sheet: sheet, serial: talk, frameCount: frames.count, frame: { frames[$0] },
        visitRows: { container, visit in
            for index in rows.indices where container == nil || rows[index].container == container {
                visit(rows[index])
            }
        },
        prepare: prepare, mend: InverterProfile.noMending)

    private static let sheet = ProfileSheet(
        id: "victron-modbus-battery", name: "Victron GX battery registers (Modbus TCP)",
        inverters: "energy managers that read a Victron GX",
        link: .serial(baud: 9_600), dialects: ["GX", "", "", ""], period: .seconds(1),
        keepAlive: KeepAlive(
            identifier: UInt32(Block.system), period: .seconds(5), timeout: .seconds(60)),
        stop: """
            Registers 307 (charge) or 308 (discharge) 0 A and 1297 or 1298 0. No reader is obliged to obey: this \
            protocol informs, it does not stop.
            """,
        silence: "up to the reader",
        isExperimental: true,
        evidence: """
            Registers, types and scales: Victron's own table, high. Units 100 and 225: usual, not in that table. No \
            capture. Registers of a GX that say nothing about a battery are refused, and so is unit 0, its other \
            name for 100.
            """)

    private static let talk = SerialTalk(
        framing: .modbus, tcpPort: 502, bauds: [9_600, 0, 0, 0], address: 225,
        question: { index, _ in questions.indices.contains(index) ? questions[index] : nil },
        spacing: .seconds(1), answerWithin: .seconds(1), answersAs: answersAs,
        take: { _ in .refused(.unknownRegister) }, complete: complete)

    private static let questions: [2 of SerialQuestion] = [
        SerialQuestion(code: UInt16(Block.battery), count: 76),
        SerialQuestion(code: UInt16(Block.details), count: 24),
    ]

    /// Where the blocks begin.
    enum Block {
        static let battery = 256
        static let system = 840
        /// The first register behind the system's.
        static let behindSystem = 847
        static let details = 1_282
    }

    private static let text: StaticString = "Victron, dbus_modbustcp attributes.csv"

    private static let frames: [_ of FrameRow] = [
        FrameRow(UInt32(Block.battery), "battery", lengths: 152, source: text),
        FrameRow(UInt32(Block.system), "system", lengths: 14, isRequired: false, source: text),
        FrameRow(UInt32(Block.details), "battery_details", lengths: 48, isRequired: false, source: text),
    ]

    private static let rows: [_ of BankRow] = [
        .shown("power_long", in: 256, byte: 0, bits: 32, signed: true),
        .shown("power", in: 256, byte: 4, bits: 16, signed: true),
        .hundredths("voltage", in: 256, byte: 6, unit: .millivolts, 0...655_340, .nearest, .voltage),
        .absent("starter_voltage", in: 256, register: 260),
        .current(in: 256, byte: 10),
        .temperature("temperature", in: 256, byte: 12, .temperature, notAvailable: 0x7FFF),
        .absent("middle_voltage", in: 256, register: 263),
        .absent("middle_deviation", in: 256, register: 264),
        .shown("consumed", in: 256, byte: 18, bits: 16, times: -100, unit: .milliampHours),
        BankRow(
            "soc", in: 256, byte: 20, bits: 16, unit: .permille, range: 0...1_000, rounding: .down,
            .number(.soc)),
        .alarmRegister("alarm", 267, general),
        .alarmRegister("alarm_low_voltage", 268, AlarmGroup(.packUnderVoltage)),
        .alarmRegister("alarm_high_voltage", 269, .overVoltage),
        .absent("alarm_low_starter", in: 256, register: 270),
        .absent("alarm_high_starter", in: 256, register: 271),
        .absent("alarm_low_soc", in: 256, register: 272),
        .alarmRegister("alarm_low_temperature", 273, .cold),
        .alarmRegister(
            "alarm_high_temperature", 274, AlarmGroup(.batteryOverTemperature, .dischargeOverTemperature)),
        .absent("alarm_middle", in: 256, register: 275),
        .absent("alarm_low_fused", in: 256, register: 276),
        .absent("alarm_high_fused", in: 256, register: 277),
        .absent("alarm_fuse", in: 256, register: 278),
        .alarmRegister("alarm_internal_temperature", 279, AlarmGroup(.mosfetOverTemperature)),
        .absent("relay", in: 256, register: 280),
        .absent("discharges", in: 256, register: 281, registers: 3),
        .count("cycles", in: 256, byte: 56, .cycles, notAvailable: 65_535),
        .absent("history_1", in: 256, register: 285, registers: 4),
        .absent("history_2", in: 256, register: 289, registers: 4),
        .absent("history_3", in: 256, register: 293, registers: 4),
        .absent("history_4", in: 256, register: 297, registers: 4),
        .energyRegister("energy_discharged", 301, .energyDischarged),
        .energyRegister("energy_charged", 302, .energyCharged),
        .absent("time_to_go", in: 256, register: 303),
        BankRow(
            "soh", in: 256, byte: 96, bits: 16, unit: .permille, range: 0...1_000, notAvailable: 65_535,
            .number(.soh)),
        .chargeVoltageLimit(in: 256, byte: 98, range: 100...6_553_400),
        .dischargeVoltageLimit(in: 256, byte: 100, range: 0...6_553_400),
        .chargeCurrentLimit(in: 256, byte: 102),
        .dischargeCurrentLimit(in: 256, byte: 104),
        BankRow(
            "capacity", in: 256, byte: 106, bits: 16, times: 100, unit: .milliampHours, range: 0...6_553_400,
            notAvailable: 65_535, rounding: .down, .number(.capacity)),
        .constant("error_times_1", in: 256, byte: 108, bits: 64, 0x7FFF_FFFF_7FFF_FFFF),
        .constant("error_times_2", in: 256, byte: 116, bits: 64, 0x7FFF_FFFF_7FFF_FFFF),
        .temperature("lowest_temperature", in: 256, byte: 124, .lowestTemperature, notAvailable: 0x7FFF),
        .temperature("highest_temperature", in: 256, byte: 126, .highestTemperature, notAvailable: 0x7FFF),
        .alarmRegister("alarm_charge_current", 320, .anyChargeCurrent),
        .alarmRegister("alarm_discharge_current", 321, .anyDischargeCurrent),
        .alarmRegister("alarm_imbalance", 322, .imbalance),
        .alarmRegister("alarm_internal_failure", 323, .bmsInternal),
        .alarmRegister("alarm_high_charge_temperature", 324, .chargeHot),
        .alarmRegister("alarm_low_charge_temperature", 325, .chargeCold),
        .alarmRegister("alarm_low_cell", 326, AlarmGroup(.cellUnderVoltage)),
        .alarmRegister("alarm_bms_cable", 327, cable),
        .alarmRegister("alarm_contactor", 328, .contactor),
        .absent("alarm_high_current", in: 256, register: 329),
        .absent("consumed_long", in: 256, register: 330, registers: 2),

        BankRow(
            "voltage", in: 840, byte: 0, bits: 16, times: 100, unit: .millivolts, range: 0...6_553_400,
            .number(.voltage)),
        .current(in: 840, byte: 2),
        .shown("power", in: 840, byte: 4, bits: 16, signed: true),
        .soc(in: 840, byte: 6, bits: 16),
        BankRow(
            "activity", in: 840, byte: 8, bits: 16, unit: .choice, range: 0...2, notAvailable: 65_535,
            .number(.activity)),
        .shown("consumed", in: 840, byte: 10, bits: 16, times: -100, unit: .milliampHours),
        .absent("time_to_go", in: 840, register: 846),

        .shown("state", in: 1_282, byte: 0, bits: 16, unit: .choice),
        .absent("error_and_switch", in: 1_282, register: 1_283, registers: 3),
        .count("batteries", in: 1_282, byte: 8, .packs, notAvailable: 65_535),
        .absent("parallel_and_series", in: 1_282, register: 1_287, registers: 2),
        .count("cells", in: 1_282, byte: 14, .cells, notAvailable: 65_535),
        .cellRegister("lowest_cell", 1_290, .lowestCell),
        .cellRegister("highest_cell", 1_291, .highestCell),
        .absent("shutdowns", in: 1_282, register: 1_292),
        .absent("errors", in: 1_282, register: 1_293, registers: 4),
        .permissionRegister("charge_enable", 1_297, .chargeEnabled),
        .permissionRegister("discharge_enable", 1_298, .dischargeEnabled),
        .absent("relay_and_history", in: 1_282, register: 1_299, registers: 3),
        .count("packs_offline", in: 1_282, byte: 40, .packsOffline, notAvailable: 65_535),
        .count("packs_online", in: 1_282, byte: 42, .packs, notAvailable: 65_535),
        .count("packs_blocking_charge", in: 1_282, byte: 44, .packsBlockingCharge, notAvailable: 65_535),
        .count(
            "packs_blocking_discharge", in: 1_282, byte: 46, .packsBlockingDischarge, notAvailable: 65_535),
    ]

    private static let cable = AlarmGroup(.packLost, .bankLost)
    /// Alarms that have no register of their own.
    private static let general = AlarmGroup.general.without(cable)
}

extension SignalRow where Meaning == BankMeaning {
    /// Up to four registers that are not available.
    fileprivate static func absent(
        _ name: StaticString, in container: UInt32, register: UInt16, registers: UInt16 = 1
    ) -> BankRow {
        .constant(
            name, in: container, byte: (register - UInt16(container)) * 2, bits: registers * 16, .max)
    }

    /// A register that is 2 for an alarm; some have 1 for a warning too, which is never said.
    fileprivate static func alarmRegister(
        _ name: StaticString, _ register: UInt16, _ group: AlarmGroup
    ) -> BankRow {
        .alarm(name, in: 256, byte: (register - 256) * 2 + 1, bit: 1, group, .protection)
    }

    fileprivate static func energyRegister(
        _ name: StaticString, _ register: UInt16, _ field: BankField
    ) -> BankRow {
        BankRow(
            name, in: 256, byte: (register - 256) * 2, bits: 16, times: 100, unit: .wattHours,
            range: 0...6_553_400, notAvailable: 65_535, rounding: .down, .number(field))
    }

    fileprivate static func cellRegister(
        _ name: StaticString, _ register: UInt16, _ field: BankField
    ) -> BankRow {
        BankRow(
            name, in: 1_282, byte: (register - 1_282) * 2, bits: 16, times: 10, unit: .millivolts,
            range: 0...655_340, notAvailable: 65_535, .number(field))
    }

    fileprivate static func permissionRegister(
        _ name: StaticString, _ register: UInt16, _ field: BankField
    ) -> BankRow {
        BankRow(
            name, in: 1_282, byte: (register - 1_282) * 2, bits: 16, unit: .onOff, range: 0...1,
            .number(field))
    }
}
