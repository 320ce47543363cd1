import BMSDrivers
public import BatteryModel
public import BusCodec
public import ChargeControl
import InverterProfiles
import LinuxIO

/// What a gateway core can make happen.
public protocol GatewayOutput {
    /// Sends bytes on a line of packs, or to a shunt.
    ///
    /// - Returns: When the last of them will have left the wire; `nil` if the bus does not work.
    mutating func send(_ bytes: Span<UInt8>, bus: Int) -> Instant?

    /// Sends a frame to an inverter, to a pack, or to a battery that speaks to inverters; returns `false` if the bus does not work.
    mutating func send(_ frame: CANFrame, bus: Int) -> Bool

    /// Sends an answer to an inverter.
    ///
    /// - Returns: When the last of its bytes will have left the wire; `nil` if the bus does not work.
    mutating func send(answer bytes: Span<UInt8>, bus: Int) -> Instant?

    /// Sends an answer to a caller on a bus that takes calls; returns `false` if he did not take the whole of it.
    mutating func send(answer bytes: Span<UInt8>, bus: Int, caller: Int) -> Bool

    /// Hangs up on a caller.
    mutating func hangUp(bus: Int, caller: Int)
}

/// The gateway without clock, thread or descriptor: bytes and frames in, bytes and frames out.
///
/// The same bytes at the same instants give the same frames. ``Gateway`` gives it a real clock and real buses.
public struct GatewayCore: Sendable {
    /// How often the control runs when nothing arrives.
    public static let tick = Interval.milliseconds(100)

    /// Whoever stops the gateway waits no longer than this for its last word, however long the period is.
    public static let longestFarewell = Interval.seconds(2)

    let configuration: GatewayConfiguration
    /// What each bus is for.
    var uses: [BusUse]
    /// The lines of packs, each with the bus it is on.
    var lines: [Line] = []
    /// The packs of each of ``lines``, apart from them and looked at by their span: to look at a line is to copy it,
    /// and sixteen packs are large.
    var packLines: [PackLine] = []
    /// Where each pack of the configuration is found.
    private(set) var places: [Place] = []
    /// Batteries that are heard as their inverter would hear them.
    var sources: [Source] = []
    /// The shunt; `nil` if there is none.
    var shunt: Shunt?
    private(set) var verdict: BankVerdict?
    var inverters: [InverterPort]
    /// How well each pack answers, in the order of the configuration.
    var packQualities: [PackQuality]
    var nextJudgement: Instant
    /// What happened.
    var log = EventLog()
    /// Number of control cycles so far.
    private(set) var cycles: UInt64 = 0

    var controller: ChargeController
    var image = BankImage()
    /// Who gave each order that stands.
    var givers: [OperatorOrder.Kind: String] = [:]
    /// What each pack is set to that does not go with the configuration.
    var contradictions: [Contradictions] = []
    var nextComparison: Instant
    /// The setting that was written last, or is being written.
    var settingRecord: SettingRecord?
    private var nextTick: Instant
    /// When the sender has something to say at the latest.
    private var nextSending: Instant
    var hasNews = true
    private var stopAt: Instant?
    /// Whether what was remembered is lost and nobody has acknowledged it yet.
    var isMemoryDamaged = false

    /// Where a pack is found.
    enum Place: Sendable {
        /// On a line, as an index into ``GatewayCore/lines``, and there in a slot.
        case slot(line: Int, slot: Int)
        /// As an index into ``GatewayCore/sources``.
        case source(Int)
    }

