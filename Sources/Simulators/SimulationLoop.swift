import BMSDrivers
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
    /// Whether inverter and battery speak on a serial line.
    private let isSerial: Bool
    /// Whether the packs are on a CAN bus.
    private let isLineCAN: Bool
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
        let packs = core.line?.driver.sheet
        isLineCAN = packs?.wire == .can
        let packsKilobits = isLineCAN ? packs.map { $0.baud / 1_000 } : nil
        self.line = try line.map { port throws(SystemError) in
            try Outlet(port, on: loop, token: Self.lineToken, busKilobits: packsKilobits)
        }
        let profile = core.inverter?.profile ?? core.battery?.profile
        isSerial = profile?.serial != nil
        var kilobits: Int32?
        if case .can(bitrateKilobits: let rate) = profile?.sheet.link { kilobits = rate }
        self.bus = try bus.map { port throws(SystemError) in
            try Outlet(port, on: loop, token: Self.busToken, busKilobits: kilobits)
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

    private var isOnBus: Bool { bus?.isOnBus ?? false }

    private func speak(at now: Instant) {
        if now >= nextStep {
            core.advance(to: now)
            nextStep = max(nextStep + SimulationCore.step, now)
            publish(at: now)
        }
        let packs = core.bank.packs
        core.line?.broadcast(at: now, packs: packs)
        while let piece = core.line?.next(at: now) { speakOnLine(piece, at: now) }
        while isOnBus, let bytes = core.nextBytes(at: now) { bus?.link?.send(bytes.span, at: now) }
        while isOnBus, let frame = core.nextFrame(at: now) { bus?.send(frame, at: now) }
    }

    private func speakOnLine(_ bytes: [UInt8], at now: Instant) {
        guard isLineCAN else {
            line?.link?.send(bytes.span, at: now)
            return
        }
        for frame in CANFrame.frames(inRecords: bytes) where line?.isOnBus ?? false {
            line?.send(frame, at: now)
        }
    }

    private func hear(_ token: Int, at now: Instant) {
        if token >= Outlet.callerToken {
            (token == Self.lineToken + Outlet.callerToken ? line : bus)?.answerCall(at: now)
        } else if token == Self.lineToken {
            hearPacks(at: now)
        } else if isSerial {
            bus?.link?.receiveBytes(at: now) { core.received($0, at: now) }
        } else {
            bus?.receiveFrames(at: now) { core.received($0, at: now) }
        }
    }

    /// Hears what is asked of the packs.
    private func hearPacks(at now: Instant) {
        guard isLineCAN else {
            line?.link?.receiveBytes(at: now) { core.receivedOnLine($0, at: now) }
            return
        }
        line?.receiveFrames(at: now) { frame in
            var record = ByteBuffer<13>()
            frame.writeRecord(into: &record)
            core.receivedOnLine(record.bytes, at: now)
        }
    }

    private func publish(at now: Instant) {
        var snapshot = SimulationSnapshot(core, at: now)
        snapshot.line?.isOpen = line?.isOpen ?? false
        snapshot.line?.linkError = line?.link?.lastError
        snapshot.inverter?.adapter = bus?.adapter?.statistics
        snapshot.inverter?.isOnBus = isOnBus
        snapshot.inverter?.linkError = bus?.link?.lastError
        snapshot.battery?.isOnBus = isOnBus
        snapshot.battery?.linkError = bus?.link?.lastError
        mailbox.publish(snapshot)
    }
}

extension CANFrame {
    /// The frames whose records stand one behind the other in `bytes`.
    fileprivate static func frames(inRecords bytes: [UInt8]) -> [CANFrame] {
        stride(from: 0, to: bytes.count, by: recordLength).compactMap { first in
            guard case .item(let frame, _) = scanRecord(bytes.span.extracting(first...)) else { return nil }
            return frame
        }
    }
}
