import BatteryModel
import BusCodec

/// Pylontech low voltage on RS485: the questions about modules of V3.3 and about the whole system of V3.5.
///
/// The battery side answers both kinds, whatever the dialect; the dialect says what the inverter side asks. Deye and
/// Sunsynk ask as V3.5 has it (battery mode 12), and are told to stop as they are on CAN. Numbers are big-endian, two
/// hexadecimal characters for each byte.
///
/// Sources: PYLON low voltage protocol RS485 V3.3 (2018-08-21); captures of US2000, US3000, US5000 and UP2500 (Tomcat42
/// and Frankkkkk, python-pylontech) and of JK and Seplos batteries on the cable to an Anenji inverter
/// (victorstoica114/sigrok-pylon-bms-decoders). The text of V3.5 is not public; five implementations agree with the
/// captures of 61, 62 and 63.
public enum PylontechRS485 {
    /// The profile.
    public static let profile = InverterProfile(
        sheet: sheet, serial: talk, frameCount: frames.count, frame: { frames[$0] },
        visitRows: { container, visit in
            for index in systemRows.indices
            where container == nil || systemRows[index].container == container {
                visit(systemRows[index])
            }
            for index in moduleRows.indices
            where container == nil || moduleRows[index].container == container {
                visit(moduleRows[index])
            }
        },
        prepare: prepare, mend: InverterProfile.noMending)

    private static let sheet = ProfileSheet(
        id: "pylontech-lv-rs485", name: "Pylontech low voltage (RS485)",
        inverters: """
            Voltronic Axpert, PIP and MAX ("PYL"), EASUN, Anenji, PowMr, Vevor, SRNE, Deye and Sunsynk (RS485), EPever
            """,
        link: .serial(baud: 9_600), dialects: ["V3.5", "V3.3", "Deye", ""], period: .milliseconds(800),
        keepAlive: KeepAlive(identifier: 0x63, period: .milliseconds(2_440), timeout: .seconds(10)),
        stop: """
            Currents 0 A with the enable bits of 63 and 92 cleared. Vevor and EASUN return to the user's own voltages a \
            few seconds after the last answer, so a stop is said and not kept quiet. To Deye CVL is also brought down \
            to 0.2 to 0.3 V above the bank's voltage: on CAN it was seen to charge on when told to stop (diyBMS issue \
            216).
            """,
        silence: """
            Voltronic: fault 61 or a blinking battery; Vevor and EASUN go on with the user's voltage settings; Deye: \
            F58. The times are not published.
            """,
        evidence: """
            4F, 42, 44, 47, 51, 92: vendor text and many captures, high. 61, 62, 63: captures of three batteries, two \
            of them on the cable to an inverter, high. 60 and 93: medium. Deye: an emulator used with mode 12 (YamBMS \
            pull request 74), medium; its stop on this line has not been seen.
            """)

    private static let talk = SerialTalk(
        framing: .telecom(version: 0x20, deviceClass: 0x46), bauds: [9_600, 115_200, 1_200, 0], address: 0x02,
        question: { index, dialect in
            let asked = dialect == 1 ? moduleQuestions : systemQuestions
            return asked.indices.contains(index) ? asked[index] : nil
        },
        // Captured: an Anenji asks every 800 ms and waits 860 ms for an answer that does not come.
        spacing: .milliseconds(800), answerWithin: .milliseconds(860), answersAs: answersAs,
        objection: objection, complete: complete, dissect: dissect, mend: mendPayload)

    /// The dialect of Deye and Sunsynk.
    static let deye: UInt8 = 2

    private static let systemQuestions: [3 of SerialQuestion] = [
        SerialQuestion(code: 0x63), SerialQuestion(code: 0x61), SerialQuestion(code: 0x62),
    ]
    private static let moduleQuestions: [3 of SerialQuestion] = [
        SerialQuestion(code: 0x92, carriesAddress: true), SerialQuestion(code: 0x42, carriesAddress: true),
        SerialQuestion(code: 0x44, carriesAddress: true),
    ]

