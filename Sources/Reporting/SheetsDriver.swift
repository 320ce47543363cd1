public import BMSDrivers
import BatteryModel
import BusCodec

/// Everything the table of a BMS driver says, in words.
public struct DriverDescription: Sendable {
    /// One question.
    public struct Question: Sendable {
        /// What is asked for.
        public var name: String
        /// Whether it is asked in every round, otherwise once a minute.
        public var isLive: Bool
        /// The way of reading to which it belongs: `frames` or `registers`.
        public var mode: String
    }

    /// Signals that stand together.
    public struct Block: Sendable {
        /// What it is.
        public var title: String
        /// The signals.
        public var signals: [SignalSheet]
    }

    /// A bit that says that something is wrong.
    public struct AlarmBit: Sendable {
        /// Its number, 0 is the least significant.
        public var bit: Int
        /// The vendor's name.
        public var name: String
        /// What it means; empty where it is no alarm.
        public var kind: String
        /// How serious it is.
        public var level: String
    }

    /// The id.
    public var id: String
    /// The name.
    public var name: String
    /// `serial, 115200 baud`.
    public var link: String
    /// The usual speed of the line.
    public var baud: Int
    /// Addresses a pack can have.
    public var addresses: ClosedRange<Int>
    /// How the line wants to be treated.
    public var timing: LineTiming
    /// How sure we are.
    public var evidence: String
    /// What is asked.
    public var questions: [Question]
    /// The signals.
    public var blocks: [Block]
    /// The alarm bits.
    public var alarms: [AlarmBit]
    /// Firmware that has been proven, with where from.
    public var firmware: [String]

    /// Describes a driver.
    public init(_ driver: BMSDriver) {
        let sheet = driver.sheet
        let details = DriverDetails.of(driver)
        id = "\(sheet.id)"
        name = "\(sheet.name)"
        link = "serial, \(sheet.baud) baud"
        baud = Int(sheet.baud)
        addresses = Int(sheet.addresses.lowerBound)...Int(sheet.addresses.upperBound)
        timing = sheet.timing
        evidence = "\(sheet.evidence)"
        questions = (0..<driver.pollCount).map { index in
            let poll = driver.poll(index)
            return Question(
                name: "\(poll.name)", isLive: poll.pace == .live, mode: CaseName.of(poll.mode))
        }
        blocks = details?.blocks() ?? []
        alarms = details?.alarms() ?? []
        firmware = details?.firmware() ?? []
    }

    /// The sheet as text.
    ///
    /// - Parameter width: The characters in a line of prose; tables are as wide as they are.
    /// - Returns: The lines.
    public func lines(width: Int) -> [String] {
        var lines = TextLayout.facts(
            [
                ("id", id), ("name", name), ("link", link),
                ("addresses", "\(addresses.lowerBound) to \(addresses.upperBound)"),
                (
                    "timing",
                    "\(Digits.text(timing.spacing)) between an answer and the next request; waits "
                        + "\(Digits.text(timing.timeout)) for a pack that has been answering, "
                        + "\(Digits.text(timing.probeTimeout)) for one that has not; an item is over after "
                        + "\(Digits.text(timing.gap)) of silence"
                ),
                ("evidence", evidence),
            ], width: width)
        lines.append("")
        lines += TextLayout.table(
            ["question", "asked", "read"],
            questions.map { [$0.name, $0.isLive ? "every round" : "once a minute", $0.mode] })
        for block in blocks {
            lines += ["", block.title]
            lines += TextLayout.table(SignalSheet.header, block.signals.map { $0.columns([]) }, indent: 2)
        }
        if !alarms.isEmpty {
            lines += ["", "Alarm bits"]
            lines += TextLayout.table(
                ["bit", "name", "level", "means"],
                alarms.map { ["\($0.bit)", $0.name, $0.level, $0.kind] }, indent: 2)
        }
        if !firmware.isEmpty { lines += ["", "Proven firmware"] + firmware.map { "  " + $0 } }
        return lines
    }
}

/// What a driver's own tables say beyond what every driver has.
private struct DriverDetails {
    let id: StaticString
    let blocks: () -> [DriverDescription.Block]
    let alarms: () -> [DriverDescription.AlarmBit]
    let firmware: () -> [String]

    /// One row for each driver whose tables can be shown.
    static var all: [DriverDetails] {
        [DriverDetails(id: JKPB.sheet.id, blocks: jkBlocks, alarms: jkAlarms, firmware: jkFirmware)]
    }

    static func of(_ driver: BMSDriver) -> DriverDetails? {
        all.first { "\($0.id)" == "\(driver.sheet.id)" }
    }
}

private func jkBlocks() -> [DriverDescription.Block] {
    [
        DriverDescription.Block(
            title: "Live data: registers from 0x1200, record 02", signals: jkSignals(JKPB.statusRows.span)),
        DriverDescription.Block(
            title: "Settings: registers from 0x1000, record 01", signals: jkSignals(JKPB.settingsRows.span)),
        DriverDescription.Block(
            title: "Identity and selections: registers from 0x1400, record 03",
            signals: jkSignals(JKPB.aboutRows.span)),
    ]
}

private func jkSignals(_ rows: Span<SignalRow<JKMeaning>>) -> [SignalSheet] {
    rows.indices.map { SignalSheet(rows[$0], dialectCount: 7, meaning: rows[$0].meaning.sentence) }
}

private func jkAlarms() -> [DriverDescription.AlarmBit] {
    JKAlarm.rows.indices.map { index in
        let row = JKAlarm.rows[index]
        return DriverDescription.AlarmBit(
            bit: Int(row.bit), name: "\(row.name)", kind: row.kind.map(Wording.alarmName) ?? "",
            level: CaseName.of(row.level))
    }
}

private func jkFirmware() -> [String] {
    JKFirmware.rows.indices.map { index in
        let row = JKFirmware.rows[index]
        let minors =
            "\(row.generation).\(row.minors.lowerBound) to \(row.generation).\(row.minors.upperBound)"
        return "\(minors): \(row.source)"
    }
}