    /// A core that has heard nothing.
    public init(_ configuration: GatewayConfiguration, at now: Instant) {
        self.configuration = configuration
        controller = ChargeController(configuration.boundedControl)
        uses = BusUse.table(of: configuration)
        inverters = configuration.inverters.enumerated().map {
            InverterPort(
                $1, number: $0, whole: configuration.wholeWeight,
                takesCalls: configuration.buses[$1.bus].address.takesCalls, at: now)
        }
        shunt = Self.shunt(configuration, at: now)
        packQualities = configuration.packs.map { _ in PackQuality() }
        nextTick = now
        nextSending = now
        nextComparison = now
        nextJudgement = now
        contradictions = configuration.packs.map { _ in Contradictions() }
        for (number, pack) in configuration.packs.enumerated() {
            controller.add(pack.settings)
            switch pack.reader {
            case .driver(let driver, let address, let mode):
                addPack(number, bus: pack.bus, driver, address, mode, at: now)
            case .source(let profile, let options):
                places.append(.source(sources.count))
                uses[pack.bus].source = sources.count
                let line = SourceLine(profile, options, at: now)
                sources.append(Source(bus: pack.bus, number: number, line: line))
            }
        }
        log.add(.started, at: now)
        remember(configuration.remembered, at: now)
    }

    private mutating func addPack(
        _ number: Int, bus: Int, _ driver: BMSDriver, _ address: UInt8, _ mode: ReadMode, at now: Instant
    ) {
        let line = lineIndex(of: bus, driver, at: now)
        guard
            packLines[line].add(
                address: address, driver: driver, mode: mode, interval: configuration.pollInterval, at: now)
                != nil
        else { preconditionFailure("two packs with one address on a bus, or more than sixteen") }
        places.append(.slot(line: line, slot: lines[line].numbers.count))
        lines[line].numbers.append(number)
    }

    private mutating func remember(_ remembered: Remembered, at now: Instant) {
        for note in remembered.notes { log.add(.remembered(note), at: now) }
        isMemoryDamaged = remembered.isDamaged
        image.wall = remembered.wall
        guard let memory = remembered.memory else { return }
        controller.restore(memory, at: now, wall: remembered.wall)
        for words in remembered.words where controller.orders[words.kind] != nil {
            var note = ASCIIText()
            for byte in words.note.utf8 where (0x20...0x7E).contains(byte) { note.append(byte) }
            controller.annotate(words.kind, note)
            givers[words.kind] = words.by
        }
    }

    /// What has to be remembered over a restart.
    public mutating func memory(at now: Instant) -> ControlMemory {
        controller.memory(at: now, wall: image.wall)
    }

    /// Takes bytes from a bus of packs, or from that of the shunt.
    public mutating func received(_ bytes: Span<UInt8>, bus: Int, at now: Instant) {
        if uses[bus].isForShunt { return receivedFromShunt(bytes, at: now) }
        if let source = uses[bus].source {
            takeReading(of: source, isNews: sources[source].line.received(bytes, at: now))
        }
        for index in uses[bus].inverters {
            inverters[index].received(bytes, at: now, log: &log)
            noteOther(inverters[index].contact.otherTalkerAt)
            nextSending = now
        }
        guard let line = uses[bus].line else { return }
        if takeReadings(of: line, from: bytes, at: now) { hasNews = true }
    }

    /// Takes a frame from the bus of an inverter, of packs, or of a battery that speaks to inverters.
    public mutating func received(_ frame: CANFrame, bus: Int, at now: Instant) {
        if let line = uses[bus].line { receivedFromPacks(frame, line, at: now) }
        if let source = uses[bus].source {
            takeReading(of: source, isNews: sources[source].line.received(frame, at: now))
        }
        for index in uses[bus].inverters {
            inverters[index].received(frame, at: now, log: &log)
            noteOther(inverters[index].contact.otherTalkerAt)
        }
    }

    /// Takes bytes of somebody who has called on a bus.
    public mutating func received(_ bytes: Span<UInt8>, bus: Int, caller: Int, at now: Instant) {
        for index in uses[bus].inverters {
            inverters[index].received(bytes, caller: caller, at: now)
            nextSending = now
        }
    }

    /// Notes that somebody has called on a bus, or has gone; the number is his as long as he is there.
    public mutating func caller(_ caller: Int, bus: Int, isThere: Bool, at now: Instant) {
        for index in uses[bus].inverters {
            inverters[index].caller(caller, isThere: isThere, at: now)
            nextSending = now
        }
    }

