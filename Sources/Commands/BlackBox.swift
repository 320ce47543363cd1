import BatteryModel
import ChargeControl
import Gateway
import InverterProfiles
import LinuxIO
import Recordings
import Reporting
import Synchronization

/// Writes what was on the buses before an alarm, and shortly behind it, on a thread of its own that may wait for a disk.
final class BlackBox: Sendable {
    /// How much of the past is written, at most; the tape may have less.
    static let past = Interval.seconds(300)
    /// How long is waited for what follows.
    static let future = Interval.seconds(10)
    /// The next alarm within this time makes no file of its own.
    static let pause = Interval.seconds(120)
    /// The most files that are kept.
    static let mostFiles = 10

    private struct State {
        var seen: UInt64 = 0
        /// The alarm, in words, and when what is known of it is written.
        var waiting: (words: String, due: Instant)?
        var writtenAt: Instant?
        var failure: SystemError?
    }

    private let tape: BusTape
    private let configuration: GatewayConfiguration
    private let gateway: Gateway
    private let folder: String
    private let future: Interval
    private let state = Mutex(State())
    private let trouble = Mutex<SystemError?>(nil)
    private let thread = PeriodicThread()

    /// Makes one that does nothing yet; a test does not wait long for what follows.
    init(
        _ tape: BusTape, _ configuration: GatewayConfiguration, of gateway: Gateway, folder: String,
        future: Interval = BlackBox.future
    ) {
        self.tape = tape
        self.configuration = configuration
        self.gateway = gateway
        self.folder = folder
        self.future = future
    }

    /// Starts to look for alarms.
    ///
    /// - Throws: `SystemError` if the system has no thread to give.
    func start() throws(SystemError) {
        try thread.start(name: "busbar-blackbox", every: .milliseconds(250)) { [self] in look(isLast: $0) }
    }

    /// Writes what waits, and ends.
    func stop() { thread.stop() }

    /// Why nothing can be written, once for each new reason.
    func takeTrouble() -> SystemError? {
        trouble.withLock { trouble in
            defer { trouble = nil }
            return trouble
        }
    }

    private func look(isLast: Bool) {
        guard let snapshot = gateway.snapshot else { return }
        let now = MonotonicClock.now()
        let due = state.withLock { state -> String? in
            let alarm = Self.alarm(in: snapshot, since: &state.seen)
            if let alarm, state.waiting == nil, state.writtenAt.map({ now - $0 >= Self.pause }) ?? true {
                state.waiting = (alarm, now + future)
            }
            guard let waiting = state.waiting, isLast || now >= waiting.due else { return nil }
            state.waiting = nil
            state.writtenAt = now
            return waiting.words
        }
        if let due { write(due, at: now) }
    }

    /// The first protection that has been raised since the last look, in words.
    private static func alarm(in snapshot: Snapshot, since seen: inout UInt64) -> String? {
        guard snapshot.log.total > seen else { return nil }
        let fresh = snapshot.log.events.suffix(Int(min(snapshot.log.total - seen, 1_000)))
        seen = snapshot.log.total
        let raised = fresh.first { event in
            if case .raised(_, .protection, _) = event.kind { true } else { false }
        }
        return raised.map { Wording(snapshot).event($0) }
    }

    private func write(_ alarm: String, at now: Instant) {
        var place = BusTape.Place.start
        let entries = tape.read(from: &place).entries.filter { now - $0.at <= Self.past + future }
        let items = TapeItems(configuration)
        var plan = RecordingFiles.Plan(configuration, alarm: folder)
        plan.head.insert("black box: \(alarm)", at: 1)
        var files = RecordingFiles(plan)
        do throws(SystemError) {
            try files.begin()
            try files.add(entries.map(items.item))
            try files.close()
            state.withLock { $0.failure = nil }
            gateway.note(.blackBox(path: files.path))
        } catch {
            let isNew = state.withLock { state in
                defer { state.failure = error }
                return state.failure != error
            }
            if isNew { trouble.withLock { $0 = error } }
        }
    }
}

extension RecordingFiles.Plan {
    /// Files of everything on the buses of a gateway.
    init(_ configuration: GatewayConfiguration, run folder: String) {
        self.init(configuration, .folder(folder, stem: "run"))
        rotation = RotationArgument(bytes: 100_000_000)
        keep = 1_000_000_000
    }

    /// Files of what was on the buses before an alarm.
    init(_ configuration: GatewayConfiguration, alarm folder: String) {
        self.init(configuration, .folder(folder, stem: "alarm"))
        mostFiles = BlackBox.mostFiles
    }

    private init(_ configuration: GatewayConfiguration, _ place: Place) {
        self.init(place: place, format: RecordingFormat.named("busbar") ?? RecordingFormat.usual)
        head = ["busbar \(Busbar.version)"]
        head += configuration.buses.map { "link \($0.name): \($0.address)" }
        head += configuration.packs.map {
            "pack \($0.name): \($0.protocolID) on \(configuration.buses[$0.bus].name), address \($0.address)"
        }
        head += configuration.inverters.map {
            "inverter: \($0.profile.sheet.id) on \(configuration.buses[$0.bus].name)"
        }
    }
}

extension TapeItems {
    /// The buses of a gateway that runs now.
    init(_ configuration: GatewayConfiguration) {
        let ahead = WallClock.unixNanoseconds - MonotonicClock.now().nanoseconds
        self.init(configuration.buses.map(\.name), ahead: ahead)
    }
}
