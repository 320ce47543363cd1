public import BatteryModel

// What people order, what is asked about the rules, and what survives a restart.

extension ChargeController {
    /// Takes an order; it holds from the next step on.
    ///
    /// - Throws: `OrderRefusal` if the order makes no sense.
    public mutating func place(_ order: OperatorOrder, at now: Instant) throws(OrderRefusal) {
        try orders.place(order, at: now)
    }

    /// Adds to an order that was taken up after a restart why it was given.
    public mutating func annotate(_ kind: OperatorOrder.Kind, _ note: ASCIIText) {
        orders.annotate(kind, note)
    }

    /// Ends an order; nothing happens if there is none.
    public mutating func end(_ kind: OperatorOrder.Kind) { orders.end(kind) }

    /// The operator has seen what is wrong: a stopped gateway sends again, packs that were refused are tried.
    public mutating func acknowledge() {
        supervision.acknowledge()
        refusal.acknowledge()
    }

    /// What every rule said about CVL in the last step, in the order in which they were asked.
    public var chargeVoltageRules: RuleList { heard.chargeVoltage }

    /// What every rule of the bank said about a current in the last step; each pack with its strictest rule.
    public func currentRules(_ direction: Direction) -> RuleList {
        direction == .charge ? heard.charge : heard.discharge
    }

    /// Asks every rule about one pack once more; nothing changes.
    public mutating func visitRules(
        ofPack index: Int, _ direction: Direction, _ visit: (RuleList.Entry) -> Void
    ) {
        guard let now = steppedAt, index < count else { return }
        packs[index]?.visitRules(direction, index: index, at: now, settings, visit)
    }

    /// What has to be remembered over a restart.
    ///
    /// - Parameters:
    ///   - now: The instant of the last step.
    ///   - wall: The time on the wall, so that the pause can be counted; `nil` if unknown.
    /// - Returns: The memory.
    public mutating func memory(at now: Instant, wall: WallTime?) -> ControlMemory {
        var memory = ControlMemory()
        memory[.savedAt] = wall?.unixSeconds
        stages.save(into: &memory)
        soc.save(into: &memory)
        supervision.save(into: &memory)
        memory[.chargeVoltage] = voltageRamp.saidMicrovolts
        memory[.chargeLatched] = chargeLimiter.isLatchedAtZero ? 1 : 0
        memory[.dischargeLatched] = dischargeLimiter.isLatchedAtZero ? 1 : 0
        memory[.refusing] = refusal.isRefusing ? 1 : 0
        for index in 0..<count {
            sharing.save(into: &memory, pack: index)
            let kept = packs[index]?.charge.memory
            memory[.soc, index] = kept?.reported
            memory[.flowed, index] = kept?.flowed
        }
        for row in Self.orderKeys.indices {
            guard let order = orders[Self.orderKeys[row].kind] else { continue }
            memory[Self.orderKeys[row].value] = Int64(order.milliamps)
            memory[Self.orderKeys[row].remaining] = order.until.map { max(($0 - now).milliseconds, 0) }
        }
        return memory
    }

    /// Takes up what was remembered; to be called before the first step.
    ///
    /// Numbers that cannot be are left out. The time that passed while nobody ran counts for what goes by the
    /// calendar, and towards the end of orders; where it is not known, orders keep what they had left.
    public mutating func restore(_ memory: ControlMemory, at now: Instant, wall: WallTime?) {
        let pause = Self.pause(since: memory[.savedAt], wall)
        let top = Int64(settings.chargeVoltageMillivoltsPerCell) * Int64(cellCount) * 1_000
        stages.restore(memory, pause: pause, topMicrovolts: top, settings.stages)
        soc.restore(memory)
        supervision.restore(memory)
        let floor = Int64(settings.floorVoltageMillivoltsPerCell) * Int64(cellCount) * 1_000
        voltageRamp.restore(microvolts: memory[.chargeVoltage].map { max($0, floor) })
        chargeLimiter.restore(latched: memory[.chargeLatched] == 1)
        dischargeLimiter.restore(latched: memory[.dischargeLatched] == 1)
        refusal.restore(memory[.refusing] == 1)
        for index in 0..<count {
            sharing.restore(memory, pack: index)
            packs[index]?.charge.restore(
                reported: memory[.soc, index], flowed: memory[.flowed, index])
        }
        for row in Self.orderKeys.indices {
            restore(Self.orderKeys[row], memory, at: now, pause: pause)
        }
    }

    private mutating func restore(
        _ row: OrderKeys, _ memory: borrowing ControlMemory, at now: Instant, pause: Interval
    ) {
        guard let value = memory[row.value], let milliamps = Int32(exactly: value), milliamps >= 0 else {
            return
        }
        var order = OperatorOrder(row.kind, milliamps: milliamps)
        if let remaining = memory[row.remaining] {
            let left = Interval.milliseconds(remaining) - pause
            guard left > .zero, left <= StandingOrders.longest else { return }
            order.until = now + left
        } else if row.kind == .forceCharge {
            return
        }
        orders.restore(order)
    }

    /// How long nobody ran; none if the clock on the wall was set back, or is not known.
    private static func pause(since savedAt: Int64?, _ wall: WallTime?) -> Interval {
        guard let savedAt, let wall, savedAt >= 0, wall.unixSeconds > savedAt else { return .zero }
        return .seconds(wall.unixSeconds - savedAt)
    }

    private struct OrderKeys {
        var kind: OperatorOrder.Kind
        var value: ControlMemory.Key
        var remaining: ControlMemory.Key
    }

    private static let orderKeys: [5 of OrderKeys] = [
        OrderKeys(kind: .pauseCharge, value: .pauseCharge, remaining: .pauseChargeFor),
        OrderKeys(kind: .pauseDischarge, value: .pauseDischarge, remaining: .pauseDischargeFor),
        OrderKeys(kind: .capCharge, value: .capCharge, remaining: .capChargeFor),
        OrderKeys(kind: .capDischarge, value: .capDischarge, remaining: .capDischargeFor),
        OrderKeys(kind: .forceCharge, value: .forceCharge, remaining: .forceChargeFor),
    ]
}
