import BatteryModel
import BusCodec

/// Deye and Sunsynk low voltage on CAN: the Pylontech set under Deye's name, and DY as Deye's own batteries
/// speak it.
///
/// Every word is little-endian. DY keeps the identifiers and changes what they carry: other bits in 0x359, the
/// limits on the grid in 0x371, the identity in 0x35E, and a current that counts discharging as positive. The
/// inverter knows it by the "DY" in 0x35E. Frames of single packs (0x110 to 0x75F) are not understood: they say
/// nothing about the bank.
///
/// Sources: CAN-Bus-protocol-DEYE-low-voltage V1.2 (2018-04-08); captures of JK in its Deye mode (D1, CRC
/// checked); PCS CAN-Bus-protocol-DY-low-voltage V3.3 (2024-05) and frames of a SE-G5.1 Pro-B (D2), see the
/// golden table.
public enum DeyeLV {
    /// The profile.
    public static let profile = InverterProfile(
        sheet: sheet, frameCount: frames.count, frame: { frames[$0] },
        visitRows: { container, visit in
            LowVoltageFrames.visitLimits(container, visit)
            LowVoltageFrames.visitState(container, visit)
            PylontechFrames.visitRequests(container, visit)
            PylontechFrames.visitRequestRest(container, dialects: lithium, visit)
            PylontechFrames.visitAlarmBits(container, dialects: lithium, visit)
            PylontechFrames.visitAlarmRest(container, dialects: lithium, visit)
            PylontechFrames.visitCells(container, visit)
            PylontechFrames.visitCellNumbers(container, dialects: lithium, visit)
            for index in rows.indices where container == nil || rows[index].container == container {
                visit(rows[index])
            }
            visitAlarmsOfDY(container, visit)
        },
        prepare: prepare, mend: mend)

    static let lithium: UInt8 = 1 << 0
    static let dy: UInt8 = 1 << 1

    private static let sheet = ProfileSheet(
        id: "deye-lv-can", name: "Deye / Sunsynk low voltage (CAN)",
        inverters: "Deye and Sunsynk low voltage hybrids, battery mode Lithium 00",
        link: .can(bitrateKilobits: 500),
        dialects: ["Lithium", "DY V3.3", "", ""], period: .seconds(1),
        // Deye is known to leave it out for 3 s every two hours and for 5 s at midnight (YamBMS); twice the
        // longest.
        keepAlive: KeepAlive(identifier: 0x305, acceptsEitherWidth: true, timeout: .seconds(10)),
        stop: """
            CCL and DCL 0 A with the enable bits of 0x35C cleared. While CCL is 0, CVL is brought down to 0.2 to \
            0.3 V above the bank's voltage. Deye charged on, with W31, when it was told 0.1 V and 0.1 A (diyBMS \
            issue 216), was seen above its CCL (YamBMS issue 184), and empties the bank into the grid when CVL is \
            less than 0.2 V above what it measures itself (YamBMS issue 46).
            """,
        silence: """
            F58, communication fault with the BMS; the time until then is not published. 0x305 is only a sign \
            of life: Deye pauses it for 3 to 5 s.
            """,
        evidence: """
            Lithium: vendor text, captures of JK in Deye mode and many users, high. DY: translated vendor text \
            and two independent decoders, medium; of its frames only 0x35E and 0x363 have been captured.
            """)

    private static let text: StaticString = "CAN-Bus-protocol-DEYE-low-voltage V1.2"
    private static let textOfDY: StaticString = "PCS CAN-Bus-protocol-DY-low-voltage V3.3"

