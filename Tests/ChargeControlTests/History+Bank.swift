import BatteryModel
import ChargeControl

/// What flows through the bank, and what stands around it.
struct Flow {
    /// What the inverter does.
    enum Mode: Sendable {
        /// Nothing to speak of.
        case rest
        /// A part of what it is told it may.
        case charge, discharge
        /// More than it is told.
        case tooMuchCharge, tooMuchDischarge
        /// Anything.
        case noise
    }

    var mode = Mode.rest
    var part = 0.5
    var until = Instant(nanoseconds: 0)
    /// What it was told last, in milliamps and millivolts.
    var charge = 0.0
    var discharge = 0.0
    var chargeVoltage: Int32 = 0
    /// The current of the whole bank, in milliamps.
    var milliamps = 0.0
    /// How long it has been what it is.
    var steadyFor = Interval.zero
    /// All packs are driven to this cell voltage, until then.
    var plateau: (millivolts: Int32, spread: Int32, until: Instant)?

    var hasShunt = false
    var wallSeconds: Int64 = 0
    /// Whether the machine knows the time of day.
    var hasWall = true
}

// MARK: - What flows, who talks, what people want

extension History {
    /// Chooses what the inverter does and whether the bank is driven somewhere.
    mutating func moveBank(_ elapsed: Interval) {
        if now >= flow.until || random.once(in: 80) { chooseMode() }
        let before = flow.milliamps
        switch flow.mode {
        case .rest: flow.milliamps = Double(random.pick(-500...500))
        case .charge: flow.milliamps = flow.charge * flow.part
        case .discharge: flow.milliamps = -flow.discharge * flow.part
        case .tooMuchCharge: flow.milliamps = flow.charge * (1 + flow.part) + 5_000
        case .tooMuchDischarge: flow.milliamps = -flow.discharge * (1 + flow.part) - 5_000
        case .noise: flow.milliamps = Double(random.pick(-300_000...300_000))
        }
        let isSteady = abs(flow.milliamps - before) < 200
        flow.steadyFor = isSteady ? flow.steadyFor + elapsed : .zero
        if let plateau = flow.plateau, now >= plateau.until { flow.plateau = nil }
        guard flow.plateau == nil, random.once(in: 500) else { return }
        let settings = settings
        let targets = [
            settings.chargeVoltageMillivoltsPerCell, settings.chargeVoltageMillivoltsPerCell + 15,
            settings.stages.floatMillivoltsPerCell, settings.stages.rebulkCellMillivolts - 5,
            settings.dischargeVoltageMillivoltsPerCell - 10, settings.absoluteMaximumCellMillivolts,
        ]
        let target = targets[Int(random.next() % 12 < 6 ? 0 : random.pick(0...Int32(targets.count - 1)))]
        flow.plateau = (
            target, random.pick(0...20), now + .seconds(Int64(random.pick(5...300)))
        )
        note("all cells towards \(target) mV")
    }

    private mutating func chooseMode() {
        let modes: [Flow.Mode] = [
            .rest, .charge, .charge, .charge, .discharge, .discharge, .tooMuchCharge, .tooMuchDischarge,
            .noise,
        ]
        flow.mode = modes[Int(random.next() % UInt64(modes.count))]
        flow.part = Double(random.pick(5...100)) / 100
        flow.until = now + .seconds(Int64(random.pick(2...120)))
        note("inverter: \(flow.mode), \(flow.part)")
    }

    /// What flows through a pack: by conductance, over those whose switch lets it.
    func current(of index: Int) -> Int32 {
        let isCharge = flow.milliamps >= 0
        var whole = 0.0
        for walk in walks where (isCharge ? walk.chargeSwitch : walk.dischargeSwitch) == 1 {
            whole += walk.conductance
        }
        let own = walks[index]
        guard whole > 0, (isCharge ? own.chargeSwitch : own.dischargeSwitch) == 1 else { return 0 }
        return Int32(flow.milliamps * own.conductance / whole)
    }

    /// The shunt, the clock on the wall, another battery on the inverter's bus.
    mutating func moveSurroundings(_ elapsed: Interval) {
        flow.wallSeconds += elapsed.seconds + (random.once(in: 2) ? 1 : 0)
        if random.once(in: 2_000) { flow.wallSeconds = Int64(random.pick(.min...(.max))) }
        if random.once(in: 1_000) { flow.hasWall.toggle() }
        image.wall = flow.hasWall ? WallTime(unixSeconds: flow.wallSeconds, offsetSeconds: 3_600) : nil
        if flow.hasWall, settings.stages.chargeBy != nil { hasNews = true }
        if random.once(in: 3_000) {
            image.otherTalkerAt = now
            hasNews = true
            note("another battery talks")
        }
        guard flow.hasShunt, random.once(in: 2) else { return }
        hasNews = true
        if random.once(in: 400) {
            image.shunt = random.once(in: 2) ? nil : BankImage.Shunt()
            note("shunt gone")
            return
        }
        let said = random.once(in: 200) ? random.pick(.min...(.max)) : Int32(flow.milliamps)
        image.shunt = BankImage.Shunt(
            current: Reading(said, at: now), soc: Reading(walks[0].soc, at: now))
    }

    /// People give orders, end them, and acknowledge.
    mutating func act() {
        acts.removeAll(keepingCapacity: true)
        guard random.once(in: 250) else { return }
        hasNews = true
        let kinds: [OperatorOrder.Kind] = [
            .pauseCharge, .pauseDischarge, .capCharge, .capDischarge, .forceCharge,
        ]
        let kind = kinds[Int(random.next() % 5)]
        switch random.next() % 8 {
        case 0...1: acts.append(.acknowledge)
        case 2...4: acts.append(.end(kind))
        default:
            let lasts = Interval.milliseconds(Int64(random.pick(-1_000...120_000)))
            let until = random.once(in: 4) ? nil : now + lasts
            acts.append(.place(OperatorOrder(kind, milliamps: random.pick(-100...200_000), until: until)))
        }
        note("\(acts)")
    }
}
