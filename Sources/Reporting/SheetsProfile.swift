public import BatteryModel
import BusCodec
public import InverterProfiles

/// Everything the table of an inverter profile says, in words.
public struct ProfileDescription: Sendable {
    /// One frame.
    public struct Frame: Sendable {
        /// `351`.
        public var identifier: String
        /// The name.
        public var name: String
        /// Whether the battery side sends it.
        public var isToInverter: Bool
        /// How often it is sent, in milliseconds; `nil` for a frame that is only understood, or of which it is not known.
        public var everyMilliseconds: Int64?
        /// Whether the set is not sent without it.
        public var isRequired: Bool
        /// The length in each dialect.
        public var lengths: [Int]
        /// The names of the dialects in which it is sent; empty for a frame that is only understood.
        public var dialects: [String]
        /// Where the layout is from.
        public var source: String
        /// Its signals.
        public var signals: [SignalSheet]
    }

    /// The id.
    public var id: String
    /// The name.
    public var name: String
    /// Which inverters take it.
    public var inverters: String
    /// `CAN, 500 kbit/s`.
    public var link: String
    /// The names of the dialects.
    public var dialects: [String]
    /// Whether no frame of a real device has proven it yet.
    public var isExperimental: Bool
    /// How often the whole set is sent, in milliseconds.
    public var periodMilliseconds: Int64
    /// The shortest time from a frame to its next, in milliseconds; 0 where there is none.
    public var spacingMilliseconds: Int64
    /// `305 every 1 s, silent after 5 s`, or `none known`.
    public var keepAlive: String
    /// How "stop" is said.
    public var stop: String
    /// What inverters do when the battery falls silent.
    public var silence: String
    /// How sure we are.
    public var evidence: String
    /// The frames, in the order in which they are sent.
    public var frames: [Frame]
    /// The kinds of alarm of which the inverter is not told in the first dialect.
    public var hiddenProtections: AlarmMask
    /// The kinds of warning of which the inverter is not told in the first dialect.
    public var hiddenWarnings: AlarmMask

    /// Describes a profile.
    public init(_ profile: InverterProfile) {
        let sheet = profile.sheet
        let names = (0..<Int(sheet.dialectCount)).map { "\(sheet.dialects[$0])" }
        id = "\(sheet.id)"
        name = "\(sheet.name)"
        inverters = "\(sheet.inverters)"
        link =
            switch sheet.link {
            case .can(let kilobits): "CAN, \(kilobits) kbit/s"
            case .serial(let baud):
                profile.serial?.overTCP.map { "serial, \(baud) baud; TCP, \($0.tcpPort)" }
                    ?? "serial, \(baud) baud"
            }
        dialects = names
        isExperimental = sheet.isExperimental
        periodMilliseconds = sheet.period.milliseconds
        spacingMilliseconds = sheet.spacing.milliseconds
        keepAlive = Self.sentence(sheet.keepAlive)
        stop = "\(sheet.stop)"
        silence = "\(sheet.silence)"
        evidence = "\(sheet.evidence)"
        frames = (0..<profile.frameCount).map { Frame(profile.frame($0), of: profile, names) }
        hiddenProtections = Self.hidden(profile, .protection)
        hiddenWarnings = Self.hidden(profile, .warning)
    }

    /// `proven` or `experimental`.
    public var status: String { isExperimental ? "experimental" : "proven" }

    /// The status with what it means.
    public var statusSentence: String {
        isExperimental ? "experimental: \(Wording.notProven)" : "proven by frames of real devices"
    }

    private var periods: String {
        let period = Digits.text(.milliseconds(periodMilliseconds))
        guard spacingMilliseconds > 0 else { return period }
        return "\(period); no frame again within \(Digits.text(.milliseconds(spacingMilliseconds)))"
    }

    private static func sentence(_ alive: KeepAlive) -> String {
        guard alive.isKnown else { return "none known" }
        return "\(Digits.hex(UInt64(alive.identifier), digits: alive.isExtended ? 8 : 3)) every "
            + "\(Digits.text(alive.period)); silent after \(Digits.text(alive.timeout))"
            + (alive.isLinkIndicatorOnly ? "; sending does not depend on it" : "")
    }

