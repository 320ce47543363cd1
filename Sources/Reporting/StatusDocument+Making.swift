import BMSDrivers
public import BatteryModel
import BusCodec
import ChargeControl
import FoundationEssentials
public import Gateway
import LinuxIO

extension StatusDocument {
    /// Describes a snapshot.
    ///
    /// - Parameters:
    ///   - snapshot: What the gateway published.
    ///   - version: The version of the program.
    ///   - findings: What the diagnosis of the links finds wrong.
    ///   - kept: What is in files of what was on the links.
    ///   - stalledSince: The end of the last complete cycle, if the bus thread hangs.
    ///   - now: The present; ages count from here, so that a gateway that hangs is seen to.
    public init(
        _ snapshot: Snapshot, version: String, findings: [LinkFinding] = [], kept: Kept? = nil,
        stalledSince: Instant? = nil, at now: Instant
    ) {
        let wording = Wording(snapshot)
        self.version = version
        uptimeSeconds = (now - snapshot.startedAt).tenths
        cycles = snapshot.cycles
        worstLatencyMilliseconds = Double(snapshot.worstLatency.microseconds) / 1_000
        worstCycleMilliseconds = Double(snapshot.worstCycle.microseconds) / 1_000
        overruns = snapshot.overruns
        stalledSeconds = stalledSince.map { (now - $0).tenths }
        bank = Bank(snapshot.verdict, wording, at: now)
        for (index, inverter) in snapshot.inverters.enumerated() {
            bank.alarms += StatusDocument.Alarm.all(inverter.alarms) { wording.alarm($0, inverter: index) }
        }
        packs = snapshot.packs.enumerated().map { index, pack in
            Pack(pack, snapshot.verdict?[index], snapshot.contradictions[index], index, wording, at: now)
        }
        inverters = snapshot.inverters.map { Inverter($0, snapshot.verdict) }
        shunt = snapshot.shunt.map { Shunt($0, at: now) }
        links = snapshot.buses.map(Link.init)
        self.findings = findings
        recording = kept?.recording
        blackBox = kept?.blackBox
        orders = snapshot.orders.map { Order($0, wording, at: now) }
        events = snapshot.log.events.suffix(50).map {
            Event(secondsAgo: (now - $0.at).tenths, text: wording.event($0))
        }
    }

    /// The document as JSON.
    ///
    /// - Parameter isPretty: Whether it is laid out for people.
    /// - Returns: UTF-8 text without a line break at the end.
    /// - Throws: `EncodingError` if a number is not finite.
    public func json(isPretty: Bool = false) throws -> [UInt8] {
        let encoder = JSONEncoder()
        encoder.outputFormatting = isPretty ? [.sortedKeys, .prettyPrinted] : [.sortedKeys]
        return try [UInt8](encoder.encode(self))
    }

    /// Reads the document back.
    public init(json: [UInt8]) throws {
        self = try JSONDecoder().decode(StatusDocument.self, from: Data(json))
    }
}

extension Interval {
    /// Seconds with one place, as a document shows ages.
    var tenths: Double { Double(max(milliseconds, 0) / 100) / 10 }
}

extension StatusDocument.Limit {
    init(_ limit: Limit, _ unit: Unit, of direction: Direction? = nil, _ wording: Wording, at now: Instant) {
        value = Double(limit.value) / 1_000
        self.unit = "\(unit.symbol)"
        rule = "\(limit.winner.rule)"
        reason = wording.reason(limit.winner, of: direction)
        risesWhen = wording.rise(limit.winner, at: now)
        runnerUp = limit.runnerUp.map {
            "\(wording.reason($0, of: direction)): \(Wording.short($0.limit, unit))"
        }
    }
}

extension StatusDocument.Alarm {
    static func all(
        _ alarms: AlarmSet, words: (AlarmKind) -> String = { Wording.alarm($0) }
    ) -> [StatusDocument.Alarm] {
        [AlarmLevel.protection, .warning, .info].flatMap { level in
            Wording.kinds(alarms[level]).map {
                StatusDocument.Alarm(
                    name: Wording.alarmName($0), level: Wording.level(level), words: words($0))
            }
        }
    }
}

extension StatusDocument.Value {
    init(_ reading: Reading<Int32>, _ unit: Unit, at now: Instant) {
        value = unit.shown(reading.value)
        self.unit = unit.symbolText
        ageSeconds = reading.age(at: now).tenths
    }
}

