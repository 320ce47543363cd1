public import BatteryModel
import BusDiagnosis
public import Gateway
import InverterProfiles
public import LinuxIO
import Synchronization

/// Diagnoses the buses of a running gateway, on a thread of its own that reads the tape.
///
/// What begins and what ends to be wrong becomes an event; what is wrong now stands in the status. It takes nothing of
/// the bus thread's time: when it falls behind, the oldest of the tape is missed, and it begins anew.
public final class DiagnosisKeeper: Sendable {
    private struct State {
        var place = BusTape.Place.start
        var observers: [LinkObserver?]
        /// When the observers began; `nil` before the first look.
        var since: Instant?
        /// The findings of each bus, as they were told.
        var told: [[DiagnosisDocument.Finding]]
        var nextLook = Instant(nanoseconds: .min)
    }

    private let tape: BusTape
    private let configuration: GatewayConfiguration
    private let note: @Sendable (GatewayEvent.Kind) -> Void
    private let state: Mutex<State>
    private let thread = PeriodicThread()

    /// How often the tape is read, and how often the rules are asked.
    private static let reads = Interval.seconds(1), looks = Interval.seconds(10)
    /// Observers begin anew after this time: what was wrong an hour ago says nothing of now.
    static let window = Interval.seconds(600)
    /// So long new observers have to listen before what they do not find counts as over.
    static let settles = Interval.seconds(120)

    /// What the gateway, where it is the battery, does on purpose, and gives its own reasons for.
    private static let meant: Set<String> = [
        "battery-protects", "battery-silent", "frame-stopped", "both-limits-zero",
    ]

    /// Makes one that does nothing yet.
    ///
    /// - Parameters:
    ///   - tape: What is on the buses.
    ///   - configuration: What the gateway was told about them.
    ///   - note: Is told what begins and what ends to be wrong.
    public init(
        _ tape: BusTape, _ configuration: GatewayConfiguration,
        note: @escaping @Sendable (GatewayEvent.Kind) -> Void
    ) {
        self.tape = tape
        self.configuration = configuration
        self.note = note
        let buses = configuration.buses.indices
        state = Mutex(State(observers: buses.map { _ in nil }, told: buses.map { _ in [] }))
    }

    /// Starts to diagnose.
    ///
    /// - Throws: `SystemError` if the system has no thread to give.
    public func start() throws(SystemError) {
        try thread.start(name: "busbar-diagnose", every: Self.reads) { [self] _ in
            look(at: MonotonicClock.now())
        }
    }

    /// Ends.
    public func stop() { thread.stop() }

    /// What is wrong now, the links in the order of the configuration.
    public var findings: [StatusDocument.LinkFinding] {
        state.withLock(\.told).enumerated().flatMap { bus, findings in
            findings.map { StatusDocument.LinkFinding(link: configuration.buses[bus].name, finding: $0) }
        }
    }

    /// Reads what has come until `now`, and every few seconds tells what has changed.
    public func look(at now: Instant) {
        let changes = state.withLock { state -> [GatewayEvent.Kind] in
            let reading = tape.read(from: &state.place)
            if reading.missed > 0 || state.since.map({ now - $0 >= Self.window }) ?? true {
                state.since = now
                state.observers = configuration.buses.indices.map(observer)
            }
            for entry in reading.entries { Self.take(entry, &state) }
            guard now >= state.nextLook else { return [] }
            state.nextLook = now + Self.looks
            return configuration.buses.indices.flatMap { judge($0, &state, at: now) }
        }
        for change in changes { note(change) }
    }

    private static func take(_ entry: BusTape.Entry, _ state: inout State) {
        // What the bus did not take was on no wire.
        guard let bus = entry.bus, entry.way != .refused else { return }
        switch entry.content {
        case .frame(let frame): state.observers[bus]?.received(frame, at: entry.at)
        case .bytes(let bytes):
            state.observers[bus]?.received(bytes.span, isOwn: entry.way == .sent, at: entry.at)
        case .note: break
        }
    }

    /// Asks the rules about a bus; returns what is new.
    private func judge(_ bus: Int, _ state: inout State, at now: Instant) -> [GatewayEvent.Kind] {
        guard state.observers[bus] != nil, let since = state.since else { return [] }
        state.observers[bus]?.passed(to: now)
        let account = state.observers[bus]?.account()
        let isOwn = configuration.inverters.contains { $0.bus == bus }
        var found = (account?.findings ?? []).map(DiagnosisDocument.Finding.init).filter {
            !isOwn || !Self.meant.contains($0.id)
        }
        let before = state.told[bus]
        if now - since < Self.settles {
            found += before.filter { finding in !found.contains { $0.id == finding.id } }
        }
        state.told[bus] = found
        let begun = found.filter { finding in !before.contains { $0.id == finding.id } }
        let ended = before.filter { finding in !found.contains { $0.id == finding.id } }
        return begun.map { .found($0.title, bus: bus) } + ended.map { .foundNoMore($0.title, bus: bus) }
    }

    /// Who watches a bus; nobody where others call over a network, which have no wire in common.
    private func observer(ofBus bus: Int) -> LinkObserver? {
        guard !configuration.buses[bus].address.takesCalls else { return nil }
        var options = DiagnosisOptions()
        if let inverter = configuration.inverters.first(where: { $0.bus == bus }) {
            let id = "\(inverter.profile.sheet.id)"
            options.expectedProfile = ProfileTable.profiles.indices.first {
                "\(ProfileTable.profiles[$0].sheet.id)" == id
            }
            options.expectedDialect = inverter.options.dialect
            options.hasInverter = true
        }
        return LinkObserver(name: configuration.buses[bus].name, options: options, draws: false)
    }
}
