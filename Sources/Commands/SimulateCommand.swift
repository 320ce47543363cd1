import BMSDrivers
import BatteryModel
import Glibc
import InverterProfiles
import LinuxIO
import Reporting
import Simulators

/// `busbar simulate bms|battery|inverter|plant`.
struct SimulateCommand: Command {
    static let name = "simulate"
    static let summary = "Play a battery or an inverter on a link, or a whole plant in no time"
    static let about = """
        'simulate bms' plays packs of one kind on a line that anything can read: a pseudo-terminal whose name is \
        --pty, a TCP port, or a serial port; packs that speak on CAN have the links of an inverter. 'simulate inverter' listens as an inverter of one profile would and shows \
        that it is there: behind an SLCAN adapter on a pseudo-terminal or a TCP port, on a CAN interface, or on a real \
        SLCAN adapter. 'simulate battery' is the other side of that bus: packs that tell an inverter how they stand, \
        in the same profile and on the same links. A profile that is spoken on serial lines has the links of packs \
        instead: there the inverter asks, and the battery answers. Some of them are spoken over a network as well.

        All three play until Ctrl-C, or for the time of --for.

        'simulate plant' plays a bank, an inverter, sun and house with the charge control between them on a virtual \
        clock, days within seconds, and says what happened. The scenario is a file; those in examples/plant can be \
        asked for by their names. What the file expects is checked, and the exit code is 1 if something fails.
        """
    static let examples = [
        Example("Three packs for a gateway to read", "busbar simulate bms --packs 3 --pty /tmp/bms"),
        Example(
            "Two packs on CAN, behind an SLCAN adapter",
            "busbar simulate bms --driver jk-can --packs 2 --pty /tmp/can"),
        Example("An inverter on a CAN interface", "busbar simulate inverter --socketcan can0"),
        Example(
            "A battery for an inverter to try, discharging",
            "busbar simulate battery --profile sma-lv-can --socketcan can0 --soc 80 --current -20"),
        Example(
            "A battery for an energy manager to read",
            "busbar simulate battery --profile sunspec-battery --modbus-tcp 1502"),
        Example("A week in winter", "busbar simulate plant --scenario winter-week"),
    ]

    private enum Kind: String, CaseIterable, ArgumentValue {
        case bms
        case battery
        case inverter
        case plant
    }

    private enum Work {
        case onLinks(SimulationPlan)
        case samples(BankSampler)
        case plant(PlantCommand)
    }

    private let work: Work
    private let notes: [String]
    private let length: Interval?
    private let isJSON: Bool

    init(_ arguments: inout Arguments) throws(UsageError) {
        let driver = try arguments.option(
            "--driver", default: DriverName.placeholder, "what the packs speak")
        let packs = try arguments.option("--packs", default: 1, in: 1...16, "number of packs")
        let address = try arguments.option(
            "--address", of: Int.self,
            """
            address of the first pack, that of the factory or the nearest to 1 if left out; on a serial line the \
            address that the inverter asks
            """)
        if let address, !(0...247).contains(address) {
            throw UsageError("--address is \(address)", "it must be 0 to 247")
        }
        let profile = try arguments.option(
            "--profile", default: ProfileName.usual, "what inverter and battery speak")
        let dialect = try arguments.option(
            "--dialect", of: String.self, as: "NAME", "the dialect of the profile; the first one if left out")
        let place = try SimulatedPlace(&arguments)
        let script = try BatteryScript(&arguments)
        length = try arguments.option("--for", of: Interval.self, "end after this time")
        let plant = try PlantCommand.Options(&arguments)
        isJSON = try arguments.flag(
            "--json", "write one JSON object: of a plant at its end, of the others each second")
        let kind = try arguments.positional("bms|battery|inverter|plant", of: Kind.self, "what to play")
        try arguments.finish()
        let number = try dialect.map { name throws(UsageError) in try profile.dialect(name) }
        let options = ProfileOptions(dialect: number ?? 0, address: address.map { UInt8($0) })
        switch kind {
        case .bms: work = .onLinks(try Self.packs(driver, packs, address, place, script))
        case .battery where script.samples != nil:
            try profile.requireFrames(for: "--samples")
            work = .samples(BankSampler(profile.profile, options, script.samples ?? 0, seed: plant.seed))
        case .battery:
            let (spoken, port) = try place.bus(of: profile, asks: false)
            work = .onLinks(Self.battery(spoken, options, packs, port, script))
        case .inverter:
            let (spoken, port) = try place.bus(of: profile, asks: true)
            work = .onLinks(
                script.applied(to: .inverter(.init(profile: spoken, options: options, port: port))))
        case .plant: work = .plant(try PlantCommand(plant, isJSON: isJSON))
        }
        let isOnBus = kind == .battery || kind == .inverter
        notes = isOnBus && !isJSON ? ProfileName.notes(on: profile.profile) : []
    }

