import BatteryModel
import ChargeControl
import FoundationEssentials
import Gateway

/// What the operator, or a program in his place, wants: the text behind the word `ctl` on the gateway's socket.
///
/// One that wants nothing asks for the standing orders.
public struct ControlRequest: Codable, Sendable, Equatable {
    /// An order to be given.
    public struct Order: Codable, Sendable, Equatable {
        /// `pause_charge`, `pause_discharge`, `cap_charge`, `cap_discharge` or `force_charge`.
        public var kind: String
        /// The cap of a cap, in milliamps.
        public var milliamps: Int32?
        /// How long it stands; left out: until it is ended.
        public var forSeconds: Int64?
        /// Why: up to 24 printable ASCII characters.
        public var note: String?

        /// Makes an order.
        public init(_ kind: String, milliamps: Int32? = nil, forSeconds: Int64? = nil, note: String? = nil) {
            self.kind = kind
            self.milliamps = milliamps
            self.forSeconds = forSeconds
            self.note = note
        }
    }

    /// Orders to be given.
    public var place: [Order]?
    /// Kinds of order to be ended; this is done first.
    public var end: [String]?
    /// Whether what is wrong has been seen.
    public var acknowledge: Bool?

    /// Makes a request.
    public init(place: [Order]? = nil, end: [String]? = nil, acknowledge: Bool? = nil) {
        self.place = place
        self.end = end
        self.acknowledge = acknowledge
    }

    /// The request as the line that is sent.
    ///
    /// - Throws: `EncodingError`, which no request can cause.
    public func line() throws -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys]
        return "ctl " + String(decoding: try encoder.encode(self), as: UTF8.self)
    }

    /// Reads what stands behind the word `ctl`.
    init(text: Substring) throws(ControlRefusal) {
        do {
            self = try JSONDecoder().decode(ControlRequest.self, from: Data(text.utf8))
        } catch {
            throw ControlRefusal(
                "the request is not understood", "send a JSON object with place, end or acknowledge")
        }
    }

    /// What the gateway is to do.
    ///
    /// - Parameters:
    ///   - by: Who wants it.
    ///   - now: The present, from which times count.
    /// - Returns: The command.
    /// - Throws: What is wrong with it.
    func command(by: String, at now: Instant) throws(ControlRefusal) -> GatewayCommand {
        var actions: [GatewayCommand.Action] = []
        for name in end ?? [] { actions.append(.end(try Self.kind(name))) }
        for order in place ?? [] { actions.append(.place(try Self.order(order, at: now))) }
        if acknowledge == true { actions.append(.acknowledge) }
        return GatewayCommand(actions, by: by)
    }

    private static func kind(_ name: String) throws(ControlRefusal) -> OperatorOrder.Kind {
        let all = (0..<UInt8(OperatorOrder.Kind.count)).compactMap(OperatorOrder.Kind.init(rawValue:))
        if let kind = all.first(where: { "\($0.name)" == name }) { return kind }
        let known = all.map { "\($0.name)" }.joined(separator: ", ")
        throw ControlRefusal("there is no such kind of order", "there are \(known)")
    }

    private static func order(_ order: Order, at now: Instant) throws(ControlRefusal) -> OperatorOrder {
        let kind = try kind(order.kind)
        let isCap = kind == .capCharge || kind == .capDischarge
        guard isCap == (order.milliamps != nil) else {
            throw ControlRefusal(
                isCap ? "a cap without a current" : "a current without a cap", "give 'milliamps' with a cap")
        }
        let note = try note(order.note ?? "")
        let until = order.forSeconds.map { now + .seconds($0) }
        return OperatorOrder(kind, milliamps: order.milliamps ?? 0, until: until, note: note)
    }

    /// A note as it is kept.
    ///
    /// - Throws: What is wrong with it; nothing is cut off in silence.
    static func note(_ text: String) throws(ControlRefusal) -> ASCIIText {
        let bytes = Array(text.utf8)
        guard bytes.count <= ASCIIText.capacity, bytes.allSatisfy({ (0x20...0x7E).contains($0) }) else {
            throw ControlRefusal(
                "the note is too long or not plain",
                "write at most \(ASCIIText.capacity) letters, digits and signs of ASCII")
        }
        return ASCIIText(padded: bytes.span)
    }
}

/// Why a request was not carried out.
public struct ControlRefusal: Error, Codable, Sendable, Equatable {
    /// What is wrong.
    public var error: String
    /// What to do about it.
    public var remedy: String

    /// Makes a refusal.
    public init(_ error: String, _ remedy: String) {
        self.error = error
        self.remedy = remedy
    }
}

/// What the gateway answers to a request that it has carried out.
public struct ControlAnswer: Codable, Sendable, Equatable {
    /// The orders that stand now.
    public var orders: [StatusDocument.Order]

    /// Makes an answer.
    public init(orders: [StatusDocument.Order]) { self.orders = orders }
}
