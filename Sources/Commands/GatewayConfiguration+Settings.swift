import BMSDrivers
import BatteryModel
import ChargeControl
public import Gateway
import InverterProfiles
import LinuxIO
public import Settings

extension GatewayConfiguration {
    /// Turns checked settings into what the gateway runs on.
    ///
    /// - Precondition: The settings were read with the catalogue of this program, so every name in them is known.
    public init(_ settings: BusbarSettings) {
        let number = { (name: String) -> Int in
            guard let index = settings.links.firstIndex(where: { $0.name == name }) else {
                preconditionFailure("the settings name a link that they do not have")
            }
            return index
        }
        self.init(
            buses: settings.links.map { Bus(name: $0.name, address: LinkAddress($0.transport)) },
            packs: settings.packs.map { Pack($0, bus: number($0.linkName)) },
            inverters: settings.inverters.map { Inverter($0, bus: number($0.linkName)) },
            control: settings.control, pollInterval: settings.pollInterval,
            listening: Set(settings.packs.filter(\.listen).map { number($0.linkName) }),
            stallLimit: settings.stallLimit)
        shunt = settings.shunt.map { Shunt($0, bus: number($0.linkName)) }
    }
}

extension GatewayConfiguration.Pack {
    fileprivate init(_ entry: PackEntry, bus: Int) {
        if let profile = ProfileName(argument: entry.driver)?.profile {
            let dialect = entry.dialect.flatMap(profile.sheet.dialectNames.firstIndex) ?? 0
            self.init(
                name: entry.name, bus: bus, source: profile,
                options: ProfileOptions(
                    dialect: UInt8(dialect), address: entry.address.map { UInt8(clamping: $0) }),
                settings: entry.control)
            return
        }
        guard let driver = DriverName(argument: entry.driver)?.driver, let address = entry.address else {
            preconditionFailure("the settings name a driver that there is not")
        }
        self.init(
            name: entry.name, bus: bus, driver: driver, address: UInt8(address),
            mode: entry.readMode == .frames ? .frames : .registers, settings: entry.control)
        settingsWritable = entry.settingsWritable
    }
}

extension GatewayConfiguration.Shunt {
    fileprivate init(_ entry: ShuntEntry, bus: Int) {
        let index = ShuntTable.drivers.indices.first { "\(ShuntTable.drivers[$0].sheet.id)" == entry.driver }
        guard let index else {
            preconditionFailure("the settings name a driver that there is not")
        }
        self.init(bus: bus, driver: ShuntTable.drivers[index])
    }
}

extension GatewayConfiguration.Inverter {
    fileprivate init(_ entry: InverterEntry, bus: Int) {
        guard let profile = ProfileName.all.first(where: { "\($0.sheet.id)" == entry.profile }) else {
            preconditionFailure("the settings name a profile that there is not")
        }
        let dialect = entry.dialect.flatMap(profile.sheet.dialectNames.firstIndex) ?? 0
        self.init(
            bus: bus, profile: profile,
            options: ProfileOptions(
                dialect: UInt8(dialect), padsToEight: entry.padsFrames,
                address: entry.address.map { UInt8(clamping: $0) }),
            period: entry.period, keepAlive: .init(entry.keepAlive),
            weight: Int32(entry.weight))
    }
}

extension GatewayConfiguration.KeepAliveWatch {
    fileprivate init(_ entry: KeepAliveEntry) {
        switch entry {
        case .profile: self = .profile
        case .within(let time): self = .within(time)
        case .ignored: self = .ignored
        }
    }
}

extension LinkAddress {
    fileprivate init(_ transport: Transport) {
        switch transport {
        case .serial(let port): self = .init(port)
        case .tcp(let end): self = .init(end)
        case .listener(let end): self = .tcpListener(host: end.host, port: end.port)
        case .socketCAN(let interface, _): self = .socketCAN(interface: interface)
        case .slcan(let port, let bitsPerSecond):
            self = .slcan(over: .init(port), bitrateKilobits: bitsPerSecond / 1_000)
        case .slcanTCP(let end, let bitsPerSecond):
            self = .slcan(over: .init(end), bitrateKilobits: bitsPerSecond / 1_000)
        }
    }

    private init(_ port: SerialPort) {
        let shape = LinuxIO.SerialFormat(baud: port.baud, shape: "\(port.format)")
        self = .serial(path: port.path, shape ?? LinuxIO.SerialFormat(baud: port.baud))
    }

    private init(_ end: TCPEndpoint) {
        self = .tcp(host: end.host, port: UInt16(end.port))
    }
}
