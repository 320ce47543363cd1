public import BMSDrivers
public import BatteryModel
public import BusCodec
public import ChargeControl
import InverterProfiles
public import LinuxIO

/// Everything about a running gateway at one instant, never changed once published.
public final class Snapshot: Sendable {
    /// A pack as it is known.
    public struct Pack: Sendable {
        /// The operator's name for it.
        public let name: String
        /// Its address on its bus; `nil` where its protocol has none.
        public let address: UInt8?
        /// Everything it has reported.
        public let reading: PackReading
        /// How talking to it goes.
        public let statistics: PackStatistics
        /// Questions answered within the last minute, in thousandths; `nil` if there were too few.
        public let answeredPermille: Int32?
        /// Whether too few questions are answered.
        public let answersSeldom: Bool
        /// Whether answers take half of what is waited for, or longer.
        public let answersLate: Bool
    }

    /// A bus and how it works.
    public struct Bus: Sendable {
        /// The operator's name for it.
        public let name: String
        /// Where it leads to, in words.
        public let address: String
        /// What it is doing.
        public let state: Link.State
        /// Why it failed last, in words.
        public let lastError: String?
        /// What happened on it.
        public let counters: LinkCounters
        /// Whether the CAN controller has left the bus.
        public let isBusOff: Bool
        /// Bytes that belonged to nothing; zero for the inverter's bus.
        public let noise: NoiseCounts
        /// Answers nobody asked for; zero for the inverter's bus.
        public let unexpectedAnswers: UInt64
    }

    /// The inverter as it is heard and spoken to.
    public struct Inverter: Sendable {
        /// The operator's name for its bus.
        public let bus: String
        /// Its part of both currents, of ``wholeWeight``; 0 for who only reads and is told the whole.
        public let weight: Int32
        /// The sum of the weights of all inverters.
        public let wholeWeight: Int32
        /// The id of its protocol.
        public let profile: String
        /// The name of the dialect.
        public let dialect: String
        /// How long ago it was heard; `nil` if never.
        public let heardAgo: Interval?
        /// Signs of life in the last second.
        public let keepAlivesPerSecond: Int32
        /// Whether it counts as silent.
        public let isSilent: Bool
        /// After how much silence it counts as silent; `nil` if nobody minds.
        public let silentAfter: Interval?
        /// Alarms about the inverter and its bus; they are shown, not sent.
        public let alarms: AlarmSet
        /// Frames sent.
        public let framesSent: UInt64
        /// Frames sent in the last second.
        public let framesPerSecond: Int
        /// Frames that did not reach the bus.
        public let framesUnsent: UInt64
        /// Frames that could not be written because a value is not known.
        public let framesWithheld: UInt64
        /// Frames sent at once because a limit had fallen.
        public let framesUrgent: UInt64
        /// Frames of others that are no sign of life.
        public let framesForeign: UInt64
        /// Own frames that came back.
        public let framesEchoed: UInt64
        /// Frames of somebody else with the identifiers of the battery side.
        public let framesContradicting: UInt64
        /// How long ago such a frame was heard; `nil` if never.
        public let otherTalkerAgo: Interval?
        /// Frames that came through within the last minute, in thousandths; `nil` if there were too few.
        public let qualityPermille: Int32?
        /// Frames that did not come through within the last minute, and error frames.
        public let failuresLastMinute: UInt64
        /// How often the controller left the bus within the last minute.
        public let busOffsLastMinute: UInt32
        /// Whether no frame of a real device has proven the protocol yet.
        public let isExperimental: Bool
        /// Measured values that the protocol has no number for.
        public let capped: [Capped]
        /// Warnings and protections that stand and that the protocol cannot tell the inverter.
        public let hiddenAlarms: AlarmSet
        /// Those who call over the network; `nil` where nobody can.
        public let callers: Callers?
    }

    /// Those who call over the network and read the bank.
    public struct Callers: Sendable, Hashable {
        /// Those who are there now.
        public let now: Int
        /// Calls taken so far.
        public let came: UInt64
        /// Callers who had to make room for another.
        public let displaced: UInt64
        /// Callers who were hung up on because they asked nothing for too long.
        public let idle: UInt64
        /// Callers who were hung up on because they did not take their answers.
        public let stuck: UInt64
    }

