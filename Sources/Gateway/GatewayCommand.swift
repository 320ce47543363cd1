public import ChargeControl

/// Something that an edge wants of the control on behalf of a person or a program.
///
/// Nothing in it can raise a limit above what the rules allow; a setting of a BMS is written only where the operator has
/// allowed that in the configuration.
public struct GatewayCommand: Sendable, Equatable {
    /// One step of it.
    public enum Action: Sendable, Equatable {
        /// Gives an order; it replaces one of the same kind.
        case place(OperatorOrder)
        /// Ends an order; nothing happens if there is none.
        case end(OperatorOrder.Kind)
        /// Says that what is wrong has been seen.
        case acknowledge
        /// Writes a setting of a BMS, or only looks whether it could be written.
        case set(SettingChange, isRehearsal: Bool)
    }

    /// The most steps of a command: as many as there are kinds of order, ended and given, and an acknowledgement.
    public static let maximumActions = 2 * OperatorOrder.Kind.count + 1

    /// What is to be done, in order; what stands behind a step that is refused is not done.
    public var actions: [Action]
    /// Who wants it, in printable ASCII: a user's name.
    public var by: String

    /// Makes a command.
    public init(_ actions: [Action], by: String) {
        self.actions = actions
        self.by = by
    }
}

/// An order that stands, with who gave it.
public struct GivenOrder: Sendable, Equatable {
    /// The order.
    public var order: OperatorOrder
    /// Who gave it; `nil` if that is not known any more.
    public var by: String?

    /// Makes an order with its giver.
    public init(_ order: OperatorOrder, by: String?) {
        self.order = order
        self.by = by
    }
}

/// What became of a command.
public enum CommandOutcome: Sendable, Equatable {
    /// It was carried out, and the newest snapshot shows it.
    case done
    /// An order makes no sense and was not taken.
    case refused(OrderRefusal)
    /// A setting of a BMS is not written.
    case notWritten(SettingRefusal)
    /// Too many commands wait, or it has too many steps; it was not taken.
    case tooMany
    /// The gateway did not get round to it; it was withdrawn and will not be carried out.
    case notReached
    /// The gateway has begun with it and has not answered; whether it was carried out is shown by the orders.
    case unknown
    /// The gateway does not run, or is being stopped.
    case notRunning
}
