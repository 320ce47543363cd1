import BatteryModel
import BusCodec

/// Growatt low voltage on CAN: Rev_04 (V1.04), and Rev_05 as newer firmware speaks it.
///
/// Every word is big-endian. No vendor text of Rev_05 is public; its frames 0x322 and 0x323 are known by the names in
/// one firmware project and by captures. 0x211, 0x212, 0x324 and 0x325 are seen on the bus and not understood.
///
/// The protocol has no DVL: the inverter discharges down to its own setting, or until it is told 0 A.
///
/// Sources: Growatt BMS CAN-Bus-protocol low-voltage V1.04; CRC-checked captures of JK and Seplos with a Growatt
/// inverter in victorstoica114/sigrok-pylon-bms-decoders; names of Rev_05: victorstoica114/Invertor_board.
public enum GrowattLV {
    /// The profile.
    public static let profile = InverterProfile(
        sheet: sheet, frameCount: frames.count, frame: { frames[$0] },
        visitRows: { container, visit in
            for index in rows.indices where container == nil || rows[index].container == container {
                visit(rows[index])
            }
            visitAlarms(container, visit)
            visitNewFrames(container, visit)
        },
        prepare: prepare, mend: InverterProfile.noMending)

    private static let sheet = ProfileSheet(
        id: "growatt-lv-can", name: "Growatt low voltage (CAN)",
        inverters: "Growatt with a 48 V battery port, for example SPF",
        link: .can(bitrateKilobits: 500),
        dialects: ["Rev_04", "Rev_05", "", ""], period: .seconds(1),
        // The text says once in a second; a real inverter sent it every 510 ms.
        keepAlive: KeepAlive(identifier: 0x301),
        stop: """
            The current limit in 0x311 at 0 A, together with its output bit in 0x311 and its enable bit in 0x319 \
            cleared; CVL at or above the bank's voltage. How an inverter weighs the one against the other is not \
            published.
            """,
        silence: "Not published.",
        evidence: """
            Rev_04: vendor text and CRC-checked captures of two makers with a Growatt inverter, high; the sign of \
            the current stands in neither. Rev_05: one firmware project and captures, medium.
            """)

    static let rev04: UInt8 = 1 << 0
    static let rev05: UInt8 = 1 << 1
    private static let text: StaticString = "Growatt BMS CAN-Bus-protocol low-voltage V1.04"
    private static let capture: StaticString = "captures of JK and Seplos; victorstoica114/Invertor_board"

    private static let frames: [_ of FrameRow] = [
        FrameRow(0x311, "limits_status", source: text),
        FrameRow(0x312, "protection_alarm", source: text),
        FrameRow(0x313, "measurements", source: text),
        FrameRow(0x314, "capacity", isRequired: false, source: text),
        FrameRow(0x319, "request_extremes", source: text),
        FrameRow(0x320, "identity", source: text),
        FrameRow(0x321, "update_status", isRequired: false, source: text),
        FrameRow(0x322, "temperature_soc_extremes", dialects: rev05, isRequired: false, source: capture),
        FrameRow(0x323, "cell_count_flags", dialects: rev05, isRequired: false, source: capture),
        FrameRow(0x301, "inverter_alive", .fromInverter, isRequired: false, source: text),
        FrameRow(0x315, "cells_1_4", dialects: 0, isRequired: false, source: text),
        FrameRow(0x316, "cells_5_8", dialects: 0, isRequired: false, source: text),
        FrameRow(0x317, "cells_9_12", dialects: 0, isRequired: false, source: text),
        FrameRow(0x318, "cells_13_16", dialects: 0, isRequired: false, source: text),
    ]