    private mutating func noteOther(_ heardAt: Instant?) {
        guard let other = heardAt, image.otherTalkerAt.map({ other > $0 }) ?? true else { return }
        // The first word of a second battery acts at once; those that follow wait for their turn.
        if image.otherTalkerAt.map({ other - $0 > Self.tick }) ?? true { hasNews = true }
        image.otherTalkerAt = other
    }

    /// Notes that a bus has come up or gone down.
    public mutating func bus(_ bus: Int, isUp: Bool, reason: String = "", at now: Instant) {
        log.add(isUp ? .busUp(bus) : .busDown(bus, reason), at: now)
        if let line = uses[bus].line {
            lines[line].isUp = isUp
            if isUp { packLines[line].reset(at: now) }
        }
        if uses[bus].isForShunt { shuntBus(isUp: isUp) }
        sourceBus(bus, isUp: isUp)
        for index in uses[bus].inverters {
            inverters[index].busChanged(isUp: isUp, at: now)
            nextSending = now
        }
    }

    /// Notes that the controller of a CAN bus has left it or has come back; until then nothing said on it is heard.
    public mutating func bus(_ bus: Int, isOff: Bool, at now: Instant) {
        log.add(isOff ? .busOff(bus) : .busOn(bus), at: now)
        for index in uses[bus].inverters {
            if isOff { inverters[index].busOff(at: now) }
            inverters[index].busChanged(isUp: inverters[index].contact.isUp, at: now)
        }
    }

    /// Begins to stop: zero limits for one period, then silence.
    public mutating func stop(at now: Instant) {
        guard stopAt == nil else { return }
        log.add(.stopping, at: now)
        // Whoever only reads is not waited for.
        let longest = inverters.reduce(Interval.zero) {
            $1.configuration.weight > 0 ? max($0, $1.farewell) : $0
        }
        let farewell = min(longest, Self.longestFarewell)
        stopAt = verdict?.isTransmitting == true ? now + farewell : now
        hasNews = true
    }

    /// Whether the core has been told to stop.
    var isStopping: Bool { stopAt != nil }

    /// Whether the core has been stopped and has said all it had to say.
    public func isFinished(at now: Instant) -> Bool { stopAt.map { now >= $0 } ?? false }

    /// Does what is due: asks packs, runs the control, sends frames.
    ///
    /// - Parameters:
    ///   - now: Never earlier than in any call before.
    ///   - output: Where bytes and frames go.
    /// - Returns: When to come back at the latest; earlier when something has arrived.
    public mutating func step(at now: Instant, _ output: inout some GatewayOutput) -> Instant {
        var next = min(stepShunt(at: now, &output), stepSources(at: now, &output))
        for index in lines.indices where lines[index].isUp {
            next = min(next, stepLine(index, at: now, &output))
        }
        if hasNews || now >= nextTick {
            cycle(at: now)
            nextSending = now
        }
        if now >= nextSending, let verdict {
            nextSending = Instant(nanoseconds: .max)
            for index in inverters.indices {
                let due = inverters[index].step(verdict, at: now, &output, log: &log)
                nextSending = min(nextSending, due ?? nextSending)
            }
        }
        return min(next, min(nextTick, nextSending))
    }

    private mutating func cycle(at now: Instant) {
        for index in lines.indices {
            let cycle = packLines.span[index].cycle
            guard cycle != lines[index].cycle else { continue }
            lines[index].cycle = cycle
            for number in lines[index].numbers { image.packs[number].cycle = cycle }
        }
        noteCycles()
        judgePacks(at: now)
        let orders = controller.orders
        var decided = controller.step(looking: &image, at: now)
        noteExpired(since: orders, at: now)
        if stopAt != nil { decided.stop() }
        if isMemoryDamaged { decided.alarms.raise(.memoryDamaged, .warning) }
        log.addChanges(from: verdict, to: decided, packs: configuration.packs.count)
        verdict = decided
        compareSettings(at: now)
        hasNews = false
        cycles += 1
        nextTick = now + Self.tick
    }
}