    /// A measured value that the protocol cannot say as it is.
    public struct Capped: Sendable, Hashable {
        /// What was measured.
        public let field: BankField
        /// The value, in the unit of the field.
        public let value: Int32
        /// What the inverter is told instead.
        public let said: Int32

        /// Makes an account of a value.
        public init(field: BankField, value: Int32, said: Int32) {
            self.field = field
            self.value = value
            self.said = said
        }
    }

    /// When this was so.
    public let at: Instant
    /// When the gateway started.
    public let startedAt: Instant
    /// What the control decided; `nil` before its first cycle.
    public let verdict: BankVerdict?
    /// The packs, in the order of the configuration.
    public let packs: [Pack]
    /// The buses, in the order of the configuration.
    public let buses: [Bus]
    /// The inverters, in the order of the configuration; at least one.
    public let inverters: [Inverter]
    /// The shunt; `nil` if none is configured.
    public let shunt: Shunt?
    /// What the gateway was told before it started.
    public let configuration: GatewayConfiguration
    /// What each pack is set to that does not go with the configuration, in the order of the configuration.
    public let contradictions: [Contradictions]
    /// The setting of a BMS that was written last, or is being written; `nil` if none was.
    public let settingRecord: SettingRecord?
    /// The orders that stand.
    public let orders: [GivenOrder]
    /// The time on the wall at ``at``; `nil` if the machine does not know it.
    public let wall: WallTime?
    /// What happened.
    public let log: EventLog
    /// Number of control cycles.
    public let cycles: UInt64
    /// The longest time between the arrival of a byte and the frames that followed from it.
    public let worstLatency: Interval
    /// What has to be remembered over a restart.
    public let memory: ControlMemory?
    /// What every rule has said; `nil` before the first cycle.
    public let rules: RuleBook?
    /// Passes of the bus thread that took longer than ``GatewayCore/tick``, or began later than that after their time.
    public let overruns: UInt64
    /// The longest pass of the bus thread, its waiting left out.
    public let worstCycle: Interval

    /// Takes down how a core stands.
    ///
    /// - Parameters:
    ///   - core: The core.
    ///   - buses: How its buses work; only whoever owns them knows.
    ///   - framesPerSecond: Frames sent to each inverter in the last second.
    ///   - startedAt: When the gateway started.
    ///   - worstLatency: The longest time between the arrival of a byte and the frames that followed from it.
    ///   - overruns: Passes that took or came too long.
    ///   - worstCycle: The longest pass.
    ///   - memory: What has to be remembered over a restart.
    ///   - rules: What every rule has said.
    ///   - now: The present.
    public init(
        core: borrowing GatewayCore, buses: [Bus], framesPerSecond: [Int], startedAt: Instant,
        worstLatency: Interval,
        overruns: UInt64 = 0, worstCycle: Interval = .zero, memory: ControlMemory? = nil,
        rules: RuleBook? = nil, at now: Instant
    ) {
        self.memory = memory
        self.rules = rules
        self.at = now
        self.startedAt = startedAt
        self.buses = buses
        self.worstLatency = worstLatency
        self.overruns = overruns
        self.worstCycle = worstCycle
        verdict = core.verdict
        configuration = core.configuration
        contradictions = core.contradictions
        settingRecord = core.settingRecord
        orders = core.orders
        wall = core.image.wall
        log = core.log
        cycles = core.cycles
        packs = core.packSnapshots(at: now)
        inverters = core.inverterSnapshots(framesPerSecond, at: now)
        shunt = core.shuntSnapshot()
    }
}

