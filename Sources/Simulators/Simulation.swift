import BatteryModel
public import LinuxIO
import Synchronization

/// A simulation that runs: a thread that plays packs, inverter, or both on real links.
///
/// May be used from any thread. It ends with ``stop()``, or when the last reference goes.
public final class Simulation: Sendable {
    /// Where the packs' line is found: a path, or host and port; `nil` on a link that was there already.
    public var linePlace: String? { linePort?.place }
    /// Where the bus of the inverter is found: a path, or host and port, of an SLCAN adapter; `nil` as above.
    public var busPlace: String? { busPort?.place }

    private let linePort: OpenPort?
    private let busPort: OpenPort?
    private let mailbox: SimulationMailbox
    private let thread: NativeThread

    /// Opens the ports and starts.
    ///
    /// - Throws: `SystemError` if a pseudo-terminal or its name cannot be made. A link that cannot be opened is no
    ///   error here: it is tried again and again, and the snapshot says why it failed.
    public init(_ plan: SimulationPlan) throws(SystemError) {
        let line = try plan.battery.map { battery throws(SystemError) in try OpenPort(battery.port) }
        let bus = try plan.busPort.map { port throws(SystemError) in try OpenPort(port) }
        let core = plan.core(at: MonotonicClock.now())
        let mailbox = SimulationMailbox(core)
        thread = try NativeThread(name: "simulation") {
            do throws(SystemError) {
                try SimulationLoop(core, line: line, bus: bus, mailbox).run()
            } catch {
                mailbox.end(error)
            }
        }
        linePort = line
        busPort = bus
        self.mailbox = mailbox
    }

    deinit { stop() }

    /// Has something done to packs or inverter, as soon as the simulation gets round to it.
    ///
    /// - Returns: False if too much waits already, or the simulation has ended.
    @discardableResult
    public func send(_ command: SimulationCommand) -> Bool { mailbox.put(command) }

    /// How it stands; at most a tenth of a second old.
    public var snapshot: SimulationSnapshot { mailbox.snapshot }

    /// Ends it and waits for the end; a second call does nothing.
    public func stop() {
        mailbox.askToStop()
        thread.join()
    }
}

/// What passes between a simulation's thread and everybody else.
final class SimulationMailbox: Sendable {
    private struct Contents {
        var commands: [SimulationCommand] = []
        var mustStop = false
        var waker: Waker?
        var snapshot: SimulationSnapshot
    }

    private static let limit = 64
    private let contents: Mutex<Contents>

    init(_ core: SimulationCore) {
        contents = Mutex(Contents(snapshot: SimulationSnapshot(core, at: MonotonicClock.now())))
    }

    var snapshot: SimulationSnapshot { contents.withLock { $0.snapshot } }

    var mustStop: Bool { contents.withLock { $0.mustStop } }

    func put(_ command: SimulationCommand) -> Bool {
        contents.withLock {
            guard $0.commands.count < Self.limit, !$0.snapshot.hasEnded else { return false }
            $0.commands.append(command)
            $0.waker?.wake()
            return true
        }
    }

    func askToStop() {
        contents.withLock {
            $0.mustStop = true
            $0.waker?.wake()
        }
    }

    func listen(with waker: Waker) { contents.withLock { $0.waker = waker } }

    func takeCommands() -> [SimulationCommand] {
        contents.withLock { contents in
            defer { contents.commands.removeAll(keepingCapacity: true) }
            return contents.commands
        }
    }

    func publish(_ snapshot: SimulationSnapshot) { contents.withLock { $0.snapshot = snapshot } }

    func end(_ failure: SystemError?) {
        contents.withLock {
            $0.snapshot.hasEnded = true
            $0.snapshot.failure = failure
        }
    }
}
