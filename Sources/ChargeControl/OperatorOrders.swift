public import BatteryModel

/// Something an operator, or a program in his place, wants of the bank.
///
/// An order can only take away: it lowers limits or asks the inverter for something. It never raises a limit.
public struct OperatorOrder: Sendable, Equatable {
    /// What is wanted.
    public enum Kind: UInt8, Sendable, Hashable {
        /// Nothing is charged.
        case pauseCharge
        /// Nothing is discharged.
        case pauseDischarge
        /// No more than ``OperatorOrder/milliamps`` is charged.
        case capCharge
        /// No more than ``OperatorOrder/milliamps`` is discharged.
        case capDischarge
        /// The inverter is asked to charge, within the limits.
        case forceCharge

        /// Number of kinds; they are numbered from 0.
        public static let count = 5

        /// The name in commands, files and on the screen.
        public var name: StaticString {
            switch self {
            case .pauseCharge: "pause_charge"
            case .pauseDischarge: "pause_discharge"
            case .capCharge: "cap_charge"
            case .capDischarge: "cap_discharge"
            case .forceCharge: "force_charge"
            }
        }
    }

    /// What is wanted.
    public var kind: Kind
    /// The cap of a cap, 0 or more; without meaning otherwise.
    public var milliamps: Int32
    /// When the order ends by itself; `nil` when it is ended.
    ///
    /// A force charge must end by itself.
    public var until: Instant?
    /// Why, in the operator's words.
    public var note: ASCIIText

    /// Makes an order.
    public init(_ kind: Kind, milliamps: Int32 = 0, until: Instant? = nil, note: ASCIIText = ASCIIText()) {
        self.kind = kind
        self.milliamps = milliamps
        self.until = until
        self.note = note
    }
}

/// Why an order is not followed.
public enum OrderRefusal: UInt8, Error, Sendable, Hashable {
    /// A force charge needs a time at which it ends.
    case needsExpiry
    /// The end lies in the past, or further away than ``StandingOrders/longest``.
    case badExpiry
    /// A cap below 0.
    case badCap
}

/// The orders that stand, at most one of each kind; a new one replaces the old.
public struct StandingOrders: Sendable {
    /// The longest time an order may be given for.
    public static let longest = Interval.seconds(31 * 86_400)

    private var orders: InlineArray<5, OperatorOrder?> = InlineArray(repeating: nil)

    /// No order.
    public init() {}

    /// The order of a kind; `nil` if none stands.
    public subscript(kind: OperatorOrder.Kind) -> OperatorOrder? {
        orders[Int(kind.rawValue)]
    }

    /// Whether no order stands.
    public var isEmpty: Bool {
        for index in orders.indices where orders[index] != nil { return false }
        return true
    }

    mutating func place(_ order: OperatorOrder, at now: Instant) throws(OrderRefusal) {
        if order.kind == .forceCharge, order.until == nil { throw .needsExpiry }
        if let until = order.until, until <= now || until - now > Self.longest { throw .badExpiry }
        if order.milliamps < 0 { throw .badCap }
        orders[Int(order.kind.rawValue)] = order
    }

    mutating func annotate(_ kind: OperatorOrder.Kind, _ note: ASCIIText) {
        orders[Int(kind.rawValue)]?.note = note
    }

    mutating func end(_ kind: OperatorOrder.Kind) { orders[Int(kind.rawValue)] = nil }

    /// Ends what has expired.
    mutating func expire(at now: Instant) {
        for index in orders.indices {
            if let until = orders[index]?.until, now >= until { orders[index] = nil }
        }
    }

    /// Puts back what stood before a restart, unless it has ended meanwhile.
    mutating func restore(_ order: OperatorOrder) { orders[Int(order.kind.rawValue)] = order }

    /// What the standing orders say about a direction.
    func visitReasons(_ direction: Direction, _ visit: (LimitReason) -> Void) {
        let pause = self[direction == .charge ? .pauseCharge : .pauseDischarge]
        if let pause { visit(LimitReason(.operatorPause, limit: 0, rise: Self.end(of: pause))) }
        let cap = self[direction == .charge ? .capCharge : .capDischarge]
        if let cap { visit(LimitReason(.operatorCap, limit: cap.milliamps, rise: Self.end(of: cap))) }
    }

    private static func end(of order: OperatorOrder) -> RiseCondition {
        order.until.map { .until($0) } ?? .operatorEnds
    }
}
