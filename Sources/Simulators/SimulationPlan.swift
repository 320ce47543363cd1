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
        /// Alarms that every pack reports whatever it measures.
        public var scripted = AlarmSet()

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
        /// Where bus or line is plugged in; for a profile on CAN, an SLCAN adapter is played on a link of bytes.
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

    /// Packs without a line that speak to an inverter themselves.
    public struct Speaker: Sendable {
        /// The protocol they speak.
        public var profile: InverterProfile
        /// How it is spoken.
        public var options: ProfileOptions
        /// Number of packs.
        public var packs: Int
        /// Alarms that are said whatever the packs do.
        public var scripted: AlarmSet
        /// Where bus or line is plugged in; for a profile on CAN, an SLCAN adapter is played on a link of bytes.
        public var port: SimulatedPort

        /// Makes a battery.
        public init(
            profile: InverterProfile = PylontechLV.profile, options: ProfileOptions = ProfileOptions(),
            packs: Int = 1, scripted: AlarmSet = AlarmSet(), port: SimulatedPort = .pseudoTerminal()
        ) {
            self.profile = profile
            self.options = options
            self.packs = packs
            self.scripted = scripted
            self.port = port
        }
    }

    /// The packs; `nil` for none.
    public var battery: Battery?
    /// The inverter; `nil` for none.
    public var inverter: Inverter?
    /// Packs that speak to an inverter themselves; `nil` for none.
    ///
    /// They take the place of ``battery`` and ``inverter``.
    public private(set) var speaker: Speaker?
    /// The state of charge to begin with, in thousandths; `nil` for the usual.
    public var socPermille: Int32?
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

    /// Packs that speak to an inverter themselves; sun and night come and go as above.
    public static func speaker(
        _ speaker: Speaker, demand: CurrentDemand = .sine(peakMilliamps: 60_000, period: .seconds(600))
    ) -> SimulationPlan {
        var plan = SimulationPlan(battery: nil, inverter: nil, demand: demand)
        plan.speaker = speaker
        return plan
    }

    /// Where the bus between battery and inverter is plugged in; `nil` if there is none.
    var busPort: SimulatedPort? { inverter?.port ?? speaker?.port }

    /// What is simulated, at rest.
    func core(at now: Instant) -> SimulationCore {
        var bank = SimulatedBank([])
        var line: SimulatedLine?
        if let battery {
            bank.packs = packs(battery.packs, firstAddress: battery.firstAddress, at: now)
            for index in bank.packs.indices { bank.packs[index].scriptedAlarms = battery.scripted }
            line = SimulatedLine(battery.driver, timing: battery.lineTiming, seed: seed, at: now)
        }
        let inverter = inverter.map { SimulatedInverter($0.profile, options: $0.options, at: now) }
        let speaking = speaker.map {
            SimulatedBattery($0.profile, options: $0.options, scripted: $0.scripted, at: now)
        }
        if let speaker { bank.packs = packs(speaker.packs, firstAddress: 1, at: now) }
        return SimulationCore(
            bank: bank, line: line, inverter: inverter, battery: speaking, demand: demand, at: now)
    }

    private func packs(_ count: Int, firstAddress: UInt8, at now: Instant) -> [SimulatedPack] {
        var packs = SimulatedPack.row(
            count: count, firstAddress: firstAddress, seed: seed, socPermille: socPermille, at: now)
        for index in packs.indices { packs[index].speed = speed }
        return packs
    }
}

extension SimulationPlan.Battery {
    var lineTiming: SimulatedLine.Timing {
        if let timing { return timing }
        if driver.sheet.wire == .can { return SimulatedLine.Timing(turnaround: .milliseconds(5), baud: nil) }
        if case .link(.serial) = port { return SimulatedLine.Timing(baud: nil) }
        return SimulatedLine.Timing(baud: driver.sheet.baud)
    }
}
