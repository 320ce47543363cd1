import BatteryModel
import BusCodec
import InverterProfiles
import LinuxIO

/// The thread of a simulation: lets the core hear and speak on its links until it is told to stop.
final class SimulationLoop {
    private var core: SimulationCore
    private let mailbox: SimulationMailbox
    private let loop: EventLoop
    private let line: Outlet?
    private let bus: Outlet?
    private var adapter: SLCANAdapter?
    /// Whether inverter and battery speak on a serial line.
    private let isSerial: Bool
    private var nextStep: Instant

    private static let lineToken = 0
    private static let busToken = 1

    init(
        _ core: SimulationCore, line: OpenPort?, bus: OpenPort?, _ mailbox: SimulationMailbox
    ) throws(SystemError) {
        let loop = try EventLoop()
        self.core = core
        self.loop = loop
        self.mailbox = mailbox
        self.line = try line.map { port throws(SystemError) in
            try Outlet(port, on: loop, token: Self.lineToken)
        }
        self.bus = try bus.map { port throws(SystemError) in
            try Outlet(port, on: loop, token: Self.busToken)
        }
        let profile = core.inverter?.profile ?? core.battery?.profile
        isSerial = profile?.serial != nil
        if let outlet = self.bus, !outlet.carriesFrames, let profile {
            if case .can(bitrateKilobits: let rate) = profile.sheet.link {
                adapter = SLCANAdapter(busKilobits: rate)
            }
        }
        nextStep = MonotonicClock.now()
        mailbox.listen(with: loop.waker)
    }

    func run() throws(SystemError) {
        let start = MonotonicClock.now()
        line?.open(at: start)
        bus?.open(at: start)
        while !core.isStopped, !mailbox.mustStop {
            let now = MonotonicClock.now()
            for command in mailbox.takeCommands() { core.apply(command, at: now) }
            speak(at: now)
            for event in try loop.wait(until: deadline) where event.isReadable {
                hear(event.token, at: MonotonicClock.now())
            }
            let later = MonotonicClock.now()
            line?.tick(at: later)
            bus?.tick(at: later)
        }
        let end = MonotonicClock.now()
        line?.close(at: end)
        bus?.close(at: end)
        publish(at: end)
        mailbox.end(nil)
    }

    private var deadline: Instant {
        var deadline = nextStep
        let dues = [
            core.line?.nextDue, isOnBus ? core.nextDue : nil, line?.link?.nextDeadline,
            bus?.link?.nextDeadline,
        ]
        for due in dues { if let due { deadline = min(deadline, due) } }
        return deadline
    }

    private var isOnBus: Bool { (bus?.isOpen ?? false) && (adapter?.isOnBus ?? true) }

    private func speak(at now: Instant) {
        if now >= nextStep {
            core.advance(to: now)
            nextStep = max(nextStep + SimulationCore.step, now)
            publish(at: now)
        }
        while let piece = core.line?.next(at: now) { line?.link?.send(piece.span, at: now) }
        while isOnBus, let bytes = core.nextBytes(at: now) { bus?.link?.send(bytes.span, at: now) }
        while isOnBus, let frame = core.nextFrame(at: now) {
            if adapter == nil {
                bus?.link?.send(frame, at: now)
            } else if let line = adapter?.heard(frame) {
                bus?.link?.send(line.span, at: now)
            }
        }
    }

    private func hear(_ token: Int, at now: Instant) {
        if token >= Outlet.callerToken {
            (token == Self.lineToken + Outlet.callerToken ? line : bus)?.answerCall(at: now)
        } else if token == Self.lineToken {
            line?.link?.receiveBytes(at: now) { core.receivedOnLine($0, at: now) }
        } else if isSerial {
            bus?.link?.receiveBytes(at: now) { core.received($0, at: now) }
        } else if adapter == nil {
            bus?.link?.receiveFrames(at: now) { core.received($0, at: now) }
        } else {
            bus?.link?.receiveBytes(at: now) { bytes in hearHost(bytes, at: now) }
        }
    }

    private func hearHost(_ bytes: Span<UInt8>, at now: Instant) {
        var replies: [UInt8] = []
        for index in bytes.indices {
            guard let step = adapter?.receive(bytes[index]) else { continue }
            replies += step.reply
            if let frame = step.frame { core.received(frame, at: now) }
        }
        if !replies.isEmpty { bus?.link?.send(replies.span, at: now) }
    }

    private func publish(at now: Instant) {
        var snapshot = SimulationSnapshot(core, at: now)
        snapshot.line?.isOpen = line?.isOpen ?? false
        snapshot.line?.linkError = line?.link?.lastError
        snapshot.inverter?.adapter = adapter?.statistics
        snapshot.inverter?.isOnBus = isOnBus
        snapshot.inverter?.linkError = bus?.link?.lastError
        snapshot.battery?.isOnBus = isOnBus
        snapshot.battery?.linkError = bus?.link?.lastError
        mailbox.publish(snapshot)
    }
}
