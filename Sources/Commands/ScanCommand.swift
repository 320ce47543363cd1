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

        What it notices about the line is said too: nobody there, something that cannot be read, an adapter that hears \
        itself, two masters. The exit code is 1 if no pack was found.
        """
    static let examples = [
        Example("Only list what is plugged in", "busbar scan --list"),
        Example(
            "Look for one protocol at another speed",
            "busbar scan /dev/ttyUSB0 --driver seplos-v2 --baud 9600"),
    ]

    private let isListing: Bool
    private let isJSON: Bool
    private let drivers: [BMSDriver]
    private let baud: Int?
    private let port: String?

    init(_ arguments: inout Arguments) throws(UsageError) {
        isListing = try arguments.flag("--list", "only list adapters and interfaces; nothing is opened")
        let named = try arguments.options(
            "--driver", of: DriverName.self, "look only for this protocol")
        baud = try arguments.option(
            "--baud", of: BaudArgument.self, "try this speed only; without it, those of each protocol"
        )?.baud
        isJSON = try arguments.flag("--json", "write JSON")
        port = try arguments.optionalPositional(
            "PORT", of: String.self, "the serial port to look at; without it, every one there is")
        try arguments.finish()
        drivers = (named.isEmpty ? DriverName.all : named.map(\.driver))
        if isListing, port != nil || baud != nil || !named.isEmpty {
            throw UsageError(
                "--list opens nothing", "leave out what says how to look for packs, or leave out --list")
        }
    }

    func run(_ console: Console) throws(CommandFailure) -> ExitCode {
        let adapters = Adapters()
        var ports: [ScannedPort] = []
        if !isListing {
            for path in port.map({ [$0] }) ?? adapters.serial.map(\.bestPath) {
                ports.append(scan(path, console))
            }
        }
        let report = ScanReport(adapters: adapters, ports: ports, isNamed: port != nil)
        let lines = isJSON ? [report.json.text] : report.lines(width: console.width)
        for line in lines { console.line(line) }
        if isListing { return .success }
        return ports.contains { !($0.scan?.found.isEmpty ?? true) } ? .success : .failure
    }

    private func scan(_ path: String, _ console: Console) -> ScannedPort {
        let search = LineScan(drivers: drivers, baud: baud.map { Int32($0) })
        do throws(SystemError) {
            let scan = try PortScan(search, path: path).run { scan in
                if !isJSON { console.progress(Self.progress(of: scan, path)) }
                return console.isOpen
            }
            console.progress("")
            return ScannedPort(path: path, scan: scan, failure: nil)
        } catch {
            console.progress("")
            return ScannedPort(path: path, scan: nil, failure: "\(error)")
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

/// A port and what was found on it.
struct ScannedPort {
    var path: String
    /// `nil` if it could not be opened.
    var scan: LineScan?
    var failure: String?
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
