import Glibc
import LinuxIO

/// A TCP port on this machine at which one caller at a time is served, as by a serial server.
///
/// Only programs on the same machine reach it.
struct CallerSocket: ~Copyable, Sendable {
    private let owned: OwnedDescriptor
    /// The port, also if the system chose it.
    let port: UInt16

    /// Listens.
    ///
    /// - Parameter port: The port; 0 lets the system choose one.
    /// - Throws: `SystemError` if the port is taken or reserved.
    init(port: UInt16) throws(SystemError) {
        let subject = "127.0.0.1:\(port)"
        let type = Int32(SOCK_STREAM.rawValue | SOCK_NONBLOCK.rawValue | SOCK_CLOEXEC.rawValue)
        let number = socket(AF_INET, type, 0)
        guard number >= 0 else { throw SystemError(call: "socket", code: errno, subject: subject) }
        let owned = OwnedDescriptor(number)
        var yes: Int32 = 1
        setsockopt(number, SOL_SOCKET, SO_REUSEADDR, &yes, socklen_t(MemoryLayout<Int32>.size))
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = port.bigEndian
        address.sin_addr.s_addr = INADDR_LOOPBACK.bigEndian
        var size = socklen_t(MemoryLayout<sockaddr_in>.size)
        let (isBound, code) = withUnsafeMutableBytes(of: &address) { raw in
            let generic = raw.assumingMemoryBound(to: sockaddr.self).baseAddress
            let isBound =
                bind(number, generic, size) == 0 && listen(number, 1) == 0
                && getsockname(number, generic, &size) == 0
            return (isBound, errno)
        }
        guard isBound else { throw SystemError(call: "bind", code: code, subject: subject) }
        self.owned = owned
        self.port = UInt16(bigEndian: address.sin_port)
    }

    /// Readable when somebody calls.
    var descriptor: Int32 { owned.number }

    /// The caller who has waited longest; `nil` if none is there, or it has hung up already.
    func accept() -> OwnedDescriptor? {
        let number = Glibc.accept(owned.number, nil, nil)
        guard number >= 0 else { return nil }
        let caller = OwnedDescriptor(number)
        guard fcntl(number, F_SETFL, O_NONBLOCK) == 0, fcntl(number, F_SETFD, FD_CLOEXEC) == 0 else {
            return nil
        }
        return caller
    }
}