    private static let text: StaticString = "PYLON low voltage protocol RS485 V3.3"
    private static let capture: StaticString = "captures of JK and Seplos with an Anenji inverter"

    private static let frames: [_ of FrameRow] = [
        FrameRow(0x63, "system_management", lengths: 9, source: capture),
        FrameRow(0x61, "system_analog", lengths: 49, source: capture),
        FrameRow(0x62, "system_alarm", lengths: 4, source: capture),
        FrameRow(
            0x60, "system_information", lengths: 49, isRequired: false, source: "capture of a PACE battery"),
        FrameRow(0x92, "charge_management", lengths: 10, source: text),
        FrameRow(0x42, "analog", lengths: 255, source: text),
        FrameRow(0x44, "alarm", lengths: 255, source: text),
        FrameRow(0x47, "system_parameters", lengths: 25, isRequired: false, source: text),
        FrameRow(0x4F, "protocol_version", lengths: 0, isRequired: false, source: text),
        FrameRow(0x51, "manufacturer", lengths: 32, isRequired: false, source: text),
        FrameRow(0x93, "serial_number", lengths: 17, isRequired: false, source: text),
        FrameRow(0x96, "firmware_version", lengths: 6, isRequired: false, source: text),
    ]

    private static let systemRows: [_ of BankRow] = [
        .millivolts("charge_voltage_limit", in: 0x63, byte: 0, .chargeVoltageLimit, .down, from: 100),
        .millivolts("discharge_voltage_limit", in: 0x63, byte: 2, .dischargeVoltageLimit, .up),
        .chargeCurrentLimit(in: 0x63, byte: 4),
        .dischargeCurrentLimit(in: 0x63, byte: 6),
        .reserved("reserved", in: 0x63, byte: 8, bit: 3, bits: 4),
        // V3.5 has the request for a full charge where V3.3 has the second request for charging.
        .request("full_charge", in: 0x63, byte: 8, bit: 4, .fullCharge),
        .request("charge_immediately", in: 0x63, byte: 8, bit: 5, .forceCharge),
        .permission("discharge_enable", in: 0x63, byte: 8, bit: 6, .dischargeEnabled),
        .permission("charge_enable", in: 0x63, byte: 8, bit: 7, .chargeEnabled),

        .millivolts("voltage", in: 0x61, byte: 0, .voltage, .nearest),
        .current(in: 0x61, byte: 2, times: 10),
        .soc(in: 0x61, byte: 4, bits: 8),
        // Of means and lowest values nobody knows more than of the worst one.
        .cycles("average_cycles", in: 0x61, byte: 5).onlySaid,
        .cycles("maximum_cycles", in: 0x61, byte: 7),
        .soh(in: 0x61, byte: 9, bits: 8),
        .soh("minimum_soh", in: 0x61, byte: 10, bits: 8).onlySaid,
        .millivolts("highest_cell", in: 0x61, byte: 11, .highestCell, .nearest),
        .place("highest_cell_pack", in: 0x61, byte: 13, .highestCellPack),
        .place("highest_cell_number", in: 0x61, byte: 14, .highestCellNumber),
        .millivolts("lowest_cell", in: 0x61, byte: 15, .lowestCell, .nearest),
        .place("lowest_cell_pack", in: 0x61, byte: 17, .lowestCellPack),
        .place("lowest_cell_number", in: 0x61, byte: 18, .lowestCellNumber),
        .tenthKelvin("cell_temperature", in: 0x61, byte: 19, .temperature),
        .tenthKelvin("highest_cell_temperature", in: 0x61, byte: 21, .highestTemperature),
        .place("highest_temperature_pack", in: 0x61, byte: 23, .highestTemperaturePack),
        .place("highest_temperature_number", in: 0x61, byte: 24, .highestTemperatureNumber),
        .tenthKelvin("lowest_cell_temperature", in: 0x61, byte: 25, .lowestTemperature),
        .place("lowest_temperature_pack", in: 0x61, byte: 27, .lowestTemperaturePack),
        .place("lowest_temperature_number", in: 0x61, byte: 28, .lowestTemperatureNumber),
        // JK sends one value for all temperatures of its boards (captured); a zero would be -273 °C.
        .tenthKelvin("mosfet_temperature", in: 0x61, byte: 29, .mosfetTemperature).onlySaid,
        .tenthKelvin("highest_mosfet_temperature", in: 0x61, byte: 31, .mosfetTemperature),
        .shown("highest_mosfet_pack", in: 0x61, byte: 33, bits: 16),
        .tenthKelvin("lowest_mosfet_temperature", in: 0x61, byte: 35, .mosfetTemperature).onlySaid,
        .shown("lowest_mosfet_pack", in: 0x61, byte: 37, bits: 16),
        .tenthKelvin("bms_temperature", in: 0x61, byte: 39, .mosfetTemperature).onlySaid,
        .tenthKelvin("highest_bms_temperature", in: 0x61, byte: 41, .mosfetTemperature).onlySaid,
        .shown("highest_bms_pack", in: 0x61, byte: 43, bits: 16),
        .tenthKelvin("lowest_bms_temperature", in: 0x61, byte: 45, .mosfetTemperature).onlySaid,
        .shown("lowest_bms_pack", in: 0x61, byte: 47, bits: 16),

        .alarm("alarm_module_high", in: 0x62, byte: 0, bit: 7, PylontechAlarms.packHigh, .warning),
        .alarm("alarm_module_low", in: 0x62, byte: 0, bit: 6, PylontechAlarms.packLow, .warning),
        .alarm("alarm_cell_high", in: 0x62, byte: 0, bit: 5, PylontechAlarms.cellHigh, .warning),
        .alarm("alarm_cell_low", in: 0x62, byte: 0, bit: 4, PylontechAlarms.cellLow, .warning),
        .alarm("alarm_cell_hot", in: 0x62, byte: 0, bit: 3, PylontechAlarms.cellHot, .warning),
        .alarm("alarm_cell_cold", in: 0x62, byte: 0, bit: 2, .underTemperature, .warning),
        .alarm("alarm_mosfet_hot", in: 0x62, byte: 0, bit: 1, PylontechAlarms.mosfetHot, .warning),
        .alarm("alarm_cell_imbalance", in: 0x62, byte: 0, bit: 0, .imbalance, .warning),
        .shown("alarm_temperature_imbalance", in: 0x62, byte: 1, bit: 7, bits: 1, .little, unit: .onOff),
        .alarm("alarm_charge_current", in: 0x62, byte: 1, bit: 6, .anyChargeCurrent, .warning),
        .alarm("alarm_discharge_current", in: 0x62, byte: 1, bit: 5, .anyDischargeCurrent, .warning),
        .alarm("alarm_internal", in: 0x62, byte: 1, bit: 4, .systemError, .warning),
        .reserved("alarm_reserved", in: 0x62, byte: 1, bit: 3, bits: 4),
        .alarm("prot_module_high", in: 0x62, byte: 2, bit: 7, PylontechAlarms.packHigh, .protection),
        .alarm("prot_module_low", in: 0x62, byte: 2, bit: 6, PylontechAlarms.packLow, .protection),
        .alarm("prot_cell_high", in: 0x62, byte: 2, bit: 5, PylontechAlarms.cellHigh, .protection),
        .alarm("prot_cell_low", in: 0x62, byte: 2, bit: 4, PylontechAlarms.cellLow, .protection),
        .alarm("prot_cell_hot", in: 0x62, byte: 2, bit: 3, PylontechAlarms.cellHot, .protection),
        .alarm("prot_cell_cold", in: 0x62, byte: 2, bit: 2, .underTemperature, .protection),
        .alarm("prot_mosfet_hot", in: 0x62, byte: 2, bit: 1, PylontechAlarms.mosfetHot, .protection),
        .alarm("prot_charge_current", in: 0x62, byte: 3, bit: 6, .anyChargeCurrent, .protection),
        .alarm("prot_discharge_current", in: 0x62, byte: 3, bit: 5, .anyDischargeCurrent, .protection),
        .alarm("prot_system_fault", in: 0x62, byte: 3, bit: 3, PylontechAlarms.fault, .protection),
    ]

