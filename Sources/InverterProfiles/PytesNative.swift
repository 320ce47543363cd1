import BatteryModel
import BusCodec

/// Pytes batteries in their own mode on CAN: the frames 0x400 to 0x41E.
///
/// Every word is little-endian. No vendor text is public; the layout was read from the vendor's firmware and from the
/// bus. 0x407 and 0x40C are sent too and not understood. In their other modes the batteries speak the protocols of
/// inverter makers.
///
/// Sources: hoylabs/OpenDTU-OnBattery, src/battery/pytes/Provider.cpp, issue 1188 and pull requests 1196 and 1466.
public enum PytesNative {
    /// The profile.
    public static let profile = InverterProfile(
        sheet: sheet, frameCount: frames.count, frame: { frames[$0] },
        visitRows: { container, visit in
            for index in rows.indices where container == nil || rows[index].container == container {
                visit(rows[index])
            }
            for index in alarmRows.indices where container == nil || alarmRows[index].container == container {
                visit(alarmRows[index])
            }
        },
        prepare: prepare, mend: InverterProfile.noMending)

    private static let sheet = ProfileSheet(
        id: "pytes-can", name: "Pytes (CAN)", inverters: "none known; OpenDTU-OnBattery reads it",
        link: .can(bitrateKilobits: 500),
        dialects: ["V1", "", "", ""], period: .seconds(1),
        keepAlive: .unknown,
        stop: """
            Current limit 0 A in 0x400 together with its permission in 0x408. OpenDTU-OnBattery reads the limits and \
            only prints the permissions.
            """,
        silence: "Not known.",
        isExperimental: true,
        evidence: """
            Captures of two batteries prove the frames with the limits; the alarm bits come from firmware that one \
            project has read, medium. No inverter is known that takes it.
            """)

    private static let reader: StaticString = "OpenDTU-OnBattery, pytes/Provider.cpp"

    private static let frames: [_ of FrameRow] = [
        FrameRow(0x400, "limits", source: reader),
        FrameRow(0x401, "cell_voltages", source: reader),
        FrameRow(0x402, "cell_temperatures", source: reader),
        FrameRow(0x403, "alarms_1", source: reader),
        FrameRow(0x404, "soc_soh", source: reader),
        FrameRow(0x405, "measurements", source: reader),
        FrameRow(0x406, "alarms_2", source: reader),
        FrameRow(0x408, "charge_state", lengths: 7, source: reader),
        FrameRow(0x409, "capacity", source: reader),
        FrameRow(0x40A, "manufacturer", lengths: 5, source: reader),
        FrameRow(0x40B, "clock_modules", source: reader),
        FrameRow(0x40D, "balancing", isRequired: false, source: reader),
        FrameRow(0x41E, "energy", isRequired: false, source: reader),
    ]

    private static let rows: [_ of BankRow] = [
        .chargeVoltageLimit(in: 0x400, byte: 0, range: 100...75_000),
        .chargeCurrentLimit(in: 0x400, byte: 2),
        .dischargeCurrentLimit(in: 0x400, byte: 4),
        .dischargeVoltageLimit(in: 0x400, byte: 6, range: 0...75_000),

        // The reader takes the low byte of a place for the module and the high one for the cell. Batteries of one
        // module send 4, 7 and 14 in the low byte and 0 in the high one, so neither is read from them.
        .cell("max_cell_voltage", in: 0x401, byte: 0, .highestCell),
        .cell("min_cell_voltage", in: 0x401, byte: 2, .lowestCell),
        .shown("max_cell_place", in: 0x401, byte: 4, bits: 16, unit: .bits),
        .shown("min_cell_place", in: 0x401, byte: 6, bits: 16, unit: .bits),
        .temperature("max_temperature", in: 0x402, byte: 0, .highestTemperature),
        .temperature("min_temperature", in: 0x402, byte: 2, .lowestTemperature),
        .shown("max_temperature_place", in: 0x402, byte: 4, bits: 16, unit: .bits),
        .shown("min_temperature_place", in: 0x402, byte: 6, bits: 16, unit: .bits),

        .soc(in: 0x404, byte: 0, bits: 16),
        .soh(in: 0x404, byte: 2, bits: 16),
        .shown("unknown", in: 0x404, byte: 4, bits: 16, unit: .bits),
        .cycles("cycles", in: 0x404, byte: 6),

        .voltage(in: 0x405, byte: 0),
        .current(in: 0x405, byte: 2),
        .temperature("temperature", in: 0x405, byte: 4, .temperature),
        // Not named by the reader: 15 at 48.95 V and 16 at 51.86 V, which is the voltage divided by that of a cell.
        .count("cell_count", in: 0x405, byte: 6, .cells, notAvailable: 0),

        permission("charge_enabled", byte: 0, .chargeEnabled),
        permission("discharge_enabled", byte: 1, .dischargeEnabled),
        BankRow(
            "charge_immediately", in: 0x408, byte: 2, bits: 8, unit: .onOff, range: 0...1, substitute: 0,
            .number(.forceCharge)),
        .shown("unknown", in: 0x408, byte: 3, bits: 16, unit: .bits),
        blocking("modules_blocking_charge", byte: 5, .packsBlockingCharge),
        blocking("modules_blocking_discharge", byte: 6, .packsBlockingDischarge),

        capacity("total_capacity", byte: 0, .capacity),
        capacity("remaining_capacity", byte: 4, .remainingCapacity),
        .maker("name", in: 0x40A, byte: 0, characters: 5),

        // Unknown to the reader; in issue 1188 it is the day of the capture. The bank has no clock.
        .shown("year", in: 0x40B, byte: 0, bits: 8, plus: 2_000),
        .shown("month", in: 0x40B, byte: 1, bits: 8),
        .shown("day", in: 0x40B, byte: 2, bits: 8),
        .shown("hour", in: 0x40B, byte: 3, bits: 8),
        .shown("minute", in: 0x40B, byte: 4, bits: 8),
        .shown("second", in: 0x40B, byte: 5, bits: 8),
        .count("modules_online", in: 0x40B, byte: 6, bits: 8, .packs),
        .count("modules_offline", in: 0x40B, byte: 7, bits: 8, .packsOffline),

        .reserved("unknown_low", in: 0x40D, byte: 0, bits: 32),
        // Anything but 0 says that cells are balanced; the unit is not known.
        .shown("balance_level", in: 0x40D, byte: 4, bits: 16),
        .reserved("unknown_high", in: 0x40D, byte: 6, bits: 16),
        energy("charged_energy", byte: 0, .energyCharged),
        energy("discharged_energy", byte: 4, .energyDischarged),
    ]

