public import YAMLFile

/// One physical bus.
public struct LinkSettings: Sendable, Equatable {
    /// The name packs and inverter use for it.
    public var name: String
    /// What it runs over.
    public var transport: Transport
    /// Where in the file it stands.
    public var mark: SourceMark
}

/// What a link runs over, with what is needed to open it.
public enum Transport: Sendable, Equatable {
    /// A serial port of this machine.
    case serial(SerialPort)
    /// A serial bus behind a TCP converter.
    case tcp(TCPEndpoint)
    /// A TCP port of this machine at which others call.
    case listener(TCPEndpoint)
    /// A CAN interface of the kernel; the bit rate is what it should have been set to.
    case socketCAN(interface: String, bitsPerSecond: Int)
    /// A CAN adapter that speaks SLCAN over a serial port.
    case slcan(SerialPort, bitsPerSecond: Int)
    /// A CAN adapter that speaks SLCAN over TCP.
    case slcanTCP(TCPEndpoint, bitsPerSecond: Int)

    /// What travels on it.
    public var kind: LinkKind {
        switch self {
        case .serial, .tcp: .serial
        case .listener: .server
        case .socketCAN, .slcan, .slcanTCP: .can
        }
    }
}

/// A serial port and its line settings.
public struct SerialPort: Sendable, Equatable {
    /// The path of the device.
    public var path: String
    /// The baud rate.
    public var baud: Int
    /// Data bits, parity and stop bits.
    public var format: SerialFormat

    /// Makes a port.
    package init(path: String, baud: Int, format: SerialFormat) {
        self.path = path
        self.baud = baud
        self.format = format
    }
}

/// The shape of one character on a serial line.
public struct SerialFormat: Sendable, Equatable, CustomStringConvertible {
    /// The parity bit.
    public enum Parity: Character, Sendable {
        /// No parity bit.
        case none = "N"
        /// Even parity.
        case even = "E"
        /// Odd parity.
        case odd = "O"
    }

    /// Data bits, 7 or 8.
    public var dataBits: Int
    /// The parity bit.
    public var parity: Parity
    /// Stop bits, 1 or 2.
    public var stopBits: Int

    /// Eight data bits, no parity, one stop bit: what nearly every BMS uses.
    public static let eightNoneOne = SerialFormat(dataBits: 8, parity: .none, stopBits: 1)

    /// The usual three characters, as in `8N1`.
    public var description: String { "\(dataBits)\(parity.rawValue)\(stopBits)" }

    /// Reads the usual three characters; `nil` for anything else.
    package init?(_ text: String) {
        let characters = Array(text.uppercased())
        guard characters.count == 3, let parity = Parity(rawValue: characters[1]),
            let dataBits = characters[0].wholeNumberValue, dataBits == 7 || dataBits == 8,
            let stopBits = characters[2].wholeNumberValue, stopBits == 1 || stopBits == 2
        else { return nil }
        self.init(dataBits: dataBits, parity: parity, stopBits: stopBits)
    }

    /// Makes a format from its parts.
    public init(dataBits: Int, parity: Parity, stopBits: Int) {
        self.dataBits = dataBits
        self.parity = parity
        self.stopBits = stopBits
    }
}

/// A host and a port.
public struct TCPEndpoint: Sendable, Equatable, CustomStringConvertible {
    /// A host name or an address, an IPv6 address without its brackets.
    public var host: String
    /// The port, 1…65535.
    public var port: UInt16

    /// The two as they are written in the file: `host:port` or `[v6]:port`.
    public var description: String {
        host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)"
    }

    init(host: String, port: UInt16) {
        self.host = host
        self.port = port
    }

    /// Reads `host:port` or `[v6]:port`; `nil` for anything else.
    package init?(_ text: String) {
        guard let colon = text.lastIndex(of: ":"), let port = UInt16(text[text.index(after: colon)...]),
            port > 0, text[text.index(after: colon)...].allSatisfy(\.isWholeNumber)
        else { return nil }
        var host = text[..<colon]
        if host.first == "[" {
            guard host.last == "]" else { return nil }
            host = host.dropFirst().dropLast()
            guard host.contains(":"), host.allSatisfy({ $0.isHexDigit || ":.%".contains($0) }) else {
                return nil
            }
        } else {
            guard host.allSatisfy({ $0.isASCII && ($0.isLetter || $0.isNumber || "-._".contains($0)) }) else {
                return nil
            }
        }
        guard !host.isEmpty, host.count <= 253 else { return nil }
        self.host = String(host)
        self.port = port
    }
}

/// Where others call, as it was written.
struct TCPListener: Equatable, CustomStringConvertible {
    /// Nobody but programs of this machine can call, unless the file says otherwise.
    static let usualHost = "127.0.0.1"

    /// The address of an interface of this machine, or of all of them.
    var host = usualHost
    /// The port; `nil` for the one that the profile is usually spoken at.
    var port: UInt16?

    var description: String { port.map { "\(endpoint(usualPort: $0))" } ?? host }

    /// Reads `port`, `host`, `host:port` or `[v6]:port`; `nil` for anything else.
    init?(_ text: String) {
        if !text.isEmpty, text.allSatisfy(\.isWholeNumber) {
            guard let port = UInt16(text), port > 0 else { return nil }
            self.port = port
            return
        }
        // Borrows a port to see whether the rest is a host.
        guard let endpoint = TCPEndpoint(text) ?? TCPEndpoint("\(text):1") else { return nil }
        host = endpoint.host
        port = TCPEndpoint(text)?.port
    }

    /// The place, with the profile's port if none was written.
    func endpoint(usualPort: UInt16) -> TCPEndpoint { TCPEndpoint(host: host, port: port ?? usualPort) }
}
