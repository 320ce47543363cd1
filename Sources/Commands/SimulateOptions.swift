import BMSDrivers
import BatteryModel
import InverterProfiles
import LinuxIO
import Simulators

/// Where a simulation is plugged in, as the command line says.
struct SimulatedPlace {
    private let pty: String?
    private let tcp: Int?
    private let serial: String?
    private let canInterface: String?
    private let slcan: String?
    private let network: TCPPlace?

    init(_ arguments: inout Arguments) throws(UsageError) {
        pty = try arguments.option(
            "--pty", of: String.self, "make a pseudo-terminal and a symbolic link of this name to it")
        tcp = try arguments.option(
            "--tcp", of: Int.self, as: "PORT", "wait for a caller at this TCP port, of this machine only")
        serial = try arguments.option(
            "--serial", of: String.self,
            "play the packs on this serial port, or a profile that is spoken on serial lines")
        canInterface = try arguments.option(
            "--socketcan", of: String.self, "play what is spoken on CAN on this CAN interface")
        slcan = try arguments.option(
            "--slcan", of: String.self, "play what is spoken on CAN on the SLCAN adapter at this serial port")
        network = try arguments.option(
            "--modbus-tcp", of: TCPPlace.self,
            "speak Modbus TCP: a battery waits at this port, of this machine only; an inverter asks there, or at host:port"
        )
        if let tcp, !(0...65_535).contains(tcp) {
            throw UsageError("--tcp is \(tcp)", "it must be 0 to 65535; 0 takes a free port")
        }
    }

    /// Where the line of packs, or their CAN bus, is.
    func packs(of name: DriverName) throws(UsageError) -> SimulatedPort {
        let sheet = name.driver.sheet
        switch sheet.wire {
        case .serial: return try line(of: name.argumentText, baud: Int(sheet.baud))
        case .can: return try bus(of: name.argumentText, kilobits: Int(sheet.baud) / 1_000)
        }
    }

    private func line(baud: Int) -> SimulatedPort {
        serial.map { .link(.serial(path: $0, SerialFormat(baud: baud))) } ?? made
    }

    /// A profile as it is spoken there, and where its bus is, its line or its network; an inverter asks, a battery is
    /// asked.
    func bus(of name: ProfileName, asks: Bool) throws(UsageError) -> (InverterProfile, SimulatedPort) {
        guard let network else { return (name.profile, try wire(of: name)) }
        guard let profile = name.profile.overTCP else {
            let others = ProfileName.all.filter { $0.overTCP != nil }.map { "\($0.sheet.id)" }
            throw UsageError(
                "--modbus-tcp is given, but \(name.argumentText) is not spoken so",
                "choose one of \(others.joined(separator: ", ")), or another link")
        }
        switch (network.host, asks) {
        case (let host?, true): return (profile, .link(.tcp(host: host, port: network.port)))
        case (nil, true):
            return (profile, .link(.tcp(host: "127.0.0.1", port: network.port)))
        case (nil, false): return (profile, .tcpListener(port: network.port))
        case (let host?, false):
            throw UsageError(
                "--modbus-tcp is \(host):\(network.port)",
                "a battery waits at a port of this machine; write only \(network.port)")
        }
    }

    private func wire(of name: ProfileName) throws(UsageError) -> SimulatedPort {
        switch name.profile.sheet.link {
        case .serial(let baud):
            return try line(of: name.argumentText, baud: Int(name.profile.serial?.bauds[0] ?? baud))
        case .can(let kilobits): return try bus(of: name.argumentText, kilobits: Int(kilobits))
        }
    }

    /// Where a serial line is on which `protocolID` is spoken.
    private func line(of protocolID: String, baud: Int) throws(UsageError) -> SimulatedPort {
        for option in [canInterface.map { _ in "--socketcan" }, slcan.map { _ in "--slcan" }] {
            guard let option else { continue }
            throw UsageError(
                "\(option) is given, but \(protocolID) is spoken on a serial line",
                "use --serial, --tcp or --pty")
        }
        return line(baud: baud)
    }

    /// Where a CAN bus is on which `protocolID` is spoken.
    private func bus(of protocolID: String, kilobits: Int) throws(UsageError) -> SimulatedPort {
        guard serial == nil else {
            throw UsageError(
                "--serial is given, but \(protocolID) is spoken on CAN",
                "use --slcan for an adapter at a serial port, or --socketcan, --tcp or --pty")
        }
        if let canInterface { return .link(.socketCAN(interface: canInterface)) }
        guard let slcan else { return made }
        let port = LinkAddress.serial(path: slcan, SerialFormat(baud: 115_200))
        return .link(.slcan(over: port, bitrateKilobits: kilobits))
    }

    /// What others open or call, made for the time of the simulation.
    private var made: SimulatedPort {
        tcp.map { .tcpListener(port: UInt16($0)) } ?? .pseudoTerminal(name: pty)
    }
}

/// A TCP port, of this machine or of another one.
struct TCPPlace: ArgumentValue {
    static var valueName: String { "PORT" }
    static var expected: String { "a port from 0 to 65535, or host:port" }
    static var placeholder: TCPPlace { TCPPlace(host: nil, port: 0) }

    /// The host; `nil` for this machine.
    let host: String?
    /// The port.
    let port: UInt16

    var argumentText: String { host.map { "\($0):\(port)" } ?? "\(port)" }

    init?(argument: String) {
        let parts = argument.split(separator: ":", omittingEmptySubsequences: false)
        guard let last = parts.last, let port = UInt16(last) else { return nil }
        let host = parts.dropLast().joined(separator: ":")
        guard parts.count == 1 || !host.isEmpty else { return nil }
        self.init(host: parts.count == 1 ? nil : host, port: port)
    }

    private init(host: String?, port: UInt16) {
        self.host = host
        self.port = port
    }
}

/// What a simulated battery says, as the command line has it.
struct BatteryScript {
    /// The state of charge to begin with, in thousandths.
    let socPermille: Int32?
    /// The current that flows, in milliamps; charging is positive.
    let milliamps: Int32?
    /// Alarms that stand whatever the packs do.
    let alarms: AlarmSet
    /// How many banks are made up at random instead.
    let samples: Int?

    init(_ arguments: inout Arguments) throws(UsageError) {
        let soc = try arguments.option(
            "--soc", of: Int.self, as: "PERCENT", "the state of charge to begin with")
        if let soc, !(0...100).contains(soc) { throw UsageError("--soc is \(soc)", "it must be 0 to 100") }
        socPermille = soc.map { Int32($0) * 10 }
        milliamps = try arguments.option(
            "--current", of: SignedCurrentArgument.self,
            "the current that sun and loads want, negative to discharge; up and down if left out")?.milliamps
        var raised = AlarmSet()
        for alarm in try arguments.options(
            "--alarm", of: AlarmArgument.self, "raise this protection of the battery")
        {
            raised.raise(alarm.kind, .protection)
        }
        for alarm in try arguments.options(
            "--warning", of: AlarmArgument.self, "raise this warning of the battery")
        {
            raised.raise(alarm.kind, .warning)
        }
        alarms = raised
        samples = try arguments.option(
            "--samples", of: Int.self,
            "play nothing; write the frames of so many batteries that chance has made up, with what they mean"
        )
        if let samples, !(1...100_000).contains(samples) {
            throw UsageError("--samples is \(samples)", "it must be 1 to 100000")
        }
    }

    /// What sun and loads want, if the command line says so.
    var demand: CurrentDemand? { milliamps.map { .constant(milliamps: $0) } }
}