    /// Two words with the same bits, of which the reader takes either; the bank sends the first.
    ///
    /// Healthy batteries set 0.2, 1.2 and 2.7 in both words, and 3.1 at rest: "normal", as it seems. Nobody reads them.
    private static let alarmRows: [_ of BankRow] = [
        .alarm("over_voltage", in: 0x403, byte: 0, bit: 0, .overVoltage, .protection),
        .alarm("high_voltage_warning", in: 0x403, byte: 0, bit: 1, .overVoltage, .warning),
        .reserved("normal_voltage", in: 0x403, byte: 0, bit: 2, bits: 1),
        .alarm("low_voltage_warning", in: 0x403, byte: 0, bit: 3, .underVoltage, .warning),
        .alarm("under_voltage", in: 0x403, byte: 0, bit: 4, .underVoltage, .protection),
        .reserved("unknown_voltage", in: 0x403, byte: 0, bit: 5, bits: 3),
        .alarm("over_temperature", in: 0x403, byte: 1, bit: 0, .overTemperature, .protection),
        .alarm("high_temperature_warning", in: 0x403, byte: 1, bit: 1, .overTemperature, .warning),
        .reserved("normal_temperature", in: 0x403, byte: 1, bit: 2, bits: 1),
        .alarm("low_temperature_warning", in: 0x403, byte: 1, bit: 3, .underTemperature, .warning),
        .alarm("under_temperature", in: 0x403, byte: 1, bit: 4, .underTemperature, .protection),
        .reserved("unknown_temperature", in: 0x403, byte: 1, bit: 5, bits: 3),
        .reserved("unknown_current", in: 0x403, byte: 2, bit: 0, bits: 1),
        .alarm("discharge_over_current_1", in: 0x403, byte: 2, bit: 1, .anyDischargeCurrent, .protection),
        heard("discharge_over_current_2", byte: 2, bit: 2, .dischargeOverCurrent, .protection),
        .alarm("charge_over_current_1", in: 0x403, byte: 2, bit: 3, .anyChargeCurrent, .protection),
        heard("charge_over_current_2", byte: 2, bit: 4, .chargeOverCurrent, .protection),
        .alarm("high_discharge_current_warning", in: 0x403, byte: 2, bit: 5, .anyDischargeCurrent, .warning),
        .alarm("high_charge_current_warning", in: 0x403, byte: 2, bit: 6, .anyChargeCurrent, .warning),
        .reserved("normal_current", in: 0x403, byte: 2, bit: 7, bits: 1),
        .reserved("unknown_state_low", in: 0x403, byte: 3, bit: 0, bits: 2),
        // One bit for charging and the next for discharging.
        BankRow(
            "state", in: 0x403, byte: 3, bit: 2, bits: 2, unit: .choice, range: 0...2, .number(.activity)),
        .reserved("unknown_state_high", in: 0x403, byte: 3, bit: 4, bits: 4),

        heard("second_over_voltage", byte: 4, bit: 0, .cellOverVoltage, .protection),
        heard("second_high_voltage_warning", byte: 4, bit: 1, .cellOverVoltage, .warning),
        .reserved("second_normal_voltage", in: 0x403, byte: 4, bit: 2, bits: 1),
        heard("second_low_voltage_warning", byte: 4, bit: 3, .cellUnderVoltage, .warning),
        heard("second_under_voltage", byte: 4, bit: 4, .cellUnderVoltage, .protection),
        .reserved("second_unknown_voltage", in: 0x403, byte: 4, bit: 5, bits: 3),
        heard("second_over_temperature", byte: 5, bit: 0, .batteryOverTemperature, .protection),
        heard("second_high_temperature_warning", byte: 5, bit: 1, .batteryOverTemperature, .warning),
        .reserved("second_normal_temperature", in: 0x403, byte: 5, bit: 2, bits: 1),
        heard("second_low_temperature_warning", byte: 5, bit: 3, .chargeUnderTemperature, .warning),
        heard("second_under_temperature", byte: 5, bit: 4, .chargeUnderTemperature, .protection),
        .reserved("second_unknown_temperature", in: 0x403, byte: 5, bit: 5, bits: 3),
        .reserved("second_unknown_current", in: 0x403, byte: 6, bit: 0, bits: 1),
        heard("second_discharge_over_current_1", byte: 6, bit: 1, .dischargeOverCurrent, .protection),
        heard("second_discharge_over_current_2", byte: 6, bit: 2, .dischargeOverCurrent, .protection),
        heard("second_charge_over_current_1", byte: 6, bit: 3, .chargeOverCurrent, .protection),
        heard("second_charge_over_current_2", byte: 6, bit: 4, .chargeOverCurrent, .protection),
        heard("second_high_discharge_current_warning", byte: 6, bit: 5, .dischargeOverCurrent, .warning),
        heard("second_high_charge_current_warning", byte: 6, bit: 6, .chargeOverCurrent, .warning),
        .reserved("second_normal_current", in: 0x403, byte: 6, bit: 7, bits: 1),
        .reserved("second_state", in: 0x403, byte: 7, bits: 8),

        .reserved("unknown_low", in: 0x406, byte: 0, bits: 15),
        .alarm("bms_internal_failure", in: 0x406, byte: 1, bit: 7, .systemError, .protection),
        .reserved("unknown_high", in: 0x406, byte: 2, bits: 48),
    ]

