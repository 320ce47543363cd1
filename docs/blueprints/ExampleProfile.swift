import BatteryModel
import BusCodec

// Blueprint of an inverter profile. Copy it to Sources/InverterProfiles/, rename it after the protocol, replace every
// part, add one row to `ProfileTable.profiles` and one golden table to Tests/InverterProfilesTests. How, and what else
// there is to do: docs/adding-a-protocol.md.
//
// The protocol is invented: "Example Solar", three frames a second on CAN.

/// Example Solar on CAN, 500 kbit/s, every word most significant byte first.
///
/// Sources: (MANDATORY: the document with revision and page, the capture, or "observed on firmware F".)
public enum ExampleProfile {
    /// The profile.
    public static let profile = InverterProfile(
        sheet: sheet, frameCount: frames.count, frame: { frames[$0] },
        visitRows: { container, visit in
            for index in rows.indices where container == nil || rows[index].container == container {
                visit(rows[index])
            }
        },
        // MANDATORY, both; `InverterProfile.noPreparation` and `.noMending` where there is nothing to do.
        prepare: prepare, mend: InverterProfile.noMending)

    // MARK: What is said about the protocol as a whole

    /// The sheet; all of it is MANDATORY.
    private static let sheet = ProfileSheet(
        // As written in the settings: lower case and hyphens.
        id: "example-solar-can", name: "Example Solar (CAN)",
        // Which inverters take it, short, with the name of the setting on their menu where it is known.
        inverters: "Example Solar 5 kW (battery type \"CAN 3\")", link: .can(bitrateKilobits: 500),
        // Up to four, the first is the default; at least one.
        dialects: ["V1", "", "", ""],
        // How often the whole set is sent; the frames are spread over it.
        period: .seconds(1),
        // What the inverter says to show that it is there; one of the frames below, `.fromInverter`.
        keepAlive: KeepAlive(identifier: 0x711, period: .seconds(1), timeout: .seconds(5)),
        // In words, with the evidence: how this protocol says "no current". CVL 0 is never the answer.
        stop: "Both limits 0 A and both permissions cleared; CVL stays at or above the voltage of the bank.",
        // In words, with the evidence: what inverters do when the battery falls silent, and after how long.
        silence: "Stops charging and discharging after 10 s (invented).",
        // `false` only when captured frames in the golden table prove the frames that carry limits.
        isExperimental: true,
        // How sure we are of what, and from what.
        evidence: "invented")

    // MARK: The frames, in the order in which they are sent

    private static let text: StaticString = "invented"

    private static let frames: [_ of FrameRow] = [
        // MANDATORY: identifier, name and source. OPTIONAL: `lengths` (8), `dialects` (all; 0 for a frame that is only
        // understood), `isRequired` (true), `every` (1: in every set), `isExtended` (11 bits; rows then name
        // `FrameRow.container`).
        FrameRow(0x701, "limits", source: text),
        FrameRow(0x702, "state", source: text),
        FrameRow(0x703, "flags", lengths: 4, source: text),
        FrameRow(0x711, "inverter_alive", .fromInverter, isRequired: false, source: text),
    ]

    // MARK: The signals

    /// `times` turns the raw number into the unit of the field: a limit of 0.1 V per bit in mV is `times: 100`.
    ///
    /// The lints insist: CVL, CCL and DCL round down, DVL rounds up; a limit, a permission and SOC have no
    /// `substitute`, so that a frame whose value is not known is withheld, never sent as zero.
    private static let rows: [_ of BankRow] = [
        // MANDATORY: CVL in mV. The range begins above 0: several inverters empty the battery into a CVL of 0.
        BankRow(
            "charge_voltage_limit", in: 0x701, byte: 0, bits: 16, .big, times: 100, unit: .millivolts,
            range: 100...75_000, rounding: .down, .number(.chargeVoltageLimit)),
        // MANDATORY: CCL and DCL in mA, never negative in the model.
        BankRow(
            "charge_current_limit", in: 0x701, byte: 2, bits: 16, .big, times: 100, unit: .milliamps,
            range: 0...6_553_500, rounding: .down, .number(.chargeCurrentLimit)),
        BankRow(
            "discharge_current_limit", in: 0x701, byte: 4, bits: 16, .big, times: 100, unit: .milliamps,
            range: 0...6_553_500, rounding: .down, .number(.dischargeCurrentLimit)),
        // OPTIONAL: DVL in mV.
        BankRow(
            "discharge_voltage_limit", in: 0x701, byte: 6, bits: 16, .big, times: 100, unit: .millivolts,
            range: 0...75_000, rounding: .up, .number(.dischargeVoltageLimit)),

        // MANDATORY: SOC in thousandths, here whole percents, rounded down so that 100 % means full.
        BankRow(
            "soc", in: 0x702, byte: 0, bits: 8, times: 10, unit: .permille, range: 0...1_000, rounding: .down,
            .number(.soc)),
        // OPTIONAL: SOH; `substitute` is what is sent while nobody reports it.
        BankRow(
            "soh", in: 0x702, byte: 1, bits: 8, times: 10, unit: .permille, range: 0...1_000,
            substitute: 1_000, .number(.soh)),
        BankRow(
            "voltage", in: 0x702, byte: 2, bits: 16, .big, times: 10, unit: .millivolts, range: 0...655_350,
            .number(.voltage)),
        // Charging is positive in the model; a protocol that counts the other way has `times: -100`.
        BankRow(
            "current", in: 0x702, byte: 4, bits: 16, .big, signed: true, times: 100, unit: .milliamps,
            range: -3_276_800...3_276_700, .number(.current)),
        BankRow(
            "temperature", in: 0x702, byte: 6, bits: 16, .big, signed: true, unit: .decicelsius,
            range: -500...1_250, .number(.temperature)),

        .permission("charge_enable", in: 0x703, byte: 0, bit: 0, .chargeEnabled),
        .permission("discharge_enable", in: 0x703, byte: 0, bit: 1, .dischargeEnabled),
        .request("force_charge", in: 0x703, byte: 0, bit: 2, .forceCharge),
        .alarm("fault_over_voltage", in: 0x703, byte: 1, bit: 0, .overVoltage, .protection),
        .alarm("fault_under_voltage", in: 0x703, byte: 1, bit: 1, .underVoltage, .protection),
        .alarm("fault_temperature", in: 0x703, byte: 1, bit: 2, .overTemperature, .protection),
        .alarm("fault_battery", in: 0x703, byte: 1, bit: 3, .systemError, .protection),
        .alarm("warning_battery", in: 0x703, byte: 2, bit: 0, .systemError, .warning),
        .reserved("reserved", in: 0x703, byte: 3, bits: 8),

        .reserved("zeros", in: 0x711, byte: 0, bits: 64),
    ]

    // MARK: What a row cannot say

    /// Says limits and permissions so that neither contradicts the other.
    ///
    /// A quirk is a small named function, and its comment gives the evidence. It may lower a limit; it must never
    /// raise one. `BankReading+Agreement.swift` has what most protocols want.
    private static func prepare(_ bank: inout BankReading, _ options: ProfileOptions) {
        bank.makeLimitsAgree()
        bank.keepApartFromEmpty()
    }
}
