public import BatteryModel
public import ChargeControl
public import Gateway

extension Wording {
    /// What the clock on the wall shows at an instant, so that "until 14:30" can be said.
    public struct Clock: Sendable {
        /// The instant.
        public var at: Instant
        /// What the clock shows then.
        public var wall: WallTime

        /// Makes a clock.
        public init(at: Instant, wall: WallTime) {
            self.at = at
            self.wall = wall
        }

        /// The time of day at another instant, as `14:30`, to the nearest minute.
        func timeOfDay(_ instant: Instant) -> String {
            var time = wall
            // What ends at half past must not be shown as ending a minute earlier because a second was cut off.
            time.unixSeconds += (instant - at).seconds + 30
            let minute = time.secondOfDay / 60
            return "\(Self.twoDigits(minute / 60)):\(Self.twoDigits(minute % 60))"
        }

        private static func twoDigits(_ number: Int32) -> String { number < 10 ? "0\(number)" : "\(number)" }
    }

    /// An order that stands, in a sentence without a full stop.
    public func order(_ given: GivenOrder, at now: Instant) -> String {
        Self.act(given.order) + details(given.order, by: given.by ?? "the operator", at: now)
    }

    /// The same for an order that has just ended.
    public static func ended(_ kind: OperatorOrder.Kind, by who: String?) -> String {
        "\(orderName(kind)) ended" + (who.map { " by \($0)" } ?? ": its time is over")
    }

    /// Why an order was not taken.
    public static func refusal(_ refusal: OrderRefusal) -> String {
        switch refusal {
        case .needsExpiry: "a force charge needs a time at which it ends"
        case .badExpiry:
            "it must end in the future, at most \(StandingOrders.longest.seconds / 86_400) days from now"
        case .badCap: "a cap is 0 A or more"
        }
    }

    /// An order as the reason of a limit; `direction` tells which of two orders it is.
    func orderReason(_ reason: LimitReason, _ direction: Direction?) -> String {
        let isPause = reason.rule == .operatorPause
        let plain = isPause ? "paused by the operator" : "capped by the operator"
        guard let direction else { return plain }
        let kind: OperatorOrder.Kind =
            switch direction {
            case .charge: isPause ? .pauseCharge : .capCharge
            case .discharge: isPause ? .pauseDischarge : .capDischarge
            }
        guard let given = orders.first(where: { $0.order.kind == kind }), let clock else { return plain }
        return (isPause ? "paused" : "capped")
            + details(given.order, by: given.by ?? "the operator", at: clock.at)
    }

    /// The name of a kind of order.
    public static func orderName(_ kind: OperatorOrder.Kind) -> String {
        switch kind {
        case .pauseCharge: "charge pause"
        case .pauseDischarge: "discharge pause"
        case .capCharge: "charge cap"
        case .capDischarge: "discharge cap"
        case .forceCharge: "force charge"
        }
    }

    private static func act(_ order: OperatorOrder) -> String {
        switch order.kind {
        case .pauseCharge: "charging paused"
        case .pauseDischarge: "discharging paused"
        case .capCharge: "charging capped at \(short(order.milliamps, .milliamps))"
        case .capDischarge: "discharging capped at \(short(order.milliamps, .milliamps))"
        case .forceCharge: "charging requested of the inverter"
        }
    }

    private func details(_ order: OperatorOrder, by who: String, at now: Instant) -> String {
        var text = " by \(who)"
        if let until = order.until { text += " \(end(until, at: now))" }
        return order.note.count > 0 ? "\(text): \(order.note.text)" : text
    }

    /// When something ends: by the clock within a day, otherwise how long it lasts.
    private func end(_ until: Instant, at now: Instant) -> String {
        let left = until - now
        guard let clock, left < .seconds(86_400) else { return "for \(Self.time(left))" }
        return "until \(clock.timeOfDay(until))"
    }
}
