public import BatteryModel
public import ChargeControl

/// A bank, an inverter, sun and house with the charge control between them, on a clock that only ``step()`` moves.
///
/// A value without input or output: days pass in seconds, and the same scenario gives the same report.
public struct Plant: Sendable {
    /// Who says what the inverter may do.
    public enum Operator: Sendable {
        /// The charge control of the gateway.
        case gateway
        /// A control that knows every cell as it truly is, and an inverter that does as it is told.
        case perfect
    }

    /// What is played.
    public let scenario: PlantScenario
    /// Who says what the inverter may do.
    public let isPerfect: Bool
    /// The packs.
    public var bank: SimulatedBank
    /// The inverter.
    public var inverter: PlantInverter
    /// The control.
    public private(set) var controller: ChargeController
    /// What the control decided last; `nil` while the gateway is not there.
    public private(set) var verdict: BankVerdict?
    /// The time since the beginning.
    public private(set) var elapsed = Interval.zero
    /// How far the wall clock of the gateway is from the truth.
    public private(set) var clockError = Interval.zero
    /// What the sun gives, in watts.
    public private(set) var sunWatts = 0.0
    /// What the house draws, in watts.
    public private(set) var loadWatts = 0.0
    /// What has happened so far.
    public private(set) var report: PlantReport

    private var decision: PlantDecision?
    private var ambient: AmbientProfile
    private var fixedSun: Int32?
    private var fixedLoad: Int32?
    private var isLinkCut = false
    private var gatewayBackAt: Interval?
    private var mustRestart = false
    /// What the gateway wrote down last, as its state file would hold it; `nil` if nothing or lost.
    private var saved: ControlMemory?
    private var mustSaveAt = Interval.zero
    private var otherTalksUntil = Interval.zero
    private var nextEvent = 0
    private var image = BankImage()
    private var readings: [PackReading]
    private var constantsDueAt = Interval.zero
    private let perfect: PerfectControl

    /// The instant at which every plant begins.
    public static let origin = Instant(nanoseconds: 1_000_000_000_000)
    /// How often the settings of a BMS are read.
    private static let constantsPeriod = Interval.seconds(60)

    /// How often the gateway writes down what it must remember.
    private static let savePeriod = Interval.seconds(20)
    /// The midnight before the beginning, in seconds since the beginning of 1970: that of a 1 January.
    private static let midnight: Int64 = 1_767_225_600

    /// Makes the plant of a scenario, at its beginning.
    ///
    /// - Precondition: The scenario has 1…16 packs.
    public init(_ scenario: PlantScenario, under operator: Operator = .gateway) {
        precondition((1...BankImage.maximumPacks).contains(scenario.packs.count))
        self.scenario = scenario
        isPerfect = `operator` == .perfect
        bank = scenario.bank(at: Self.origin)
        inverter = PlantInverter(scenario.inverter, at: Self.origin)
        controller = scenario.controller()
        ambient = scenario.ambient
        readings = [PackReading](repeating: PackReading(), count: scenario.packs.count)
        perfect = PerfectControl(control: scenario.control, packs: scenario.packs.map(\.control))
        report = PlantReport(scenario, bank)
        if isPerfect { inverter.behaviour = Self.obedient(scenario.inverter) }
    }

    /// The instant that the control is told.
    public var now: Instant { Self.origin + elapsed }

    /// The time of the plant, counted from the midnight before its beginning.
    public var clock: Interval { scenario.start + elapsed }

    /// What the gateway takes for the time on the wall.
    public var wall: WallTime { WallTime(unixSeconds: Self.midnight + (clock + clockError).seconds) }

    /// Whether the scenario has been played to its end.
    public var isOver: Bool { elapsed >= scenario.duration }

    /// Plays the rest of the scenario.
    public mutating func run() {
        while !isOver { step() }
    }

    /// Moves everything on by one step: what happens, what the control says, what the inverter does, what flows.
    public mutating func step() {
        playEvents()
        followDay()
        // Its own voltage controller sees the bank as it is now.
        if isPerfect { inverter.hear(perfect.limits(bank), at: now) } else { control() }
        inverter.advance(
            to: now, surplusWatts: sunWatts - loadWatts,
            bank: (bank.source(isCharging: true), bank.source(isCharging: false)))
        elapsed = elapsed + scenario.step
        bank.advance(to: now, wantedMilliamps: inverter.milliamps)
        report.observe(
            bank, isPerfect ? nil : inverter, decision, at: elapsed, isLast: elapsed >= scenario.duration)
    }

    private static func obedient(_ behaviour: InverterBehaviour) -> InverterBehaviour {
        var plain = InverterBehaviour()
        plain.chargeWatts = behaviour.chargeWatts
        plain.dischargeWatts = behaviour.dischargeWatts
        plain.lag = .zero
        return plain
    }
}

// MARK: - One step

