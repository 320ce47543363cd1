import BatteryModel
import ChargeControl
public import Gateway
public import LinuxIO
import Synchronization

/// When a line is written: at once when something else decides, but not twice a second, and once a minute.
struct JournalPace {
    static let shortest = Interval.seconds(1)
    static let longest = Interval.seconds(60)

    private var writtenAt: Instant?
    private var written: Mark?

    /// What decides; when it changes, a line is written.
    struct Mark: Equatable {
        var rules: [LimitRule]
        var packs: [Int?]
        var state: BankVerdict.State
        var stage: ChargeStage
        var bound: SOCVerdict.Bound

        init(_ verdict: BankVerdict) {
            let winners = [verdict.chargeVoltage, verdict.charge, verdict.discharge].map(\.winner)
            rules = winners.map(\.rule)
            packs = winners.map(\.pack)
            state = verdict.state
            stage = verdict.stage.stage
            bound = verdict.soc.bound
        }
    }

    func isDue(_ mark: Mark, at now: Instant) -> Bool {
        guard let writtenAt else { return true }
        let age = now - writtenAt
        return age >= Self.longest || mark != written && age >= Self.shortest
    }

    mutating func wrote(_ mark: Mark, at now: Instant) {
        writtenAt = now
        written = mark
    }
}

/// Records what was decided and why, one JSON line each, on a thread of its own.
public final class JournalKeeper: Sendable {
    private struct State: ~Copyable {
        var file: AppendFile?
        var name = ""
        var pace = JournalPace()
        var eventsSeen: UInt64 = 0
        var syncedAt = Instant(nanoseconds: 0)
        var failure: SystemError?
    }

    private let gateway: Gateway
    private let folder: JournalFolder
    private let version: String
    private let state = Mutex(State())
    private let trouble = Mutex<SystemError?>(nil)
    private let thread = PeriodicThread()

    /// Makes a keeper that does nothing yet.
    ///
    /// - Parameters:
    ///   - path: The folder; it is made if its parent is there.
    ///   - gateway: Whose decisions are recorded.
    ///   - version: The version of the program.
    /// - Throws: `SystemError` if nothing can be written there.
    public init(path: String, of gateway: Gateway, version: String) throws(SystemError) {
        folder = JournalFolder(path: path)
        self.gateway = gateway
        self.version = version
        try folder.prepare()
    }

    /// Starts to record.
    ///
    /// - Throws: `SystemError` if the system has no thread to give.
    public func start() throws(SystemError) {
        try thread.start(name: "busbar-journal", every: .milliseconds(250)) { [self] in record(isLast: $0) }
    }

    /// Records once more, and ends; to be called when the bus thread has ended.
    public func stop() { thread.stop() }

    /// Why nothing can be recorded, once for each new reason.
    public func takeTrouble() -> SystemError? {
        trouble.withLock { trouble in
            defer { trouble = nil }
            return trouble
        }
    }

    private func record(isLast: Bool) {
        let now = MonotonicClock.now()
        guard let snapshot = gateway.snapshot, let verdict = snapshot.verdict, let wall = WallClock.now()
        else { return }
        let mark = JournalPace.Mark(verdict)
        let untold = state.withLock { state -> SystemError? in
            let writes = SettingsDocument.Write.all(in: snapshot, since: state.eventsSeen)
            state.eventsSeen = snapshot.log.total
            guard isLast || !writes.isEmpty || state.pace.isDue(mark, at: now),
                let line = line(snapshot, writes, wall.unixSeconds, at: now)
            else { return nil }
            state.pace.wrote(mark, at: now)
            let before = state.failure
            state.failure = write(line, CivilTime(seconds: wall.unixSeconds).date, &state, at: now)
            return state.failure == before ? nil : state.failure
        }
        if let untold { trouble.withLock { $0 = untold } }
    }

    private func line(
        _ snapshot: Snapshot, _ writes: [SettingsDocument.Write], _ unixSeconds: Int64, at now: Instant
    ) -> [UInt8]? {
        var document = ExplanationDocument(snapshot, version: version, at: now)?.compact
        document?.unixSeconds = unixSeconds
        document?.settingWrites = writes.isEmpty ? nil : writes
        return try? document?.json()
    }

    /// Adds a line; returns why it could not.
    private func write(_ line: [UInt8], _ date: String, _ state: inout State, at now: Instant) -> SystemError?
    {
        do throws(SystemError) {
            let isFull = (state.file?.size ?? .max) >= folder.fileLimit
            if isFull || JournalFolder.date(state.name) != date {
                state.name = folder.current(date)
                state.file = try AppendFile(path: "\(folder.path)/\(state.name)")
                folder.tidy()
            }
            try state.file?.add(line + [0x0A])
            if now - state.syncedAt >= JournalPace.longest {
                state.syncedAt = now
                try state.file?.sync()
            }
            return nil
        } catch {
            state.name = ""
            return error
        }
    }
}
