import BatteryModel
import BusCodec

/// Pylontech modules (US2000, US3000, US5000, UP2500 and kin) on RS485, each module by itself.
///
/// The host speaks to the first module; those behind it are reached through it, each under its own address. The frames
/// that inverters ask the whole battery for (61, 62, 63) are another protocol; boards of other makers that imitate
/// Pylontech often know only those and refuse 42.
///
/// Sources: PYLON low voltage protocol RS485 V3.3 (2018-08-21); captures of US2000, US5000 and UP2500, see the golden
/// table.
public enum Pylontech {
    /// The driver.
    public static let driver = BMSDriver(
        sheet: sheet, pollCount: map.questions.count, poll: { map.questions[$0].poll },
        request: { map.request($0, $1, &$2) }, scan: { (head, _, _) in map.scan(head) }, decode: decode,
        answer: answer, visitFacts: { map.visitFacts($0) })

    /// What is said about the protocol as a whole.
    ///
    /// An address is sixteen times the group that the switches set, 0 if there is one group, plus the place in it: 2 is
    /// the first module, 3 the next. Modules begin with 115 200 baud unless their first switch says 9 600. An answer
    /// begins about 80 ms after the question; the longest ends after 181 ms at 9 600 baud.
    public static let sheet = DriverSheet(
        id: "pylontech", name: "Pylontech low voltage, single modules (RS485)", addresses: 2...0x7F,
        baud: 115_200, otherBauds: [9_600, 0, 0],
        timing: LineTiming(
            spacing: .milliseconds(20), timeout: .milliseconds(500), probeTimeout: .milliseconds(500),
            gap: .milliseconds(50)),
        evidence: """
            vendor's protocol V3.3 with an example; captured answers of US2000, US5000 and UP2500 to all but the serial \
            number, none with an alarm
            """,
        isExperimental: false)

    /// The answers of captured modules all have VER 20, whatever was asked; the document lets it be their version.
    private static let map = TelecomMap(
        title: "Answers to 42 (status), 44 (alarms), 92 (limits), 47 (settings), 51, 93 and 96",
        dialect: TelecomDialect(
            version: 0x20, versions: 0x20...0x3F, refusals: 0x90...0x91, tellsVersion: true),
        // One sensor is of the board, four are of the cells, and on some modules one of the MOSFETs.
        addresses: sheet.addresses, sensors: TelecomSensors(documented: 5...6, cells: 1..<5, mosfet: 5),
        questions: questions, rows: rows, alarmBits: alarmBits)

    /// Modules above 65 Ah say more behind the status; newer ones add a byte behind the alarms.
    private static let questions: [_ of TelecomQuestion] = [
        TelecomQuestion(
            Poll("status", .live, .frames), command: 0x42, namesPack: true,
            .values(TelecomFields(length: smallLength, tail: largeLength - smallLength))),
        TelecomQuestion(
            Poll("alarms", .live, .frames), command: 0x44, namesPack: true,
            .codes(TelecomFields(length: 8, tail: 1), isTwoWay: true, .protection)),
        TelecomQuestion(Poll("limits", .live, .frames), command: 0x92, namesPack: true, .rows(10...10)),
        TelecomQuestion(
            Poll("settings", .slow, .frames, .optional), command: 0x47, namesPack: false, .rows(25...25)),
        TelecomQuestion(
            Poll("model", .slow, .frames, .optional), command: 0x51, namesPack: false,
            .rows(32...32, text: 0..<10)),
        TelecomQuestion(
            Poll("serial", .slow, .frames, .optional), command: 0x93, namesPack: true,
            .rows(17...17, text: 1..<17)),
        TelecomQuestion(
            Poll("firmware", .slow, .frames, .optional), command: 0x96, namesPack: true, .rows(6...6)),
    ]

    /// 0 °C in 0.1 K.
    private static let zero: Int32 = 2_731