    /// What is about the inverter and its bus is told to nobody there; everything else counts.
    private static func hidden(_ profile: InverterProfile, _ level: AlarmLevel) -> AlarmMask {
        profile.invisibleKinds(at: level, dialect: 0).subtracting(Wording.aboutInverter)
    }

    /// What the inverter is not told, by level, in words.
    var hiddenAlarms: [(level: String, words: String)] {
        let levels = [(AlarmLevel.protection, hiddenProtections), (.warning, hiddenWarnings)]
        return levels.map { level, kinds in (Wording.level(level), Wording.hidden(kinds)) }
    }

    /// What there is to say about the profile as a whole, each part with its name.
    var facts: [(name: String, text: String)] {
        [
            ("id", id), ("name", name), ("inverters", inverters), ("link", link),
            ("dialects", dialects.joined(separator: ", ")), ("status", statusSentence),
            ("period", periods), ("keep-alive", keepAlive),
            ("stop", stop), ("silence", silence), ("evidence", evidence),
        ]
    }

    /// The sheet as text.
    ///
    /// - Parameter width: The characters in a line of prose; tables are as wide as they are.
    /// - Returns: The lines.
    public func lines(width: Int) -> [String] {
        var lines = TextLayout.facts(facts, width: width)
        lines += ["", "alarms that the inverter cannot be told\(inFirstDialect)"]
        lines += TextLayout.facts(hiddenAlarms.map { ($0.level, $0.words) }, width: width - 2).map {
            "  " + $0
        }
        lines += [""] + TextLayout.table(Frame.header, frames.map(\.columns))
        for frame in frames {
            lines += ["", "\(frame.identifier) \(frame.name)"]
            lines += TextLayout.table(
                SignalSheet.header, frame.signals.map { $0.columns(dialects) }, indent: 2)
        }
        return lines
    }

    /// The dialect that sentences about the first one name; empty where there is only one.
    var inFirstDialect: String { dialects.count > 1 ? " in dialect \(dialects[0])" : "" }
}

extension ProfileDescription.Frame {
    fileprivate init(_ row: FrameRow, of profile: InverterProfile, _ names: [String]) {
        identifier = Digits.hex(UInt64(row.identifier), digits: row.isExtended ? 8 : 3)
        name = "\(row.name)"
        isToInverter = row.direction == .toInverter
        everyMilliseconds = row.cycle(in: profile.sheet)?.milliseconds
        isRequired = row.isRequired
        lengths = names.indices.map { Int(row.lengths[UInt8($0)]) }
        dialects = names.indices.filter { row.isSent(inDialect: UInt8($0)) }.map { names[$0] }
        source = "\(row.source)"
        var signals: [SignalSheet] = []
        profile.visitRows(row.container) { row in
            signals.append(
                SignalSheet(row, dialectCount: names.count, meaning: row.meaning.sentence))
        }
        self.signals = signals
    }

    /// The columns of a table of frames.
    static let header = ["frame", "name", "from", "bytes", "every", "required", "dialects", "source"]

    /// The row of a table of frames: an entry for each column of ``header``.
    var columns: [String] {
        let bytes = Set(lengths).count == 1 ? lengths.prefix(1) : lengths[...]
        return [
            identifier, name, isToInverter ? "battery" : "inverter",
            bytes.map(String.init).joined(separator: ", "),
            everyMilliseconds.map { Digits.text(.milliseconds($0)) } ?? "", isRequired ? "yes" : "no",
            dialects.isEmpty ? "heard only" : dialects.joined(separator: ", "), source,
        ]
    }
}

extension FrameRow {
    /// How often the frame is sent; `nil` for one that is only understood, or of which it is not known.
    func cycle(in sheet: ProfileSheet) -> Interval? {
        guard dialects != 0 else { return nil }
        if direction == .toInverter { return sheet.period * Int64(every) }
        let alive = sheet.keepAlive
        return identifier == alive.identifier && isExtended == alive.isExtended ? alive.period : nil
    }
}
