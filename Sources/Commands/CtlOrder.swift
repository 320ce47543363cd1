import BatteryModel
import ChargeControl
import Reporting

/// What was typed behind `busbar ctl`, and what the gateway is asked for because of it.
struct CtlOrder {
    private let verb: CtlCommand.Verb
    private let which: String?
    private let current: CurrentArgument?
    private let length: Interval?
    private let note: String?

    init(
        _ verb: CtlCommand.Verb, _ which: String?, _ current: CurrentArgument?, length: Interval?,
        note: String?
    ) {
        self.verb = verb
        self.which = which
        self.current = current
        self.length = length
        self.note = note
    }

    private typealias Kind = OperatorOrder.Kind

    /// The kinds of order that a word stands for behind a verb.
    private static let kinds: [(verb: CtlCommand.Verb, word: String, kinds: [Kind])] = [
        (.pause, "charge", [.pauseCharge]), (.pause, "discharge", [.pauseDischarge]),
        (.pause, "both", [.pauseCharge, .pauseDischarge]),
        (.resume, "charge", [.pauseCharge]), (.resume, "discharge", [.pauseDischarge]),
        (.resume, "both", [.pauseCharge, .pauseDischarge]),
        (.resume, "all", [.pauseCharge, .pauseDischarge, .capCharge, .capDischarge, .forceCharge]),
        (.cap, "charge", [.capCharge]), (.cap, "discharge", [.capDischarge]),
        (.uncap, "charge", [.capCharge]), (.uncap, "discharge", [.capDischarge]),
        (.forceCharge, "on", [.forceCharge]), (.forceCharge, "off", [.forceCharge]),
    ]

    /// The request.
    ///
    /// - Throws: What does not fit together.
    func request() throws(UsageError) -> ControlRequest {
        try check()
        switch verb {
        case .list: return ControlRequest()
        case .acknowledge: return ControlRequest(acknowledge: true)
        case .resume, .uncap: return ControlRequest(end: try chosen().map { "\($0.name)" })
        case .forceCharge where which == "off": return ControlRequest(end: try chosen().map { "\($0.name)" })
        case .pause, .cap, .forceCharge:
            let seconds = length.map { max($0.seconds, 1) }
            return ControlRequest(
                place: try chosen().map {
                    .init("\($0.name)", milliamps: current?.milliamps, forSeconds: seconds, note: note)
                })
        }
    }

    private func chosen() throws(UsageError) -> [Kind] {
        let rows = Self.kinds.filter { $0.verb == verb }
        let words = rows.map(\.word).joined(separator: ", ")
        guard let which = which ?? (verb == .forceCharge ? "on" : nil) else {
            throw UsageError("\(verb.rawValue) does not say which", "add one of: \(words)")
        }
        guard let row = rows.first(where: { $0.word == which }) else {
            throw UsageError(
                "\(verb.rawValue) has no \(UsageError.quoted(which))", "it must be one of: \(words)")
        }
        return row.kinds
    }

    private func check() throws(UsageError) {
        let isPlain = verb == .list || verb == .acknowledge
        if isPlain, let which {
            throw UsageError("\(UsageError.quoted(which)) is one word too many", "leave it out")
        }
        let places = verb == .pause || verb == .cap || verb == .forceCharge && which != "off"
        guard places || length == nil && note == nil else {
            throw UsageError("\(verb.rawValue) takes no --for, --until or --note", "leave it out")
        }
        guard (verb == .cap) == (current != nil) else {
            throw verb == .cap
                ? UsageError("cap has no current", "write for example: busbar ctl cap charge 40A")
                : UsageError("\(verb.rawValue) takes no current", "leave it out")
        }
        guard verb != .forceCharge || which == "off" || length != nil else {
            throw UsageError(
                "a force charge must end by itself, or the inverter would charge from the grid for ever",
                "add --for or --until, for example --for 1h")
        }
        if let length, length > StandingOrders.longest || length <= .zero {
            throw UsageError(
                "an order cannot stand for \(length.argumentText)",
                "give at most \(StandingOrders.longest.seconds / 86_400) days, or none of --for and --until")
        }
        if let note, !Self.isPlain(note) {
            throw UsageError(
                "--note is \(UsageError.quoted(note))",
                "it must be at most \(ASCIIText.capacity) letters, digits and signs of ASCII")
        }
    }

    private static func isPlain(_ note: String) -> Bool {
        note.utf8.count <= ASCIIText.capacity && note.utf8.allSatisfy { (0x20...0x7E).contains($0) }
    }
}