    /// The rows; the container is the command, for 42 and 44 its fields behind the sensors.
    private static let rows: [_ of PackRow] = [
        TelecomRow.cells,
        TelecomRow.temperatures(zero: zero),
        // The board is not the MOSFETs: no field is for it. A battery that does not know it is as warm as its cells.
        TelecomRow.temperature(
            "board", in: TelecomRow.otherSensorSection, 0, zero: zero, .copy(.temperature1)),
        TelecomRow.temperature(
            "mosfet", in: TelecomRow.mosfetSection, 10, zero: zero, .number(.mosfetTemperature)),
        TelecomRow.word(
            "current", in: 0x42, 0, signed: true, times: 100, unit: .milliamps, .number(.current)),
        TelecomRow.word("module_voltage", in: 0x42, 2, unit: .millivolts, .number(.packVoltage)),
        TelecomRow.word("cycles", in: 0x42, 9, .information(.cycles)),
        TelecomRow.word(
            "remaining_capacity_1", in: smallModule, 4, unit: .milliampHours, .number(.remainingCapacity)),
        TelecomRow.word("total_capacity_1", in: smallModule, 7, unit: .milliampHours, .number(.fullCapacity)),
        largeCapacity("remaining_capacity_2", 11, .remainingCapacity),
        largeCapacity("total_capacity_2", 14, .fullCapacity),
        TelecomRow.flag("running", in: 0x44, 4, bit: 3, .reserved),
        TelecomRow.flag("discharge_switch", in: 0x44, 4, bit: 2, .number(.dischargeSwitch)),
        TelecomRow.flag("charge_switch", in: 0x44, 4, bit: 1, .number(.chargeSwitch)),
        TelecomRow.flag("precharge_switch", in: 0x44, 4, bit: 0, .information(.prechargeSwitch)),
        // Bits 7 and 6: charge or discharge current flows; 3: fully charged; 0: the buzzer sounds.
        TelecomRow.flag("heater", in: 0x44, 5, bit: 5, .information(.heater)),
        // Below 1 V or above 4.2 V; cells 1 to 8 in the first byte.
        PackRow("failed_cells", in: 0x44, byte: 6, bits: 16, .little, unit: .bits, .reserved),
        TelecomRow.word("charge_voltage_limit", in: 0x92, 1, unit: .millivolts, .number(.chargeVoltageLimit)),
        TelecomRow.word("discharge_voltage_limit", in: 0x92, 3, unit: .millivolts, .reserved),
        TelecomRow.word(
            "charge_current_limit", in: 0x92, 5, signed: true, times: 100, unit: .milliamps,
            range: 0...Int32.max, .number(.chargeCurrentLimit)),
        TelecomRow.word(
            "discharge_current_limit", in: 0x92, 7, signed: true, times: -100, unit: .milliamps,
            .number(.dischargeCurrentLimit)),
        TelecomRow.flag("charge_enabled", in: 0x92, 9, bit: 7, .number(.chargeEnabled)),
        TelecomRow.flag("discharge_enabled", in: 0x92, 9, bit: 6, .number(.dischargeEnabled)),
        TelecomRow.flag("charge_immediately_1", in: 0x92, 9, bit: 5, .reserved),
        TelecomRow.flag("charge_immediately_2", in: 0x92, 9, bit: 4, .reserved),
        TelecomRow.flag("full_charge_request", in: 0x92, 9, bit: 3, .reserved),
        setting("cell_high", 1, .cellOverVoltage),
        TelecomRow.word("cell_low", in: 0x47, 3, unit: .millivolts, .reserved),
        setting("cell_under", 5, .cellUnderVoltage),
        warmth("charge_warm", 7, .chargeOverTemperature),
        warmth("charge_cold", 9, .chargeUnderTemperature),
        TelecomRow.word(
            "charge_current", in: 0x47, 11, signed: true, times: 100, unit: .milliamps, .reserved),
        TelecomRow.word("module_high", in: 0x47, 13, unit: .millivolts, .reserved),
        TelecomRow.word("module_low", in: 0x47, 15, unit: .millivolts, .reserved),
        TelecomRow.word("module_under", in: 0x47, 17, unit: .millivolts, .reserved),
        warmth("discharge_warm", 19, .dischargeOverTemperature),
        TelecomRow.temperature("discharge_cold", in: 0x47, 21, zero: zero, .reserved),
        TelecomRow.word(
            "discharge_current", in: 0x47, 23, signed: true, times: 100, unit: .milliamps, .reserved),
        TelecomRow.text("model", in: 0x51, 0, characters: 10, .model),
        TelecomRow.text("serial", in: 0x93, 1, characters: 16, .serial),
        PackRow("firmware", in: 0x96, byte: 1, bits: 40, .big, unit: .bits, .reserved),
    ]

    private static func largeCapacity(
        _ name: StaticString, _ byte: UInt16, _ field: PackField
    ) -> PackRow {
        PackRow(name, in: largeModule, byte: byte, bits: 24, .big, unit: .milliampHours, .number(field))
    }

    private static func setting(_ name: StaticString, _ byte: UInt16, _ field: PackField) -> PackRow {
        TelecomRow.word(name, in: 0x47, byte, unit: .millivolts, range: 1_000...5_000, .number(field))
    }

    private static func warmth(_ name: StaticString, _ byte: UInt16, _ field: PackField) -> PackRow {
        TelecomRow.temperature(name, in: 0x47, byte, zero: zero, .information(field))
    }

    /// The status bits, all protections.
    private static let alarmBits: [_ of AlarmBit] = [
        alarm(7, "module under-voltage", .packUnderVoltage),
        alarm(6, "too warm to charge", .chargeOverTemperature),
        alarm(5, "too warm to discharge", .dischargeOverTemperature),
        alarm(4, "discharge over-current", .dischargeOverCurrent),
        alarm(2, "charge over-current", .chargeOverCurrent),
        alarm(1, "cell under-voltage", .cellUnderVoltage),
        alarm(0, "module over-voltage", .packOverVoltage),
    ]