    private static let moduleRows: [_ of BankRow] = [
        .shown("module", in: 0x92, byte: 0, bits: 8),
        .millivolts("charge_voltage_limit", in: 0x92, byte: 1, .chargeVoltageLimit, .down, from: 100),
        .millivolts("discharge_voltage_limit", in: 0x92, byte: 3, .dischargeVoltageLimit, .up),
        .chargeCurrentLimit(in: 0x92, byte: 5),
        // Captured below zero from US2000 and UP2500.
        BankRow(
            "discharge_current_limit", in: 0x92, byte: 7, bits: 16, signed: true, times: -100,
            unit: .milliamps, range: 0...3_276_700, rounding: .down, .number(.dischargeCurrentLimit)),
        .reserved("reserved", in: 0x92, byte: 9, bit: 2, bits: 3),
        .request("full_charge", in: 0x92, byte: 9, bit: 3, .fullCharge),
        .request("charge_immediately_2", in: 0x92, byte: 9, bit: 4, .forceChargeSoon),
        .request("charge_immediately_1", in: 0x92, byte: 9, bit: 5, .forceCharge),
        .permission("discharge_enable", in: 0x92, byte: 9, bit: 6, .dischargeEnabled),
        .permission("charge_enable", in: 0x92, byte: 9, bit: 7, .chargeEnabled),
    ]
}

