public import BMSDrivers
public import BatteryModel
public import ChargeControl
public import InverterProfiles
public import LinuxIO

/// Everything a gateway needs to know before it starts.
public struct GatewayConfiguration: Sendable {
    /// A bus.
    public struct Bus: Sendable {
        /// The operator's name for it.
        public var name: String
        /// Where it leads to.
        public var address: LinkAddress

        /// Makes a bus.
        public init(name: String, address: LinkAddress) {
            self.name = name
            self.address = address
        }
    }

    /// A pack and how it is read.
    public struct Pack: Sendable {
        /// The operator's name for it.
        public var name: String
        /// The bus it is on, as an index into ``GatewayConfiguration/buses``.
        public var bus: Int
        /// How it is spoken to.
        public var reader: Reader
        /// What the operator says about it.
        public var settings: PackSettings
        /// Whether settings of its BMS may be written.
        public var settingsWritable = false

        /// How a pack is spoken to.
        public enum Reader: Sendable {
            /// With the protocol of its BMS, at an address, in one of the ways that the driver knows.
            case driver(BMSDriver, address: UInt8, mode: ReadMode)
            /// As the inverter of a protocol that it already speaks; nothing else is on its bus.
            case source(InverterProfile, ProfileOptions)
        }

        /// Makes a battery that speaks an inverter protocol; what that protocol never says is not waited for.
        public init(
            name: String, bus: Int, source: InverterProfile, options: ProfileOptions = ProfileOptions(),
            settings: PackSettings
        ) {
            self.name = name
            self.bus = bus
            reader = .source(source, options)
            self.settings = settings
            self.settings.without.insert(source.sourceFacts(options).absent)
        }

        /// Makes a pack.
        public init(
            name: String, bus: Int, driver: BMSDriver, address: UInt8, mode: ReadMode = .frames,
            settings: PackSettings
        ) {
            self.name = name
            self.bus = bus
            reader = .driver(driver, address: address, mode: mode)
            self.settings = settings
        }

        /// The id of what is spoken.
        public var protocolID: StaticString {
            switch reader {
            case .driver(let driver, _, _): driver.sheet.id
            case .source(let profile, _): profile.sheet.id
            }
        }

        /// Its address on the bus; 0 where it has none.
        public var address: UInt8 {
            switch reader {
            case .driver(_, let address, _): address
            case .source(_, let options): options.address ?? 0
            }
        }
    }

    /// The inverter and how it is spoken to.
    public struct Inverter: Sendable {
        /// The bus it is on, as an index into ``GatewayConfiguration/buses``.
        public var bus: Int
        /// Its protocol.
        public var profile: InverterProfile
        /// How the protocol is spoken to it.
        public var options: ProfileOptions
        /// How often the set is sent; `nil` for the profile's own period.
        public var period: Interval?
        /// How the inverter's sign of life is waited for.
        public var keepAlive: KeepAliveWatch
        /// Its part of both currents, among the weights of all inverters; 0 for who only reads and is told the whole.
        public var weight: Int32

        /// Makes an inverter.
        public init(
            bus: Int, profile: InverterProfile, options: ProfileOptions = ProfileOptions(),
            period: Interval? = nil, keepAlive: KeepAliveWatch = .profile, weight: Int32 = 1
        ) {
            self.weight = weight
            self.bus = bus
            self.profile = profile
            self.options = options
            self.period = period
            self.keepAlive = keepAlive
        }

        /// Whether anybody minds when the inverter is silent: not where it is ignored, nor where no sign of life is known.
        var expectsKeepAlive: Bool { keepAlive != .ignored && profile.sheet.keepAlive.isKnown }

        /// What the inverter says, and how long it may be silent.
        var keepAliveRule: KeepAlive {
            var rule = profile.sheet.keepAlive
            if case .within(let timeout) = keepAlive { rule.timeout = timeout }
            return rule
        }
    }

    /// A shunt between the bank and the inverter.
    public struct Shunt: Sendable {
        /// The bus it is on, as an index into ``GatewayConfiguration/buses``; nothing else is on it.
        public var bus: Int
        /// How it is understood.
        public var driver: ShuntDriver

        /// Makes a shunt.
        public init(bus: Int, driver: ShuntDriver) {
            self.bus = bus
            self.driver = driver
        }
    }

    /// How an inverter's sign of life is waited for.
    public enum KeepAliveWatch: Sendable, Hashable {
        /// As long as the profile says.
        case profile
        /// As long as this.
        case within(Interval)
        /// Not at all: this inverter never says anything.
        case ignored
    }

    /// All buses.
    public var buses: [Bus]
    /// All packs, at most sixteen.
    public var packs: [Pack]
    /// The inverters that hear the bank, at least one.
    public var inverters: [Inverter]
    /// The shunt; `nil` if there is none.
    public var shunt: Shunt?
    /// How the bank is to be treated.
    public var control: ControlSettings
    /// How often every pack is read.
    public var pollInterval: Interval
    /// Buses on which another master asks and the gateway only listens.
    public var listening: Set<Int>
    /// What is known of the time before the start.
    public var remembered = Remembered()
    /// Where everything on the buses is recorded; `nil` if it is not.
    public var tape: BusTape?
    /// How long the bus thread may take for a cycle before the link to the inverter is closed.
    public var stallLimit: Interval

    /// The sum of the weights of all inverters.
    var wholeWeight: Int32 { max(inverters.reduce(0) { $0 + max($1.weight, 0) }, 1) }

    /// ``control`` with the most that the inverters' protocols can say, each for its part.
    var boundedControl: ControlSettings {
        var control = control
        // What a reader's protocol cannot say is no reason to bound the bank.
        for inverter in inverters where inverter.weight > 0 {
            let (profile, options) = (inverter.profile, inverter.options)
            func bank(_ field: BankField) -> Int32 {
                guard let highest = profile.highest(field, options: options) else { return .max }
                return Int32(clamping: Int64(highest) * Int64(wholeWeight) / Int64(inverter.weight))
            }
            let voltage = profile.highest(.chargeVoltageLimit, options: options) ?? .max
            control.ceilings = ProtocolCeilings(
                chargeMillivolts: min(control.ceilings.chargeMillivolts, voltage),
                chargeMilliamps: min(control.ceilings.chargeMilliamps, bank(.chargeCurrentLimit)),
                dischargeMilliamps: min(control.ceilings.dischargeMilliamps, bank(.dischargeCurrentLimit)))
        }
        return control
    }

    /// The ``stallLimit`` unless somebody chooses another.
    public static let usualStallLimit = Interval.seconds(2)

    /// Makes a configuration.
    public init(
        buses: [Bus], packs: [Pack], inverters: [Inverter], control: ControlSettings,
        pollInterval: Interval = .seconds(1), listening: Set<Int> = [],
        stallLimit: Interval = usualStallLimit
    ) {
        self.buses = buses
        self.packs = packs
        self.inverters = inverters
        self.control = control
        self.pollInterval = pollInterval
        self.listening = listening
        self.stallLimit = stallLimit
    }
}
