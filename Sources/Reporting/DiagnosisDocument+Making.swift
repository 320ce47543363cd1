import BatteryModel
import BusCodec
import BusDiagnosis
import FoundationEssentials
import InverterProfiles

extension DiagnosisDocument {
    /// Makes the document.
    ///
    /// - Parameters:
    ///   - source: The file or the link.
    ///   - version: The version of the program.
    ///   - observers: What was watched, one for each link.
    public init(source: String, version: String, observers: [LinkObserver]) {
        self.source = source
        self.version = version
        links = observers.map(Link.init)
    }

    /// The document as JSON, laid out for people.
    ///
    /// - Returns: UTF-8 text without a line break at the end.
    /// - Throws: `EncodingError` if a number is not finite.
    public func json() throws -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .prettyPrinted, .withoutEscapingSlashes]
        return String(decoding: try encoder.encode(self), as: UTF8.self)
    }

    /// The findings of all links, the most important of each link first.
    public var findings: [Finding] { links.flatMap(\.findings) }
}

extension DiagnosisDocument.Link {
    init(_ observer: LinkObserver) {
        let account = observer.account()
        let traffic = observer.can.traffic
        name = observer.name
        kind = "can"
        count = traffic.frames
        errorFrames = traffic.errorFrames
        beganAtUnixSeconds = observer.beganAtUnixNanoseconds.map { Double($0 / 1_000_000) / 1_000 }
        seconds = traffic.length.thousandths
        talkers = account.talkers.map(DiagnosisDocument.Talker.init)
        findings = account.findings.map(DiagnosisDocument.Finding.init)
        values = observer.can.bank.map { [DiagnosisDocument.ValueGroup($0)] } ?? []
        let profile = observer.can.bank.map { ProfileTable.profiles[$0.profile] }
        let end = traffic.until ?? Instant(nanoseconds: 0)
        identifiers = traffic.tracks.sorted { $0.container < $1.container }.map {
            DiagnosisDocument.Identifier($0, profile, end: end)
        }
        series = DiagnosisDocument.Series.all(of: observer)
    }
}

extension DiagnosisDocument.Talker {
    init(_ talker: Talker) {
        role = Wording.role(talker.role)
        candidates = talker.candidates.map(DiagnosisDocument.Candidate.init)
        sender = talker.sender.map { "\($0)" }
        remark = talker.remark.map { "\($0)" }
        identifiers = talker.containers.sorted().map(Wording.identifier)
        addresses = talker.addresses.map { Int($0) }
    }
}

extension DiagnosisDocument.Candidate {
    init(_ candidate: Candidate) {
        id = "\(candidate.id)"
        let dialect = "\(candidate.dialect)"
        name = "\(candidate.name)" + (dialect.isEmpty ? "" : " \(dialect)")
        scorePercent = Double(candidate.score) / 10
        reasons = candidate.reasons.map(DiagnosisDocument.Fact.init)
    }
}

extension DiagnosisDocument.Fact {
    init(_ fact: Fact) {
        self.init(label: "\(fact.label)", value: Wording.measured(fact.value))
    }
}

extension DiagnosisDocument.Finding {
    init(_ finding: Finding) {
        id = "\(finding.sheet.id)"
        layer = Wording.layer(finding.sheet.layer)
        severity = Wording.severity(finding.sheet.severity)
        title = "\(finding.sheet.title)"
        effect = "\(finding.sheet.effect)"
        certaintyPercent = Int(finding.certainty)
        facts = finding.facts.map(DiagnosisDocument.Fact.init)
        places = finding.places.filter { $0 > 0 }
        causes = finding.sheet.causes.map {
            DiagnosisDocument.Cause(
                text: "\($0.text)", layer: Wording.layer($0.layer), test: "\($0.test)", tells: "\($0.tells)",
                fix: "\($0.fix)", source: "\($0.source)")
        }
    }
}

extension DiagnosisDocument.ValueGroup {
    init(_ bank: BankTrack) {
        name = "battery"
        values = (0..<UInt8(BankField.count)).compactMap { number in
            guard let field = BankField(rawValue: number), field != .inverterAlive,
                let value = bank.reading[field]
            else { return nil }
            return DiagnosisDocument.Fact(label: field.label, value: Wording.shown(value.value, field.unit))
        }
        if let maker = bank.reading.maker?.value {
            values.append(DiagnosisDocument.Fact(label: "name", value: maker.string))
        }
        alarms = bank.reading.alarms.map { alarms in
            StatusDocument.Alarm.all(alarms.value).map { "\($0.words) (\($0.level))" }
        }
    }
}

extension BankField {
    /// The field as people read it.
    var label: String {
        switch self {
        case .chargeVoltageLimit: "CVL"
        case .chargeCurrentLimit: "CCL"
        case .dischargeCurrentLimit: "DCL"
        case .dischargeVoltageLimit: "DVL"
        case .soc: "SOC"
        case .soh: "SOH"
        case .highestSOC: "highest SOC"
        case .lowestSOC: "lowest SOC"
        default: "\(name)".split(separator: "_").joined(separator: " ")
        }
    }
}

extension DiagnosisDocument.Identifier {
    init(_ track: FrameTrack, _ profile: InverterProfile?, end: Instant) {
        id = Wording.identifier(track.container)
        name = profile.flatMap { profile in
            profile.index(ofIdentifier: track.identifier, isExtended: track.isExtended).map {
                "\(profile.frame($0).name)"
            }
        }
        count = track.count
        periodMilliseconds = track.gaps.median.map { $0.thousandths * 1_000 }
        longestMilliseconds = track.gaps.longest.map { $0.thousandths * 1_000 }
        lengths = (0...8).filter { track.lengths >> UInt16($0) & 1 != 0 }
        let payload = track.frame.payload
        last = payload.indices.map { Digits.hex(UInt64(payload[$0]), digits: 2) }.joined(separator: " ")
        ageSeconds = max(end - track.last, .zero).thousandths
    }
}

extension DiagnosisDocument.Series {
    static func all(of observer: LinkObserver) -> [DiagnosisDocument.Series] {
        let values = zip(LinkObserver.drawn, observer.plots).compactMap { drawn, series in
            series.map {
                let unit = drawn.field.unit
                return DiagnosisDocument.Series(
                    $0, drawn.name, "\(unit.symbol)", drawn.plot, places: unit.decimals)
            }
        }
        let periods = observer.periods.sorted { $0.container < $1.container }.compactMap { period in
            period.series.isEmpty
                ? nil
                : DiagnosisDocument.Series(
                    period.series, Wording.identifier(period.container), "s", "Time from frame to frame",
                    places: 3)
        }
        return values + periods
    }

    private init(_ series: PlotSeries, _ name: String, _ unit: String, _ plot: String, places: Int) {
        self.name = name
        self.unit = unit
        self.plot = plot
        stepSeconds = series.step.thousandths
        var factor = 1.0
        for _ in 0..<places { factor *= 10 }
        lows = series.lows.map { $0.map { Double($0) / factor } }
        highs = series.highs.map { $0.map { Double($0) / factor } }
    }
}

extension Interval {
    /// Seconds with three places.
    var thousandths: Double { Double(max(milliseconds, 0)) / 1_000 }
}
