import Glibc
public import LinuxIO

/// What the other side of a simulation is plugged into.
public enum SimulatedPort: Sendable, Equatable {
    /// A new pseudo-terminal; `name` is the path of a symbolic link to it, for example `/tmp/jk`.
    case pseudoTerminal(name: String? = nil)
    /// A TCP port on this machine that serves one caller at a time, as a serial server does; 0 takes a free one.
    case tcpListener(port: UInt16)
    /// A link that is there already: a serial port, a TCP host, a CAN interface, a bus in memory.
    case link(LinkAddress)
}

/// A port of a simulation while it exists.
final class OpenPort: Sendable {
    private final class Terminal: Sendable {
        let terminal: PseudoTerminal
        init() throws(SystemError) { terminal = try PseudoTerminal() }
    }

    private final class Listener: Sendable {
        let socket: ListeningSocket
        init(port: UInt16) throws(SystemError) { socket = try ListeningSocket(port: port) }
    }

    private let terminal: Terminal?
    private let name: SymbolicName?
    private let listener: Listener?
    /// Where the simulation's own link leads to; `nil` where others call.
    let address: LinkAddress?
    /// What the other side opens: a path, or a host and a port; `nil` for links that were there already.
    let place: String?

    init(_ port: SimulatedPort) throws(SystemError) {
        switch port {
        case .pseudoTerminal(let name):
            let made = try Terminal()
            terminal = made
            listener = nil
            self.name = try name.map { name throws(SystemError) in
                try SymbolicName(name, of: made.terminal.slavePath)
            }
            address = made.terminal.masterAddress
            place = name ?? made.terminal.slavePath
        case .tcpListener(let port):
            let made = try Listener(port: port)
            terminal = nil
            listener = made
            name = nil
            address = nil
            place = "127.0.0.1:\(made.socket.port)"
        case .link(let address):
            terminal = nil
            listener = nil
            name = nil
            self.address = address
            place = nil
        }
    }

    /// Readable when somebody calls; `nil` where nobody does.
    var callerDescriptor: Int32? { listener?.socket.descriptor }

    /// The next caller; `nil` if none waits.
    func accept() -> OwnedDescriptor? { listener?.socket.accept() }
}

/// A symbolic link to a pseudo-terminal, so that the other side can be configured before it exists.
///
/// Replaces only a symbolic link that leads nowhere, or to this very terminal: what else lies there is not ours.
struct SymbolicName: ~Copyable, Sendable {
    private let path: String
    private let target: String

    /// Makes the link.
    ///
    /// - Throws: `SystemError` if something else is there, or the folder cannot be written.
    init(_ path: String, of target: String) throws(SystemError) {
        if let old = Self.target(of: path), old == target || access(path, F_OK) != 0 { unlink(path) }
        guard symlink(target, path) == 0 else {
            throw SystemError(call: "symlink", code: errno, subject: path)
        }
        self.path = path
        self.target = target
    }

    deinit {
        if Self.target(of: path) == target { unlink(path) }
    }

    private static func target(of path: String) -> String? {
        var buffer = [CChar](repeating: 0, count: 4_096)
        let count = readlink(path, &buffer, buffer.count)
        guard count > 0 else { return nil }
        return String(decoding: buffer[0..<count].map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }
}