/// Groups of alarms that 62 tells apart.
enum PylontechAlarms {
    static let packHigh = AlarmGroup(.packOverVoltage)
    static let packLow = AlarmGroup(.packUnderVoltage)
    static let cellHigh = AlarmGroup(.cellOverVoltage)
    static let cellLow = AlarmGroup(.cellUnderVoltage)
    static let cellHot = AlarmGroup(
        .batteryOverTemperature, .chargeOverTemperature, .dischargeOverTemperature)
    static let mosfetHot = AlarmGroup(.mosfetOverTemperature)
    /// As a protection cells that lie apart have no bit of their own.
    static let fault = AlarmGroup.systemError.with(.imbalance)
}

extension SignalRow where Meaning == BankMeaning {
    /// A voltage in millivolts, unsigned.
    static func millivolts(
        _ name: StaticString, in container: UInt32, byte: UInt16, _ field: BankField, _ rounding: Rounding,
        from lowest: Int32 = 0
    ) -> BankRow {
        BankRow(
            name, in: container, byte: byte, bits: 16, unit: .millivolts, range: lowest...65_535,
            rounding: rounding, .number(field))
    }

    /// Where something is, counted from 1; 0 is "not known".
    static func place(
        _ name: StaticString, in container: UInt32, byte: UInt16, _ field: BankField
    ) -> BankRow {
        BankRow(
            name, in: container, byte: byte, bits: 8, range: 1...255, notAvailable: 0, .number(field))
    }

    /// A temperature in tenths of a kelvin above -273.1 °C.
    static func tenthKelvin(
        _ name: StaticString, in container: UInt32, byte: UInt16, notAvailable: UInt64? = nil,
        _ field: BankField
    ) -> BankRow {
        BankRow(
            name, in: container, byte: byte, bits: 16, plus: -2_731, unit: .decicelsius, range: -500...1250,
            notAvailable: notAvailable, .number(field))
    }
}