extension StatusDocument.Bank {
    init(_ verdict: BankVerdict?, _ wording: Wording, at now: Instant) {
        state = verdict.map { Wording.state($0.state) } ?? "starting"
        isTransmitting = verdict?.isTransmitting ?? false
        cvl = verdict.map { .init($0.chargeVoltage, .millivolts, wording, at: now) }
        ccl = verdict.map { .init($0.charge, .milliamps, of: .charge, wording, at: now) }
        dcl = verdict.map { .init($0.discharge, .milliamps, of: .discharge, wording, at: now) }
        dvl = verdict.map { .init($0.dischargeVoltage, .millivolts, wording, at: now) }
        alarms =
            verdict.map { verdict in
                StatusDocument.Alarm.all(verdict.alarms) {
                    wording.alarm($0, inverter: $0 == .secondBattery ? wording.overspoken : nil)
                }
            } ?? []
        stage = verdict.map { .init($0.stage) }
        soc = verdict.map { .init($0.soc) }
        values = [:]
        for raw in 0..<UInt8(BankField.count) {
            guard let field = BankField(rawValue: raw), let reading = verdict?.bank[field] else { continue }
            values["\(field.name)"] = .init(reading, field.unit, at: now)
        }
    }
}

extension StatusDocument.Pack {
    init(
        _ pack: Snapshot.Pack, _ verdict: BankVerdict.Pack?, _ found: Contradictions, _ index: Int,
        _ wording: Wording, at now: Instant
    ) {
        contradictions = SettingsDocument.Finding.all(found, index, wording)
        name = pack.name
        address = pack.address.map(Int.init)
        freshness = Wording.freshness(verdict?.freshness ?? .unheard)
        ageSeconds = verdict?.age.map(\.tenths)
        ccl = verdict?.charge.map { .init($0, .milliamps, wording, at: now) }
        dcl = verdict?.discharge.map { .init($0, .milliamps, wording, at: now) }
        chargeSharePercent = Double(verdict?.chargeSharePermille ?? 0) / 10
        dischargeSharePercent = Double(verdict?.dischargeSharePermille ?? 0) / 10
        isDoubted = verdict?.isDoubted ?? false
        alarms = verdict.map { StatusDocument.Alarm.all($0.alarms) } ?? []
        statistics = StatusDocument.Statistics(pack)
        identity = [:]
        if let known = pack.reading.identity?.value {
            let fields: [(String, ASCIIText)] = [
                ("model", known.model), ("hardware", known.hardware), ("firmware", known.firmware),
                ("serial", known.serial), ("name", known.name), ("manufactured", known.manufactured),
            ]
            for (name, text) in fields where text.count > 0 { identity[name] = text.text }
        }
        values = [:]
        for raw in 0..<UInt8(PackField.count) {
            guard let field = PackField(rawValue: raw), let reading = pack.reading[field] else { continue }
            values["\(field.name)"] = .init(reading, field.unit, at: now)
        }
        cellVolts = pack.reading.cellMillivolts?.value.all.map { $0.map { Double($0) / 1_000 } } ?? []
        wireMilliohms = pack.reading.wireMilliohms?.value.all.map { $0.map(Int.init) } ?? []
    }
}

extension StatusDocument.Statistics {
    init(_ pack: Snapshot.Pack) {
        let statistics = pack.statistics
        answers = statistics.answers
        timeouts = statistics.timeouts
        refusals = statistics.refusals
        rejectedAnswers = statistics.rejectedAnswers
        wrongAddresses = statistics.wrongAddresses
        turnaroundMilliseconds = statistics.turnaround.map(Self.milliseconds)
        turnaroundP50Milliseconds = statistics.turnarounds.within(permille: 500).map(Self.milliseconds)
        turnaroundP99Milliseconds = statistics.turnarounds.within(permille: 990).map(Self.milliseconds)
        cycleMilliseconds = statistics.cycle.map { Double($0.milliseconds) }
        lastFault = statistics.lastFault.map { Wording.fault($0.value) }
        answeredLastMinutePercent = pack.answeredPermille.map { Double($0) / 10 }
        answersSeldom = pack.answersSeldom
        answersLate = pack.answersLate
    }

    private static func milliseconds(_ interval: Interval) -> Double {
        Double(interval.microseconds / 100) / 10
    }
}

