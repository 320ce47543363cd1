import BatteryModel
import BusCodec

/// EPever's BMS-Link map on RS485, as its inverters with battery protocol 10 ask for it.
///
/// The inverter asks address 4 for what is measured and for the limits. It also asks address 3, a device that it writes
/// its own settings to and reads them back from; that device is not played, so the address is met with silence.
///
/// Sources: BMS-Link Communication Address V1.6 (2024-04-01); mikaabra/pylontech-bms-mqtt, a bridge on a UP5000-Hi:
/// what that inverter asks, and an answer of the bridge.
public enum EPeverRS485 {
    /// The profile.
    public static let profile = InverterProfile(
        sheet: sheet, serial: talk, frameCount: frames.count, frame: { frames[$0] },
        visitRows: { container, visit in
            for index in dataRows.indices where container == nil || dataRows[index].container == container {
                visit(dataRows[index])
            }
            for index in limitRows.indices where container == nil || limitRows[index].container == container {
                visit(limitRows[index])
            }
        },
        prepare: prepare, mend: InverterProfile.noMending)

    private static let sheet = ProfileSheet(
        id: "epever-rs485", name: "EPever BMS-Link (RS485)",
        inverters: "EPever UP-Hi and UPower-Hi, battery protocol 10",
        link: .serial(baud: 115_200), dialects: ["V1.6", "", "", ""], period: .seconds(3),
        keepAlive: KeepAlive(identifier: 0x3100, period: .seconds(3), timeout: .seconds(15)),
        stop: """
            Limits 9005 and 9007 at 0 A, and the bits "stop charge" and "stop discharge" of 3127. The one bridge known \
            from the field uses the bits and never says less than 1 A, so 0 A has not been seen. By the vendor's text \
            any state of a cell or of the voltage stops as well, a warning included: low discharging, high charging.
            """,
        silence: """
            The inverter takes the BMS off its screen and goes on with its own settings; the time is not published. A \
            stop is said and not kept quiet.
            """,
        isExperimental: true,
        evidence: """
            Registers: vendor text, high. What is asked: seen on one inverter, medium. Whether an inverter is content \
            while address 3 is silent is not known.
            """)

    private static let talk = SerialTalk(
        framing: .modbus, bauds: [115_200, 9_600, 0, 0], address: 4,
        question: { index, _ in questions.indices.contains(index) ? questions[index] : nil },
        // Seen: both blocks about every 3 s.
        spacing: .milliseconds(1_500),
        // The inverter sets the protocol that it speaks already.
        take: { $0.code == 0x9014 && $0.count == 1 ? .confirmed : .refused(.unknownCommand) },
        complete: complete, dissect: dissect)

    private static let questions: [2 of SerialQuestion] = [
        SerialQuestion(code: 0x3100, count: 40, variant: 4),
        SerialQuestion(code: 0x9000, count: 21, variant: 3),
    ]

    private static let text: StaticString = "BMS-Link Communication Address V1.6"

    private static let frames: [_ of FrameRow] = [
        FrameRow(0x3100, "data", lengths: 80, source: text),
        FrameRow(0x9000, "limits", lengths: 44, source: text),
        FrameRow(
            0x30FF, "online", lengths: 2, isRequired: false, source: "mikaabra/pylontech-bms-mqtt, UP5000-Hi"),
        FrameRow(0x3128, "wide_data", lengths: 6, isRequired: false, source: text),
        FrameRow(0x9016, "wide_limits", lengths: 8, isRequired: false, source: text),
    ]

