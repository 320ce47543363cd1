public import BMSDrivers
public import BatteryModel
public import InverterProfiles
import LinuxIO

/// What is simulated, and where it is plugged in.
public struct SimulationPlan: Sendable {
    /// Packs on a line.
    public struct Battery: Sendable {
        /// The protocol they speak.
        public var driver: BMSDriver
        /// Number of packs.
        public var packs: Int
        /// Address of the first; the others follow, all within the addresses of the driver.
        public var firstAddress: UInt8
        /// Where the line is plugged in.
        public var port: SimulatedPort
        /// How fast the line and the packs are; `nil` for what fits the port.
        ///
        /// A real serial port has a speed of its own, so that bytes are handed to it at once.
        public var timing: SimulatedLine.Timing?

        /// Makes packs.
        ///
        /// - Precondition: the driver has these addresses.
        public init(
            driver: BMSDriver = JKPB.driver, packs: Int = 3, firstAddress: UInt8 = 1,
            port: SimulatedPort = .pseudoTerminal(), timing: SimulatedLine.Timing? = nil
        ) {
            precondition(
                packs >= 0 && Int(firstAddress) + packs <= Int(driver.sheet.addresses.upperBound) + 1)
            self.driver = driver
            self.packs = packs
            self.firstAddress = firstAddress
            self.port = port
            self.timing = timing
        }
    }

    /// An inverter on a bus.
    public struct Inverter: Sendable {
        /// The protocol it speaks.
        public var profile: InverterProfile
        /// How it is spoken.
        public var options: ProfileOptions
        /// Where the bus is plugged in; on a link of bytes an SLCAN adapter is played.
        public var port: SimulatedPort

        /// Makes an inverter.
        public init(
            profile: InverterProfile = PylontechLV.profile, options: ProfileOptions = ProfileOptions(),
            port: SimulatedPort = .pseudoTerminal()
        ) {
            self.profile = profile
            self.options = options
            self.port = port
        }
    }

    /// The packs; `nil` for none.
    public var battery: Battery?
    /// The inverter; `nil` for none.
    public var inverter: Inverter?
    /// What sun and loads want.
    public var demand: CurrentDemand
    /// How much faster charge is counted than time passes.
    public var speed: Int32
    /// Decides what chance decides.
    public var seed: UInt64

    /// Makes a plan.
    public init(
        battery: Battery? = Battery(), inverter: Inverter? = Inverter(),
        demand: CurrentDemand = .constant(milliamps: 20_000), speed: Int32 = 1, seed: UInt64 = 1
    ) {
        self.battery = battery
        self.inverter = inverter
        self.demand = demand
        self.speed = speed
        self.seed = seed
    }

    /// Packs alone, for something else to read; sun and night come and go within ten minutes.
    public static func packs(
        _ battery: Battery, demand: CurrentDemand = .sine(peakMilliamps: 60_000, period: .seconds(600))
    ) -> SimulationPlan {
        SimulationPlan(battery: battery, inverter: nil, demand: demand)
    }

    /// An inverter alone, for something else to speak to; it wants the same.
    public static func inverter(
        _ inverter: Inverter,
        demand: CurrentDemand = .sine(peakMilliamps: 60_000, period: .seconds(600))
    ) -> SimulationPlan {
        SimulationPlan(battery: nil, inverter: inverter, demand: demand)
    }

    /// What is simulated, at rest.
    func core(at now: Instant) -> SimulationCore {
        var bank = SimulatedBank([])
        var line: SimulatedLine?
        if let battery {
            bank.packs = SimulatedPack.row(
                count: battery.packs, firstAddress: battery.firstAddress, seed: seed, at: now)
            for index in bank.packs.indices { bank.packs[index].speed = speed }
            line = SimulatedLine(battery.driver, timing: battery.lineTiming, seed: seed, at: now)
        }
        let inverter = inverter.map { SimulatedInverter($0.profile, options: $0.options, at: now) }
        return SimulationCore(bank: bank, line: line, inverter: inverter, demand: demand, at: now)
    }
}

extension SimulationPlan.Battery {
    var lineTiming: SimulatedLine.Timing {
        if let timing { return timing }
        if case .link(.serial) = port { return SimulatedLine.Timing(baud: nil) }
        return SimulatedLine.Timing(baud: driver.sheet.baud)
    }
}