    private static func alarm(_ bit: UInt8, _ name: StaticString, _ kind: AlarmKind) -> AlarmBit {
        AlarmBit(in: 0x44, byte: 3, bit: bit, name, kind, .protection)
    }
}

// MARK: - What an answer says besides

extension Pylontech {
    private static func decode(
        _ answer: Span<UInt8>, _ poll: Int, _ now: Instant, _ reading: inout PackReading
    ) throws(AnswerError) {
        try map.decode(answer, poll, now, &reading) { (command, fields, now, reading) throws(SignalError) in
            switch command {
            case 0x42: try readCapacities(fields, now, &reading)
            case 0x44: raiseFailedCells(fields, &reading)
            case 0x92: mendLimits(&reading)
            case 0x96: reading.setIdentity(.firmware, to: firmware(fields), at: now)
            default: break
            }
        }
    }

    /// The number of further fields says where the capacities stand.
    private static func readCapacities(
        _ fields: Span<UInt8>, _ now: Instant, _ reading: inout PackReading
    ) throws(SignalError) {
        let isLarge = fields.count == largeLength
        guard isLarge || fields.count == smallLength, fields[fieldsNumber] == (isLarge ? 4 : 2) else {
            throw .outOfRange(
                signal: SignalName("number of further fields"), value: Int64(fields[fieldsNumber]))
        }
        try PackSection(isLarge ? largeModule : smallModule).read(rows, in: fields, at: now, into: &reading)
        reading[.soc] = StateOfCharge.computed(from: reading)
    }

    /// A failed cell is one above or below anything a cell can be; the bit does not say which.
    private static func raiseFailedCells(_ fields: Span<UInt8>, _ reading: inout PackReading) {
        guard fields[6] | fields[7] != 0 else { return }
        reading.alarms?.value.raise(.cellOverVoltage, .protection)
        reading.alarms?.value.raise(.cellUnderVoltage, .protection)
    }

    /// Genuine modules say the discharge limit as a negative current, imitations as a positive one; and a direction that
    /// a module forbids has no limit but 0, whatever it says.
    private static func mendLimits(_ reading: inout PackReading) {
        if let limit = reading[.dischargeCurrentLimit]?.value {
            reading[.dischargeCurrentLimit]?.value = abs(limit)
        }
        if reading[.chargeEnabled]?.value == 0 { reading[.chargeCurrentLimit]?.value = 0 }
        if reading[.dischargeEnabled]?.value == 0 { reading[.dischargeCurrentLimit]?.value = 0 }
    }

    /// Two numbers of the maker's version and three of the main line.
    private static func firmware(_ fields: Span<UInt8>) -> ASCIIText {
        var text = VersionText.read(fields.extracting(1..<3))
        text.append(0x2F)
        VersionText.append(fields.extracting(3..<6), to: &text)
        return text
    }

    /// Capacities of modules up to 65 Ah, and of larger ones, and how many bytes their fields are.
    private static let (smallModule, largeModule) = (UInt32(0x242), UInt32(0x442))
    private static let (smallLength, largeLength) = (11, 17)
    private static let fieldsNumber = 6
}

// MARK: - What a battery says besides

extension Pylontech {
    private static func answer(
        _ request: Span<UInt8>, _ reading: borrowing PackReading, _ buffer: inout AnswerBuffer
    ) {
        map.answer(request, reading, &buffer, fill: fill) { (reading) in
            reading[.fullCapacity]?.value ?? 0 > 65_000 ? largeLength - smallLength : 0
        }
    }

    private static func fill(
        _ command: UInt8, _ address: UInt8, _ reading: borrowing PackReading,
        _ fields: inout MutableSpan<UInt8>
    ) throws(SignalError) {
        switch command {
        case 0x42: try writeCapacities(reading, &fields)
        // A module that answers runs on its own power.
        case 0x44: fields[4] |= 1 << 3
        case 0x92, 0x93: fields[0] = address
        case 0x96:
            fields[0] = address
            var version = fields._mutatingExtracting(1..<6)
            VersionText.write(reading.identity?.value.firmware ?? ASCIIText(), into: &version)
        default: break
        }
    }

    /// Modules above 65 Ah say their capacities behind the others, and "not available" in the first places.
    private static func writeCapacities(
        _ reading: borrowing PackReading, _ fields: inout MutableSpan<UInt8>
    ) throws(SignalError) {
        let isLarge = fields.count == largeLength
        fields[fieldsNumber] = isLarge ? 4 : 2
        try PackSection(isLarge ? largeModule : smallModule).write(rows, from: reading, into: &fields)
        if isLarge { (fields[4], fields[5], fields[7], fields[8]) = (0xFF, 0xFF, 0xFF, 0xFF) }
    }
}
