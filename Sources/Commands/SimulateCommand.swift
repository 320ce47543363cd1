import BMSDrivers
import BatteryModel
import Glibc
import InverterProfiles
import LinuxIO
import Reporting
import Simulators

/// `busbar simulate bms|inverter|plant`.
struct SimulateCommand: Command {
    static let name = "simulate"
    static let summary = "Play a battery or an inverter on a link, or a whole plant in no time"
    static let about = """
        'simulate bms' plays packs of one kind on a line that anything can read: a pseudo-terminal whose name is \
        --pty, or a serial port. 'simulate inverter' listens as an inverter of one profile would and shows that it is \
        there: behind an SLCAN adapter on a pseudo-terminal, on a CAN interface, or on a real SLCAN adapter.

        Both play until Ctrl-C, or for the time of --for.

        'simulate plant' plays a bank, an inverter, sun and house with the charge control between them on a virtual \
        clock, days within seconds, and says what happened. The scenario is a file; those in examples/plant can be \
        asked for by their names. What the file expects is checked, and the exit code is 1 if something fails.
        """
    static let examples = [
        Example("Three packs for a gateway to read", "busbar simulate bms --packs 3 --pty /tmp/bms"),
        Example("An inverter on a CAN interface", "busbar simulate inverter --socketcan can0"),
        Example("A week in winter", "busbar simulate plant --scenario winter-week"),
    ]

    private enum Kind: String, CaseIterable, ArgumentValue {
        case bms
        case inverter
        case plant
    }

    private enum Work {
        case onLinks(SimulationPlan)
        case plant(PlantCommand)
    }

    private let work: Work
    private let length: Interval?
    private let isJSON: Bool

    init(_ arguments: inout Arguments) throws(UsageError) {
        let driver = try arguments.option(
            "--driver", default: DriverName.placeholder, "what the packs speak")
        let packs = try arguments.option("--packs", default: 1, in: 1...16, "number of packs")
        let address = try arguments.option("--address", default: 1, in: 0...247, "address of the first pack")
        let profile = try arguments.option(
            "--profile", default: ProfileName.usual, "what the inverter speaks")
        let pty = try arguments.option(
            "--pty", of: String.self, "make a pseudo-terminal and a symbolic link of this name to it")
        let serial = try arguments.option("--serial", of: String.self, "play the packs on this serial port")
        let canInterface = try arguments.option(
            "--socketcan", of: String.self, "play the inverter on this CAN interface")
        let slcan = try arguments.option(
            "--slcan", of: String.self, "play the inverter on the SLCAN adapter at this serial port")
        length = try arguments.option("--for", of: Interval.self, "end after this time")
        let plant = try PlantCommand.Options(&arguments)
        isJSON = try arguments.flag(
            "--json", "write one JSON object: of a plant at its end, of the others each second")
        let kind = try arguments.positional("bms|inverter|plant", of: Kind.self, "what to play")
        try arguments.finish()
        switch kind {
        case .bms:
            let sheet = driver.driver.sheet
            let format = SerialFormat(baud: Int(sheet.baud))
            work = .onLinks(
                .packs(
                    .init(
                        driver: driver.driver, packs: packs, firstAddress: UInt8(address),
                        port: serial.map { .link(.serial(path: $0, format)) } ?? .pseudoTerminal(name: pty))))
        case .inverter:
            work = .onLinks(
                .inverter(
                    .init(
                        profile: profile.profile,
                        port: Self.inverterPort(canInterface, slcan, profile.profile)
                            ?? .pseudoTerminal(name: pty))))
        case .plant: work = .plant(try PlantCommand(plant, isJSON: isJSON))
        }
    }

    private static func inverterPort(
        _ canInterface: String?, _ slcan: String?, _ profile: InverterProfile
    ) -> SimulatedPort? {
        if let canInterface { return .link(.socketCAN(interface: canInterface)) }
        guard let slcan, case .can(let kilobits) = profile.sheet.link else { return nil }
        let port = LinkAddress.serial(path: slcan, SerialFormat(baud: 115_200))
        return .link(.slcan(over: port, bitrateKilobits: Int(kilobits)))
    }

    func run(_ console: Console) throws(CommandFailure) -> ExitCode {
        switch work {
        case .onLinks(let plan): try play(plan, console)
        case .plant(let plant): try plant.run(console)
        }
    }

    private func play(_ plan: SimulationPlan, _ console: Console) throws(CommandFailure) -> ExitCode {
        do throws(SystemError) {
            let signals = try TerminationSignals()
            let loop = try EventLoop()
            try loop.watch(signals.descriptor, for: .readable, token: 0)
            let simulation = try Simulation(plan)
            defer { simulation.stop() }
            if let path = simulation.linePlace { console.line("packs answer at \(path)") }
            if let path = simulation.inverterPlace {
                console.line("SLCAN adapter of the inverter at \(path)")
            }
            console.flush()
            let end = length.map { MonotonicClock.now() + $0 }
            while try signals.next() == nil, console.isOpen {
                let now = MonotonicClock.now()
                if let end, now >= end { break }
                _ = try loop.wait(until: min(now + .seconds(1), end ?? now + .seconds(1)))
                show(simulation.snapshot, console)
                if let failure = simulation.snapshot.failure { throw failure }
            }
            return .success
        } catch {
            throw CommandFailure("the simulation cannot run", "\(error)", "mend that and start it again")
        }
    }

    private func show(_ snapshot: SimulationSnapshot, _ console: Console) {
        let packs = snapshot.packs.map { pack in
            JSON.object([
                ("address", .number(Int(pack.address))), ("soc_permille", .number(Int(pack.socPermille))),
                ("millivolts", .number(Int(pack.millivolts))), ("milliamps", .number(Int(pack.milliamps))),
            ])
        }
        let understood = snapshot.inverter?.limits.map { limits in
            JSON.string("\(limits)")
        }
        if isJSON {
            var members: [(name: String, value: JSON)] = [
                ("bank_milliamps", .number(Int(snapshot.bankMilliamps))), ("packs", .array(packs)),
            ]
            if let understood { members.append(("limits", understood)) }
            console.line(JSON.object(members).text)
        } else if let inverter = snapshot.inverter {
            let limits = inverter.limits.map { "\($0)" } ?? "no limits understood"
            console.line("\(Wording.short(inverter.milliamps, .milliamps)) flow; \(limits)")
        } else if let line = snapshot.line {
            console.line(
                "\(line.statistics.requests) requests, \(line.statistics.answers) answers; "
                    + "bank \(Wording.quantity(snapshot.bankMillivolts, .millivolts))")
        }
        console.flush()
    }
}