    private static let dataRows: [_ of BankRow] = [
        .count("cells", in: 0x3100, byte: 0, .cells),
        .voltage(in: 0x3100, byte: 2),
        .current(in: 0x3100, byte: 4, times: 10),
        .shown("power_low", in: 0x3100, byte: 6, bits: 16),
        .shown("power_high", in: 0x3100, byte: 8, bits: 16),
        .ampHours("capacity", in: 0x3100, byte: 10),
        .soc(in: 0x3100, byte: 12, bits: 16),
        // Not known, nor is whether cells are balanced; the bridge says 0 for both.
        .shown("remaining_minutes", in: 0x3100, byte: 14, bits: 16),
        .hundredthCelsius("highest_temperature", in: 0x3100, byte: 16, .highestTemperature),
        .hundredthCelsius("lowest_temperature", in: 0x3100, byte: 18, .lowestTemperature),
        // Of neither is anything known; a bridge in the field says the mean of the cells too.
        .hundredthCelsius("balancer_temperature", in: 0x3100, byte: 20, .temperature).onlySaid,
        .hundredthCelsius("ambient_temperature", in: 0x3100, byte: 22, .temperature).onlySaid,
        .hundredthCelsius("mosfet_temperature", in: 0x3100, byte: 24, .mosfetTemperature),
        .cycles("cycles", in: 0x3100, byte: 26),
        .shown("balancing", in: 0x3100, byte: 28, bits: 16),
        .shown("voltage_state", in: 0x3100, byte: 30, bits: 16, unit: .bits),
        .shown("current_state", in: 0x3100, byte: 32, bits: 16, unit: .bits),
        .shown("switches", in: 0x3100, byte: 34, bits: 16, unit: .bits),
        .shown("cell_temperature_state", in: 0x3100, byte: 36, bits: 16, unit: .bits),
        .shown("balancer_temperature_state", in: 0x3100, byte: 38, bits: 16, unit: .bits),
        .shown("ambient_temperature_state", in: 0x3100, byte: 40, bits: 16, unit: .bits),
        .shown("mosfet_temperature_state", in: 0x3100, byte: 42, bits: 16, unit: .bits),
        .shownState("cell_1", byte: 44), .shownState("cell_2", byte: 46), .shownState("cell_3", byte: 48),
        .shownState("cell_4", byte: 50), .shownState("cell_5", byte: 52), .shownState("cell_6", byte: 54),
        .shownState("cell_7", byte: 56), .shownState("cell_8", byte: 58), .shownState("cell_9", byte: 60),
        .shownState("cell_10", byte: 62), .shownState("cell_11", byte: 64), .shownState("cell_12", byte: 66),
        .shownState("cell_13", byte: 68), .shownState("cell_14", byte: 70), .shownState("cell_15", byte: 72),
        .shownState("cell_16", byte: 74),
        .constant("protocol", in: 0x3100, byte: 76, bits: 16, 10),

        .inverted("stop_charge", in: 0x3100, byte: 78, bit: 7, .chargeEnabled),
        .inverted("stop_discharge", in: 0x3100, byte: 78, bit: 6, .dischargeEnabled),
        .request("force_charge", in: 0x3100, byte: 78, bit: 5, .forceCharge),
        .shown("full", in: 0x3100, byte: 78, bit: 4, bits: 1, .little, unit: .onOff),
        .alarm(
            "discharge_hot", in: 0x3100, byte: 79, bit: 5, AlarmGroup(.dischargeOverTemperature), .protection),
        .alarm("charge_hot", in: 0x3100, byte: 79, bit: 4, .chargeHot, .protection),
        .alarm(
            "other", in: 0x3100, byte: 79, bit: 3, other, .protection),
        .alarm("bms_lost", in: 0x3100, byte: 79, bit: 2, AlarmGroup(.bankLost), .protection),
        // What they stand for is said by other registers as well.
        .shown("discharge_protection", in: 0x3100, byte: 79, bit: 1, bits: 1, .little, unit: .onOff),
        .shown("charge_protection", in: 0x3100, byte: 79, bit: 0, bits: 1, .little, unit: .onOff),

        .constant("online", in: 0x30FF, byte: 0, bits: 16, 1),
        .constant("has_wide_registers", in: 0x3128, byte: 0, bits: 16, 0xACF1),
        .voltage(in: 0x3128, byte: 2, times: 100),
        .current(in: 0x3128, byte: 4),
    ]

    /// A sensor that does not work is said by its state; read back, this bit would deny it.
    private static let other = AlarmGroup(.undocumented).with(.systemError)
        .without(AlarmGroup(.temperatureSensorFault))