extension GatewayCore {
    fileprivate func packSnapshots(at now: Instant) -> [Snapshot.Pack] {
        var found: [Snapshot.Pack] = []
        found.reserveCapacity(places.count)
        // Taken once for each line: it is large.
        var slots: InlineArray<16, PackSlot?> = InlineArray(repeating: nil)
        var held: Int?
        for (number, place) in places.enumerated() {
            guard case .slot(let line, let slot) = place else {
                if case .source(let index) = place { found.append(snapshot(ofSource: index)) }
                continue
            }
            if held != line { slots = packLines.span[line].slots }
            held = line
            guard let pack = slots.span[slot] else { continue }
            let quality = packQualities[number]
            found.append(
                Snapshot.Pack(
                    name: configuration.packs[number].name, address: pack.address, reading: pack.reading,
                    statistics: pack.statistics, answeredPermille: quality.answering.permille(at: now),
                    answersSeldom: quality.answering.isPoor, answersLate: quality.isSlow))
        }
        return found
    }

    fileprivate func inverterSnapshots(_ framesPerSecond: [Int], at now: Instant) -> [Snapshot.Inverter] {
        inverters.enumerated().map { index, port in
            snapshot(of: port, framesPerSecond.indices.contains(index) ? framesPerSecond[index] : 0, at: now)
        }
    }

    private func snapshot(
        of port: InverterPort, _ framesPerSecond: Int, at now: Instant
    ) -> Snapshot.Inverter {
        let sheet = port.configuration.profile.sheet
        let dialect = Int(port.configuration.options.dialect)
        let contact = port.contact
        let counts = contact.counts
        let minute = port.sender?.quality.lastMinute(at: now) ?? LinkQuality.Counts()
        return Snapshot.Inverter(
            bus: configuration.buses[port.configuration.bus].name, weight: port.configuration.weight,
            wholeWeight: port.whole, profile: "\(sheet.id)",
            dialect: sheet.dialects.indices.contains(dialect) ? "\(sheet.dialects[dialect])" : "",
            heardAgo: contact.watch.age(at: now),
            keepAlivesPerSecond: contact.watch.framesPerSecond(at: now), isSilent: contact.isSilent,
            silentAfter: port.configuration.expectsKeepAlive ? port.configuration.keepAliveRule.timeout : nil,
            alarms: port.alarms,
            framesSent: counts.sent, framesPerSecond: framesPerSecond,
            framesUnsent: counts.unsent, framesWithheld: counts.withheld,
            framesUrgent: counts.urgent, framesForeign: counts.foreign,
            framesEchoed: counts.echoed, framesContradicting: counts.contradicting,
            otherTalkerAgo: contact.otherTalkerAt.map { now - $0 },
            qualityPermille: port.sender?.quality.permille(at: now),
            failuresLastMinute: UInt64(minute.refused) + UInt64(minute.lost) + UInt64(minute.errorFrames),
            busOffsLastMinute: minute.busOff, isExperimental: sheet.isExperimental,
            capped: port.configuration.capped(verdict),
            hiddenAlarms: port.configuration.hiddenAlarms(verdict),
            callers: port.server.map(Snapshot.Callers.init))
    }
}

extension Snapshot.Callers {
    fileprivate init(_ server: InverterServer) {
        now = server.callers
        came = server.counts.came
        displaced = server.counts.displaced
        idle = server.counts.idle
        stuck = server.counts.stuck
    }
}

extension GatewayConfiguration.Inverter {
    /// The measured values of a verdict that the protocol has no number for, each once.
    fileprivate func capped(_ verdict: BankVerdict?) -> [Snapshot.Capped] {
        var found: [Snapshot.Capped] = []
        guard let verdict, verdict.isTransmitting else { return found }
        profile.visitCapped(bank: verdict.bank, options: options) { row, value, said in
            guard case .number(let field) = row.meaning else { return }
            let sign: Int32 = field == .current && options.invertsCurrent ? -1 : 1
            let capped = Snapshot.Capped(field: field, value: sign &* value, said: sign &* said)
            if !found.contains(capped) { found.append(capped) }
        }
        return found
    }

    /// The warnings and protections of a verdict that the protocol has no bit for.
    fileprivate func hiddenAlarms(_ verdict: BankVerdict?) -> AlarmSet {
        guard let verdict, verdict.isTransmitting else { return AlarmSet() }
        var hidden = profile.invisible(of: verdict.alarms, dialect: options.dialect)
        hidden.infos = AlarmMask()
        return hidden
    }
}
