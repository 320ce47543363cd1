import BatteryModel
import BusCodec

/// TDT boards (TDT-6022, TDT-6032, TDT-1001; XDZN, Humsienk) on their serial ports: frames of the telecom family with
/// another head.
///
///     question  BC  pack  01  46  command  LENGTH  01  CHKSUM  \r
///     answer    ~   pack  01  4F  command  LENGTH  ... CHKSUM  \r
///
/// In the place of CID1 an answer has its return code, 4F for "normal", and in that of CID2 the command. TDT-6022 answers
/// with 25, a version, where others have the number of the pack. What goes over Bluetooth is another protocol.
///
/// The unit of the current, 0.01 A or 0.1 A, is told by a word in the answer to C1; until that is known, or where a board
/// does not tell it, there is no current. Limits and settings are not told.
///
/// Sources: wojtbar's captures of 42 on TDT-6022 and TDT-6032 (syssi/esphome-seplos-bms, issues 71 and 123); 44 and C1
/// from one open reader, used with two TDT-1001 (Hinoserm/esphome-tdt-bms).
public enum TDT {
    /// The driver.
    public static let driver = BMSDriver(
        sheet: sheet, pollCount: questions.count, poll: { questions[$0].poll }, request: request, scan: scan,
        decode: decode, answer: answer, visitFacts: visitFacts)

    /// What is said about the protocol as a whole.
    ///
    /// That charging is positive is proven by the charge left, which rises between two captures. The longest captured
    /// answer takes 172 ms; the reader says that two questions in a row to one pack can disturb each other.
    public static let sheet = DriverSheet(
        id: "tdt", name: "TDT-6022, TDT-6032, TDT-1001, XDZN, Humsienk (RS485, RS232 or UART)",
        addresses: 1...16,
        baud: 9_600,
        timing: LineTiming(
            spacing: .milliseconds(200), timeout: .seconds(1), probeTimeout: .milliseconds(500),
            gap: .milliseconds(50)),
        evidence:
            "captured answers of a TDT-6022 and a TDT-6032 to 42; 44 and C1, and with them switches, alarms and the unit of the current, from one reader",
        isExperimental: true)

    /// A question and its command, CID2.
    struct Question: Sendable {
        var poll: Poll
        var command: UInt8
    }

    static let questions: [_ of Question] = [
        Question(poll: Poll("about", .slow, .frames), command: about),
        Question(poll: Poll("status", .live, .frames), command: status),
        Question(poll: Poll("alarms", .live, .frames), command: alarms),
    ]

    static let about: UInt8 = 0xC1
    static let status: UInt8 = 0x42
    static let alarms: UInt8 = 0x44

    /// One of the surroundings, one of the power board, four of the cells.
    static let sensors = TelecomSensors(documented: 6...6, cells: 2..<6, mosfet: 1)

    /// 0 °C in 0.1 K; the reader takes 2 730.
    private static let zero: Int32 = 2_731
    /// The sections of the current, which stands in either unit at the same place.
    static let (fineCurrent, coarseCurrent): (UInt32, UInt32) = (0x421, 0x420)

    /// The rows; the container is the command, for 42 and 44 its fields behind the sensors.
    static let rows: [_ of PackRow] = [
        TelecomRow.cells,
        TelecomRow.temperatures(zero: zero),
        TelecomRow.temperature(
            "ambient", in: TelecomRow.otherSensorSection, 0, zero: zero, .information(.ambientTemperature)),
        TelecomRow.temperature(
            "power_board", in: TelecomRow.mosfetSection, 2, zero: zero, .number(.mosfetTemperature)),
        TelecomRow.word(
            "current", in: fineCurrent, 0, signed: true, times: 10, unit: .milliamps, .number(.current)),
        TelecomRow.word(
            "current_tenths", in: coarseCurrent, 0, signed: true, times: 100, unit: .milliamps,
            .number(.current)),
        hundredths("pack_voltage", 2, unit: .millivolts, .number(.packVoltage)),
        hundredths("remaining_capacity", 4, unit: .milliampHours, .number(.remainingCapacity)),
        hundredths("full_capacity", 7, unit: .milliampHours, .number(.fullCapacity)),
        TelecomRow.word("cycles", in: UInt32(status), 9, .information(.cycles)),
        hundredths("design_capacity", 11, unit: .milliampHours, .information(.designCapacity)),
        hundredths("port_voltage", 13, unit: .millivolts, .reserved),
        PackRow(
            "soc", in: UInt32(status), byte: 17, bits: 8, times: 10, unit: .permille, range: 0...1_000,
            .number(.soc)),
        // Readers disagree which of the two is that of charging, see `takeSwitches`.
        TelecomRow.flag("mosfet_1", in: UInt32(alarms), 5, bit: 1, .reserved),
        TelecomRow.flag("mosfet_2", in: UInt32(alarms), 5, bit: 2, .reserved),
        TelecomRow.flag("heater", in: UInt32(alarms), 5, bit: 7, .information(.heater)),
        TelecomRow.text("firmware", in: UInt32(about), 0, characters: 20, .firmware),
        TelecomRow.word("mode", in: UInt32(about), 20, unit: .bits, .reserved),
    ]

