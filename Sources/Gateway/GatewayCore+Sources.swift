public import BMSDrivers
import BatteryModel
import BusCodec
public import ChargeControl
public import InverterProfiles

// Batteries that already speak an inverter protocol, and are heard as their inverter would hear them.

extension GatewayCore {
    /// A battery on a bus of its own.
    struct Source: Sendable {
        let bus: Int
        /// Its number in the bank.
        let number: Int
        var line: SourceLine
        var isUp = false
        /// What the control was last told of how long a round takes.
        var cycle: Interval?
    }

    /// Takes what a battery has told, if it has.
    mutating func takeReading(of source: Int, isNews: Bool) {
        guard isNews else { return }
        image.packs[sources[source].number].reading = sources[source].line.reading
        hasNews = true
    }

    /// Notes that the bus of a battery has come up or gone down.
    mutating func sourceBus(_ bus: Int, isUp: Bool) {
        guard let index = uses[bus].source else { return }
        sources[index].isUp = isUp
        if isUp { sources[index].line.reset() }
    }

    /// Asks the batteries and shows them that somebody is there; tells when to look again.
    mutating func stepSources(at now: Instant, _ output: inout some GatewayOutput) -> Instant {
        var next = Instant(nanoseconds: .max)
        for index in sources.indices where sources[index].isUp {
            next = min(next, stepSource(index, at: now, &output))
        }
        return next
    }

    private mutating func stepSource(
        _ index: Int, at now: Instant, _ output: inout some GatewayOutput
    ) -> Instant {
        switch sources[index].line.step(at: now) {
        case .ask:
            let sent = output.send(sources[index].line.outgoing.bytes, bus: sources[index].bus)
            sources[index].line.sent(at: sent ?? now)
        case .send(let frame):
            // A sign of life that is lost is followed by the next.
            _ = output.send(frame, bus: sources[index].bus)
        case .wait(let until): return until
        }
        guard case .wait(let until) = sources[index].line.step(at: now) else { return now }
        return until
    }

    /// Tells the control how long a round of each battery takes.
    mutating func noteCycles() {
        for index in sources.indices where sources[index].line.cycle != sources[index].cycle {
            sources[index].cycle = sources[index].line.cycle
            image.packs[sources[index].number].cycle = sources[index].cycle
        }
    }

    /// The battery as a pack, as it is known.
    func snapshot(ofSource index: Int) -> Snapshot.Pack {
        let source = sources[index]
        return Snapshot.Pack(
            name: configuration.packs[source.number].name, address: source.line.options.address,
            reading: source.line.reading, statistics: PackStatistics(source.line),
            answeredPermille: nil, answersSeldom: false, answersLate: false)
    }
}

extension PackStatistics {
    /// How listening to a battery goes, in the words that there are for packs.
    fileprivate init(_ line: SourceLine) {
        self.init()
        let counts = line.counts
        answers = counts.understood
        timeouts = counts.timeouts
        refusals = counts.refusals
        rejectedAnswers = counts.malformed
        wrongAddresses = counts.foreign
        cycle = line.cycle
    }
}

extension SourceFacts {
    /// What the control has to do without because the protocol never says it.
    ///
    /// Settings of the BMS and the state of its switches are never told; a permission that is withdrawn is a limit of 0.
    public var absent: AbsentSources {
        var absent = AbsentSources.singleCells
        absent.insert(.bmsLimit)
        absent.insert(.switchState)
        if !tellsTemperature { absent.insert(.cellTemperature) }
        if !always.contains(.mosfetTemperature) { absent.insert(.mosfetTemperature) }
        if !tellsAlarms { absent.insert(.alarms) }
        return absent
    }
}

extension BMSDriver {
    /// What the control has to do without because no answer of the protocol carries it.
    public var absent: AbsentSources {
        var fields: Set<PackField> = []
        var (hasCells, hasAlarms) = (false, false)
        visitFacts { fact in
            switch fact {
            case .signal(let row):
                if let field = row.meaning.field { fields.insert(field) }
                if case .temperatures = row.meaning { fields.insert(.temperature1) }
                if case .cellVoltages = row.meaning { hasCells = true }
            case .alarmBit, .alarm: hasAlarms = true
            case .block, .firmware: break
            }
        }
        var absent = AbsentSources.none
        if !hasCells { absent.insert(.singleCells) }
        if !fields.contains(.mosfetTemperature) { absent.insert(.mosfetTemperature) }
        if !fields.contains(.temperature1) { absent.insert(.cellTemperature) }
        if !fields.isSuperset(of: [.chargeLimit, .dischargeLimit, .cellOverVoltage]) {
            absent.insert(.bmsLimit)
        }
        if !fields.isSuperset(of: [.chargeSwitch, .dischargeSwitch]) { absent.insert(.switchState) }
        if !hasAlarms { absent.insert(.alarms) }
        return absent
    }
}
