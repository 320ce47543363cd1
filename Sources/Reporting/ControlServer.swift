public import BatteryModel
import FoundationEssentials
public import Gateway
public import LinuxIO
import Synchronization

/// Answers requests on a Unix socket, one line each, on a thread of its own.
///
/// Whoever may open the socket may ask and order; what he sends is never more than a line, and whatever it is, the
/// answer is one JSON object, with the member `error` if the request was not carried out.
public final class ControlServer: Sendable {
    private let server: LocalServer
    private let gateway: Gateway
    private let diagnosis: DiagnosisKeeper?
    private let kept: (@Sendable (Instant) -> StatusDocument.Kept)?
    private let version: String
    private let stopRequested = Atomic(false)

    /// The line that asks for the state.
    public static let statusRequest = "status"

    /// The line that asks why the limits are what they are.
    public static let whyRequest = "why"

    /// The line that asks what the BMS are set to.
    public static let settingsRequest = "settings"

    /// A word that begins a line, and what answers it.
    private typealias Route = (
        word: String,
        answer: @Sendable (ControlServer, _ rest: Substring, LocalPeer) throws(ControlRefusal) -> [UInt8]
    )

    private static let routes: [Route] = [
        (statusRequest, { server, _, _ throws(ControlRefusal) in try server.status() }),
        (whyRequest, { server, _, _ throws(ControlRefusal) in try server.why() }),
        (settingsRequest, { server, _, _ throws(ControlRefusal) in try server.settings() }),
        ("set", { server, rest, peer throws(ControlRefusal) in try server.set(rest, peer) }),
        ("ctl", { server, rest, peer throws(ControlRefusal) in try server.control(rest, peer) }),
    ]

    /// Opens the socket.
    ///
    /// - Parameters:
    ///   - path: Where; the folder must exist.
    ///   - gateway: Whose state is told, and who carries orders out.
    ///   - diagnosis: What finds out what is wrong on its buses; `nil` if nobody does.
    ///   - kept: Says what is in files of what was on the buses; `nil` if nothing is.
    ///   - version: The version of the program.
    /// - Throws: `SystemError` if the socket cannot be opened, or if another gateway answers there.
    public init(
        path: String, gateway: Gateway, diagnosis: DiagnosisKeeper? = nil,
        kept: (@Sendable (Instant) -> StatusDocument.Kept)? = nil, version: String
    ) throws(SystemError) {
        server = try LocalServer(path: path)
        self.gateway = gateway
        self.diagnosis = diagnosis
        self.kept = kept
        self.version = version
    }

    /// Starts to answer.
    ///
    /// - Returns: The thread, to be joined after ``stop()``.
    /// - Throws: `SystemError` if the system has no thread to give.
    public func start() throws(SystemError) -> NativeThread {
        try NativeThread(name: "busbar-control") { [self] in
            while !stopRequested.load(ordering: .acquiring) {
                server.serve(waitingMilliseconds: 200) { answer(to: $0, from: $1) }
            }
        }
    }

    /// Asks for the end; the thread ends within a moment.
    public func stop() {
        stopRequested.store(true, ordering: .releasing)
    }

    private func answer(to line: String, from peer: LocalPeer) -> [UInt8] {
        do throws(ControlRefusal) {
            let word = line.prefix { $0 != " " }
            guard let route = Self.routes.first(where: { $0.word == word }) else {
                let known = Self.routes.map(\.word).joined(separator: ", ")
                throw ControlRefusal("unknown request", "a line begins with one of: \(known)")
            }
            return try route.answer(self, line.dropFirst(word.count).drop { $0 == " " }, peer)
        } catch {
            return (try? Self.json(error)) ?? Array(#"{"error":"the answer cannot be written"}"#.utf8)
        }
    }

    private func status() throws(ControlRefusal) -> [UInt8] {
        guard let snapshot = gateway.snapshot else {
            throw ControlRefusal("starting", "ask again in a second")
        }
        let now = MonotonicClock.now()
        return try Self.json(
            StatusDocument(
                snapshot, version: version, findings: diagnosis?.findings ?? [], kept: kept?(now),
                stalledSince: gateway.stalledSince, at: now))
    }

    private func why() throws(ControlRefusal) -> [UInt8] {
        let explanation = gateway.snapshot.flatMap {
            ExplanationDocument($0, version: version, at: MonotonicClock.now())
        }
        guard let explanation else { throw ControlRefusal("starting", "ask again in a second") }
        return try Self.json(explanation)
    }

    private func control(_ text: Substring, _ peer: LocalPeer) throws(ControlRefusal) -> [UInt8] {
        let command = try ControlRequest(text: text).command(by: peer.name, at: MonotonicClock.now())
        if let refusal = Wording(gateway.snapshot).refusal(of: try submit(command)) { throw refusal }
        let now = MonotonicClock.now()
        let wording = Wording(gateway.snapshot)
        return try Self.json(ControlAnswer(orders: wording.orders.map { .init($0, wording, at: now) }))
    }

    private func submit(_ command: GatewayCommand) throws(ControlRefusal) -> CommandOutcome {
        do throws(SystemError) {
            return try gateway.submit(command)
        } catch {
            throw ControlRefusal("the request cannot be passed on: \(error)", "try again in a moment")
        }
    }

    private func settings() throws(ControlRefusal) -> [UInt8] {
        guard let snapshot = gateway.snapshot else {
            throw ControlRefusal("starting", "ask again in a second")
        }
        return try Self.json(SettingsDocument(snapshot, at: MonotonicClock.now()))
    }

    private func set(_ text: Substring, _ peer: LocalPeer) throws(ControlRefusal) -> [UInt8] {
        let request = try SettingRequest(text: text)
        let change = try request.change(Wording(gateway.snapshot))
        let writes = request.write == true
        let outcome = try submit(GatewayCommand([.set(change, isRehearsal: !writes)], by: peer.name))
        let snapshot = gateway.snapshot
        let wording = Wording(snapshot)
        if outcome == .notWritten(.alreadySet) {
            return try Self.json(SettingAnswer(change, old: change.value, number: nil, wording))
        }
        if let refusal = wording.refusal(of: outcome, change) { throw refusal }
        let record = snapshot?.settingRecord
        let known = snapshot?.packs[change.pack].reading[change.field]?.value
        guard let old = writes ? record?.old : known else { throw wording.refusal(.notKnown, change) }
        return try Self.json(SettingAnswer(change, old: old, number: writes ? record?.number : nil, wording))
    }

    private static func json(_ value: some Encodable) throws(ControlRefusal) -> [UInt8] {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys]
        do {
            return try [UInt8](encoder.encode(value))
        } catch {
            throw ControlRefusal("the answer cannot be written", "report this")
        }
    }
}

extension Wording {
    /// Why a command was not carried out; `nil` if it was.
    func refusal(of outcome: CommandOutcome, _ change: SettingChange? = nil) -> ControlRefusal? {
        switch outcome {
        case .done: nil
        case .refused(let why):
            ControlRefusal("the order is refused: \(Self.refusal(why))", "give it another way")
        case .notWritten(let why): refusal(why, change)
        case .tooMany: ControlRefusal("too many orders at once", "try again in a moment")
        case .notReached:
            ControlRefusal("the gateway did not get round to it; nothing was changed", "try again")
        case .unknown:
            ControlRefusal(
                "the gateway has not answered; it may have carried it out",
                "look with 'busbar \(change == nil ? "ctl list" : "settings")' before you try again")
        case .notRunning: ControlRefusal("the gateway is starting or being stopped", "try again when it runs")
        }
    }
}
