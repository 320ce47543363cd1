/// Where a link leads to.
public indirect enum LinkAddress: Sendable, Equatable {
    /// A serial port, for example `/dev/ttyUSB0`.
    case serial(path: String, SerialFormat)
    /// A serial server that passes bytes through, or anything else that listens on TCP.
    case tcp(host: String, port: UInt16)
    /// A TCP port of this machine at which others call, several at a time.
    ///
    /// `host` is the address of an interface, or that of all of them: `0.0.0.0`.
    case tcpListener(host: String, port: UInt16)
    /// A CAN interface of the kernel, for example `can0`; its bit rate is set with `ip link`.
    case socketCAN(interface: String)
    /// A CAN adapter that speaks SLCAN over a byte-oriented link.
    case slcan(over: LinkAddress, bitrateKilobits: Int)
    /// A descriptor that is open already: in-memory links and the master side of pseudo-terminals.
    ///
    /// The link duplicates it each time it opens; the owner must keep it open as long and closes it.
    case descriptor(Int32, DescriptorKind)

    /// What a descriptor made elsewhere carries.
    public enum DescriptorKind: Sendable {
        /// A stream socket of bytes.
        case bytes
        /// A socket of which each message is a `struct can_frame`.
        case frames
        /// The master side of a pseudo-terminal.
        case terminalMaster
        /// A stream socket that listens.
        case listener
    }

    /// Whether the link carries CAN frames; otherwise it carries bytes.
    public var carriesFrames: Bool {
        switch self {
        case .socketCAN, .slcan, .descriptor(_, .frames): true
        case .serial, .tcp, .tcpListener, .descriptor: false
        }
    }

    /// Whether others call on the link, each of whom sends and gets bytes of his own.
    public var takesCalls: Bool {
        switch self {
        case .tcpListener, .descriptor(_, .listener): true
        default: false
        }
    }
}

extension LinkAddress: CustomStringConvertible {
    /// The address in the words of an installer: `/dev/ttyUSB0 at 9600 8N1`.
    public var description: String {
        switch self {
        case .serial(let path, let format): "\(path) at \(format)"
        case .tcp(let host, let port): Self.place(host, port)
        case .tcpListener(let host, let port): "listens on \(Self.place(host, port))"
        case .socketCAN(let interface): interface
        case .slcan(let under, let bitrateKilobits): "SLCAN \(bitrateKilobits) kbit/s on \(under)"
        case .descriptor(_, .bytes): "in-memory line"
        case .descriptor(_, .frames): "in-memory CAN bus"
        case .descriptor(_, .terminalMaster): "pseudo-terminal"
        case .descriptor(_, .listener): "listening socket"
        }
    }

    static func place(_ host: String, _ port: UInt16) -> String {
        host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)"
    }
}
