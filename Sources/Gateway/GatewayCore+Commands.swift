public import BatteryModel
import ChargeControl

// What comes from the edges: orders, the time on the wall, how the link to the inverter fares.

extension GatewayCore {
    /// Carries a command out; it holds from the next step on, which is due at once.
    public mutating func carryOut(_ command: GatewayCommand, at now: Instant) -> CommandOutcome {
        guard !isStopping else { return .notRunning }
        guard command.actions.count <= GatewayCommand.maximumActions else { return .tooMany }
        hasNews = true
        for action in command.actions {
            if case .set(let change, let isRehearsal) = action {
                do throws(SettingRefusal) {
                    try write(change, isRehearsal: isRehearsal, by: command.by, at: now)
                } catch {
                    if !isRehearsal, error != .alreadySet {
                        log.add(.settingRefused(change, error, by: command.by), at: now)
                    }
                    return .notWritten(error)
                }
                continue
            }
            do throws(OrderRefusal) {
                try carryOut(action, by: command.by, at: now)
            } catch {
                if case .place(let order) = action {
                    log.add(.orderRefused(order.kind, error, by: command.by), at: now)
                }
                return .refused(error)
            }
        }
        return .done
    }

    private mutating func carryOut(
        _ action: GatewayCommand.Action, by: String, at now: Instant
    ) throws(OrderRefusal) {
        switch action {
        case .place(let order):
            try controller.place(order, at: now)
            givers[order.kind] = by
            log.add(.ordered(order, by: by), at: now)
        case .end(let kind):
            guard controller.orders[kind] != nil else { return }
            controller.end(kind)
            givers[kind] = nil
            log.add(.orderEnded(kind, by: by), at: now)
        case .acknowledge:
            controller.acknowledge()
            isMemoryDamaged = false
            log.add(.acknowledged(by: by), at: now)
        case .set: break
        }
    }

    /// The orders that stand.
    public var orders: [GivenOrder] {
        (0..<UInt8(OperatorOrder.Kind.count)).compactMap { raw in
            guard let kind = OperatorOrder.Kind(rawValue: raw), let order = controller.orders[kind] else {
                return nil
            }
            return GivenOrder(order, by: givers[kind])
        }
    }

    /// Puts into the log which orders have ended by themselves since `before`.
    mutating func noteExpired(since before: StandingOrders, at now: Instant) {
        for raw in 0..<UInt8(OperatorOrder.Kind.count) {
            guard let kind = OperatorOrder.Kind(rawValue: raw), before[kind] != nil,
                controller.orders[kind] == nil
            else { continue }
            givers[kind] = nil
            log.add(.orderEnded(kind, by: nil), at: now)
        }
    }

    /// Tells the control the time on the wall; `nil` if the machine does not know it.
    public mutating func setWall(_ wall: WallTime?) { image.wall = wall }

    /// Notes how many frames to an inverter its link has lost in all, those included that it did not take.
    ///
    /// A frame may still be lost after the link has taken it: nobody acknowledges it, and it gets too old.
    public mutating func inverterLinkLost(_ total: UInt64, bus: Int, at now: Instant) {
        for index in uses[bus].inverters {
            inverters[index].linkLost(total, at: now)
        }
    }
}
