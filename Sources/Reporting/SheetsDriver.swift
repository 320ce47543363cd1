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
        /// How often a pack says it that is never asked, in milliseconds; `nil` for one that is.
        public var periodMilliseconds: Int64?

        /// When it is asked, or said, in words.
        var pace: String {
            if let periodMilliseconds {
                return "never, said every \(Digits.text(.milliseconds(periodMilliseconds)))"
            }
            return isLive ? "every round" : "once a minute"
        }
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
        /// The byte it stands in, counted from 0; `nil` where the bits are numbered through a word.
        public var byte: Int?
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
    /// `serial, 115200 baud, or 9600` or `CAN, 250 kbit/s`.
    public var link: String
    /// Whether packs are on a CAN bus; otherwise on a serial line.
    public var isCAN: Bool
    /// Whether packs say everything by themselves and are never asked.
    public var isBroadcast: Bool
    /// The speeds at which packs are met, the usual one first; on CAN in bit/s.
    public var bauds: [Int]
    /// Addresses a pack can have.
    public var addresses: ClosedRange<Int>
    /// How the line wants to be treated.
    public var timing: LineTiming
    /// How sure we are.
    public var evidence: String
    /// Whether something that limits are made from is not proven yet.
    public var isExperimental: Bool
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
        id = "\(sheet.id)"
        name = "\(sheet.name)"
        link = sheet.linkText
        isCAN = sheet.wire == .can
        isBroadcast = sheet.isBroadcast
        bauds = sheet.bauds
        addresses = Int(sheet.addresses.lowerBound)...Int(sheet.addresses.upperBound)
        timing = sheet.timing
        evidence = "\(sheet.evidence)"
        isExperimental = sheet.isExperimental
        questions = (0..<driver.pollCount).map { index in
            let poll = driver.poll(index)
            return Question(
                name: "\(poll.name)", isLive: poll.pace == .live, mode: CaseName.of(poll.mode),
                periodMilliseconds: poll.period?.milliseconds)
        }
        var blocks: [Block] = []
        var alarms: [AlarmBit] = []
        var firmware: [String] = []
        driver.visitFacts { fact in
            switch fact {
            case .block(let title): blocks.append(Block(title: "\(title)", signals: []))
            case .signal(let row):
                if blocks.isEmpty { blocks.append(Block(title: "Signals", signals: [])) }
                blocks[blocks.count - 1].signals.append(
                    SignalSheet(row, dialectCount: 7, meaning: row.meaning.sentence))
            case .alarmBit(let bit, let name, let kind, let level):
                alarms.append(
                    AlarmBit(
                        bit: bit, name: "\(name)", kind: kind.map(Wording.alarmName) ?? "",
                        level: CaseName.of(level)))
            case .alarm(let bit):
                alarms.append(AlarmBit(bit, ofFrame: sheet.wire == .can))
            case .firmware(let generation, let minors, let source):
                firmware.append(
                    "\(generation).\(minors.lowerBound) to \(generation).\(minors.upperBound): \(source)")
            }
        }
        self.blocks = blocks
        self.alarms = alarms
        self.firmware = firmware
    }

    /// `experimental` or `proven`.
    public var status: String { isExperimental ? "experimental" : "proven" }

    /// The sheet as text.
    ///
    /// - Parameter width: The characters in a line of prose; tables are as wide as they are.
    /// - Returns: The lines.
    public func lines(width: Int) -> [String] {
        var lines = TextLayout.facts(
            [
                ("id", id), ("name", name), ("link", link),
                ("addresses", "\(addresses.lowerBound) to \(addresses.upperBound)"),
                isBroadcast
                    ? ("timing", "packs say everything by themselves, and nothing is ever sent to them")
                    : (
                        "timing",
                        "\(Digits.text(timing.spacing)) between an answer and the next request; waits "
                            + "\(Digits.text(timing.timeout)) for a pack that has been answering, "
                            + "\(Digits.text(timing.probeTimeout)) for one that has not; an item is over after "
                            + "\(Digits.text(timing.gap)) of silence"
                    ),
                ("status", status), ("evidence", evidence),
            ], width: width)
        lines.append("")
        lines += TextLayout.table(
            ["question", "asked", "read"],
            questions.map { [$0.name, $0.pace, $0.mode] })
        for block in blocks {
            lines += ["", block.title]
            lines += TextLayout.table(SignalSheet.header, block.signals.map { $0.columns([]) }, indent: 2)
        }
        if !alarms.isEmpty {
            lines += ["", "Alarm bits"]
            lines += TextLayout.table(
                ["bit", "name", "level", "means"],
                alarms.map { [$0.place, $0.name, $0.level, $0.kind] }, indent: 2)
        }
        if !firmware.isEmpty { lines += ["", "Proven firmware"] + firmware.map { "  " + $0 } }
        return lines
    }
}

extension DriverDescription.AlarmBit {
    /// Describes a bit that has its place in a section; for one in a CAN frame with its identifier.
    init(_ row: BMSDrivers.AlarmBit, ofFrame: Bool) {
        let frame = ofFrame ? "0x\(String(row.container, radix: 16, uppercase: true)) " : ""
        self.init(
            byte: Int(row.byte), bit: Int(row.bit), name: "\(frame)\(row.name)",
            kind: Wording.alarmNames(row.kinds).joined(separator: ", "), level: CaseName.of(row.level))
    }

    /// Where it stands.
    fileprivate var place: String { byte.map { "byte \($0) bit \(bit)" } ?? "\(bit)" }
}

extension DriverSheet {
    /// What packs are wired to and its usual speed, in words.
    var linkText: String {
        switch wire {
        case .serial: "serial, \(speeds)"
        case .can: "CAN, \(baud / 1_000) kbit/s"
        }
    }
}