extension Plant {
    /// Sun, house and weather at this time.
    private mutating func followDay() {
        sunWatts = fixedSun.map(Double.init) ?? scenario.sun.watts(at: clock, seed: scenario.seed)
        loadWatts = fixedLoad.map(Double.init) ?? scenario.load.watts(at: clock, seed: scenario.seed)
        guard elapsed.seconds % 60 == 0 else { return }
        let around = ambient.decicelsius(at: clock)
        for index in bank.packs.indices { bank.packs[index].ambientDecicelsius = around }
    }

    /// The gateway: reads the packs, decides, and says it.
    private mutating func control() {
        guard isGatewayThere() else {
            verdict = nil
            decision = nil
            return
        }
        readPacks()
        image.wall = wall
        if elapsed < otherTalksUntil { image.otherTalkerAt = now }
        let decided = controller.step(looking: &image, at: now)
        decision = PlantDecision(decided)
        if decided.isTransmitting, !isLinkCut { inverter.hear(PlantInverter.Limits(decided), at: now) }
        verdict = decided
        guard elapsed >= mustSaveAt else { return }
        mustSaveAt = elapsed + Self.savePeriod
        saved = controller.memory(at: now, wall: wall)
    }

    private mutating func isGatewayThere() -> Bool {
        guard let backAt = gatewayBackAt else { return true }
        guard elapsed >= backAt else { return false }
        gatewayBackAt = nil
        if mustRestart {
            controller = scenario.controller()
            if let saved { controller.restore(saved, at: now, wall: wall) }
            image = BankImage()
            readings = [PackReading](repeating: PackReading(), count: readings.count)
            constantsDueAt = elapsed
            mustRestart = false
        }
        return true
    }

    private mutating func readPacks() {
        let readsConstants = elapsed >= constantsDueAt
        if readsConstants { constantsDueAt = elapsed + Self.constantsPeriod }
        for index in bank.packs.indices where bank.packs[index].isHeard {
            // A pack that comes back must not wait for its settings.
            if readsConstants || readings[index][.chargeLimit] == nil {
                bank.packs[index].reportConstants(into: &readings[index], at: now)
            }
            bank.packs[index].reportLive(into: &readings[index], at: now)
            image.packs[index] = BankImage.Pack(reading: readings[index], cycle: scenario.step)
        }
    }
}

// MARK: - What happens

extension Plant {
    private mutating func playEvents() {
        while nextEvent < scenario.events.count, scenario.events[nextEvent].at <= elapsed {
            let event = scenario.events[nextEvent]
            nextEvent += 1
            report.note(.script(event.action), at: elapsed)
            apply(event.action)
        }
    }

    /// Lets something happen now.
    public mutating func apply(_ action: PlantEvent.Action) {
        switch action {
        case .packSilent(let pack): change(pack) { $0.answerFaults.isSilent = true }
        case .packUnplugged(let pack):
            change(pack) {
                $0.isUnplugged = true
                $0.answerFaults.isSilent = true
            }
        case .packBack(let pack): change(pack) { $0.restore() }
        case .cellWeak(let pack, let cell): change(pack) { $0.weaken(cell) }
        case .socStuck(let pack): change(pack) { $0.stickSOC(true) }
        case .socCounts(let pack): change(pack) { $0.stickSOC(false) }
        case .inverterSilent(let isSilent): inverter.isSilent = isSilent
        case .linkCut(let isCut): isLinkCut = isCut
        case .behaviour(let behaviour): if !isPerfect { inverter.behaviour = behaviour }
        case .clockJump(let jump): clockError = clockError + jump
        case .asleep(let time): gatewayBackAt = elapsed + time
        case .restart(let time, let forgets):
            gatewayBackAt = elapsed + time
            mustRestart = true
            if forgets { saved = nil }
        case .secondBattery(let time): otherTalksUntil = elapsed + time
        case .order(let kind, let milliamps, let time):
            let order = OperatorOrder(kind, milliamps: milliamps, until: now + time)
            // Refused is only what cannot be read from a file either.
            if gatewayBackAt == nil { try? controller.place(order, at: now) }
        case .acknowledge: if gatewayBackAt == nil { controller.acknowledge() }
        case .ambient(let profile): ambient = profile
        case .sun(let watts): fixedSun = watts
        case .load(let watts): fixedLoad = watts
        }
    }

    private mutating func change(_ pack: Int, _ body: (inout SimulatedPack) -> Void) {
        if bank.packs.indices.contains(pack) { body(&bank.packs[pack]) }
    }
}

extension PlantInverter.Limits {
    /// What a verdict says to an inverter.
    init(_ verdict: borrowing BankVerdict) {
        self.init(
            cvlMillivolts: verdict.chargeVoltage.value, cclMilliamps: verdict.charge.value,
            dclMilliamps: verdict.discharge.value, isChargeEnabled: verdict.charge.value > 0,
            isDischargeEnabled: verdict.discharge.value > 0)
    }
}

extension SimulatedPack {
    /// Whether it answers.
    var isHeard: Bool { !answerFaults.isSilent }
}
