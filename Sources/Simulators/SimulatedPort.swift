import Glibc
public import LinuxIO

/// What the other side of a simulation is plugged into.
public enum SimulatedPort: Sendable, Equatable {
    /// A new pseudo-terminal; `name` is the path of a symbolic link to it, for example `/tmp/jk`.
    case pseudoTerminal(name: String? = nil)
    /// A link that is there already: a serial port, a TCP host, a CAN interface, a bus in memory.
    case link(LinkAddress)
}

/// A port of a simulation while it exists.
final class OpenPort: Sendable {
    private final class Terminal: Sendable {
        let terminal: PseudoTerminal
        init() throws(SystemError) { terminal = try PseudoTerminal() }
    }

    private let terminal: Terminal?
    private let name: SymbolicName?
    /// Where the simulation's own link leads to.
    let address: LinkAddress
    /// The path the other side opens; `nil` for links that were there already.
    let path: String?

    init(_ port: SimulatedPort) throws(SystemError) {
        switch port {
        case .pseudoTerminal(let name):
            let made = try Terminal()
            terminal = made
            self.name = try name.map { name throws(SystemError) in
                try SymbolicName(name, of: made.terminal.slavePath)
            }
            address = made.terminal.masterAddress
            path = name ?? made.terminal.slavePath
        case .link(let address):
            terminal = nil
            name = nil
            self.address = address
            path = nil
        }
    }
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
