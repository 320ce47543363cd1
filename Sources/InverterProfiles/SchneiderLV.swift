import BatteryModel
import BusCodec

/// Schneider Electric "SE BMS Communication Protocol" version 2 on CAN.
///
/// Every identifier has 29 bits and every word is big-endian. No vendor text and no capture is public; the layout is
/// that of one emulator whose author read the text and left questions open: the numbers that Schneider gives to makers
/// and models, and the signs of the currents. Conext XW Pro also takes ``PylontechLV``, which is proven.
///
/// Sources: dalathegreat/Battery-Emulator, SCHNEIDER-CAN.cpp and SCHNEIDER-CAN.h.
public enum SchneiderLV {
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
        id: "schneider-lv-can", name: "Schneider SE BMS V2 (CAN)",
        inverters: "Schneider Electric that offer the SE BMS protocol",
        link: .can(bitrateKilobits: 500),
        dialects: ["V2", "", "", ""], period: .milliseconds(500),
        keepAlive: KeepAlive(identifier: 0x310, isExtended: true),
        stop: """
            Current limit 0 A with its permission in 0x325 cleared; the stop bit of 0x325 only when no pack can be \
            relied on. From the emulator, not tried on an inverter.
            """,
        silence: "Not known.",
        isExperimental: true,
        evidence: """
            One emulator written from the vendor's text and never finished, no capture: medium to low. Not known: \
            the signs of the currents, and whether an inverter takes maker and model 0.
            """)

    private static let source: StaticString = "Battery-Emulator, SCHNEIDER-CAN.cpp"

    // A set is 500 ms: every 4th is 2 s, every 20th 10 s.
    private static let frames: [_ of FrameRow] = [
        frame(0x321, "voltage_limits"),
        frame(0x322, "current_limits"),
        frame(0x323, "measurements"),
        frame(0x324, "temperature_soc", length: 4),
        frame(0x325, "commands_faults", length: 6),
        frame(0x320, "protocol_version", length: 2, every: 4),
        frame(0x326, "state", every: 4),
        frame(0x327, "cells", isRequired: false, every: 4),
        frame(0x328, "lifetime_energy", isRequired: false, every: 20),
        frame(0x330, "ids", every: 20),
        frame(0x331, "serial_1", isRequired: false, every: 20),
        frame(0x332, "serial_2", isRequired: false, every: 20),
        frame(0x333, "unique_id", length: 6, every: 20),
        FrameRow(
            0x310, "inverter_alive", isExtended: true, .fromInverter, isRequired: false, source: source),
    ]

    private static func frame(
        _ identifier: UInt32, _ name: StaticString, length: UInt8 = 8, isRequired: Bool = true,
        every: UInt8 = 1
    ) -> FrameRow {
        FrameRow(
            identifier, name, isExtended: true, lengths: FrameLengths(integerLiteral: length),
            isRequired: isRequired, every: every, source: source)
    }

    private static let rows: [_ of BankRow] = [
        // The emulator's comments give 10 000.00 V and A as examples.
        voltage("max_charge_voltage", 0x8000_0321, 0, range: 100...10_000_000, .down, .chargeVoltageLimit),
        voltage("min_discharge_voltage", 0x8000_0321, 4, range: 0...10_000_000, .up, .dischargeVoltageLimit),
        current("max_charge_current", 0x8000_0322, 0, range: 0...10_000_000, .down, .chargeCurrentLimit),
        current(
            "max_discharge_current", 0x8000_0322, 4, range: 0...10_000_000, .down, .dischargeCurrentLimit),
        voltage("voltage", 0x8000_0323, 0, range: 0...10_000_000, .nearest, .voltage),
        current("current", 0x8000_0323, 4, range: -10_000_000...10_000_000, .nearest, .current),
        .temperature("temperature", in: 0x8000_0324, byte: 0, .temperature, .big),
        BankRow(
            "soc", in: 0x8000_0324, byte: 2, bits: 16, .big, unit: .permille, range: 0...1000,
            rounding: .down, .number(.soc)),

        .reserved("reserved_command_high", in: 0x8000_0325, byte: 0, bits: 8),
        .request("cmd_force_charge", in: 0x8000_0325, byte: 1, bit: 0, .forceCharge),
        .permission("cmd_charge_permitted", in: 0x8000_0325, byte: 1, bit: 1, .chargeEnabled),
        .permission("cmd_discharge_permitted", in: 0x8000_0325, byte: 1, bit: 2, .dischargeEnabled),
        // The emulator sets it when its battery has failed; whether the inverter then opens a switch is not known.
        .alarm("cmd_stop", in: 0x8000_0325, byte: 1, bit: 3, bankLost, .protection),
        .reserved("reserved_command_low", in: 0x8000_0325, byte: 1, bit: 4, bits: 4),
        .alarm("warn_charge_over_current", in: 0x8000_0325, byte: 3, bit: 0, .anyChargeCurrent, .warning),
        .alarm(
            "warn_discharge_over_current", in: 0x8000_0325, byte: 3, bit: 1, .anyDischargeCurrent, .warning),
        .alarm("warn_over_temperature", in: 0x8000_0325, byte: 3, bit: 2, .overTemperature, .warning),
        .alarm("warn_under_temperature", in: 0x8000_0325, byte: 3, bit: 3, .underTemperature, .warning),
        .alarm("warn_over_voltage", in: 0x8000_0325, byte: 3, bit: 4, .overVoltage, .warning),
        .alarm("warn_under_voltage", in: 0x8000_0325, byte: 3, bit: 5, .underVoltage, .warning),
        .alarm("warn_cell_imbalance", in: 0x8000_0325, byte: 3, bit: 6, .imbalance, .warning),
        .alarm("warn_internal_comm_error", in: 0x8000_0325, byte: 3, bit: 7, .bmsInternal, .warning),
        .alarm("warn_system_error", in: 0x8000_0325, byte: 2, bit: 0, system, .warning),
        .reserved("reserved_warning", in: 0x8000_0325, byte: 2, bit: 1, bits: 7),
        .alarm("fault_charge_over_current", in: 0x8000_0325, byte: 5, bit: 0, .anyChargeCurrent, .protection),
        .alarm(
            "fault_discharge_over_current", in: 0x8000_0325, byte: 5, bit: 1, .anyDischargeCurrent,
            .protection),
        .alarm("fault_over_temperature", in: 0x8000_0325, byte: 5, bit: 2, .overTemperature, .protection),
        .alarm("fault_under_temperature", in: 0x8000_0325, byte: 5, bit: 3, .underTemperature, .protection),
        .alarm("fault_over_voltage", in: 0x8000_0325, byte: 5, bit: 4, .overVoltage, .protection),
        .alarm("fault_under_voltage", in: 0x8000_0325, byte: 5, bit: 5, .underVoltage, .protection),
        .alarm("fault_cell_imbalance", in: 0x8000_0325, byte: 5, bit: 6, .imbalance, .protection),
        .alarm("fault_internal_comm_error", in: 0x8000_0325, byte: 5, bit: 7, .bmsInternal, .protection),
        .alarm("fault_system_error", in: 0x8000_0325, byte: 4, bit: 0, system, .protection),
        .reserved("reserved_fault", in: 0x8000_0325, byte: 4, bit: 1, bits: 7),

        BankRow("version", in: 0x8000_0320, byte: 0, bits: 16, .big, .constant(2)),
        // 0 offline, 1 standby, 2 starting, 3 online, 4 faulted. A bank that speaks is online; 0x325 says what is wrong.
        BankRow("state", in: 0x8000_0326, byte: 0, bits: 16, .big, unit: .choice, .constant(3)),
        // Cycles, health and capacity are optional; the emulator, which does not count cycles, leaves them at 0.
        .cycles("cycle_count", in: 0x8000_0326, byte: 2, .big),
        .soh(in: 0x8000_0326, byte: 4, bits: 16, .big),
        BankRow(
            "capacity", in: 0x8000_0326, byte: 6, bits: 16, .big, times: 100, unit: .milliampHours,
            range: 0...6_553_500, rounding: .down, .number(.capacity)),
        .temperature("max_cell_temperature", in: 0x8000_0327, byte: 0, .highestTemperature, .big),
        .temperature("min_cell_temperature", in: 0x8000_0327, byte: 2, .lowestTemperature, .big),
        .cell("max_cell_voltage", in: 0x8000_0327, byte: 4, .highestCell, .big),
        .cell("min_cell_voltage", in: 0x8000_0327, byte: 6, .lowestCell, .big),
        energy("charged", byte: 0, .energyCharged),
        energy("discharged", byte: 4, .energyDischarged),

        // Given out by Schneider; the bank has neither them nor one serial number.
        .shown("manufacturer_id", in: 0x8000_0330, byte: 0, bits: 16, .big),
        .shown("model_id", in: 0x8000_0330, byte: 2, bits: 16, .big),
        .shownText("serial_19_16", in: 0x8000_0330, byte: 4, characters: 4),
        .shownText("serial_15_8", in: 0x8000_0331, byte: 0, characters: 8),
        .shownText("serial_7_0", in: 0x8000_0332, byte: 0, characters: 8),
        // "SEBMS" and a zero.
        BankRow(
            "id", in: 0x8000_0333, byte: 0, bits: 48, .big, unit: .bits, .constant(0x5345_424D_5300)),

        .reserved("content", in: 0x8000_0310, byte: 0, bits: 64),
    ]

    private static let bankLost = AlarmGroup(.bankLost)
    private static let system = AlarmGroup.general.with(.contactor)

    /// Hundredths of a volt in 32 bits.
    private static func voltage(
        _ name: StaticString, _ container: UInt32, _ byte: UInt16, range: ClosedRange<Int32>,
        _ rounding: Rounding, _ field: BankField
    ) -> BankRow {
        BankRow(
            name, in: container, byte: byte, bits: 32, .big, times: 10, unit: .millivolts, range: range,
            rounding: rounding, .number(field))
    }

    /// Hundredths of an ampere in 32 bits, signed.
    private static func current(
        _ name: StaticString, _ container: UInt32, _ byte: UInt16, range: ClosedRange<Int32>,
        _ rounding: Rounding, _ field: BankField
    ) -> BankRow {
        BankRow(
            name, in: container, byte: byte, bits: 32, .big, signed: true, times: 10, unit: .milliamps,
            range: range, rounding: rounding, .number(field))
    }

    private static func energy(_ name: StaticString, byte: UInt16, _ field: BankField) -> BankRow {
        BankRow(
            name, in: 0x8000_0328, byte: byte, bits: 32, .big, unit: .wattHours, range: 0...Int32.max,
            .number(field))
    }

    /// Keeps limits and permissions from contradicting each other.
    private static func prepare(_ bank: inout BankReading, _ options: ProfileOptions) {
        bank.makeLimitsAgree(resolution: 10)
    }
}
