import BatteryModel
import BusCodec

// Blueprint of a BMS driver. Copy it to Sources/BMSDrivers/, rename it after the protocol, replace every part, add
// one row to `DriverTable.drivers` and one golden table to Tests/BMSDriversTests. How, and what else there is to do:
// docs/adding-a-protocol.md.
//
// The BMS is invented: "Example Power EP16", Modbus RTU, sixteen cells. MANDATORY and OPTIONAL say what the control
// does without: without a MANDATORY value the pack never enters the bank, or its current stays 0.
//
// `RegisterMap` is for Modbus, `TelecomMap` for characters between `~` and carriage return (as in PACEV20.swift); a
// framing of its own has a scanner in BusCodec and a driver like JBD.swift, whose rows are read by `PackSection`.

/// Example Power EP16 on RS485: Modbus RTU, two questions.
///
/// Every register is 16 bits, most significant byte first. Discharging is positive on the wire.
///
/// Sources: (MANDATORY: the document with revision and page, the capture, or "observed on firmware F".)
public enum ExampleBMS {
    /// The driver.
    public static let driver = BMSDriver(
        sheet: sheet, pollCount: map.questions.count, poll: { map.questions[$0].poll },
        request: { map.request($0, $1, &$2) }, scan: { (head, listening, _) in map.scan(head, listening) },
        decode: decode, answer: { (request, reading, buffer) in map.answer(request, reading, &buffer) },
        visitFacts: { map.visitFacts($0) })

    // MARK: What is said about the protocol as a whole

    /// The sheet; all of it is MANDATORY.
    public static let sheet = DriverSheet(
        // As written in the settings: lower case and hyphens.
        id: "example-ep16", name: "Example Power EP16 (RS485 Modbus)",
        // The addresses that the switches of a pack can give it; 0...0 where there is none.
        addresses: 1...15,
        baud: 9_600,
        // OPTIONAL: other speeds at which it is met, the likeliest first and filled up with zeros.
        otherBauds: [19_200, 0, 0],
        timing: LineTiming(
            // Quiet time between an answer and the next request.
            spacing: .milliseconds(50),
            // How long to wait for a pack that has been answering, and for one that has not.
            timeout: .milliseconds(300), probeTimeout: .milliseconds(150),
            // So long a silence ends whatever is unfinished: longer than any pause inside an answer.
            gap: .milliseconds(50)),
        evidence: "invented; no frame of a real pack proves it",
        isExperimental: true)

    // MARK: What is asked

    /// The first registers of the two blocks.
    private static let live: UInt16 = 0x0000
    private static let settings: UInt16 = 0x0100

    /// Both sides, from the tables below.
    static let map = RegisterMap(questions: questions, rows: rows, alarmBits: alarmBits)

    /// All questions, at most sixteen.
    ///
    /// `.live` is asked in every round and must carry what ages: voltages, current, SOC, temperatures, switches and
    /// alarms. `.slow` is asked once a minute and is for settings and identity. `.frames` is the way of reading that
    /// is used unless the settings say `read: registers`. `.optional` is for what some firmware does not answer.
    private static let questions: [_ of RegisterQuestion] = [
        RegisterQuestion(Poll("live", .live, .frames), register: live, count: 27),
        RegisterQuestion(Poll("settings", .slow, .frames, .optional), register: settings, count: 3),
    ]

    // MARK: What the answers mean

    /// The signals, each with the register it stands in.
    ///
    /// `times`, `over` and `plus` turn the raw number into the unit of the field; `range` is what it can be.
    /// `notAvailable` is the raw code for "I have no such value". `.number` is for what limits are made from: out of
    /// its range the whole answer is refused. `.information` is for people: out of its range it alone is left out.
    private static let rows: [_ of PackRow] = [
        // MANDATORY: pack voltage in mV; here 10 mV on the wire.
        .number(.packVoltage, 0x0000, in: live, times: 10, range: 0...100_000),
        // MANDATORY: current in mA, charging positive; here 100 mA, discharging positive, hence the minus.
        .number(.current, 0x0001, in: live, signed: true, times: -100, range: -500_000...500_000),
        // MANDATORY: SOC in thousandths; here whole percents.
        .number(.soc, 0x0002, in: live, times: 10, range: 0...1_000),
        // OPTIONAL: SOH in thousandths; a pack without it is shown to the inverter as new.
        .information(.soh, 0x0003, in: live, times: 10, range: 0...1_000),
        // OPTIONAL: the currents that the BMS asks for by itself, in mA; once told they are obeyed as they are.
        .number(.chargeCurrentLimit, 0x0004, in: live, times: 100, range: 0...500_000),
        .number(.dischargeCurrentLimit, 0x0005, in: live, times: 100, range: 0...500_000),
        // MANDATORY, or `without: [switch_state]`: the two MOSFET switches, 0 open, 1 closed.
        .flag(.chargeSwitch, 0x0006, in: live, bit: 0),
        .flag(.dischargeSwitch, 0x0006, in: live, bit: 1),
        // MANDATORY, at least one, or `without: [cell_temperature]`: cell sensors in 0.1 °C; here 0.1 K.
        .temperatures(0x0008, in: live, count: 2, plus: -2_731),
        // MANDATORY, or `without: [mosfet_temperature]`: the power board in 0.1 °C.
        .number(
            .mosfetTemperature, 0x000A, in: live, plus: -2_731, range: -1_000...2_000, notAvailable: 0xFFFF),
        // MANDATORY: every cell in mV. Absent ones must be left out, never 0; see `decode`.
        .cells(0x000B, in: live, absent: 0),
        // MANDATORY, or `without: [bms_limit]`: over-voltage protection per cell in mV, which bounds CVL, and the
        // currents at which the BMS trips (`.chargeLimit`, `.dischargeLimit`; nine tenths of them are used).
        .number(.cellOverVoltage, 0x0100, in: settings, range: 2_000...5_000),
        .number(.chargeLimit, 0x0101, in: settings, times: 100, range: 0...500_000),
        .number(.dischargeLimit, 0x0102, in: settings, times: 100, range: 0...500_000),
        // OPTIONAL: everything else in PackField; people and diagnosis read it.
    ]

    /// MANDATORY, or `without: [alarms]`: what the BMS complains about.
    ///
    /// A protection forbids its direction, see docs/safety.md; a bit without a kind stands on healthy packs.
    private static let alarmBits: [_ of AlarmBit] = [
        .register(0x0007, in: live, bit: 0, "cell over-voltage", AlarmMask(.cellOverVoltage), .protection),
        .register(0x0007, in: live, bit: 1, "cell under-voltage", AlarmMask(.cellUnderVoltage), .protection),
        .register(0x0007, in: live, bit: 2, "too cold to charge", AlarmMask(.chargeUnderTemperature), .protection),
        .register(0x0007, in: live, bit: 3, "cells apart", AlarmMask(.imbalance), .warning),
        .register(0x0007, in: live, bit: 8, "charging"),
    ]

    /// What rows cannot say is a named function: here, that a pack has fifteen cells or sixteen.
    private static func decode(
        _ answer: Span<UInt8>, _ poll: Int, _ now: Instant, _ reading: inout PackReading
    ) throws(AnswerError) {
        try map.decode(answer, poll, now, &reading) { (register, data, _, reading) in
            guard register == live else { return }
            let last = 2 * 0x001A
            if data[last] == 0, data[last + 1] == 0 { reading.keepCells(15) }
        }
    }
}
