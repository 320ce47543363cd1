import BatteryModel
import BusCodec

/// BYD Battery-Box Premium HV on RS485, Modbus RTU with unit 21: Fronius GEN24, and Kostal in its Modbus mode.
///
/// Limits of current travel as powers at the voltage of now. The nameplate is asked for at start-up only, so the voltage
/// limits in it hold until the inverter starts again.
///
/// Sources: dalathegreat/byd_battery (logs of a Fronius GEN24 with a BYD HVM, register dump of the same battery);
/// dalathegreat/Battery-Emulator (BYD-MODBUS, ModbusInverterProtocol, pull requests 2781 and 2828).
public enum BYDModbus {
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
        id: "byd-modbus", name: "BYD Premium HV (Modbus)",
        inverters: "Fronius GEN24, Kostal in Modbus mode; high-voltage batteries",
        link: .serial(baud: 9_600), dialects: ["Premium HV", "", "", ""], period: .seconds(5),
        keepAlive: KeepAlive(
            identifier: UInt32(Register.status), period: .seconds(5), timeout: .seconds(30)),
        stop: """
            Register 306 (discharge) or 307 (charge) 0 W; state 4 "fault" where a fault of the system is the reason. \
            Older firmware of GEN24 goes on charging with about 500 W.
            """,
        silence:
            "GEN24 reports that communication with the battery is lost and stops discharging; the time is unknown",
        isExperimental: true,
        evidence: """
            Places and polling: logs of a GEN24 with a real battery, its dump and Battery-Emulator agree, high. State \
            and mode: medium. 207 to 210 and 1000 to 1099 are not understood and sent as the battery sends them. \
            Before August 2026 Battery-Emulator had the sign of power and the mode bits the other way round. 401 is \
            always answered with 00FF, whatever the inverter has written there; function 23 is not answered.
            """)

    private static let talk = SerialTalk(
        framing: .modbus, bauds: [9_600, 0, 0, 0], address: 21,
        question: { index, _ in questions.indices.contains(index) ? questions[index] : nil },
        // Captured: the status every 5 s; a battery completes its answer after 47 to 235 ms.
        spacing: .seconds(5), answerWithin: .milliseconds(500), take: take, complete: complete,
        dissect: dissect)

    private static let questions: [4 of SerialQuestion] = [
        SerialQuestion(code: UInt16(Register.status), count: 24),
        SerialQuestion(code: UInt16(Register.nameplate), count: 13),
        SerialQuestion(code: UInt16(Register.identification), count: 68),
        SerialQuestion(code: UInt16(Register.control), count: 21),
    ]

    /// Where the blocks begin, as the numbers travel; lists that begin with 101 count from 1.
    enum Register {
        static let identification = 100
        static let nameplate = 200
        static let status = 300
        static let control = 400
        /// The first register behind the blocks.
        static let behind = 421
        /// The last register of the battery.
        static let last = 13_056
    }

    private static let log: StaticString = "logs of a Fronius GEN24 with a BYD HVM"
    private static let dump: StaticString = "register dump of a BYD HVM"

    /// What lies between the blocks is read as zeros.
    private static let frames: [_ of FrameRow] = [
        FrameRow(UInt32(Register.status), "status", lengths: 48, source: log),
        FrameRow(UInt32(Register.nameplate), "nameplate", lengths: 26, source: dump),
        FrameRow(
            UInt32(Register.identification), "identification", lengths: 136, isRequired: false, source: dump),
        FrameRow(UInt32(Register.control), "control", lengths: 42, isRequired: false, source: log),
        FrameRow(168, "behind_identification", lengths: 64, isRequired: false, source: dump),
        FrameRow(213, "behind_nameplate", lengths: 174, isRequired: false, source: dump),
        FrameRow(324, "behind_status", lengths: 152, isRequired: false, source: dump),
    ]

    private static let rows: [_ of BankRow] = [
        .shown("state", in: 300, byte: 0, bits: 16, unit: .choice),
        .reserved("reserved", in: 300, byte: 2, bits: 16),
        .shown("mode", in: 300, byte: 4, bits: 16, unit: .bits),
        .fineSOC("soc", in: 300, byte: 6),
        .shown("capacity", in: 300, byte: 8, bits: 16, unit: .wattHours),
        .shown("remaining", in: 300, byte: 10, bits: 16, unit: .wattHours),
        .shown("discharge_power_limit", in: 300, byte: 12, bits: 16),
        .shown("charge_power_limit", in: 300, byte: 14, bits: 16),
        // The contactors are the packs' own, so the voltage outside is that inside.
        voltage("voltage_outside", byte: 16).onlySaid,
        .shown("power_outside", in: 300, byte: 18, bits: 16, signed: true),
        voltage("voltage", byte: 20),
        .shown("power", in: 300, byte: 22, bits: 16, signed: true),
        .temperature("lowest_temperature", in: 300, byte: 24, .lowestTemperature),
        .temperature("highest_temperature", in: 300, byte: 26, .highestTemperature),
        .total("energy_charged", in: 300, byte: 28, .energyCharged),
        .total("energy_discharged", in: 300, byte: 36, .energyDischarged),
        .temperature("bms_temperature", in: 300, byte: 44, .mosfetTemperature),
        // As the row `soh` of others says what is not known.
        BankRow(
            "soh", in: 300, byte: 46, bits: 16, over: 10, unit: .permille, range: 0...1_000,
            substitute: 1_000, .number(.soh)),

        .reserved("reserved", in: 200, byte: 0, bits: 32),
        .shown("capacity", in: 200, byte: 4, bits: 16, unit: .wattHours),
        // As Battery-Emulator has them: the powers of now are in the status.
        .constant("highest_charge_power", in: 200, byte: 6, bits: 16, 40_960),
        .constant("highest_discharge_power", in: 200, byte: 8, bits: 16, 40_960),
        .chargeVoltageLimit(in: 200, byte: 10, range: 100...6_553_500),
        .dischargeVoltageLimit(in: 200, byte: 12, range: 0...6_553_500),
        // Not understood.
        .constant("unknown_207", in: 200, byte: 14, bits: 64, 0x3400_000A_3400_000A),
        .reserved("reserved_211", in: 200, byte: 22, bits: 32),

        // "SI", version 1.
        .constant("marker", in: 100, byte: 0, bits: 32, 0x5349_0001),
        .maker("manufacturer", in: 100, byte: 4, characters: 32, padding: 0),
        // "BYD Battery-Box Premium HV".
        .constant("model_1", in: 100, byte: 36, bits: 64, 0x4259_4420_4261_7474),
        .constant("model_2", in: 100, byte: 44, bits: 64, 0x6572_792D_426F_7820),
        .constant("model_3", in: 100, byte: 52, bits: 64, 0x5072_656D_6975_6D20),
        .constant("model_4", in: 100, byte: 60, bits: 64, 0x4856_0000_0000_0000),
        // "5.0" and "3.16".
        .constant("hardware", in: 100, byte: 68, bits: 64, 0x352E_3000_0000_0000),
        .constant("firmware", in: 100, byte: 84, bits: 64, 0x332E_3136_0000_0000),
        // "P030T020Z19111800001", as Battery-Emulator has it.
        .constant("serial_1", in: 100, byte: 100, bits: 64, 0x5030_3330_5430_3230),
        .constant("serial_2", in: 100, byte: 108, bits: 64, 0x5A31_3931_3131_3830),
        .constant("serial_3", in: 100, byte: 116, bits: 32, 0x3030_3031),
        .constant("number", in: 100, byte: 132, bits: 32, 0x0001_0000),

        // Inverters turn 00FF into FF00 and back.
        .constant("watchdog", in: 400, byte: 2, bits: 16, 0x00FF),
    ]

    private static func voltage(_ name: StaticString, byte: UInt16) -> BankRow {
        BankRow(
            name, in: 300, byte: byte, bits: 16, times: 100, unit: .millivolts, range: 0...6_553_500,
            .number(.voltage))
    }
}

extension SignalRow where Meaning == BankMeaning {
    /// An energy in 64 bits; 0 where nobody counts it, for there is no code for that.
    ///
    /// Nothing depends on it: Battery-Emulator says the same two numbers, of somebody else's battery, for ever.
    fileprivate static func total(
        _ name: StaticString, in container: UInt32, byte: UInt16, _ field: BankField
    ) -> BankRow {
        BankRow(
            name, in: container, byte: byte, bits: 64, unit: .wattHours, range: 0...Int32.max, substitute: 0,
            .number(field))
    }
}