    private static let rows: [_ of BankRow] = [
        // Battery-Emulator quotes 41 to 63 V from the text.
        .chargeVoltageLimit(in: 0x311, byte: 0, .big, range: 100...63_000),
        .chargeCurrentLimit(in: 0x311, byte: 2, .big),
        .dischargeCurrentLimit(in: 0x311, byte: 4, .big),
        .shown("master_box_mode", in: 0x311, byte: 6, bit: 0, bits: 2, unit: .choice),
        // Battery-Emulator repeats the activity here; JK and Seplos send 0.
        .shown("sp_status", in: 0x311, byte: 6, bit: 2, bits: 2, unit: .choice),
        .reserved("reserved_status", in: 0x311, byte: 6, bit: 4, bits: 4),
        // 0 is a soft start, of which nobody knows what flows; 1 standby, 2 charging, 3 discharging.
        BankRow(
            "battery_status", in: 0x311, byte: 7, bit: 0, bits: 2, plus: -1, unit: .choice, range: 0...2,
            notAvailable: 0, .number(.activity)),
        // The text does not say when it is set, and no capture with an alarm is known.
        .shown("error_byte_valid", in: 0x311, byte: 7, bit: 2, bits: 1, unit: .onOff),
        // JK and Seplos always set it, at rest too.
        BankRow("cell_balance", in: 0x311, byte: 7, bit: 3, bits: 1, unit: .onOff, .constant(1)),
        .shown("sleep_enabled", in: 0x311, byte: 7, bit: 4, bits: 1, unit: .onOff),
        .permission("discharge_output_enabled", in: 0x311, byte: 7, bit: 5, .dischargeEnabled),
        .permission("charge_output_enabled", in: 0x311, byte: 7, bit: 6, .chargeEnabled),
        .shown("terminal_open", in: 0x311, byte: 7, bit: 7, bits: 1, unit: .onOff),

        .voltage(in: 0x313, byte: 0, .big),
        .current(in: 0x313, byte: 2, .big),
        .temperature("max_cell_temperature", in: 0x313, byte: 4, .highestTemperature, .big),
        .soc(in: 0x313, byte: 6, bits: 8),
        .soh(in: 0x313, byte: 7, bits: 7),
        .shown("soh_flag", in: 0x313, byte: 7, bit: 7, bits: 1, unit: .onOff),

        capacity("remaining_capacity", byte: 0, .remainingCapacity),
        capacity("full_capacity", byte: 2, .capacity),
        .cell("cell_delta", in: 0x314, byte: 4, .cellSpread, .big),
        .cycles("cycle_count", in: 0x314, byte: 6, .big),

        // 0 LFP, 1 NMC, 2 LTO. Seplos sends 1 for LFP.
        .shown("battery_type", in: 0x319, byte: 0, bit: 0, bits: 2, unit: .choice),
        .reserved("reserved_request", in: 0x319, byte: 0, bit: 2, bits: 2),
        // Printed as "NULL" in the text.
        .shown("request_force_charge_2", in: 0x319, byte: 0, bit: 4, bits: 1, unit: .onOff),
        .request("request_force_charge_1", in: 0x319, byte: 0, bit: 5, .forceCharge),
        .permission("discharge_enable", in: 0x319, byte: 0, bit: 6, .dischargeEnabled),
        .permission("charge_enable", in: 0x319, byte: 0, bit: 7, .chargeEnabled),
        .cell("max_cell_voltage", in: 0x319, byte: 1, .highestCell, .big),
        .cell("min_cell_voltage", in: 0x319, byte: 3, .lowestCell, .big),
        .count("max_cell_number", in: 0x319, byte: 5, bits: 8, .highestCellNumber, notAvailable: 0),
        .count("min_cell_number", in: 0x319, byte: 6, bits: 8, .lowestCellNumber, notAvailable: 0),
        .shown("protected_pack_id", in: 0x319, byte: 7, bits: 8),

        .maker("manufacturer", in: 0x320, byte: 0, characters: 2),
        // One byte for the hardware and one for the software.
        BankRow(
            "hardware_software_version", in: 0x320, byte: 2, bits: 16, .big, unit: .bits, .number(.version)),
        .shown("date_time", in: 0x320, byte: 4, bits: 32, .big, unit: .bits),

        .shown("programming", in: 0x321, byte: 0, bit: 0, bits: 1, unit: .onOff),
        .shown("master_state", in: 0x321, byte: 0, bit: 1, bits: 2, unit: .choice),
        .shown("slave_state", in: 0x321, byte: 0, bit: 3, bits: 2, unit: .choice),
        .reserved("reserved_state", in: 0x321, byte: 0, bit: 5, bits: 3),
        .shown("progress", in: 0x321, byte: 1, bits: 8, times: 10, unit: .permille),
        .shown("programming_pack_id", in: 0x321, byte: 2, bits: 8),
        .shown("success_count", in: 0x321, byte: 3, bits: 8),
        .reserved("reserved_update", in: 0x321, byte: 4, bits: 32),

        // 11, 22 … 88, decimal: so it was captured. Many projects copy the digits as hexadecimal.
        BankRow(
            "sign_of_life", in: 0x301, byte: 0, bits: 64, .big, unit: .bits,
            .constant(0x0B16_212C_3742_4D58)),
    ]

    /// A capacity in hundredths of an ampere-hour: at most 655.35 Ah, larger banks are capped.
    private static func capacity(_ name: StaticString, byte: UInt16, _ field: BankField) -> BankRow {
        BankRow(
            name, in: 0x314, byte: byte, bits: 16, .big, times: 10, unit: .milliampHours, range: 0...655_350,
            rounding: .down, .number(field))
    }
}

// MARK: - What is said differently

extension GrowattLV {
    /// Fills in name and version, and keeps limits and enable bits from contradicting each other.
    private static func prepare(_ bank: inout BankReading, _ options: ProfileOptions) {
        // As a Seplos BMS says it to a real inverter; the text wants two capital letters.
        bank.name("GT")
        bank.sayIfUnknown(.version, 0x0A0A)
        // JK and Seplos say standby whatever flows; nothing is known of an inverter that uses it.
        bank.sayIfUnknown(.activity, 0)
        bank.sayCellDistance()
        bank.makeLimitsAgree()
        bank.keepApartFromEmpty()
        bank.keepPacksApartFromEnds()
        // JK sends 0 as the lowest temperature whatever it is; 0.0 °C is said a tenth colder.
        if let coldest = bank[.lowestTemperature], coldest.value == 0 {
            bank[.lowestTemperature] = Reading(-1, at: coldest.at)
        }
    }
}
