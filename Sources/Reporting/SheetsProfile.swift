import BatteryModel
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
    /// `CAN, 500 kbit/s`.
    public var link: String
    /// The names of the dialects.
    public var dialects: [String]
    /// How often the whole set is sent, in milliseconds.
    public var periodMilliseconds: Int64
    /// `305 every 1 s, silent after 5 s`.
    public var keepAlive: String
    /// How "stop" is said.
    public var stop: String
    /// What inverters do when the battery falls silent.
    public var silence: String
    /// How sure we are.
    public var evidence: String
    /// The frames, in the order in which they are sent.
    public var frames: [Frame]

    /// Describes a profile.
    public init(_ profile: InverterProfile) {
        let sheet = profile.sheet
        let names = (0..<Int(sheet.dialectCount)).map { "\(sheet.dialects[$0])" }
        id = "\(sheet.id)"
        name = "\(sheet.name)"
        link =
            switch sheet.link {
            case .can(let kilobits): "CAN, \(kilobits) kbit/s"
            case .serial(let baud): "serial, \(baud) baud"
            }
        dialects = names
        periodMilliseconds = sheet.period.milliseconds
        let alive = sheet.keepAlive
        keepAlive =
            "\(Digits.hex(UInt64(alive.identifier), digits: alive.isExtended ? 8 : 3)) every "
            + "\(Digits.text(alive.period)); silent after \(Digits.text(alive.timeout))"
            + (alive.isLinkIndicatorOnly ? "; sending does not depend on it" : "")
        stop = "\(sheet.stop)"
        silence = "\(sheet.silence)"
        evidence = "\(sheet.evidence)"
        frames = (0..<profile.frameCount).map { Frame(profile.frame($0), of: profile, names) }
    }

    /// The sheet as text.
    ///
    /// - Parameter width: The characters in a line of prose; tables are as wide as they are.
    /// - Returns: The lines.
    public func lines(width: Int) -> [String] {
        var lines = TextLayout.facts(
            [
                ("id", id), ("name", name), ("link", link), ("dialects", dialects.joined(separator: ", ")),
                ("period", Digits.text(.milliseconds(periodMilliseconds))), ("keep-alive", keepAlive),
                ("stop", stop),
                ("silence", silence), ("evidence", evidence),
            ], width: width)
        lines.append("")
        let header = ["frame", "name", "from", "bytes", "required", "dialects", "source"]
        lines += TextLayout.table(header, frames.map(\.columns))
        for frame in frames {
            lines += ["", "\(frame.identifier) \(frame.name)"]
            lines += TextLayout.table(
                SignalSheet.header, frame.signals.map { $0.columns(dialects) }, indent: 2)
        }
        return lines
    }
}

extension ProfileDescription.Frame {
    fileprivate init(_ row: FrameRow, of profile: InverterProfile, _ names: [String]) {
        identifier = Digits.hex(UInt64(row.identifier), digits: row.isExtended ? 8 : 3)
        name = "\(row.name)"
        isToInverter = row.direction == .toInverter
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

    fileprivate var columns: [String] {
        let bytes = Set(lengths).count == 1 ? lengths.prefix(1) : lengths[...]
        return [
            identifier, name, isToInverter ? "battery" : "inverter",
            bytes.map(String.init).joined(separator: ", "), isRequired ? "yes" : "no",
            dialects.isEmpty ? "heard only" : dialects.joined(separator: ", "), source,
        ]
    }
}
