import BMSDrivers
import BatteryModel
import BusCodec
import LinuxIO

/// The one thread that owns every bus: waits, reads, lets the core work, writes, publishes.
///
/// It never leaves its thread, and nobody copies it: the core is large.
struct BusThread: ~Copyable {
    private let configuration: GatewayConfiguration
    private let publish: (Snapshot) -> Void
    private let loop: EventLoop
    private var links: Links
    private let commands: CommandQueue
    private let news: EdgeNews
    private var nextWall: Instant
    private var core: GatewayCore
    private var recorder: CoreRecorder
    private var wasOpen: [Bool]
    private var wasOff: [Bool]
    private var sentBefore: (counts: [UInt64], at: Instant)
    private var framesPerSecond: [Int]
    private let inverterBuses: [Int]
    private var nextPublish: Instant
    private let startedAt: Instant
    private let heartbeat: Heartbeat
    private let stallGuard: StallGuard
    private var worstLatency = Interval.zero
    private var worstCycle = Interval.zero
    private var overruns: UInt64 = 0

    /// How often what happens is published, with the first pass after it: one comes within a tick.
    private static let publishInterval = Interval.milliseconds(250)

    init(
        _ configuration: GatewayConfiguration, on loop: EventLoop, commands: CommandQueue, news: EdgeNews,
        heartbeat: Heartbeat, stallGuard: StallGuard, _ beforeFrame: (() -> Void)?,
        publish: @escaping (Snapshot) -> Void
    ) throws(SystemError) {
        let now = MonotonicClock.now()
        self.configuration = configuration
        self.publish = publish
        self.loop = loop
        self.commands = commands
        self.news = news
        self.heartbeat = heartbeat
        self.stallGuard = stallGuard
        nextWall = now
        links = try Links(configuration, on: loop, beforeFrame)
        core = GatewayCore(configuration, at: now)
        recorder = CoreRecorder(configuration.tape, configuration, at: now)
        wasOpen = Array(repeating: false, count: configuration.buses.count)
        wasOff = wasOpen
        sentBefore = (configuration.inverters.map { _ in 0 }, now)
        framesPerSecond = configuration.inverters.map { _ in 0 }
        inverterBuses = Set(configuration.inverters.map(\.bus)).sorted()
        nextPublish = now
        startedAt = now
    }

    /// Works until `shouldStop` and the core has said its last word.
    ///
    /// - Throws: `SystemError` if the loop itself fails; a bus that fails is opened again and is no reason to end.
    mutating func run(until shouldStop: () -> Bool) throws(SystemError) {
        let start = MonotonicClock.now()
        try stallGuard.start(cutting: links.inverterCutters)
        for link in links.all { link.open(at: start) }
        var deadline = start
        while true {
            let events = try loop.wait(until: deadline)
            let now = MonotonicClock.now()
            let cyclesBefore = core.cycles
            links.output.decidedAt = now
            if shouldStop() { stop(at: now) }
            let hadInput = receive(events, at: now)
            noteStall()
            for kind in news.take() { core.log.add(kind, at: now) }
            noteLinks(at: now)
            noteWall(at: now)
            let answers = carryOut(at: now)
            let due = deadline
            recorder.step(at: now)
            deadline = core.step(at: now, &links.output)
            for link in links.all { deadline = min(deadline, link.nextDeadline ?? deadline) }
            if hadInput { worstLatency = max(worstLatency, MonotonicClock.now() - now) }
            if now >= nextPublish || !answers.isEmpty { snapshot(at: now) }
            // Whoever looks after the answer sees what he has brought about.
            for (ticket, outcome) in answers { ticket.answer(outcome) }
            notePass(due: due, from: now, to: MonotonicClock.now(), hadCycle: core.cycles != cyclesBefore)
            if core.isFinished(at: now) { break }
        }
        let end = MonotonicClock.now()
        for link in links.all { link.close(at: end) }
        snapshot(at: end)
    }

    private mutating func stop(at now: Instant) {
        if !core.isStopping { recorder.note(.stop, at: now) }
        core.stop(at: now)
    }

    /// Measures a pass, and gives the sign of life if it was a whole cycle.
    private mutating func notePass(due: Instant, from start: Instant, to end: Instant, hadCycle: Bool) {
        worstCycle = max(worstCycle, end - start)
        if end - start > GatewayCore.tick || start - due > GatewayCore.tick { overruns += 1 }
        if hadCycle { heartbeat.beat(at: end) }
    }

