public import BatteryModel
public import BusCodec

/// Packs, their line and an inverter that share one current: the whole simulation without wires and clock.
///
/// Or packs that speak to an inverter themselves.
///
/// Parts may be missing: packs alone take the wanted current as it is, an inverter alone has no battery but what
/// it hears of one.
public struct SimulationCore: Sendable {
    /// The packs.
    public var bank: SimulatedBank
    /// The line they answer on.
    public var line: SimulatedLine?
    /// The inverter.
    public var inverter: SimulatedInverter?
    /// The packs as a battery that speaks to an inverter somewhere else; never beside ``inverter``.
    public var battery: SimulatedBattery?
    /// What sun and loads want of the packs while there is no inverter.
    public var demand: CurrentDemand
    /// Whether it has been told to stop.
    public private(set) var isStopped = false
    /// The sentence of the scenario step that came last.
    public private(set) var sentence: String?

    private let startedAt: Instant
    private var playing: (scenario: Scenario, since: Instant, upTo: Interval?)?

    /// Puts the parts together.
    public init(
        bank: SimulatedBank = SimulatedBank([]), line: SimulatedLine? = nil,
        inverter: SimulatedInverter? = nil, battery: SimulatedBattery? = nil,
        demand: CurrentDemand = .constant(milliamps: 0), at now: Instant
    ) {
        precondition(inverter == nil || battery == nil, "one side of a bus")
        self.bank = bank
        self.line = line
        self.inverter = inverter
        self.battery = battery
        self.demand = demand
        self.inverter?.demand = demand
        startedAt = now
    }

    /// How often ``advance(to:)`` should be called.
    public static let step = Interval.milliseconds(100)

    /// The scenario that is being played; `nil` if none is, or it is over.
    public var scenario: Scenario? { playing?.scenario }

    /// Moves the time of everything on, and does what a scenario has for this moment.
    public mutating func advance(to now: Instant) {
        play(at: now)
        inverter?.advance(to: now, batteryMillivolts: bank.packs.isEmpty ? nil : bank.millivolts)
        bank.advance(
            to: now, wantedMilliamps: inverter?.milliamps ?? demand.milliamps(after: now - startedAt))
        battery?.measure(bank, at: now)
    }

    /// Takes a frame from the bus between battery and inverter, on whichever side it is.
    public mutating func received(_ frame: CANFrame, at now: Instant) {
        inverter?.received(frame, at: now)
        battery?.received(frame, at: now)
    }

    /// Takes bytes from the serial line between battery and inverter, on whichever side it is.
    public mutating func received(_ bytes: Span<UInt8>, at now: Instant) {
        inverter?.received(bytes, at: now)
        battery?.received(bytes, at: now)
    }

    /// Takes bytes from the line of the packs; what is written into their settings holds at once.
    public mutating func receivedOnLine(_ bytes: Span<UInt8>, at now: Instant) {
        line?.received(bytes, at: now, packs: bank.packs)
        for write in line?.takeWrites() ?? [] {
            guard let pack = bank.packs.firstIndex(where: { $0.address == write.address }) else { continue }
            bank.packs[pack].settings[write.field] = write.value
        }
    }

    /// The frame that is due on the bus; `nil` if none is.
    public mutating func nextFrame(at now: Instant) -> CANFrame? {
        inverter?.keepAlive(at: now) ?? battery?.next(at: now)
    }

    /// The question or answer that is due on the serial line; `nil` if none is.
    public mutating func nextBytes(at now: Instant) -> [UInt8]? {
        inverter?.question(at: now) ?? battery?.answer(at: now)
    }

    /// When the next frame, question or answer is due.
    public var nextDue: Instant? { inverter?.nextDue ?? battery?.nextDue }

    /// Does something to packs or inverter.
    public mutating func apply(_ command: SimulationCommand, at now: Instant) {
        switch command {
        case .cellHigh(let pack, let cell, let millivolts), .cellLow(let pack, let cell, let millivolts):
            change(pack) { $0.hold(cell: cell, atMillivolts: millivolts) }
        case .packSilent(let pack, let isSilent): change(pack) { $0.answerFaults.isSilent = isSilent }
        case .packFaults(let pack, let faults): change(pack) { $0.answerFaults = faults }
        case .sensorMissing(let pack, let sensor, let isMissing):
            change(pack) {
                if isMissing { $0.missingSensors.insert(sensor) } else { $0.missingSensors.remove(sensor) }
            }
        case .mosfetHot(let pack, let decicelsius): change(pack) { $0.hold(mosfetDecicelsius: decicelsius) }
        case .inverterSilent(let isSilent): inverter?.isSilent = isSilent
        case .wantedCurrent(let milliamps):
            demand = .constant(milliamps: milliamps)
            inverter?.demand = demand
        case .restore:
            for pack in bank.packs.indices { bank.packs[pack].restore() }
            inverter?.isSilent = false
        case .play(let scenario):
            playing = (scenario, now, nil)
            play(at: now)
        case .stop: isStopped = true
        }
    }

    private mutating func change(_ pack: Int, _ body: (inout SimulatedPack) -> Void) {
        if bank.packs.indices.contains(pack) { body(&bank.packs[pack]) }
    }

    private mutating func play(at now: Instant) {
        guard let (scenario, since, upTo) = playing else { return }
        let elapsed = now - since
        playing?.upTo = elapsed
        for step in scenario.due(after: upTo, upTo: elapsed) {
            sentence = step.sentence
            apply(step.command, at: now)
        }
        if elapsed >= scenario.duration { playing = nil }
    }
}