extension StatusDocument.Inverter {
    init(_ inverter: Snapshot.Inverter, _ verdict: BankVerdict?) {
        link = inverter.bus
        readsOnly = inverter.weight == 0
        toldCCL = verdict.map { inverter.part(of: $0.charge.value) }
        toldDCL = verdict.map { inverter.part(of: $0.discharge.value) }
        profile = inverter.profile
        dialect = inverter.dialect
        heardSecondsAgo = inverter.heardAgo.map(\.tenths)
        isSilent = inverter.isSilent
        silentAfterSeconds = inverter.silentAfter.map(\.tenths)
        keepAlivesPerSecond = Int(inverter.keepAlivesPerSecond)
        framesPerSecond = inverter.framesPerSecond
        framesSent = inverter.framesSent
        framesUnsent = inverter.framesUnsent
        framesWithheld = inverter.framesWithheld
        framesUrgent = inverter.framesUrgent
        framesForeign = inverter.framesForeign
        framesEchoed = inverter.framesEchoed
        framesContradicting = inverter.framesContradicting
        otherTalkerSecondsAgo = inverter.otherTalkerAgo.map(\.tenths)
        qualityPercent = inverter.qualityPermille.map { Double($0) / 10 }
        failuresLastMinute = inverter.failuresLastMinute
        busOffsLastMinute = Int(inverter.busOffsLastMinute)
        isExperimental = inverter.isExperimental
        capped = inverter.capped.map(StatusDocument.Capped.init)
        hiddenAlarms = StatusDocument.Alarm.all(inverter.hiddenAlarms)
        callers = inverter.callers.map {
            StatusDocument.Callers(
                now: $0.now, came: $0.came, displaced: $0.displaced, idle: $0.idle, stuck: $0.stuck)
        }
    }
}

extension Snapshot.Inverter {
    /// Its part of a current of the bank, in amperes.
    fileprivate func part(of milliamps: Int32) -> Double {
        guard weight > 0 else { return Double(milliamps) / 1_000 }
        return Double(Int64(milliamps) * Int64(weight) / Int64(max(wholeWeight, 1))) / 1_000
    }
}

extension StatusDocument.Capped {
    init(_ capped: Snapshot.Capped) {
        let unit = capped.field.unit
        name = "\(capped.field.name)"
        value = unit.shown(capped.value)
        said = unit.shown(capped.said)
        self.unit = unit.symbolText
        words = Wording.capped(capped)
    }
}

extension Unit {
    /// An integer of the model as a number in this unit.
    fileprivate func shown(_ value: Int32) -> Double {
        var divisor = 1.0
        for _ in 0..<decimals { divisor *= 10 }
        return (self == .bits ? Double(UInt32(bitPattern: value)) : Double(value)) / divisor
    }

    /// The symbol; `nil` for plain numbers.
    fileprivate var symbolText: String? { "\(symbol)".isEmpty ? nil : "\(symbol)" }
}

extension StatusDocument.Link {
    init(_ bus: Snapshot.Bus) {
        name = bus.name
        address = bus.address
        switch bus.state {
        case .closed: state = "closed"
        case .opening: state = "opening"
        case .open: state = "open"
        case .waiting: state = "waiting"
        }
        lastError = bus.lastError
        isBusOff = bus.isBusOff
        let named: [(String, UInt64)] = [
            ("bytes_in", bus.counters.bytesIn), ("bytes_out", bus.counters.bytesOut),
            ("frames_in", bus.counters.framesIn), ("frames_out", bus.counters.framesOut),
            ("delayed", bus.counters.delayed), ("dropped", bus.counters.dropped),
            ("errors", bus.counters.errors), ("error_frames", bus.counters.errorFrames),
            ("bus_off", bus.counters.busOff), ("reopened", bus.counters.reopened),
            ("refused", bus.counters.refused), ("malformed", bus.counters.malformed),
            ("noise_no_start", bus.noise[.noStart]), ("noise_checksum", bus.noise[.checksum]),
            ("noise_truncated", bus.noise[.truncated]), ("noise_overflow", bus.noise[.overflow]),
            ("unexpected_answers", bus.unexpectedAnswers),
        ]
        counters = Dictionary(uniqueKeysWithValues: named.filter { $0.1 > 0 })
    }
}

extension ASCIIText {
    /// The characters as a string.
    var text: String { String(decoding: (0..<count).map { self[$0] }, as: UTF8.self) }
}

extension CellValues {
    /// The values in order, up to the last cell that is present.
    var all: [UInt16?] {
        let last = (0..<Self.maximum).last { self[$0] != nil }
        return last.map { (0...$0).map { self[$0] } } ?? []
    }
}