    private static let limitRows: [_ of BankRow] = [
        .shown("voltage_low_warning", in: 0x9000, byte: 0, bits: 16, times: 10, unit: .millivolts),
        .hundredths(
            "discharge_voltage_limit", in: 0x9000, byte: 2, unit: .millivolts, 0...655_350, .up,
            .dischargeVoltageLimit),
        // The warning for high voltage is what the inverter charges to.
        .hundredths(
            "charge_voltage_limit", in: 0x9000, byte: 4, unit: .millivolts, 100...655_350, .down,
            .chargeVoltageLimit),
        .shown("voltage_high_protection", in: 0x9000, byte: 6, bits: 16, times: 10, unit: .millivolts),
        .shown("rated_charge_current", in: 0x9000, byte: 8, bits: 16, times: 10, unit: .milliamps),
        .hundredths(
            "charge_current_limit", in: 0x9000, byte: 10, unit: .milliamps, 0...655_350, .down,
            .chargeCurrentLimit),
        .shown("rated_discharge_current", in: 0x9000, byte: 12, bits: 16, times: 10, unit: .milliamps),
        .hundredths(
            "discharge_current_limit", in: 0x9000, byte: 14, unit: .milliamps, 0...655_350, .down,
            .dischargeCurrentLimit),
        // Where Busbar's curves for LFP end; for balancer, surroundings and switches as the bridge has them.
        .threshold("charge_high_temperature", byte: 16, 55),
        .threshold("charge_low_temperature", byte: 18, 0),
        .threshold("discharge_high_temperature", byte: 20, 55),
        .threshold("discharge_low_temperature", byte: 22, -10),
        .threshold("cell_high_temperature", byte: 24, 55), .threshold("cell_low_temperature", byte: 26, -20),
        .threshold("balancer_high_temperature", byte: 28, 55),
        .threshold("balancer_low_temperature", byte: 30, -20),
        .threshold("ambient_high_temperature", byte: 32, 55),
        .threshold("ambient_low_temperature", byte: 34, -20),
        .threshold("mosfet_high_temperature", byte: 36, 80),
        .threshold("mosfet_low_temperature", byte: 38, -20),
        .constant("protocol", in: 0x9000, byte: 40, bits: 16, 10),

        .wide("discharge_voltage_limit", byte: 0, .dischargeVoltageLimit, .millivolts, .up, from: 0),
        .wide("charge_voltage_limit", byte: 2, .chargeVoltageLimit, .millivolts, .down, from: 100),
        .wide("charge_current_limit", byte: 4, .chargeCurrentLimit, .milliamps, .down, from: 0),
        .wide("discharge_current_limit", byte: 6, .dischargeCurrentLimit, .milliamps, .down, from: 0),
    ]
}

extension SignalRow where Meaning == BankMeaning {
    /// A temperature in hundredths of a degree, signed.
    fileprivate static func hundredthCelsius(
        _ name: StaticString, in container: UInt32, byte: UInt16, _ field: BankField
    ) -> BankRow {
        BankRow(
            name, in: container, byte: byte, bits: 16, signed: true, over: 10, unit: .decicelsius,
            range: -500...1_250, .number(field))
    }

    /// The state of a cell, only shown: what it stands for is read with the alarms.
    fileprivate static func shownState(_ name: StaticString, byte: UInt16) -> BankRow {
        .shown(name, in: 0x3100, byte: byte, bits: 16, unit: .bits)
    }

    /// A temperature at which something ends, in whole degrees.
    fileprivate static func threshold(_ name: StaticString, byte: UInt16, _ celsius: Int16) -> BankRow {
        BankRow(
            name, in: 0x9000, byte: byte, bits: 16, signed: true, over: 10, unit: .decicelsius,
            .constant(UInt64(UInt16(bitPattern: celsius * 100))))
    }

    /// A limit once more in tenths, for banks that hundredths cannot say.
    fileprivate static func wide(
        _ name: StaticString, byte: UInt16, _ field: BankField, _ unit: Unit, _ rounding: Rounding,
        from lowest: Int32
    ) -> BankRow {
        BankRow(
            name, in: 0x9016, byte: byte, bits: 16, times: 100, unit: unit, range: lowest...6_553_500,
            rounding: rounding, .number(field))
    }
}
