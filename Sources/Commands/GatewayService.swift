import BatteryModel
import FoundationEssentials
import Gateway
import Glibc
import LinuxIO
import Reporting
import Settings

/// A gateway as a process: started, watched, stopped by a signal or after a time.
struct GatewayService {
    let gateway: Gateway
    private let socketPath: String?
    private let keepers: GatewayKeepers
    private let configuration: GatewayConfiguration

    init(
        _ configuration: GatewayConfiguration, socketPath: String?,
        keeping places: GatewayKeepers.Places = .init()
    ) {
        var configuration = configuration
        keepers = GatewayKeepers(places)
        keepers.remember(into: &configuration)
        self.configuration = configuration
        gateway = Gateway(configuration)
        self.socketPath = socketPath
    }

    /// Runs the gateway that settings describe, and writes what happens.
    ///
    /// - Parameters:
    ///   - settings: What it runs on.
    ///   - length: When to stop by itself; `nil` for never.
    ///   - isQuiet: Whether no events are written.
    ///   - recording: How everything on the buses is recorded; `nil` if it is not.
    ///   - command: The command that runs it, for what it complains of.
    ///   - console: Where everything is written.
    /// - Returns: Success if it ended because it was told to.
    /// - Throws: `CommandFailure` if it cannot start, or its bus thread fails.
    static func run(
        _ settings: BusbarSettings, for length: Interval?, isQuiet: Bool, recording: RecordOptions?,
        as command: String, _ console: Console
    ) throws(CommandFailure) -> ExitCode {
        if !isQuiet {
            for note in ProfileName.notes(on: settings) { console.line("note: \(note)") }
            console.flush()
        }
        let service = GatewayService(
            GatewayConfiguration(settings), socketPath: settings.socketPath,
            keeping: .init(
                state: settings.statePath, journal: settings.journalPath, record: recording,
                settings: settings.effectiveText))
        return try service.run(for: length) { events in
            guard !isQuiet else { return }
            for event in events { console.line(event) }
            console.flush()
        } complain: {
            console.complain("busbar \(command): \($0)")
        }
    }

    /// How long the end may take before the process leaves the bus thread behind.
    private static let patience = Interval.seconds(3)

    /// Runs until a signal, the end of `length`, or the end of the bus thread.
    ///
    /// - Parameters:
    ///   - length: When to stop by itself; `nil` for never.
    ///   - report: Is given the lines of new events.
    ///   - complain: Is given what does not work but is no reason to stop.
    /// - Returns: Success if the gateway ended because it was told to.
    /// - Throws: `CommandFailure` if it cannot start, or its bus thread fails.
    func run(
        for length: Interval?, report: ([String]) -> Void, complain: (String) -> Void
    ) throws(CommandFailure) -> ExitCode {
        do throws(SystemError) {
            let signals = try TerminationSignals()
            let loop = try EventLoop()
            try loop.watch(signals.descriptor, for: .readable, token: 0)
            let thread = try gateway.start()
            keepers.start(gateway, configuration, complain)
            defer { keepers.stop() }
            let server = startServer(complain)
            defer { server?.stop() }
            let reporter = try ServiceReporter.start(for: gateway)
            let end = length.map { MonotonicClock.now() + $0 }
            let hasStopped = try watch(signals, loop, until: end, report, complain)
            // Whoever leaves the bus thread behind does not wait for systemd either.
            if hasStopped {
                thread.join()
                reporter?.finish()
            }
            report(newEvents())
            guard let failure = gateway.lastFailure else { return .success }
            throw failure
        } catch {
            throw CommandFailure("the gateway cannot run", "\(error)", "mend that and start it again")
        }
    }

    /// Waits; returns whether the bus thread has ended.
    private func watch(
        _ signals: borrowing TerminationSignals, _ loop: EventLoop, until end: Instant?,
        _ report: ([String]) -> Void, _ complain: (String) -> Void
    ) throws(SystemError) -> Bool {
        var giveUp: Instant?
        while !gateway.hasEnded {
            let now = MonotonicClock.now()
            if let giveUp, now >= giveUp { return false }
            if giveUp == nil, let end, now >= end {
                gateway.stop()
                giveUp = now + Self.patience
            }
            let pause: Interval = giveUp == nil ? .milliseconds(250) : .milliseconds(20)
            _ = try loop.wait(until: min(now + pause, end ?? now + pause))
            while try signals.next() != nil {
                if giveUp != nil { return false }
                gateway.stop()
                giveUp = MonotonicClock.now() + Self.patience
            }
            report(newEvents())
            complainOfStall(complain)
            keepers.tell(complain)
        }
        return true
    }

    /// Says once per stall that there is one: the event comes only when it is over, if ever.
    private func complainOfStall(_ complain: (String) -> Void) {
        let since = gateway.stalledSince
        if let since, stall.known == nil { complain(Wording.stalled(MonotonicClock.now() - since)) }
        stall.known = since
    }

    private func startServer(_ complain: (String) -> Void) -> ControlServer? {
        guard let socketPath else { return nil }
        do throws(SystemError) {
            let server = try ControlServer(
                path: socketPath, gateway: gateway, diagnosis: keepers.diagnosis, kept: keepers.kept,
                version: Busbar.version)
            _ = try server.start()
            return server
        } catch {
            complain("'busbar status' and 'busbar ctl' will not find this gateway: \(error)")
            return nil
        }
    }

    private let feed = EventFeed()
    private let stall = KnownStall()

    private func newEvents() -> [String] { feed.take(from: gateway.snapshot) }
}

/// The stall that has been told of.
private final class KnownStall {
    var known: Instant?
}

/// Turns the events of snapshots into lines, each once.
final class EventFeed {
    private var seen: UInt64 = 0

    /// The events that are new in `snapshot`, with the time of day.
    func take(from snapshot: Snapshot?) -> [String] {
        guard let snapshot, snapshot.log.total > seen else { return [] }
        let fresh = snapshot.log.events.suffix(Int(min(snapshot.log.total - seen, 1_000)))
        seen = snapshot.log.total
        let wording = Wording(snapshot)
        let now = MonotonicClock.now()
        let today = Date()
        return fresh.map { event in
            let at = today.addingTimeInterval(-Double((now - event.at).milliseconds) / 1_000)
            return "\(at.formatted(.iso8601))  \(wording.event(event))"
        }
    }
}
