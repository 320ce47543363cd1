import BatteryModel
import BusCodec

/// Seplos V2 (boards EMU10xx and EMU11xx) on RS485: the telecom family's frames with Seplos's commands.
///
/// Address 0 is a single pack or the master of several. In a system of several packs the master talks on the link bus
/// itself; a host has to listen there or use the port for inverters. The settings (47) have never been captured on a
/// serial line and are not read, so the limits and protections set in the BMS are not known. The protocol asks for no
/// currents either.
///
/// Sources: Seplos's protocol V2.0 and its later print; captured answers to all questions, see the golden table.
public enum SeplosV2 {
    /// The driver.
    public static let driver = BMSDriver(
        sheet: sheet, pollCount: map.questions.count, poll: { map.questions[$0].poll },
        request: { map.request($0, $1, &$2) }, scan: { (head, _, _) in map.scan(head) }, decode: decode,
        answer: answer, visitFacts: { map.visitFacts($0) })

    /// What is said about the protocol as a whole.
    ///
    /// Single packs are met at 19 200 baud, systems of several packs at the 9 600 of the document. Answers begin 9 to
    /// 12 ms after the question, and the longest takes 175 ms at 9 600 baud.
    public static let sheet = DriverSheet(
        id: "seplos-v2", name: "Seplos V2, boards EMU10xx and EMU11xx (RS485)", addresses: 0...15,
        baud: 19_200, otherBauds: [9_600, 0, 0],
        timing: LineTiming(
            spacing: .milliseconds(200), timeout: .milliseconds(500), probeTimeout: .milliseconds(400),
            gap: .milliseconds(50)),
        evidence: """
            vendor's protocol V2.0; captured answers to 42, 44 and 51, none with an alarm; the pauses between \
            questions are those other hosts keep
            """,
        isExperimental: false)

    private static let map = TelecomMap(
        title: "Answers to 42 (status), 44 (alarms) behind their cells and sensors, and 51 (the board)",
        dialect: TelecomDialect(
            version: 0x20, versions: 0x20...0x20, refusals: 0xE1...0xE4, tellsVersion: true),
        // Four sensors are of the cells, one is of the surroundings, one of the power board.
        addresses: sheet.addresses, sensors: TelecomSensors(documented: 6...6, cells: 0..<4, mosfet: 5),
        questions: questions, rows: rows, alarmBits: alarmBits)

    private static let questions: [_ of TelecomQuestion] = [
        TelecomQuestion(
            Poll("status", .live, .frames), command: 0x42, namesPack: true,
            .values(TelecomFields(length: 27, number: (count: 10, byte: 6)))),
        TelecomQuestion(
            Poll("alarms", .live, .frames), command: 0x44, namesPack: true,
            .codes(
                TelecomFields(length: 23, number: (count: 20, byte: 2)), isTwoWay: false, .warning)),
        TelecomQuestion(
            Poll("about", .slow, .frames, .optional), command: 0x51, namesPack: false,
            .rows(32...32, text: 0..<10)),
    ]

    /// 0 °C in 0.1 K.
    private static let zero: Int32 = 2_731

    /// The rows; the container is the command, for 42 and 44 its fields behind the sensors.
    private static let rows: [_ of PackRow] = [
        TelecomRow.cells,
        TelecomRow.temperatures(zero: zero),
        TelecomRow.temperature(
            "ambient", in: TelecomRow.otherSensorSection, 8, zero: zero, .information(.ambientTemperature)),
        TelecomRow.temperature(
            "power_board", in: TelecomRow.mosfetSection, 10, zero: zero, .number(.mosfetTemperature)),
        TelecomRow.word(
            "current", in: 0x42, 0, signed: true, times: 10, unit: .milliamps, .number(.current)),
        TelecomRow.word("pack_voltage", in: 0x42, 2, times: 10, unit: .millivolts, .number(.packVoltage)),
        TelecomRow.word(
            "remaining_capacity", in: 0x42, 4, times: 10, unit: .milliampHours, .number(.remainingCapacity)),
        TelecomRow.word(
            "battery_capacity", in: 0x42, 7, times: 10, unit: .milliampHours, .number(.fullCapacity)),
        TelecomRow.word("soc", in: 0x42, 9, unit: .permille, range: 0...1_000, .number(.soc)),
        TelecomRow.word(
            "rated_capacity", in: 0x42, 11, times: 10, unit: .milliampHours, .information(.designCapacity)),
        TelecomRow.word("cycles", in: 0x42, 13, .information(.cycles)),
        TelecomRow.word("soh", in: 0x42, 15, unit: .permille, range: 0...1_000, .information(.soh)),
        TelecomRow.word("port_voltage", in: 0x42, 17, times: 10, unit: .millivolts, .reserved),
        TelecomRow.flag("discharge_switch", in: 0x44, 9, bit: 0, .number(.dischargeSwitch)),
        TelecomRow.flag("charge_switch", in: 0x44, 9, bit: 1, .number(.chargeSwitch)),
        TelecomRow.flag("current_limiter", in: 0x44, 9, bit: 2, .reserved),
        TelecomRow.flag("heater", in: 0x44, 9, bit: 3, .information(.heater)),
        TelecomRow.word("balancing", in: 0x44, 10, unit: .bits, .reserved),
        // Bits 0 to 5: discharging, charging, floating, -, standby, off.
        PackRow("system_state", in: 0x44, byte: 12, bits: 8, unit: .bits, .reserved),
        // Cells 1 to 8 in the first byte.
        PackRow(
            "wire_breaks", in: 0x44, byte: 13, bits: 16, .little, unit: .bits,
            .information(.wireResistanceAlarms)),
        TelecomRow.text("model", in: 0x51, 0, characters: 10, .model),
        TelecomRow.word("version", in: 0x51, 10, unit: .bits, .reserved),
    ]
}

// MARK: - What rows cannot say

extension SeplosV2 {
    /// The group in the answer is not compared with the address: a captured pack with address 0 says 1.
    private static func decode(
        _ answer: Span<UInt8>, _ poll: Int, _ now: Instant, _ reading: inout PackReading
    ) throws(AnswerError) {
        try map.decode(answer, poll, now, &reading) { (command, fields, now, reading) in
            if command == 0x44 { raiseWireBreaks(&reading) }
            guard command == 0x51 else { return }
            reading.setIdentity(
                .firmware, to: VersionText.read(fields.extracting(versionPlace)), at: now)
        }
    }

    /// What a broken wire was to measure is not known, so it is a protection.
    private static func raiseWireBreaks(_ reading: inout PackReading) {
        guard let wires = reading[.wireResistanceAlarms]?.value, wires != 0 else { return }
        reading.alarms?.value.raise(.wireResistance, .protection)
        reading.alarms?.value.raise(.internalCommunication, .protection)
    }

    private static func answer(
        _ request: Span<UInt8>, _ reading: borrowing PackReading, _ buffer: inout AnswerBuffer
    ) {
        map.answer(request, reading, &buffer) { (command, _, reading, fields) in
            guard command == 0x51 else { return }
            var version = fields._mutatingExtracting(versionPlace)
            VersionText.write(reading.identity?.value.firmware ?? ASCIIText(), into: &version)
        }
    }

    private static let versionPlace = 10..<12
}