    /// Takes down that this thread had stalled and that its link to the inverter was closed for it.
    private mutating func noteStall() {
        guard let since = stallGuard.takeStall() else { return }
        let now = MonotonicClock.now()
        core.log.add(.stalled(now - since), at: now)
    }

    private mutating func receive(_ events: EventLoop.Events, at now: Instant) -> Bool {
        var hadInput = false
        var called: Set<Int> = []
        for event in events where event.isReadable && links.all.indices.contains(event.token) {
            let link = links.all[event.token]
            hadInput = true
            if link.address.takesCalls {
                // Every caller has an event of his own, and all of them have their turn with the first.
                if called.insert(event.token).inserted { receiveCalls(link, at: now) }
            } else if link.address.carriesFrames {
                link.receiveFrames(at: now) { frame in
                    recorder.received(frame, bus: event.token, at: now)
                    core.received(frame, bus: event.token, at: now)
                }
            } else {
                link.receiveBytes(at: now) { bytes in
                    recorder.received(bytes, bus: event.token, at: now)
                    core.received(bytes, bus: event.token, at: now)
                }
            }
        }
        return hadInput
    }

    private mutating func receiveCalls(_ link: Link, at now: Instant) {
        let bus = link.token
        link.receiveCalls(at: now) { seat, bytes in
            recorder.received(bytes, bus: bus, caller: seat, at: now)
            core.received(bytes, bus: bus, caller: seat, at: now)
        } changed: { seat, isThere in
            recorder.note(isThere ? .called : .gone, bus: bus, caller: seat, at: now)
            core.caller(seat, bus: bus, isThere: isThere, at: now)
        }
    }

    private mutating func carryOut(at now: Instant) -> [(CommandQueue.Ticket, CommandOutcome)] {
        commands.take().map { ticket in
            recorder.note(.ordered("\(ticket.command.actions.count) by \(ticket.command.by)"), at: now)
            return (ticket, core.carryOut(ticket.command, at: now))
        }
    }

    private mutating func noteWall(at now: Instant) {
        guard now >= nextWall else { return }
        nextWall = now + .seconds(1)
        let wall = WallClock.now()
        recorder.note(.wall(wall), at: now)
        core.setWall(wall)
    }

    /// Tells the core which buses came up or went down.
    private mutating func noteLinks(at now: Instant) {
        for (index, link) in links.all.enumerated() {
            link.tick(at: now)
            let isOpen = if case .open = link.state { true } else { false }
            if isOpen != wasOpen[index] {
                let reason = link.lastError?.description ?? ""
                recorder.note(isOpen ? .up : .down(reason), bus: index, at: now)
                core.bus(index, isUp: isOpen, reason: reason, at: now)
            } else if isOpen, link.isBusOff != wasOff[index] {
                recorder.note(link.isBusOff ? .off : .on, bus: index, at: now)
                core.bus(index, isOff: link.isBusOff, at: now)
            }
            wasOpen[index] = isOpen
            wasOff[index] = link.isBusOff
        }
        for bus in inverterBuses {
            let counters = links.all[bus].counters
            let lost = counters.dropped + counters.refused
            recorder.lost(lost, bus: bus, at: now)
            core.inverterLinkLost(lost, bus: bus, at: now)
        }
    }

    private mutating func snapshot(at now: Instant) {
        nextPublish = max(nextPublish + Self.publishInterval, now)
        if now - sentBefore.at >= .seconds(1) {
            let milliseconds = (now - sentBefore.at).milliseconds
            let sent = core.inverters.map(\.contact.counts.sent)
            framesPerSecond = zip(sent, sentBefore.counts).map { Int(Int64($0 - $1) * 1_000 / milliseconds) }
            sentBefore = (sent, now)
        }
        let memory = core.memory(at: now)
        let rules = core.rules()
        let buses = links.all.indices.map { busSnapshot($0) }
        publish(
            Snapshot(
                core: core, buses: buses, framesPerSecond: framesPerSecond,
                startedAt: startedAt, worstLatency: worstLatency, overruns: overruns, worstCycle: worstCycle,
                memory: memory, rules: rules, at: now))
    }

    private mutating func busSnapshot(_ index: Int) -> Snapshot.Bus {
        let link = links.all[index]
        let strays = core.strays(onBus: index)
        return Snapshot.Bus(
            name: configuration.buses[index].name, address: link.address.description, state: link.state,
            lastError: link.lastError?.description, counters: link.counters, isBusOff: link.isBusOff,
            noise: strays.noise, unexpectedAnswers: strays.answers)
    }
}