    private static let frames: [_ of FrameRow] = [
        FrameRow(0x351, "limits", source: text),
        FrameRow(0x371, "limits_ongrid", dialects: dy, source: textOfDY),
        FrameRow(0x355, "soc_soh", lengths: FrameLengths(4, 8), source: text),
        FrameRow(0x356, "actual_values", lengths: FrameLengths(6, 8), source: text),
        FrameRow(0x35C, "request_flags", lengths: FrameLengths(2, 8), source: text),
        FrameRow(0x35E, "manufacturer", source: text),
        FrameRow(0x359, "protection_alarm", lengths: FrameLengths(7, 8), source: text),
        FrameRow(0x361, "cell_extremes", dialects: dy, isRequired: false, source: textOfDY),
        FrameRow(0x363, "versions", dialects: dy, isRequired: false, source: textOfDY),
        FrameRow(0x305, "inverter_alive", .fromInverter, isRequired: false, source: textOfDY),
        FrameRow(0x306, "usb_control", .fromInverter, isRequired: false, source: textOfDY),
        FrameRow(0x358, "usb_board", dialects: 0, isRequired: false, source: textOfDY),
        // Not sent: it wants the number of all modules, and the bank counts those that are in it and those that
        // are not.
        FrameRow(0x364, "module_counts", dialects: 0, isRequired: false, source: textOfDY),
        FrameRow(0x370, "cell_extremes_jk", dialects: 0, isRequired: false, source: "captures of JK (D1)"),
    ]

    // Where the dialects differ DY comes first: of two readings of one signal the last counts, and the
    // Pylontech set is the likelier one where the dialect is not known.
    private static let rows: [_ of BankRow] = [
        .voltage(in: 0x356, byte: 0),
        // DY counts discharging as positive since version 2.5 of the text; captures of the Pylontech set,
        // charging.
        current(times: -100, dialects: dy),
        current(times: 100, dialects: lithium),
        .temperature("temperature", in: 0x356, byte: 4, .temperature),
        .reserved("unused_state", in: 0x355, byte: 4, bits: 32, dialects: dy),
        .reserved("unused_actual", in: 0x356, byte: 6, bits: 16, dialects: dy),

        // 0x351 holds off the grid and this one on it; the bank has one limit for both.
        limit("charge_current_limit_ongrid", byte: 0, .chargeCurrentLimit),
        limit("discharge_current_limit_ongrid", byte: 2, .dischargeCurrentLimit),
        .reserved("unused_limits", in: 0x371, byte: 4, bits: 32, dialects: dy),

        // The text forbids its use.
        .shown(
            "request_heating", in: 0x35C, byte: 0, bit: 0, bits: 1, unit: .onOff, dialects: dy),
        .reserved("unused_requests", in: 0x35C, byte: 1, bits: 56, dialects: dy),

        BankRow("brand", in: 0x35E, byte: 0, bits: 16, unit: .bits, dialects: dy, .constant(0x5944)),
        // "001", as captured (D2).
        BankRow("pack_number", in: 0x35E, byte: 2, bits: 24, unit: .bits, dialects: dy, .constant(0x313030)),
        // 1 Gotion 96 Ah, 2 CATL 100, 3 EVE 100, 4 and 6 PH 100, 5 EVE 120, 7 Zenergy 104; 0 says none of them.
        .shown("cell_maker", in: 0x35E, byte: 5, bits: 8, unit: .choice, dialects: dy),
        BankRow(
            "system_capacity", in: 0x35E, byte: 6, bits: 16, times: 100, unit: .milliampHours,
            range: 0...6_553_500, rounding: .down, dialects: dy, .number(.capacity)),
        BankRow("name", in: 0x35E, byte: 0, bits: 64, dialects: lithium, .maker(padding: 0x20)),

        .cell("max_cell_voltage", in: 0x361, byte: 0, .highestCell),
        .cell("min_cell_voltage", in: 0x361, byte: 2, .lowestCell),
        .temperature("max_cell_temperature", in: 0x361, byte: 4, .highestTemperature),
        .temperature("min_cell_temperature", in: 0x361, byte: 6, .lowestTemperature),

        // As captured (D2).
        BankRow("software_version", in: 0x363, byte: 0, bits: 16, unit: .bits, .constant(0x0820)),
        BankRow("hardware_version", in: 0x363, byte: 2, bits: 16, unit: .bits, .constant(0x0221)),
        .reserved("unused_versions", in: 0x363, byte: 4, bits: 32),

        // Older inverters send zeros.
        .shown("second", in: 0x305, byte: 0, bits: 8, unit: .seconds),
        .shown("minute", in: 0x305, byte: 1, bits: 8, unit: .minutes),
        .shown("hour", in: 0x305, byte: 2, bits: 8, unit: .hours),
        .shown("day", in: 0x305, byte: 3, bits: 8),
        .shown("month", in: 0x305, byte: 4, bits: 8),
        .shown("year", in: 0x305, byte: 5, bits: 8, plus: 2_000),
        .reserved("unused_alive", in: 0x305, byte: 6, bits: 16),

        .shown("usb_switch_wanted", in: 0x306, byte: 0, bits: 8, unit: .choice),
        // The text bounds it by 3000 to 18000 s and by 30 min: the unit is not certain.
        .shown("usb_disable_time", in: 0x306, byte: 1, bits: 16),
        .reserved("unused_usb", in: 0x306, byte: 3, bits: 40),

        // Tenths of a watt.
        .shown("usb_power", in: 0x358, byte: 0, bits: 16),
        // Tenths of a watt-hour.
        .shown("usb_energy", in: 0x358, byte: 2, bits: 32),
        .shown("usb_switch", in: 0x358, byte: 6, bits: 8, unit: .onOff),
        .reserved("unused_usb_board", in: 0x358, byte: 7, bits: 8),

        modules("modules_normal", byte: 0, .packs),
        modules("modules_no_charge", byte: 1, .packsBlockingCharge),
        modules("modules_no_discharge", byte: 2, .packsBlockingDischarge),
        modules("modules_comm_lost", byte: 3, .packsOffline),
        .shown("modules_total", in: 0x364, byte: 4, bits: 8),
        .reserved("unused_modules", in: 0x364, byte: 5, bits: 24),
    ]