    private static func heard(
        _ name: StaticString, byte: UInt16, bit: UInt8, _ kind: AlarmKind, _ level: AlarmLevel
    ) -> BankRow {
        .heardAlarm(name, in: 0x403, byte: byte, bit: bit, AlarmMask(kind), level)
    }

    /// A permission that has a byte of its own.
    private static func permission(_ name: StaticString, byte: UInt16, _ field: BankField) -> BankRow {
        BankRow(name, in: 0x408, byte: byte, bits: 8, unit: .onOff, range: 0...1, .number(field))
    }

    /// One bit for each module, see ``markBlocking(_:in:)``; without a module nothing is blocked.
    private static func blocking(_ name: StaticString, byte: UInt16, _ field: BankField) -> BankRow {
        BankRow(name, in: 0x408, byte: byte, bits: 8, unit: .bits, substitute: 0, .said(field))
    }

    private static func capacity(_ name: StaticString, byte: UInt16, _ field: BankField) -> BankRow {
        BankRow(
            name, in: 0x409, byte: byte, bits: 32, unit: .milliampHours, range: 0...Int32.max,
            .number(field))
    }

    /// An energy in tenths of a kilowatt-hour.
    private static func energy(_ name: StaticString, byte: UInt16, _ field: BankField) -> BankRow {
        BankRow(
            name, in: 0x41E, byte: byte, bits: 32, times: 100, unit: .wattHours, range: 0...2_147_483_600,
            .number(field))
    }

    /// Says the name, keeps limits and permissions from contradicting each other, and turns numbers of modules into
    /// bits.
    private static func prepare(_ bank: inout BankReading, _ options: ProfileOptions) {
        bank.name("PYTES")
        markBlocking(.packsBlockingCharge, in: &bank)
        markBlocking(.packsBlockingDischarge, in: &bank)
        bank.makeLimitsAgree()
        bank.keepApartFromEmpty()
    }

    /// Sets as many of the eight bits as there are modules; the bank does not say which ones they are.
    private static func markBlocking(_ field: BankField, in bank: inout BankReading) {
        guard let modules = bank[field]?.value else { return }
        bank[field]?.value = 1 << min(max(modules, 0), 8) - 1
    }
}
