import BatteryModel
public import ChargeControl

/// Who gave an order that stands, and why: what the control itself does not remember.
public struct OrderWords: Sendable, Equatable {
    /// The order.
    public var kind: OperatorOrder.Kind
    /// Who gave it; `nil` if that is not known.
    public var by: String?
    /// Why, in his words.
    public var note: String

    static let prefix = "words."

    init(_ given: GivenOrder) {
        kind = given.order.kind
        by = given.by
        let text = given.order.note
        note = String(decoding: (0..<text.count).map { text[$0] }, as: UTF8.self)
    }

    /// Reads a line of a state; `nil` if it is of an order nobody knows.
    init?(_ name: Substring, _ rest: Substring) {
        let wanted = name.dropFirst(Self.prefix.count)
        let kinds = (0..<UInt8(OperatorOrder.Kind.count)).compactMap(OperatorOrder.Kind.init(rawValue:))
        guard let kind = kinds.first(where: { "\($0.name)" == wanted }) else { return nil }
        let parts = rest.split(separator: " ", maxSplits: 1, omittingEmptySubsequences: false)
        self.kind = kind
        by = parts.first.flatMap { $0 == Self.nobody ? nil : String($0) }
        note = parts.count > 1 ? String(parts[1]) : ""
    }

    /// The line of a state: the giver is one word, the note is the rest.
    var line: String {
        let giver = by.map { String($0.filter { $0 != " " && $0 != "\n" }) } ?? Self.nobody
        return "\(Self.prefix)\(kind.name) \(giver) \(note)"
    }

    private static let nobody = "?"
}