    private static func hundredths(
        _ name: StaticString, _ byte: UInt16, unit: Unit, _ meaning: PackMeaning
    ) -> PackRow {
        TelecomRow.word(name, in: UInt32(status), byte, times: 10, unit: unit, meaning)
    }

    private static func visitFacts(_ visit: (DriverFact) -> Void) {
        visit(
            .block(
                "Answers to 42 (status) and 44 (alarms) behind their cells and sensors, and C1 (about)"))
        for index in rows.indices { visit(.signal(rows[index])) }
        visit(.block("Both MOSFETs on, for either direction"))
        visit(.signal(switchRows[0]))
        visit(.signal(switchRows[1]))
        for index in alarmBits.indices { visit(.alarm(alarmBits[index])) }
    }

    /// What the host side makes of the two MOSFETs.
    private static let switchRows: [2 of PackRow] = [
        TelecomRow.flag("charge_switch", in: UInt32(alarms), 5, bit: 1, .number(.chargeSwitch)),
        TelecomRow.flag("discharge_switch", in: UInt32(alarms), 5, bit: 2, .number(.dischargeSwitch)),
    ]
}

// MARK: - The host side

extension TDT {
    static let asking: UInt8 = 0xBC
    static let master: UInt8 = 0x01
    static let ordinary: UInt8 = 0x46
    static let normal: UInt8 = 0x4F
    /// What TDT-6022 says in the place of the pack's number.
    private static let version: UInt8 = 0x25

    private static func request(_ poll: Int, _ address: UInt8, _ buffer: inout RequestBuffer) {
        let info: [1 of UInt8] = [1]
        TelecomFrame(
            version: address, address: master, deviceClass: ordinary, code: questions[poll].command
        ).encode(info: info.span, start: asking, into: &buffer)
    }

    private static func scan(_ head: Span<UInt8>, _ listening: Bool, _ isLast: Bool) -> ScanStep<LineItem> {
        head[0] == asking
            ? TelecomFrame.scan(head, start: asking).map(item) : TelecomFrame.scan(head).map(item)
    }

    /// Older hosts ask with `~`; a question differs from an answer by what stands in the place of CID1.
    private static func item(_ frame: TelecomFrame) -> LineItem {
        let address = frame.version == version ? frame.address : frame.version
        let poll = index(of: frame.code)
        switch frame.deviceClass {
        case normal: return LineItem(poll == nil ? .other : .answer, address: address, poll: poll)
        case ordinary: return LineItem(.request, address: address, poll: poll)
        case 0x00...0x0F:
            return LineItem(.refusal, address: address, poll: poll, code: frame.deviceClass)
        default: return LineItem(.other, address: address)
        }
    }

    static func index(of command: UInt8) -> Int? {
        for index in questions.indices where questions[index].command == command { return index }
        return nil
    }

    private static func decode(
        _ answer: Span<UInt8>, _ poll: Int, _ now: Instant, _ reading: inout PackReading
    ) throws(AnswerError) {
        let command = questions[poll].command
        guard case .item(let frame, let end) = TelecomFrame.scan(answer), frame.deviceClass == normal,
            frame.code == command
        else { throw .wrongStructure }
        var info = ByteBuffer<256>()
        TelecomFrame.readInfo(of: answer.extracting(first: end), into: &info)
        guard info.count == frame.infoCharacters / 2 else {
            throw .wrongLength(needed: info.count, got: frame.infoCharacters / 2)
        }
        var next = reading
        do throws(SignalError) {
            switch command {
            case status: try readStatus(info.bytes, now, &next)
            case alarms: try readAlarms(info.bytes, now, &next)
            default: try readAbout(info.bytes, now, &next)
            }
        } catch {
            throw .signal(error)
        }
        reading = next
    }

    private static func readStatus(
        _ info: Span<UInt8>, _ now: Instant, _ reading: inout PackReading
    ) throws(SignalError) {
        let layout = try TelecomLayout(info, width: 2, sensors)
        let fields = info.extracting(try layout.place(of: statusFields, in: info))
        try layout.read(rows, in: info, at: now, into: &reading)
        try PackSection(UInt32(status)).read(rows, in: fields, at: now, into: &reading)
        reading[.current] = nil
        guard let mode = reading[.controlWord]?.value else { return }
        try PackSection(mode & 1 == 0 ? fineCurrent : coarseCurrent)
            .read(rows, in: fields, at: now, into: &reading)
    }

    /// The word is missing in the answers of older firmware; then, the reader says, it counts as 0.
    private static func readAbout(
        _ info: Span<UInt8>, _ now: Instant, _ reading: inout PackReading
    ) throws(SignalError) {
        try PackSection(UInt32(about)).read(rows, in: info, at: now, into: &reading)
        let mode = info.count >= aboutLength ? Int32(info[20]) << 8 | Int32(info[21]) : 0
        reading[.controlWord] = Reading(mode, at: now)
    }

    /// The fields of 42 that all boards have.
    static let statusFields = TelecomFields(length: 20, tail: 44)
    /// Bytes of an answer to C1 with its word.
    static let aboutLength = 22
}
