import BMSDrivers
import BatteryModel
import Detection
import LinuxIO
import Reporting

/// `busbar scan [PORT]`.
struct ScanCommand: Command {
    static let name = "scan"
    static let summary = "Find adapters and the packs behind them"
    static let about = """
        Lists the serial adapters and CAN interfaces of this machine, and looks for packs on every adapter, or on PORT. It \
        listens first: where a master polls already, nothing is ever sent. Otherwise it asks each protocol's addresses \
        in turn, with questions that only read, and names what answers: model, firmware, cells. At the end it writes a \
        configuration to begin with.

        Packs that speak by themselves on CAN are found by listening: on the interfaces that are up, or on the interface or \
        SLCAN adapter that is named. No frame is ever sent there. An adapter is tried at 250 and 500 kbit/s, first without \
        acknowledging what it hears; only if it hears nothing that way, it takes part.

        What it notices about the line is said too: nobody there, something that cannot be read, an adapter that hears \
        itself, two masters. The exit code is 1 if no pack was found.
        """
    static let examples = [
        Example("Only list what is plugged in", "busbar scan --list"),
        Example(
            "Look for one protocol at another speed",
            "busbar scan /dev/ttyUSB0 --driver seplos-v2 --baud 9600"),
        Example("Listen behind an SLCAN adapter", "busbar scan --slcan /dev/ttyACM0"),
    ]

    private let isListing: Bool
    private let isJSON: Bool
    private let drivers: [BMSDriver]
    private let baud: Int?
    private let port: String?
    private let bus: BusSearch.Place?

    init(_ arguments: inout Arguments) throws(UsageError) {
        isListing = try arguments.flag("--list", "only list adapters and interfaces; nothing is opened")
        let named = try arguments.options(
            "--driver", of: DriverName.self, "look only for this protocol")
        baud = try arguments.option(
            "--baud", of: BaudArgument.self, "try this speed only; without it, those of each protocol"
        )?.baud
        let interface = try arguments.option(
            "--socketcan", of: String.self, "listen for packs on this CAN interface")
        let slcan = try arguments.option(
            "--slcan", of: String.self, "listen for packs on the SLCAN adapter at this serial port")
        isJSON = try arguments.flag("--json", "write JSON")
        port = try arguments.optionalPositional(
            "PORT", of: String.self, "the serial port to look at; without it, every one there is")
        try arguments.finish()
        drivers = named.isEmpty ? DriverName.all : named.map(\.driver)
        bus = interface.map { .interface($0) } ?? slcan.map { .adapter(path: $0) }
        if [port, interface, slcan].count(where: { $0 != nil }) > 1 {
            throw UsageError("more than one place to look at", "look at one at a time, or name none")
        }
        if bus != nil, baud != nil {
            throw UsageError("--baud is given for a CAN bus", "leave it out; the usual bit rates are tried")
        }
        if bus != nil || port != nil, !drivers.contains(where: { ($0.sheet.wire == .can) == (bus != nil) }) {
            throw UsageError(
                "--driver \(named.map(\.argumentText).joined(separator: ", ")) is not spoken there",
                "name a CAN bus with --socketcan or --slcan, and a serial line as PORT")
        }
        if isListing, port != nil || bus != nil || baud != nil || !named.isEmpty {
            throw UsageError(
                "--list opens nothing", "leave out what says how to look for packs, or leave out --list")
        }
    }

    func run(_ console: Console) throws(CommandFailure) -> ExitCode {
        let adapters = Adapters()
        var ports: [ScannedPort] = []
        if !isListing {
            for path in lines(adapters) { ports.append(scan(path, console)) }
            for place in buses(adapters) { ports.append(listen(place, console)) }
        }
        let report = ScanReport(adapters: adapters, ports: ports, isNamed: port != nil || bus != nil)
        let lines = isJSON ? [report.json.text] : report.lines(width: console.width)
        for line in lines { console.line(line) }
        if isListing { return .success }
        return ports.contains { !$0.found.isEmpty } ? .success : .failure
    }

    /// The serial ports to look at.
    private func lines(_ adapters: Adapters) -> [String] {
        if let port { return [port] }
        return bus == nil && drivers.contains { $0.sheet.wire == .serial }
            ? adapters.serial.map(\.bestPath) : []
    }

    /// The CAN buses to listen to.
    private func buses(_ adapters: Adapters) -> [BusSearch.Place] {
        if let bus { return [bus] }
        guard port == nil, baud == nil, drivers.contains(where: { $0.sheet.wire == .can }) else { return [] }
        return adapters.can.filter(\.isUp).map { .interface($0.name) }
    }

    private func listen(_ place: BusSearch.Place, _ console: Console) -> ScannedPort {
        var port = ScannedPort(bus: place)
        let search = BusScan(drivers: drivers, isRateSet: port.kind == .interface)
        do throws(SystemError) {
            port.bus = try BusSearch(search, at: place).run { scan in
                if !isJSON { console.progress("\(port.path): listening, \(scan.frames) frames heard") }
                return console.isOpen
            }
        } catch {
            port.failure = "\(error)"
        }
        console.progress("")
        return port
    }

    private func scan(_ path: String, _ console: Console) -> ScannedPort {
        let search = LineScan(drivers: drivers, baud: baud.map { Int32($0) })
        do throws(SystemError) {
            let scan = try PortScan(search, path: path).run { scan in
                if !isJSON { console.progress(Self.progress(of: scan, path)) }
                return console.isOpen
            }
            console.progress("")
            return ScannedPort(path: path, scan: scan)
        } catch {
            console.progress("")
            return ScannedPort(path: path, failure: "\(error)")
        }
    }

    private static func progress(of scan: LineScan, _ path: String) -> String {
        let what =
            scan.asked.map { "\($0.driver.sheet.id), address \($0.address)" }
            ?? (scan.signs.isSpokenUnasked ? "listening to who speaks there" : "listening")
        let (done, of) = scan.progress
        return "\(path): \(what) (\(done) of \(of)), \(scan.found.count) found"
    }
}

/// A port, or a CAN bus, and what was found on it.
struct ScannedPort {
    /// What kind of link it is.
    enum Kind {
        case serial, adapter, interface
    }

    var kind = Kind.serial
    var path: String
    /// `nil` if it could not be opened, or is a CAN bus.
    var scan: LineScan?
    /// `nil` if it could not be opened, or is a serial line.
    var bus: BusScan?
    var failure: String?

    /// The packs that were found.
    var found: [LineScan.Found] { scan?.found ?? bus?.found ?? [] }
}

extension ScannedPort {
    /// A bus that nobody has listened to yet.
    fileprivate init(bus place: BusSearch.Place) {
        switch place {
        case .interface(let name): self.init(kind: .interface, path: name)
        case .adapter(let path): self.init(kind: .adapter, path: path)
        }
    }
}

/// A speed on the command line.
struct BaudArgument: ArgumentValue {
    let baud: Int

    static let valueName = "BAUD"
    static let expected = "a speed such as 9600, from 300 to 4000000"
    static let placeholder = BaudArgument(baud: 9_600)

    var argumentText: String { "\(baud)" }

    private init(baud: Int) { self.baud = baud }

    init?(argument: String) {
        guard let baud = Int(argument), (300...4_000_000).contains(baud) else { return nil }
        self.baud = baud
    }
}
