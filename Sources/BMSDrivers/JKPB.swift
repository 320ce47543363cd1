import BatteryModel
import BusCodec

/// JK-PB inverter BMS on RS485: whole records on a trigger, or Modbus registers, from one set of rows.
///
/// Registers are byte addresses: `register = block + byte offset`, so a read of n registers ends at
/// `register + 2 × n`. The same structures come as records `55 AA EB 90 …`, where the field at offset n stands at
/// record byte n + 6. Modbus is big-endian, records are little-endian.
///
/// Sources: the vendor's register map V1.1 and RS485 protocol V1.0, and captures on firmware 14.20 to 19.27 (see
/// the golden tables of the tests).
public enum JKPB {
    /// The driver.
    public static let driver = BMSDriver(
        sheet: sheet, pollCount: JKPoll.rows.count, poll: { JKPoll.rows[$0].poll }, request: request,
        scan: scan, decode: decode, answer: answer, visitFacts: visitFacts, settings: settings)

    /// What is said about the protocol as a whole.
    ///
    /// A board whose protocol is set to 13 speaks the same at 9 600 baud. Answers take 30…45 ms, a record with its acknowledgement 38 ms; a JK master waits 220 ms for an absent
    /// address, and leaves 180 ms after an answer (measured on a bus of firmware 14 and on one of 15.30). An
    /// acknowledgement follows its record within 150 ms. 50 ms between requests gave stale answers on one bus.
    public static let sheet = DriverSheet(
        id: "jk-modbus", name: "JK-PB inverter BMS (RS485 Modbus V1.0/V1.1 and 55 AA records)",
        addresses: 0...15, baud: 115_200, otherBauds: [9_600, 0, 0],
        timing: LineTiming(
            spacing: .milliseconds(75), timeout: .milliseconds(500), probeTimeout: .milliseconds(250),
            gap: .milliseconds(150)),
        evidence: "vendor map V1.1; captured records of firmware 14.20, 15.10, 15.30, 15.38, 15.41, 19.27",
        isExperimental: false)

    /// Writes question number `poll` to the pack at `address`; nothing if there is no such question.
    static func request(_ poll: Int, address: UInt8, into buffer: inout RequestBuffer) {
        guard JKPoll.rows.indices.contains(poll) else { return }
        switch JKPoll.rows[poll].question {
        case .trigger(let trigger):
            write(trigger, address: address, into: &buffer)
        case .read(let block, let offset, let count):
            ModbusRTU.encodeRead(
                address: address, register: UInt16(block.rawValue) + offset, count: count, into: &buffer)
        }
    }

    /// Hands over the tables.
    static func visitFacts(_ visit: (DriverFact) -> Void) {
        visit(.block("Live data: registers from 0x1200, record 02"))
        for index in statusRows.indices { visit(.signal(statusRows[index])) }
        visit(.block("Settings: registers from 0x1000, record 01"))
        for index in settingsRows.indices { visit(.signal(settingsRows[index])) }
        visit(.block("Identity and selections: registers from 0x1400, record 03"))
        for index in aboutRows.indices { visit(.signal(aboutRows[index])) }
        for index in JKAlarm.rows.indices {
            let row = JKAlarm.rows[index]
            visit(.alarmBit(Int(row.bit), name: row.name, kind: row.kind, level: row.level))
        }
        for index in JKFirmware.rows.indices {
            let row = JKFirmware.rows[index]
            let minors = Int(row.minors.lowerBound)...Int(row.minors.upperBound)
            visit(.firmware(generation: Int(row.generation), minors: minors, source: row.source))
        }
    }

    /// The only place that writes to a pack unasked; settings are written in `JKPB+Writing`, when somebody orders it.
    ///
    /// The neighbours of the triggers set every protection threshold (0x160A to 0x160E) or begin a firmware
    /// update (0x1626); the type of `trigger` leaves no way to name them.
    private static func write(_ trigger: JKTrigger, address: UInt8, into buffer: inout RequestBuffer) {
        ModbusRTU.encodeWriteMany(address: address, register: trigger.rawValue, value: 0, into: &buffer)
    }
}

/// A block of registers, and the record that carries the same structure.
public enum JKBlock: UInt32, Sendable {
    /// Settings.
    case settings = 0x1000
    /// Live data.
    case status = 0x1200
    /// Identity, protocol selections and outputs.
    case about = 0x1400

    /// Length of the structure in bytes; a record has room for one byte less.
    static let length = 294

    /// The trigger that makes a pack send the block as a record.
    var trigger: JKTrigger {
        switch self {
        case .settings: .settings
        case .status: .status
        case .about: .about
        }
    }
}

/// The registers that are written all the time: each makes the pack send a record.
public enum JKTrigger: UInt16, Sendable {
    /// Send identity.
    case about = 0x161C
    /// Send settings.
    case settings = 0x161E
    /// Send live data.
    case status = 0x1620

    /// The kind of record that comes.
    var record: JK55AA.Kind {
        switch self {
        case .about: .about
        case .settings: .settings
        case .status: .status
        }
    }

    /// The block the record carries.
    var block: JKBlock {
        switch self {
        case .about: .about
        case .settings: .settings
        case .status: .status
        }
    }
}

/// A question that the driver asks.
struct JKPoll: Sendable {
    /// How it is asked.
    enum Question: Sendable {
        /// By a trigger.
        case trigger(JKTrigger)
        /// By reading `count` registers from byte `offset` of a block.
        case read(JKBlock, offset: UInt16, count: UInt16)
    }

    var name: StaticString
    var pace: Poll.Pace
    var question: Question

    init(_ name: StaticString, _ pace: Poll.Pace, _ question: Question) {
        self.name = name
        self.pace = pace
        self.question = question
    }

    /// All questions; at most 0x40 registers each, because longer reads were refused by some packs.
    static let rows: [_ of JKPoll] = [
        JKPoll("status", .live, .trigger(.status)),
        JKPoll("settings", .slow, .trigger(.settings)),
        JKPoll("about", .slow, .trigger(.about)),
        JKPoll("cells", .live, .read(.status, offset: 0x00, count: 0x40)),
        JKPoll("pack", .live, .read(.status, offset: 0x80, count: 0x40)),
        JKPoll("clock", .slow, .read(.status, offset: 0x100, count: 0x08)),
        JKPoll("limits", .slow, .read(.settings, offset: 0x00, count: 0x40)),
        JKPoll("balancing", .slow, .read(.settings, offset: 0x80, count: 0x40)),
        JKPoll("switches", .slow, .read(.settings, offset: 0x100, count: 0x0E)),
        JKPoll("identity", .slow, .read(.about, offset: 0x00, count: 0x40)),
        JKPoll("selections", .slow, .read(.about, offset: 0x80, count: 0x40)),
        JKPoll("request times", .slow, .read(.about, offset: 0x100, count: 0x04)),
    ]

    /// The question as the line sees it.
    var poll: Poll {
        switch question {
        case .trigger: Poll(name, pace, .frames)
        case .read: Poll(name, pace, .registers)
        }
    }

    /// The number of the question that `trigger` asks.
    static func index(of trigger: JKTrigger) -> Int? {
        for index in rows.indices {
            if case .trigger(trigger) = rows[index].question { return index }
        }
        return nil
    }

    /// The number of the question that reads just these registers.
    static func index(register: UInt16, count: UInt16) -> Int? {
        for index in rows.indices {
            guard case .read(let block, let offset, count) = rows[index].question else { continue }
            if UInt16(block.rawValue) + offset == register { return index }
        }
        return nil
    }
}