    private static func current(times: Int32, dialects: UInt8) -> BankRow {
        BankRow(
            "current", in: 0x356, byte: 2, bits: 16, signed: true, times: times, unit: .milliamps,
            range: -3_276_700...3_276_700, dialects: dialects, .number(.current))
    }

    private static func limit(_ name: StaticString, byte: UInt16, _ field: BankField) -> BankRow {
        BankRow(
            name, in: 0x371, byte: byte, bits: 16, signed: true, times: 100, unit: .milliamps,
            range: 0...3_276_700, rounding: .down, dialects: dy, .number(field))
    }

    private static func modules(_ name: StaticString, byte: UInt16, _ field: BankField) -> BankRow {
        BankRow(name, in: 0x364, byte: byte, bits: 8, range: 0...255, .number(field))
    }
}

// MARK: - Wishes and quirks

extension DeyeLV {
    /// Fills in the name, keeps limits and enable bits from contradicting each other, and stops at the bank's
    /// voltage.
    ///
    /// Deye shows SOH only of a battery whose name begins with `PYLON` (YamBMS).
    static func prepare(_ bank: inout BankReading, _ options: ProfileOptions) {
        bank.name("PYLON")
        bank.makeLimitsAgree()
        bank.keepApartFromEmpty()
        lowerToBankVoltage(&bank)
    }

    /// Undoes what makers do differently, but for a name that is cut off in DY.
    ///
    /// Behind the "DY" of 0x35E stands the capacity, which would become 0.
    private static func mend(_ frame: inout CANFrame, _ known: HeardBefore) {
        if frame.identifier == 0x35E, FrameWords.word(at: 0, in: frame) == 0x5944 { return }
        LowVoltageFrames.mend(&frame, known)
    }

    /// Brings CVL down to just above the bank's voltage while nothing may be charged; it is never raised.
    ///
    /// The voltage is taken as 0x356 says it, and what 0x351 has no tenths for is rounded up.
    static func lowerToBankVoltage(_ bank: inout BankReading) {
        guard let current = bank[.chargeCurrentLimit]?.value, current < 100,
            let voltage = bank[.voltage]?.value, voltage > 0, let highest = bank[.chargeVoltageLimit]
        else { return }
        let said = (voltage + 5) / 10 * 10
        let lowered = (said + distance + 99) / 100 * 100
        if lowered < highest.value { bank[.chargeVoltageLimit] = Reading(lowered, at: highest.at) }
    }

    /// How far above the bank's voltage CVL must stay, in millivolts.
    ///
    /// A SUN-12K began to discharge into the grid with less than that above its own measurement (YamBMS issue 46).
    private static let distance: Int32 = 200
}
