import BMSDrivers
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
        name = observer.name
        beganAtUnixSeconds = observer.beganAtUnixNanoseconds.map { Double($0 / 1_000_000) / 1_000 }
        talkers = account.talkers.map(DiagnosisDocument.Talker.init)
        findings = account.findings.map(DiagnosisDocument.Finding.init)
        series = DiagnosisDocument.Series.all(of: observer)
        guard let serial = observer.serial else {
            (kind, count, errorFrames) = (
                "can", observer.can.traffic.frames, observer.can.traffic.errorFrames
            )
            seconds = observer.can.traffic.length.thousandths
            values = observer.can.bank.map { [DiagnosisDocument.ValueGroup($0)] } ?? []
            identifiers = DiagnosisDocument.Identifier.all(of: observer.can)
            addresses = []
            return
        }
        (kind, count, errorFrames) = ("serial", serial.traffic.bytes + serial.traffic.ownBytes, nil)
        seconds = serial.traffic.length.thousandths
        let tracks = serial.conversation?.tracks ?? []
        values = tracks.filter(\.told.isKnown).map(DiagnosisDocument.ValueGroup.init)
        identifiers = []
        addresses = tracks.map(DiagnosisDocument.Address.init)
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
        self.init("battery", bank.reading)
    }

    init(_ track: AddressTrack) {
        let name = "address \(track.address)"
        if let bank = track.told.bank {
            self.init(name, bank)
        } else if let pack = track.told.pack {
            self.init(name, pack)
        } else {
            self.init(name, track.told.shunt)
        }
    }

    private init(_ name: String, _ bank: BankReading) {
        self.name = name
        values = (0..<UInt8(BankField.count)).compactMap { number in
            guard let field = BankField(rawValue: number), field != .inverterAlive, let value = bank[field]
            else { return nil }
            return DiagnosisDocument.Fact(label: field.label, value: Wording.shown(value.value, field.unit))
        }
        if let maker = bank.maker?.value {
            values.append(DiagnosisDocument.Fact(label: "name", value: maker.string))
        }
        alarms = bank.alarms.map { Self.words($0.value) }
    }

    private init(_ name: String, _ pack: PackReading) {
        self.name = name
        values = Self.shownOfPacks.compactMap { field, label in
            pack[field].map {
                DiagnosisDocument.Fact(label: label, value: Wording.shown($0.value, field.unit))
            }
        }
        let cells = pack.cellMillivolts?.value.all.compactMap { $0 } ?? []
        if let highest = cells.max(), let lowest = cells.min() {
            values.append(.init(label: "cells", value: "\(cells.count)"))
            values.append(.init(label: "highest cell", value: Wording.shown(Int32(highest), .millivolts)))
            values.append(.init(label: "lowest cell", value: Wording.shown(Int32(lowest), .millivolts)))
        }
        if let identity = pack.identity?.value {
            for (label, text) in [("model", identity.model), ("firmware", identity.firmware)]
            where text.count > 0 {
                values.append(DiagnosisDocument.Fact(label: label, value: text.string))
            }
        }
        alarms = pack.alarms.map { Self.words($0.value) }
    }

    private init(_ name: String, _ shunt: ShuntReading?) {
        self.name = name
        values = [
            ("voltage", shunt?.voltageMillivolts, .millivolts),
            ("current", shunt?.currentMilliamps, .milliamps),
            ("SOC", shunt?.socPermille, Unit.permille),
        ].compactMap { label, value, unit in
            value.map { DiagnosisDocument.Fact(label: label, value: Wording.shown($0.value, unit)) }
        }
        alarms = nil
    }

    private static let shownOfPacks: [(PackField, String)] = [
        (.packVoltage, "voltage"), (.current, "current"), (.soc, "SOC"), (.soh, "SOH"),
        (.remainingCapacity, "remaining"), (.fullCapacity, "capacity"), (.cycles, "cycles"),
        (.chargeVoltageLimit, "CVL"), (.chargeCurrentLimit, "CCL"), (.dischargeCurrentLimit, "DCL"),
        (.temperature1, "temperature"), (.mosfetTemperature, "MOS temperature"),
    ]

    private static func words(_ alarms: AlarmSet) -> [String] {
        StatusDocument.Alarm.all(alarms).map { "\($0.words) (\($0.level))" }
    }
}

extension DiagnosisDocument.Address {
    init(_ track: AddressTrack) {
        address = Int(track.address)
        (questions, answers) = (track.questions, track.answers)
        (refusals, unanswered) = (track.refusals, track.unanswered)
        halfWithinMilliseconds = track.turnarounds.median.map { $0.thousandths * 1_000 }
        mostWithinMilliseconds = track.turnarounds.percentile(99).map { $0.thousandths * 1_000 }
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
    static func all(of diagnosis: CANDiagnosis) -> [DiagnosisDocument.Identifier] {
        let profile = diagnosis.bank.map { ProfileTable.profiles[$0.profile] }
        let end = diagnosis.traffic.until ?? Instant(nanoseconds: 0)
        return diagnosis.traffic.tracks.sorted { $0.container < $1.container }.map {
            DiagnosisDocument.Identifier($0, profile, end: end)
        }
    }

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
        let packs = observer.packPlots.map { plot in
            let unit = plot.field.unit
            return DiagnosisDocument.Series(
                plot.series, "\(plot.field.label) \(plot.address)", "\(unit.symbol)",
                plotNames[plot.field] ?? "Cells", places: unit.decimals)
        }
        return values + periods + packs
    }

    private static let plotNames: [BankField: String] = [
        .voltage: "Voltage", .current: "Current", .soc: "State of charge",
    ]

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