    private static func packs(
        _ name: DriverName, _ count: Int, _ address: Int?, _ place: SimulatedPlace, _ script: BatteryScript
    ) throws(UsageError) -> SimulationPlan {
        let first = try name.firstAddress(address, packs: count)
        var battery = SimulationPlan.Battery(
            driver: name.driver, packs: count, firstAddress: first, port: try place.packs(of: name))
        battery.scripted = script.alarms
        return script.applied(to: .packs(battery))
    }

    private static func battery(
        _ profile: InverterProfile, _ options: ProfileOptions, _ packs: Int, _ port: SimulatedPort,
        _ script: BatteryScript
    ) -> SimulationPlan {
        script.applied(
            to: .speaker(
                .init(
                    profile: profile, options: options, packs: packs, scripted: script.alarms,
                    port: port)))
    }

    func run(_ console: Console) throws(CommandFailure) -> ExitCode {
        switch work {
        case .onLinks(let plan): return try play(plan, console)
        case .samples(let sampler):
            for line in sampler.lines { console.line(line) }
            return .success
        case .plant(let plant): return try plant.run(console)
        }
    }

    private func play(_ plan: SimulationPlan, _ console: Console) throws(CommandFailure) -> ExitCode {
        do throws(SystemError) {
            let signals = try TerminationSignals()
            let loop = try EventLoop()
            try loop.watch(signals.descriptor, for: .readable, token: 0)
            let simulation = try Simulation(plan)
            defer { simulation.stop() }
            for note in notes { console.line("note: \(note)") }
            if let path = simulation.linePlace { console.line("\(plan.whatIsOnTheLine) at \(path)") }
            if let path = simulation.busPlace { console.line("\(plan.whatIsOnTheBus) at \(path)") }
            console.flush()
            let end = length.map { MonotonicClock.now() + $0 }
            while try signals.next() == nil, console.isOpen {
                let now = MonotonicClock.now()
                if let end, now >= end { break }
                _ = try loop.wait(until: min(now + .seconds(1), end ?? now + .seconds(1)))
                let snapshot = simulation.snapshot
                if let line = isJSON ? snapshot.json.text : snapshot.text { console.line(line) }
                console.flush()
                if let failure = snapshot.failure { throw failure }
            }
            return .success
        } catch {
            throw CommandFailure("the simulation cannot run", "\(error)", "mend that and start it again")
        }
    }
}

extension SimulationPlan {
    /// What others find where the line of packs is plugged in.
    fileprivate var whatIsOnTheLine: String {
        battery?.driver.sheet.wire == .can ? "SLCAN adapter of the packs" : "packs answer"
    }

    /// What others find where the bus is plugged in.
    fileprivate var whatIsOnTheBus: String {
        let isSerial = (inverter?.profile ?? speaker?.profile)?.serial != nil
        if isSerial { return inverter == nil ? "battery answers" : "inverter asks" }
        return "SLCAN adapter of the \(inverter == nil ? "battery" : "inverter")"
    }
}

extension BatteryScript {
    /// The plan with what the command line says about charge and current.
    fileprivate func applied(to plan: SimulationPlan) -> SimulationPlan {
        var plan = plan
        plan.socPermille = socPermille
        if let demand { plan.demand = demand }
        return plan
    }
}
